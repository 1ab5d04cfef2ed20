//! How long requests take, as a histogram of Prometheus that nobody waits for: its counters are counted up
//! at once by all who answer, without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Seconds that tell a kept answer, one from the store, and a slow one apart; the last has no bound.
const BOUNDS: [f64; 9] = [0.000_5, 0.002, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, f64::MAX];

/// Durations by how long they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    buckets: [AtomicU64; BOUNDS.len()],
    /// Their sum in nanoseconds.
    nanoseconds: AtomicU64,
}

impl Durations {
    pub(crate) fn count(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds).min(BOUNDS.len() - 1);
        self.0.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.0.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl TypedMetric for Durations {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Durations {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counted = self.0.buckets.each_ref().map(|bucket| bucket.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = BOUNDS.into_iter().zip(counted).collect();
        let seconds =
            Duration::from_nanos(self.0.nanoseconds.load(Ordering::Relaxed)).as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(seconds, counted.iter().sum(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

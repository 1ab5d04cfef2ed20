//! What callers got who ask without a pause, while the services behind a balancer come and go.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// So long answers may stay away.
const LIMIT: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

/// Shared by the callers of a test and the test.
#[derive(Default)]
pub struct Got {
    answers: AtomicUsize,
    is_over: AtomicBool,
}

impl Got {
    /// Counts an answer.
    pub fn answer(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// How many answers there were.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits for so many more answers.
    ///
    /// # Panics
    /// When they stay away.
    pub async fn more(&self, answers: usize) {
        let (began, wanted) = (Instant::now(), self.answers() + answers);
        while self.answers() < wanted {
            assert!(began.elapsed() < LIMIT, "answers stay away");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Tells callers to stop.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Whether callers have to stop.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

//! How far a step is: a bar on a terminal, plain lines with the same figures otherwise.

use crate::spans::Spans;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const REDRAW: Duration = Duration::from_millis(200);
const LINE_PERIOD: Duration = Duration::from_secs(10);

/// The progress of one step.
pub struct Progress {
    shared: Arc<Shared>,
    ticker: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

struct Shared {
    step: String,
    begun: Instant,
    done: Arc<AtomicU64>,
    events: AtomicU64,
    stage: Mutex<(&'static str, u64)>,
    spans: Spans,
}

impl Progress {
    /// Shows a step's progress until it is dropped; on a terminal as a bar.
    #[must_use]
    pub fn new(step: &str) -> Self {
        let shared = Arc::new(Shared {
            step: step.to_owned(),
            begun: Instant::now(),
            done: Arc::default(),
            events: AtomicU64::new(0),
            stage: Mutex::new(("", 0)),
            spans: Spans::default(),
        });
        let (stop, stopped) = mpsc::channel();
        let shown = Arc::clone(&shared);
        let ticker = std::thread::spawn(move || {
            if std::io::stderr().is_terminal() {
                draw(&shown, &stopped)
            } else {
                print(&shown, &stopped)
            }
        });
        Self { shared, ticker: Some((stop, ticker)) }
    }

    /// Begins a stage of so many bytes (of reading) or tasks.
    pub fn stage(&self, name: &'static str, total: u64) {
        *self.shared.stage.lock().unwrap_or_else(PoisonError::into_inner) = (name, total);
        self.shared.done.store(0, Ordering::Relaxed);
    }

    /// The counter of what is done of the stage.
    #[must_use]
    pub fn bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.shared.done)
    }

    /// The tasks, when each began and ended.
    #[must_use]
    pub fn spans(&self) -> &Spans {
        &self.shared.spans
    }

    /// So much more of the stage is done.
    pub fn advance(&self, amount: u64) {
        self.shared.done.fetch_add(amount, Ordering::Relaxed);
    }

    /// So many more records were read.
    pub fn events(&self, records: u64) {
        self.shared.events.fetch_add(records, Ordering::Relaxed);
    }

    /// So many records were read in all, as a cluster counts them.
    pub fn set_events(&self, records: u64) {
        self.shared.events.store(records, Ordering::Relaxed);
    }

    /// Records read so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.shared.events.load(Ordering::Relaxed)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            let _ = ticker.join();
        }
    }
}

impl Shared {
    fn state(&self) -> (&'static str, u64, u64) {
        let (name, total) = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        (name, self.done.load(Ordering::Relaxed).min(total), total)
    }

    /// `map 12.0 MiB of 40.0 MiB, 81,000 records, 27,000/s, 3 seconds left`.
    fn figures(&self) -> String {
        let (stage, done, total) = self.state();
        let (records, spent) = (self.events.load(Ordering::Relaxed), self.begun.elapsed());
        let amount = match stage {
            "map" => format!("{} of {}", HumanBytes(done), HumanBytes(total)),
            _ => format!("{done} of {total}"),
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "for people"
        )]
        let rate = (records as f64 / spent.as_secs_f64().max(0.001)) as u64;
        let left = match time_left(spent, done, total) {
            Some(left) => HumanDuration(left).to_string(),
            None => "some time".to_owned(),
        };
        format!(
            "{stage} {amount}, {} records, {}/s, {left} left",
            HumanCount(records),
            HumanCount(rate)
        )
    }
}

/// At the rate so far, rounded up to seconds; none before anything is done.
fn time_left(spent: Duration, done: u64, total: u64) -> Option<Duration> {
    let each = spent.as_nanos().checked_div(u128::from(done))?;
    let left = each * u128::from(total.saturating_sub(done));
    Some(Duration::from_secs(u64::try_from(left.div_ceil(1_000_000_000)).unwrap_or(u64::MAX)))
}

fn waiting(stopped: &mpsc::Receiver<()>, period: Duration) -> bool {
    stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout)
}

fn draw(shared: &Shared, stopped: &mpsc::Receiver<()>) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{prefix:.bold} [{wide_bar}] {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(shared.step.clone());
    while waiting(stopped, REDRAW) {
        let (_, done, total) = shared.state();
        bar.set_length(total);
        bar.set_position(done);
        bar.set_message(shared.figures());
    }
    bar.finish_and_clear();
}

fn print(shared: &Shared, stopped: &mpsc::Receiver<()>) {
    while waiting(stopped, LINE_PERIOD) {
        log::info!("{}: {}", shared.step, shared.figures());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_rate() {
        let left = |spent, done, total| time_left(Duration::from_millis(spent), done, total);
        assert_eq!(left(500, 0, 10), None);
        assert_eq!(left(600, 132, 716), Some(Duration::from_secs(3)));
        assert_eq!(left(90_000, 10, 10), Some(Duration::ZERO));
    }
}

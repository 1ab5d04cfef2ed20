//! A clock for tests of clients, on which nobody waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hadoop::http::Clock;

/// A clock that stands still until it is moved, or somebody sleeps.
#[derive(Clone, Default)]
pub struct Hands {
    now: Arc<Mutex<Duration>>,
    slept: Arc<Mutex<Vec<Duration>>>,
}

impl Hands {
    pub fn clock(&self) -> Clock {
        let (hands, read) = (self.clone(), self.clone());
        Clock {
            now: Box::new(move || *read.now.lock().unwrap()),
            sleep: Box::new(move |time| {
                hands.slept.lock().unwrap().push(time);
                hands.forward(time);
            }),
        }
    }

    pub fn forward(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    /// How long was slept, time by time.
    pub fn slept(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }
}

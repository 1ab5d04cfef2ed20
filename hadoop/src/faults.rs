//! Ends the process at a named point, for the test that a run can be killed anywhere.
//!
//! `INSIGHTS_FAULT=point:N` ends it at the N-th passing of that point. It does nothing else and costs
//! one look at the environment a point; points are passed a few times a step.

use std::sync::atomic::{AtomicU32, Ordering};

static PASSED: AtomicU32 = AtomicU32::new(0);

/// Ends the process here if the test that started it asked for that.
pub fn point(name: &str) {
    let Ok(wanted) = std::env::var("INSIGHTS_FAULT") else { return };
    let Some((place, number)) = wanted.split_once(':') else { return };
    if (place == name || place == "any")
        && number.parse() == Ok(PASSED.fetch_add(1, Ordering::Relaxed) + 1)
    {
        // As a killed process ends: nothing is cleaned up, no destructor runs.
        std::process::abort();
    }
}

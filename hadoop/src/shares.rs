//! What a run's time went to: the scan, imports, each result, loads; and how many rows each gave.

use indicatif::HumanCount;
use std::fmt::{self, Display};
use std::time::{Duration, Instant};

/// The steps of a run so far.
#[derive(Debug)]
pub struct Shares {
    begun: Instant,
    last: Instant,
    steps: Vec<Share>,
}

#[derive(Debug)]
struct Share {
    names: String,
    took: Duration,
    rows: u64,
}

impl Default for Shares {
    fn default() -> Self {
        let now = Instant::now();
        Self { begun: now, last: now, steps: Vec::new() }
    }
}

impl Shares {
    /// Notes that a step has ended that gave so many rows; it has several names where one pass made
    /// several results.
    pub fn ended(&mut self, names: &[&str], rows: u64) {
        let now = Instant::now();
        let took = now - std::mem::replace(&mut self.last, now);
        // A result of several tables has its name once.
        let mut names = names.to_vec();
        names.dedup();
        self.steps.push(Share { names: names.join(", "), took, rows });
    }
}

/// A line a step: its share of the time, seconds, rows, names; last what was between and around steps.
impl Display for Shares {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let whole = self.begun.elapsed();
        let mut line = |took: Duration, rows: Option<u64>, names: &str| {
            let share = 100.0 * took.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
            let rows = rows.map(|rows| format!("{} rows", HumanCount(rows))).unwrap_or_default();
            writeln!(formatter, "{share:5.1} %\t{:.3} s\t{rows}\t{names}", took.as_secs_f64())
        };
        for step in &self.steps {
            line(step.took, Some(step.rows), &step.names)?;
        }
        let of_steps = self.steps.iter().map(|step| step.took).sum();
        line(whole.saturating_sub(of_steps), None, "between steps")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_line_and_shares_make_a_whole() {
        let mut shares = Shares::default();
        shares.ended(&["scan"], 1_234_567);
        shares.ended(&["a", "a", "b"], 3);
        let said = shares.to_string();
        let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split('\t').collect()).collect();
        let names: Vec<_> = lines.iter().map(|line| (line[2], line[3])).collect();
        assert_eq!(names, [("1,234,567 rows", "scan"), ("3 rows", "a, b"), ("", "between steps")]);
        let share = |line: &Vec<&str>| line[0].trim_end_matches(" %").trim().parse::<f64>();
        let sum: f64 = lines.iter().flat_map(share).sum();
        assert!((99.0..101.0).contains(&sum), "{said}");
    }
}

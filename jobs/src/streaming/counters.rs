//! Counters: summed in memory, reported in batches in Hadoop's form on standard error.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Distinct counters a task keeps; Hadoop fails a job that has more than 120 (spec 40 A.3).
const MOST: usize = 100;
const LONGEST_GROUP: usize = 128;
const LONGEST_NAME: usize = 64;

/// Counters by group and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    list: Vec<(String, String, i64)>,
}

impl Counters {
    /// Adds to a counter. Past the limit of distinct counters, the tail is summed in `Other`.
    pub fn add(&mut self, group: &str, name: &str, amount: i64) {
        if let Some(entry) = self.list.iter_mut().find(|(g, n, _)| n == name && g == group) {
            entry.2 += amount;
        } else if self.list.len() < MOST || (group, name) == OVERFLOW {
            self.list.push((group.to_owned(), name.to_owned(), amount));
        } else {
            self.add(OVERFLOW.0, OVERFLOW.1, amount);
        }
    }

    /// The sum of a counter, 0 if it was never added to.
    #[must_use]
    pub fn get(&self, group: &str, name: &str) -> i64 {
        self.iter().find(|(g, n, _)| (*g, *n) == (group, name)).map_or(0, |(_, _, sum)| sum)
    }

    /// Group, name and sum of each counter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, i64)> {
        self.list.iter().map(|(group, name, sum)| (group.as_str(), name.as_str(), *sum))
    }

    /// Adds all of another task's counters.
    pub fn merge(&mut self, other: &Self) {
        for (group, name, sum) in other.iter() {
            self.add(group, name, sum);
        }
    }
}

const OVERFLOW: (&str, &str) = ("Counters", "Other");

/// Reads a task's line of standard error: a counter line adds to `counters` and gives true.
pub fn read_report(line: &str, counters: &mut Counters) -> bool {
    let Some(rest) = line.strip_prefix("reporter:counter:") else { return false };
    let parts: Vec<&str> = rest.split(',').collect();
    let [group, name, amount] = parts[..] else { return false };
    let Ok(amount) = amount.trim().parse() else { return false };
    counters.add(group, name, amount);
    true
}

/// Prints what has been counted since the last time, every few seconds and at the end.
pub struct Reporter {
    prefix: String,
    reported: Counters,
    ticks: u32,
    last: Instant,
}

const TICKS_A_LOOK: u32 = 4096;
const PERIOD: Duration = Duration::from_secs(3);

impl Reporter {
    /// Prints with the job's prefix (`stream.stderr.reporter.prefix`, `reporter:`).
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            reported: Counters::default(),
            ticks: 0,
            last: Instant::now(),
        }
    }

    pub(super) fn tick(&mut self, counters: &mut Counters) {
        self.ticks += 1;
        if self.ticks >= TICKS_A_LOOK {
            self.ticks = 0;
            if self.last.elapsed() >= PERIOD {
                self.flush(counters);
            }
        }
    }

    /// Prints what is not printed yet. A lost standard error loses counters, never the task.
    pub fn flush(&mut self, counters: &Counters) {
        self.last = Instant::now();
        let mut text = String::new();
        for (group, name, sum) in counters.iter() {
            let difference = sum - self.reported.get(group, name);
            if difference != 0 {
                let (group, name) =
                    (printable(group, LONGEST_GROUP), printable(name, LONGEST_NAME));
                text += &format!("{}counter:{group},{name},{difference}\n", self.prefix);
            }
        }
        self.reported.clone_from(counters);
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// A counter line has no escapes: a comma would be read as a separator (spec 40 A.3).
fn printable(text: &str, longest: usize) -> String {
    text.chars()
        .map(|c| match c {
            ',' => ';',
            '\r' | '\n' => ' ',
            other => other,
        })
        .take(longest)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_by_group_and_name() {
        let mut counters = Counters::default();
        counters.add("Event", "Lines", 2);
        counters.add("Event", "Lines", 3);
        counters.add("Other", "Lines", 1);
        assert_eq!(counters.get("Event", "Lines"), 5);
        let mut sum = counters.clone();
        sum.merge(&counters);
        assert_eq!(sum.get("Event", "Lines"), 10);
    }

    #[test]
    fn k05_the_tail_of_too_many_counters_is_summed() {
        let mut counters = Counters::default();
        for number in 0..500 {
            counters.add("Organisation", &format!("org {number}"), 1);
        }
        assert!(counters.iter().count() <= 120);
        assert_eq!(counters.iter().map(|(_, _, sum)| sum).sum::<i64>(), 500);
        assert_eq!(counters.get("Counters", "Other"), 400);
    }

    #[test]
    fn k05_commas_and_line_ends_cannot_break_a_report() {
        assert_eq!(printable("a,b\nc", 64), "a;b c");
        assert_eq!(printable(&"é".repeat(100), 64).chars().count(), 64);
    }

    #[test]
    fn a_report_reads_back() {
        let mut counters = Counters::default();
        assert!(read_report("reporter:counter:Event,Lines,-3", &mut counters));
        assert_eq!(counters.get("Event", "Lines"), -3);
        assert!(!read_report("reporter:counter:Event,Li,nes,3", &mut counters));
        assert!(!read_report("reporter:counter:Event,Lines,three", &mut counters));
        assert!(!read_report("reporter:status:busy", &mut counters));
    }
}

//! Partitions that `insights prune` has cut: that they are missing is no accident, and what needs them
//! must not go on without them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Partitions that were cut, by table and value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut(BTreeMap<String, BTreeMap<String, String>>);

/// One of them, as it stands in the ledger.
#[derive(Serialize, Deserialize)]
pub(super) struct Line {
    table: String,
    value: String,
    run: String,
}

impl FromIterator<Line> for Cut {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        let mut cut = Self::default();
        lines.into_iter().for_each(|line| cut.add(&line.table, &line.value, &line.run));
        cut
    }
}

impl Cut {
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> {
        let lines = |(table, values): (&String, &BTreeMap<String, String>)| {
            let table = table.clone();
            let line =
                move |(value, run): (String, String)| Line { table: table.clone(), value, run };
            values.clone().into_iter().map(line)
        };
        self.0.iter().flat_map(lines)
    }

    pub(super) fn add(&mut self, table: &str, value: &str, run: &str) {
        self.0.entry(table.to_owned()).or_default().insert(value.to_owned(), run.to_owned());
    }

    /// A partition that was made again is not cut.
    pub(super) fn forget(&mut self, table: &str, value: &str) {
        if let Some(values) = self.0.get_mut(table) {
            values.remove(value);
        }
    }

    /// The run that has cut a partition.
    #[must_use]
    pub fn by(&self, table: &str, value: &str) -> Option<&str> {
        self.0.get(table)?.get(value).map(String::as_str)
    }

    /// The values of a table that were cut, in order.
    pub fn of(&self, table: &str) -> impl Iterator<Item = &str> {
        self.0.get(table).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }
}

/// Days in words: neighbours as `first to last`.
#[must_use]
pub fn spans(days: &[NaiveDate]) -> String {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match spans.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(*day) => *last = *day,
            _ => spans.push((*day, *day)),
        }
    }
    let said = |(first, last): &(NaiveDate, NaiveDate)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    };
    spans.iter().map(said).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_days_are_said_together() {
        let day = |day: &str| jobs::day::parse(day.as_bytes()).unwrap_or_default();
        let days = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-03"].map(day);
        assert_eq!(spans(&days), "2024-02-28 to 2024-03-01, 2024-03-03");
        assert_eq!(spans(&[]), "");
    }

    #[test]
    fn what_was_cut_is_read_back() {
        let mut cut = Cut::default();
        cut.add("t", "2024-01-02", "run-1");
        cut.add("t", "2024-01-01", "run-2");
        assert_eq!(cut.lines().collect::<Cut>(), cut);
        assert_eq!(cut.of("t").collect::<Vec<_>>(), ["2024-01-01", "2024-01-02"]);
        assert_eq!(cut.by("t", "2024-01-01"), Some("run-2"));
        cut.forget("t", "2024-01-01");
        assert_eq!((cut.by("t", "2024-01-01"), cut.by("u", "2024-01-02")), (None, None));
    }
}

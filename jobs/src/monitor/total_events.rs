//! How many events the logs hold, by day (spec 30 §E.3).

use crate::event::Event;
use crate::job::{At, Extract, Fill, Job, Scan, SumCounts, Work, fold_counts};
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Table};
use std::collections::BTreeMap;

/// The job.
pub const JOB: Job = Job {
    name: "total-events",
    about: "events in the logs, by day",
    internal: false,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        needles: &[],
        extract: |_| Ok(Box::new(CountByDay::default())),
        merge: || Box::new(SumCounts),
        key_columns: 1,
        fold: Some(fold_counts),
    }),
};

/// One row: a day.
pub const TABLE: Table = Table::staged(
    "total_events",
    &[Column::new("date", Kind::Date), Column::new("count", Kind::Int)],
);

/// Events by day, but for the first of each day.
///
/// That one is written when it is met, so that the scan learns of the day; the others are summed up
/// here, because a line for every event of the logs would cost more than reading them.
#[derive(Default)]
struct CountByDay {
    days: BTreeMap<String, i64>,
    /// The day of the last events, and how many they were.
    last: (String, i64),
}

impl Extract for CountByDay {
    fn extract(&mut self, _: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        if self.last.0 == day {
            self.last.1 += 1;
            return Ok(());
        }
        self.end_day();
        day.clone_into(&mut self.last.0);
        if self.days.contains_key(day) {
            self.last.1 = 1;
            return Ok(());
        }
        self.days.insert(day.to_owned(), 0);
        write(day, 1, out)
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), Error> {
        self.end_day();
        let mut further = self.days.iter().filter(|(_, count)| **count > 0);
        further.try_for_each(|(day, count)| write(day, *count, out))
    }
}

impl CountByDay {
    fn end_day(&mut self) {
        let (day, count) = (&self.last.0, std::mem::take(&mut self.last.1));
        if let Some(sum) = self.days.get_mut(day) {
            *sum += count;
        }
    }
}

/// The day in front tells the partition.
fn write(day: &str, count: i64, out: &mut Output) -> Result<(), Error> {
    out.row().text(day).text(day).int(count).end()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::params::Params;
    use crate::pass::{Pass, Source};
    use crate::streaming::Mapper;
    use crate::testkit::{execute_pass, scan};

    fn events(days: &[&str]) -> Vec<String> {
        days.iter().map(|day| format!(r#"{{"time": "{day}T10:00:00+00:00"}}"#)).collect()
    }

    #[test]
    fn every_event_with_a_day_counts() {
        let mut lines = events(&["2014-01-02", "2014-01-01", "2014-01-02", "2014-01-02"]);
        lines.extend(["nonsense", "{}", r#"{"time": "2014-02-30T1"}"#].map(str::to_owned));
        for _ in 0..lines.len() {
            lines.rotate_left(1);
            let (first, second) = lines.split_at(3);
            let logs = [("a", first.to_vec()), ("b", second.to_vec())];
            let rows = scan(&[&JOB], &[], &logs).by_day(TABLE.name);
            assert_eq!(rows, ["2014-01-01\t2014-01-01\t1", "2014-01-02\t2014-01-02\t3"]);
        }
    }

    #[test]
    fn late_events_are_added_to_those_of_the_day() {
        let pass = Pass { jobs: vec![&JOB], step: 0, params: Params::default() };
        let table = TABLE.name.to_owned();
        let before = Source::Table { table, partition: "2014-01-02".to_owned() };
        let late = Source::Logs("late".to_owned());
        let sources =
            [(before, vec!["2014-01-02\t40".to_owned()]), (late, events(&["2014-01-02"; 2]))];
        let done = execute_pass(&pass, &sources).unwrap();
        assert_eq!(done.table(TABLE.name), ["2014-01-02\t42"]);
    }

    #[test]
    fn a_file_writes_few_lines_and_tells_each_of_its_days() {
        let pass = Pass { jobs: vec![&JOB], step: 0, params: Params::default() };
        let mut mapper: Box<dyn Mapper> = pass.mapper(&Source::Logs("log".to_owned())).unwrap();
        let mut lines = Vec::new();
        let mut sink = |line: &[u8]| {
            lines.push(String::from_utf8_lossy(line).replace('\t', " "));
            Ok(())
        };
        let mut out = Output::new(&mut sink);
        for line in events(&["2014-01-01", "2014-01-02", "2014-01-02", "2014-01-02"]) {
            mapper.map(line.as_bytes(), &mut out).unwrap();
        }
        mapper.finish(&mut out).unwrap();
        drop(out);
        assert_eq!(
            lines,
            [
                "total-events 2014-01-01 2014-01-01 1",
                "total-events 2014-01-02 2014-01-02 1",
                "total-events 2014-01-02 2014-01-02 2",
                "_scanned log total-events 2014-01-01",
                "_scanned log total-events 2014-01-02",
            ]
        );
    }
}

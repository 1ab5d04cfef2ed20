//! The report of how many events the logs hold, by day: a CSV file (spec 30 §E.3).

use super::{newest_first, total_events};
use crate::job::{At, Input, Job, Step, WHOLE_LINE, Work};
use crate::params::Params;
use crate::report::{Report, Write};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};

/// The job. The parameter `report` names the file.
pub const JOB: Job = Job {
    name: "total-events-report",
    about: "a CSV file of how many events the logs hold, by day",
    internal: false,
    inputs: &[Input::new(&total_events::TABLE, At::Days)],
    fills: &[],
    report: Some(|params| Ok(Box::new(File { name: name(params).to_owned(), begun: false }))),
    params: &["interval", "report"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(NewestFirst)),
        combiner: None,
        reducer: |_| Ok(Box::new(Lines)),
        partition: 0,
        key: WHOLE_LINE,
    }]),
};

const NAME: &str = "total_events_report.csv";
const HEADER: &[u8] = b"date,event_count\n";

fn name(params: &Params) -> &str {
    let name = params.get("report").and_then(|path| path.rsplit('/').next());
    name.filter(|name| !name.is_empty()).unwrap_or(NAME)
}

/// `date,count`, written so that the latest day comes first, and of equal days the greater text of a
/// count.
struct NewestFirst;

impl Mapper for NewestFirst {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [date, count] = split("a row of total_events", line)?;
        out.row().text(newest_first::encode(&[date, b",", count].concat())).end()
    }
}

/// `date,count`.
struct Lines;

impl Reducer for Lines {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let line = newest_first::decode(key)
            .ok_or_else(|| Error::contract("a row of total_events", "not reversed", key))?;
        while values.next()?.is_some() {
            out.row().fields(&line).end()?;
        }
        Ok(())
    }
}

/// The file, which has its header also where there is nothing to report.
struct File {
    name: String,
    begun: bool,
}

impl File {
    fn begin(&mut self, write: &mut Write) -> Result<(), Error> {
        if !std::mem::replace(&mut self.begun, true) {
            write(&self.name, HEADER)?;
        }
        Ok(())
    }
}

impl Report for File {
    fn row(&mut self, row: &[u8], write: &mut Write) -> Result<(), Error> {
        self.begin(write)?;
        write(&self.name, row)?;
        write(&self.name, b"\n")
    }

    fn finish(&mut self, write: &mut Write) -> Result<(), Error> {
        self.begin(write)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::run;

    fn text(rows: &[&str]) -> String {
        let rows = rows.iter().map(|row| (*row).to_owned()).collect();
        let done = run(&JOB, &[("interval", "2014-2015")], &[("total_events", rows)]);
        String::from_utf8_lossy(&done.reports[NAME]).into_owned()
    }

    #[test]
    fn the_latest_day_comes_first_whatever_the_order_of_rows() {
        let mut rows = ["2014-10-03\t300", "2015-11-01\t40", "2014-10-02\t100", "2014-10-02\t15"];
        let csv =
            "date,event_count\n2015-11-01,40\n2014-10-03,300\n2014-10-02,15\n2014-10-02,100\n";
        for _ in 0..rows.len() {
            rows.rotate_left(1);
            assert_eq!(text(&rows), csv);
        }
    }

    #[test]
    fn a_report_of_nothing_has_its_header() {
        assert_eq!(text(&[]), "date,event_count\n");
    }

    #[test]
    fn the_report_has_the_name_that_is_asked_for() {
        let params = |report| [("report", report)].into_iter().collect::<Params>();
        assert_eq!(name(&params("s3://b/reports/events.csv")), "events.csv");
        assert_eq!([name(&params("a/")), name(&Params::default())], [NAME; 2]);
    }
}

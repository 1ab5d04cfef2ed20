//! Learners whose week is unlike that of others in their course (spec 30 A.5).

use crate::engagement::summary_row::{ATTEMPTS_PER_COMPLETED, METRICS, SummaryRow, number};
use crate::engagement::{module_engagement_metric_ranges, module_engagement_summary};
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::retired::is_pseudonym;
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use std::collections::BTreeMap;

/// The job.
pub const JOB: Job = Job {
    name: "module-engagement-user-segments",
    about: "learners who struggle or are highly engaged, and in what",
    internal: false,
    inputs: &[
        Input::new(&module_engagement_summary::TABLE, At::Date),
        Input::new(&module_engagement_metric_ranges::TABLE, At::Date),
    ],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, table| match table == module_engagement_metric_ranges::TABLE.name {
            true => Ok(Box::new(FromRange)),
            false => Ok(Box::new(FromSummary)),
        },
        combiner: None,
        reducer: |_| Ok(Box::new(Reduce)),
        partition: 1,
        key: 1,
    }]),
};

/// One row: a learner is in a segment of a course, because of these metrics, joined by commas.
pub const TABLE: Table = Table::staged(
    "module_engagement_user_segments",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("username", Kind::Text(30)),
        Column::new("start_date", Kind::Date),
        Column::new("end_date", Kind::Date),
        Column::new("segment", Kind::Text(255)),
        Column::new("reason", Kind::Text(255)),
    ],
);

/// Segments in order, and the metrics that put a learner there, in the order of the reasons.
const SEGMENTS: [(&str, &[&str]); 2] = [
    (
        "highly_engaged",
        &["problems_completed", "problems_attempted", "discussion_contributions", "videos_viewed"],
    ),
    ("struggling", &[ATTEMPTS_PER_COMPLETED]),
];

/// `course_id, 0, metric, low_value, high_value` of high ranges: before the course's learners.
struct FromRange;

impl Mapper for FromRange {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [course_id, _, _, metric, range_type, low, high] =
            split("a row of module_engagement_metric_ranges", line)?;
        if range_type != b"high" {
            return Ok(());
        }
        let mut row = out.row();
        row.fields(course_id).int(0).fields(metric).fields(low).fields(high).end()
    }
}

/// `course_id, 1, username`, and the rest of the summary.
struct FromSummary;

impl Mapper for FromSummary {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let summary = SummaryRow::read(line)?;
        if is_pseudonym(summary.username) {
            out.count("Retired", "Rows Left Out", 1);
            return Ok(());
        }
        let mut row = out.row();
        row.fields(summary.course_id).int(1).fields(&line[summary.course_id.len() + 1..]).end()
    }
}

/// The high ranges of a course, by metric.
type Ranges = BTreeMap<Vec<u8>, (f64, f64)>;

struct Reduce;

impl Reducer for Reduce {
    fn reduce(
        &mut self,
        course_id: &[u8],
        values: &mut Values,
        out: &mut Output,
    ) -> Result<(), Error> {
        let (mut ranges, mut last) = (Ranges::new(), None);
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", range)) => {
                    let [metric, low, high] = split("a range of a metric", range)?;
                    ranges.insert(metric.to_vec(), (number(low)?, number(high)?));
                }
                Some((b"1\t", of_learner)) => {
                    let summary = SummaryRow::of_course(course_id, of_learner)?;
                    if last.as_deref() == Some(summary.username) {
                        return Err(Error::contract("a week", "a learner has two rows", value));
                    }
                    last = Some(summary.username.to_vec());
                    write_segments(&summary, &ranges, out)?;
                }
                _ => return Err(Error::contract("a range or a summary", "neither", value)),
            }
        }
        Ok(())
    }
}

fn write_segments(summary: &SummaryRow, ranges: &Ranges, out: &mut Output) -> Result<(), Error> {
    for (segment, metrics) in SEGMENTS {
        let mut reasons = Vec::new();
        for metric in metrics {
            if is_high(summary, metric, ranges)? {
                reasons.push(*metric);
            }
        }
        if !reasons.is_empty() {
            let mut row = out.row();
            row.fields(summary.course_id).fields(summary.username);
            row.fields(summary.start_date).fields(summary.end_date);
            row.text(segment).text(reasons.join(",")).end()?;
        }
    }
    Ok(())
}

/// The upper bound is excluded, except that infinity is in a range that ends with it, if it also
/// begins with it or below.
fn is_high(summary: &SummaryRow, metric: &str, ranges: &Ranges) -> Result<bool, Error> {
    let at = METRICS.iter().position(|name| *name == metric);
    let Some((at, (low, high))) = at.zip(ranges.get(metric.as_bytes())) else { return Ok(false) };
    let value = number(summary.metrics[at])?;
    let at_the_end = value.is_infinite() && high.is_infinite();
    Ok(*low <= value && (value < *high || at_the_end))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pass::Source;
    use crate::testkit::{execute, run};

    const WEEK: &str = "2014-03-25\t2014-04-01";

    fn summary(username: &str, metrics: &str) -> String {
        format!("o/c/r\t{username}\t{WEEK}\t{metrics}\t1")
    }

    fn high(metric: &str, low: &str, high: &str) -> String {
        format!("o/c/r\t{WEEK}\t{metric}\thigh\t{low}\t{high}")
    }

    #[test]
    fn reasons_have_a_fixed_order_and_segments_too() {
        let ranges = METRICS.map(|metric| high(metric, "1.0", "inf")).to_vec();
        let rows = ["9\t2\t2\tinf\t2\t2", "9\t0\t0\tinf\t0\t0"];
        let rows = vec![summary("zoe", rows[0]), summary("abe", rows[1])];
        let input = [
            (module_engagement_summary::TABLE.name, rows),
            (module_engagement_metric_ranges::TABLE.name, ranges),
        ];
        let ratio = format!("{WEEK}\tstruggling\tproblem_attempts_per_completed");
        let all = "problems_completed,problems_attempted,discussion_contributions,videos_viewed";
        assert_eq!(
            run(&JOB, &[("date", "2014-04-01")], &input).table(TABLE.name),
            [
                format!("o/c/r\tabe\t{ratio}"),
                format!("o/c/r\tzoe\t{WEEK}\thighly_engaged\t{all}"),
                format!("o/c/r\tzoe\t{ratio}"),
            ]
        );
    }

    #[test]
    fn bounds_are_half_open_and_infinity_may_end_them() {
        for (value, bounds, within) in [
            ("6", ("6.0", "9.0"), true),
            ("9", ("6.0", "9.0"), false),
            ("inf", ("1.0", "9.0"), false),
            ("inf", ("1.0", "inf"), true),
            ("inf", ("inf", "inf"), true),
            ("9", ("inf", "10.0"), false),
        ] {
            let line = summary("mira", &format!("1\t0\t0\t{value}\t0\t0"));
            let metric = ATTEMPTS_PER_COMPLETED;
            let bounds =
                (number(bounds.0.as_bytes()).unwrap(), number(bounds.1.as_bytes()).unwrap());
            let ranges = Ranges::from([(metric.as_bytes().to_vec(), bounds)]);
            let row = SummaryRow::read(line.as_bytes()).unwrap();
            assert_eq!(is_high(&row, metric, &ranges).unwrap(), within, "{value} in {bounds:?}");
        }
    }

    #[test]
    fn two_rows_of_a_learner_are_refused() {
        let rows =
            vec![summary("mira", "1\t0\t0\tinf\t0\t0"), summary("mira", "2\t0\t0\tinf\t0\t0")];
        let table = module_engagement_summary::TABLE.name.to_owned();
        let source = Source::Table { table, partition: "2014-04-01".to_owned() };
        let params = [("date", "2014-04-01")].into_iter().collect();
        let error = execute(&JOB, &params, vec![(source, rows)]).unwrap_err();
        assert!(error.to_string().contains("a learner has two rows"), "{error}");
    }
}

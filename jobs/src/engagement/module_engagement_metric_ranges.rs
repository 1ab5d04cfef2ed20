//! Which values of a week's measures are low, normal or high in a course (spec 30 A.4).

use super::summary_row::{ATTEMPTS_PER_COMPLETED, METRICS, SummaryRow, number};
use crate::job::{At, Fill, Input, Job, Step, Work, week};
use crate::params::{ParamError, Params};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::shortest;
use chrono::NaiveDate;

/// The job.
pub const JOB: Job = Job {
    name: "module-engagement-metric-ranges",
    about: "low, normal and high values of each measure of engagement, by course",
    internal: false,
    inputs: &[Input::new(&super::module_engagement_summary::TABLE, At::Date)],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date", "low_percentile", "high_percentile"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Map)),
        combiner: Some(|_| Ok(Box::new(CountEqual))),
        reducer: |params| Ok(Box::new(Reduce::new(params)?)),
        partition: 2,
        key: 2,
    }]),
};

/// One row: from where to where a metric is low, normal or high; infinity is no bound.
pub const TABLE: Table = Table::result(
    "module_engagement_metric_ranges",
    &[
        Column::required("course_id", Kind::Text(255)),
        Column::new("start_date", Kind::Date),
        Column::new("end_date", Kind::Date),
        Column::required("metric", Kind::Text(50)),
        Column::required("range_type", Kind::Text(50)),
        Column::new("low_value", Kind::Float),
        Column::new("high_value", Kind::Float),
    ],
    &[&["course_id", "metric"]],
)
.unique(&["course_id", "metric", "range_type"]);

const VALUE: &str = "a value of a metric and its learners";

/// Stands for the ratio of a learner who tried no problem: it is seen, but tells nothing.
const NO_VALUE: &str = "-";

/// `course_id, metric, value, 1`; the value in hexadecimal, so that its bytes sort as numbers do.
struct Map;

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let summary = SummaryRow::read(line)?;
        if number(summary.days_active)? == 0.0 {
            return Ok(());
        }
        let tried_nothing = number(summary.metrics[0])? == 0.0;
        for (metric, text) in METRICS.into_iter().zip(summary.metrics) {
            let value = number(text)?;
            let mut row = out.row();
            row.fields(summary.course_id).text(metric);
            match tried_nothing && metric == ATTEMPTS_PER_COMPLETED {
                true => row.text(NO_VALUE),
                false => row.show(format_args!("{:016x}", value.to_bits())),
            };
            row.int(1).end()?;
        }
        Ok(())
    }
}

/// The values of a metric in order, equal ones as one: value and how many learners have it or less.
/// So memory grows with the different values of a course, which are few, not with its learners.
#[derive(Default)]
struct Distribution(Vec<(f64, u64)>);

impl Distribution {
    fn read(values: &mut Values) -> Result<Self, Error> {
        let mut all = Self::default();
        while let Some(line) = values.next()? {
            let broken = || Error::contract(VALUE, "no such thing", line);
            let [value, learners] = split(VALUE, line)?.map(|field| str::from_utf8(field).ok());
            if value == Some(NO_VALUE) {
                continue;
            }
            let bits = value.and_then(|text| u64::from_str_radix(text, 16).ok());
            let value = f64::from_bits(bits.ok_or_else(broken)?);
            let learners = learners.and_then(|text| text.parse::<u64>().ok()).ok_or_else(broken)?;
            all.add(value, learners);
        }
        Ok(all)
    }

    fn add(&mut self, value: f64, learners: u64) {
        match self.0.last_mut() {
            Some((last, upto)) if last.to_bits() == value.to_bits() => *upto += learners,
            last => {
                let before = last.map_or(0, |(_, upto)| *upto);
                self.0.push((value, before + learners));
            }
        }
    }

    /// The value of a rank from 0.
    fn at(&self, rank: u64) -> f64 {
        let place = self.0.partition_point(|(_, upto)| *upto <= rank);
        self.0[place.min(self.0.len() - 1)].0
    }

    /// A percentile, between two ranks by their distance. Zero times infinity, which is no number,
    /// counts as infinite; none where there is no value.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is a whole number from 0 to the count of learners, far below 2^53"
    )]
    fn percentile(&self, percent: f64) -> Option<f64> {
        let last = self.0.last()?.1 - 1;
        let rank = percent / 100.0 * last as f64;
        let (below, weight) = (rank.floor(), rank - rank.floor());
        let below = below as u64;
        let above = (below + 1).min(last);
        let value = self.at(below) * (1.0 - weight) + self.at(above) * weight;
        Some(if value.is_nan() { f64::INFINITY } else { value })
    }
}

/// Adds up the learners of equal values.
struct CountEqual;

impl Reducer for CountEqual {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut value, mut learners) = (Vec::new(), 0);
        while let Some(line) = values.next()? {
            let [next, count] = split(VALUE, line)?;
            let count = str::from_utf8(count).ok().and_then(|text| text.parse::<i64>().ok());
            let count = count.ok_or_else(|| Error::contract(VALUE, "no count", line))?;
            if value != next {
                if learners > 0 {
                    out.row().fields(key).fields(&value).int(learners).end()?;
                }
                (value, learners) = (next.to_vec(), 0);
            }
            learners += count;
        }
        out.row().fields(key).fields(&value).int(learners).end()
    }
}

struct Reduce {
    start: NaiveDate,
    end: NaiveDate,
    low: f64,
    high: f64,
}

impl Reduce {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let (start, end) = week(params)?;
        let low = percent(params, "low_percentile", 15.0)?;
        Ok(Self { start, end, low, high: percent(params, "high_percentile", 85.0)? })
    }
}

fn percent(params: &Params, name: &'static str, default: f64) -> Result<f64, ParamError> {
    let Some(text) = params.get(name) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| ParamError::Unreadable {
        name,
        text: text.to_owned(),
        wanted: "a number from 0 to 100".to_owned(),
    })
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [course_id, metric] = split("a course and a metric", key)?;
        let all = Distribution::read(values)?;
        let bounds = all.percentile(self.low).zip(all.percentile(self.high));
        for (range_type, low, high) in ranges(bounds) {
            let mut row = out.row();
            row.fields(course_id).show(self.start).show(self.end).fields(metric);
            row.text(range_type).text(low).text(high).end()?;
        }
        Ok(())
    }
}

const ZERO: &str = "0";
const NO_BOUND: &str = "inf";

/// Type, lower and upper bound of each range. Where the two percentiles agree, nothing is high.
fn ranges(bounds: Option<(f64, f64)>) -> Vec<(&'static str, String, String)> {
    let text = str::to_owned;
    let Some((low, high)) = bounds else {
        return vec![("normal", text(ZERO), text(NO_BOUND))];
    };
    let mut ranges = Vec::new();
    if low > 0.0 {
        ranges.push(("low", text(ZERO), shortest(low)));
    }
    if low.to_bits() == high.to_bits() {
        ranges.push(("normal", shortest(low), text(NO_BOUND)));
    } else {
        ranges.push(("normal", shortest(low), shortest(high)));
        ranges.push(("high", shortest(high), text(NO_BOUND)));
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::run;

    fn row(metric: &str, values: &[f64]) -> Vec<String> {
        let at = METRICS.iter().position(|name| *name == metric).unwrap_or_default();
        let summary = |(learner, value): (usize, &f64)| {
            let mut metrics = ["1", "0", "0", "0.0", "0", "0"].map(str::to_owned);
            metrics[at] = value.to_string();
            let metrics = metrics.join("\t");
            format!("o/c/r\tu{learner}\t2014-03-25\t2014-04-01\t{metrics}\t1")
        };
        let rows = values.iter().enumerate().map(summary).collect();
        let input = [("module_engagement_summary", rows)];
        let rows = run(&JOB, &[("date", "2014-04-01")], &input).table(TABLE.name);
        let front = format!("o/c/r\t2014-03-25\t2014-04-01\t{metric}\t");
        let of_metric = rows.iter().filter_map(|row| row.strip_prefix(&front));
        of_metric.map(|row| row.replace('\t', " ")).collect()
    }

    const INF: f64 = f64::INFINITY;

    #[test]
    fn ranges_are_those_of_the_specification() {
        let videos = |values: &[f64]| row("videos_viewed", values);
        assert_eq!(videos(&[5.0; 6]), ["low 0 5.0", "normal 5.0 inf"]);
        assert_eq!(videos(&[0.0; 3]), ["normal 0.0 inf"]);
        assert_eq!(
            videos(&[1.0, 0.0, 0.0, 0.0]),
            ["normal 0.0 0.5499999999999998", "high 0.5499999999999998 inf"]
        );
    }

    #[test]
    fn infinite_ratios_make_infinite_bounds() {
        let ratio = |values: &[f64]| row(ATTEMPTS_PER_COMPLETED, values);
        let wide = ["low 0 1.6", "normal 1.6 inf", "high inf inf"];
        assert_eq!(ratio(&[1.0, 2.0, 3.0, INF, INF]), wide);
        assert_eq!(ratio(&[1.0, INF, INF, INF]), ["low 0 inf", "normal inf inf"]);
        let mut whole_rank = vec![INF; 21];
        whole_rank[..4].copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(ratio(&whole_rank), ["low 0 inf", "normal inf inf"]);
    }

    #[test]
    fn the_order_of_learners_does_not_matter() {
        let mut values: Vec<_> = (0..40).map(|n| f64::from(n * 7 % 11)).collect();
        let sorted = row("videos_viewed", &values);
        values.reverse();
        assert_eq!(row("videos_viewed", &values), sorted);
        values.rotate_left(17);
        assert_eq!(row("videos_viewed", &values), sorted);
    }

    #[test]
    fn a_ratio_of_learners_who_tried_nothing_is_normal() {
        let idle = "o/c/r\tu\t2014-03-25\t2014-04-01\t0\t0\t0\tinf\t1\t0\t1".to_owned();
        let input = [("module_engagement_summary", vec![idle])];
        let rows = run(&JOB, &[("date", "2014-04-01")], &input).table(TABLE.name);
        let ratio = rows.iter().find(|row| row.contains(ATTEMPTS_PER_COMPLETED));
        assert_eq!(ratio.map(|row| row.ends_with("\tnormal\t0\tinf")), Some(true), "{rows:?}");
    }

    #[test]
    fn a_percentile_is_a_percentage() {
        let read = |text| {
            percent(&[("low_percentile", text)].into_iter().collect(), "low_percentile", 15.0)
        };
        assert_eq!(read("12.5"), Ok(12.5));
        assert!(read("101").is_err() && read("NaN").is_err());
    }
}

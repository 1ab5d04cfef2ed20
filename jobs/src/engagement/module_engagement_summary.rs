//! A week of each learner in each course: what was tried, done, watched, written (spec 30 A.3).

use crate::job::{At, Fill, Input, Job, Step, Work, week};
use crate::params::{ParamError, Params};
use crate::streaming::output::split;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::f12;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The job.
pub const JOB: Job = Job {
    name: "module-engagement-summary",
    about: "what each learner did in each course in the week before a date",
    internal: false,
    inputs: &[Input::new(&super::module_engagement::TABLE, At::Days).within(week)],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(Map::new(params)?)),
        combiner: None,
        reducer: |params| {
            let (start, end) = week(params)?;
            Ok(Box::new(Reduce { start, end }))
        },
        partition: 2,
        key: 2,
    }]),
};

/// One row: a learner in a course who did anything in the week `[start_date, end_date)`.
pub const TABLE: Table = Table::staged(
    "module_engagement_summary",
    &[
        Column::new("course_id", Kind::Text(255)),
        Column::new("username", Kind::Text(30)),
        Column::new("start_date", Kind::Date),
        Column::new("end_date", Kind::Date),
        Column::new("problem_attempts", Kind::Int),
        Column::new("problems_attempted", Kind::Int),
        Column::new("problems_completed", Kind::Int),
        Column::new("problem_attempts_per_completed", Kind::Float),
        Column::new("videos_viewed", Kind::Int),
        Column::new("discussion_contributions", Kind::Int),
        Column::new("days_active", Kind::Int),
    ],
);

const COUNTS: &str = "a row of module_engagement";

/// `course_id, username, entity_type, event, entity_id, date, count`: an entity's days are neighbours.
struct Map {
    start: Vec<u8>,
    end: Vec<u8>,
}

impl Map {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let (start, end) = week(params)?;
        Ok(Self { start: start.to_string().into(), end: end.to_string().into() })
    }
}

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [course_id, username, date, entity_type, entity_id, event, count] =
            split(COUNTS, line)?;
        read_count(count)?;
        if date < &self.start[..] || date >= &self.end[..] {
            return Ok(());
        }
        let mut row = out.row();
        row.fields(course_id).fields(username).fields(entity_type).fields(event);
        row.fields(entity_id).fields(date).fields(count).end()
    }
}

fn read_count(text: &[u8]) -> Result<u64, Error> {
    let count = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    count.ok_or_else(|| Error::contract(COUNTS, "a count that is none", text))
}

struct Reduce {
    start: NaiveDate,
    end: NaiveDate,
}

/// What a learner did so far.
#[derive(Default)]
struct Week {
    days: BTreeSet<Vec<u8>>,
    attempts: u64,
    attempted: u64,
    completed: u64,
    viewed: u64,
    contributions: u64,
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut week, mut last) = (Week::default(), Vec::new());
        while let Some(value) = values.next()? {
            let entity = &value[..key_len(value, 3)];
            let first_of_entity = last != entity;
            if first_of_entity {
                last.clear();
                last.extend_from_slice(entity);
            }
            if !week.take(value, first_of_entity)? {
                out.count("Module Engagement", "Unknown Entity Type", 1);
            }
        }
        let mut row = out.row();
        row.fields(key).show(self.start).show(self.end);
        row.show(week.attempts).show(week.attempted).show(week.completed).show(f12(week.ratio()));
        row.show(week.viewed).show(week.contributions).show(week.days.len()).end()
    }
}

impl Week {
    /// False when the type of the entity is unknown; the learner was active that day all the same.
    fn take(&mut self, value: &[u8], first_of_entity: bool) -> Result<bool, Error> {
        let [entity_type, event, _, date, count] = split(COUNTS, value)?;
        let count = read_count(count)?;
        if !self.days.contains(date) {
            self.days.insert(date.to_vec());
        }
        let entity = u64::from(first_of_entity);
        match (entity_type, event) {
            (b"problem", b"attempted") => {
                self.attempts += count;
                self.attempted += entity;
            }
            (b"problem", b"completed") => self.completed += entity,
            (b"video", b"viewed") => self.viewed += entity,
            (b"discussion", _) => self.contributions += count,
            (b"problem" | b"video", _) => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Attempts for each completed problem; infinite without one.
    #[expect(clippy::cast_precision_loss, reason = "counts of a week are far below 2^53")]
    fn ratio(&self) -> f64 {
        match self.completed {
            0 => f64::INFINITY,
            completed => self.attempts as f64 / completed as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::testkit::run;

    fn summary(rows: &[&str]) -> Vec<String> {
        let rows = rows.iter().map(|row| format!("o/c/r\tmira\t{row}")).collect();
        let done = run(&super::JOB, &[("date", "2014-04-01")], &[("module_engagement", rows)]);
        done.table("module_engagement_summary")
    }

    const WEEK: &str = "o/c/r\tmira\t2014-03-25\t2014-04-01";

    #[test]
    fn only_the_days_of_the_week_are_read() {
        let month = [("date", "2014-04-01"), ("interval", "2014-03-01-2014-04-01")];
        let [input] = super::JOB.inputs else { panic!("it reads one table") };
        let (from, until) = (input.window)(&month.into_iter().collect()).unwrap();
        assert_eq!(format!("{from} {until}"), "2014-03-25 2014-04-01");
    }

    #[test]
    fn entities_are_counted_once_and_attempts_each_time() {
        let mut rows = [
            "2014-03-25\tproblem\tp\tattempted\t2",
            "2014-03-31\tproblem\tp\tattempted\t3",
            "2014-03-31\tproblem\tp\tcompleted\t1",
            "2014-03-26\tproblem\tq\tcompleted\t1",
            "2014-03-26\tvideo\tp\tviewed\t4",
            "2014-03-27\tvideo\tp\tviewed\t4",
            "2014-03-27\tdiscussion\tt\tcontributed\t4",
        ];
        let expected = [format!("{WEEK}\t5\t1\t2\t2.5\t1\t4\t4")];
        assert_eq!(summary(&rows), expected);
        rows.reverse();
        assert_eq!(summary(&rows), expected);
    }

    #[test]
    fn days_beside_the_week_do_not_count() {
        let outside =
            ["2014-03-24\tproblem\tp\tattempted\t1", "2014-04-01\tproblem\tp\tattempted\t1"];
        assert!(summary(&outside).is_empty());
    }

    #[test]
    fn an_unknown_entity_is_counted_and_makes_the_day_active() {
        let row = "o/c/r\tmira\t2014-03-26\tmap\tm\tread\t1".to_owned();
        let input = [("module_engagement", vec![row])];
        let done = run(&super::JOB, &[("date", "2014-04-01")], &input);
        assert_eq!(done.table(super::TABLE.name), [format!("{WEEK}\t0\t0\t0\tinf\t0\t0\t1")]);
        assert_eq!(done.counters.get("Module Engagement", "Unknown Entity Type"), 1);
    }
}

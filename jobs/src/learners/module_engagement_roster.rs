//! Everybody ever enrolled in a course, with profile, enrollment and last week (spec 30 A.6).
//!
//! Two steps: learners meet their accounts ([`super::roster_enrollment`]), then a course's learners
//! meet its groups and what the week says of them. A learner in two groups has two rows.

use super::{module_engagement_user_segments, roster_enrollment};
use crate::engagement::module_engagement_summary;
use crate::engagement::summary_row::number;
use crate::enrollment::course_enrollment_spans;
use crate::job::{At, Fill, Input, Job, Pass, Step, Work, every_day, week};
use crate::lms::{
    AUTH_USER, AUTH_USERPROFILE, COURSE_GROUPS_COURSEUSERGROUP, COURSE_GROUPS_COURSEUSERGROUP_USERS,
};
use crate::params::{ParamError, Params};
use crate::streaming::output::split;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Load, Table};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};

/// The job.
pub const JOB: Job = Job {
    name: "module-engagement-roster",
    about: "learners of each course by name: profile, enrollment, the week before a date",
    internal: false,
    inputs: &[
        Input::new(&course_enrollment_spans::TABLE, At::Date).within(every_day),
        Input::new(&module_engagement_summary::TABLE, At::Date),
        Input::new(&module_engagement_summary::TABLE, At::WeekBefore),
        Input::new(&module_engagement_user_segments::TABLE, At::Date),
        Input::new(&AUTH_USER.rows, At::Date),
        Input::new(&AUTH_USERPROFILE.rows, At::Date),
        Input::new(&COURSE_GROUPS_COURSEUSERGROUP.rows, At::Date),
        Input::new(&COURSE_GROUPS_COURSEUSERGROUP_USERS.rows, At::Date),
    ],
    fills: &[Fill { table: &TABLE, at: At::Date }],
    report: None,
    params: &["date", "max_field_length"],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: roster_enrollment::mapper,
            combiner: None,
            reducer: |params| Ok(Box::new(roster_enrollment::Meet::new(params)?)),
            partition: 2,
            key: 2,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: None,
            reducer: |params| Ok(Box::new(AddWeek::new(params)?)),
            partition: 1,
            key: 1,
        },
    ]),
};

const COLUMNS: &[Column] = &[
    Column::required("course_id", Kind::Text(255)),
    Column::required("username", Kind::Text(255)),
    Column::new("start_date", Kind::Date),
    Column::new("end_date", Kind::Date),
    Column::new("email", Kind::Text(255)),
    Column::new("name", Kind::Text(255)),
    Column::new("enrollment_mode", Kind::Text(255)),
    Column::new("enrollment_date", Kind::Date),
    Column::new("cohort", Kind::Text(255)),
    Column::new("problem_attempts", Kind::Int),
    Column::new("problems_attempted", Kind::Int),
    Column::new("problems_completed", Kind::Int),
    Column::new("problem_attempts_per_completed", Kind::Float),
    Column::new("videos_viewed", Kind::Int),
    Column::new("discussion_contributions", Kind::Int),
    Column::new("segments", Kind::Text(255)),
    Column::new("attempt_ratio_order", Kind::Int),
    Column::new("user_id", Kind::Int),
    Column::new("language", Kind::Text(255)),
    Column::new("location", Kind::Text(255)),
    Column::new("year_of_birth", Kind::Int),
    Column::new("level_of_education", Kind::Text(255)),
    Column::new("gender", Kind::Text(255)),
    Column::new("mailing_address", Kind::LongText),
    Column::new("city", Kind::LongText),
    Column::new("country", Kind::Text(255)),
    Column::new("goals", Kind::LongText),
];

/// One row: a learner in a course, and a cohort. `segments` are joined by commas.
pub const TABLE: Table =
    Table { load: Load::As(&LEARNER_ROSTER), ..Table::staged("module_engagement_roster", COLUMNS) };

/// The roster in the result store, for the Data API's learners (spec 50 §9.1).
pub const LEARNER_ROSTER: Table =
    Table::result("learner_roster", COLUMNS, &[&["course_id", "username"]]).searched(&["name"]);

struct AddWeek {
    start: NaiveDate,
    end: NaiveDate,
}

/// The names of a course's groups, by their numbers: some thousands at most.
type Groups = HashMap<Vec<u8>, Vec<u8>>;

impl AddWeek {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let (start, end) = week(params)?;
        Ok(Self { start, end })
    }
}

impl Reducer for AddWeek {
    fn reduce(
        &mut self,
        course_id: &[u8],
        values: &mut Values,
        out: &mut Output,
    ) -> Result<(), Error> {
        let (mut groups, mut learner) = (Groups::new(), Learner::default());
        while let Some(value) = values.next()? {
            let mut rest = value;
            if take(&mut rest, 1) == b"0" {
                let [group, name] = split("a group", rest)?;
                groups.insert(group.to_vec(), name.to_vec());
                continue;
            }
            let username = take(&mut rest, 1);
            if learner.username != username {
                learner = Learner { username: username.to_vec(), ..Learner::default() };
            }
            match take(&mut rest, 1) {
                b"0" => learner.active_before = number(rest)? > 0.0,
                b"1" => learner.week = Week::read(rest)?,
                b"2" => learner.segments.extend([rest.to_vec()]),
                b"3" => self.write(course_id, &learner, &groups, rest, out)?,
                _ => return Err(Error::contract("what is known of a learner", "neither", value)),
            }
        }
        Ok(())
    }
}

/// Takes so many fields off the front of a line.
fn take<'a>(rest: &mut &'a [u8], fields: usize) -> &'a [u8] {
    let (front, back) = rest.split_at(key_len(rest, fields));
    *rest = back.get(1..).unwrap_or_default();
    front
}

/// What a week says of a learner in a course.
#[derive(Default)]
struct Learner {
    username: Vec<u8>,
    active_before: bool,
    week: Week,
    segments: BTreeSet<Vec<u8>>,
}

/// A learner's week; that of a learner without a summary is empty.
#[derive(Default)]
struct Week {
    attempts: i64,
    attempted: i64,
    completed: i64,
    /// None where it is infinite.
    ratio: Option<f32>,
    viewed: i64,
    contributions: i64,
    active: bool,
}

impl Week {
    fn read(line: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "a week of a learner";
        let [attempts, attempted, completed, ratio, viewed, contributions, days] =
            split(WHAT, line)?;
        let count = |text| {
            let number = str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
            number.ok_or_else(|| Error::contract(WHAT, "no count", line))
        };
        Ok(Self {
            attempts: count(attempts)?,
            attempted: count(attempted)?,
            completed: count(completed)?,
            ratio: single(number(ratio)?),
            viewed: count(viewed)?,
            contributions: count(contributions)?,
            active: count(days)? > 0,
        })
    }

    /// Sorts learners of equal ratios: more attempts are better where problems were completed, and
    /// worse where none was.
    const fn order(&self) -> i64 {
        if self.ratio.is_some() { self.attempts } else { -self.attempts }
    }
}

/// A number as Hive holds it in a FLOAT column.
#[expect(clippy::cast_possible_truncation, reason = "that is what the column does")]
fn single(number: f64) -> Option<f32> {
    number.is_finite().then_some(number as f32)
}

impl AddWeek {
    fn write(
        &self,
        course_id: &[u8],
        learner: &Learner,
        groups: &Groups,
        mut enrollment: &[u8],
        out: &mut Output,
    ) -> Result<(), Error> {
        let enrolled = take(&mut enrollment, 1) == b"1";
        let ids = take(&mut enrollment, 1).split(|byte| *byte == b',');
        let mut cohorts: Vec<_> = ids.filter_map(|id| groups.get(id)).map(Some).collect();
        if cohorts.is_empty() {
            cohorts.push(None);
        }
        let to_date = take(&mut enrollment, 4);
        let (week, segments) = (&learner.week, learner.segments(enrolled));
        for cohort in cohorts {
            let mut row = out.row();
            row.fields(course_id).fields(&learner.username).show(self.start).show(self.end);
            row.fields(to_date).opt(cohort);
            row.int(week.attempts).int(week.attempted).int(week.completed);
            row.opt_str(week.ratio.map(|ratio| format!("{ratio:?}")));
            row.int(week.viewed).int(week.contributions).fields(&segments).int(week.order());
            row.fields(enrollment).end()?;
        }
        Ok(())
    }
}

impl Learner {
    fn segments(&self, enrolled: bool) -> Vec<u8> {
        let mut segments: Vec<&[u8]> = Vec::new();
        if !enrolled {
            segments.push(b"unenrolled");
        }
        match (self.active_before, self.week.active) {
            (false, false) => segments.push(b"inactive"),
            (true, false) => segments.push(b"disengaging"),
            (_, true) => {}
        }
        segments.extend(self.segments.iter().map(Vec::as_slice));
        segments.join(&b',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streaming::Counters;
    use crate::testkit::run;

    const PROFILE: &str = "7\tMira\\ \\\\N\t\\N\t1990\t\t\\N\tHere\tA\\n street\t\t\\N\tGoals";

    /// The roster of a week to 2015-04-17 and what was counted; tables not given hold one learner, 7.
    fn roster(changed: &[(&str, &[&str])]) -> (Vec<String>, Counters) {
        let tables: [(&str, &[&str]); 5] = [
            ("course_enrollment_spans", &["o/c/r\t7\t2015-04-01\t2015-04-16\t1\t1\thonor"]),
            ("auth_user", &["7\tmira\tm@example.org"]),
            ("auth_userprofile", &[PROFILE]),
            ("course_groups_courseusergroup", &["1\tRed\to/c/r\t\\N", "2\tBlue\to/c/r\t\\N"]),
            ("course_groups_courseusergroup_users", &[]),
        ];
        let given = |name: &str| changed.iter().find(|(table, _)| *table == name);
        let kept = tables.iter().filter(|(name, _)| given(name).is_none());
        let lines = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect();
        let input: Vec<_> = kept.chain(changed).map(|(name, rows)| (*name, lines(rows))).collect();
        let done = run(&JOB, &[("date", "2015-04-17"), ("max_field_length", "8")], &input);
        (done.table(TABLE.name), done.counters)
    }

    /// Some columns of a row.
    fn pick(row: &str, names: &[&str]) -> Vec<String> {
        let at = |name: &&str| COLUMNS.iter().position(|column| column.name == *name);
        let cells: Vec<_> = row.split('\t').collect();
        assert_eq!(cells.len(), COLUMNS.len(), "{row}");
        names.iter().filter_map(at).map(|at| cells[at].to_owned()).collect()
    }

    #[test]
    fn profile_texts_are_cleaned_and_cut() {
        let (rows, _) = roster(&[]);
        let front = "o/c/r\tmira\t2015-04-10\t2015-04-17\tm@example.org\tMira N\thonor\t2015-04-01";
        let week = "\\N\t0\t0\t0\t\\N\t0\t0\tinactive\t0";
        let profile = "7\t\\N\tHere\t1990\t\t\\N\tAn stree\t\t\\N\tGoals";
        assert_eq!(rows, [format!("{front}\t{week}\t{profile}")]);
    }

    #[test]
    fn segments_tell_of_enrollment_activity_and_rank() {
        const WEEK: &str = "o/c/r\tmira\t2015-04-10\t2015-04-17\t5\t1\t3\t1.66666666667\t2\t4\t6";
        const BEFORE: &str = "o/c/r\tmira\t2015-04-03\t2015-04-10\t5\t1\t0\tinf\t2\t4\t6";
        let segment = |name| format!("o/c/r\tmira\t2015-04-10\t2015-04-17\t{name}\treason");
        let segments = [segment("struggling"), segment("highly_engaged")];
        let segments =
            ("module_engagement_user_segments", &segments.each_ref().map(String::as_str)[..]);
        let out =
            ("course_enrollment_spans", &["o/c/r\t7\t2015-04-16\t2015-04-16\t0\t0\thonor"][..]);
        let names = ["segments", "problem_attempts_per_completed", "attempt_ratio_order"];
        for (changed, expected) in [
            (vec![("module_engagement_summary", &[WEEK][..])], ["", "1.6666666", "5"]),
            (vec![("module_engagement_summary", &[BEFORE][..])], ["disengaging", "\\N", "0"]),
            (
                vec![("module_engagement_summary", &[BEFORE, WEEK][..]), segments, out],
                ["unenrolled,highly_engaged,struggling", "1.6666666", "5"],
            ),
            (vec![out], ["unenrolled,inactive", "\\N", "0"]),
        ] {
            assert_eq!(pick(&roster(&changed).0[0], &names), expected);
        }
    }

    #[test]
    fn attempts_without_a_completed_problem_order_downwards() {
        let row = "o/c/r\tmira\t2015-04-10\t2015-04-17\t5\t1\t0\tinf\t2\t4\t6";
        let (rows, _) = roster(&[("module_engagement_summary", &[row])]);
        assert_eq!(pick(&rows[0], &["problem_attempts", "attempt_ratio_order"]), ["5", "-5"]);
    }

    #[test]
    fn each_group_of_the_course_is_a_row() {
        let members = ["2\t7", "1\t7", "3\t7", "1\t8"];
        let (rows, _) = roster(&[("course_groups_courseusergroup_users", &members)]);
        let cohorts: Vec<_> = rows.iter().flat_map(|row| pick(row, &["cohort"])).collect();
        assert_eq!(cohorts, ["Red", "Blue"]);
    }

    #[test]
    fn enrollment_is_that_of_the_last_day_and_its_date_the_first() {
        let spans = [
            "o/c/r\t7\t2015-04-03\t2015-04-04\t1\t1\thonor",
            "o/c/r\t7\t2015-04-05\t2015-04-09\t0\t-1\thonor",
            "o/c/r\t7\t2015-04-10\t2015-04-16\t1\t1\tverified",
            "x/c/r\t7\t2015-04-16\t2015-04-16\t0\t0\thonor",
            "o/c/r\tseven\t2015-04-16\t2015-04-16\t1\t0\thonor",
        ];
        let (rows, _) = roster(&[("course_enrollment_spans", &spans)]);
        let names = ["course_id", "enrollment_mode", "enrollment_date", "segments"];
        let found: Vec<_> = rows.iter().map(|row| pick(row, &names)).collect();
        assert_eq!(
            found,
            [
                ["o/c/r", "verified", "2015-04-03", "inactive"],
                ["x/c/r", "honor", "\\N", "unenrolled,inactive"],
            ]
        );
    }

    #[test]
    fn who_has_no_account_or_profile_is_counted_and_left_out() {
        for table in ["auth_user", "auth_userprofile"] {
            let (rows, counters) = roster(&[(table, &[])]);
            assert!(rows.is_empty(), "{rows:?}");
            assert_eq!(counters.get("Roster", "Discard Learner Without Profile"), 1);
        }
    }
}

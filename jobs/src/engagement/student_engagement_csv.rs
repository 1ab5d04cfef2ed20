//! What the learners enrolled in a course did, as a table and as reports for its instructors (spec 30
//! §B.3, §B.4).
//!
//! Three steps: groups meet their members, and accounts their enrollments; then enrollments meet the
//! cohorts; then each enrollment, day by day, meets what the learner did. The last step's rows stand
//! in the order of the reports: all of one report together, and sorted.

use super::interval_type::{EndDates, IntervalType};
use super::student_engagement::{self as engagement, raw};
use super::student_engagement_report::Reports;
use crate::day;
use crate::enrollment::course_enrollment_spans as spans;
use crate::enrollment::span::{Span, learner, learner_key};
use crate::job::{At, Fill, Input, Job, Pass, Step, Work, every_day};
use crate::lms::{AUTH_USER, COURSE_GROUPS_COURSEUSERGROUP, COURSE_GROUPS_COURSEUSERGROUP_USERS};
use crate::params::{ParamError, Params};
use crate::streaming::output::{nullable, split};
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "student-engagement-csv",
    about: "reports for instructors: what the enrolled learners of a course did",
    internal: false,
    inputs: &[
        Input::new(&engagement::RAW_DAILY, IntervalType::Daily.at()),
        Input::new(&engagement::RAW_WEEKLY, IntervalType::Weekly.at()),
        Input::new(&engagement::RAW_ALL, IntervalType::All.at()),
        Input::new(&spans::TABLE, At::IntervalEnd).within(every_day),
        Input::new(&AUTH_USER.rows, At::ImportDate),
        Input::new(&COURSE_GROUPS_COURSEUSERGROUP.rows, At::ImportDate),
        Input::new(&COURSE_GROUPS_COURSEUSERGROUP_USERS.rows, At::ImportDate),
    ],
    fills: &[
        Fill { table: &JOINED_DAILY, at: IntervalType::Daily.at() },
        Fill { table: &JOINED_WEEKLY, at: IntervalType::Weekly.at() },
        Fill { table: &JOINED_ALL, at: IntervalType::All.at() },
    ],
    report: Some(|params| Ok(Box::new(Reports::new(params)?))),
    params: &["interval_type", "import_date", "output_root"],
    only_if: None,
    work: Work::Steps(&[
        Step { mapper, combiner: None, reducer: |_| Ok(Box::new(Meet)), partition: 2, key: 2 },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: None,
            reducer: |_| Ok(Box::new(AddCohorts)),
            partition: 2,
            key: 2,
        },
        Step {
            mapper: |params, _| Ok(Box::new(ByDate { end_dates: EndDates::of(params)? })),
            combiner: None,
            reducer: |params| Ok(Box::new(Join { table: joined(IntervalType::of(params)?).name })),
            partition: 2,
            key: 3,
        },
    ]),
};

/// One row: a learner enrolled in a course at the end of a day.
pub const JOINED_DAILY: Table = Table::staged("student_engagement_joined_daily", COLUMNS);
/// One row: a learner enrolled in a course at the end of a week.
pub const JOINED_WEEKLY: Table = Table::staged("student_engagement_joined_weekly", COLUMNS);
/// One row: a learner enrolled in a course at the end of the interval.
pub const JOINED_ALL: Table = Table::staged("student_engagement_joined_all", COLUMNS);

const COLUMNS: &[Column] = &[
    Column::new("end_date", Kind::Date),
    Column::new("course_id", Kind::Text(255)),
    Column::new("username", Kind::Text(255)),
    Column::new("email", Kind::Text(255)),
    Column::new("cohort", Kind::Text(255)),
    Column::new("days_active", Kind::Int),
    Column::new("problems_attempted", Kind::Int),
    Column::new("problem_attempts", Kind::Int),
    Column::new("problems_correct", Kind::Int),
    Column::new("videos_played", Kind::Int),
    Column::new("forum_posts", Kind::Int),
    Column::new("forum_responses", Kind::Int),
    Column::new("forum_comments", Kind::Int),
    Column::new("forum_upvotes_given", Kind::Int),
    Column::new("forum_downvotes_given", Kind::Int),
    Column::new("forum_upvotes_received", Kind::Int),
    Column::new("forum_downvotes_received", Kind::Int),
    Column::new("textbook_pages_viewed", Kind::Int),
    Column::new("last_subsection_viewed", Kind::Text(1000)),
];

/// The 13 measures and the subsection of a learner who did nothing.
const NOTHING: &[u8] = b"0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t";

/// What the keys of the first step begin with.
const GROUP: &str = "group";
const USER: &str = "user";
const DID: &str = "did";

/// The warehouse table of a type of interval.
#[must_use]
pub const fn joined(interval_type: IntervalType) -> &'static Table {
    match interval_type {
        IntervalType::Daily => &JOINED_DAILY,
        IntervalType::Weekly => &JOINED_WEEKLY,
        IntervalType::All => &JOINED_ALL,
    }
}

fn mapper(params: &Params, table: &str) -> Result<Box<dyn Mapper>, ParamError> {
    Ok(match table {
        t if t == spans::TABLE.name => Box::new(FromSpan { end_dates: EndDates::of(params)? }),
        t if t == raw(IntervalType::of(params)?).name => Box::new(FromRaw),
        t if t == AUTH_USER.rows.name => Box::new(FromUser),
        t if t == COURSE_GROUPS_COURSEUSERGROUP.rows.name => Box::new(FromGroup),
        _ => Box::new(FromMember),
    })
}

/// `group, number, 0, course_id, name`: before its members.
struct FromGroup;

impl Mapper for FromGroup {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let fields = split("a row of course_groups_courseusergroup", line)?;
        let [id, name, course_id, _group_type]: [&[u8]; 4] = fields;
        out.row().text(GROUP).fields(id).int(0).fields(course_id).fields(name).end()
    }
}

/// `group, number, 1, learner`.
struct FromMember;

impl Mapper for FromMember {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [id, user_id] = split("a row of course_groups_courseusergroup_users", line)?;
        out.row().text(GROUP).fields(id).int(1).fields(user_id).end()
    }
}

/// `user, learner, 0, username, email`: before the enrollments.
struct FromUser;

impl Mapper for FromUser {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [id, username, email] = split("a row of auth_user", line)?;
        out.row().text(USER).fields(id).int(0).fields(username).fields(email).end()
    }
}

/// `user, learner, 1, course_id, first_date, last_date` of the enrollments that a report may show.
struct FromSpan {
    end_dates: EndDates,
}

impl Mapper for FromSpan {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let span = Span::read(line)?;
        if !span.at_end || self.end_dates.within(span.first, span.last).next().is_none() {
            return Ok(());
        }
        let learner = learner_key(learner(span.user_id));
        let mut row = out.row();
        row.text(USER).fields(&learner).int(1);
        row.fields(span.course_id).show(span.first).show(span.last).end()
    }
}

/// `did, username, row`: it waits for the last step.
struct FromRaw;

impl Mapper for FromRaw {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let fields: [&[u8]; 17] = split("a row of student_engagement_raw", line)?;
        out.row().text(DID).fields(fields[2]).fields(line).end()
    }
}

/// Joins groups with members, to `course_id, learner, 0, cohort`, and accounts with enrollments, to
/// `course_id, learner, 1, username, email, first_date, last_date`. What learners did goes on as
/// `course_id, username, 2, row`.
struct Meet;

impl Reducer for Meet {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (kind, id) = key.split_at(key_len(key, 1));
        let id = id.get(1..).unwrap_or_default();
        if kind == DID.as_bytes() {
            return pass_on(id, values, out);
        }
        let mut owner = None;
        while let Some(value) = values.next()? {
            match (value.split_first_chunk(), &owner) {
                (Some((b"0\t", row)), _) => owner = Some(row.to_vec()),
                (Some((b"1\t", user_id)), Some(group)) if kind == GROUP.as_bytes() => {
                    let [course_id, name] = split("a group", group)?;
                    let cohort = nullable(name).unwrap_or_default();
                    out.row().fields(course_id).fields(user_id).int(0).fields(cohort).end()?;
                }
                (Some((b"1\t", enrollment)), Some(account)) => {
                    let [course_id, first, last] = split("an enrollment", enrollment)?;
                    let mut row = out.row();
                    row.fields(course_id).fields(id).int(1);
                    row.fields(account).fields(first).fields(last).end()?;
                }
                (Some((b"1\t", _)), None) => {
                    out.count("Student Engagement", "Discard Row Without Group Or Account", 1);
                }
                _ => return Err(Error::contract("a line of a join", "no known kind", value)),
            }
        }
        Ok(())
    }
}

fn pass_on(username: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
    while let Some(value) = values.next()? {
        let fields: [&[u8]; 17] = split("a row of student_engagement_raw", value)?;
        out.row().fields(fields[1]).fields(username).int(2).fields(value).end()?;
    }
    Ok(())
}

/// Gives each enrollment its cohort, to `1, course_id, username, email, cohort, first_date,
/// last_date`; one with several cohorts comes as often (30 §A.6 step 2). What learners did goes on as
/// `0, row`.
struct AddCohorts;

impl Reducer for AddCohorts {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let course_id = &key[..key_len(key, 1)];
        // A learner's cohorts in one course: one, hardly ever two.
        let mut cohorts = Vec::new();
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", cohort)) => cohorts.push(cohort.to_vec()),
                Some((b"1\t", enrollment)) => {
                    if cohorts.is_empty() {
                        cohorts.push(Vec::new());
                    }
                    let [username, email, first, last] = split("an enrollment", enrollment)?;
                    for cohort in &cohorts {
                        let mut row = out.row();
                        row.int(1).fields(course_id).fields(username).fields(email);
                        row.fields(cohort).fields(first).fields(last).end()?;
                    }
                }
                Some((b"2\t", row)) => out.row().int(0).fields(row).end()?,
                _ => return Err(Error::contract("a line of a join", "no known kind", value)),
            }
        }
        Ok(())
    }
}

/// `course_id, end_date, username, 0, measures, subsection` of what was done, then
/// `course_id, end_date, username, 1, email, cohort` for each date at whose end the learner is enrolled.
struct ByDate {
    end_dates: EndDates,
}

impl Mapper for ByDate {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        match line.split_first_chunk() {
            Some((b"0\t", did)) => {
                let key = key_len(did, 3);
                let [end_date, course_id, username] = split("a learner's key", &did[..key])?;
                let mut row = out.row();
                row.fields(course_id).fields(end_date).fields(username).int(0);
                row.fields(did.get(key + 1..).unwrap_or_default()).end()
            }
            Some((b"1\t", enrollment)) => {
                let [course_id, username, email, cohort, first, last] =
                    split("an enrollment", enrollment)?;
                let (first, last) = day::parse(first).zip(day::parse(last)).ok_or_else(|| {
                    Error::contract("an enrollment", "a date that is none", enrollment)
                })?;
                self.end_dates.within(first, last).try_for_each(|end_date| {
                    let mut row = out.row();
                    row.fields(course_id).show(end_date).fields(username).int(1);
                    row.fields(email).fields(cohort).end()
                })
            }
            _ => Err(Error::contract("a line of a join", "no known kind", line)),
        }
    }
}

/// Joins an enrollment on a date with what the learner did up to it.
struct Join {
    table: &'static str,
}

impl Reducer for Join {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [course_id, end_date, username] = split("a learner's key", key)?;
        let mut did = NOTHING.to_vec();
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", measures)) => did = measures.to_vec(),
                Some((b"1\t", email_and_cohort)) => {
                    let mut row = out.row();
                    row.text(self.table).fields(end_date).fields(course_id).fields(username);
                    row.fields(email_and_cohort).fields(&did).end()?;
                }
                _ => return Err(Error::contract("a line of a join", "no known kind", value)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    const DAYS: &str = "2015-04-06-2015-04-09";

    struct Given {
        spans: Vec<&'static str>,
        groups: Vec<&'static str>,
        members: Vec<&'static str>,
        did: Vec<&'static str>,
    }

    fn rows(given: &Given) -> Vec<String> {
        let lines = |lines: &[&str]| lines.iter().map(|line| line.replace(' ', "\t")).collect();
        let did = given.did.iter().map(|did| format!("{did} 1 2 3 4 5 6 7 8 9 10 11 12 13 path"));
        let did: Vec<_> = did.map(|row| row.replace(' ', "\t")).collect();
        let input = [
            ("student_engagement_raw_daily", did),
            ("course_enrollment_spans", lines(&given.spans)),
            ("auth_user", lines(&["7 ada ada@x", "8 bob \\N"])),
            ("course_groups_courseusergroup", lines(&given.groups)),
            ("course_groups_courseusergroup_users", lines(&given.members)),
        ];
        let params = [("interval", DAYS), ("import_date", "2015-04-09")];
        run(&super::JOB, &params, &input).table("student_engagement_joined_daily")
    }

    const DID: &str = "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\tpath";
    const NOTHING: &str = "0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t";

    #[test]
    fn every_learner_enrolled_at_the_end_of_a_day_has_a_row() {
        let found = rows(&Given {
            spans: vec![
                "o/c/r 8 2015-04-08 2015-04-30 1 1 honor",
                "o/c/r 7 2015-04-01 2015-04-06 1 1 honor",
                "o/c/r 7 2015-04-07 2015-04-07 0 -1 honor",
                "o/c/r 7 2015-04-08 2015-04-08 1 1 honor",
                "o/c/r 9 2015-04-01 2015-04-30 1 1 honor",
                "o/c/r x 2015-04-01 2015-04-30 1 1 honor",
            ],
            groups: vec!["1 blue o/c/r \\N", "2 red other/c/r cohort"],
            members: vec!["1 7", "2 7", "2 8", "3 7"],
            did: vec!["2015-04-06 o/c/r ada", "2015-04-07 o/c/r ada", "2015-04-08 o/c/r eve"],
        });
        assert_eq!(
            found,
            [
                format!("2015-04-06\to/c/r\tada\tada@x\tblue\t{DID}"),
                format!("2015-04-08\to/c/r\tada\tada@x\tblue\t{NOTHING}"),
                format!("2015-04-08\to/c/r\tbob\t\\N\t\t{NOTHING}"),
            ]
        );
    }

    #[test]
    fn a_learner_in_two_cohorts_has_two_rows() {
        let found = rows(&Given {
            spans: vec!["o/c/r 7 2015-04-08 2015-04-08 1 1 honor"],
            groups: vec!["1 red o/c/r \\N", "2 blue o/c/r cohort", "3 \\N o/c/r cohort"],
            members: vec!["1 7", "2 7", "3 7"],
            did: vec!["2015-04-08 o/c/r ada"],
        });
        let row = |cohort| format!("2015-04-08\to/c/r\tada\tada@x\t{cohort}\t{DID}");
        assert_eq!(found, [row(""), row("blue"), row("red")]);
    }

    #[test]
    fn enrollments_without_an_account_are_counted() {
        let spans = ["o/c/r\t9\t2015-04-06\t2015-04-06\t1\t1\thonor".to_owned()];
        let input = [("course_enrollment_spans", spans.to_vec())];
        let done = run(&super::JOB, &[("interval", DAYS)], &input);
        assert!(done.rows.is_empty());
        let counted = "Discard Row Without Group Or Account";
        assert_eq!(done.counters.get("Student Engagement", counted), 1);
    }
}

//! What each learner did in a course by day, by week or in the whole interval (spec 30 §B.2, §B.5).

use super::interval_type::{EndDates, IntervalType};
use super::student_engagement_by_day as by_day;
use crate::day;
use crate::job::{Fill, Input, Job, Step, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Load, Table};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The job.
pub const JOB: Job = Job {
    name: "student-engagement",
    about: "what each learner did in each course, by day, week or interval",
    internal: false,
    inputs: &[Input::new(&by_day::TABLE, crate::job::At::Days)],
    fills: &[
        Fill { table: &RAW_DAILY, at: IntervalType::Daily.at() },
        Fill { table: &RAW_WEEKLY, at: IntervalType::Weekly.at() },
        Fill { table: &RAW_ALL, at: IntervalType::All.at() },
    ],
    report: None,
    params: &["interval_type"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |params, _| Ok(Box::new(Map { end_dates: EndDates::of(params)? })),
        combiner: None,
        reducer: |params| Ok(Box::new(Reduce { table: raw(IntervalType::of(params)?).name })),
        partition: 3,
        key: 3,
    }]),
};

/// One row: a learner in a course on a day.
pub const RAW_DAILY: Table = staged("student_engagement_raw_daily", &RESULT_DAILY);
/// One row: a learner in a course in the week that ends on a day.
pub const RAW_WEEKLY: Table = staged("student_engagement_raw_weekly", &RESULT_WEEKLY);
/// One row: a learner in a course in the interval that ends on a day.
pub const RAW_ALL: Table = staged("student_engagement_raw_all", &RESULT_ALL);

/// The result table of the rows of [`RAW_DAILY`].
pub const RESULT_DAILY: Table = result("student_engagement_daily");
/// The result table of the rows of [`RAW_WEEKLY`].
pub const RESULT_WEEKLY: Table = result("student_engagement_weekly");
/// The result table of the rows of [`RAW_ALL`].
pub const RESULT_ALL: Table = result("student_engagement_all");

const KEY: &[&str] = &["course_id", "username", "end_date"];

const fn staged(name: &'static str, result: &'static Table) -> Table {
    Table { load: Load::As(result), ..Table::staged(name, COLUMNS) }
}

const fn result(name: &'static str) -> Table {
    Table::result(name, COLUMNS, &[KEY]).unique(KEY)
}

/// The warehouse table of a type of interval.
#[must_use]
pub const fn raw(interval_type: IntervalType) -> &'static Table {
    match interval_type {
        IntervalType::Daily => &RAW_DAILY,
        IntervalType::Weekly => &RAW_WEEKLY,
        IntervalType::All => &RAW_ALL,
    }
}

const COLUMNS: &[Column] = &[
    Column::new("end_date", Kind::Date),
    Column::required("course_id", Kind::Text(255)),
    Column::required("username", Kind::Text(255)),
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
    Column::required("last_subsection_viewed", Kind::Text(1000)),
];

const ACTIVITY: &str = "an activity of a learner in a course";

/// `end_date, course_id, username` and the rest of an activity, its entity first, so that all that
/// was done with one problem or video comes together.
struct Map {
    end_dates: EndDates,
}

impl Mapper for Map {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let fields = split("a row of student_engagement_by_day", line)?;
        let [course_id, username, date, event_type, entity, rest @ ..]: [&[u8]; 11] = fields;
        let [correct, vote, undo, timestamp, path, count] = rest;
        let mut row = out.row();
        row.show(self.end_dates.on_or_after(read_date(date, line)?));
        row.fields(course_id).fields(username).fields(entity).fields(event_type).fields(date);
        row.fields(correct).fields(vote).fields(undo);
        row.fields(timestamp).fields(path).fields(count).end()
    }
}

fn read_date(date: &[u8], line: &[u8]) -> Result<NaiveDate, Error> {
    day::parse(date).ok_or_else(|| Error::contract(ACTIVITY, "a date that is none", line))
}

struct Reduce {
    table: &'static str,
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut measures = Measures::default();
        while let Some(value) = values.next()? {
            measures.take(value)?;
        }
        measures.end_entity();
        let mut row = out.row();
        row.text(self.table).fields(key);
        measures.numbers().into_iter().for_each(|number| {
            row.int(number);
        });
        row.fields(&measures.last_subsection.1).end()
    }
}

/// What is known of a learner so far.
#[derive(Default)]
struct Measures {
    /// No more than the interval has.
    days: BTreeSet<NaiveDate>,
    entity: Option<Entity>,
    problems_attempted: i64,
    problem_attempts: i64,
    problems_correct: i64,
    videos_played: i64,
    posts: i64,
    responses: i64,
    comments: i64,
    given: Votes,
    received: Votes,
    pages: i64,
    /// Time and path.
    last_subsection: (Vec<u8>, Vec<u8>),
}

/// The problem or video that the values speak of at present.
struct Entity {
    id: Vec<u8>,
    problem: bool,
    correct: bool,
}

#[derive(Default)]
struct Votes {
    up: i64,
    down: i64,
}

impl Measures {
    fn take(&mut self, value: &[u8]) -> Result<(), Error> {
        let [id, event_type, date, correct, vote, undo, timestamp, path, count] =
            split(ACTIVITY, value)?;
        self.days.insert(read_date(date, value)?);
        let count = str::from_utf8(count).ok().and_then(|text| text.parse::<i64>().ok());
        let count = count.ok_or_else(|| Error::contract(ACTIVITY, "no count", value))?;
        let signed = if undo == b"1" { -count } else { count };
        match str::from_utf8(event_type).unwrap_or_default() {
            by_day::PROBLEM => {
                self.problem_attempts += count;
                let entity = self.entity(id);
                entity.problem = true;
                entity.correct |= correct == b"1";
            }
            by_day::VIDEO => {
                self.entity(id);
            }
            by_day::THREAD_CREATED => self.posts += count,
            by_day::RESPONSE_CREATED => self.responses += count,
            by_day::COMMENT_CREATED => self.comments += count,
            by_day::THREAD_VOTED | by_day::RESPONSE_VOTED => self.given.add(vote, signed),
            by_day::THREAD_VOTE_RECEIVED | by_day::RESPONSE_VOTE_RECEIVED => {
                self.received.add(vote, signed);
            }
            by_day::BOOK => self.pages += count,
            by_day::SUBSECTION if (timestamp, path) > self.last() => {
                self.last_subsection = (timestamp.to_vec(), path.to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    fn last(&self) -> (&[u8], &[u8]) {
        (&self.last_subsection.0, &self.last_subsection.1)
    }

    fn entity(&mut self, id: &[u8]) -> &mut Entity {
        if self.entity.as_ref().is_none_or(|entity| entity.id != id) {
            self.end_entity();
        }
        self.entity.get_or_insert_with(|| Entity {
            id: id.to_vec(),
            problem: false,
            correct: false,
        })
    }

    /// What was both answered and played is a problem (01 §2).
    fn end_entity(&mut self) {
        match self.entity.take() {
            Some(Entity { problem: true, correct, .. }) => {
                self.problems_attempted += 1;
                self.problems_correct += i64::from(correct);
            }
            Some(_) => self.videos_played += 1,
            None => {}
        }
    }

    /// In the order of the columns.
    fn numbers(&self) -> [i64; 13] {
        [
            i64::try_from(self.days.len()).unwrap_or(i64::MAX),
            self.problems_attempted,
            self.problem_attempts,
            self.problems_correct,
            self.videos_played,
            self.posts,
            self.responses,
            self.comments,
            self.given.up,
            self.given.down,
            self.received.up,
            self.received.down,
            self.pages,
        ]
    }
}

impl Votes {
    fn add(&mut self, vote: &[u8], count: i64) {
        match vote {
            b"up" => self.up += count,
            b"down" => self.down += count,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    /// Facts of `course, username` as `date, type, entity, correct, vote, undo, timestamp, path, count`.
    fn rows(interval_type: &str, facts: &[&str]) -> Vec<String> {
        let facts = facts.iter().map(|fact| format!("o/c/r\tada\t{}", fact.replace(' ', "\t")));
        let params = [("interval", "2015-04-06-2015-04-20"), ("interval_type", interval_type)];
        let input = [("student_engagement_by_day", facts.collect())];
        let done = run(&super::JOB, &params, &input);
        assert!(done.rows.keys().all(|(table, folder)| {
            *table == format!("student_engagement_raw_{interval_type}") && folder == "dt=2015-04-20"
        }));
        done.table(&format!("student_engagement_raw_{interval_type}"))
    }

    const PLAYED: &str = r"play_video v \N \N \N \N \N 1";

    #[test]
    fn the_type_of_the_interval_chooses_rows_and_table() {
        let facts: Vec<_> =
            ["07", "08", "12", "19"].iter().map(|day| format!("2015-04-{day} {PLAYED}")).collect();
        let facts: Vec<_> = facts.iter().map(String::as_str).collect();
        let row = |date, days| {
            format!("{date}\to/c/r\tada\t{days}\t0\t0\t0\t1\t0\t0\t0\t0\t0\t0\t0\t0\t")
        };
        let daily = ["2015-04-07", "2015-04-08", "2015-04-12", "2015-04-19"].map(|day| row(day, 1));
        assert_eq!(rows("daily", &facts), daily);
        assert_eq!(rows("weekly", &facts), [row("2015-04-12", 3), row("2015-04-19", 1)]);
        assert_eq!(rows("all", &facts), [row("2015-04-19", 4)]);
    }

    #[test]
    fn each_measure_counts_what_it_names() {
        let day = "2015-04-07";
        let facts = [
            r"problem_check p 0 \N \N \N \N 3",
            r"problem_check p 1 \N \N \N \N 2",
            r"problem_check q 0 \N \N \N \N 1",
            r"play_video v \N \N \N \N \N 5",
            r"edx.forum.thread.created \N \N \N \N \N \N 2",
            r"edx.forum.response.created \N \N \N \N \N \N 3",
            r"edx.forum.comment.created \N \N \N \N \N \N 4",
            r"edx.forum.thread.voted \N \N up 0 \N \N 7",
            r"edx.forum.response.voted \N \N up 1 \N \N 2",
            r"edx.forum.response.voted \N \N down 1 \N \N 6",
            r"edx.forum.thread.vote_received \N \N up 0 \N \N 8",
            r"edx.forum.response.vote_received \N \N down 0 \N \N 9",
            r"book \N \N \N \N \N \N 10",
            r"other \N \N \N \N \N \N 11",
        ];
        let facts = facts.map(|fact| format!("{day} {fact}"));
        let facts = facts.each_ref().map(String::as_str);
        let numbers = "1\t2\t6\t1\t1\t2\t3\t4\t5\t-6\t8\t9\t10";
        assert_eq!(rows("daily", &facts), [format!("{day}\to/c/r\tada\t{numbers}\t")]);
    }

    #[test]
    fn an_entity_of_both_kinds_is_a_problem() {
        let both = [
            "2015-04-07 play_video x \\N \\N \\N \\N \\N 1",
            "2015-04-07 problem_check x 1 \\N \\N \\N \\N 1",
            "2015-04-07 play_video \\N \\N \\N \\N \\N \\N 1",
        ];
        let row = "2015-04-07\to/c/r\tada\t1\t1\t1\t1\t1\t0\t0\t0\t0\t0\t0\t0\t0\t";
        assert_eq!(rows("daily", &both), [row]);
    }

    #[test]
    fn the_subsection_opened_last_stays_whatever_the_order() {
        let opened = |day: &str, time: &str, path: &str| {
            format!(r"2015-04-{day} subsection_viewed \N \N \N \N 2015-04-{day}T{time} {path} 1")
        };
        let mut facts = [
            opened("07", "10:00:00.000000", "z"),
            opened("08", "10:00:00.000000", "b"),
            opened("08", "10:00:00.000000", "a"),
            opened("08", "09:00:00.000000", "y"),
        ];
        for _ in 0..facts.len() {
            facts.rotate_left(1);
            let facts: Vec<_> = facts.iter().map(String::as_str).collect();
            let row = rows("all", &facts).concat();
            assert!(
                row.starts_with("2015-04-19\to/c/r\tada\t2\t0") && row.ends_with("\tb"),
                "{row}"
            );
        }
    }
}

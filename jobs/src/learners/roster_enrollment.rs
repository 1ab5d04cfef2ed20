//! The first half of the roster: enrollments meet account, profile and groups, by learner (spec 30
//! A.6 steps 1 and 4). What belongs to a course passes through, to wait for them.
//!
//! Lines between map and reduce are `learner, number, order, …` or `course, course_id, …`. Lines out
//! begin with the course, in the order in which the second half reads them:
//!
//! - `course_id, 0, group, name`: a group of the course;
//! - `course_id, 1, username, 0, days_active`: the week before;
//! - `course_id, 1, username, 1, six metrics, days_active`: the week;
//! - `course_id, 1, username, 2, segment`;
//! - `course_id, 1, username, 3, at_end, groups, email, name, enrollment_mode, enrollment_date`, then
//!   the profile from `user_id` on.

use crate::engagement::module_engagement_summary;
use crate::engagement::summary_row::SummaryRow;
use crate::enrollment::course_enrollment_spans as spans;
use crate::enrollment::span::{Span, learner_key};
use crate::job::{lms_row, week};
use crate::learners::module_engagement_user_segments;
use crate::lms::{AUTH_USER, AUTH_USERPROFILE, COURSE_GROUPS_COURSEUSERGROUP, User, UserProfile};
use crate::params::{ParamError, Params};
use crate::streaming::output::split;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use chrono::NaiveDate;

const LEARNER: &str = "learner";
const COURSE: &str = "course";

/// Characters of a profile's text that are kept, where the run does not say.
const LONGEST_FIELD: u32 = 20_000;

/// The mapper for the rows of one table.
///
/// # Errors
/// When a parameter is missing or unreadable.
pub fn mapper(params: &Params, table: &str) -> Result<Box<dyn Mapper>, ParamError> {
    Ok(match table {
        t if t == spans::TABLE.name => Box::new(FromSpan),
        t if t == AUTH_USER.rows.name => Box::new(FromUser),
        t if t == AUTH_USERPROFILE.rows.name => {
            let longest = params.number("max_field_length")?.unwrap_or(LONGEST_FIELD);
            Box::new(FromProfile { longest: usize::try_from(longest).unwrap_or(usize::MAX) })
        }
        t if t == COURSE_GROUPS_COURSEUSERGROUP.rows.name => Box::new(FromGroup),
        t if t == module_engagement_summary::TABLE.name => Box::new(FromSummary::new(params)?),
        t if t == module_engagement_user_segments::TABLE.name => Box::new(FromSegment),
        _ => Box::new(FromMember),
    })
}

struct FromUser;

impl Mapper for FromUser {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let user = lms_row(line, User::parse)?;
        let mut row = out.row();
        row.text(LEARNER).int(user.id).int(0).text(user.username).text(user.email).end()
    }
}

struct FromProfile {
    longest: usize,
}

impl FromProfile {
    /// A text without backslashes, and not too long. That it holds no TAB or line end is [`Row::text`]'s
    /// care.
    ///
    /// [`Row::text`]: crate::streaming::Row::text
    fn cleaned(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| text.chars().filter(|c| *c != '\\').take(self.longest).collect())
    }
}

impl Mapper for FromProfile {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let profile = lms_row(line, UserProfile::parse)?;
        let mut row = out.row();
        row.text(LEARNER).int(profile.user_id).int(1).opt_str(self.cleaned(profile.name));
        row.int(profile.user_id);
        row.opt_str(self.cleaned(profile.language)).opt_str(self.cleaned(profile.location));
        row.opt_str(profile.year_of_birth.map(|year| year.to_string()));
        for text in [
            profile.level_of_education,
            profile.gender,
            profile.mailing_address,
            profile.city,
            profile.country,
            profile.goals,
        ] {
            row.opt_str(self.cleaned(text));
        }
        row.end()
    }
}

struct FromMember;

impl Mapper for FromMember {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [group, user_id] = split("a row of course_groups_courseusergroup_users", line)?;
        out.row().text(LEARNER).fields(user_id).int(2).fields(group).end()
    }
}

/// A learner without a number meets no account.
struct FromSpan;

impl Mapper for FromSpan {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        match Span::read(line)?.learner() {
            None => Ok(()),
            learner => {
                let mut row = out.row();
                row.text(LEARNER).fields(&learner_key(learner)).int(3).fields(line).end()
            }
        }
    }
}

struct FromGroup;

impl Mapper for FromGroup {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [group, name, course_id, _type] =
            split("a row of course_groups_courseusergroup", line)?;
        out.row().text(COURSE).fields(course_id).int(0).fields(group).fields(name).end()
    }
}

/// Weeks are told apart by their end.
struct FromSummary {
    week_before: Vec<u8>,
    week: Vec<u8>,
}

impl FromSummary {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let (start, end) = week(params)?;
        Ok(Self { week_before: start.to_string().into(), week: end.to_string().into() })
    }
}

impl Mapper for FromSummary {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let summary = SummaryRow::read(line)?;
        let mut row = out.row();
        row.text(COURSE).fields(summary.course_id).int(1).fields(summary.username);
        match summary.end_date {
            end if end == self.week_before => row.int(0).fields(summary.days_active).end(),
            end if end == self.week => {
                row.int(1);
                for metric in summary.metrics {
                    row.fields(metric);
                }
                row.fields(summary.days_active).end()
            }
            _ => Ok(()),
        }
    }
}

struct FromSegment;

impl Mapper for FromSegment {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [course_id, username, _, _, segment, _reason] =
            split("a row of module_engagement_user_segments", line)?;
        let mut row = out.row();
        row.text(COURSE).fields(course_id).int(1).fields(username).int(2).fields(segment).end()
    }
}

/// The reducer; only who has an account and a profile is on the roster.
pub struct Meet {
    last_day: NaiveDate,
}

impl Meet {
    /// For a week that ends before `date`.
    ///
    /// # Errors
    /// When `date` is missing or no date.
    pub fn new(params: &Params) -> Result<Self, ParamError> {
        let (_, end) = week(params)?;
        Ok(Self { last_day: end.pred_opt().unwrap_or(end) })
    }
}

impl Reducer for Meet {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [kind, id] = split("a learner or a course", key)?;
        if kind == LEARNER.as_bytes() {
            self.learner(values, out)
        } else {
            pass_on(id, values, out)
        }
    }
}

fn pass_on(course_id: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
    while let Some(value) = values.next()? {
        out.row().fields(course_id).fields(value).end()?;
    }
    Ok(())
}

impl Meet {
    /// Spans come last, by course.
    fn learner(&self, values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut learner, mut enrollment) = (Learner::default(), Enrollment::default());
        while let Some(value) = values.next()? {
            match value.split_first_chunk() {
                Some((b"0\t", account)) => learner.account = Some(account.to_vec()),
                Some((b"1\t", profile)) => learner.profile = Some(profile.to_vec()),
                Some((b"2\t", group)) => learner.groups.push(group.to_vec()),
                Some((b"3\t", _)) if learner.account.is_none() || learner.profile.is_none() => {
                    out.count("Roster", "Discard Learner Without Profile", 1);
                    return Ok(());
                }
                Some((b"3\t", span)) => {
                    let span = Span::read(span)?;
                    if enrollment.course_id != span.course_id {
                        enrollment.write(&learner, out)?;
                        enrollment = Enrollment::of(span.course_id);
                    }
                    enrollment.take(&span, self.last_day);
                }
                _ => return Err(Error::contract("what is known of a learner", "neither", value)),
            }
        }
        enrollment.write(&learner, out)
    }
}

/// A learner, with a few dozen groups at most.
#[derive(Default)]
struct Learner {
    account: Option<Vec<u8>>,
    profile: Option<Vec<u8>>,
    groups: Vec<Vec<u8>>,
}

/// A learner's enrollment in one course.
#[derive(Default)]
struct Enrollment {
    course_id: Vec<u8>,
    first_enrolled: Option<NaiveDate>,
    /// State and mode on the last day; several where events spelled the learner's number differently.
    last_day: Vec<(bool, Vec<u8>)>,
}

impl Enrollment {
    fn of(course_id: &[u8]) -> Self {
        Self { course_id: course_id.to_vec(), ..Self::default() }
    }

    fn take(&mut self, span: &Span, last_day: NaiveDate) {
        if span.at_end && span.first <= last_day {
            let first = self.first_enrolled.map_or(span.first, |first| first.min(span.first));
            self.first_enrolled = Some(first);
        }
        if span.first <= last_day && last_day <= span.last {
            self.last_day.push((span.at_end, span.mode.to_vec()));
        }
    }

    fn write(&self, learner: &Learner, out: &mut Output) -> Result<(), Error> {
        let Some((account, profile)) = learner.account.as_ref().zip(learner.profile.as_ref())
        else {
            return Ok(());
        };
        let [username, email] = split("an account", account)?;
        let name = &profile[..key_len(profile, 1)];
        let rest = profile.get(name.len() + 1..).unwrap_or_default();
        for (at_end, mode) in &self.last_day {
            let mut row = out.row();
            row.fields(&self.course_id).int(1).fields(username).int(3);
            row.int((*at_end).into()).fields(&learner.groups.join(&b','));
            row.fields(email).fields(name).fields(mode);
            row.opt_str(self.first_enrolled.map(|day| day.to_string())).fields(rest).end()?;
        }
        Ok(())
    }
}

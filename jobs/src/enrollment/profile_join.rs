//! Spans joined with learners' profiles: the first step of the three breakdowns by profile.
//!
//! Lines meet by learner: `learner, 0, value` from the profile (it sorts first), then
//! `learner, 1, span…`. Each span goes on as changes of `course, value`; a learner without a profile,
//! or with nothing in the field, falls in the NULL group.

use super::counts::{CountByDay, Days, SumChanges, write_changes, write_date_first};
use super::span::{Span, learner_key};
use crate::job::{Pass, Step, lms_row};
use crate::lms::UserProfile;
use crate::params::{ParamError, Params};
use crate::streaming::output::NULL;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use std::borrow::Cow;

/// The group value of a profile; none = NULL.
pub type Value = for<'a> fn(&UserProfile<'a>) -> Option<Cow<'a, str>>;

/// The mapper of the first step.
///
/// # Errors
/// Never; the signature is [`crate::job::MakeMapper`]'s.
pub fn mapper(table: &str, value: Value) -> Result<Box<dyn Mapper>, ParamError> {
    if table == crate::lms::AUTH_USERPROFILE.rows.name {
        return Ok(Box::new(FromProfile { value }));
    }
    Ok(Box::new(FromSpan))
}

/// The first step of a breakdown: its mapper, and which days count.
#[must_use]
pub const fn join(mapper: crate::job::MakeMapper, reducer: crate::job::MakeReducer) -> Step {
    Step { mapper, combiner: None, reducer, partition: 1, key: 1 }
}

/// The second step: sums the changes of a course and value.
pub const COUNT: Step = Step {
    mapper: |_, _| Ok(Box::new(Pass)),
    combiner: Some(|_| Ok(Box::new(SumChanges))),
    reducer: |params| {
        let end = params.interval()?.end();
        Ok(Box::new(CountByDay { end, write: write_date_first }))
    },
    partition: 1,
    key: 2,
};

/// The reducer of the first step, counting all days.
///
/// # Errors
/// When the interval is missing or unreadable.
pub fn all_days(params: &Params) -> Result<Box<dyn Reducer>, ParamError> {
    Ok(Box::new(Join { days: Days::Before(params.interval()?.end()) }))
}

/// The reducer of the first step, counting the interval's last day only.
///
/// # Errors
/// When the interval is missing or unreadable.
pub fn last_day(params: &Params) -> Result<Box<dyn Reducer>, ParamError> {
    let end = params.interval()?.end();
    Ok(Box::new(Join { days: Days::Only(end.pred_opt().unwrap_or(end)) }))
}

struct FromProfile {
    value: Value,
}

impl Mapper for FromProfile {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let profile = lms_row(line, UserProfile::parse)?;
        match (self.value)(&profile) {
            Some(value) => out.row().int(profile.user_id).int(0).text(&*value).end(),
            None => Ok(()),
        }
    }
}

struct FromSpan;

impl Mapper for FromSpan {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let learner = Span::read(line)?.learner();
        out.row().fields(&learner_key(learner)).int(1).fields(line).end()
    }
}

struct Join {
    days: Days,
}

impl Reducer for Join {
    fn reduce(&mut self, _: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let (mut value, mut group) = (NULL.to_vec(), Vec::new());
        while let Some(line) = values.next()? {
            match line.split_first_chunk() {
                Some((b"0\t", of_profile)) => value = of_profile.to_vec(),
                Some((b"1\t", of_span)) => {
                    let span = Span::read(of_span)?;
                    group.clear();
                    group.extend_from_slice(span.course_id);
                    group.push(b'\t');
                    group.extend_from_slice(&value);
                    write_changes(&span, &group, self.days, out)?;
                }
                _ => return Err(Error::contract("a profile or a span", "neither", line)),
            }
        }
        Ok(())
    }
}

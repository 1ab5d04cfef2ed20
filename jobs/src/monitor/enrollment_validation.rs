//! Enrollment events that must have been lost, written as log files (spec 30 E.1).
//!
//! The first step finds them, learner by learner; the second gathers those of a day in its file.

use super::synthesis::{Kind, Lost, Rules, Seen, Walk};
use super::synthetic_event::SyntheticEvent;
use super::{ACTIVATED, DEACTIVATED, MODE_CHANGED, VALIDATED, moment, newest_first};
use crate::day;
use crate::event::{Json, time};
use crate::job::{At, Input, Job, KeepAll, Pass, Step, WHOLE_LINE, Work};
use crate::params::{ParamError, Params};
use crate::report;
use crate::streaming::output::{nullable, split};
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use serde_json::json;

/// The job. Its rows are `file, line`: each file, below `output_root`, has the lines of one day.
pub const JOB: Job = Job {
    name: "enrollment-validation",
    about: "enrollment events that were lost, by what events and snapshots tell",
    internal: false,
    inputs: &[Input::new(&super::enrollment_validation_events::TABLE, At::Days)],
    fills: &[],
    report: Some(report::lines),
    params: &[
        "interval",
        "output_root",
        "tuple_output",
        "generate_before",
        "include_nonstate_changes",
        "earliest_timestamp",
        "expected_validation",
        "datetime",
    ],
    only_if: None,
    work: Work::Steps(&[
        Step {
            mapper: |_, _| Ok(Box::new(History)),
            combiner: None,
            reducer: |params| {
                Ok(Box::new(Reduce { rules: rules(params)?, form: Form::of(params)? }))
            },
            partition: 2,
            key: 2,
        },
        Step {
            mapper: |_, _| Ok(Box::new(Pass)),
            combiner: None,
            reducer: |_| Ok(Box::new(KeepAll)),
            partition: 1,
            key: WHOLE_LINE,
        },
    ]),
};

const FACT: &str = "a fact of enrollment validation";

/// Facts by course and learner, newest first.
struct History;

impl Mapper for History {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let [course_id, user_id, timestamp, event_type, mode, info] = split(FACT, line)?;
        let rest = [timestamp, event_type, mode, info].join(&b'\t');
        out.row().fields(course_id).fields(user_id).text(newest_first::encode(&rest)).end()
    }
}

fn rules(params: &Params) -> Result<Rules, ParamError> {
    Ok(Rules {
        interval_start: params.interval()?.start().to_string(),
        generate_before: params.flag("generate_before", false)?,
        include_nonstate_changes: params.flag("include_nonstate_changes", false)?,
        earliest: hour(params, "earliest_timestamp")?,
        expected_validation: hour(params, "expected_validation")?,
    })
}

/// The beginning of an hour, as event times are written.
fn hour(params: &Params, name: &'static str) -> Result<Option<String>, ParamError> {
    let Some(text) = params.get(name) else { return Ok(None) };
    let hour = time::strict(&format!("{text}:00:00.0"));
    hour.map(|hour| Some(hour.format("%Y-%m-%dT%H:%M:%S%.6f").to_string())).ok_or_else(|| {
        let wanted = "an hour (YYYY-MM-DDTHH)".to_owned();
        ParamError::Unreadable { name, text: text.to_owned(), wanted }
    })
}

/// How a lost event is written.
enum Form {
    /// As eight fields, for people.
    Tuple,
    /// As a log line, so that the file can be a source of logs.
    Event {
        /// When it is written.
        created_at: String,
    },
}

impl Form {
    fn of(params: &Params) -> Result<Self, ParamError> {
        if params.flag("tuple_output", false)? {
            return Ok(Self::Tuple);
        }
        let now = params.get("datetime").ok_or(ParamError::Missing("datetime"))?;
        Ok(Self::Event { created_at: now.to_owned() })
    }

    /// The file of a day.
    fn file(&self, day: &str) -> String {
        let day = day.replace('-', "");
        match self {
            Self::Tuple => format!("synthetic_enroll-{day}.tsv.gz"),
            Self::Event { .. } => format!("synthetic_enroll.log-{day}.gz"),
        }
    }
}

struct Reduce {
    rules: Rules,
    form: Form,
}

impl Reducer for Reduce {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let mut walk = Walk::new(&self.rules);
        while let Some(value) = values.next()? {
            self.write(key, walk.older(seen(value)?)?, out)?;
        }
        self.write(key, walk.end()?, out)
    }
}

impl Reduce {
    fn write(&self, key: &[u8], lost: Vec<Lost>, out: &mut Output) -> Result<(), Error> {
        for lost in lost {
            let day = day::of_timestamp(lost.time.as_bytes());
            let mut row = out.row();
            row.text(self.form.file(&String::from_utf8_lossy(day)));
            match &self.form {
                Form::Tuple => {
                    row.fields(key).text(&lost.time).text(lost.event_type).text(&lost.mode);
                    row.text(&lost.reason).opt_str(lost.after).text(&lost.before).end()?;
                }
                Form::Event { created_at } => {
                    row.fields(line(key, &lost, created_at)?.as_bytes()).end()?;
                }
            }
        }
        Ok(())
    }
}

fn line(key: &[u8], lost: &Lost, created_at: &str) -> Result<String, Error> {
    let [course_id, user_id] = split::<2>(FACT, key)?.map(String::from_utf8_lossy);
    let mut synthesized = json!({
        "before_time": lost.before,
        "created_at": created_at,
        "reason": lost.reason,
        "synthesizer": "enrollment_validation",
    });
    if let Some(after) = &lost.after {
        synthesized["after_time"] = json!(after);
    }
    let event = SyntheticEvent {
        course_id: &course_id,
        user_id: &user_id,
        event_type: lost.event_type,
        time: &lost.time,
        payload: json!({"mode": lost.mode}),
        synthesized,
    };
    Ok(event.line())
}

fn seen(value: &[u8]) -> Result<Seen, Error> {
    let broken = |detail| Error::contract(FACT, detail, value);
    let fact = newest_first::decode(value).ok_or_else(|| broken("not encoded"))?;
    let fact = String::from_utf8_lossy(&fact);
    let [time, event_type, mode, info] = split(FACT, fact.as_bytes())?;
    let info =
        nullable(info).map(|info| Json::parse(info).ok_or_else(|| broken("info is no JSON")));
    let info = info.transpose()?;
    let known = |name| info?.get(name)?.text().map(String::from);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (time, mode) = (text(time), text(mode));
    let is_active = || info.and_then(|info| info.get("is_active")).is_some_and(Json::is_truthy);
    let kind = match text(event_type).as_str() {
        ACTIVATED => Kind::Activated,
        DEACTIVATED => Kind::Deactivated,
        MODE_CHANGED => Kind::ModeChanged,
        VALIDATED if is_active() => Kind::ValidatedActive,
        VALIDATED => Kind::ValidatedInactive,
        _ => return Err(broken("another type of event")),
    };
    Ok(Seen {
        kind,
        time,
        mode,
        created: known("created").filter(|time| moment::is_readable(time)),
        dump: known("dump_start").zip(known("dump_end")),
    })
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    const LATE: &str =
        "o/c/r\t7\t2014-01-03T00:00:05.000000\tedx.course.enrollment.deactivated\ta\t\\N";
    const SNAPSHOT: &str = "o/c/r\t7\t2014-01-05T00:00:00.000000\tedx.course.enrollment.validated\ta\t{\"created\":\"2014-01-02T00:00:01\",\"dump_end\":\"2014-01-05T00:00:00.000000\",\"dump_start\":\"2014-01-04T23:00:00.000000\",\"is_active\":true}";

    fn files(params: &[(&str, &str)], facts: &[&str]) -> Vec<String> {
        let facts = facts.iter().map(|fact| (*fact).to_owned()).collect();
        let input = [("enrollment_validation_events", facts)];
        let params = [&[("interval", "2014-01"), ("datetime", "2014-02-01T03:00:00")], params];
        run(&super::JOB, &params.concat(), &input).files("enrollment-validation")
    }

    #[test]
    fn a_lost_event_stands_in_the_file_of_its_day() {
        let found = files(&[("tuple_output", "true")], &[SNAPSHOT, LATE]);
        let activated = "o/c/r\t7\t2014-01-03T00:00:05.000001\tedx.course.enrollment.activated\ta";
        let times = "2014-01-03T00:00:05.000000\t2014-01-05T00:00:00.000000";
        assert_eq!(found, [
            "synthetic_enroll-20140102.tsv.gz\to/c/r\t7\t2014-01-02T00:00:01\tedx.course.enrollment.activated\ta\tstart => deactivate\t2014-01-02T00:00:01\t2014-01-03T00:00:05.000000".to_owned(),
            format!("synthetic_enroll-20140103.tsv.gz\t{activated}\tdeactivate => validate(active)\t{times}"),
        ]);
    }

    #[test]
    fn as_log_lines_they_say_who_made_them_and_when() {
        let found = files(&[("generate_before", "true")], &[LATE]);
        assert_eq!(
            found,
            [
                "synthetic_enroll.log-20140103.gz\t{\"agent\":\"\",\"context\":{\"course_id\":\"o/c/r\",\"org_id\":\"o\",\"user_id\":7},\"event\":{\"course_id\":\"o/c/r\",\"mode\":\"a\",\"user_id\":7},\"event_source\":\"server\",\"event_type\":\"edx.course.enrollment.activated\",\"host\":\"\",\"ip\":\"\",\"page\":null,\"synthesized\":{\"before_time\":\"2014-01-03T00:00:05.000000\",\"created_at\":\"2014-02-01T03:00:00\",\"reason\":\"start => deactivate\",\"synthesizer\":\"enrollment_validation\"},\"time\":\"2014-01-03T00:00:04.999999\",\"username\":\"\"}"
            ]
        );
    }

    #[test]
    fn the_order_of_facts_does_not_matter() {
        let again = SNAPSHOT.replace("true", "false");
        let facts = [SNAPSHOT, LATE, &again, &LATE.replace("\ta\t", "\tb\t")];
        let tuples = [("tuple_output", "true"), ("include_nonstate_changes", "true")];
        let sorted = files(&tuples, &facts);
        assert!(!sorted.is_empty());
        for turned in 1..facts.len() {
            let mut facts = facts;
            facts.rotate_left(turned);
            assert_eq!(files(&tuples, &facts), sorted);
        }
    }

    #[test]
    fn an_hour_is_an_hour() {
        let expected = |text: &str| {
            let params = [("expected_validation", text)].into_iter().collect();
            super::hour(&params, "expected_validation").ok().flatten()
        };
        assert_eq!(expected("2014-01-05T07").as_deref(), Some("2014-01-05T07:00:00.000000"));
        for text in ["2014-01-05", "2014-01-05T07:00", "soon", ""] {
            assert_eq!(expected(text), None, "{text}");
        }
    }
}

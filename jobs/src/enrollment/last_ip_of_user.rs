//! The last address of each learner in each course on a day, out of the logs (spec 10 §6.1).

use super::latest_address::{fold_latest, latest};
use crate::event::{Event, course_key, time};
use crate::job::{At, Extract, Fill, Job, Scan, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::is_one_field;
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "last-ip-of-user",
    about: "the address that each learner had last, by course and day",
    internal: false,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::Days }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Scan(Scan {
        // Nearly every line names a learner: to search it for a text first would only cost.
        needles: &[],
        extract: |params| Ok(Box::new(Addresses { ccx: params.flag("ccx_enabled", true)? })),
        merge: || Box::new(KeepLatest),
        key_columns: 2,
        fold: Some(fold_latest),
    }),
};

/// One row: a learner in a course, or outside of all (NULL), on a day.
pub const TABLE: Table = Table::staged(
    "last_ip_of_user_id",
    &[
        Column::new("timestamp", Kind::Text(255)),
        Column::new("ip_address", Kind::Text(255)),
        Column::new("user_id", Kind::Int),
        Column::new("course_id", Kind::Text(255)),
    ],
);

/// Facts are `day, user_id, course_id, timestamp, ip_address`: what they are merged by comes first.
struct Addresses {
    ccx: bool,
}

impl Extract for Addresses {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        match sighting(event) {
            Ok((user_id, timestamp, address)) => {
                let course_id = event.course_id().filter(|id| course_key::counts(id, self.ccx));
                let mut row = out.row();
                row.clean(day).int(user_id).opt_str(course_id);
                row.text(&*timestamp).clean(&*address).end()
            }
            Err(reason) => {
                out.count("User Location", reason, 1);
                Ok(())
            }
        }
    }

    fn place_of(&self, column: usize) -> usize {
        [2, 3, 0, 1].get(column).copied().unwrap_or(column)
    }

    fn again(&mut self, day: &[u8], row: &[u8], out: &mut Output) -> Result<(), Error> {
        let [timestamp, address, user_id, course_id] = split("a last address of a learner", row)?;
        let mut fact = out.row();
        fact.fields(day).fields(user_id).fields(course_id);
        fact.fields(timestamp).fields(address).end()
    }
}

/// Who was seen, when, and at which address. A list of proxies is kept as it is.
fn sighting<'e>(event: &'e Event) -> Result<(i64, Cow<'e, str>, Cow<'e, str>), &'static str> {
    event.context_user_id().ok_or("Discard Missing User ID")?;
    let user_id = event.user_id_number().ok_or("Discard Bad User ID")?;
    let timestamp = event.time().map(time::timestamp).ok_or("Discard Missing Time")?;
    let address = event.ip().ok_or_else(|| why_no_address(event))?;
    if address.is_empty() {
        return Err("Discard Missing IP Address");
    }
    if is_one_field(&address) {
        Ok((user_id, timestamp, address))
    } else {
        Err("Discard Bad IP Address")
    }
}

fn why_no_address(event: &Event) -> &'static str {
    match event.get("ip").filter(|ip| ip.is_truthy()) {
        Some(_) => "Discard Bad IP Address",
        None => "Discard Missing IP Address",
    }
}

struct KeepLatest;

impl Reducer for KeepLatest {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let [day, user_id, course_id] = split("a day of a learner", key)?;
        let Some((timestamp, address)) = latest(values)? else { return Ok(()) };
        let mut row = out.row();
        row.fields(day).fields(&timestamp).fields(&address);
        row.fields(user_id).fields(course_id).end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pass::{Pass, Source};
    use crate::testkit::{Done, execute_pass, scan};

    fn event(time: &str, ip: &str, context: &str) -> String {
        format!(r#"{{"time": "2015-03-09T{time}", "ip": {ip}, "context": {{{context}}}}}"#)
    }

    fn scanned(params: &[(&str, &str)], lines: Vec<String>) -> Done {
        scan(&[&JOB], params, &[("log", lines)])
    }

    #[test]
    fn of_equal_times_the_greatest_address_is_kept_in_any_order() {
        let learner = r#""user_id": 7, "course_id": "o/c/r""#;
        let mut lines = vec![
            event("04:00:00.5", r#""192.0.2.1""#, learner),
            event("04:00:00.50", r#""192.0.2.3""#, learner),
            event("04:00:00.50", r#""192.0.2.2""#, learner),
            event("09:00:00", r#""192.0.2.9""#, r#""user_id": 7"#),
        ];
        let rows = [
            "2015-03-09T09:00:00.000000\t192.0.2.9\t7\t\\N",
            "2015-03-09T04:00:00.50\t192.0.2.3\t7\to/c/r",
        ];
        for _ in 0..lines.len() {
            lines.rotate_left(1);
            assert_eq!(scanned(&[], lines.clone()).table(TABLE.name), rows);
        }
    }

    #[test]
    fn late_facts_are_merged_with_those_that_stand_there() {
        let standing = [
            "2015-03-09T05:00:00.000000\t192.0.2.5\t7\to/c/r",
            "2015-03-09T01:00:00.000000\t192.0.2.1\t8\t\\N",
        ];
        let late = ["04", "06"].map(|hour| {
            let user = if hour == "04" {
                r#""user_id": 7, "course_id": "o/c/r""#
            } else {
                r#""user_id": 8"#
            };
            event(&format!("{hour}:00:00.000000"), &format!(r#""192.0.2.{hour}""#), user)
        });
        let table =
            Source::Table { table: TABLE.name.to_owned(), partition: "2015-03-09".to_owned() };
        let sources = [
            (table, standing.map(str::to_owned).to_vec()),
            (Source::Logs("late".to_owned()), late.to_vec()),
        ];
        let pass = Pass { jobs: vec![&JOB], step: 0, params: Default::default() };
        let found = execute_pass(&pass, &sources).unwrap().by_day(TABLE.name);
        assert_eq!(
            found,
            [
                "2015-03-09\t2015-03-09T05:00:00.000000\t192.0.2.5\t7\to/c/r",
                "2015-03-09\t2015-03-09T06:00:00.000000\t192.0.2.06\t8\t\\N",
            ]
        );
    }

    #[test]
    fn each_reason_to_discard_is_counted() {
        let ip = r#""192.0.2.1""#;
        for (ip, context, reason) in [
            (ip, r#""user_id": """#, "Discard Missing User ID"),
            (ip, r#""user_id": [7]"#, "Discard Bad User ID"),
            (ip, r#""user_id": NaN"#, "Discard Bad User ID"),
            (ip, r#""user_id": 9223372036854775808"#, "Discard Bad User ID"),
            (r#""""#, r#""user_id": 7"#, "Discard Missing IP Address"),
            ("0", r#""user_id": 7"#, "Discard Missing IP Address"),
            ("7", r#""user_id": 7"#, "Discard Bad IP Address"),
            (r#""a\tb""#, r#""user_id": 7"#, "Discard Bad IP Address"),
        ] {
            let done = scanned(&[], vec![event("1", ip, context)]);
            assert!(done.table(TABLE.name).is_empty(), "{ip} {context}");
            let counted: Vec<_> =
                done.counters.iter().filter(|(group, ..)| *group == "User Location").collect();
            assert_eq!(counted, [("User Location", reason, 1)], "{ip} {context}");
        }
    }

    #[test]
    fn a_ccx_course_counts_as_none_where_it_is_switched_off() {
        let line =
            event("1", r#""192.0.2.1""#, r#""user_id": 7, "course_id": "ccx-v1:o+c+r+ccx@1""#);
        for (switch, course) in [("true", "ccx-v1:o+c+r+ccx@1"), ("false", "\\N")] {
            let rows = scanned(&[("ccx_enabled", switch)], vec![line.clone()]).table(TABLE.name);
            assert_eq!(rows, [format!("2015-03-09T1.000000\t192.0.2.1\t7\t{course}")]);
        }
    }
}

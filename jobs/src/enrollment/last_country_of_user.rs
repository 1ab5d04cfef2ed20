//! The country of the address that each learner had last (spec 10 §6.2).

use super::address_database::{AddressDatabase, PARAMETER};
use super::last_ip_of_user;
use super::latest_address::latest;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::streaming::output::split;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};

/// The job.
pub const JOB: Job = Job {
    name: "last-country-of-user",
    about: "the country of the address that each learner had last",
    internal: false,
    inputs: &[Input::new(&last_ip_of_user::TABLE, At::Days)],
    fills: &[Fill { table: &TABLE, at: At::IntervalEnd }],
    report: None,
    params: &[PARAMETER, "overwrite_n_days"],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(ByLearner)),
        combiner: Some(|_| Ok(Box::new(KeepLatest))),
        reducer: |params| Ok(Box::new(LookUp { database: AddressDatabase::open(params)? })),
        partition: 1,
        key: 1,
    }]),
};

/// One row: a learner who was ever seen.
pub const TABLE: Table = Table::staged(
    "last_country_of_user_id",
    &[
        Column::new("country_name", Kind::Text(255)),
        Column::new("country_code", Kind::Text(255)),
        Column::new("user_id", Kind::Int),
    ],
);

/// Name or code of a country that the database does not tell.
const UNKNOWN: &str = "UNKNOWN";

/// `user_id, timestamp, ip_address`, whatever the course.
struct ByLearner;

impl Mapper for ByLearner {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        match split("a last address of a learner", line) {
            Ok([timestamp, address, user_id, _course_id]) => {
                let mut row = out.row();
                row.fields(user_id).fields(timestamp).fields(address).end()
            }
            Err(_) => {
                out.count("User Location", "Discard Malformed Fact", 1);
                Ok(())
            }
        }
    }
}

struct KeepLatest;

impl Reducer for KeepLatest {
    fn reduce(
        &mut self,
        user_id: &[u8],
        values: &mut Values,
        out: &mut Output,
    ) -> Result<(), Error> {
        match latest(values)? {
            Some((timestamp, address)) => {
                out.row().fields(user_id).fields(&timestamp).fields(&address).end()
            }
            None => Ok(()),
        }
    }
}

struct LookUp {
    database: AddressDatabase,
}

impl Reducer for LookUp {
    fn reduce(
        &mut self,
        user_id: &[u8],
        values: &mut Values,
        out: &mut Output,
    ) -> Result<(), Error> {
        let Some((timestamp, address)) = latest(values)? else { return Ok(()) };
        // The greatest time is empty only where none has a time.
        if timestamp.is_empty() || address.is_empty() {
            return Ok(());
        }
        let country = self.database.country(&address);
        let mut row = out.row();
        row.text(country.name.unwrap_or(UNKNOWN)).text(country.code.unwrap_or(UNKNOWN));
        row.fields(user_id).end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testkit::address_files::geoip_dat;
    use crate::testkit::{Done, run};

    fn done(lines: &[&str]) -> Done {
        let (ireland, thailand) = (16_776_960 + 101, 16_776_960 + 210);
        let networks = [("203.0.113.0/24", ireland), ("198.51.100.0/24", thailand)];
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, geoip_dat(&networks, 16_776_960, &[])).unwrap();
        let params = [("interval", "2015-03-09"), (PARAMETER, file.path().to_str().unwrap())];
        let lines = lines.iter().map(|line| line.replace(' ', "\t")).collect();
        run(&JOB, &params, &[(last_ip_of_user::TABLE.name, lines)])
    }

    #[test]
    fn of_equal_times_the_greatest_address_wins_in_any_order() {
        let mut lines = [
            "2015-03-09T1 203.0.113.5 41 o/c/r",
            "2015-03-09T1 198.51.100.9 41 \\N",
            "2015-03-08T9 198.51.100.9 41 x/y/z",
        ];
        for _ in 0..lines.len() {
            lines.rotate_left(1);
            assert_eq!(done(&lines).table(TABLE.name), ["Ireland\tIE\t41"]);
        }
    }

    #[test]
    fn what_is_not_known_is_unknown_and_a_learner_without_an_address_has_no_row() {
        let lines = [
            "2015-03-09T1 10.0.0.1 1 o/c/r",
            "2015-03-09T1 203.0.113.5,10.0.0.1 2 o/c/r",
            "2015-03-09T1 2001:db8::1 3 o/c/r",
            "2015-03-09T1  4 o/c/r",
            " 203.0.113.5 5 o/c/r",
        ];
        let unknown = |user| format!("UNKNOWN\tUNKNOWN\t{user}");
        assert_eq!(done(&lines).table(TABLE.name), [1, 2, 3].map(unknown));
    }

    #[test]
    fn lines_of_another_width_are_counted() {
        let done = done(&["2015-03-09T1 203.0.113.5 41", "2015-03-09T1 203.0.113.5 42 o/c/r"]);
        assert_eq!(done.table(TABLE.name), ["Ireland\tIE\t42"]);
        assert_eq!(done.counters.get("User Location", "Discard Malformed Fact"), 1);
    }
}

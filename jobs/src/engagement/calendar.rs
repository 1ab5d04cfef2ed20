//! The calendar: one row a day, with its ISO week (spec 10 §3).

use crate::job::{At, Fill, Job, Work};
use crate::params::Params;
use crate::streaming::{Error, Output};
use crate::table::{Column, Kind, Load, Table};
use chrono::{Datelike, Days, NaiveDate};

/// The job.
pub const JOB: Job = Job {
    name: "calendar",
    about: "days and their ISO weeks",
    internal: false,
    inputs: &[],
    fills: &[Fill { table: &TABLE, at: At::IntervalText }],
    report: None,
    params: &[],
    only_if: None,
    work: Work::Make(make),
};

/// One row: a day.
pub const TABLE: Table = Table {
    name: "calendar",
    partition: "date_interval",
    columns: &[
        Column::new("date", Kind::Date),
        Column::new("year", Kind::Int),
        Column::new("month", Kind::Int),
        Column::new("day", Kind::Int),
        Column::new("iso_weekofyear", Kind::Text(255)),
        Column::new("iso_week_start", Kind::Date),
        Column::new("iso_week_end", Kind::Date),
        Column::new("iso_weekday", Kind::Int),
    ],
    load: Load::No,
    key: &[],
    indexes: &[],
    searched: &[],
};

fn make(params: &Params, out: &mut Output) -> Result<(), Error> {
    let interval = params.interval().map_err(|e| Error::Job(e.to_string()))?;
    interval.days().try_for_each(|day| write(day, out))
}

/// The week ends, excluded, on the Monday after it.
fn write(day: NaiveDate, out: &mut Output) -> Result<(), Error> {
    let week = day.iso_week();
    let monday = day - Days::new(day.weekday().num_days_from_monday().into());
    let mut row = out.row();
    row.show(day).int(day.year().into()).int(day.month().into()).int(day.day().into());
    row.show(format_args!("{:04}W{:02}", week.year(), week.week()));
    row.show(monday).show(monday + Days::new(7));
    row.int(day.weekday().number_from_monday().into()).end()
}

#[cfg(test)]
mod tests {
    use crate::testkit::run;

    #[test]
    fn a_year_may_begin_in_the_last_years_week() {
        let rows = run(&super::JOB, &[("interval", "2016-01-01")], &[]);
        assert_eq!(
            rows.table("calendar"),
            ["2016-01-01\t2016\t1\t1\t2015W53\t2015-12-28\t2016-01-04\t5"]
        );
    }
}

//! The geography family: the last addresses of learners.

use crate::case::{Case, Rows, cells};
use crate::enrollment::done;
use jobs::enrollment::last_ip_of_user;
use jobs::pass::Source;
use jobs::testkit::mapped;

pub fn addresses(case: &Case) -> Result<Rows, String> {
    if case.level == "map" {
        let emitted = mapped(&last_ip_of_user::JOB, &case.scan_params()?, case.log());
        return Ok(columns(cells(emitted.map_err(|e| e.to_string())?), [0, 3, 4, 2, 1]));
    }
    let day = case.run_params().interval().map_err(|e| e.to_string())?.start().to_string();
    let table = last_ip_of_user::TABLE.name;
    let facts = columns(cells(case.input.clone()), [1, 2, 4, 3]);
    let facts = facts.iter().map(|row| row.join("\t")).collect();
    let standing = vec![(Source::Table { table: table.to_owned(), partition: day }, facts)];
    Ok(cells(done(&last_ip_of_user::JOB, &case.run_params(), standing)?.table(table)))
}

/// Some columns of each row, in this order.
fn columns<const N: usize>(rows: Rows, order: [usize; N]) -> Rows {
    rows.iter().map(|row| order.iter().map(|at| row[*at].clone()).collect()).collect()
}

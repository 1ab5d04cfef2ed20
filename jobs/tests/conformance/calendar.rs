//! `calendar`: the table of an interval.

use crate::case::{Case, Rows, cells};
use jobs::testkit::execute;

pub fn run(case: &Case) -> Result<Rows, String> {
    let done = execute(&jobs::engagement::calendar::JOB, &case.run_params(), Vec::new());
    done.map(|done| cells(done.table("calendar"))).map_err(|e| e.to_string())
}

//! Every job there is, on the engines of this machine: the same bytes.
#![allow(clippy::unwrap_used)]

mod everywhere;

use everywhere::{NAMES, University};
use hadoop::workflow;

#[test]
fn every_job_is_run_here() {
    let names: Vec<_> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let run = hadoop::plan::closure(&names).unwrap();
    for job in workflow::jobs() {
        assert!(run.iter().any(|known| known.name == job.name), "{}", job.name);
    }
}

#[test]
fn every_job_makes_the_same_on_inline_and_local() {
    let university = University::new("");
    for reducers in [1, 3] {
        let [inline, local] = ["inline", "local"].map(|engine| university.run(engine, reducers));
        everywhere::compare(&inline, &local);
    }
}

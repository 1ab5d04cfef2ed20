//! DAGs: Python compiles the file and runs it with stand-ins for Airflow's classes; bash runs the commands.

use crate::scene::{Scene, named};
use crate::university::ended;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use testkit::program_or_skip;

#[test]
fn dags_have_their_tasks_in_order_and_the_tasks_run() {
    let test = "dags_have_their_tasks_in_order_and_the_tasks_run";
    let Some(python) = program_or_skip(test, "python3", "python3").unwrap() else { return };
    let scene = Scene::new();
    let file = scene.render("airflow").join("insights_schedule.py");
    let compiled = Command::new(&python).args(["-m", "py_compile"]).arg(&file).output().unwrap();
    ended(compiled).ok();
    // Where Airflow 3 has the operator, and where Airflow 2 has it.
    let told =
        ["airflow.providers.standard.operators.bash", "airflow.operators.bash"].map(|module| {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schedule/airflow.py");
            let told = Command::new(&python).arg(script).arg(&file).arg(module).output().unwrap();
            serde_json::from_str::<Vec<Value>>(&ended(told).ok().stdout).unwrap()
        });
    assert_eq!(told[0], told[1]);
    let [first, weekly, ship] = &told[0][..] else { panic!("{told:?}") };
    assert_eq!(
        (&first["dag"], &first["schedule"]),
        (&json!("insights-first"), &json!("15 3 * * *"))
    );
    assert_eq!(first["order"], json!([["first", "second"], ["first", "third"]]));
    assert_eq!(first["tasks"][0]["minutes"], 4.0);
    assert_eq!(first["default_args"]["email"], json!(["operator@example.org"]));
    assert_eq!(weekly["order"], json!([["weekly-waits-for", "weekly"]]));
    assert_eq!(ship["tasks"][0]["queue"], "lms-1");

    let command = |dag: &Value, at: usize| {
        let command = dag["tasks"][at]["command"].as_str().unwrap().to_owned();
        // Nothing that Airflow's templates would change.
        assert!(["{{", "{%", "{#"].iter().all(|mark| !command.contains(mark)), "{command}");
        assert!(command.ends_with(' '), "Airflow would read a file of that name");
        command
    };
    assert_eq!(scene.shell("bash", &command(weekly, 0)).code, Some(41));
    for at in 0..3 {
        scene.shell("bash", &command(first, at)).ok();
    }
    assert!(scene.all_ran(), "{:?}", scene.ran());
    assert!(scene.report().is_file(), "an argument came otherwise than it was written");
    scene.shell("bash", &command(weekly, 0)).ok();
    scene.shell("bash", &command(weekly, 1)).ok();
    assert_eq!(scene.ran().last(), Some(&named(("total-events", 0))));
    scene.shell("bash", &command(ship, 0)).ok();
}

//! Every job there is, as steps of a cluster of EMR: the same bytes as in one process.

use std::path::Path;

use crate::everywhere::{self, NAMES, University};
use crate::places::at;
use crate::scene::Scene;
use crate::university::ended;

#[test]
fn every_job_makes_the_same_on_emr() {
    let Some(scene) = Scene::or_skip("every-job") else { return };
    let university = University::new("");
    let inline = university.run("inline", 1);
    let (logs, warehouse) = (format!("{}/all", scene.bucket), format!("{}/every", scene.bucket));
    at(&logs).put_tree(&university.path("logs")).unwrap();
    university.begin_warehouse("begun");
    at(&warehouse).put_tree(&university.path("begun")).unwrap();
    for name in ["static", "cluster.yml"] {
        std::fs::copy(scene.university.path(name), university.path(name)).unwrap();
    }
    let mut command = university.dated(&warehouse, NAMES);
    command.args(["-r", "emr", "--source", &logs, "--param", "reducers=1"]);
    command.env("INSIGHTS_RUNNERS_HADOOP_PROGRAM", "static");
    command.env("INSIGHTS_RUNNERS_EMR_DESCRIPTION", "[cluster.yml]");
    command.env("INSIGHTS_RUNNERS_EMR_POLL_SECONDS", "0.1");
    ended(scene.on_emr(&mut command).output().unwrap()).ok();
    assert_eq!(scene.service.alive(), Vec::<String>::new());
    fetch(&warehouse, &university.path("emr-1"));
    everywhere::compare(&inline, &university.made("emr-1"));
}

fn fetch(warehouse: &str, folder: &Path) {
    let warehouse = at(warehouse);
    for (file, _) in warehouse.walk().unwrap() {
        let name = file.below(&warehouse).unwrap();
        if !name.starts_with("_emr/") {
            let here = folder.join(&name);
            std::fs::create_dir_all(here.parent().unwrap()).unwrap();
            std::fs::write(here, file.read().unwrap()).unwrap();
        }
    }
}

//! Learners who leave, with the warehouse on HDFS: tasks on nodes are handed the list.

use crate::scene::Scene;
use crate::setup::Cluster;
use crate::university::{LATE, LEAVING, ended};
use hadoop::storage::Place;

#[test]
fn a_learner_who_has_left_does_not_come_back_by_a_job_on_the_cluster() {
    let Some(cluster) = Cluster::or_skip("learners who leave") else { return };
    let scene = Scene::new(&cluster, "retired").with_reducers(2);
    scene.university.let_one_leave();
    scene.rerun();
    let mut retire = scene.university.plain_command(&["retire", "--users", LEAVING]);
    let said = ended(retire.args(["--warehouse", &scene.warehouse]).output().unwrap()).ok();
    assert!(said.stdout.contains("course_enrollment_events "), "{}", said.stdout);
    scene.keep_days();
    let alone = scene.university.leave_in_one_process("reducers=2");
    let late = std::fs::read(scene.university.path("logs").join(LATE)).unwrap();
    Place::at(&scene.logs).unwrap().join(LATE).stage(&late).unwrap();
    scene.rerun();
    assert_eq!(scene.parts(), alone);
}

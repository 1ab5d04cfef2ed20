//! Learners who leave, with the warehouse on S3: the list goes with each pass, and leaves nothing there.

use crate::places::{at, names};
use crate::scene::Scene;
use crate::university::{LATE, LEAVING};

#[test]
fn a_learner_who_has_left_does_not_come_back_by_a_pass_on_emr() {
    let Some(scene) = Scene::or_skip("retired") else { return };
    scene.university.let_one_leave();
    scene.run().ok();
    let said = scene.insights(&["retire", "--users", LEAVING]).ok().stdout;
    assert!(said.contains("course_enrollment_events "), "{said}");
    let alone = scene.university.leave_in_one_process("reducers=1");
    let late = std::fs::read(scene.university.path("logs").join(LATE)).unwrap();
    at(&format!("{}/logs/{LATE}", scene.bucket)).write(&late).unwrap();
    scene.run().ok();
    assert_eq!(scene.parts(), alone);
    let left = names(&at(&format!("{}/w", scene.bucket)));
    let left: Vec<_> = left.iter().filter(|name| name.contains("retired")).collect();
    assert!(
        left.iter().all(|name| name.starts_with("_ledger/") || name.starts_with("_retired/")),
        "{left:?}"
    );
}

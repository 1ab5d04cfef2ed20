//! The program as it is called: the same bytes for a seed, the size that was asked for, every
//! event type of 05 §2, the mix of 05 §3.2, quiet years, and refusals.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use serde_json::Value;
use sha2::{Digest, Sha256};
use support::{Demo, command, event, generate};

/// One university of the default size for all tests that look at it.
fn usual() -> &'static Value {
    static EXPECTED: OnceLock<Value> = OnceLock::new();
    EXPECTED.get_or_init(|| generate(&[]).expected())
}

fn hashes(demo: &Demo) -> BTreeMap<String, Vec<u8>> {
    let hash = |path| Sha256::digest(fs::read(path).unwrap()).to_vec();
    demo.files().into_iter().map(|(name, path)| (name, hash(path))).collect()
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_others() {
    let arguments = ["--learners", "60", "--days", "50", "--end", "2026-03-31", "--seed"];
    let run = |seed| hashes(&generate(&[&arguments[..], &[seed]].concat()));
    let first = run("7");
    assert!(first.len() > 50);
    assert_eq!(first, run("7"));
    assert_ne!(first["lms.sqlite"], run("8")["lms.sqlite"]);
}

#[test]
fn the_size_is_about_what_was_asked_for() {
    for (size, wanted) in [("60MB", 60e6), ("250MB", 250e6)] {
        let expected = generate(&["--size", size, "--seed", "3"]).expected();
        let bytes = expected["bytes"].as_f64().unwrap();
        assert!((bytes / wanted - 1.0).abs() < 0.2, "{size}: {bytes}");
    }
    let lines = generate(&["--events", "100000"]).expected()["lines"].as_f64().unwrap();
    assert!((lines / 1e5 - 1.0).abs() < 0.2, "{lines}");
}

#[test]
fn quiet_years_have_few_events_on_many_days() {
    let demo = generate(&["--quiet-years", "10", "--learners", "400"]);
    let expected = demo.expected();
    assert_eq!(
        (&expected["first_day"], &expected["last_day"]),
        (&"2016-06-03".into(), &"2026-06-02".into())
    );
    let lines = expected["lines"].as_u64().unwrap();
    assert!((5_000..120_000).contains(&lines), "{lines}");
    let days: std::collections::BTreeSet<String> = demo
        .files()
        .keys()
        .filter_map(|name| Some(name.split("tracking.log-").nth(1)?[..8].to_owned()))
        .collect();
    assert!(days.len() > 3000, "{}", days.len());
}

#[test]
fn without_malformed_lines_every_line_is_an_event_with_a_user() {
    let demo = generate(&["--malformed", "off", "--learners", "40", "--days", "40"]);
    assert_eq!(demo.expected()["planted_faults"], Value::Object(Default::default()));
    for (name, text) in demo.logs() {
        for line in text[..text.len() - 1].split(|byte| *byte == b'\n') {
            assert!(line.is_ascii());
            let event: Value =
                serde_json::from_slice(line).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(event["context"]["course_id"].is_string());
        }
    }
}

#[test]
fn files_hold_what_was_written_before_their_name() {
    let demo = generate(&["--learners", "80", "--days", "60"]);
    let mut neighbours = 0;
    for (name, text) in demo.logs() {
        let Some(stamp) = name.strip_suffix(".gz").and_then(|name| name.rsplit('-').next()) else {
            continue;
        };
        let rotated: i64 = stamp.parse().unwrap();
        let named = &name.split("tracking.log-").nth(1).unwrap()[..8];
        for line in text[..text.len() - 1].split(|byte| *byte == b'\n') {
            let Some(time) = event(line).and_then(|event| Some(event["time"].as_str()?.to_owned()))
            else {
                continue;
            };
            let Ok(when) = chrono::DateTime::parse_from_rfc3339(&time) else { continue };
            assert!(
                when.timestamp() <= rotated || when.timestamp() > rotated + 86_400 * 365,
                "{name}: {time}"
            );
            neighbours += u32::from(time[..10].replace('-', "") != named);
        }
    }
    assert!(neighbours > 0);
    assert_eq!(fs::read_dir(demo.path().join("logs")).unwrap().count(), 3);
}

#[test]
fn wrong_calls_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("kept"), "mine").unwrap();
    let refused = |arguments: &[&str]| {
        let output =
            command(folder.path(), arguments).assert().failure().get_output().stderr.clone();
        String::from_utf8(output).unwrap()
    };
    assert!(refused(&[]).contains("is not empty"));
    assert!(refused(&["--size", "5TB"]).contains("no unit"));
    assert!(refused(&["--size", "5MB", "--learners", "3"]).contains("cannot be used with"));
    assert!(refused(&["--end", "soon"]).contains("invalid value"));
    assert_eq!(fs::read_to_string(folder.path().join("kept")).unwrap(), "mine");
    let missing = tempfile::tempdir().unwrap();
    let output = command(&missing.path().join("demo"), &["--size", "1KB"])
        .assert()
        .failure()
        .get_output()
        .stderr
        .clone();
    assert!(String::from_utf8(output).unwrap().contains("staff"));
}

/// Per cent of lines by 05 §3.2 rule 7, rows of 1 % or more.
const MIX: [(&str, f64); 26] = [
    ("implicit save_user_state", 9.4),
    ("implicit unit frame", 6.7),
    ("implicit problem_get", 4.7),
    ("implicit api sequence", 4.0),
    ("implicit problem_check", 3.4),
    ("implicit goto_position", 3.4),
    ("implicit publish_completion", 3.4),
    ("implicit subsection page", 2.7),
    ("implicit transcript", 2.7),
    ("implicit course home", 2.0),
    ("implicit dashboard", 1.3),
    ("play_video", 5.4),
    ("pause_video", 4.7),
    ("load_video", 4.0),
    ("seek_video", 2.4),
    ("stop_video", 1.3),
    ("complete_video", 1.0),
    ("seq_next", 3.4),
    ("page_close", 3.4),
    ("edx.ui.lms.link_clicked", 2.0),
    ("problem_check", 6.7),
    ("problem_graded", 3.4),
    ("edx.grades.problem.submitted", 3.4),
    ("edx.grades.subsection.grade_calculated", 3.4),
    ("edx.grades.course.grade_calculated", 2.7),
    ("edx.completion.block_completion.changed", 3.4),
];

#[test]
fn the_mix_is_that_of_the_model() {
    let expected = usual();
    let lines = expected["lines"].as_f64().unwrap();
    for (kind, wanted) in MIX {
        let share = expected["events"][kind].as_f64().unwrap() * 100.0 / lines;
        assert!((share / wanted - 1.0).abs() <= 0.2, "{kind}: {share:.2} instead of {wanted}");
    }
}

/// Event types that 05 §2 names, families joined by braces.
const NAMED: &str = "
edx.course.enrollment.{activated,deactivated,mode_changed,upgrade.clicked,upgrade.succeeded}
problem_{check,graded,show,save,reset,check_fail,rescore,rescore_fail} showanswer
save_problem_{success,fail} reset_problem reset_problem_fail
edx.problem.hint.{demandhint_displayed,feedback_displayed}
{load,play,pause,seek,stop,complete,speed_change}_video {show,hide}_transcript
edx.video.closed_captions.{shown,hidden} video_{show,hide}_cc_menu
edx.video.bumper.{loaded,played,stopped,skipped,dismissed,transcript.shown,transcript.hidden,transcript.menu.shown,transcript.menu.hidden}
seq_{next,prev,goto} edx.ui.lms.sequence.{next_selected,previous_selected}
edx.ui.lms.{jump_nav.selected,outline.selected,link_clicked} page_close
edx.course.home.resume_course.clicked edx.course.tool.accessed
edx.bi.{app.navigation.screen,video.downloaded,course.upgrade.sidebarupsell.clicked}
edx.forum.{thread,response,comment}.{created,edited,deleted,reported,unreported} edx.forum.{thread,response}.voted
edx.forum.{searched,thread.viewed,thread.locked,thread.unlocked,response.mark,response.unmark}
book textbook.pdf.{page.navigated,page.scrolled,thumbnails.toggled,outline.toggled,thumbnail.navigated,chapter.navigated}
textbook.pdf.{zoom.buttons.changed,zoom.menu.changed,display.scaled,search.executed,search.navigatednext,search.highlight.toggled,searchcasesensitivity.toggled}
edx.bookmark.{added,removed,listed,accessed}
edx.course.student_notes.{added,edited,deleted,viewed,searched,notes_page_viewed,used_unit_link}
edx.certificate.{created,revoked,shared,evidence_visited,generation.enabled,generation.disabled}
edx.grades.problem.{submitted,rescored,score_overridden,state_deleted}
edx.grades.{subsection,course}.grade_calculated edx.course.grade.{passed.first_time,now_passed,now_failed}
edx.cohort.{created,creation_requested,user_added,user_removed,user_add_requested}
edx.team.{created,deleted,activity_updated,changed,learner_added,learner_removed,searched,page_viewed}
openassessmentblock.{save_submission,create_submission,get_peer_submission,peer_assess,self_assess,staff_assess}
openassessmentblock.{get_submission_for_staff_grading,submit_feedback_on_assessments}
openassessment.{student_training_assess_example,upload_file,upload_file_error}
edx.drag_and_drop_v2.{loaded,item.picked_up,item.dropped,feedback.opened,feedback.closed}
edx.course_discovery.search.{initiated,results_displayed} edx.course.search.{initiated,results_displayed,result_selected}
edx.course.index.{published,reindexed} edx.completion.block_completion.changed edx.done.toggled
edx.librarycontentblock.content.{assigned,removed} xmodule.partitions.assigned_user_to_partition
xblock.split_test.child_render
edx.special_exam.{proctored,practice,timed}.attempt.{created,started,ready_to_start,ready_to_submit,submitted,deleted,error,download_software_clicked,declined,rejected,verified,review_received}
edx.special_exam.{proctored,practice,timed}.{allowance.created,allowance.deleted,created,updated}
edx.special_exam.proctored.option-presented
edx.user.settings.{changed,viewed} edx.instructor.report.{requested,downloaded}
{add,remove}-forum-{admin,mod,community-TA} list-forum-{admins,mods,community-TAs}
list-{students,staff,instructors,beta-testers} dump-grades dump-grades-{raw,csv,csv-raw} dump-answer-dist-csv
dump-graded-assignments-config get-student-progress-page rescore-{all-submissions,student-submission}
reset-{all-attempts,student-attempts} delete-student-module-state add-or-remove-user-group
edx.googlecomponent.{calendar,document}.displayed
xblock.{poll,survey}.{submitted,view_results} xblock.problem_builder.{loaded,submitted}
oppia.exploration.{loaded,completed,state.changed}
edx.badge.assertion.{created,shared,evidence_visited}
oe_{hide,show}_question rubric_select combinedopenended
";

/// `a.{b,c}` as `a.b` and `a.c`.
fn spread(word: &str) -> Vec<String> {
    let Some((before, rest)) = word.split_once('{') else { return vec![word.to_owned()] };
    let (choices, after) = rest.split_once('}').unwrap();
    choices.split(',').flat_map(|choice| spread(&format!("{before}{choice}{after}"))).collect()
}

#[test]
fn every_named_event_type_occurs() {
    let events = usual()["events"].as_object().unwrap();
    let named: Vec<String> = NAMED.split_whitespace().flat_map(spread).collect();
    assert!(named.len() > 200);
    let missing: Vec<_> = named.iter().filter(|kind| !events.contains_key(*kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_fault_and_oddity_is_planted() {
    let faults = usual()["planted_faults"].as_object().unwrap();
    assert_eq!(faults.len(), 21, "{faults:?}");
    let odd = usual()["odd_events"].as_object().unwrap();
    for what in [
        "anonymous request",
        "browser event after the login expired",
        "course id empty on a front-end page",
        "course id None",
        "course id percent-encoded",
        "pause at NaN",
        "pause at a text",
        "pause at null",
        "time with Z",
        "time with another offset",
        "time without a fraction",
        "time far in the future",
    ] {
        assert!(odd.contains_key(what), "{what}");
    }
}

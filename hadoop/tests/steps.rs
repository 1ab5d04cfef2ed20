//! Single steps of a plan: `--only` and `--from`.
#![allow(clippy::unwrap_used)]

mod university;

use university::{Ended, University, ended};

fn plan(university: &University, warehouse: &str, arguments: &[&str]) -> Ended {
    ended(university.enrollment("plan", warehouse, arguments).output().unwrap())
}

#[test]
fn steps_one_after_another_give_what_one_run_gives() {
    let university = University::new();
    university.run("whole", &[]).ok();
    let facts = university.run("w", &["--only", "course_enrollment_events"]).ok();
    assert!(facts.stdout.starts_with("1 steps made"), "{}", facts.stdout);
    let named = ["--only", "course-enrollment-summary", "--only", "course-enrollment-spans"];
    let two = university.run("w", &named).ok();
    assert!(two.stdout.starts_with("2 steps made"), "{}", two.stdout);
    let parts = university.parts("w");
    let tables: std::collections::BTreeSet<_> =
        parts.iter().map(|(name, _)| name.split('/').next().unwrap()).collect();
    let made = ["course_enrollment_events", "course_enrollment_spans", "course_enrollment_summary"];
    assert!(tables.iter().eq(made.iter()), "{tables:?}");

    let said = plan(&university, "w", &["--from", "course-enrollment-daily"]).ok().stdout;
    for line in [
        "SKIPPED\tscan\tleft out by --from",
        "SKIPPED\tcourse-enrollment-spans\tleft out by --from",
        "MISSING\tcourse-enrollment-daily\tthe ledger knows nothing of it",
    ] {
        assert!(said.lines().any(|found| found == line), "{line}\n{said}");
    }
    university.run("w", &["--from", "course-enrollment-daily"]).ok();
    let of_enrollment = |warehouse: &str| {
        let mut parts = university.parts(warehouse);
        parts.retain(|(name, _)| name.starts_with("course_"));
        parts
    };
    assert_eq!(of_enrollment("w"), of_enrollment("whole"));
    let whole = university.run("w", &["--from", "scan"]).ok();
    assert!(whole.stdout.starts_with("1 steps made"), "the other facts: {}", whole.stdout);
    assert_eq!(university.parts("w"), university.parts("whole"));
}

#[test]
fn a_step_that_would_read_nothing_is_refused_before_anything_runs() {
    let university = University::new();
    let of_spans = "course-enrollment-daily needs course_enrollment_spans/dt=2026-03-09, which is not \
                    there and would not be made: course-enrollment-spans is left out by --only";
    let of_days =
        "course-enrollment-spans needs any day of course_enrollment_events, which is not there";
    for verb in ["plan", "run"] {
        for (step, says) in
            [("course-enrollment-daily", of_spans), ("course-enrollment-spans", of_days)]
        {
            let command = university.enrollment(verb, "w", &["--only", step]).output();
            let refused = ended(command.unwrap());
            assert_eq!(refused.code, Some(35), "{verb} {step}: {}", refused.stderr);
            assert!(refused.stderr.contains(says), "{verb} {step}: {}", refused.stderr);
        }
    }
    assert!(university.parts("w").is_empty());
    let from = plan(&university, "w", &["--from", "course-enrollment-summary"]);
    assert_eq!(from.code, Some(35), "{}", from.stderr);
    // With what it reads among the steps, it can be planned.
    let both = ["--only", "scan", "--only", "course-enrollment-spans"];
    plan(&university, "w", &both).ok();
}

#[test]
fn a_step_that_the_plan_does_not_have_is_refused_by_name() {
    let university = University::new();
    for (arguments, says) in [
        (["--only", "course-enrolment-daily"], "did you mean `course-enrollment-daily`?"),
        (["--from", "scann"], "--from: the plan has no step `scann`; did you mean `scan`?"),
        (["--only", "video-viewing"], "--only: the plan has no step `video-viewing`"),
    ] {
        let refused = university.run("w", &arguments);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
    let both = university.run("w", &["--only", "scan", "--from", "scan"]);
    assert_eq!(both.code, Some(2), "{}", both.stderr);
    assert!(!university.path("w").exists(), "nothing was begun");
}

#[test]
fn a_step_of_single_learners_is_refused_where_they_may_not_be_kept() {
    let university = University::new();
    let logs = university.path("logs").display().to_string();
    let words = ["run", "engagement", "--source", &logs, "--param", "date=2026-03-09", "--only"];
    let roster = [&words[..], &["module-engagement-roster"]].concat();
    let refused = ended(university.command("w", &roster).output().unwrap());
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("privacy: aggregate"), "{}", refused.stderr);
}

//! What must agree before the tables are written (05 §3.9): what the LMS remembers of each
//! learner, against what the events said when they were written.

use anyhow::{Result, ensure};

use crate::courses::Course;
use crate::grade;
use crate::learner::Learner;
use crate::registration::Registration;

/// Fails when a learner's rows would contradict the learner's events.
pub fn learner(learner: &Learner, courses: &[Course]) -> Result<()> {
    for registration in &learner.registrations {
        let course = &courses[registration.course];
        let of = || format!("learner {} in {}", learner.person.id, course.id);
        enrollment(registration, &of)?;
        problems(registration, course, &of)?;
        grades(registration, course, &of)?;
        cohort_and_certificate(registration, course, &of)?;
    }
    Ok(())
}

fn enrollment(registration: &Registration, of: &dyn Fn() -> String) -> Result<()> {
    let seen = &registration.seen;
    ensure!(
        registration.created == seen.first_activation,
        "{}: not enrolled when the events say",
        of()
    );
    let state = registration.created.map(|_| (registration.active, registration.mode));
    ensure!(
        state == seen.enrolled,
        "{}: enrolled as {state:?}, the last event says {:?}",
        of(),
        seen.enrolled
    );
    Ok(())
}

fn problems(registration: &Registration, course: &Course, of: &dyn Fn() -> String) -> Result<()> {
    for (number, tried) in &registration.problems {
        let problem = &course.outline.problems[*number];
        ensure!(
            tried.created <= tried.modified,
            "{}: problem {} modified before it was made",
            of(),
            problem.block.key
        );
        ensure!(
            problem.attempts.is_none_or(|allowed| tried.attempts <= allowed),
            "{}: problem {} tried {} times",
            of(),
            problem.block.key,
            tried.attempts
        );
        let held = (tried.attempts > 0).then_some((tried.attempts, tried.earned));
        let said = registration.seen.checks.get(number).copied();
        ensure!(
            held == said,
            "{}: problem {} holds {held:?}, its last check said {said:?}",
            of(),
            problem.block.key
        );
    }
    let strangers =
        registration.seen.checks.keys().find(|number| !registration.problems.contains_key(number));
    ensure!(strangers.is_none(), "{}: a problem was checked and never shown", of());
    Ok(())
}

fn grades(registration: &Registration, course: &Course, of: &dyn Fn() -> String) -> Result<()> {
    let held = registration.grade.map(|grade| grade.percent);
    let said = registration.seen.percent;
    ensure!(held == said, "{}: graded {held:?}, the last event says {said:?}", of());
    if let Some(grade) = registration.grade {
        let policy = grade::percent(course, registration);
        ensure!(
            grade.percent == policy,
            "{}: graded {}, the policy says {policy}",
            of(),
            grade.percent
        );
        ensure!(
            grade.passed == registration.seen.passed,
            "{}: passed at another time than the events say",
            of()
        );
        ensure!(grade.created <= grade.modified, "{}: grade modified before it was made", of());
    }
    Ok(())
}

fn cohort_and_certificate(
    registration: &Registration,
    course: &Course,
    of: &dyn Fn() -> String,
) -> Result<()> {
    ensure!(
        registration.cohort == registration.seen.cohort,
        "{}: in another cohort than the events say",
        of()
    );
    let certified = registration.certificate.is_some();
    ensure!(certified == registration.seen.certified, "{}: a certificate without its event", of());
    let passed = registration.grade.is_some_and(|grade| grade.passed.is_some());
    ensure!(
        !certified || passed,
        "{}: a certificate in {} without a passing grade",
        of(),
        course.id
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::courses;
    use crate::world::Plan;

    fn fresh() -> (Learner, Vec<Course>) {
        let plan = Plan {
            seed: 1,
            first: 20_000,
            last: 20_181,
            learners: 1,
            courses: 2,
            malformed: false,
            quiet: false,
        };
        let courses = courses::all(1, 2, plan.first, plan.last);
        (Learner::plan(&plan, &courses, 0), courses)
    }

    #[test]
    fn an_untouched_learner_agrees() {
        let (fresh, courses) = fresh();
        learner(&fresh, &courses).unwrap();
    }

    #[test]
    fn contradictions_are_named() {
        let (mut one, courses) = fresh();
        one.registrations[0].created = Some(1);
        assert!(learner(&one, &courses).unwrap_err().to_string().contains("not enrolled when"));
        let (mut one, courses) = fresh();
        one.registrations[0].seen.checks.insert(3, (1, 1.0));
        assert!(learner(&one, &courses).unwrap_err().to_string().contains("never shown"));
        let (mut one, courses) = fresh();
        one.registrations[0].cohort = Some(1);
        assert!(learner(&one, &courses).unwrap_err().to_string().contains("another cohort"));
    }
}

//! What staff do: Studio, the instructor dashboard, reports and cohorts (05 §2.13, §3.2 rule 6).

use crate::courses::Course;
use crate::line::Who;
use crate::session::Session;

/// Names of a course's cohorts.
pub const COHORTS: [&str; 2] = ["Default Group", "Evening group"];

/// Database id of a cohort.
pub fn cohort_id(course: &Course, cohort: usize) -> i64 {
    (course.index * COHORTS.len() + cohort) as i64 + 1
}

/// Work after the visit to the course.
pub fn work(visit: &mut Session) {
    studio(visit);
    visit.page = visit.course.page("/instructor");
    visit.request("implicit instructor", &visit.course.path("/instructor"));
    if visit.rng.chance(0.5) {
        report(visit);
    }
}

fn studio(visit: &mut Session) {
    let host = Who { host: "studio.northvale.example", ..visit.who.clone() };
    let known = std::mem::replace(&mut visit.who, host);
    let course = visit.course;
    visit.page = format!("https://studio.northvale.example/course/{}", course.url_id);
    visit.request("implicit studio", &format!("/course/{}", course.id));
    for _ in 0..1 + visit.rng.below(4) {
        let unit = &course.outline.units[visit.rng.below(course.outline.units.len())];
        visit.request("implicit studio", &format!("/container/{}", unit.block.key));
        visit.think();
    }
    if visit.rng.chance(0.1) {
        visit.request("implicit studio", &format!("/settings/details/{}", course.id));
    }
    visit.who = known;
}

fn report(visit: &mut Session) {
    let path = visit.course.path("/instructor/api/calculate_grades_csv");
    visit.server("edx.instructor.report.requested", &path, |event| {
        event.text("report_type", "grade");
    });
    let when = crate::clock::date_of_day(crate::clock::day_of(visit.now));
    let url = format!(
        "https://files.northvale.example/grades/{}_grade_report_{when}-0825.csv",
        visit.course.number
    );
    visit.wait(200.0);
    visit.browser("edx.instructor.report.downloaded", |event| {
        event.text("report_url", &url);
    });
}

/// The events of making the cohorts of a course.
pub fn create_cohorts(visit: &mut Session) {
    let (course, path) = (visit.course, visit.course.path("/cohorts/"));
    for (cohort, name) in COHORTS.iter().enumerate() {
        for kind in ["edx.cohort.created", "edx.cohort.creation_requested"] {
            visit.server(kind, &path, |event| {
                event.int("cohort_id", cohort_id(course, cohort)).text("cohort_name", name);
            });
        }
    }
}

fn member(visit: &mut Session, kind: &'static str, path: &str, cohort: usize) {
    let (course, user) = (visit.course, visit.person.id);
    visit.server(kind, path, |event| {
        event
            .int("user_id", user)
            .int("cohort_id", cohort_id(course, cohort))
            .text("cohort_name", COHORTS[cohort]);
        if kind.ends_with("add_requested") {
            event.null("previous_cohort_id").null("previous_cohort_name");
        }
    });
}

/// Puts the visitor into a cohort; a few are moved to the other one afterwards.
pub fn add_to_cohort(visit: &mut Session, cohort: usize) {
    let home = visit.course.path("/course/");
    member(visit, "edx.cohort.user_added", &home, cohort);
    note(visit, cohort);
    if visit.rng.chance(0.03) {
        let id = cohort_id(visit.course, cohort);
        member(
            visit,
            "edx.cohort.user_removed",
            &visit.course.path(&format!("/cohorts/{id}/delete")),
            cohort,
        );
        let other = (cohort + 1) % COHORTS.len();
        let path = visit.course.path(&format!("/cohorts/{}/add", cohort_id(visit.course, other)));
        member(visit, "edx.cohort.user_add_requested", &path, other);
        member(visit, "edx.cohort.user_added", &path, other);
        note(visit, other);
    }
}

fn note(visit: &mut Session, cohort: usize) {
    visit.registration.cohort = Some(cohort);
    visit.registration.seen.cohort = Some(cohort);
}

//! Event types that are rare in life: each occurs at least once in every generated university,
//! done by a member of staff on a day of its own.

use crate::clock::{self, Day};
use crate::json::Object;
use crate::line::{Payload, Source};
use crate::oneoff_types::{From, templates};
use crate::session::{Session, plain};
use crate::world::Plan;
use crate::{assessment, forum, notes, office, textbook};

/// The numbers of the templates whose day this is, for one of `staff` members. A template comes
/// back every eighth of a year.
pub fn due(plan: &Plan, day: Day, member: usize, staff: usize) -> impl Iterator<Item = usize> {
    let period = plan.days().min(45);
    let rank = (day - plan.first) % period;
    let quiet_later = plan.quiet && day - plan.first >= period;
    (0..templates().len()).filter(move |number| {
        !quiet_later && number % staff == member && (*number as i64 * 7 + 3) % period == rank
    })
}

/// Writes one of the rare events.
pub fn perform(visit: &mut Session, number: usize) {
    let template = &templates()[number];
    visit.wait(3.0);
    let fields = filled(visit, &template.fields);
    let path = filled(visit, template.path);
    let in_course = visit.course.path(&path);
    let block = &visit.course.outline.units[0].html;
    let asides = template.kind.contains("problem_").then_some("{}");
    let page = if template.kind.starts_with("xblock.") { "x_module" } else { "" };
    let fill = |event: &mut Object| {
        event.fields(&fields);
    };
    match template.from {
        From::Course => visit.server_from(&template.kind, &in_course, page, fill),
        From::Site => visit.server(&template.kind, &path, fill),
        From::OldDashboard => {
            visit.server_from(&template.kind, &in_course, "idashboard", fill);
        }
        From::Block => {
            visit.block(&template.kind, block, &path, asides, fill);
        }
        From::Page => {
            visit.browser(&template.kind, fill);
        }
        From::Job => job(visit, &template.kind, &fields),
    }
}

fn filled(visit: &mut Session, text: &str) -> String {
    let outline = &visit.course.outline;
    let escaped = |text: &str| {
        let mut out = Vec::new();
        crate::json::push_escaped(&mut out, text);
        String::from_utf8_lossy(&out).into_owned()
    };
    text.replace("{course}", &escaped(&visit.course.id))
        .replace("{user}", &visit.person.id.to_string())
        .replace("{name}", &escaped(&visit.person.username))
        .replace("{block}", &escaped(&outline.units[0].html.key))
        .replace("{element}", &outline.units[0].html.element)
        .replace("{time}", &clock::iso(visit.now))
        .replace("{uuid}", &visit.rng.uuid())
}

/// A background job has no request: no user, no session, no course in the context.
fn job(visit: &mut Session, kind: &'static str, fields: &str) {
    let payload = format!("{{{fields}}}");
    let mut draft = plain(kind, Source::Task, "", Payload::Plain(payload.as_bytes()), visit.now);
    draft.scope = crate::line::Scope::Worker;
    draft.page = Some("x_module_task");
    let nobody = visit.who.expired();
    let known = std::mem::replace(&mut visit.who, nobody);
    visit.special(&draft, visit.now, kind, true);
    visit.who = known;
}

/// On the first working day of a course's staff: everything that takes more than one event.
pub fn first_day(visit: &mut Session) {
    office::create_cohorts(visit);
    textbook::explore(visit);
    let course = visit.course;
    let unit = &course.outline.units[0];
    visit.page.clone_from(&unit.page);
    notes::look_over(visit, "kT3vNpIBq7c2", unit);
    notes::search(visit);
    forum::clean_up(visit);
    let uuid = visit.rng.uuid();
    for extra in course.outline.units.iter().filter_map(|unit| unit.extra.as_ref()) {
        assessment::visit(visit, extra);
        if extra.kind == "openassessment" {
            assessment::assess(
                visit,
                "openassessmentblock.staff_assess",
                extra,
                "staff_assess",
                ("ST", &uuid),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_comes_up_within_the_period() {
        for days in [7, 30, 182] {
            let plan = Plan {
                seed: 1,
                first: 100,
                last: 99 + days,
                learners: 1,
                courses: 1,
                malformed: true,
                quiet: false,
            };
            let mut seen = vec![false; templates().len()];
            for day in plan.first..=plan.last {
                (0..3)
                    .flat_map(|member| due(&plan, day, member, 3))
                    .for_each(|number| seen[number] = true);
            }
            assert!(seen.iter().all(|seen| *seen), "{days} days");
        }
    }

    #[test]
    fn payloads_are_json_once_filled() {
        for template in templates() {
            let filled = template.fields.replace("{user}", "1");
            let object = format!("{{{filled}}}");
            assert!(serde_json::from_str::<serde_json::Value>(&object).is_ok(), "{object}");
        }
    }
}

//! Joining, leaving and changing the mode (05 §2.1), with the requests that lead there.

use crate::courses::{HOST, Kind};
use crate::line::{Payload, Scope, Source, Who};
use crate::people::Person;
use crate::registration::{Act, Way};
use crate::session::{Session, plain};

/// `edx.course.enrollment.activated`.
pub const ACTIVATED: &str = "edx.course.enrollment.activated";
/// `edx.course.enrollment.deactivated`.
pub const DEACTIVATED: &str = "edx.course.enrollment.deactivated";
/// `edx.course.enrollment.mode_changed`.
pub const MODE_CHANGED: &str = "edx.course.enrollment.mode_changed";

/// Does one step of an enrollment, with its events.
pub fn perform(visit: &mut Session, act: Act) {
    match act {
        Act::Join(mode, way) => join(visit, mode, way),
        Act::Leave => leave(visit),
        Act::Change(mode) => change(visit, mode),
    }
}

fn join(visit: &mut Session, mode: &'static str, way: Way) {
    let first = visit.registration.created.is_none();
    visit.registration.active = true;
    visit.registration.mode = mode;
    match way {
        Way::Button => {
            look_around(visit, first);
            visit.request("implicit api", "/api/enrollment/v1/enrollment");
            write(visit, ACTIVATED, "/api/enrollment/v1/enrollment");
        }
        Way::Form => {
            visit.request("implicit site", "/change_enrollment");
            write(visit, ACTIVATED, "/change_enrollment");
        }
        Way::Batch => by_staff(visit),
        Way::Script => by_script(visit),
        Way::Entitlement => {
            let path =
                format!("/api/entitlements/v1/entitlements/{}/enrollments", visit.rng.uuid());
            write(visit, ACTIVATED, &path);
        }
    }
    let now = visit.instant();
    visit.registration.created.get_or_insert(now);
    visit.registration.seen.first_activation.get_or_insert(now);
    visit.registration.seen.enrolled = Some((true, mode));
}

/// The way to the button: search, registration of the account, the about page.
fn look_around(visit: &mut Session, first: bool) {
    if first && visit.rng.chance(0.3) {
        visit.implicit(
            "implicit site",
            "/search/course_discovery/",
            "{}",
            r#"{"search_string": [""], "page_size": ["20"], "page_index": ["0"]}"#,
        );
        for kind in [
            "edx.course_discovery.search.initiated",
            "edx.course_discovery.search.results_displayed",
        ] {
            visit.site(kind, "/search/course_discovery/", |event| {
                event.text("search_term", "biology").int("page_size", 20).int("page_number", 0);
                if kind.ends_with("displayed") {
                    event.int("results_count", 6);
                }
            });
        }
    }
    if first && visit.rng.chance(0.4) {
        register_account(visit);
    }
    visit.page = visit.course.page("/about");
    let path = visit.course.path("/about");
    visit.request("implicit about", &path);
    visit.wait(4.0);
}

/// The account form; its password never reaches the log.
fn register_account(visit: &mut Session) {
    visit.page = format!("{HOST}/register");
    visit.request("implicit site", "/register");
    let username = crate::json::text(&visit.person.username);
    let post = format!(
        "{{\"email\": [{}], \"username\": [{username}], \"password\": \"********\", \"honor_code\": [\"true\"]}}",
        crate::json::text(&visit.person.email)
    );
    visit.implicit("implicit site", "/user_api/v1/account/registration/", "{}", &post);
}

fn write(visit: &mut Session, kind: &'static str, path: &str) {
    let (id, mode) = (visit.person.id, visit.registration.mode);
    let course = &visit.course.id;
    visit.server(kind, path, |event| {
        event.text("course_id", course).int("user_id", id).text("mode", mode);
    });
}

/// A list entered by staff: the context is theirs, the payload the learner's.
fn by_staff(visit: &mut Session) {
    let staff: &Person = &visit.world.staff[visit.course.index][0];
    let who = Who {
        user_id: Some(staff.id),
        username: staff.username.clone(),
        session: "c0f9a13d57e28b640f9c1a7de3b58264".to_owned(),
        ip: "81.2.69.150".to_owned(),
        ..visit.who.clone()
    };
    let learner = std::mem::replace(&mut visit.who, who);
    visit.page = visit.course.page("/instructor");
    let path = visit.course.path("/instructor/api/students_update_enrollment");
    write(visit, ACTIVATED, &path);
    visit.who = learner;
}

/// A command on the server: no request, so no user, session or address.
fn by_script(visit: &mut Session) {
    let (id, mode, course) = (visit.person.id, visit.registration.mode, visit.course);
    let payload = format!(
        "{{\"course_id\": {}, \"user_id\": {id}, \"mode\": \"{mode}\"}}",
        crate::json::text(&course.id)
    );
    let nobody = Who {
        ip: String::new(),
        session: String::new(),
        agent: String::new(),
        host: "",
        language: "",
        ..visit.who.expired()
    };
    let learner = std::mem::replace(&mut visit.who, nobody);
    let mut draft =
        plain(ACTIVATED, Source::Server, "", Payload::Plain(payload.as_bytes()), visit.now);
    draft.course_id = &course.id;
    draft.org = &course.org;
    draft.scope = Scope::Command("./manage.py lms enroll_user_in_course");
    visit.special(&draft, visit.now, ACTIVATED, true);
    visit.who = learner;
}

fn leave(visit: &mut Session) {
    visit.page = format!("{HOST}/dashboard");
    visit.request("implicit dashboard", "/dashboard");
    visit.wait(6.0);
    let course = crate::json::text(&visit.course.id);
    let post = format!("{{\"course_id\": [{course}], \"enrollment_action\": [\"unenroll\"]}}");
    visit.implicit("implicit site", "/change_enrollment", "{}", &post);
    write(visit, DEACTIVATED, "/change_enrollment");
    visit.registration.active = false;
    visit.registration.seen.enrolled = Some((false, visit.registration.mode));
}

fn change(visit: &mut Session, mode: &'static str) {
    if mode == "verified" && visit.rng.chance(0.8) && visit.course.kind != Kind::Legacy {
        visit.page = visit.course.front("/home");
        let (org, course) = (&visit.course.org, &visit.course.id);
        let location = if visit.rng.chance(0.6) { "sidebar-message" } else { "in_course" };
        visit.browser("edx.course.enrollment.upgrade.clicked", |event| {
            event.text("location", location).text("org_key", org).text("courserun_key", course);
        });
    }
    visit.registration.mode = mode;
    let order = format!("/api/commerce/v1/orders/NV-{}/", 100_000 + visit.rng.below(900_000));
    write(visit, MODE_CHANGED, &order);
    visit.registration.seen.enrolled = Some((visit.registration.active, mode));
    if visit.course.kind == Kind::Legacy && mode == "verified" {
        write(visit, "edx.course.enrollment.upgrade.succeeded", &order);
    }
}

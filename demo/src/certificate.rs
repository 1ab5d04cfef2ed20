//! Certificates (05 §2.11, §3.7): for those who passed and paid, or are in honor mode.

use crate::courses::HOST;
use crate::grade;
use crate::registration::Certificate;
use crate::session::Session;

/// Modes that earn a certificate.
const EARNING: [&str; 6] =
    ["verified", "honor", "professional", "no-id-professional", "credit", "masters"];

/// Makes a certificate for a learner who may have one and has none yet.
pub fn consider(visit: &mut Session, batch: bool) {
    let registration = &visit.registration;
    let passing =
        registration.grade.is_some_and(|grade| grade::passes(visit.course, grade.percent));
    let entitled = passing && registration.active && EARNING.contains(&registration.mode);
    if !entitled || registration.certificate.is_some() {
        return;
    }
    let uuid = visit.rng.hex(32);
    make(visit, &uuid, batch);
    visit.registration.certificate =
        Some(Certificate { uuid: uuid.clone(), created: visit.instant(), revoked: false });
    visit.registration.seen.certified = true;
    if visit.rng.chance(0.15) {
        share(visit, &uuid);
    }
    if visit.rng.chance(0.02) {
        revoke(visit, &uuid);
    }
}

fn address(uuid: &str) -> String {
    format!("{HOST}/certificates/{uuid}")
}

fn make(visit: &mut Session, uuid: &str, batch: bool) {
    let (user, course, mode) = (visit.person.id, visit.course, visit.registration.mode);
    visit.server("edx.certificate.created", &course.path("/generate_user_cert"), |event| {
        event.int("user_id", user).text("course_id", &course.id).text("certificate_id", uuid);
        event.text("certificate_url", &address(uuid)).text("enrollment_mode", mode);
        event.text("generation_mode", if batch { "batch" } else { "self" });
    });
}

fn share(visit: &mut Session, uuid: &str) {
    let (user, course, mode) = (visit.person.id, &visit.course.id, visit.registration.mode);
    let network = ["LinkedIn", "Facebook", "Twitter"][visit.rng.below(3)];
    visit.site("edx.certificate.shared", &format!("/certificates/{uuid}"), |event| {
        event.int("user_id", user).text("certificate_id", uuid).text("course_id", course);
        event
            .text("enrollment_mode", mode)
            .text("certificate_url", &address(uuid))
            .text("social_network", network);
    });
}

fn revoke(visit: &mut Session, uuid: &str) {
    let (user, course, mode) = (visit.person.id, visit.course, visit.registration.mode);
    visit.wait(3600.0);
    visit.server(
        "edx.certificate.revoked",
        &course.path("/instructor/certificate_invalidation_view/"),
        |event| {
            event.int("user_id", user).text("course_id", &course.id).text("certificate_id", uuid);
            event.text("certificate_url", &address(uuid)).text("enrollment_mode", mode);
            event.text("source", "certificate_invalidation_list");
        },
    );
    if let Some(certificate) = &mut visit.registration.certificate {
        certificate.revoked = true;
    }
}

//! Blocks that are neither video nor problem: essays assessed by peers, drag and drop, polls,
//! library content and others (05 §2.14, §2.15, §2.17).

use crate::clock;
use crate::json::{self, Object};
use crate::outline::Block;
use crate::rng::{Purpose, Rng};
use crate::session::Session;

const ESSAYS: [&str; 4] = [
    "Life is a process that keeps itself going.",
    "Leben heißt: Energie nutzen, um Ordnung zu erhalten.",
    "Life 🌱 is what <em>copies</em> itself & changes.",
    "生命是自我维持的过程。",
];
const ITEMS: [(&str, &str); 6] = [
    ("Ribosome", "zone-a"),
    ("Nucleus", "zone-b"),
    ("Vacuole", "zone-c"),
    ("Membrane", "zone-a"),
    ("Golgi", "zone-b"),
    ("Lysosome", "zone-c"),
];

/// Does what a learner does with such a block.
pub fn visit(visit: &mut Session, block: &Block) {
    match block.kind {
        "openassessment" if visit.registration.essay.is_none() && visit.rng.chance(0.7) => {
            write_essay(visit, block)
        }
        "openassessment" => {}
        "drag-and-drop-v2" if visit.rng.chance(0.2) => drag(visit, block),
        "drag-and-drop-v2" => {}
        "library_content" => assign(visit, block),
        _ => simple(visit, block),
    }
}

/// The id under which submissions know a learner.
fn anonymous_id(visit: &Session) -> String {
    Rng::keyed(visit.world.plan.seed, Purpose::Person, [visit.person.index, 3]).hex(32)
}

fn write_essay(visit: &mut Session, block: &Block) {
    let text = ESSAYS[visit.rng.below(ESSAYS.len())];
    let start: String = text.chars().take(20).collect();
    let draft = format!("{{\"parts\": [{{\"text\": {}}}]}}", json::text(&start));
    visit.block("openassessmentblock.save_submission", block, "save_submission", None, |event| {
        event.text("saved_response", &draft);
    });
    if visit.rng.chance(0.1) {
        visit.browser("openassessment.upload_file", |event| {
            event
                .text("fileName", "essay.pdf")
                .int("fileSize", 183_204)
                .text("fileType", "application/pdf");
        });
    }
    let pause = visit.rng.lognormal(600.0, 0.6);
    if !visit.wait(pause) {
        return;
    }
    let uuid = visit.rng.uuid();
    submit_essay(visit, block, &uuid, text);
    visit.registration.essay = Some((uuid.clone(), visit.now));
    for _ in 0..3 {
        let pause = visit.rng.lognormal(150.0, 0.6);
        if !visit.wait(pause) {
            return;
        }
        let other = visit.rng.uuid();
        peer(visit, block, &other);
    }
    assess(visit, "openassessmentblock.self_assess", block, "self_assess", ("SE", &uuid));
}

fn submit_essay(visit: &mut Session, block: &Block, uuid: &str, text: &str) {
    let when = clock::spaced(visit.now);
    visit.block("openassessmentblock.create_submission", block, "submit", None, |event| {
        event
            .text("submission_uuid", uuid)
            .int("attempt_number", 1)
            .text("submitted_at", &when)
            .text("created_at", &when);
        event.raw("answer", format!("{{\"parts\": [{{\"text\": {}}}]}}", json::text(text)));
    });
}

fn peer(visit: &mut Session, block: &Block, other: &str) {
    let (me, course) = (anonymous_id(visit), &visit.course.id);
    visit.block(
        "openassessmentblock.get_peer_submission",
        block,
        "render_peer_assessment",
        None,
        |event| {
            event
                .text("requesting_student_id", &me)
                .text("course_id", course)
                .text("item_id", &block.key);
            event.text("submission_returned_uuid", other);
        },
    );
    visit.wait(60.0);
    assess(visit, "openassessmentblock.peer_assess", block, "peer_assess", ("PE", other));
}

/// A judgement of an essay: by a peer, its author or staff.
pub fn assess(
    visit: &mut Session,
    kind: &'static str,
    block: &Block,
    handler: &str,
    of: (&str, &str),
) {
    let (scorer, when) = (anonymous_id(visit), clock::iso(visit.now));
    let points = visit.rng.between(1, 5);
    visit.block(kind, block, handler, None, |event| {
        event.text("feedback", "Clear first part.");
        event.raw("rubric", r#"{"content_hash": "d5a0c7e9f3b1482650e8c9d7a4f6b3e1c2d09a58"}"#);
        event.text("scorer_id", &scorer).text("score_type", of.0).text("scored_at", &when).text("submission_uuid", of.1);
        event.raw("parts", format!(r#"[{{"option": {{"name": "Good", "points": {points}}}, "criterion": {{"name": "Ideas", "points_possible": 5}}, "feedback": ""}}]"#));
        if of.0 == "ST" {
            event.text("type", "full-grade");
        }
    });
}

fn drag(visit: &mut Session, block: &Block) {
    drag_event(visit, "edx.drag_and_drop_v2.loaded", block, "publish_event", |_| {});
    for (id, (item, zone)) in ITEMS.iter().enumerate() {
        for _ in 0..1 + visit.rng.poisson(0.3) {
            let pause = visit.rng.uniform(2.0, 15.0);
            if !visit.wait(pause) {
                return;
            }
            drop_item(visit, block, id as i64, item, zone);
        }
    }
}

fn drag_event(
    visit: &mut Session,
    kind: &'static str,
    block: &Block,
    handler: &str,
    fill: impl FnOnce(&mut Object),
) {
    visit.block(kind, block, handler, Some("{}"), fill);
}

fn drop_item(visit: &mut Session, block: &Block, id: i64, item: &str, zone: &str) {
    drag_event(visit, "edx.drag_and_drop_v2.item.picked_up", block, "publish_event", |event| {
        event.int("item_id", id);
    });
    let right = visit.rng.chance(0.75);
    drag_event(visit, "edx.drag_and_drop_v2.item.dropped", block, "drop_item", |event| {
        event
            .text("item", item)
            .int("item_id", id)
            .bool("is_correct", right)
            .bool("is_correct_location", right);
        event.text("location", "Zone A").text("location_id", zone);
    });
    let content =
        format!("{}, that is a {}.", if right { "Yes" } else { "No" }, item.to_lowercase());
    drag_event(visit, "edx.drag_and_drop_v2.feedback.opened", block, "publish_event", |event| {
        event.text("content", &content).bool("truncated", false);
    });
    drag_event(visit, "edx.drag_and_drop_v2.feedback.closed", block, "publish_event", |event| {
        event.text("content", &content).bool("truncated", false).bool("manually", right);
    });
}

/// Picks a problem of a library for the learner.
fn assign(visit: &mut Session, block: &Block) {
    let version = &visit.course.version;
    let library =
        format!("lib-block-v1:{}+CELLBANK+type@problem+block@{}", visit.course.org, block.id);
    let entry = format!(
        "[{{\"usage_key\": {}, \"original_usage_key\": {}, \"original_usage_version\": \"{version}\", \"descendants\": []}}]",
        json::text(&block.key),
        json::text(&library)
    );
    visit.block("edx.librarycontentblock.content.assigned", block, "", None, |event| {
        event.text("location", &block.key).int("previous_count", 0).int("max_count", 1);
        event.raw("result", &entry).raw("added", &entry);
    });
    if visit.rng.chance(0.02) {
        visit.block("edx.librarycontentblock.content.removed", block, "", None, |event| {
            event.text("location", &block.key).int("previous_count", 1).int("max_count", 1);
            event.raw("result", "[]").raw("removed", &entry).text("reason", "overlimit");
        });
    }
}

/// Polls, surveys and other blocks: their events with fields of their own.
fn simple(visit: &mut Session, block: &Block) {
    let events: &[(&'static str, &str, &str)] = match block.kind {
        "poll" => &[
            ("xblock.poll.submitted", "vote", r#""url_name": "3b7e90c5d1f8", "choice": "Y""#),
            ("xblock.poll.view_results", "get_results", ""),
        ],
        "survey" => &[
            (
                "xblock.survey.submitted",
                "vote",
                r#""url_name": "3b7e90c5d1f8", "choices": {"enjoy": "Y"}"#,
            ),
            ("xblock.survey.view_results", "get_results", ""),
        ],
        "problem-builder" => &[
            ("xblock.problem_builder.loaded", "view", ""),
            (
                "xblock.problem_builder.submitted",
                "submit",
                r#""num_attempts": 1, "submitted_answer": "3", "grade": 100"#,
            ),
        ],
        "oppia" => &[
            (
                "oppia.exploration.loaded",
                "on_load",
                r#""exploration_id": "x7", "exploration_version": "1""#,
            ),
            (
                "oppia.exploration.state.changed",
                "on_state",
                r#""exploration_id": "x7", "old_state_name": "a", "new_state_name": "b""#,
            ),
            (
                "oppia.exploration.completed",
                "on_complete",
                r#""exploration_id": "x7", "exploration_version": "1""#,
            ),
        ],
        "done" => &[("edx.done.toggled", "toggle_button", r#""done": true"#)],
        _ => &[
            (
                "edx.googlecomponent.document.displayed",
                "publish_event",
                r#""url": "https://docs.example.org/presentation/d/e/abc/embed", "displayed_in": "iframe""#,
            ),
            (
                "edx.googlecomponent.calendar.displayed",
                "publish_event",
                r#""url": "https://calendar.example.org/embed?src=abc", "displayed_in": "iframe""#,
            ),
        ],
    };
    for (kind, handler, fields) in events {
        visit.block(kind, block, handler, None, |event| {
            event.fields(fields);
        });
        visit.wait(4.0);
    }
}

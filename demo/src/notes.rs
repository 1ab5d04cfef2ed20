//! Bookmarks, notes and searches inside a course (05 §2.10, §2.16).

use crate::outline::Unit;
use crate::session::Session;

const TEXTS: [&str; 5] =
    ["ask about this", "exam!", "wichtig – nochmal lesen", "重要", "<b>bold</b> claim?"];

/// Marks a unit; some marks are listed, followed and removed.
pub fn bookmark(visit: &mut Session, unit: &Unit) {
    let id = format!("{},{}", visit.person.username, unit.block.key);
    change(visit, "edx.bookmark.added", "/api/bookmarks/v1/bookmarks/", &id, unit);
    if visit.rng.chance(0.3) {
        list(visit);
        visit.wait(5.0);
        visit.page = visit.course.page("/bookmarks/");
        visit.browser("edx.bookmark.accessed", |event| {
            event
                .text("bookmark_id", &id)
                .text("component_type", "vertical")
                .text("component_usage_id", &unit.block.key);
        });
        visit.page.clone_from(&unit.page);
    }
    if visit.rng.chance(0.2) {
        let path = format!("/api/bookmarks/v1/bookmarks/{id}/");
        change(visit, "edx.bookmark.removed", &path, &id, unit);
    }
}

/// The path names no course, so the context has none either.
fn change(visit: &mut Session, kind: &'static str, path: &str, id: &str, unit: &Unit) {
    let course = &visit.course.id;
    visit.site(kind, path, |event| {
        event.text("course_id", course).text("bookmark_id", id).text("component_type", "vertical");
        event.text("component_usage_id", &unit.block.key);
    });
}

fn list(visit: &mut Session) {
    let (course, one) = (&visit.course.id, visit.rng.chance(0.8));
    visit.site("edx.bookmark.listed", "/api/bookmarks/v1/bookmarks/", |event| {
        event.text("list_type", if one { "per_course" } else { "all_courses" });
        event.int("bookmarks_count", 3).int("page_size", 10).int("page_number", 1);
        if one {
            event.text("course_id", course);
        }
    });
}

/// Writes a note beside a text; some notes are edited, looked at or deleted later.
pub fn note(visit: &mut Session, unit: &Unit) {
    let id = visit.rng.hex(12);
    let text = TEXTS[visit.rng.below(TEXTS.len())];
    write(visit, "edx.course.student_notes.added", &id, text, unit);
    if visit.rng.chance(0.2) {
        look_over(visit, &id, unit);
    }
}

fn write(visit: &mut Session, kind: &'static str, id: &str, text: &str, unit: &Unit) {
    visit.browser(kind, |event| {
        event.text("note_id", id).text("note_text", text).raw("tags", r#"["exam"]"#);
        if kind.ends_with("edited") {
            event.text("old_note_text", "ask").raw("old_tags", "[]");
        }
        event
            .text("highlighted_content", "the plasma membrane is selectively permeable")
            .raw("truncated", "[]");
        event.text("component_usage_id", &unit.html.key);
    });
}

/// Everything that is done with notes.
pub fn look_over(visit: &mut Session, id: &str, unit: &Unit) {
    write(visit, "edx.course.student_notes.edited", id, "ask about this today", unit);
    visit.browser("edx.course.student_notes.viewed", |event| {
        event.raw("notes", format!("[{{\"note_id\": \"{id}\"}}]"));
    });
    visit.browser("edx.course.student_notes.notes_page_viewed", |event| {
        event.text("view", "Recent Activity");
    });
    visit.browser("edx.course.student_notes.searched", |event| {
        event.int("number_of_results", 2).text("search_string", "exam");
    });
    visit.browser("edx.course.student_notes.used_unit_link", |event| {
        event
            .text("note_id", id)
            .text("component_usage_id", &unit.html.key)
            .text("view", "Search Results");
    });
    write(visit, "edx.course.student_notes.deleted", id, "ask about this today", unit);
}

/// Looks for a word in the course and follows a result.
pub fn search(visit: &mut Session) {
    let course = visit.course;
    let path = format!("/search/{}", course.id);
    for kind in ["edx.course.search.initiated", "edx.course.search.results_displayed"] {
        visit.site(kind, &path, |event| {
            event.text("search_term", "osmosis").int("page_size", 20).int("page_number", 0);
            if kind.ends_with("displayed") {
                event.int("results_count", 9);
            }
        });
    }
    visit.page = course.page("/search/?query=osmosis");
    let unit = &course.outline.units[visit.rng.below(course.outline.units.len())];
    visit.browser("edx.course.search.result_selected", |event| {
        event
            .text("search_term", "osmosis")
            .int("result_position", 1)
            .text("result_link", &unit.block.key);
    });
}

//! A visit to a course from its first page to its last: pages, units, what is done in them, and
//! how one gets from one to the next (05 §2.6, §2.7, §3.2).

use crate::clock::{self, HOUR};
use crate::courses::{HOST, Kind};
use crate::json;
use crate::outline::{Block, Sequence, Unit};
use crate::registration::Place;
use crate::session::Session;
use crate::{assessment, forum, notes, problem, schedule, textbook, video};

/// Visits the course; the last pages may be seen after the login has expired.
pub fn visit(visit: &mut Session) {
    arrive(visit);
    if !visit.rng.chance(0.1) && open(visit) {
        assign_cohort(visit);
        while !visit.over() && visit_sequence(visit) {}
        aside(visit);
    }
    if visit.rng.chance(0.6) {
        page_close(visit);
    }
    if visit.rng.chance(0.3) {
        visit.request("implicit dashboard", "/dashboard");
    }
    if visit.sink.faulty() && visit.rng.chance(0.075) {
        after_expiry(visit);
    }
}

fn open(visit: &Session) -> bool {
    visit.course.open(clock::day_of(visit.now))
}

/// The way in: dashboard and course home, straight to a unit, or another page.
fn arrive(visit: &mut Session) {
    match visit.rng.weighted(&[0.82, 0.12, 0.06]) {
        0 => by_dashboard(visit),
        1 => {
            let (unit, course) = (current_unit(visit), visit.course);
            let key = &course.outline.units[unit].block.key;
            visit.request("implicit jump_to", &course.path(&format!("/jump_to/{key}")));
        }
        _ => {
            let path = visit.course.path("/progress");
            visit.request("implicit progress", &path);
            visit.wait(8.0);
        }
    }
}

fn by_dashboard(visit: &mut Session) {
    visit.request("implicit dashboard", "/dashboard");
    visit.think();
    let course = visit.course;
    visit.request("implicit course home", &course.path("/course/"));
    visit.page = course.front("/home");
    visit.request("implicit api", &format!("/api/course_home/outline/{}", course.id));
    if visit.rng.chance(0.7) {
        resume(visit);
    }
    if visit.rng.chance(0.03) {
        tools(visit);
    }
    if visit.rng.chance(0.35) {
        outline_selected(visit);
    }
}

fn resume(visit: &mut Session) {
    let course = visit.course;
    let unit = &course.outline.units[current_unit(visit)];
    let url = course.page(&format!("/jump_to/{}", unit.block.key));
    let kind = if visit.registration.sequences.is_empty() { "start" } else { "resume" };
    visit.browser("edx.course.home.resume_course.clicked", |event| {
        event
            .text("org_key", &course.org)
            .text("courserun_key", &course.id)
            .text("event_type", kind)
            .text("url", &url);
    });
}

fn tools(visit: &mut Session) {
    let (course, staff) = (visit.course, visit.person.staff);
    let tool = ["edx.bookmarks", "edx.updates", "edx.reviews"][visit.rng.below(3)];
    visit.browser("edx.course.tool.accessed", |event| {
        event
            .text("org_key", &course.org)
            .text("courserun_key", &course.id)
            .text("course_id", &course.id);
        event.bool("is_staff", staff).text("tool_name", tool);
    });
    if visit.registration.mode == "audit" {
        visit.browser("edx.bi.course.upgrade.sidebarupsell.clicked", |event| {
            event.text("org_key", &course.org).text("courserun_key", &course.id);
        });
    }
}

fn outline_selected(visit: &mut Session) {
    let course = visit.course;
    let sequence = &course.outline.sequences[course.outline.units[current_unit(visit)].sequence];
    let target = course.page(&format!("/jump_to/{}", sequence.block.key));
    visit.page = course.page("/course/");
    let page = visit.page.clone();
    visit.browser("edx.ui.lms.outline.selected", |event| {
        event.text("current_url", &page).text("target_name", &sequence.block.title);
        event.text("target_url", &target).text("widget_placement", "accordion");
    });
}

/// The number of units that can be seen now.
fn visible(visit: &Session) -> usize {
    let day = clock::day_of(visit.now).max(visit.course.window.start);
    visit.course.outline.units_of(visit.course.released(day)).max(1)
}

fn current_unit(visit: &Session) -> usize {
    visit.registration.cursor.min(visible(visit) - 1)
}

/// Where to go now: on, back to an earlier week, or over everything again.
fn next_unit(visit: &mut Session) -> Option<usize> {
    let visible = visible(visit);
    if visit.registration.cursor >= visible {
        return visit.rng.chance(0.4).then(|| visit.rng.below(visible));
    }
    let back = visit.registration.cursor > 20 && visit.rng.chance(0.12);
    Some(if back { visit.rng.below(visit.registration.cursor) } else { visit.registration.cursor })
}

/// Opens a subsection and goes through some of its units; false when the learner has had enough.
fn visit_sequence(visit: &mut Session) -> bool {
    let Some(mut unit) = next_unit(visit) else { return false };
    let course = visit.course;
    let sequence = &course.outline.sequences[course.outline.units[unit].sequence];
    if visit.rng.chance(0.42) {
        visit.request("implicit course home", &course.path("/course/"));
    }
    open_sequence(visit, sequence, unit);
    loop {
        place(visit, sequence, unit);
        visit_unit(visit, &course.outline.units[unit]);
        visit.registration.cursor = visit.registration.cursor.max(unit + 1);
        if visit.over() {
            return false;
        }
        match leave_unit(visit, sequence, unit) {
            Some(next) => unit = next,
            None => return true,
        }
    }
}

fn open_sequence(visit: &mut Session, sequence: &Sequence, unit: usize) {
    let course = visit.course;
    if course.kind != Kind::Legacy {
        for _ in 0..1 + usize::from(visit.rng.chance(0.85)) {
            visit.request(
                "implicit api sequence",
                &format!("/api/courseware/sequence/{}", sequence.block.key),
            );
        }
    }
    let get = format!(
        "{{\"activate_block_id\": [{}]}}",
        json::text(&course.outline.units[unit].block.key)
    );
    visit.page.clone_from(&sequence.page);
    for _ in 0..1 + usize::from(visit.rng.chance(0.2)) {
        visit.implicit("implicit subsection page", &sequence.path, &get, "{}");
    }
    if visit.rng.chance(0.08) {
        visit.request("implicit api", &format!("/api/courseware/course/{}", course.id));
    }
}

/// The tab of a unit in its subsection, from 1.
fn tab(sequence: &Sequence, unit: usize) -> usize {
    unit - sequence.units.start + 1
}

fn place(visit: &mut Session, sequence: &Sequence, unit: usize) {
    let number = visit.course.outline.units[unit].sequence;
    let now = visit.instant();
    let position = tab(sequence, unit);
    let place = visit.registration.sequences.entry(number).or_insert(Place {
        position,
        created: now,
        modified: now,
    });
    place.position = position;
    place.modified = now;
    if visit.rng.chance(0.57) {
        let path = format!("{}xmodule_handler/goto_position", sequence.block.handler);
        visit.implicit(
            "implicit goto_position",
            &path,
            "{}",
            &format!("{{\"position\": [\"{position}\"]}}"),
        );
    }
}

fn visit_unit(visit: &mut Session, unit: &Unit) {
    show_unit(visit, unit);
    if !visit.think() {
        return;
    }
    if let Some(number) = unit.video {
        let again = visit.registration.videos.get(&number).is_some_and(|watched| watched.complete);
        if visit.rng.chance(if again { 0.25 } else { 0.68 }) {
            video::watch(visit, number);
        }
    }
    read(visit, unit);
    for number in unit.problems.clone() {
        if visit.over() {
            return;
        }
        if problem::present(visit, number) && wants(visit, number) {
            problem::work(visit, number);
        }
    }
    if let Some(extra) = &unit.extra {
        assessment::visit(visit, extra);
    }
    linger(visit, unit);
}

/// The frame of the unit, its problems and its player.
fn show_unit(visit: &mut Session, unit: &Unit) {
    if visit.course.kind != Kind::Legacy {
        let get = r#"{"exam_access": [""], "recheck_access": ["1"], "show_bookmark": ["0"], "show_title": ["0"], "view": ["student_view"]}"#;
        for _ in 0..1 + usize::from(visit.rng.chance(0.18)) {
            visit.implicit("implicit unit frame", &unit.frame, get, "{}");
        }
        visit.page.clone_from(&unit.page);
    }
    for number in unit.problems.clone() {
        if problem::present(visit, number) {
            problem::show(visit, number);
        }
    }
    if let Some(number) = unit.video {
        video::load(visit, number);
    }
}

/// Those who have solved a problem leave it; near the deadline more try.
fn wants(visit: &mut Session, number: usize) -> bool {
    let solved = visit.registration.problems.get(&number).is_some_and(|tried| tried.solved);
    if solved {
        return visit.rng.chance(0.03);
    }
    let rush = schedule::deadline_rush(visit.now);
    visit.rng.chance((0.73 * rush).min(0.93))
}

/// Reads the text of a unit; the page reports it as complete.
fn read(visit: &mut Session, unit: &Unit) {
    let pause = visit.rng.lognormal(25.0, 0.8).min(300.0);
    if visit.wait(pause) && visit.rng.chance(0.44) {
        publish_completion(visit, &unit.html);
    }
}

/// The page says that a block is complete, and the LMS notes it.
pub fn publish_completion(visit: &mut Session, block: &Block) {
    if visit.course.kind == Kind::Legacy {
        return;
    }
    let path = format!("{}publish_completion", block.handler);
    visit.implicit("implicit publish_completion", &path, "{}", r#"{"{\"completion\":1}": [""]}"#);
    if visit.rng.chance(0.12) {
        completed(visit, block, "publish_completion");
    }
}

/// The completion of a block as the LMS notes it.
pub fn completed(visit: &mut Session, block: &Block, handler: &str) {
    if visit.course.kind == Kind::Legacy {
        return;
    }
    let (user, course) = (visit.person.id, &visit.course.id);
    visit.block("edx.completion.block_completion.changed", block, handler, None, |event| {
        event.int("user_id", user).text("course_id", course).text("context_key", course);
        event
            .text("block_id", &block.key)
            .text("block_type", block.kind)
            .float("completion", 1.0)
            .bool("is_new", true);
    });
}

/// What else may be done in a unit: links, marks, notes, the textbook.
fn linger(visit: &mut Session, unit: &Unit) {
    if visit.rng.chance(0.33) {
        link(visit, unit);
    }
    if visit.rng.chance(0.012) {
        notes::bookmark(visit, unit);
    }
    if visit.rng.chance(0.005) {
        notes::note(visit, unit);
    }
    if visit.rng.chance(0.006) {
        textbook::read(visit);
        visit.page.clone_from(&unit.page);
    }
    if visit.rng.chance(0.38) {
        page_close(visit);
    }
}

fn link(visit: &mut Session, unit: &Unit) {
    let current = visit.page.clone();
    let target = if visit.rng.chance(0.4) {
        "https://example.org/cells.html".to_owned()
    } else {
        visit.course.page(&format!("/jump_to/{}", unit.block.key))
    };
    visit.browser("edx.ui.lms.link_clicked", |event| {
        event.text("target_url", &target).text("current_url", &current);
    });
}

fn page_close(visit: &mut Session) {
    visit.browser("page_close", |_| {});
}

/// The next unit by the buttons of the subsection, or none when the learner leaves it.
fn leave_unit(visit: &mut Session, sequence: &Sequence, unit: usize) -> Option<usize> {
    let last = sequence.units.end - 1;
    let top = if visit.rng.chance(0.6) { "top" } else { "bottom" };
    let front = visit.rng.chance(0.25) && visit.course.kind != Kind::Legacy;
    if front {
        let key = &visit.course.outline.units[unit].block.key;
        visit.page = visit.course.front(&format!("/{}/{key}", sequence.block.key));
    } else {
        visit.page.clone_from(&sequence.page);
    }
    let from = Tab { sequence, unit, top, front };
    match visit.rng.weighted(&[0.86, 0.07, 0.03, 0.04]) {
        0 if unit == last => {
            from.next(visit, None);
            None
        }
        0 => from.next(visit, Some(unit + 1)),
        1 => {
            let target = sequence.units.start + visit.rng.below(sequence.units.len());
            from.tab(visit, target)
        }
        2 => from.previous(visit),
        _ => {
            from.leave(visit);
            None
        }
    }
}

/// The bar of tabs over a unit.
struct Tab<'a> {
    sequence: &'a Sequence,
    unit: usize,
    top: &'static str,
    /// Shown by the front end, which names the unit rather than the subsection.
    front: bool,
}

impl Tab<'_> {
    fn move_to(
        &self,
        visit: &mut Session,
        names: (&str, &'static str),
        target: Option<usize>,
        jump: bool,
    ) {
        let current = tab(self.sequence, self.unit) as i64;
        let course = visit.course;
        let id = if self.front {
            &course.outline.units[self.unit].block.key
        } else {
            &self.sequence.block.key
        };
        visit.renamed(names.0, names.1, |event| {
            event
                .int("current_tab", current)
                .text("id", id)
                .int("tab_count", self.sequence.units.len() as i64);
            if let Some(target) = target.filter(|_| jump) {
                event.int("target_tab", tab(self.sequence, target) as i64);
            }
            event.text("widget_placement", self.top);
            if let Some(target) = target {
                event.int("old", current).int("new", tab(self.sequence, target) as i64);
            }
        });
    }

    fn next(&self, visit: &mut Session, target: Option<usize>) -> Option<usize> {
        const NAME: &str = "edx.ui.lms.sequence.next_selected";
        self.move_to(
            visit,
            (NAME, if target.is_some() { "seq_next" } else { NAME }),
            target,
            false,
        );
        target
    }

    fn previous(&self, visit: &mut Session) -> Option<usize> {
        const NAME: &str = "edx.ui.lms.sequence.previous_selected";
        let target = (self.unit > self.sequence.units.start).then(|| self.unit - 1);
        self.move_to(
            visit,
            (NAME, if target.is_some() { "seq_prev" } else { NAME }),
            target,
            false,
        );
        target
    }

    fn tab(&self, visit: &mut Session, target: usize) -> Option<usize> {
        self.move_to(visit, ("edx.ui.lms.sequence.tab_selected", "seq_goto"), Some(target), true);
        Some(target)
    }

    /// Away by the breadcrumb, or just away.
    fn leave(&self, visit: &mut Session) {
        if !self.front || !visit.rng.chance(0.5) {
            return;
        }
        let outline = &visit.course.outline;
        let chapter = &outline.chapters[self.sequence.chapter].block;
        let current = &outline.units[self.unit].block.key;
        visit.browser("edx.ui.lms.jump_nav.selected", |event| {
            event.text("target_name", &chapter.title).text("id", &chapter.key);
            event.text("current_id", current).text("widget_placement", "breadcrumb");
        });
    }
}

/// What some do before they go: the forum, a search.
fn aside(visit: &mut Session) {
    let share = if visit.person.staff { 0.9 } else { 0.16 };
    if visit.rng.chance(share) {
        forum::visit(visit);
    }
    if visit.rng.chance(0.01) {
        notes::search(visit);
    }
}

/// The first automatic assignment to a cohort happens on the first course page.
fn assign_cohort(visit: &mut Session) {
    if visit.registration.cohort.is_some()
        || visit.course.kind == Kind::Legacy
        || visit.course.index % 2 == 1
    {
        return;
    }
    let cohort = visit.person.index as usize % 2;
    crate::office::add_to_cohort(visit, cohort);
}

/// The page stays open after the login is gone: its events have no user any more.
fn after_expiry(visit: &mut Session) {
    let expired = visit.who.expired();
    let known = std::mem::replace(&mut visit.who, expired);
    visit.now = (visit.now + HOUR / 2).min(visit.world.plan.now());
    let home = format!("{HOST}/courses/{}/about", visit.course.url_id);
    for _ in 0..3 + visit.rng.below(8) {
        visit.now += visit.rng.between(1, 40) * clock::SECOND;
        let current = visit.page.clone();
        if visit.rng.chance(0.5) {
            page_close(visit);
        } else {
            visit.browser("edx.ui.lms.link_clicked", |event| {
                event.text("target_url", &home).text("current_url", &current);
            });
        }
        visit.sink.note_odd("browser event after the login expired");
    }
    visit.who = known;
}

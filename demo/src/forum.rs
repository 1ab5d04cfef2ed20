//! The forum (05 §2.8, §3.7): threads, responses, comments, votes and what moderators do. What is
//! posted on one day can be seen by others from the next day on.

use crate::clock;
use crate::courses::{APPS, Kind};
use crate::json::Object;
use crate::session::Session;

const TITLES: [&str; 10] = [
    "Are viruses alive?",
    "Question 3: rounding?",
    "Hello from São Paulo 👋",
    "Broken link in week 2",
    "¿Cuándo es el examen?",
    "第二周的问题",
    "Study group, anyone?",
    "Why \"<b>not</b>\" the mean?",
    "<script>alert('forum')</script>",
    "Danke für den Kurs",
];
const BODIES: [&str; 8] = [
    "<p>The video says no, the reader says it depends.</p>",
    "<p>Two decimals or three?</p>",
    "<p>Look at what they need a host for.</p>",
    "<p>Thanks, that helps.</p>",
    "<p>I got the same, see <em>page 12</em>.</p>",
    "<p>Je ne comprends pas la question n° 4…</p>",
    "<p>我也是这样想的。</p>",
    "<p>Ha 😂 <img src=x onerror=alert(1)></p>",
];

/// What a post answers.
#[derive(Clone, Debug)]
pub enum Place {
    /// Nothing: a thread with its title; questions wait for an answer.
    Thread {
        /// Title.
        title: &'static str,
        /// Question rather than discussion.
        question: bool,
    },
    /// A thread, by its id.
    Response(String),
    /// A response; nothing answers a comment.
    Comment,
}

/// One post.
#[derive(Clone, Debug)]
pub struct Post {
    /// Number of the course.
    pub course: usize,
    /// 24 hexadecimal digits, the first eight the second of its making.
    pub id: String,
    /// Account name of the author.
    pub author: String,
    /// Topic.
    pub topic: String,
    /// What it answers.
    pub place: Place,
}

/// The posts of one course that everybody can see.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// Posts that are threads.
    pub threads: Vec<Post>,
    /// Posts that answer threads.
    pub responses: Vec<Post>,
}

/// How many posts of each kind stay in sight.
const SHOWN: usize = 400;

impl Board {
    /// Adds a post; old ones sink out of sight, so that memory does not grow with the years.
    pub fn add(&mut self, post: Post) {
        let shelf = match post.place {
            Place::Thread { .. } => &mut self.threads,
            Place::Response(_) => &mut self.responses,
            Place::Comment => return,
        };
        if shelf.len() >= SHOWN {
            shelf.remove(0);
        }
        shelf.push(post);
    }
}

/// A visit to the forum.
pub fn visit(visit: &mut Session) {
    let board = &visit.world.boards[visit.course.index];
    let page = visit.page.clone();
    visit.stay(180.0);
    visit.page = format!("{APPS}/");
    visit.request("implicit forum", "/api/discussion/v1/threads/");
    if visit.rng.chance(0.06) {
        search(visit);
    }
    for _ in 0..2 + visit.rng.below(4) {
        if !visit.think() || board.threads.is_empty() {
            break;
        }
        let recent =
            board.threads.len().saturating_sub(1 + visit.rng.below(40.min(board.threads.len())));
        read(visit, &board.threads[recent]);
    }
    let busy = if visit.person.staff { 3.0 } else { 1.0 };
    if visit.rng.chance(0.16 * busy / 2.0 + 0.08) && visit.think() {
        start_thread(visit);
    }
    if !board.responses.is_empty() && visit.rng.chance(0.2 * busy) && visit.think() {
        let post = board.responses[visit.rng.below(board.responses.len())].clone();
        comment(visit, &post);
    }
    if visit.person.staff {
        moderate(visit, board);
    }
    visit.page = page;
}

fn url(visit: &Session) -> String {
    match visit.course.kind {
        Kind::Legacy => visit.course.page("/discussion/forum"),
        _ => format!("{APPS}/discussions/{}/posts", visit.course.url_id),
    }
}

/// Fields that end every forum event.
fn close(event: &mut Object, id: Option<&str>, url: &str, staff: bool) {
    if let Some(id) = id {
        event.text("id", id);
    }
    event.text("url", url);
    event.raw(
        "user_forums_roles",
        if staff { r#"["Student", "Community TA"]"# } else { r#"["Student"]"# },
    );
    event.raw("user_course_roles", if staff { r#"["Staff"]"# } else { "[]" });
}

/// The new id of a post made now.
fn new_id(visit: &mut Session) -> String {
    format!("{:08x}{}", visit.now / clock::SECOND, visit.rng.hex(16))
}

fn topic(visit: &mut Session) -> String {
    match visit.rng.below(3) {
        0 => "course".to_owned(),
        1 => format!("{}-week{}", visit.course.number.to_lowercase(), 1 + visit.rng.below(8)),
        _ => visit.course.outline.units[visit.rng.below(visit.course.outline.units.len())]
            .block
            .id
            .clone(),
    }
}

/// The topic of a post; each event has it at a place of its own among its fields.
struct Topic<'a> {
    id: &'a str,
    /// The front end of old, which also names the category.
    legacy: bool,
}

impl Topic<'_> {
    fn put(&self, event: &mut Object) {
        event.text("commentable_id", self.id);
        if self.legacy {
            event.text("category_id", self.id).text("category_name", "Week 1 / Cells");
        }
    }
}

/// Writes an event about a post. The forum's paths name no course, its events do.
fn about(
    visit: &mut Session,
    kind: &'static str,
    post: &Post,
    fill: impl FnOnce(&mut Object, &Topic),
) {
    let (url, staff) = (url(visit), visit.person.staff);
    let topic = Topic { id: &post.topic, legacy: visit.course.kind == Kind::Legacy };
    let what = if matches!(post.place, Place::Thread { .. }) { "threads" } else { "comments" };
    visit.server(kind, &format!("/api/discussion/v1/{what}/{}/", post.id), |event| {
        fill(event, &topic);
        close(event, Some(&post.id), &url, staff);
    });
}

fn search(visit: &mut Session) {
    let (url, staff) = (url(visit), visit.person.staff);
    visit.server("edx.forum.searched", "/api/discussion/v1/threads/", |event| {
        event
            .text("query", "virus")
            .int("page", 1)
            .int("total_results", 4)
            .null("corrected_text")
            .null("group_id");
        close(event, None, &url, staff);
    });
}

fn title_of(post: &Post) -> &'static str {
    match post.place {
        Place::Thread { title, .. } => title,
        _ => "",
    }
}

fn read(visit: &mut Session, thread: &Post) {
    visit.request("implicit forum", "/api/discussion/v1/comments/");
    about(visit, "edx.forum.thread.viewed", thread, |event, topic| {
        topic.put(event);
        event.bool("from_mfe_sidebar", false).text("target_username", &thread.author);
        event.bool("title_truncated", false).text("title", title_of(thread));
    });
    let question = matches!(thread.place, Place::Thread { question: true, .. });
    let answers = if visit.person.staff && question { 0.3 } else { 0.11 };
    if visit.rng.chance(answers) && visit.think() {
        respond(visit, thread);
    }
    if visit.rng.chance(0.09) {
        vote(visit, "edx.forum.thread.voted", thread);
    }
}

fn vote(visit: &mut Session, kind: &'static str, post: &Post) {
    for undo in [false, true] {
        if undo && !visit.rng.chance(0.04) {
            break;
        }
        about(visit, kind, post, |event, topic| {
            topic.put(event);
            event
                .text("target_username", &post.author)
                .bool("undo_vote", undo)
                .text("vote_value", "up");
        });
    }
}

fn post(visit: &mut Session, topic: String, place: Place) -> Post {
    Post {
        course: visit.course.index,
        id: new_id(visit),
        author: visit.person.username.clone(),
        topic,
        place,
    }
}

fn body(visit: &mut Session) -> &'static str {
    BODIES[visit.rng.below(BODIES.len())]
}

fn start_thread(visit: &mut Session) {
    let (topic, question) = (topic(visit), visit.rng.chance(0.35));
    let title = TITLES[visit.rng.below(TITLES.len())];
    let thread = post(visit, topic, Place::Thread { title, question });
    let (body, cohort) = (body(visit), visit.registration.cohort.filter(|_| question));
    about(visit, "edx.forum.thread.created", &thread, |event, topic| {
        topic.put(event);
        match cohort {
            Some(cohort) => event.int("group_id", cohort as i64 + 1),
            None => event.null("group_id"),
        };
        event.text("thread_type", if question { "question" } else { "discussion" });
        event
            .bool("anonymous", false)
            .bool("anonymous_to_peers", false)
            .raw("options", r#"{"followed": true}"#);
        event.bool("from_mfe_sidebar", false).bool("title_truncated", false).text("title", title);
        event.bool("truncated", false).text("body", body);
    });
    own_changes(visit, &thread, "thread", body);
    visit.sink.posts.push(thread);
}

fn respond(visit: &mut Session, thread: &Post) {
    let response = post(visit, thread.topic.clone(), Place::Response(thread.id.clone()));
    let body = body(visit);
    about(visit, "edx.forum.response.created", &response, |event, topic| {
        event.object("discussion", |inner| {
            inner.text("id", &thread.id);
        });
        topic.put(event);

        event.raw("options", r#"{"followed": false}"#).bool("from_mfe_sidebar", false);
        event.bool("truncated", false).text("body", body);
    });
    own_changes(visit, &response, "response", body);
    visit.sink.posts.push(response);
}

fn comment(visit: &mut Session, response: &Post) {
    let Place::Response(thread) = &response.place else { return };
    let reply = post(visit, response.topic.clone(), Place::Comment);
    let body = body(visit);
    about(visit, "edx.forum.comment.created", &reply, |event, topic| {
        event.object("discussion", |inner| {
            inner.text("id", thread);
        });
        topic.put(event);

        event.raw("options", r#"{"followed": false}"#).bool("from_mfe_sidebar", false);
        event.object("response", |inner| {
            inner.text("id", &response.id);
        });
        event.bool("truncated", false).text("body", body);
    });
    own_changes(visit, &reply, "comment", body);
    if visit.rng.chance(0.5) {
        vote(visit, "edx.forum.response.voted", response);
    }
}

/// What the forum calls the three kinds of posts, with the events about each.
struct Names {
    content: &'static str,
    edited: &'static str,
    deleted: &'static str,
    reported: &'static str,
    unreported: &'static str,
}

fn names(kind: &str) -> Names {
    match kind {
        "thread" => Names {
            content: "Post",
            edited: "edx.forum.thread.edited",
            deleted: "edx.forum.thread.deleted",
            reported: "edx.forum.thread.reported",
            unreported: "edx.forum.thread.unreported",
        },
        "response" => Names {
            content: "Response",
            edited: "edx.forum.response.edited",
            deleted: "edx.forum.response.deleted",
            reported: "edx.forum.response.reported",
            unreported: "edx.forum.response.unreported",
        },
        _ => Names {
            content: "Comment",
            edited: "edx.forum.comment.edited",
            deleted: "edx.forum.comment.deleted",
            reported: "edx.forum.comment.reported",
            unreported: "edx.forum.comment.unreported",
        },
    }
}

/// Six in a hundred are edited by their author, two deleted.
fn own_changes(visit: &mut Session, post: &Post, kind: &str, body: &str) {
    if visit.rng.chance(0.06) {
        edit(visit, post, &names(kind), true);
    }
    if visit.rng.chance(0.02) {
        delete(visit, post, &names(kind), body, true);
    }
}

fn edit(visit: &mut Session, post: &Post, names: &Names, own: bool) {
    about(visit, names.edited, post, |event, topic| {
        event
            .text("target_username", &post.author)
            .text("content_type", names.content)
            .bool("own_content", own);
        if own {
            event.null("edit_reason")
        } else {
            event.text("edit_reason", "grammar-spelling")
        };
        topic.put(event);
    });
}

fn delete(visit: &mut Session, post: &Post, names: &Names, body: &str, own: bool) {
    about(visit, names.deleted, post, |event, topic| {
        event.text("body", body);
        topic.put(event);
        event.text("content_type", names.content).bool("own_content", own);
        if names.content == "Post" {
            event.text("title", title_of(post)).bool("title_truncated", false);
        }
        event.text("target_username", &post.author);
    });
}

fn report(visit: &mut Session, kind: &'static str, post: &Post, names: &Names, cleared: bool) {
    about(visit, kind, post, |event, topic| {
        event.text("body", "<p>Buy essays at my page!</p>").bool("truncated", false);
        topic.put(event);
        event.text("content_type", names.content);
        if cleared {
            event.bool("reported_status_cleared", true);
        }
        event.text("target_username", &post.author);
    });
}

/// Staff mark answers, and now and then lock or clear what was reported.
fn moderate(visit: &mut Session, board: &Board) {
    if let Some(response) = board.responses.last().filter(|_| visit.rng.chance(0.3)) {
        mark(visit, "edx.forum.response.mark", response);
    }
    if let Some(thread) = board.threads.last().filter(|_| visit.rng.chance(0.03)) {
        lock(visit, thread);
    }
}

fn mark(visit: &mut Session, kind: &'static str, response: &Post) {
    let Place::Response(thread) = &response.place else { return };
    about(visit, kind, response, |event, topic| {
        event.object("discussion", |inner| {
            inner.text("id", thread);
        });
        topic.put(event);

        event.text("target_username", &response.author).text("mark_type", "Endorse");
    });
}

fn lock(visit: &mut Session, thread: &Post) {
    for kind in ["edx.forum.thread.locked", "edx.forum.thread.unlocked"] {
        about(visit, kind, thread, |event, topic| {
            event.text("target_username", &thread.author);
            topic.put(event);
            event.text("lock_reason", "off-topic");
        });
        visit.wait(40.0);
    }
}

/// Everything that moderation knows, once, on posts of a spammer: so that a small university has
/// seen each type of event.
pub fn clean_up(visit: &mut Session) {
    let id = new_id(visit);
    let spam = |visit: &mut Session, place| Post {
        author: "spam.friend".to_owned(),
        ..post(visit, "course".to_owned(), place)
    };
    let thread = spam(visit, Place::Thread { title: "Buy essays", question: false });
    let response = spam(visit, Place::Response(id));
    let comment = spam(visit, Place::Comment);
    for (kind, post) in [("thread", &thread), ("response", &response), ("comment", &comment)] {
        let names = names(kind);
        report(visit, names.reported, post, &names, false);
        report(visit, names.unreported, post, &names, true);
        edit(visit, post, &names, false);
        delete(visit, post, &names, "<p>Buy essays at my page!</p>", false);
        visit.wait(5.0);
    }
    lock(visit, &thread);
    mark(visit, "edx.forum.response.mark", &response);
    mark(visit, "edx.forum.response.unmark", &response);
    vote(visit, "edx.forum.response.voted", &response);
    search(visit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_stay_bounded() {
        let mut board = Board::default();
        for number in 0..SHOWN + 10 {
            let place = Place::Thread { title: "t", question: false };
            board.add(Post {
                course: 0,
                id: number.to_string(),
                author: "a".into(),
                topic: "course".into(),
                place,
            });
        }
        assert_eq!(board.threads.len(), SHOWN);
        assert_eq!(board.threads[0].id, "10");
    }
}

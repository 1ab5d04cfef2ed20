//! One log line: the envelope around a payload, in the form of today and in that of an LMS of
//! 2016, which still serves the legacy course (05 §1.3 to §1.6).

use crate::clock::{self, Micros};
use crate::json;

/// `event_source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The LMS itself.
    Server,
    /// A page.
    Browser,
    /// The app.
    Mobile,
    /// A background job.
    Task,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Browser => "browser",
            Self::Mobile => "mobile",
            Self::Task => "task",
        }
    }
}

/// Which keys a line has, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// Python 3: one order for all, `name` and `session` everywhere.
    Current,
    /// Python 2 dictionaries; server events through the old library have neither.
    Of2016,
}

/// Who acts, from where and with what: the part that all lines of a visit share.
#[derive(Clone, Debug)]
pub struct Who {
    /// `context.user_id`; none for an anonymous visitor.
    pub user_id: Option<i64>,
    /// Account name, empty for an anonymous visitor.
    pub username: String,
    /// 32 hexadecimal digits, or empty.
    pub session: String,
    /// Address.
    pub ip: String,
    /// User-Agent.
    pub agent: String,
    /// Server name.
    pub host: &'static str,
    /// Accept-Language.
    pub language: &'static str,
    /// Which server writes the line.
    pub server: u8,
    /// Form of the line.
    pub era: Era,
}

impl Who {
    /// The same visitor after the login expired.
    pub fn expired(&self) -> Self {
        Self { user_id: None, username: String::new(), ..self.clone() }
    }
}

/// What `context` holds besides the course.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// A request under the course's own path: course first, with tags.
    Course,
    /// Any other request.
    Request,
    /// A script: no user, no path; its command line.
    Command(&'a str),
    /// A background job without a request.
    Worker,
    /// The app: its application, client and times, as JSON fields.
    App(&'a [u8]),
}

/// The value of `event`.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// JSON as it is.
    Plain(&'a [u8]),
    /// JSON inside a text.
    Nested(&'a [u8]),
    /// A text that is no JSON.
    Text(&'a str),
}

/// Everything in a line but who acts.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// `name`.
    pub name: &'a str,
    /// `event_type`.
    pub kind: &'a str,
    /// `event_source`.
    pub source: Source,
    /// `context.path`.
    pub path: &'a str,
    /// `context.course_id`.
    pub course_id: &'a str,
    /// `context.org_id`.
    pub org: &'a str,
    /// Shape of `context`.
    pub scope: Scope<'a>,
    /// `context.module`, as JSON.
    pub module: Option<&'a str>,
    /// `context.asides`, as JSON.
    pub asides: Option<&'a str>,
    /// `referer`.
    pub referer: &'a str,
    /// `event`.
    pub payload: Payload<'a>,
    /// `page`.
    pub page: Option<&'a str>,
    /// Time of the event.
    pub time: Micros,
    /// Spelling of the time where it is not the usual one.
    pub odd_time: Option<&'a str>,
}

/// Appends a line without its LF.
pub fn write(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    match who.era {
        Era::Current => write_current(out, draft, who),
        Era::Of2016 if by_old_library(draft) => write_server_of_2016(out, draft, who),
        Era::Of2016 => write_browser_of_2016(out, draft, who),
    }
}

/// Whether an LMS of 2016 sent an event through its old library: requests and problems.
fn by_old_library(draft: &Draft) -> bool {
    let newer = draft.kind.starts_with("edx.") || draft.kind.starts_with("openassessment");
    draft.source == Source::Server && !newer
}

fn key(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b", \"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\": ");
}

fn field(out: &mut Vec<u8>, name: &str, text: &str) {
    key(out, name);
    json::push_text(out, text);
}

fn raw_field(out: &mut Vec<u8>, name: &str, json: &[u8]) {
    key(out, name);
    out.extend_from_slice(json);
}

fn opening(out: &mut Vec<u8>, name: &str, text: &str) {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\": ");
    json::push_text(out, text);
}

fn user_id(out: &mut Vec<u8>, who: &Who) {
    match who.user_id {
        Some(id) => out.extend_from_slice(id.to_string().as_bytes()),
        None => out.extend_from_slice(b"null"),
    }
}

fn payload(out: &mut Vec<u8>, draft: &Draft) {
    key(out, "event");
    match draft.payload {
        Payload::Plain(json) => out.extend_from_slice(json),
        Payload::Nested(json) => json::push_nested(out, json),
        Payload::Text(text) => json::push_text(out, text),
    }
}

fn time(out: &mut Vec<u8>, draft: &Draft) {
    key(out, "time");
    out.push(b'"');
    match draft.odd_time {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => clock::push_iso(out, draft.time),
    }
    out.push(b'"');
}

fn page(out: &mut Vec<u8>, draft: &Draft) {
    key(out, "page");
    match draft.page {
        Some(page) => json::push_text(out, page),
        None => out.extend_from_slice(b"null"),
    }
}

fn write_current(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    opening(out, "name", draft.name);
    context(out, draft, who);
    field(out, "username", &who.username);
    field(out, "session", &who.session);
    field(out, "ip", &who.ip);
    field(out, "agent", &who.agent);
    field(out, "host", who.host);
    field(out, "referer", draft.referer);
    field(out, "accept_language", who.language);
    payload(out, draft);
    time(out, draft);
    field(out, "event_type", draft.kind);
    field(out, "event_source", draft.source.name());
    page(out, draft);
    out.push(b'}');
}

fn context(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    key(out, "context");
    match draft.scope {
        Scope::Course => course_context(out, draft, who),
        Scope::Request => request_context(out, draft, who),
        Scope::Command(command) => {
            opening(out, "command", command);
            field(out, "course_id", draft.course_id);
        }
        Scope::Worker => opening(out, "course_id", draft.course_id),
        Scope::App(_) => {
            opening(out, "path", draft.path);
            field(out, "course_id", draft.course_id);
        }
    }
    field(out, "org_id", draft.org);
    field(out, "enterprise_uuid", "");
    if let Scope::App(fields) = draft.scope {
        out.extend_from_slice(b", ");
        out.extend_from_slice(fields);
    }
    if let Some(module) = draft.module {
        raw_field(out, "module", module.as_bytes());
    }
    if let Some(asides) = draft.asides {
        raw_field(out, "asides", asides.as_bytes());
    }
    out.push(b'}');
}

fn course_context(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    opening(out, "course_id", draft.course_id);
    raw_field(out, "course_user_tags", b"{}");
    key(out, "user_id");
    user_id(out, who);
    field(out, "path", draft.path);
}

fn request_context(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    out.extend_from_slice(b"{\"user_id\": ");
    user_id(out, who);
    field(out, "path", draft.path);
    field(out, "course_id", draft.course_id);
}

fn context_of_2016(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    key(out, "context");
    if matches!(draft.scope, Scope::Course) {
        out.extend_from_slice(b"{\"course_user_tags\": {}, \"user_id\": ");
    } else {
        out.extend_from_slice(b"{\"user_id\": ");
    }
    user_id(out, who);
    field(out, "org_id", draft.org);
    if let Some(asides) = draft.asides {
        raw_field(out, "asides", asides.as_bytes());
    }
    if let Some(module) = draft.module {
        raw_field(out, "module", module.as_bytes());
    }
    field(out, "course_id", draft.course_id);
    field(out, "path", draft.path);
    out.push(b'}');
}

fn write_server_of_2016(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    opening(out, "username", &who.username);
    field(out, "event_type", draft.kind);
    field(out, "ip", &who.ip);
    field(out, "agent", &who.agent);
    field(out, "host", who.host);
    field(out, "referer", draft.referer);
    field(out, "accept_language", who.language);
    payload(out, draft);
    field(out, "event_source", draft.source.name());
    context_of_2016(out, draft, who);
    time(out, draft);
    page(out, draft);
    out.push(b'}');
}

fn write_browser_of_2016(out: &mut Vec<u8>, draft: &Draft, who: &Who) {
    opening(out, "username", &who.username);
    field(out, "event_source", draft.source.name());
    field(out, "name", draft.name);
    field(out, "accept_language", who.language);
    time(out, draft);
    field(out, "agent", &who.agent);
    page(out, draft);
    field(out, "host", who.host);
    field(out, "session", &who.session);
    field(out, "referer", draft.referer);
    context_of_2016(out, draft, who);
    field(out, "ip", &who.ip);
    payload(out, draft);
    field(out, "event_type", draft.kind);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn who(era: Era) -> Who {
        Who {
            user_id: Some(48213),
            username: "mira_okafor".into(),
            session: "4be07c1d9f82a35e60d7b4c19a3f58e2".into(),
            ip: "81.2.69.142".into(),
            agent: "A".into(),
            host: "courses.northvale.example",
            language: "en",
            server: 0,
            era,
        }
    }

    fn draft<'a>(source: Source, scope: Scope<'a>) -> Draft<'a> {
        Draft {
            name: "n",
            kind: "k",
            source,
            path: "/p",
            course_id: "course-v1:ÜberX+A+B",
            org: "ÜberX",
            scope,
            module: Some("{}"),
            asides: None,
            referer: "",
            payload: Payload::Nested(br#"{"a": "b"}"#),
            page: None,
            time: 1_727_806_984_871_250,
            odd_time: None,
        }
    }

    fn keys(draft: &Draft, era: Era) -> (Vec<String>, Vec<String>) {
        let mut out = Vec::new();
        write(&mut out, draft, &who(era));
        assert!(out.is_ascii());
        let text = String::from_utf8(out).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let order = |value: &serde_json::Value, text: &str| {
            let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            keys.sort_by_key(|key| text.find(&format!("\"{key}\": ")));
            keys
        };
        let context = &text[text.find("\"context\"").unwrap()..];
        (order(&value, &text), order(&value["context"], context))
    }

    #[test]
    fn current_lines_have_the_fixed_order() {
        let (line, context) = keys(&draft(Source::Server, Scope::Course), Era::Current);
        let expected = "name context username session ip agent host referer accept_language event time event_type event_source page";
        assert_eq!(line.join(" "), expected);
        assert_eq!(
            context.join(" "),
            "course_id course_user_tags user_id path org_id enterprise_uuid module"
        );
        let (_, context) = keys(&draft(Source::Browser, Scope::Request), Era::Current);
        assert_eq!(context.join(" "), "user_id path course_id org_id enterprise_uuid module");
    }

    #[test]
    fn lines_of_2016_lack_name_and_session_on_the_server() {
        let (line, _) = keys(&draft(Source::Server, Scope::Course), Era::Of2016);
        assert_eq!(
            line.join(" "),
            "username event_type ip agent host referer accept_language event event_source context time page"
        );
        let (line, _) = keys(&draft(Source::Browser, Scope::Request), Era::Of2016);
        assert!(line.contains(&"name".to_owned()) && line.contains(&"session".to_owned()));
    }
}

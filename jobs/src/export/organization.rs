//! The organisation that an event speaks of (spec 30 C.1).

use super::text_of;
use crate::event::{Event, course_key};

/// The organisation of an event, by its source; none where there is none, and nonsense where pieces
/// of other paths stand in its place: the list of known organisations sorts that out.
#[must_use]
pub fn organization(event: &Event, ccx: bool) -> Option<String> {
    match event.event_source()? {
        "server" => match of_context(event) {
            Told::Nothing => of_server_event(event, ccx),
            told => told.name(),
        },
        "browser" => of_page(&event.page()?, ccx),
        "mobile" => of_context(event).name(),
        _ => None,
    }
}

/// What a context says of the organisation.
enum Told {
    Nothing,
    Name(String),
    /// Something that is no text.
    Nonsense,
}

impl Told {
    fn name(self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name),
            Self::Nothing | Self::Nonsense => None,
        }
    }
}

fn of_context(event: &Event) -> Told {
    let told = event.context().and_then(|context| context.get("org_id"));
    match told.filter(|told| told.is_truthy()) {
        None => Told::Nothing,
        Some(told) => told.text().map_or(Told::Nonsense, |name| Told::Name(name.into_owned())),
    }
}

fn of_server_event(event: &Event, ccx: bool) -> Option<String> {
    let event_type = event.event_type()?;
    if event_type.contains("/courses/") {
        return of_url(event_type, ccx, 2);
    }
    if event_type.contains('/') {
        return None;
    }
    piece(&text_of(event.payload()?, "problem_id")?, 2)
}

fn of_page(page: &str, ccx: bool) -> Option<String> {
    if page.contains("courses") { of_url(page, ccx, 4) } else { None }
}

/// The organisation of the course that a URL names; of an old course id, which is a path itself, and
/// of no course the piece that stands where the organisation should.
fn of_url(url: &str, ccx: bool, at: usize) -> Option<String> {
    let course = course_key::course_key_from_url(url);
    match course.filter(|key| !key.contains('/') && course_key::counts(key, ccx)) {
        Some(key) => course_key::org(&key).map(str::to_owned),
        None => piece(url, at),
    }
}

fn piece(path: &str, at: usize) -> Option<String> {
    path.split('/').nth(at).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_that_are_not_understood_give_a_piece() {
        let page = |page: &str, ccx| of_page(page, ccx);
        assert_eq!(page("http://h//courses/F/M/R", true).as_deref(), Some("courses"));
        let inner = "http://h/courses/ccx-v1:F+M+R+ccx@1/x";
        assert_eq!(page(inner, false).as_deref(), Some("ccx-v1:F+M+R+ccx@1"));
        assert_eq!(page(inner, true).as_deref(), Some("F"));
        assert_eq!(page("courses", true), None);
    }

    #[test]
    fn a_name_that_is_no_text_hides_the_url() {
        for (org_id, found) in [("null", Some("F")), ("0", Some("F")), ("7", None), ("[1]", None)] {
            let line = format!(
                r#"{{"event_source": "server", "event_type": "/courses/F/M/R", "context": {{"org_id": {org_id}}}}}"#
            );
            let event = Event::parse(line.as_bytes()).unwrap();
            assert_eq!(organization(&event, true).as_deref(), found, "{org_id}");
        }
    }

    #[test]
    fn a_mobile_event_is_told_by_its_context_alone() {
        let line = r#"{"event_source": "mobile", "event_type": "/courses/F/M/R", "page": "http://h/courses/F/M/R"}"#;
        assert_eq!(organization(&Event::parse(line.as_bytes()).unwrap(), true), None);
    }
}

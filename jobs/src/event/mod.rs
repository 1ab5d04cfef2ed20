//! One line of a tracking log: from its bytes to what jobs ask about it (spec 10 §2.3 to §2.8).
//!
//! [`Event::parse`] goes once over a line, remembers where the fields stand that most jobs read, and
//! decodes the rest only when somebody asks.
//!
//! There is one reader, not a strict one before a lenient one: it delimits values by the lenient
//! rules as fast as serde_json reads borrowed fields by the strict ones (see `benches/parse.rs`), and
//! tests hold it to serde_json's reading of everything that serde_json takes.

pub mod canonical;
pub mod course_key;
mod course_url;
pub mod date_pattern;
pub mod duration;
pub mod interval;
mod json;
mod prefilter;
mod reader;
pub mod selection;
mod string;
pub mod time;

pub use json::Json;
use json::Placed;
pub use prefilter::Prefilter;

use crate::{day, text};
use chrono::NaiveDateTime;
use memchr::{memchr, memmem};
use reader::{Quoted, Reader, is_space};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Why a line is no event that a job can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The line holds no JSON object.
    #[error("the line holds no JSON object")]
    Unparseable,
    /// The line has more than [`LONGEST_LINE`] bytes.
    #[error("the line has more than {LONGEST_LINE} bytes")]
    TooLong,
    /// `time` is absent, empty or no text.
    #[error("the event has no time")]
    MissingTime,
    /// `time` does not begin with a day of the calendar, then `T` or its end.
    #[error("the event's time does not begin with a real day")]
    MalformedDay,
}

impl Reject {
    /// Every reason.
    pub const ALL: [Self; 4] =
        [Self::Unparseable, Self::TooLong, Self::MissingTime, Self::MalformedDay];

    /// The name under which it is counted, in the group `Event`.
    #[must_use]
    pub const fn counter(self) -> &'static str {
        match self {
            Self::Unparseable => "Discard Unparseable Event",
            Self::TooLong => "Discard Too Long Line",
            Self::MissingTime => "Discard Missing Time Field",
            Self::MalformedDay => "Discard Malformed Day",
        }
    }
}

/// Longer lines are no events: the greatest that the LMS writes have some hundred thousand bytes, and
/// what is made of a line has to fit the memory of a task.
pub const LONGEST_LINE: usize = 8 * 1024 * 1024;

/// One event, borrowed from its line.
#[derive(Debug)]
pub struct Event<'a> {
    line: &'a [u8],
    object: Json<'a>,
    fields: Fields<'a>,
    time: Option<Cow<'a, str>>,
    event_type: Option<Cow<'a, str>>,
    event_source: Option<Cow<'a, str>>,
    payload: OnceCell<Payload<'a>>,
    payload_members: OnceCell<Vec<Placed>>,
    course_id: OnceCell<Option<Cow<'a, str>>>,
    url_course_id: OnceCell<Option<String>>,
}

/// Where the fields stand that nearly every job reads.
#[derive(Debug, Default)]
struct Fields<'a> {
    time: Option<Json<'a>>,
    event_type: Option<Json<'a>>,
    event_source: Option<Json<'a>>,
    username: Option<Json<'a>>,
    ip: Option<Json<'a>>,
    page: Option<Json<'a>>,
    event: Option<Json<'a>>,
    context: Option<Json<'a>>,
    course_id: Option<Json<'a>>,
    user_id: Option<Json<'a>>,
}

#[derive(Debug)]
enum Payload<'a> {
    None,
    Object(Json<'a>),
    /// An object that the line holds as text.
    Text(String),
}

impl<'a> Event<'a> {
    /// Reads a line without its line end: all of it, or, once, what stands from its first `{` on.
    ///
    /// # Errors
    /// [`Reject::Unparseable`], when that is no JSON object; [`Reject::TooLong`].
    pub fn parse(line: &'a [u8]) -> Result<Self, Reject> {
        if line.len() > LONGEST_LINE {
            return Err(Reject::TooLong);
        }
        if memchr(0, line).is_some() {
            return Err(Reject::Unparseable);
        }
        let read = Fields::read(line).or_else(|| Fields::read(without_prefix(line)?));
        let (object, fields) = read.ok_or(Reject::Unparseable)?;
        Ok(Self {
            line,
            object,
            time: fields.time.and_then(Json::text),
            event_type: fields.event_type.and_then(Json::text),
            event_source: fields.event_source.and_then(Json::text),
            fields,
            payload: OnceCell::new(),
            payload_members: OnceCell::new(),
            course_id: OnceCell::new(),
            url_course_id: OnceCell::new(),
        })
    }

    /// The line as it stands in the log.
    #[must_use]
    pub const fn line(&self) -> &'a [u8] {
        self.line
    }

    /// The whole event.
    #[must_use]
    pub const fn json(&self) -> Json<'a> {
        self.object
    }

    /// The day of the event, `YYYY-MM-DD`: the text of `time` before its first `T`, a real day.
    ///
    /// # Errors
    /// When there is no time, or it does not begin with a real day.
    pub fn day(&self) -> Result<&str, Reject> {
        let time =
            self.time.as_deref().filter(|time| !time.is_empty()).ok_or(Reject::MissingTime)?;
        let day = memchr(b'T', time.as_bytes()).map_or(time, |end| &time[..end]);
        day::parse(day.as_bytes()).map(|_| day).ok_or(Reject::MalformedDay)
    }

    /// The text of `time`, unchecked.
    #[must_use]
    pub fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// The time as jobs write it: without a `+` offset, with a fraction of seconds; unchecked.
    #[must_use]
    pub fn timestamp(&self) -> Option<String> {
        self.time().map(|time| time::timestamp(time).into_owned())
    }

    /// The time, if it is one in the strict form.
    #[must_use]
    pub fn strict_time(&self) -> Option<NaiveDateTime> {
        time::strict(&time::timestamp(self.time()?))
    }

    /// `event_type`, if it is a text.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// `event_source`, if it is a text.
    #[must_use]
    pub fn event_source(&self) -> Option<&str> {
        self.event_source.as_deref()
    }

    /// Whether it is a server event of this type. A type that the line spells by escapes is missed,
    /// as it was by the original.
    #[must_use]
    pub fn is_server_event(&self, event_type: &str) -> bool {
        self.event_type() == Some(event_type)
            && self.event_source() == Some("server")
            && self.holds(event_type)
    }

    /// Whether the line holds a text as it is, not only spelled by escapes.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        let in_type = |found: &Cow<str>| matches!(found, Cow::Borrowed(_)) && found.contains(text);
        self.event_type.as_ref().is_some_and(in_type)
            || memmem::find(self.line, text.as_bytes()).is_some()
    }

    /// `ip`, if it is a text.
    #[must_use]
    pub fn ip(&self) -> Option<Cow<'a, str>> {
        self.fields.ip?.text()
    }

    /// `page`, if it is a text.
    #[must_use]
    pub fn page(&self) -> Option<Cow<'a, str>> {
        self.fields.page?.text()
    }

    /// `username` as it is, if it is anything but null.
    #[must_use]
    pub fn username(&self) -> Option<Json<'a>> {
        self.fields.username.filter(|name| !name.is_null())
    }

    /// The name of the user, without white space around it; none when nothing is left.
    #[must_use]
    pub fn user_name(&self) -> Option<Cow<'a, str>> {
        let name = text::stripped(self.fields.username?.text()?);
        (!name.is_empty()).then_some(name)
    }

    /// Any other top-level field.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        self.object.get(key)
    }

    /// `context`, if it is an object.
    #[must_use]
    pub const fn context(&self) -> Option<Json<'a>> {
        self.fields.context
    }

    /// `context.user_id`, if it is anything but absent, null, empty, zero or false.
    #[must_use]
    pub fn context_user_id(&self) -> Option<Json<'a>> {
        self.fields.user_id.filter(|id| id.is_truthy())
    }

    /// The user id as activity rows hold it (spec 10 §5.1): the text of a scalar; none where there is
    /// no user, or where the text would break a row.
    #[must_use]
    pub fn user_id_text(&self) -> Option<Cow<'a, str>> {
        let text = self.context_user_id()?.scalar_text()?;
        let fits = text.is_ascii() && text::is_one_field(&text);
        fits.then_some(text)
    }

    /// The user id as a number (spec 10 §6.1 step 2): floats are truncated, `true` is 1, text may
    /// have blanks around it, a sign and leading zeros.
    #[must_use]
    pub fn user_id_number(&self) -> Option<i64> {
        let id = self.context_user_id()?;
        if let Some(text) = id.text() {
            return text::strip(&text).parse().ok();
        }
        match id.boolean() {
            Some(boolean) => Some(boolean.into()),
            None => id.integer().or_else(|| truncated(id)),
        }
    }

    /// The course id of the context: stripped, none when it is absent, blank, or no course id. Where
    /// `ccx_enabled` is off, the job drops what [`course_key::counts`] tells.
    #[must_use]
    pub fn course_id(&self) -> Option<Cow<'_, str>> {
        let read = || {
            let id = text::stripped(self.fields.course_id?.text()?);
            course_key::is_valid(&id).then_some(id)
        };
        self.course_id.get_or_init(read).as_deref().map(Cow::Borrowed)
    }

    /// The course id of the context or, only where there is a context and it has none, of the URL: of
    /// `event_type` for a server event, of `page` for a browser event.
    #[must_use]
    pub fn course_id_or_from_url(&self) -> Option<Cow<'_, str>> {
        self.context()?;
        if self.names_course() {
            return self.course_id();
        }
        let read = || match self.event_source()? {
            "server" => course_key::course_key_from_url(self.event_type()?),
            "browser" => course_key::course_key_from_url(&self.page()?),
            _ => None,
        };
        self.url_course_id.get_or_init(read).as_deref().map(Cow::Borrowed)
    }

    /// Whether the context has anything but a blank for its course id.
    fn names_course(&self) -> bool {
        match self.fields.course_id {
            None => false,
            Some(id) => id.text().map_or(!id.is_null(), |text| !text::strip(&text).is_empty()),
        }
    }

    /// The payload, `event`, if it is an object or the text of one (spec 10 §2.8).
    #[must_use]
    pub fn payload(&self) -> Option<Json<'_>> {
        match self.payload.get_or_init(|| Payload::of(self.fields.event)) {
            Payload::None => None,
            Payload::Object(object) => Some(*object),
            Payload::Text(text) => Some(Json::trimmed(text)),
        }
    }

    /// Members of the payload; of equal keys the last one. However many jobs ask, its text is gone over
    /// once.
    #[must_use]
    pub fn payload_members<const N: usize>(&self, keys: [&str; N]) -> [Option<Json<'_>>; N] {
        let Some(payload) = self.payload() else { return [None; N] };
        let members = self.payload_members.get_or_init(|| payload.places_of_members());
        keys.map(|key| members.iter().rev().find_map(|member| member.value_of(key, payload)))
    }

    /// The payload with `timestamp` (ISO text of the strict time), `username` (as it is) and
    /// `context` put in, as canonical JSON; none when one of the four is missing (spec 10 §2.8).
    #[must_use]
    pub fn augmented_payload(&self) -> Option<String> {
        let timestamp = canonical::quoted(&time::iso_text(self.strict_time()?));
        let mut members = self.payload()?.members();
        members.insert("timestamp".into(), Json::parse(timestamp.as_bytes())?);
        members.insert("username".into(), self.username()?);
        members.insert("context".into(), self.context()?);
        Some(canonical::object(members))
    }
}

impl<'a> Fields<'a> {
    /// Reads an object that is the whole text but for white space around it.
    fn read(text: &'a [u8]) -> Option<(Json<'a>, Self)> {
        let mut reader = Reader::new(text);
        let mut fields = Self::default();
        let object = reader.object(|key, reader| fields.member(key, reader))?;
        reader.at_end().then_some((object, fields))
    }

    fn member(&mut self, key: Quoted<'a>, reader: &mut Reader<'a>) -> Option<()> {
        let field = match &*json::key_bytes(key) {
            b"time" => &mut self.time,
            b"event_type" => &mut self.event_type,
            b"event_source" => &mut self.event_source,
            b"username" => &mut self.username,
            b"ip" => &mut self.ip,
            b"page" => &mut self.page,
            b"event" => &mut self.event,
            b"context" => return self.read_context(reader),
            _ => return reader.value().map(drop),
        };
        *field = Some(reader.value()?);
        Some(())
    }

    /// A context that is no object counts as absent.
    fn read_context(&mut self, reader: &mut Reader<'a>) -> Option<()> {
        (self.context, self.course_id, self.user_id) = (None, None, None);
        if reader.peek()? != b'{' {
            return reader.value().map(drop);
        }
        self.context = Some(reader.object(|key, reader| {
            let value = reader.value()?;
            match &*json::key_bytes(key) {
                b"course_id" => self.course_id = Some(value),
                b"user_id" => self.user_id = Some(value),
                _ => {}
            }
            Some(())
        })?);
        Some(())
    }
}

impl<'a> Payload<'a> {
    /// Text of key=value pairs needs no rule of its own: it is no object.
    fn of(event: Option<Json<'a>>) -> Self {
        let Some(event) = event else { return Self::None };
        if event.is_object() {
            return Self::Object(event);
        }
        match event.text() {
            Some(text) if text.is_empty() => Self::Object(Json::EMPTY_OBJECT),
            Some(text) if !is_cut_request(&text) => {
                let object = Json::parse(text.as_bytes()).is_some_and(Json::is_object);
                if object { Self::Text(text.into_owned()) } else { Self::None }
            }
            _ => Self::None,
        }
    }
}

/// The parameters of a request as the LMS cuts them: at 512 characters, wherever that falls.
fn is_cut_request(payload: &str) -> bool {
    payload.len() >= 512 && payload.contains("POST") && payload.chars().count() == 512
}

/// What begins at the first `{`, where the line ends in `}` and white space.
fn without_prefix(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().rposition(|byte| !is_space(*byte))?;
    let start = memchr(b'{', line)?;
    (start > 0 && line[end] == b'}').then(|| &line[start..])
}

/// A float without its fraction, if 64 bits hold it.
fn truncated(number: Json) -> Option<i64> {
    let number = number.is_float().then(|| number.number())??.trunc();
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (-LIMIT..LIMIT).contains(&number).then_some(number as i64)
}

#[cfg(test)]
mod strict_tests;
#[cfg(test)]
mod tests;

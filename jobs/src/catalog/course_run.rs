//! A course run as the catalogue service describes it: one JSON object a line of
//! `discovery_api_raw` (spec 10 §4.10).

use crate::event::{Json, course_key};
use crate::streaming::Output;
use crate::table::{Column, Kind, Table};
use crate::text;
use std::borrow::Cow;

/// What the catalogue service answered, as files `course_runs.json`. Its lines are no rows: the one
/// column stands for the whole line.
pub const DISCOVERY_API_RAW: Table =
    Table::staged("discovery_api_raw", &[Column::new("course_run", Kind::Json)]);

/// One course run.
#[derive(Clone, Copy, Debug)]
pub struct CourseRun<'a>(Json<'a>);

impl<'a> CourseRun<'a> {
    /// Reads a line; one that is no object with a `key` is counted.
    #[must_use]
    pub fn read(line: &'a [u8], out: &mut Output) -> Option<Self> {
        let run = Json::parse(line).filter(|json| json.get("key").and_then(Json::text).is_some());
        if run.is_none() {
            out.count("Catalogue", "Discard Malformed Course Run", 1);
        }
        run.map(Self)
    }

    /// The course id.
    #[must_use]
    pub fn key(&self) -> Cow<'a, str> {
        self.text("key").unwrap_or_default()
    }

    /// The organisation of the course id.
    #[must_use]
    pub fn org(&self) -> Option<String> {
        course_key::org(&self.key()).map(|org| org.to_string())
    }

    /// The text of an optional field: of a string, a number or a boolean.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<Cow<'a, str>> {
        self.0.get(field)?.scalar_text()
    }

    /// The title, each run of white space as one blank.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        self.text("title").map(|title| text::collapse_white_space(&title).into_owned())
    }

    /// A date-time field as rows hold it; one that cannot be read is counted and NULL.
    ///
    /// # Errors
    /// Never; the signature lets rows be written with `?`.
    pub fn time(&self, field: &str, out: &mut Output) -> Option<String> {
        let time = text::result_date_time(&self.text(field)?);
        time.unwrap_or_else(|_| {
            out.count("Catalogue", "Discard Unreadable Time", 1);
            None
        })
    }

    /// The programs that the run belongs to.
    #[must_use]
    pub fn programs(&self) -> Vec<Json<'a>> {
        self.0.get("programs").map(Json::items).unwrap_or_default()
    }
}

/// The text of a field of a program, each run of white space as one blank.
#[must_use]
pub fn program_text(program: Json, field: &str) -> Option<String> {
    let text = program.get(field)?.scalar_text()?;
    Some(text::collapse_white_space(&text).into_owned())
}

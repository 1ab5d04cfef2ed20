//! Lists over all courses: their summaries and their programs, by GET or, for long lists of ids, by
//! POST (spec 50 §8.5, §8.6).

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use api_client::{CourseSummary, CourseTotals, Program, TableUpdate, Version};
use futures_util::TryStreamExt;
use jobs::event::course_key;
use serde_json::Value;
use store::ProgramRow;
use warp::http::header::CONTENT_TYPE;
use warp::http::{HeaderMap, Method};
use warp::multipart::{FormData, Part};
use warp::reply::Response;
use warp::{Buf, Filter, Rejection};

use crate::description::{self, Answer, Described, Parameter};
use crate::error::Error;
use crate::parameters::Parameters;
use crate::path::Ending;
use crate::reply::{self, Selection};
use crate::resource::{Call, Request, Resource, Source, serve};
use crate::service::Service;
use crate::{summaries, summary_pages};

/// The longest body that is read, in bytes; thousands of ids fit.
const BODY_LIMIT: u64 = 16 * 1024 * 1024;

const RESOURCE: Resource = Resource { allow: "GET, POST, HEAD, OPTIONS", ..Resource::READ };

/// A list, and the version whose store it is read from.
pub(crate) type Asked = (Version, List);

/// The lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Summaries,
    Programs,
    /// Summaries in pages.
    SummaryPages,
    /// Sums over courses.
    Totals,
    /// When each table was loaded last.
    Updates,
}

impl List {
    /// What tells its answers from those of others.
    fn name(self) -> &'static str {
        match self {
            Self::Summaries => "summaries",
            Self::Programs => "programs",
            Self::SummaryPages => "summary pages",
            Self::Totals => "totals",
            Self::Updates => "updates",
        }
    }

    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Updates => &[],
            Self::Programs => &["course_program_metadata"],
            Self::Totals => &["course_meta_summary_enrollment"],
            Self::Summaries | Self::SummaryPages => &[
                "course_meta_summary_enrollment",
                "course_program_metadata",
                "course_enrollment_daily",
            ],
        }
    }
}

/// The list that a path below the third version names; it reads the store of the first.
pub(crate) fn find_paged(path: &str) -> Option<Asked> {
    match path.strip_prefix("/api/v2/")? {
        "course_summaries/" => Some((Version::V0, List::SummaryPages)),
        "course_totals/" => Some((Version::V0, List::Totals)),
        _ => None,
    }
}

/// The lists, for their readers.
pub(crate) fn described() -> Vec<Described> {
    [List::Summaries, List::Programs, List::Updates, List::SummaryPages, List::Totals]
        .map(List::described)
        .into()
}

impl List {
    fn described(self) -> Described {
        let courses = || Parameter::list("course_ids", "these courses; all if none is given");
        let shown = || {
            let fields = Parameter::list("fields", "these fields alone");
            vec![fields, Parameter::list("exclude", "not these fields")]
        };
        let (path, about, parameters, answer) = match self {
            Self::Summaries => (
                "/api/{version}/course_summaries/",
                "all courses with their figures",
                [vec![courses()], summaries::parameters(), shown()].concat(),
                Answer::list::<CourseSummary>(),
            ),
            Self::Programs => (
                "/api/{version}/programs/",
                "all programs with their courses",
                [vec![Parameter::list("program_ids", "these programs")], shown()].concat(),
                Answer::list::<Program>(),
            ),
            Self::Updates => (
                "/api/{version}/table_updates/",
                "when each table was loaded last",
                Vec::new(),
                Answer::map::<TableUpdate>(),
            ),
            Self::SummaryPages => (
                "/api/v2/course_summaries/",
                "courses with their figures, filtered, sorted and in pages",
                [vec![courses()], summary_pages::parameters(), shown()].concat(),
                summary_pages::described(),
            ),
            Self::Totals => (
                "/api/v2/course_totals/",
                "sums over courses",
                vec![courses()],
                Answer::json::<CourseTotals>(),
            ),
        };
        let asked = match self {
            Self::Updates => description::Asked::Get,
            _ => description::Asked::GetOrPost,
        };
        Described {
            path: path.into(),
            versions: &["v0", "v1"],
            area: "Lists",
            about,
            parameters,
            asked,
            public: false,
            tables: self.tables(),
            personal: false,
            answer,
        }
    }
}

/// What a request carries behind its headers.
#[derive(Debug)]
pub(crate) enum Body {
    /// Bytes of a kind that its header names.
    Bytes(Vec<u8>),
    /// A form of several parts: names and values.
    Form(Vec<(String, String)>),
    /// A form of several parts that cannot be read.
    Broken(String),
}

/// Where the parameters of a list stand: in the query, or in the body of a POST.
#[derive(Debug)]
pub(crate) enum Asking {
    Query(Parameters),
    Form(Vec<(String, String)>),
    Json(serde_json::Map<String, Value>),
}

/// The list that a path behind its version names.
pub(crate) fn find(version: Version, path: &str) -> Option<Asked> {
    match path {
        "course_summaries/" => Some((version, List::Summaries)),
        "programs/" => Some((version, List::Programs)),
        "table_updates/" => Some((version, List::Updates)),
        _ => None,
    }
}

/// Only a POST has a body that anybody reads.
pub(crate) fn body() -> impl Filter<Extract = (Body,), Error = Rejection> + Clone {
    let length = warp::body::content_length_limit(BODY_LIMIT);
    let parts = warp::multipart::form().max_length(BODY_LIMIT).then(read_parts);
    let whole = length
        .and(warp::body::bytes())
        .map(|bytes: warp::hyper::body::Bytes| Body::Bytes(bytes.to_vec()));
    let posted = warp::post().and(parts.or(whole).unify());
    let none = warp::method().and_then(|method: Method| {
        ready(if method == Method::POST {
            Err(warp::reject::reject())
        } else {
            Ok(Body::Bytes(Vec::new()))
        })
    });
    none.or(posted).unify()
}

async fn read_parts(form: FormData) -> Body {
    let read = form.and_then(read_part).try_collect().await;
    read.map_or_else(|error| Body::Broken(error.to_string()), Body::Form)
}

async fn read_part(part: Part) -> Result<(String, String), warp::Error> {
    let name = part.name().to_owned();
    let value = part
        .stream()
        .try_fold(Vec::new(), |mut value, mut piece| async move {
            value.extend_from_slice(&piece.copy_to_bytes(piece.remaining()));
            Ok(value)
        })
        .await?;
    Ok((name, String::from_utf8_lossy(&value).into_owned()))
}

pub(crate) async fn answer(
    (version, list): Asked,
    ending: Ending,
    request: Arc<Request>,
    body: Body,
    service: Arc<Service>,
) -> Response {
    let asking = match request.method {
        Method::POST => Asking::posted(&request.headers, body),
        _ => Ok(Asking::Query(Parameters::parse(&request.query))),
    };
    let is_kept = list != List::Updates;
    let resource = if is_kept { RESOURCE } else { Resource::READ };
    let source = asking.as_ref().ok().filter(|_| is_kept).map(|asking| Source {
        version,
        tables: list.tables(),
        asked: (list.name(), asking.identity()),
    });
    let answer = |service: Arc<Service>, call: Call| async move {
        let asking = asking?;
        match list {
            List::Summaries => summaries::answer(&service, version, &asking, &call).await,
            List::Updates => reply::object(&service.versions(version).all()),
            List::SummaryPages => summary_pages::page(&service, &asking, &call).await,
            List::Totals => summary_pages::totals(&service, &asking, &call).await,
            List::Programs => programs(&service, version, &asking, &call).await,
        }
    };
    serve(service, Resource { source, ..resource }, ending, request, answer).await
}

async fn programs(
    service: &Service,
    version: Version,
    asking: &Asking,
    call: &Call,
) -> Result<Response, Error> {
    let ids = asking.list("program_ids");
    let mut rows = service.store(version).programs(ids.as_deref()).await?;
    rows.retain(|row| call.admits(&row.course_id));
    call.selected(&grouped(rows), &asking.selection())
}

/// One element a program, with its courses ascending.
fn grouped(rows: Vec<ProgramRow>) -> Vec<Program> {
    let mut programs: BTreeMap<String, Program> = BTreeMap::new();
    for row in rows {
        let program = programs.entry(row.program_id.clone()).or_insert_with(|| Program {
            program_id: row.program_id,
            program_type: row.program_type,
            program_title: row.program_title,
            course_ids: Vec::new(),
            created: None,
        });
        program.course_ids.push(row.course_id);
        program.created = program.created.max(row.created);
    }
    programs.values_mut().for_each(|program| program.course_ids.sort());
    programs.into_values().collect()
}

impl Asking {
    pub(crate) fn posted(headers: &HeaderMap, body: Body) -> Result<Self, Error> {
        let bytes = match body {
            Body::Form(fields) => return Ok(Self::Form(fields)),
            Body::Broken(reason) => {
                return Err(Error::Parameter(format!("The form cannot be read: {reason}.")));
            }
            Body::Bytes(bytes) => bytes,
        };
        let kind = headers
            .get(CONTENT_TYPE)
            .map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
        let kind = kind.unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => {
                Ok(Self::Form(form_urlencoded::parse(&bytes).into_owned().collect()))
            }
            "application/json" => Self::json(&bytes),
            "" if bytes.is_empty() => Ok(Self::Form(Vec::new())),
            _ => Err(Error::MediaType(kind)),
        }
    }

    fn json(bytes: &[u8]) -> Result<Self, Error> {
        match serde_json::from_slice(bytes).map_err(|error| Error::Json(error.to_string()))? {
            Value::Object(members) => Ok(Self::Json(members)),
            _ => Err(Error::Parameter("The body must be a JSON object.".to_owned())),
        }
    }

    /// What tells equal bodies from others; of a query that is told elsewhere.
    fn identity(&self) -> String {
        match self {
            Self::Query(_) => String::new(),
            Self::Form(fields) => format!("{fields:?}"),
            Self::Json(members) => format!("{members:?}"),
        }
    }

    /// The values of a list. Only a query's are cut at commas (Q20).
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let values = match self {
            Self::Query(parameters) => return parameters.list(name),
            Self::Form(fields) => fields
                .iter()
                .filter(|(field, _)| field == name)
                .map(|(_, value)| value.clone())
                .collect(),
            Self::Json(members) => members.get(name).map(texts).unwrap_or_default(),
        };
        Some(values).filter(|values: &Vec<String>| values.iter().any(|value| !value.is_empty()))
    }

    /// The only or first value.
    pub(crate) fn first(&self, name: &str) -> Option<String> {
        match self {
            Self::Query(parameters) => parameters.get(name).map(str::to_owned),
            Self::Form(_) | Self::Json(_) => self.list(name)?.into_iter().next(),
        }
    }

    /// Whether any value is given.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self {
            Self::Json(members) => members.get(name).is_some_and(is_something),
            Self::Query(_) | Self::Form(_) => self.first(name).is_some(),
        }
    }

    /// The courses that are asked for; every one must be a course key.
    pub(crate) fn course_ids(&self) -> Result<Option<Vec<String>>, Error> {
        let ids = self.list("course_ids");
        let malformed = ids.iter().flatten().find(|id| !course_key::is_valid(id));
        malformed.map_or(Ok(()), |id| Err(Error::CourseKey(id.clone())))?;
        Ok(ids)
    }

    /// The fields that are asked for.
    pub(crate) fn selection(&self) -> Selection {
        Selection { fields: self.list("fields"), exclude: self.list("exclude").unwrap_or_default() }
    }
}

fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use warp::http::HeaderValue;

    fn posted(kind: &'static str, body: &str) -> Result<Asking, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Asking::posted(&headers, Body::Bytes(body.as_bytes().to_vec()))
    }

    #[test]
    fn a_form_repeats_its_lists_and_a_query_joins_them() {
        let form =
            posted("application/x-www-form-urlencoded; charset=utf-8", "a=x&a=y,z&empty=").unwrap();
        assert_eq!(form.list("a").unwrap(), ["x", "y,z"]);
        assert_eq!(
            (form.list("empty"), form.flag("empty"), form.first("a").as_deref()),
            (None, false, Some("x"))
        );
        let query = Asking::Query(Parameters::parse("a=x&a=y,z"));
        assert_eq!(query.list("a").unwrap(), ["y", "z"]);
    }

    #[test]
    fn json_gives_lists_or_texts() {
        let json =
            posted("application/json", r#"{"a":["x"],"b":"y","c":null,"d":false,"e":true,"f":[]}"#)
                .unwrap();
        assert_eq!(
            (json.list("a").unwrap(), json.list("b").unwrap()),
            (vec!["x".to_owned()], vec!["y".to_owned()])
        );
        assert_eq!((json.list("c"), json.list("f")), (None, None));
        assert!(
            !json.flag("c")
                && !json.flag("d")
                && json.flag("e")
                && !json.flag("f")
                && json.flag("b")
        );
    }

    #[test]
    fn a_body_that_is_no_object_of_parameters_is_refused() {
        assert!(matches!(posted("application/json", "{"), Err(Error::Json(_))));
        assert!(matches!(posted("application/json", "[1]"), Err(Error::Parameter(_))));
        assert!(
            matches!(posted("text/plain", "x"), Err(Error::MediaType(kind)) if kind == "text/plain")
        );
        assert!(Asking::posted(&HeaderMap::new(), Body::Bytes(Vec::new())).is_ok());
    }

    #[test]
    fn the_first_malformed_course_is_named() {
        let ids = |query: &str| Asking::Query(Parameters::parse(query)).course_ids();
        assert_eq!(ids("course_ids=a/b/c,course-v1:o%2Bc%2Br").unwrap().unwrap().len(), 2);
        assert!(matches!(ids("course_ids=a/b/c,"), Err(Error::CourseKey(id)) if id.is_empty()));
        assert!(matches!(ids("course_ids=bad,worse"), Err(Error::CourseKey(id)) if id == "bad"));
        assert_eq!(ids("course_ids=").unwrap(), None);
    }

    #[test]
    fn programs_are_grouped_with_their_courses_ascending() {
        let row = |program: &str, course: &str| ProgramRow {
            program_id: program.to_owned(),
            program_type: Some("Demo".to_owned()),
            program_title: None,
            course_id: course.to_owned(),
            created: None,
        };
        let programs = grouped(vec![row("b", "y"), row("a", "z"), row("b", "x")]);
        let shown: Vec<_> = programs
            .iter()
            .map(|program| (program.program_id.as_str(), program.course_ids.join(" ")))
            .collect();
        assert_eq!(shown, [("a", "z".to_owned()), ("b", "x y".to_owned())]);
    }
}

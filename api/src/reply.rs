//! Answers as bytes: JSON in the order of its fields, or CSV; only the fields that are wanted
//! (spec 50 §2.4, §2.5, §4.2, §8.5).

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use warp::http::HeaderValue;
use warp::http::header::CONTENT_TYPE;
use warp::reply::Response;

use crate::csv_table;
use crate::error::Error;
use crate::negotiation::Format;

pub(crate) const JSON: &str = "application/json";
const CSV: &str = "text/csv; charset=utf-8";
/// The member whose members lose their excluded members too.
const MODES: &str = "enrollment_modes";

/// Which fields of each row are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// These alone; none: all.
    pub(crate) fields: Option<Vec<String>>,
    /// Not these, whatever `fields` says.
    pub(crate) exclude: Vec<String>,
}

impl Selection {
    fn is_all(&self) -> bool {
        self.fields.is_none() && self.exclude.is_empty()
    }

    /// Whether a field of a row is answered.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|field| field == name);
        self.fields.as_deref().is_none_or(named) && !named(&self.exclude)
    }

    fn apply(&self, row: &str) -> serde_json::Result<String> {
        let Object(mut members) = serde_json::from_str(row)?;
        members.retain(|(name, _)| self.keeps(name));
        for (name, value) in &mut members {
            if *name == MODES {
                *value = Cow::Owned(RawValue::from_string(self.apply_to_modes(value.get())?)?);
            }
        }
        serde_json::to_string(&Object(members))
    }

    fn apply_to_modes(&self, modes: &str) -> serde_json::Result<String> {
        let inner = Self { fields: None, exclude: self.exclude.clone() };
        let Object(mut modes) = serde_json::from_str(modes)?;
        for (_, counts) in &mut modes {
            *counts = Cow::Owned(RawValue::from_string(inner.apply(counts.get())?)?);
        }
        serde_json::to_string(&Object(modes))
    }
}

/// An object whose members keep their order and their text.
struct Object<'a>(Vec<(Cow<'a, str>, Cow<'a, RawValue>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(name), Cow::Borrowed(value)));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value.as_ref())?;
        }
        map.end()
    }
}

/// The rows as a list, or as CSV with the columns that are wanted. No rows are not an empty list but
/// no data (Q01).
pub(crate) fn rows<T: Serialize>(
    rows: &[T],
    selection: &Selection,
    format: Format,
    columns: Option<&[String]>,
) -> Result<Response, Error> {
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    match format {
        Format::Json => Ok(bytes(JSON, json_list(rows, selection).map_err(failed)?)),
        Format::Csv => {
            let rows = rows.iter().map(|row| serde_json::from_str(&json_row(row, selection)?));
            let rows = rows.collect::<Result<Vec<_>, _>>().map_err(failed)?;
            let table = csv_table::write(&rows, columns);
            Ok(bytes(CSV, table.map_err(|error| Error::Internal(format!("writing CSV: {error}")))?))
        }
    }
}

/// A single object, as a list of one where rows are wanted (Q11).
pub(crate) fn one<T: Serialize>(
    one: &T,
    format: Format,
    columns: Option<&[String]>,
) -> Result<Response, Error> {
    match format {
        Format::Json => object(one),
        Format::Csv => rows(&[one], &Selection::default(), format, columns),
    }
}

/// A single object, as JSON whatever is asked.
pub(crate) fn object<T: Serialize>(object: &T) -> Result<Response, Error> {
    Ok(bytes(JSON, serde_json::to_vec(object).map_err(failed)?))
}

fn failed(error: serde_json::Error) -> Error {
    Error::Internal(format!("writing an answer: {error}"))
}

/// A body with its type.
pub(crate) fn bytes(kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn json_list<T: Serialize>(rows: &[T], selection: &Selection) -> serde_json::Result<Vec<u8>> {
    if selection.is_all() {
        return Ok(safe(serde_json::to_string(rows)?).into_bytes());
    }
    let rows = rows.iter().map(|row| json_row(row, selection)).collect::<Result<Vec<_>, _>>()?;
    Ok(safe(format!("[{}]", rows.join(","))).into_bytes())
}

/// Rows as JSON, with the fields that are wanted.
pub(crate) fn selected<T: Serialize>(
    rows: &[T],
    selection: &Selection,
) -> Result<Vec<Box<RawValue>>, Error> {
    let rows = rows.iter().map(|row| RawValue::from_string(json_row(row, selection)?));
    rows.collect::<Result<_, _>>().map_err(failed)
}

fn json_row<T: Serialize>(row: &T, selection: &Selection) -> serde_json::Result<String> {
    let row = serde_json::to_string(row)?;
    if selection.is_all() { Ok(row) } else { selection.apply(&row) }
}

/// A JSON string of ASCII alone.
pub(crate) fn ascii(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let mut units = [0; 2];
    quoted.chars().fold(String::new(), |mut out, letter| {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            let escaped =
                letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
            out.extend(escaped);
        }
        out
    })
}

/// Escapes the two line ends that JSON allows in a string and older scripts do not.
fn safe(json: String) -> String {
    if json.contains(['\u{2028}', '\u{2029}']) {
        return json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    }
    json
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Serialize)]
    struct Row {
        zebra: &'static str,
        count: i64,
        enrollment_modes: Modes,
    }

    #[derive(Serialize)]
    struct Modes {
        verified: Counts,
    }

    #[derive(Serialize)]
    struct Counts {
        count: i64,
        passing_users: i64,
    }

    fn row() -> Row {
        let verified = Counts { count: 1, passing_users: 2 };
        Row { zebra: "é\u{2028}", count: 3, enrollment_modes: Modes { verified } }
    }

    fn json(fields: Option<&[&str]>, exclude: &[&str]) -> String {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let selection = Selection { fields: fields.map(owned), exclude: owned(exclude) };
        String::from_utf8(json_list(&[row()], &selection).unwrap()).unwrap()
    }

    #[test]
    fn fields_keep_their_order_and_line_ends_are_escaped() {
        let all = r#"[{"zebra":"é\u2028","count":3,"enrollment_modes":{"verified":{"count":1,"passing_users":2}}}]"#;
        assert_eq!(json(None, &[]), all);
        assert_eq!(
            json(Some(&["count", "zebra", "unknown"]), &[]),
            r#"[{"zebra":"é\u2028","count":3}]"#
        );
        assert_eq!(json(Some(&["unknown"]), &[]), "[{}]");
    }

    #[test]
    fn what_is_excluded_goes_from_the_modes_too() {
        assert_eq!(
            json(None, &["count", "zebra"]),
            r#"[{"enrollment_modes":{"verified":{"passing_users":2}}}]"#
        );
        assert_eq!(json(Some(&["count", "zebra"]), &["zebra"]), r#"[{"count":3}]"#);
    }

    #[test]
    fn no_rows_are_no_data() {
        let none: [Row; 0] = [];
        assert!(matches!(
            rows(&none, &Selection::default(), Format::Json, None),
            Err(Error::NotFound)
        ));
    }
}

//! The one text of a JSON value (spec 01 §1): keys in code-point order, no blanks outside strings,
//! control characters escaped and everything else UTF-8, numbers as short as reads back.
//!
//! `NaN`, `Infinity` and `-Infinity`, which JSON has no number for, keep these names: the reader of
//! this crate takes them.

use super::json::Json;
use crate::text;
use std::borrow::Cow;
use std::collections::{BTreeMap, btree_map};
use std::vec;

/// The canonical text of a value.
#[must_use]
pub fn text(value: Json) -> String {
    let mut out = String::with_capacity(value.raw().len());
    let mut open = Vec::new();
    open.extend(begin(value, &mut out));
    while let Some(container) = open.last_mut() {
        match container.next(&mut out) {
            Some(value) => open.extend(begin(value, &mut out)),
            None => drop(open.pop()),
        }
    }
    out
}

/// The canonical text of an object with these members.
#[must_use]
pub fn object(members: BTreeMap<Cow<str>, Json>) -> String {
    let mut out = String::from("{");
    for (at, (key, value)) in members.into_iter().enumerate() {
        out += if at == 0 { "" } else { "," };
        quote(&key, &mut out);
        out.push(':');
        out += &text(value);
    }
    out.push('}');
    out
}

/// A text as a JSON string.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

/// What is left of a container: the stack is ours, so that depth costs none of the machine's.
struct Container<'a> {
    rest: Rest<'a>,
    first: bool,
}

enum Rest<'a> {
    Members(btree_map::IntoIter<Cow<'a, str>, Json<'a>>),
    Items(vec::IntoIter<Json<'a>>),
}

impl<'a> Container<'a> {
    /// The next value, all that stands before it written; or the end, the closing bracket written.
    fn next(&mut self, out: &mut String) -> Option<Json<'a>> {
        let (next, close) = match &mut self.rest {
            Rest::Members(rest) => (rest.next().map(|(key, value)| (Some(key), value)), '}'),
            Rest::Items(rest) => (rest.next().map(|value| (None, value)), ']'),
        };
        let Some((key, value)) = next else {
            out.push(close);
            return None;
        };
        if !std::mem::take(&mut self.first) {
            out.push(',');
        }
        if let Some(key) = key {
            quote(&key, out);
            out.push(':');
        }
        Some(value)
    }
}

/// Writes a scalar, or begins a container.
fn begin<'a>(value: Json<'a>, out: &mut String) -> Option<Container<'a>> {
    let rest = if value.is_object() {
        out.push('{');
        Rest::Members(value.members().into_iter())
    } else if value.is_array() {
        out.push('[');
        Rest::Items(value.items().into_iter())
    } else {
        scalar(value, out);
        return None;
    };
    Some(Container { rest, first: true })
}

fn scalar(value: Json, out: &mut String) {
    if let Some(text) = value.text() {
        return quote(&text, out);
    }
    match value.number() {
        Some(number) if number.is_nan() => *out += "NaN",
        Some(number) if number.is_infinite() => {
            *out += if number > 0.0 { "Infinity" } else { "-Infinity" }
        }
        Some(number) if value.is_float() => *out += &text::shortest(number),
        Some(_) => *out += &value.scalar_text().unwrap_or_default(),
        None => *out += &String::from_utf8_lossy(value.raw()),
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => *out += "\\\"",
            '\\' => *out += "\\\\",
            '\n' => *out += "\\n",
            '\r' => *out += "\\r",
            '\t' => *out += "\\t",
            '\0'..='\x1f' => *out += &format!("\\u{:04x}", u32::from(c)),
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[track_caller]
    fn check(written: &str, canonical: &str) {
        let value = Json::parse(written.as_bytes()).unwrap();
        assert_eq!(text(value), canonical, "{written}");
        assert_eq!(text(Json::parse(canonical.as_bytes()).unwrap()), canonical);
    }

    #[test]
    fn keys_are_sorted_and_blanks_removed() {
        check(
            r#" { "b" : [ 1 , { "d" : 2 , "c" : [ ] } ] , "a" : { } , "a" : null } "#,
            r#"{"a":null,"b":[1,{"c":[],"d":2}]}"#,
        );
        check(r#"{"\ud83d\ude00":1,"\uffee":2,"a":3}"#, "{\"a\":3,\"\u{ffee}\":2,\"😀\":1}");
    }

    #[test]
    fn numbers_are_as_short_as_reads_back() {
        for (written, canonical) in [
            ("+5", "5"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1.50", "1.5"),
            ("2E0", "2.0"),
            ("0.1000000000000000055", "0.1"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1e400", "Infinity"),
            ("-1e400", "-Infinity"),
            ("NaN", "NaN"),
            ("true", "true"),
            ("false", "false"),
        ] {
            check(written, canonical);
        }
    }

    #[test]
    fn only_control_characters_quotes_and_backslashes_are_escaped() {
        check(r#""\u00e9\/\u0001\n\"\\ \u007f""#, "\"é/\\u0001\\n\\\"\\\\ \u{7f}\"");
        assert_eq!(quoted("a\tb"), r#""a\tb""#);
    }

    #[test]
    fn an_object_is_written_from_its_members() {
        let mut members = Json::parse(br#"{"z": 1, "b": [ ]}"#).unwrap().members();
        let name = quoted("mira");
        members.insert("name".into(), Json::parse(name.as_bytes()).unwrap());
        assert_eq!(object(members), r#"{"b":[],"name":"mira","z":1}"#);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = r#"{"a":["#.repeat(500) + &"]}".repeat(500);
        check(&deep, &deep);
    }
}

//! The one text of a JSON value (spec 01 §1): keys in code-point order, no blanks outside strings,
//! control characters escaped and everything else UTF-8, numbers as short as reads back.
//!
//! `NaN`, `Infinity` and `-Infinity`, which JSON has no number for, keep these names: the reader of
//! this crate takes them.

use super::json::Json;
use super::reader::Reader;
use super::string;
use crate::text;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The canonical text of a value.
#[must_use]
pub fn text(value: Json) -> String {
    let mut out = String::with_capacity(value.raw().len());
    append(value, &mut out);
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
        append(value, &mut out);
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

/// An object or a list that is being written: the stack is ours, so that depth costs none of the
/// machine's.
struct Open<'a> {
    is_object: bool,
    first: bool,
    members: Vec<Member<'a>>,
}

/// A member of an object, and where it stands in the text written.
struct Member<'a> {
    key: Cow<'a, str>,
    start: usize,
    end: usize,
}

/// Goes once over a value, writing what it meets; where an object ends, its members are put in order.
fn append<'a>(value: Json<'a>, out: &mut String) {
    let mut reader = Reader::new(value.raw());
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut at_key = false;
    while let Some(byte) = reader.peek() {
        match (byte, open.last_mut()) {
            (b',', _) => reader.skip(),
            (b'}' | b']', container) => {
                reader.skip();
                if let Some(members) = container.map(|container| &mut container.members) {
                    put_in_order(members, out);
                }
                out.push(char::from(byte));
                open.pop();
                at_key = open.last().is_some_and(|outer| outer.is_object);
            }
            (_, Some(object)) if at_key => {
                let Some(key) = reader.key() else { return };
                if !std::mem::take(&mut object.first) {
                    out.push(',');
                }
                let start = out.len();
                let key = match as_written(key.inner) {
                    Some(text) => {
                        out.push('"');
                        *out += text;
                        out.push('"');
                        Cow::Borrowed(text)
                    }
                    None => {
                        let text = string::decode(key.inner);
                        quote(&text, out);
                        text
                    }
                };
                object.members.push(Member { key, start, end: 0 });
                out.push(':');
                at_key = false;
            }
            (_, container) => {
                if let Some(list) = container.filter(|container| !container.is_object)
                    && !std::mem::take(&mut list.first)
                {
                    out.push(',');
                }
                if matches!(byte, b'{' | b'[') {
                    reader.skip();
                    out.push(char::from(byte));
                    at_key = byte == b'{';
                    open.push(Open { is_object: at_key, first: true, members: Vec::new() });
                } else {
                    let Some(value) = reader.value() else { return };
                    scalar(value, out);
                    at_key = open.last().is_some_and(|outer| outer.is_object);
                }
            }
        }
    }
}

/// Sorts the members that end the text by their keys; of equal keys the last one stays.
fn put_in_order(members: &mut Vec<Member>, out: &mut String) {
    if members.is_sorted_by(|a, b| a.key < b.key) {
        return;
    }
    let mut end = out.len();
    for member in members.iter_mut().rev() {
        // A comma stands between them.
        (member.end, end) = (end, member.start - 1);
    }
    let start = members[0].start;
    let written = out.split_off(start);
    members.reverse();
    members.sort_by(|a, b| a.key.cmp(&b.key));
    members.dedup_by(|earlier, last| earlier.key == last.key);
    for (at, member) in members.iter().enumerate() {
        *out += if at == 0 { "" } else { "," };
        *out += &written[member.start - start..member.end - start];
    }
}

/// The text of a string or a whole number, if it is canonical as it is written.
fn as_written(written: &[u8]) -> Option<&str> {
    // Without an end before the last byte, this goes many bytes at a time.
    let is_plain = written.iter().fold(true, |plain, b| plain & (*b >= b' ') & (*b != b'\\'));
    if is_plain { str::from_utf8(written).ok() } else { None }
}

fn scalar(value: Json, out: &mut String) {
    let is_simple = match value.raw() {
        [b'"', ..] => true,
        [b'0'..=b'9', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if let Some(text) = as_written(value.raw()).filter(|_| is_simple) {
        return *out += text;
    }
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
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b < b' ' || matches!(b, b'"' | b'\\')) {
        *out += &rest[..at];
        match rest.as_bytes()[at] {
            b'"' => *out += "\\\"",
            b'\\' => *out += "\\\\",
            b'\n' => *out += "\\n",
            b'\r' => *out += "\\r",
            b'\t' => *out += "\\t",
            control => *out += &format!("\\u{control:04x}"),
        }
        rest = &rest[at + 1..];
    }
    *out += rest;
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
    fn of_equal_keys_the_last_stays_wherever_it_stands() {
        check(r#"{"b":1,"a":2,"b":{"d":3,"c":4,"d":[5,{}]}}"#, r#"{"a":2,"b":{"c":4,"d":[5,{}]}}"#);
        check(r#"[{"a":1,"a":2},{"a":3,"\u0061":4},[],{}]"#, r#"[{"a":2},{"a":4},[],{}]"#);
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

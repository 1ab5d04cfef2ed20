//! A value of tracking-log JSON, as it is written: a slice of a text that the reader has passed.
//!
//! Looking something up goes over the slice again, which for the few fields that a job wants costs
//! less than a tree, needs no memory, and keeps the text of numbers.

use super::reader::{Quoted, Reader, is_space};
use super::string;
use crate::text;
use memchr::memchr;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::Range;

/// One JSON value: text that is known to be read without error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a [u8]);

impl<'a> Json<'a> {
    /// The empty object.
    pub const EMPTY_OBJECT: Json<'static> = Json(b"{}");

    /// The value that is the whole text but for white space around it; none when there is none, or
    /// when the text holds a NUL.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(text);
        let value = reader.value()?;
        (reader.at_end() && memchr(0, text).is_none()).then_some(value)
    }

    /// A text that [`Json::parse`] takes, white space removed.
    pub(crate) const fn trusted(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// A text that is known to be a JSON value, but for white space around it.
    pub(super) fn trimmed(text: &'a str) -> Self {
        Self(text.trim_matches(|c: char| u8::try_from(c).is_ok_and(is_space)).as_bytes())
    }

    /// The value as it is written.
    #[must_use]
    pub const fn raw(self) -> &'a [u8] {
        self.0
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == b"null"
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        self.0.starts_with(b"{")
    }

    /// Whether it is an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        self.0.starts_with(b"[")
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// What a string says.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        Some(string::decode(inner))
    }

    /// A number that is written without fraction and exponent, if 64 bits hold it.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        if self.is_float() { None } else { self.number_text()?.parse().ok() }
    }

    /// Any number, rounded to a double; out of range it is an infinity.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        self.number_text()?.parse().ok()
    }

    /// The text form of a scalar in a row (spec 10 §2.3 rule 6): a string as it is, an integer in
    /// plain digits, a float in twelve digits, `True` or `False`. None for null, lists and objects.
    #[must_use]
    pub fn scalar_text(self) -> Option<Cow<'a, str>> {
        if let Some(text) = self.text() {
            return Some(text);
        }
        if let Some(boolean) = self.boolean() {
            return Some(Cow::Borrowed(if boolean { "True" } else { "False" }));
        }
        match self.number_text()? {
            "-0" => Some(Cow::Borrowed("0")),
            _ if self.is_float() => self.number().map(|number| Cow::Owned(text::f12(number))),
            integer => Some(Cow::Borrowed(integer)),
        }
    }

    /// Whether it counts as something: not null, false, zero, or an empty text, list or object.
    #[must_use]
    pub fn is_truthy(self) -> bool {
        match self.0[0] {
            b'n' | b'f' => false,
            b't' => true,
            b'"' => self.0 != b"\"\"",
            b'[' | b'{' => !self.0[1..self.0.len() - 1].iter().all(|byte| is_space(*byte)),
            _ if self.0.iter().all(u8::is_ascii_digit) => self.0 != b"0",
            _ => self.number() != Some(0.0),
        }
    }

    /// The member of an object by its key; of equal keys the last one.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let [value] = self.pick([key]);
        value
    }

    /// Several members of an object at once, in one go over its text.
    #[must_use]
    pub fn pick<const N: usize>(self, keys: [&str; N]) -> [Option<Self>; N] {
        let mut found = [None; N];
        self.each_member(|name, value| {
            if let Some(at) = keys.iter().position(|key| key.as_bytes() == &*name) {
                found[at] = Some(value);
            }
        });
        found
    }

    /// The members of an object by key, in the order of code points; of equal keys the last one.
    #[must_use]
    pub fn members(self) -> BTreeMap<Cow<'a, str>, Self> {
        self.member_list().into_iter().collect()
    }

    /// The members of an object as they stand there, all of equal keys.
    #[must_use]
    pub fn member_list(self) -> Vec<(Cow<'a, str>, Self)> {
        let mut members = Vec::new();
        self.each_member_as(
            |key| string::decode(key.inner),
            |key, value| members.push((key, value)),
        );
        members
    }

    /// Where the members of an object stand in it, in their order.
    pub(super) fn places_of_members(self) -> Vec<Placed> {
        let mut places = Vec::new();
        self.each_member_as(
            |key| key,
            |key, value| {
                let (key_at, value_at) = (self.place_of(key.inner), self.place_of(value.0));
                places.push(Placed { key: key_at, escaped: key.escaped, value: value_at });
            },
        );
        places
    }

    /// Where a part of this text stands in it.
    fn place_of(self, part: &[u8]) -> Range<usize> {
        let start = part.as_ptr() as usize - self.0.as_ptr() as usize;
        start..start + part.len()
    }

    /// The items of an array.
    #[must_use]
    pub fn items(self) -> Vec<Self> {
        let mut items = Vec::new();
        if self.is_array() {
            Reader::new(self.0).array(|item| items.push(item));
        }
        items
    }

    fn each_member(self, member: impl FnMut(Cow<'a, [u8]>, Self)) {
        self.each_member_as(key_bytes, member);
    }

    fn each_member_as<K>(self, key: impl Fn(Quoted<'a>) -> K, mut member: impl FnMut(K, Self)) {
        if self.is_object() {
            Reader::new(self.0).object(|name, reader| {
                let value = reader.value()?;
                member(key(name), value);
                Some(())
            });
        }
    }

    /// Whether it is a number that is not an integer.
    pub(super) fn is_float(self) -> bool {
        self.0.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E' | b'N' | b'I'))
    }

    /// A number as it is written, without a leading `+`.
    fn number_text(self) -> Option<&'a str> {
        let number = matches!(self.0[0], b'-' | b'+' | b'0'..=b'9' | b'N' | b'I');
        let text = if number { str::from_utf8(self.0).ok()? } else { return None };
        Some(text.strip_prefix('+').unwrap_or(text))
    }
}

/// Where a member stands in its object.
#[derive(Debug)]
pub(super) struct Placed {
    key: Range<usize>,
    escaped: bool,
    value: Range<usize>,
}

impl Placed {
    /// Its value in that object, if that is its key.
    pub(super) fn value_of<'a>(&self, key: &str, object: Json<'a>) -> Option<Json<'a>> {
        let written = Quoted { inner: object.0.get(self.key.clone())?, escaped: self.escaped };
        let value = object.0.get(self.value.clone())?;
        (*key_bytes(written) == *key.as_bytes()).then_some(Json(value))
    }
}

/// A key as bytes of text, decoded only where an escape needs it.
pub(super) fn key_bytes(key: Quoted<'_>) -> Cow<'_, [u8]> {
    if !key.escaped {
        return Cow::Borrowed(key.inner);
    }
    Cow::Owned(string::decode(key.inner).into_owned().into_bytes())
}

/// Canonical text: see [`super::canonical`].
impl Display for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&super::canonical::text(*self))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn scalars_have_the_text_that_rows_hold() {
        for (written, text) in [
            (r#""a b""#, Some("a b")),
            ("41", Some("41")),
            ("+41", Some("41")),
            ("-0", Some("0")),
            ("123456789012345678901234567890", Some("123456789012345678901234567890")),
            ("21.0", Some("21.0")),
            ("2.1e1", Some("21.0")),
            ("1e400", Some("inf")),
            ("NaN", Some("nan")),
            ("-Infinity", Some("-inf")),
            ("+Infinity", Some("inf")),
            ("true", Some("True")),
            ("false", Some("False")),
            ("null", None),
            ("[]", None),
            ("{}", None),
        ] {
            assert_eq!(json(written).scalar_text().as_deref(), text, "{written}");
        }
    }

    #[test]
    fn empty_and_zero_values_count_as_nothing() {
        for written in ["null", "false", "0", "-0", "+0", "0.0", "0e5", r#""""#, "[ ]", "{ }"] {
            assert!(!json(written).is_truthy(), "{written}");
        }
        for written in ["true", "1", "NaN", "0.1", r#""0""#, r#"" ""#, "[0]", r#"{"":0}"#] {
            assert!(json(written).is_truthy(), "{written}");
        }
    }

    #[test]
    fn integers_are_those_that_64_bits_hold() {
        assert_eq!(json("9223372036854775807").integer(), Some(i64::MAX));
        assert_eq!(json("+7").integer(), Some(7));
        for other in ["9223372036854775808", "7.0", "7e0", "NaN", r#""7""#, "true"] {
            assert_eq!(json(other).integer(), None, "{other}");
        }
    }

    #[test]
    fn the_last_of_equal_keys_wins_however_it_is_spelled() {
        let object = json(r#"{"a": 1, "b": {"a": 2}, "\u0061": 3}"#);
        assert_eq!(object.get("a").unwrap().integer(), Some(3));
        assert_eq!(object.get("c"), None);
        assert_eq!(object.pick(["b", "a"]).map(|v| v.unwrap().raw()), [&br#"{"a": 2}"#[..], b"3"]);
        assert_eq!(object.members().keys().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn lookups_in_other_values_find_nothing() {
        for written in ["[1]", "7", r#""{}""#, "null"] {
            assert_eq!(json(written).get("a"), None, "{written}");
        }
        assert!(json("{}").items().is_empty() && json("[]").items().is_empty());
        assert_eq!(json("[1, [2]]").items().len(), 2);
    }
}

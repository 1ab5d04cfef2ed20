//! Course keys as they stand in the site's addresses (spec 60 §1).

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in one path segment; `/` and everything doubtful is escaped.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b':')
    .remove(b'@');

/// A course key that parses: `course-v1:Org+Num+Run`, `ccx-v1:org+num+run+ccx@id` or `Org/Num/Run`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CourseId {
    text: String,
    /// Organisation, course number and run, joined by `-`: the stem of file names.
    stem: String,
    organisation: String,
}

/// The text is no course key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a course key")]
pub struct NotACourseId(String);

impl CourseId {
    /// The key as the Data API knows it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `org-course-run`, the prefix of download names (spec 60 §2.15).
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// The organisation that gives the course.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// The course's home on this site; always ends in `/`.
    pub fn url(&self) -> String {
        let parts = self.text.split('/');
        let encoded: Vec<String> =
            parts.map(|part| utf8_percent_encode(part, SEGMENT).to_string()).collect();
        format!("/courses/{}/", encoded.join("/"))
    }

    /// Reads one percent-encoded path segment, which may hold a whole legacy key as `a%2Fb%2Fc`.
    pub fn from_segment(segment: &str) -> Result<Self, NotACourseId> {
        percent_decode_str(segment)
            .decode_utf8()
            .map_err(|_| NotACourseId(segment.to_owned()))?
            .parse()
    }
}

impl fmt::Display for CourseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for CourseId {
    type Err = NotACourseId;

    fn from_str(text: &str) -> Result<Self, NotACourseId> {
        let parts = if let Some(rest) = text.strip_prefix("course-v1:") {
            parts_of(rest, '+', is_key_char)
        } else if let Some(rest) = text.strip_prefix("ccx-v1:") {
            rest.rsplit_once('+')
                .filter(|(_, ccx)| is_ccx(ccx))
                .and_then(|(key, _)| parts_of(key, '+', is_key_char))
        } else {
            parts_of(text, '/', is_legacy_char)
        };
        let parts = parts.ok_or_else(|| NotACourseId(text.to_owned()))?;
        let organisation = parts[0].to_owned();
        Ok(Self { stem: parts.join("-"), organisation, text: text.to_owned() })
    }
}

/// Splits into exactly three parts that are not empty and hold only letters such a key may have.
fn parts_of(text: &str, separator: char, allowed: fn(char) -> bool) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split(separator).collect();
    let plain = |part: &&str| !part.is_empty() && part.chars().all(allowed);
    (parts.len() == 3 && parts.iter().all(plain)).then_some(parts)
}

fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | ':')
}

fn is_legacy_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '%')
}

fn is_ccx(part: &str) -> bool {
    part.strip_prefix("ccx@")
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_of_the_three_kinds_parse() {
        for (text, stem) in [
            ("course-v1:edX+DemoX+2024_T1", "edX-DemoX-2024_T1"),
            ("edX/DemoX/Demo_Course", "edX-DemoX-Demo_Course"),
            ("ccx-v1:edx+1.005x-CCX+rerun+ccx@15", "edx-1.005x-CCX-rerun"),
        ] {
            let id: CourseId = text.parse().unwrap();
            assert_eq!((id.as_str(), id.stem()), (text, stem));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "course-v1:",
            "course-v1:a+b",
            "course-v1:a+b+c+d",
            "course-v1:a+b+<script>",
            "a/b",
            "a/b/c/d",
            "a//c",
            "a b/c/d",
            "a:b/c/d",
            "ccx-v1:a+b+c+ccx@",
            "a/b+c",
        ] {
            assert_eq!(text.parse::<CourseId>(), Err(NotACourseId(text.to_owned())));
        }
    }

    #[test]
    fn addresses_round_trip() {
        let legacy: CourseId = "edX/DemoX/Démo".parse().unwrap();
        assert_eq!(legacy.url(), "/courses/edX/DemoX/D%C3%A9mo/");
        assert_eq!(CourseId::from_segment("edX%2FDemoX%2FD%C3%A9mo").unwrap(), legacy);
        let modern: CourseId = "course-v1:edX+DemoX+R".parse().unwrap();
        assert_eq!(modern.url(), "/courses/course-v1:edX+DemoX+R/");
        assert!(CourseId::from_segment("%FF").is_err());
    }
}

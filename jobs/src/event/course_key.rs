//! Course ids: which texts are one, whose they are, and how they are printed (spec 10 §2.7, 20 §9).

pub use super::course_url::course_key_from_url;
use regex::Regex;
use std::fmt::{self, Display};
use std::sync::LazyLock;

/// The form of a course key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `course-v1:ORG+COURSE+RUN`, also spelled `slashes:…`.
    Course,
    /// `library-v1:ORG+LIBRARY`.
    Library,
    /// `ccx-v1:ORG+COURSE+RUN+ccx@NUMBER`, a course inside a course.
    Ccx,
    /// `ORG/COURSE/RUN`; the run may be empty.
    Legacy,
}

/// A parsed course key, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CourseKey<'a> {
    form: Form,
    org: Option<&'a str>,
    course: Option<&'a str>,
    run: Option<&'a str>,
    branch: Option<&'a str>,
    version: Option<&'a str>,
    ccx: Option<&'a str>,
}

/// Whether a course key parses from the text. White space around it makes it invalid.
#[must_use]
pub fn is_valid(id: &str) -> bool {
    is_plain(id) || CourseKey::parse(id).is_some()
}

/// Whether it is `course-v1:` with an organisation, a course and a run and nothing else, all ASCII: as
/// nearly every id is, which is told without taking it apart.
fn is_plain(id: &str) -> bool {
    let Some(parts) = id.strip_prefix("course-v1:") else { return false };
    let (mut pluses, mut last) = (0, b'+');
    for byte in parts.bytes() {
        let fits = if byte == b'+' { last != b'+' } else { NEW.holds(byte) };
        if !fits {
            return false;
        }
        pluses += u8::from(byte == b'+');
        last = byte;
        if pluses > 2 {
            return false;
        }
    }
    pluses == 2 && last != b'+'
}

/// Whether a valid course id counts in a run: that of a course inside a course is invalid in every job
/// where the switch `ccx_enabled` is off (spec 30 §2.6).
#[must_use]
pub fn counts(id: &str, ccx_enabled: bool) -> bool {
    ccx_enabled || !id.starts_with("ccx-v1:")
}

/// The organisation of a course id; none when the id is invalid or has none.
#[must_use]
pub fn org(id: &str) -> Option<&str> {
    CourseKey::parse(id)?.org
}

/// Whether a text can be an organisation.
#[must_use]
pub fn is_valid_org(org: &str) -> bool {
    is_part(org, &NEW)
}

/// The id as a part of a file name: without namespace, every character but ASCII letters, digits,
/// `_`, `.` and `-` replaced. A legacy id without run gives an empty name.
#[must_use]
pub fn filename_safe(id: &str, replacement: &str) -> String {
    let name = CourseKey::parse(id).map_or_else(|| id.to_owned(), |key| key.without_namespace());
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let mut safe = String::with_capacity(name.len());
    for c in name.chars() {
        if kept(c) { safe.push(c) } else { safe.push_str(replacement) }
    }
    safe
}

impl<'a> CourseKey<'a> {
    /// Reads a course key.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::with_namespace(text).or_else(|| Self::legacy(text))
    }

    fn with_namespace(text: &'a str) -> Option<Self> {
        let (namespace, rest) = text.split_once(':')?;
        let form = match namespace {
            "course-v1" | "slashes" => Form::Course,
            "library-v1" => Form::Library,
            "ccx-v1" => Form::Ccx,
            _ => return None,
        };
        Parts::read(rest, form == Form::Ccx)?.course_key(form)
    }

    fn legacy(text: &'a str) -> Option<Self> {
        let mut parts = text.split('/');
        let (org, course, run) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = is_part(org, &LEGACY)
            && is_part(course, &LEGACY)
            && (run.is_empty() || is_part(run, &LEGACY));
        (fits && parts.next().is_none()).then_some(Self {
            form: Form::Legacy,
            org: Some(org),
            course: Some(course),
            run: Some(run),
            branch: None,
            version: None,
            ccx: None,
        })
    }

    /// The course of a block key such as `block-v1:ORG+COURSE+RUN+type@TYPE+block@ID`.
    pub(super) fn of_block(text: &'a str) -> Option<Self> {
        let (namespace, rest) = text.split_once(':')?;
        let form = match namespace {
            "block-v1" => Form::Course,
            "lib-block-v1" => Form::Library,
            "ccx-block-v1" => Form::Ccx,
            _ => return None,
        };
        let parts = Parts::read(rest, form == Form::Ccx)?;
        let block_fits = parts.block.is_some_and(|id| !id.contains('%'));
        let type_fits = form != Form::Library || parts.block_type.is_some();
        if block_fits && type_fits { parts.course_key(form) } else { None }
    }

    /// The key as it is printed behind its namespace.
    fn without_namespace(&self) -> String {
        if self.form == Form::Legacy {
            let [org, course, run] =
                [self.org, self.course, self.run].map(Option::unwrap_or_default);
            return if run.is_empty() { String::new() } else { format!("{org}+{course}+{run}") };
        }
        let keyed =
            |keyword: &str, part: Option<&str>| part.map(|part| format!("{keyword}@{part}"));
        let plain = [self.org, self.course, self.run].map(|part| part.map(str::to_owned));
        let rest =
            [keyed("branch", self.branch), keyed("version", self.version), keyed("ccx", self.ccx)];
        let parts: Vec<String> = plain.into_iter().chain(rest).flatten().collect();
        parts.join("+")
    }
}

/// The key printed anew: `slashes:` becomes `course-v1:`, parts that are not of the course are gone.
impl Display for CourseKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let namespace = match self.form {
            Form::Course => "course-v1",
            Form::Library => "library-v1",
            Form::Ccx => "ccx-v1",
            Form::Legacy => {
                let parts = [self.org, self.course, self.run].map(Option::unwrap_or_default);
                return formatter.write_str(&parts.join("/"));
            }
        };
        write!(formatter, "{namespace}:{}", self.without_namespace())
    }
}

/// What may stand behind a namespace, in this order, joined by `+`.
struct Parts<'a> {
    org: Option<&'a str>,
    course: Option<&'a str>,
    run: Option<&'a str>,
    branch: Option<&'a str>,
    version: Option<&'a str>,
    ccx: Option<&'a str>,
    block_type: Option<&'a str>,
    block: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// A ccx key takes keywords and hexadecimal digits in any case, and no `%` in a block's id.
    fn read(text: &'a str, ccx: bool) -> Option<Self> {
        let mut rest = text.split('+').peekable();
        let mut plain = || rest.next_if(|part| !part.contains('@'));
        let (org, course, run) = (plain(), plain(), plain());
        let mut keyed = |keyword: &str| {
            let has_keyword = |part: &str| match part.split_once('@') {
                Some((word, _)) => word == keyword || ccx && word.eq_ignore_ascii_case(keyword),
                None => false,
            };
            rest.next_if(|part| has_keyword(part)).map(|part| &part[keyword.len() + 1..])
        };
        let parts = Self {
            org,
            course,
            run,
            branch: keyed("branch"),
            version: keyed("version"),
            ccx: if ccx { keyed("ccx") } else { None },
            block_type: keyed("type"),
            block: keyed("block"),
        };
        (rest.next().is_none() && parts.fit(ccx)).then_some(parts)
    }

    fn fit(&self, ccx: bool) -> bool {
        let words = [self.org, self.course, self.run, self.branch, self.block_type];
        let is_hex = |c: u8| {
            c.is_ascii_digit() || matches!(c, b'a'..=b'f') || ccx && matches!(c, b'A'..=b'F')
        };
        let is_version = |version: &str| version.len() == 24 && version.bytes().all(is_hex);
        let is_number = |ccx: &str| !ccx.is_empty() && ccx.bytes().all(|c| c.is_ascii_digit());
        let is_block = |id: &str| is_part(id, &NEW) || !ccx && is_part(id, &BLOCK);
        (self.org.is_none() || self.course.is_some())
            && words.into_iter().flatten().all(|word| is_part(word, &NEW))
            && self.version.is_none_or(is_version)
            && self.ccx.is_none_or(is_number)
            && self.block.is_none_or(is_block)
    }

    fn course_key(self, form: Form) -> Option<CourseKey<'a>> {
        let run = if form == Form::Library { None } else { self.run };
        let named = self.course.is_some() && (run.is_some() || form == Form::Library);
        let whole = (named || self.version.is_some()) && (self.ccx.is_some() || form != Form::Ccx);
        whole.then_some(CourseKey {
            form,
            org: self.org,
            course: self.course,
            run,
            branch: self.branch,
            version: self.version,
            ccx: self.ccx,
        })
    }
}

/// The characters that a part of a key may have: letters, digits and other numerics of any script,
/// and some ASCII signs.
struct Charset {
    /// Whether it holds an ASCII character.
    ascii: [bool; 128],
    pattern: LazyLock<Regex>,
}

impl Charset {
    fn holds(&self, byte: u8) -> bool {
        self.ascii.get(usize::from(byte)) == Some(&true)
    }
}

static NEW: Charset =
    Charset { ascii: with(b"_-~.:"), pattern: LazyLock::new(|| one_or_more("_\\-~.:")) };
static BLOCK: Charset =
    Charset { ascii: with(b"_-~.:%"), pattern: LazyLock::new(|| one_or_more("_\\-~.:%")) };
static LEGACY: Charset =
    Charset { ascii: with(b"_.%-"), pattern: LazyLock::new(|| one_or_more("_.%\\-")) };

/// The ASCII letters and digits, and some signs.
const fn with(signs: &[u8]) -> [bool; 128] {
    let mut set = [false; 128];
    let mut at = 0u8;
    while at < 128 {
        set[at as usize] = at.is_ascii_alphanumeric();
        at += 1;
    }
    let mut sign = 0;
    while sign < signs.len() {
        set[signs[sign] as usize] = true;
        sign += 1;
    }
    set
}

/// `char::is_alphanumeric` would also take combining marks and circled letters.
fn one_or_more(signs: &str) -> Regex {
    Regex::new(&format!(r"\A[\p{{L}}\p{{N}}{signs}]+\z"))
        .unwrap_or_else(|error| unreachable!("the pattern is a constant: {error}"))
}

/// Whether a text is one or more characters of a set. The pattern is asked only about other scripts.
fn is_part(text: &str, charset: &Charset) -> bool {
    if text.is_ascii() {
        return !text.is_empty() && text.bytes().all(|byte| charset.holds(byte));
    }
    charset.pattern.is_match(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    const VERSION: &str = "version@519665f6223ebd6980884f2b";

    #[test]
    fn course_ids_are_valid() {
        for id in [
            "course-v1:o+c+r",
            "course-v1:o~x+c+r",
            "course-v1:o.:-_+c+r",
            "slashes:o+c+r",
            "course-v1:o+c+r+type@problem+block@x%20",
            "course-v1:o+c+r+branch@b",
            "library-v1:o+c",
            "library-v1:o+c+r",
            "ccx-v1:o+c+r+ccx@5",
            "ccx-v1:o+c+r+BRANCH@b+CCX@5+Type@t+block@b",
            "org/course/",
            "o%20x/c/r",
            "é/²/Ⅰ",
            "course-v1:é+²+Ⅰ",
            "-/./_",
            &format!("course-v1:{VERSION}"),
            &format!("course-v1:o+c+{VERSION}"),
            &format!("course-v1:o+c+r+branch@b+{VERSION}"),
            &format!("library-v1:{VERSION}"),
            &format!("ccx-v1:o+c+r+{}+ccx@5", VERSION.to_uppercase()),
        ] {
            assert!(is_valid(id), "{id}");
        }
    }

    #[test]
    fn other_texts_are_not() {
        for id in [
            "",
            "course-v1:",
            "course-v1:o+c",
            "course-v1:o",
            "course-v1:o+c+r+",
            "course-v1:o+c+r+extra",
            "course-v1:o+c++type@t",
            "course-v1:o%20+c+r",
            "course-v1:o/a/b",
            "Course-v1:o+c+r",
            "course-v1:o+c+r\n",
            " course-v1:o+c+r",
            "course-v1:o+c+r+type@t+branch@b",
            "course-v1:o+c+r+Branch@b",
            "course-v1:o+c+r+branch@",
            "course-v1:o+c+r+ccx@5",
            "course-v1:branch@b",
            "course-v1:version@5196",
            "ccx-v1:o+c+r",
            "ccx-v1:o+c+r+ccx@x",
            "ccx-v1:o+c+r+ccx@5+block@a%20b",
            "ccx-v1:o+c+ccx@5",
            "block-v1:o+c+r+type@t+block@b",
            "/c/r",
            "o//r",
            "o/c",
            "o/a/b/c",
            "o~x/c/r",
            "o:x/c/r",
            "o/c/r ",
            "o/c/\u{301}",
            "o/\u{203f}/r",
            "course-v1:o+\u{24b6}+r",
            "o/\u{fffd}/r",
            "course-v1:o+c\u{301}+r",
            "\n",
            "course-v1:version@519665F6223EBD6980884F2B",
        ] {
            assert!(!is_valid(id), "{id:?}");
        }
    }

    #[test]
    fn keys_are_printed_anew() {
        let branch = format!("course-v1:branch@b+{VERSION}");
        for (id, printed) in [
            ("slashes:o+c+r", "course-v1:o+c+r"),
            ("library-v1:a+b+c", "library-v1:a+b"),
            ("course-v1:o+c+r+branch@b+type@t+block@x", "course-v1:o+c+r+branch@b"),
            ("ccx-v1:o+c+r+CCX@05", "ccx-v1:o+c+r+ccx@05"),
            ("o/c/", "o/c/"),
            (&branch, &branch),
        ] {
            assert_eq!(CourseKey::parse(id).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn a_key_without_organisation_has_none() {
        assert_eq!(org("course-v1:o+c+r"), Some("o"));
        assert_eq!(org(&format!("course-v1:{VERSION}")), None);
        assert_eq!(org("o:c:r"), None);
        assert!(is_valid_org("é-~.:_1") && !is_valid_org("") && !is_valid_org("a b"));
    }

    #[test]
    fn file_names_hold_plain_characters_only() {
        assert_eq!(filename_safe("course-v1:acme+bio~1+fall", "_"), "acme_bio_1_fall");
        assert_eq!(filename_safe("org/course/", "_"), "");
        assert_eq!(filename_safe("no course: é", "-"), "no-course---");
    }

    /// The grammar once more, as one pattern for each namespace, to compare with.
    fn by_pattern(id: &str) -> bool {
        const WORD: &str = r"[\p{L}\p{N}_\-~.:]+";
        const ID: &str = r"[\p{L}\p{N}_\-~.:%]+";
        let tail = |ccx: &str| {
            format!(
                r"(\+branch@{WORD})?(\+version@[0-9a-f]{{24}})?{ccx}(\+type@{WORD})?(\+block@{ID})?\z"
            )
        };
        let patterns = [
            format!(r"\A(course-v1|slashes):{WORD}\+{WORD}\+{WORD}{}", tail("")),
            format!(r"\Alibrary-v1:{WORD}\+{WORD}(\+{WORD})?{}", tail("")),
            r"\A[\p{L}\p{N}_.%\-]+/[\p{L}\p{N}_.%\-]+/[\p{L}\p{N}_.%\-]*\z".to_owned(),
        ];
        patterns.iter().any(|pattern| Regex::new(pattern).unwrap().is_match(id))
    }

    proptest! {
        #[test]
        fn an_id_that_is_plain_is_valid(id in r"course-v1:([a~.:_é@]|\+|-){0,9}") {
            if is_plain(&id) {
                prop_assert!(CourseKey::parse(&id).is_some(), "{}", id);
            } else if id.is_ascii() && !id.contains('@') {
                prop_assert!(CourseKey::parse(&id).is_none(), "{}", id);
            }
        }
    }

    proptest! {
        #[test]
        fn ids_with_an_organisation_are_those_of_the_grammar(
            namespace in prop::sample::select(&["course-v1:", "slashes:", "library-v1:", "x:", ""][..]),
            pieces in prop::collection::vec(prop::sample::select(&[
                "o", "é1", "a%b", "a~b", "\u{301}", "", "branch@b", "version@519665f6223ebd6980884f2b",
                "type@t", "block@i%d", "block@", "ccx@1", "c:d", " ",
            ][..]), 0..7),
            separator in prop::sample::select(&["+", "/"][..]),
        ) {
            let id = format!("{namespace}{}", pieces.join(separator));
            // A version alone also makes a key; the patterns leave that to the cases above.
            let named = pieces.len() > 2 && pieces[..2].iter().all(|piece| !piece.contains('@'));
            if named && (pieces[2..].iter().all(|piece| !piece.starts_with("version"))) {
                prop_assert_eq!(is_valid(&id), by_pattern(&id), "{}", id);
            }
        }
    }
}

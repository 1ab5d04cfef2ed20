//! Skips lines that no job can want, unparsed: the largest gain in speed for a job of few events.

use memchr::memchr;
use memchr::memmem::Finder;

/// Tells which lines may hold one of several texts in their decoded form.
///
/// It never misses one: a line is skipped only when it neither holds a text as it is nor an escape
/// that could stand for one of the text's characters.
#[derive(Clone, Debug)]
pub struct Prefilter {
    needles: Vec<Finder<'static>>,
    /// Letters of escapes that could spell a character of a needle.
    letters: Vec<u8>,
}

impl Prefilter {
    /// Looks for any of these texts; with none of them every line may match.
    #[must_use]
    pub fn new(needles: &[&str]) -> Self {
        let spelled = |&(_, character): &(u8, char)| needles.iter().any(|n| n.contains(character));
        Self {
            needles: needles.iter().map(|needle| Finder::new(needle).into_owned()).collect(),
            letters: SIMPLE_ESCAPES
                .iter()
                .filter(|escape| spelled(escape))
                .map(|(letter, _)| *letter)
                .collect(),
        }
    }

    /// For several readers of the same lines, each with its texts: one without any wants every line.
    #[must_use]
    pub fn for_any(readers: &[&[&str]]) -> Self {
        match readers.iter().any(|needles| needles.is_empty()) {
            true => Self::new(&[]),
            false => Self::new(&readers.concat()),
        }
    }

    /// Whether a line may hold one of the texts.
    #[must_use]
    pub fn may_match(&self, line: &[u8]) -> bool {
        self.needles.is_empty()
            || self.needles.iter().any(|needle| needle.find(line).is_some())
            || self.may_spell(line)
    }

    /// Backslashes are not told apart by whether they are escaped themselves: that errs to the safe
    /// side only.
    fn may_spell(&self, line: &[u8]) -> bool {
        let mut rest = line;
        while let Some(at) = memchr(b'\\', rest) {
            rest = &rest[at + 1..];
            let Some(letter) = rest.first() else { break };
            let spells = match letter {
                b'x' | b'U' | b'0'..=b'7' => true,
                b'u' => !is_above_ascii(rest),
                other => self.letters.contains(other),
            };
            if spells {
                return true;
            }
        }
        false
    }
}

/// Escapes of one letter, and what they spell.
const SIMPLE_ESCAPES: [(u8, char); 11] = [
    (b'"', '"'),
    (b'\\', '\\'),
    (b'\'', '\''),
    (b'/', '/'),
    (b'a', '\x07'),
    (b'b', '\x08'),
    (b't', '\t'),
    (b'n', '\n'),
    (b'v', '\x0b'),
    (b'f', '\x0c'),
    (b'r', '\r'),
];

/// Whether `uXXXX` is surely no ASCII character, as in texts of other scripts.
fn is_above_ascii(escape: &[u8]) -> bool {
    !escape.starts_with(b"u00")
        || escape
            .get(3)
            .is_some_and(|digit| matches!(digit, b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F'))
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;
    use proptest::prelude::*;

    fn event(event_type: &str) -> String {
        format!(r#"{{"event": "{{\"id\": \"\\u00e9\"}}", "event_type": "{event_type}"}}"#)
    }

    #[test]
    fn lines_without_the_text_are_skipped() {
        let prefilter = Prefilter::new(&["problem_check", "_video"]);
        assert!(prefilter.may_match(event("problem_check").as_bytes()));
        assert!(prefilter.may_match(event("play_video").as_bytes()));
        assert!(!prefilter.may_match(event("page_close").as_bytes()));
        assert!(!prefilter.may_match(event("\\u4e2d\\u00e9 page\\n\\\"close\\/").as_bytes()));
        assert!(!prefilter.may_match(b"\\"));
    }

    #[test]
    fn without_texts_every_line_may_match() {
        assert!(Prefilter::new(&[]).may_match(b""));
    }

    #[test]
    fn escaped_spellings_are_not_missed() {
        let prefilter = Prefilter::new(&["problem_check"]);
        for spelling in [
            r"problem\u005fcheck",
            r"problem\u005Fcheck",
            r"\x70roblem_check\n",
            r"problem\137check\n",
            r"\u00e9\U00000070roblem_check",
            r"problem_chec\u006b",
        ] {
            assert!(prefilter.may_match(event(spelling).as_bytes()), "{spelling}");
        }
        let with_slash = Prefilter::new(&["/courses/"]);
        assert!(with_slash.may_match(event(r"\/courses\/").as_bytes()));
        assert!(!prefilter.may_match(event(r"\/courses\/").as_bytes()));
    }

    /// The same text with some characters spelled by escapes.
    fn spelled(text: &str, how: &[u8]) -> String {
        let spell = |(c, how): (char, &u8)| match how % 6 {
            0 => format!("\\u{:04x}", u32::from(c)),
            1 => format!("\\x{:02X}", u32::from(c)),
            2 => format!("\\{:03o}", u32::from(c)),
            3 => format!("\\U{:08x}", u32::from(c)),
            4 if c == '/' => "\\/".to_owned(),
            _ => c.to_string(),
        };
        text.chars().zip(how.iter().cycle()).map(spell).collect()
    }

    proptest! {
        #[test]
        fn what_an_event_says_is_never_missed(
            around in "[ -~]{0,6}",
            how in prop::collection::vec(any::<u8>(), 1..20),
            needle in prop::sample::select(&["problem_check", "/courses/", "a'b"][..]),
        ) {
            let line = event(&spelled(&format!("{needle}{}", around.replace(['"', '\\'], "")), &how));
            let said = Event::parse(line.as_bytes()).ok().and_then(|e| e.event_type().map(str::to_owned));
            if said.is_some_and(|said| said.contains(needle)) {
                prop_assert!(Prefilter::new(&[needle]).may_match(line.as_bytes()), "{line}");
            }
        }
    }
}

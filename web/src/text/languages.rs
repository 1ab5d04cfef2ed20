//! Which languages there are, and which one a reader gets.

use std::borrow::Cow;
use std::sync::Arc;

use unic_langid::LanguageIdentifier;

use super::{LanguageError, Texts};

/// A language of the site.
#[derive(Clone, Debug)]
pub struct Language {
    /// Its tag in pages and cookies.
    pub tag: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// Whether its texts still wait for a translator's eyes.
    pub started: bool,
    /// The folder of its texts, which is also the language whose plurals they have.
    pub(super) catalogue: &'static str,
    /// How it writes figures and days.
    pub(super) locale: &'static str,
    /// How it writes days where there is little room.
    pub(super) short: ShortDays,
    right_to_left: bool,
    /// Makes another text of each, so that texts which are in no catalogue can be seen.
    pub(super) disguise: Option<fn(&str) -> Cow<'_, str>>,
}

/// How days are written where there is little room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortDays {
    /// The day before the month's short name, whatever the language usually does (spec 60 §6.1).
    DayFirst,
    /// In the language's middle form.
    Medium,
    /// In its long form: its middle one has no names of months, and cannot stand below an axis.
    Long,
}

/// The language of which all texts are there.
pub const ENGLISH: Language = Language {
    tag: "en",
    name: "English",
    started: false,
    catalogue: "en",
    locale: "en",
    short: ShortDays::DayFirst,
    right_to_left: false,
    disguise: None,
};

/// The languages on offer, English first. Arabic figures are written in the digits that are also in its texts.
const OFFERED: [Language; 3] = [
    ENGLISH,
    Language {
        tag: "es-419",
        name: "Español (Latinoamérica)",
        started: true,
        catalogue: "es-419",
        locale: "es-419",
        short: ShortDays::Medium,
        ..ENGLISH
    },
    Language {
        tag: "ar",
        name: "العربية",
        started: true,
        catalogue: "ar",
        locale: "ar-u-nu-latn",
        short: ShortDays::Long,
        right_to_left: true,
        ..ENGLISH
    },
];

/// English in disguise, for tests and debug builds: longer and accented, and from right to left.
const DISGUISED: [Language; 2] = [
    Language {
        tag: "en-XA", name: "[Ȧƈƈḗḗƞŧḗḗḓ]", disguise: Some(accented), ..ENGLISH
    },
    Language {
        tag: "ar-XB",
        name: "[Mirrored]",
        right_to_left: true,
        disguise: Some(accented),
        ..ENGLISH
    },
];

fn accented(text: &str) -> Cow<'_, str> {
    fluent_pseudo::transform(text, false, true)
}

impl Language {
    /// The language whose plurals are these: texts know no more of their language.
    pub(super) fn with_plurals(plurals: &LanguageIdentifier) -> Option<Self> {
        OFFERED.into_iter().find(|one| one.plurals() == *plurals)
    }

    /// Whose plurals its texts have.
    pub(super) fn plurals(&self) -> LanguageIdentifier {
        self.catalogue.parse().unwrap_or_default()
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        self.right_to_left
    }

    /// `ltr` or `rtl`, as pages have it.
    pub fn direction(&self) -> &'static str {
        if self.right_to_left { "rtl" } else { "ltr" }
    }
}

/// All languages with their texts.
pub struct Languages {
    offered: Vec<Arc<Texts>>,
    disguised: Vec<Arc<Texts>>,
}

impl Languages {
    /// Reads all catalogues.
    ///
    /// # Errors
    /// One of them is broken.
    pub fn new() -> Result<Self, LanguageError> {
        let english = Arc::new(Texts::english()?);
        let texts = |language| Texts::new(language, Some(Arc::clone(&english))).map(Arc::new);
        let others = OFFERED.into_iter().skip(1).map(texts);
        let offered: Result<Vec<_>, _> =
            [Ok(Arc::clone(&english))].into_iter().chain(others).collect();
        let disguised = DISGUISED.into_iter().filter(|_| cfg!(debug_assertions)).map(texts);
        Ok(Self { offered: offered?, disguised: disguised.collect::<Result<_, _>>()? })
    }

    /// The texts of a reader who is not known yet.
    pub fn english(&self) -> Arc<Texts> {
        Arc::clone(&self.offered[0])
    }

    /// The languages that a reader may choose from.
    pub fn offered(&self) -> impl Iterator<Item = &Language> {
        self.offered.iter().map(|texts| texts.language())
    }

    /// What the reader chose here; else the language at the LMS; else what the browser asks for; else English.
    pub fn choose(
        &self,
        here: Option<&str>,
        lms: Option<&str>,
        browser: Option<&str>,
    ) -> Arc<Texts> {
        let here = here.and_then(|tag| self.exactly(tag));
        let lms = || lms.and_then(|tag| self.nearest(tag));
        let browser = || wanted(browser?).into_iter().find_map(|tag| self.nearest(tag));
        Arc::clone(here.or_else(lms).or_else(browser).unwrap_or(&self.offered[0]))
    }

    fn exactly(&self, tag: &str) -> Option<&Arc<Texts>> {
        let mut all = self.offered.iter().chain(&self.disguised);
        all.find(|texts| texts.language.tag.eq_ignore_ascii_case(tag))
    }

    /// The same language, or that of another country.
    fn nearest(&self, tag: &str) -> Option<&Arc<Texts>> {
        let same =
            |texts: &&Arc<Texts>| primary(texts.language.tag).eq_ignore_ascii_case(primary(tag));
        self.exactly(tag).or_else(|| self.offered.iter().find(same))
    }
}

/// `es` of `es-419` and `es_MX`.
fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// The tags of an `Accept-Language`, the most wanted first; those with `q=0` are not wanted.
fn wanted(header: &str) -> Vec<&str> {
    let weighed = header.split(',').filter_map(|part| {
        let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
        (weight > 0.0).then(|| (tag.trim(), weight))
    });
    let mut tags: Vec<_> = weighed.collect();
    tags.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    tags.into_iter().map(|(tag, _)| tag).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_choice_here_goes_before_the_lms_and_the_browser() {
        let languages = Languages::new().unwrap();
        let chosen = |here, lms, browser| languages.choose(here, lms, browser).language.tag;
        assert_eq!(chosen(Some("en"), Some("ar"), Some("es")), "en");
        assert_eq!(chosen(None, Some("ar"), Some("es")), "ar");
        assert_eq!(chosen(None, Some("es-mx"), None), "es-419");
        assert_eq!(chosen(None, Some("tlh"), Some("fr, es;q=0.5, ar;q=0.8")), "ar");
        assert_eq!(chosen(Some("xx"), None, Some("*, es;q=0")), "en");
        assert_eq!(chosen(Some("en-XA"), None, None), "en-XA");
        assert_eq!(chosen(None, Some("en-XA"), Some("en-XB")), "en-XA");
        assert_eq!(chosen(None, None, None), "en");
    }

    #[test]
    fn browsers_weigh_what_they_ask_for() {
        assert_eq!(wanted("de, en-GB;q=0.7 ,fr; q=0.9,x;q=0,y;odd"), ["de", "fr", "en-GB"]);
    }

    #[test]
    fn every_language_says_of_itself_what_it_is() {
        let languages = Languages::new().unwrap();
        let told: Vec<_> =
            languages.offered().map(|one| (one.tag, one.direction(), one.started)).collect();
        assert_eq!(told, [("en", "ltr", false), ("es-419", "ltr", true), ("ar", "rtl", true)]);
    }

    /// The texts of a catalogue by name, each with the variables it uses.
    fn catalogue(
        folder: &str,
    ) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
        let mut texts = std::collections::BTreeMap::new();
        for file in super::super::CATALOGUES.get_dir(folder).unwrap().files() {
            let mut name = String::new();
            for line in file.contents_utf8().unwrap().lines().filter(|line| !line.starts_with('#'))
            {
                if let Some((begun, _)) =
                    line.split_once(" =").filter(|_| !line.starts_with([' ', '*']))
                {
                    name = begun.to_owned();
                }
                let used = line.split('$').skip(1).map(|rest| {
                    rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
                });
                let variables: &mut std::collections::BTreeSet<String> =
                    texts.entry(name.clone()).or_default();
                variables.extend(used);
            }
        }
        texts.remove("");
        texts
    }

    #[test]
    fn languages_have_the_texts_that_english_has_and_ask_for_nothing_else() {
        let english = catalogue("en");
        for language in OFFERED.iter().skip(1) {
            let texts = catalogue(language.catalogue);
            let translated = texts.keys().filter(|name| english.contains_key(*name)).count();
            println!("{}: {translated} of {} texts", language.tag, english.len());
            for (name, variables) in texts {
                let known = english.get(&name);
                assert!(
                    known.is_some_and(|known| variables.is_subset(known)),
                    "{}: {name}",
                    language.tag
                );
            }
        }
        assert!(english.len() > 700, "{}", english.len());
    }
}

//! What the operators tell readers: on every page or some, for a time, in each reader's language (spec 60 §2.0, §5).

use std::collections::BTreeMap;

use anyhow::bail;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::text::Texts;

/// The cookie that keeps which ones a reader has put away.
pub const HIDDEN_COOKIE: &str = "insights_hidden";
/// So many are kept put away; a cookie has its limits.
const MOST_HIDDEN: usize = 20;

/// One entry of the file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Its name in addresses and cookies: small letters, digits, `-`.
    pub id: String,
    /// The heading, by language.
    title: BTreeMap<String, String>,
    /// The text, by language; paragraphs are parted by empty lines.
    #[serde(default)]
    text: BTreeMap<String, String>,
    /// The first moment at which it is shown.
    pub from: Option<DateTime<Utc>>,
    /// The first moment at which it no longer is.
    until: Option<DateTime<Utc>>,
    /// The pages that show it, by name; all where none are named.
    #[serde(default)]
    pages: Vec<String>,
    /// Whether a reader may put it away. Of those only the newest is shown.
    #[serde(default)]
    pub dismissible: bool,
}

impl Announcement {
    /// The entries of a file, the newest first.
    ///
    /// # Errors
    /// An entry is incomplete, or two have one id.
    pub fn all(text: &str) -> anyhow::Result<Vec<Self>> {
        let mut all: Vec<Self> = serde_yaml::from_str(text)?;
        for (at, one) in all.iter().enumerate() {
            one.check()?;
            if all[..at].iter().any(|other| other.id == one.id) {
                bail!("two announcements have the id {}", one.id);
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse(one.from));
        Ok(all)
    }

    fn check(&self) -> anyhow::Result<()> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            bail!("the id {:?} must consist of small letters, digits and -", self.id);
        }
        if !self.title.contains_key("en") {
            bail!("announcement {} has no title in en", self.id);
        }
        if !self.text.is_empty() && !self.text.contains_key("en") {
            bail!("announcement {} has no text in en", self.id);
        }
        match (self.from, self.until) {
            (Some(from), Some(until)) if until <= from => {
                bail!("announcement {} ends before it begins", self.id)
            }
            _ => Ok(()),
        }
    }

    /// Whether its time has come and is not over.
    pub fn is_active(&self, now: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    fn is_of(&self, page: &str) -> bool {
        self.pages.is_empty() || self.pages.iter().any(|name| name == page)
    }

    /// The heading in the reader's language, else in English.
    pub fn title(&self, texts: &Texts) -> &str {
        in_language(&self.title, texts)
    }

    /// The paragraphs in the reader's language, else in English.
    pub fn paragraphs(&self, texts: &Texts) -> Vec<&str> {
        let paragraphs = in_language(&self.text, texts).split("\n\n").map(str::trim);
        paragraphs.filter(|text| !text.is_empty()).collect()
    }
}

fn in_language<'a>(said: &'a BTreeMap<String, String>, texts: &Texts) -> &'a str {
    let own = said.get(texts.language().tag).or_else(|| said.get("en"));
    own.map(String::as_str).unwrap_or_default()
}

/// What a page shows: all that cannot be put away, and the newest that can and was not.
pub fn shown<'a>(
    all: &'a [Announcement],
    page: &str,
    now: DateTime<Utc>,
    hidden: &str,
) -> Vec<&'a Announcement> {
    let active = || all.iter().filter(|one| one.is_active(now) && one.is_of(page));
    let put_away = |one: &&Announcement| hidden.split('.').any(|id| id == one.id);
    let newest = active().find(|one| one.dismissible && !put_away(one));
    active().filter(|one| !one.dismissible).chain(newest).collect()
}

/// The cookie's value with one more put away; the oldest of many is forgotten.
pub fn hide(hidden: &str, id: &str) -> String {
    let mut ids: Vec<&str> =
        hidden.split('.').filter(|one| !one.is_empty() && *one != id).collect();
    ids.push(id);
    let kept = ids.len().saturating_sub(MOST_HIDDEN);
    ids[kept..].join(".")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str = "
- {id: old, title: {en: Old}, dismissible: true, from: 2024-01-01T00:00:00Z}
- {id: new, title: {en: New, ar: جديد}, dismissible: true, from: 2024-03-01T00:00:00Z}
- {id: always, title: {en: Always}, text: {en: \"One\\n\\nTwo\"}}
- {id: here, title: {en: Here}, pages: [course_home]}
- {id: over, title: {en: Over}, until: 2024-02-01T00:00:00Z}
- {id: later, title: {en: Later}, from: 2025-01-01T00:00:00Z}
";

    fn now() -> DateTime<Utc> {
        "2024-03-10T12:00:00Z".parse().unwrap()
    }

    fn told(page: &str, hidden: &str) -> String {
        let all = Announcement::all(FILE).unwrap();
        let ids: Vec<_> =
            shown(&all, page, now(), hidden).iter().map(|one| one.id.clone()).collect();
        ids.join(" ")
    }

    #[test]
    fn a_page_shows_what_is_of_it_and_now_and_the_newest_that_can_be_put_away() {
        assert_eq!(told("insights_home", ""), "always new");
        assert_eq!(told("course_home", ""), "always here new");
        assert_eq!(told("course_home", "new"), "always here old");
        assert_eq!(told("course_home", "new.old"), "always here");
    }

    #[test]
    fn what_is_put_away_is_remembered_within_limits() {
        assert_eq!(hide("", "a"), "a");
        assert_eq!(hide("a.b", "a"), "b.a");
        let many = (0..30).fold(String::new(), |hidden, number| hide(&hidden, &number.to_string()));
        assert_eq!((many.split('.').count(), many.starts_with("10.")), (20, true));
    }

    #[test]
    fn words_are_the_readers() {
        let languages = crate::text::Languages::new().unwrap();
        let [english, arabic] = ["en", "ar"].map(|tag| languages.choose(Some(tag), None, None));
        let all = Announcement::all(FILE).unwrap();
        let find = |id: &str| all.iter().find(|one| one.id == id).unwrap();
        assert_eq!((find("new").title(&arabic), find("new").title(&english)), ("جديد", "New"));
        assert_eq!(find("always").paragraphs(&arabic), ["One", "Two"]);
        assert!(find("new").paragraphs(&english).is_empty());
    }

    #[test]
    fn odd_entries_are_named() {
        let refusal =
            |entry: &str| Announcement::all(&format!("- {entry}")).unwrap_err().to_string();
        assert!(refusal("{id: a/b, title: {en: x}}").contains("a/b"));
        assert_eq!(refusal("{id: a, title: {fr: x}}"), "announcement a has no title in en");
        assert_eq!(
            refusal("{id: a, title: {en: x}, text: {fr: y}}"),
            "announcement a has no text in en"
        );
        assert!(refusal("{id: a, titel: {en: x}}").contains("titel"));
        let ends = refusal(
            "{id: a, title: {en: x}, from: 2024-01-02T00:00:00Z, until: 2024-01-01T00:00:00Z}",
        );
        assert_eq!(ends, "announcement a ends before it begins");
        let twice = refusal("{id: a, title: {en: x}}\n- {id: a, title: {en: y}}");
        assert_eq!(twice, "two announcements have the id a");
    }
}

//! Pages that go down into a course, step by step: what there is on each step, and how to get to its neighbours
//! (spec 60 §2.0).

use super::Link;
use crate::text::Texts;
use crate::usage_id::in_path;

/// A choice among the parts of one step.
pub struct Menu {
    /// What is chosen.
    pub label: String,
    /// What is chosen now, or that nothing is.
    pub current: String,
    /// The choices; one without an address has no figures.
    pub entries: Vec<Entry>,
}

/// One choice.
pub struct Entry {
    /// Its words.
    pub text: String,
    /// Where it leads.
    pub url: Option<String>,
    /// Whether it is chosen.
    pub current: bool,
}

impl Menu {
    /// A choice of what a text names: `drill-NAME` for it, `drill-select-NAME` for none.
    pub fn new(texts: &Texts, name: &str, entries: Vec<Entry>) -> Self {
        let chosen = entries.iter().find(|entry| entry.current);
        let current = chosen
            .map_or_else(|| texts.say(&format!("drill-select-{name}")), |entry| entry.text.clone());
        Self { label: texts.say(&format!("drill-{name}")), current, entries }
    }

    /// The same, with a way back to the top before all choices.
    #[must_use]
    pub fn with_all(mut self, text: String, url: String) -> Self {
        self.entries.insert(0, Entry { text, url: Some(url), current: false });
        self
    }
}

/// The name of a block; `(empty)` where its author gave none.
pub fn title(texts: &Texts, title: Option<&str>) -> String {
    title.map_or_else(|| texts.say("empty"), str::to_owned)
}

/// An address below another one.
pub fn below(base: &str, step: &str, id: &str) -> String {
    format!("{base}{step}/{}/", in_path(id))
}

/// A step of the way here.
pub fn crumb(text: String, url: String) -> Link {
    Link { url, text, icon: "", current: false }
}

//! Pages that go down into a course, step by step: what there is on each step, and how to get to its neighbours
//! (spec 60 §2.0).

use super::tree::{self, Part};
use super::{CourseContext, Link, Place};
use crate::error::PageError;
use crate::site::Visit;
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

/// The steps of a page that goes down into a course.
#[derive(Default)]
pub struct Steps {
    /// The choices on each step.
    pub menus: Vec<Menu>,
    /// The way here from the report's first page.
    pub crumbs: Vec<Link>,
    /// What the page is about; the report's question where it is none.
    pub heading: Option<String>,
    /// The neighbour before.
    pub previous: Option<String>,
    /// The neighbour behind.
    pub next: Option<String>,
    /// Where else it leads.
    pub links: Vec<Link>,
    /// Where it can be shown in a frame.
    pub preview: Option<String>,
}

/// How far down a reader has gone by sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// The section.
    pub section: Option<String>,
    /// The subsection.
    pub subsection: Option<String>,
}

/// The parts that a reader has come to.
#[derive(Clone, Copy, Default)]
pub struct Here<'p, 'a> {
    /// The section.
    pub section: Option<&'p Part<'a>>,
    /// The subsection.
    pub subsection: Option<&'p Part<'a>>,
}

impl Depth {
    /// The parts of that depth.
    ///
    /// # Errors
    /// There is no such section, or it has no such subsection.
    pub fn find<'p, 'a>(&self, sections: &'p [Part<'a>]) -> Result<Here<'p, 'a>, PageError> {
        let Some(section) = &self.section else { return Ok(Here::default()) };
        let section = tree::find(sections, section).ok_or(PageError::NotFound)?;
        let subsection = match &self.subsection {
            None => None,
            Some(id) => Some(tree::find(&section.parts, id).ok_or(PageError::NotFound)?),
        };
        Ok(Here { section: Some(section), subsection })
    }
}

/// The choices of all steps down to where the reader is, below a report's address; parts without figures lead
/// nowhere.
pub fn by_section(
    texts: &Texts,
    report: Place,
    base: &str,
    sections: &[Part<'_>],
    here: Here<'_, '_>,
    has_figures: impl Fn(&Part<'_>) -> bool,
) -> Steps {
    let entry = |part: &Part<'_>, base: &str, step: &str, chosen: Option<&Part<'_>>| Entry {
        text: title(texts, part.block.title.as_deref()),
        url: has_figures(part).then(|| below(base, step, &part.block.id)),
        current: chosen.is_some_and(|chosen| chosen.block.id == part.block.id),
    };
    let all = sections.iter().map(|part| entry(part, base, "sections", here.section));
    let all = Menu::new(texts, "section", all.collect());
    let mut steps = Steps {
        menus: vec![all.with_all(texts.say("drill-all-sections"), base.to_owned())],
        ..Steps::default()
    };
    let Some(section) = here.section else { return steps };
    steps.crumbs.push(crumb(texts.say(report.text()), base.to_owned()));
    let base = below(base, "sections", &section.block.id);
    let parts = section.parts.iter();
    let parts = parts.map(|part| entry(part, &base, "subsections", here.subsection));
    steps.menus.push(Menu::new(texts, "subsection", parts.collect()));
    if here.subsection.is_some() {
        steps.crumbs.push(crumb(title(texts, section.block.title.as_deref()), base));
    }
    steps
}

/// The name of a block; `(empty)` where its author gave none.
pub fn title(texts: &Texts, title: Option<&str>) -> String {
    title.map_or_else(|| texts.say("empty"), str::to_owned)
}

/// An address below another one.
pub fn below(base: &str, step: &str, id: &str) -> String {
    format!("{base}{step}/{}/", in_path(id))
}

/// Where learners meet a block.
pub fn live(visit: &Visit, course: &CourseContext, block: &str) -> Option<Link> {
    let url = visit.site.config.brand.jump_to(&course.id, block)?;
    Some(Link { url, text: visit.texts().say("view-live"), icon: "out", current: false })
}

/// A step of the way here.
pub fn crumb(text: String, url: String) -> Link {
    Link { url, text, icon: "", current: false }
}

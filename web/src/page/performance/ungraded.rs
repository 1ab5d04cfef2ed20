//! Performance › Ungraded problems: by section, by subsection, and each problem of a subsection (spec 60 §2.11).

use std::sync::Arc;

use api_client::Problem;
use warp::reply::Response;

use super::submissions::{Row, Subject, Submissions, Tried, figures, newest};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::drill::{Entry, Menu, below, crumb, title};
use crate::page::report::{self, Drilled, Figures, Missing, Steps};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::outline::{Block, Outline};
use crate::upstream::{Section, Trouble};

/// How far down a reader has gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// The section.
    pub section: Option<String>,
    /// The subsection.
    pub subsection: Option<String>,
}

/// Outline and problems of a course, each where it came.
pub type Records = (Section<Arc<Outline>>, Section<Arc<Vec<Problem>>>);

/// The ungraded problems of a course where they stand.
pub fn sections(outline: &Outline) -> Vec<Part<'_>> {
    tree::sections(outline, |block| block.kind == "problem" && !block.graded)
}

/// The page.
///
/// # Errors
/// There is no such section or subsection.
pub async fn page(
    visit: &Visit,
    access: &CourseAccess,
    depth: &Depth,
) -> Result<Response, PageError> {
    let records = async {
        let outline = visit.site.lms.outline(visit, access);
        tokio::join!(outline, visit.ask().problems(access))
    };
    let drilled = |visit: &Visit, course: &CourseContext, records: Records| {
        drilled(visit, course, depth, records)
    };
    report::drilled(visit, access, Place::Ungraded, records, drilled).await
}

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    depth: &Depth,
    (outline, problems): Records,
) -> Result<Drilled, PageError> {
    let problems = match problems {
        Err(Trouble::Empty) => Arc::default(),
        Err(trouble) => return Ok(Drilled::missing(Missing::new(visit, trouble))),
        Ok(problems) => problems,
    };
    let outline = match outline {
        Err(trouble) => return Ok(Drilled::missing(Missing::of_lms(visit, trouble))),
        Ok(outline) => outline,
    };
    let (sections, tried) = (sections(&outline), Tried::new(&problems));
    let base = format!("{}{}", course.url, Place::Ungraded.path());
    let find = |parts: &[Part<'_>], id: &Option<String>| {
        let Some(id) = id else { return Ok(None) };
        parts.iter().position(|part| part.block.id == *id).map(Some).ok_or(PageError::NotFound)
    };
    let section = find(&sections, &depth.section)?.map(|at| &sections[at]);
    let subsection = match section {
        None => None,
        Some(section) => find(&section.parts, &depth.subsection)?.map(|at| &section.parts[at]),
    };
    let steps = steps(visit.texts(), &base, &tried, &sections, section, subsection);
    let view = View { visit, tried: &tried, problems: &problems };
    let body = match (section, subsection) {
        (None, _) => view.parts(&sections, "sections", &base, &outline),
        (Some(section), None) => {
            let base = below(&base, "sections", &section.block.id);
            view.parts(&section.parts, "subsections", &base, &outline)
        }
        (Some(section), Some(subsection)) => {
            let base = below(&base, "sections", &section.block.id);
            view.problems(subsection, &below(&base, "subsections", &subsection.block.id))
        }
    };
    Ok(Drilled { steps, body })
}

/// The choices of all steps down to where the reader is.
pub fn steps(
    texts: &Texts,
    base: &str,
    tried: &Tried<'_>,
    sections: &[Part<'_>],
    section: Option<&Part<'_>>,
    subsection: Option<&Part<'_>>,
) -> Steps {
    let entry = |part: &Part<'_>, base: &str, step: &str, chosen: Option<&Part<'_>>| Entry {
        text: title(texts, part.block.title.as_deref()),
        url: (!tried.of_part(part).is_none()).then(|| below(base, step, &part.block.id)),
        current: chosen.is_some_and(|chosen| chosen.block.id == part.block.id),
    };
    let all = sections.iter().map(|part| entry(part, base, "sections", section));
    let all = Menu::new(texts, "section", all.collect());
    let mut steps = Steps {
        menus: vec![all.with_all(texts.say("drill-all-sections"), base.to_owned())],
        ..Steps::default()
    };
    let Some(section) = section else { return steps };
    steps.crumbs.push(crumb(texts.say(Place::Ungraded.text()), base.to_owned()));
    let base = below(base, "sections", &section.block.id);
    let parts = section.parts.iter().map(|part| entry(part, &base, "subsections", subsection));
    steps.menus.push(Menu::new(texts, "subsection", parts.collect()));
    if subsection.is_some() {
        steps.crumbs.push(crumb(title(texts, section.block.title.as_deref()), base));
    }
    steps
}

struct View<'a> {
    visit: &'a Visit,
    tried: &'a Tried<'a>,
    problems: &'a [Problem],
}

impl View<'_> {
    fn parts(
        &self,
        parts: &[Part<'_>],
        step: &'static str,
        base: &str,
        outline: &Outline,
    ) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let row = |part: &Part<'_>| {
            let submissions = self.tried.of_part(part);
            Row {
                name: title(texts, part.block.title.as_deref()),
                link: (!submissions.is_none()).then(|| below(base, step, &part.block.id)),
                submissions,
                problems: Some(part.all().len()),
                difficulty: None,
            }
        };
        let mut rows: Vec<Row> = parts.iter().map(row).collect();
        let removed = if step == "sections" { self.removed(outline) } else { None };
        let remark = removed.is_some().then(|| texts.say("removed-note"));
        rows.extend(removed);
        let name = if step == "sections" { "column-section" } else { "column-subsection" };
        figures(self.visit, &rows, self.subject(texts.say(name), remark))
    }

    fn problems(&self, part: &Part<'_>, base: &str) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let row = |block: &&Block| Row {
            name: title(texts, block.title.as_deref()),
            link: self.tried.answers(base, block),
            submissions: self.tried.submissions(block),
            problems: None,
            difficulty: None,
        };
        let rows: Vec<Row> = part.components.iter().map(row).collect();
        figures(self.visit, &rows, self.subject(texts.say("column-problem"), None))
    }

    /// Records whose problems are not in the course any more.
    fn removed(&self, outline: &Outline) -> Option<Row> {
        let gone = self.problems.iter().filter(|one| outline.find(&one.module_id).is_none());
        let gone: Vec<Submissions> = gone
            .map(|one| Submissions::new(one.total_submissions, one.correct_submissions))
            .collect();
        (!gone.is_empty()).then(|| Row {
            name: self.visit.texts().say("removed-from-course"),
            link: None,
            submissions: gone.iter().copied().sum(),
            problems: Some(gone.len()),
            difficulty: None,
        })
    }

    fn subject(&self, name: String, remark: Option<String>) -> Subject<'static> {
        Subject {
            name,
            help: "problem-submissions",
            line: "updated-problems",
            nothing: "problems",
            created: newest(self.problems),
            remark,
        }
    }
}

//! Performance › Ungraded problems: by section, by subsection, and each problem of a subsection (spec 60 §2.11).

use std::sync::Arc;

use api_client::Problem;
use warp::reply::Response;

use super::submissions::{SUBMISSIONS, Submissions, Tried, newest};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::drill::{Depth, below, by_section, title};
use crate::page::halves::{Row, Subject, figures};
use crate::page::report::{self, Drilled, Figures, Missing, Stop};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::upstream::Section;
use crate::upstream::outline::{Block, Outline};

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
) -> Result<Drilled, Stop> {
    let problems = report::recorded(visit, problems)?;
    let outline = outline.map_err(|trouble| Missing::of_lms(visit, trouble))?;
    let (sections, tried) = (sections(&outline), Tried::new(&problems));
    let base = format!("{}{}", course.url, Place::Ungraded.path());
    let here = depth.find(&sections)?;
    let has_figures = |part: &Part<'_>| !tried.of_part(part).is_none();
    let steps = by_section(visit.texts(), Place::Ungraded, &base, &sections, here, has_figures);
    let view = View { visit, tried: &tried, problems: &problems };
    let body = match (here.section, here.subsection) {
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
            Row::of_part(texts, part, self.tried.of_part(part).halves(), base, step)
        };
        let mut rows: Vec<Row> = parts.iter().map(row).collect();
        let mut all: Submissions = parts.iter().map(|part| self.tried.of_part(part)).sum();
        let mut remark = None;
        if step == "sections" {
            let (removed, problems) = self.removed(outline);
            all = [all, removed].into_iter().sum();
            let row = Row::removed(texts, removed.halves(), problems);
            remark = row.is_some().then(|| texts.say("removed-note"));
            rows.extend(row);
        }
        let name = if step == "sections" { "column-section" } else { "column-subsection" };
        figures(self.visit, &rows, self.subject(all, texts.say(name), remark))
    }

    fn problems(&self, part: &Part<'_>, base: &str) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let row = |block: &&Block| Row {
            name: title(texts, block.title.as_deref()),
            link: self.tried.answers(base, block),
            halves: self.tried.submissions(block).halves(),
            components: None,
            difficulty: None,
        };
        let rows: Vec<Row> = part.components.iter().map(row).collect();
        let all = self.tried.of_part(part);
        figures(self.visit, &rows, self.subject(all, texts.say("column-problem"), None))
    }

    /// Submissions to problems that are not in the course any more, and how many problems these are.
    fn removed(&self, outline: &Outline) -> (Submissions, usize) {
        let gone = self.problems.iter().filter(|one| outline.find(&one.module_id).is_none());
        let gone: Vec<Submissions> = gone
            .map(|one| Submissions::new(one.total_submissions, one.correct_submissions))
            .collect();
        (gone.iter().copied().sum(), gone.len())
    }

    fn subject(&self, all: Submissions, name: String, remark: Option<String>) -> Subject {
        Subject {
            kind: &SUBMISSIONS,
            all: all.halves(),
            name,
            help: "problem-submissions",
            line: "updated-problems",
            nothing: "problems",
            created: newest(self.problems),
            remark,
        }
    }
}

//! Performance › Graded content: the grading policy, the assignments of a type, the problems of an assignment
//! (spec 60 §2.11).

use std::sync::Arc;

use api_client::Problem;
use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::slug;
use super::submissions::{SUBMISSIONS, Submissions, Tried, newest};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::drill::{Entry, Menu, Steps, below, crumb, title};
use crate::page::halves::{Row, Subject, figures};
use crate::page::report::{self, Drilled, Figures, Missing, Stop};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Frame, Place};
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::lms::AssignmentType;
use crate::upstream::outline::{Block, Outline};
use crate::upstream::{Section, Trouble};
use crate::usage_id::in_path;

/// A box of less of the width could not be hit.
const NARROWEST: f64 = 5.0;

/// How far down a reader has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The assignments of a type, by its slug.
    Type(String),
    /// The problems of an assignment.
    Assignment(String),
}

/// Policy, outline and problems of a course, each where it came.
pub type Records =
    (Section<Arc<Vec<AssignmentType>>>, Section<Arc<Outline>>, Section<Arc<Vec<Problem>>>);

/// A type of assignment in the row of boxes.
struct PolicyBox {
    name: String,
    weight: String,
    url: String,
    start: String,
    width: String,
    /// The middle of the box, for its words.
    middle: String,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyPage<'a> {
    frame: Frame<'a>,
    policy: Result<Vec<PolicyBox>, Missing>,
}

/// The grading policy; each type leads to its assignments.
///
/// # Errors
/// None but those of rendering.
pub async fn policy(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let (policy, summary) =
        tokio::join!(visit.site.lms.policy(visit, access), visit.ask().summary(access));
    let course = CourseContext::of(access.course(), summary.as_ref().ok());
    let texts = visit.texts();
    let policy = match policy {
        Ok(types) if types.is_empty() => Err(Missing::nothing(texts, "policy")),
        Ok(types) => Ok(boxes(texts, &course, &types)),
        Err(Trouble::Empty) => Err(Missing::nothing(texts, "policy")),
        Err(trouble) => Err(Missing::of_lms(visit, trouble)),
    };
    let question = texts.say("nav-graded-question");
    let frame = Frame::new(visit, question, "/help/performance/".to_owned());
    let page = PolicyPage { frame: frame.of_course(visit, course, Place::Graded), policy };
    reply::page(visit, StatusCode::OK, &page)
}

/// As wide as they weigh, none too narrow.
fn boxes(texts: &Texts, course: &CourseContext, types: &[AssignmentType]) -> Vec<PolicyBox> {
    let percent = |one: &AssignmentType| (one.weight * 100.0).clamp(0.0, 100.0);
    let narrow = types.iter().filter(|one| percent(one) < NARROWEST).count();
    let room = (100.0 - NARROWEST * narrow as f64).max(0.0);
    let mut start = 0.0;
    let mut boxes = Vec::with_capacity(types.len());
    for one in types {
        let name = one.assignment_type.clone().unwrap_or_default();
        let width = if percent(one) < NARROWEST { NARROWEST } else { one.weight.min(1.0) * room };
        boxes.push(PolicyBox {
            weight: texts.card_percent(one.weight),
            url: address_of_type(course, &name),
            start: format!("{start:.2}"),
            width: format!("{width:.2}"),
            middle: format!("{:.2}", start + width / 2.0),
            name,
        });
        start += width;
    }
    boxes
}

fn base(course: &CourseContext) -> String {
    format!("{}{}", course.url, Place::Graded.path())
}

fn address_of_type(course: &CourseContext, name: &str) -> String {
    format!("{}{}/", base(course), in_path(&slug(name)))
}

/// The page of a type or of an assignment.
///
/// # Errors
/// There is no such assignment.
pub async fn page(
    visit: &Visit,
    access: &CourseAccess,
    depth: &Depth,
) -> Result<Response, PageError> {
    let records = async {
        let lms = &visit.site.lms;
        let (policy, outline) = (lms.policy(visit, access), lms.outline(visit, access));
        tokio::join!(policy, outline, visit.ask().problems(access))
    };
    let drilled = |visit: &Visit, course: &CourseContext, records: Records| {
        drilled(visit, course, depth, records)
    };
    report::drilled(visit, access, Place::Graded, records, drilled).await
}

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    depth: &Depth,
    (policy, outline, problems): Records,
) -> Result<Drilled, Stop> {
    let problems = report::recorded(visit, problems)?;
    let outline = outline.map_err(|trouble| Missing::of_lms(visit, trouble))?;
    let policy = policy.unwrap_or_default();
    let tried = Tried::new(&problems);
    let all = tree::assignments(&outline, None);
    let (of_type, assignment) = match depth {
        Depth::Type(wanted) => (type_named(&policy, &all, wanted), None),
        Depth::Assignment(id) => {
            let assignment = tree::find(&all, id).ok_or(PageError::NotFound)?;
            (assignment.block.format.clone(), Some(assignment))
        }
    };
    let siblings = match &of_type {
        Some(name) => tree::assignments(&outline, Some(name)),
        None => Vec::new(),
    };
    let steps =
        steps(visit.texts(), course, &policy, of_type.as_deref(), &siblings, &tried, assignment);
    let view = View { visit, course, tried: &tried, problems: &problems };
    let body = match assignment {
        None => view.assignments(&siblings),
        Some(assignment) => view.problems(assignment),
    };
    Ok(Drilled { steps, body })
}

/// The name behind a slug: of the policy, or of an assignment.
fn type_named(policy: &[AssignmentType], all: &[Part<'_>], wanted: &str) -> Option<String> {
    let of_policy = policy.iter().filter_map(|one| one.assignment_type.clone());
    let of_blocks = all.iter().filter_map(|part| part.block.format.clone());
    of_policy.chain(of_blocks).find(|name| slug(name) == slug(wanted))
}

/// The choices of all steps down to where the reader is.
pub fn steps(
    texts: &Texts,
    course: &CourseContext,
    policy: &[AssignmentType],
    of_type: Option<&str>,
    siblings: &[Part<'_>],
    tried: &Tried<'_>,
    assignment: Option<&Part<'_>>,
) -> Steps {
    let same = |name: &str| of_type.is_some_and(|of_type| slug(of_type) == slug(name));
    let entry = |one: &AssignmentType| {
        let name = one.assignment_type.clone().unwrap_or_default();
        let url = Some(address_of_type(course, &name));
        Entry { current: same(&name), text: name, url }
    };
    let types = Menu::new(texts, "type", policy.iter().map(entry).collect());
    let assignments = siblings.iter().map(|part| Entry {
        text: title(texts, part.block.title.as_deref()),
        url: (!tried.of_part(part).is_none())
            .then(|| below(&base(course), "assignments", &part.block.id)),
        current: assignment.is_some_and(|chosen| chosen.block.id == part.block.id),
    });
    let assignments = Menu::new(texts, "assignment", assignments.collect());
    let mut crumbs = vec![crumb(texts.say(Place::Graded.text()), base(course))];
    if let (Some(of_type), Some(_)) = (of_type, assignment) {
        crumbs.push(crumb(of_type.to_owned(), address_of_type(course, of_type)));
    }
    Steps {
        menus: vec![types.with_all(texts.say("drill-all-types"), base(course)), assignments],
        crumbs,
        heading: assignment
            .map(|part| title(texts, part.block.title.as_deref()))
            .or_else(|| of_type.map(str::to_owned)),
        ..Steps::default()
    }
}

struct View<'a> {
    visit: &'a Visit,
    course: &'a CourseContext,
    tried: &'a Tried<'a>,
    problems: &'a [Problem],
}

impl View<'_> {
    fn assignments(&self, parts: &[Part<'_>]) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let row = |part: &Part<'_>| {
            let halves = self.tried.of_part(part).halves();
            Row::of_part(texts, part, halves, &base(self.course), "assignments")
        };
        let rows: Vec<Row> = parts.iter().map(row).collect();
        let all = parts.iter().map(|part| self.tried.of_part(part)).sum();
        let subject = self.subject(all, "column-assignment", "assignment-submissions");
        figures(self.visit, &rows, subject)
    }

    fn problems(&self, part: &Part<'_>) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let base = below(&base(self.course), "assignments", &part.block.id);
        let row = |block: &&Block| Row {
            name: title(texts, block.title.as_deref()),
            link: self.tried.answers(&base, block),
            halves: self.tried.submissions(block).halves(),
            components: None,
            difficulty: None,
        };
        let rows: Vec<Row> = part.components.iter().map(row).collect();
        let all = self.tried.of_part(part);
        figures(self.visit, &rows, self.subject(all, "column-problem", "problem-submissions"))
    }

    fn subject(&self, all: Submissions, name: &str, help: &'static str) -> Subject {
        Subject {
            kind: &SUBMISSIONS,
            all: all.halves(),
            name: self.visit.texts().say(name),
            help,
            line: "updated-problems",
            nothing: "assignments",
            created: newest(self.problems),
            remark: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::SOME;

    #[test]
    fn boxes_are_as_wide_as_they_weigh_and_none_is_too_narrow() {
        let one = |name: &str, weight: f64| AssignmentType {
            assignment_type: Some(name.to_owned()),
            weight,
        };
        let course = CourseContext::new(&"a/b/c".parse().unwrap(), None);
        let types = [one("Homework", 0.48), one("Quiz", 0.02), one("Final Exam", 0.5)];
        let told: Vec<String> = boxes(&SOME, &course, &types)
            .iter()
            .map(|one| format!("{} {} {}+{}", one.url, one.weight, one.start, one.width))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        /courses/a/b/c/performance/graded_content/homework/ 48.0% 0.00+45.60
        /courses/a/b/c/performance/graded_content/quiz/ 2.0% 45.60+5.00
        /courses/a/b/c/performance/graded_content/final-exam/ 50.0% 50.60+47.50
        ");
    }
}

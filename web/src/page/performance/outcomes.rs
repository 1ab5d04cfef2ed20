//! Performance › Learning outcomes: by outcome, and the problems of one outcome (spec 60 §2.13).

use std::collections::BTreeMap;
use std::sync::Arc;

use api_client::TaggedProblem;
use warp::reply::Response;

use super::slug;
use super::submissions::{SUBMISSIONS, Submissions};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::drill::{Entry, Menu, Steps, below, crumb, title};
use crate::page::halves::{Row, Subject, figures};
use crate::page::report::{self, Drilled, Figures, Missing, Stop};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::Section;
use crate::upstream::outline::Outline;
use crate::usage_id::in_path;

/// The tag that names outcomes; others only say more of a problem.
const OUTCOME: &str = "learning_outcome";
/// The tag that is shown beside a problem.
const DIFFICULTY: &str = "difficulty";

/// Outline and tagged problems of a course, each where it came.
pub type Records = (Section<Arc<Outline>>, Section<Arc<Vec<TaggedProblem>>>);

/// The problems of each outcome; one with several outcomes is in each.
pub fn outcomes(problems: &[TaggedProblem]) -> BTreeMap<&str, Vec<&TaggedProblem>> {
    let mut outcomes: BTreeMap<&str, Vec<&TaggedProblem>> = BTreeMap::new();
    for problem in problems {
        for outcome in problem.tags.get(OUTCOME).into_iter().flatten() {
            outcomes.entry(outcome).or_default().push(problem);
        }
    }
    outcomes
}

/// The submissions to a problem.
pub fn submissions(problem: &TaggedProblem) -> Submissions {
    let count = |value: Option<i64>| value.unwrap_or(0);
    Submissions::new(count(problem.total_submissions), count(problem.correct_submissions))
}

/// The page; of one outcome where its slug is given.
///
/// # Errors
/// There is no such outcome.
pub async fn page(
    visit: &Visit,
    access: &CourseAccess,
    outcome: Option<&str>,
) -> Result<Response, PageError> {
    let records = async {
        let outline = visit.site.lms.outline(visit, access);
        tokio::join!(outline, visit.ask().tagged_problems(access))
    };
    let drilled = |visit: &Visit, course: &CourseContext, records: Records| {
        drilled(visit, course, outcome, records)
    };
    report::drilled(visit, access, Place::Outcomes, records, drilled).await
}

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    wanted: Option<&str>,
    (outline, problems): Records,
) -> Result<Drilled, Stop> {
    let problems = report::recorded(visit, problems)?;
    let outcomes = outcomes(&problems);
    let chosen = match wanted {
        None => None,
        Some(wanted) => Some(named(&outcomes, wanted).ok_or(PageError::NotFound)?),
    };
    let steps = steps(visit.texts(), course, &outcomes, chosen);
    let view = View { visit, course, problems: &problems };
    let body = match chosen {
        None => view.outcomes(&outcomes),
        Some(chosen) => view.problems(&outcomes[chosen], outline.ok().as_deref(), chosen),
    };
    Ok(Drilled { steps, body })
}

/// The outcome behind a slug.
pub fn named<'a>(
    outcomes: &BTreeMap<&'a str, Vec<&TaggedProblem>>,
    wanted: &str,
) -> Option<&'a str> {
    outcomes.keys().copied().find(|outcome| slug(outcome) == slug(wanted))
}

/// Where an outcome is.
pub fn address(course: &CourseContext, outcome: &str) -> String {
    format!("{}{}{}/", course.url, Place::Outcomes.path(), in_path(&slug(outcome)))
}

/// The choice of the outcome, and of what is below it.
pub fn steps(
    texts: &Texts,
    course: &CourseContext,
    outcomes: &BTreeMap<&str, Vec<&TaggedProblem>>,
    chosen: Option<&str>,
) -> Steps {
    let entry = |(outcome, problems): (&&str, &Vec<&TaggedProblem>)| {
        let tried = problems.iter().any(|problem| !submissions(problem).is_none());
        Entry {
            text: (*outcome).to_owned(),
            url: tried.then(|| address(course, outcome)),
            current: chosen == Some(*outcome),
        }
    };
    let base = format!("{}{}", course.url, Place::Outcomes.path());
    let menu = Menu::new(texts, "outcome", outcomes.iter().map(entry).collect());
    Steps {
        menus: vec![menu.with_all(texts.say("drill-all-outcomes"), base.clone())],
        crumbs: chosen
            .map(|_| crumb(texts.say(Place::Outcomes.text()), base))
            .into_iter()
            .collect(),
        heading: chosen.map(str::to_owned),
        ..Steps::default()
    }
}

/// Subsection, unit and problem by their names; the id where the outline does not know it.
pub fn full_name(texts: &Texts, outline: Option<&Outline>, id: &str) -> String {
    let found = outline.and_then(|outline| Some((outline, outline.find(id)?)));
    let Some((outline, block)) = found else { return id.to_owned() };
    let around = outline.around(block);
    let around =
        around.into_iter().filter(|one| ["sequential", "vertical"].contains(&one.kind.as_str()));
    let names = around.chain([block]).map(|one| title(texts, one.title.as_deref()));
    names.collect::<Vec<_>>().join(", ")
}

struct View<'a> {
    visit: &'a Visit,
    course: &'a CourseContext,
    problems: &'a [TaggedProblem],
}

impl View<'_> {
    fn outcomes(&self, outcomes: &BTreeMap<&str, Vec<&TaggedProblem>>) -> Result<Figures, Missing> {
        let row = |(outcome, problems): (&&str, &Vec<&TaggedProblem>)| {
            let submissions: Submissions = problems.iter().map(|one| submissions(one)).sum();
            Row {
                name: (*outcome).to_owned(),
                link: (!submissions.is_none()).then(|| address(self.course, outcome)),
                halves: submissions.halves(),
                components: Some(problems.len()),
                difficulty: None,
            }
        };
        let rows: Vec<Row> = outcomes.iter().map(row).collect();
        let all = outcomes.values().flatten().map(|one| submissions(one)).sum();
        figures(self.visit, &rows, self.subject(all, "column-outcome", "outcome-submissions"))
    }

    /// In the order of the course; problems that are not in it come last.
    fn problems(
        &self,
        problems: &[&TaggedProblem],
        outline: Option<&Outline>,
        outcome: &str,
    ) -> Result<Figures, Missing> {
        let texts = self.visit.texts();
        let place = |one: &TaggedProblem| {
            outline.and_then(|outline| outline.place(&one.module_id)).unwrap_or(usize::MAX)
        };
        let mut problems = problems.to_vec();
        problems.sort_by_key(|problem| (place(problem), problem.module_id.clone()));
        let row = |problem: &&TaggedProblem| {
            let submissions = submissions(problem);
            let url = || {
                let base = address(self.course, outcome);
                below(&base, "problems", &problem.module_id)
            };
            Row {
                name: full_name(texts, outline, &problem.module_id),
                link: (!submissions.is_none()).then(url),
                halves: submissions.halves(),
                components: None,
                difficulty: Some(
                    problem
                        .tags
                        .get(DIFFICULTY)
                        .map(|values| values.join(", "))
                        .unwrap_or_default(),
                ),
            }
        };
        let rows: Vec<Row> = problems.iter().map(row).collect();
        let all = problems.iter().map(|one| submissions(one)).sum();
        figures(self.visit, &rows, self.subject(all, "column-problem", "problem-submissions"))
    }

    fn subject(&self, all: Submissions, name: &str, help: &'static str) -> Subject {
        Subject {
            kind: &SUBMISSIONS,
            all: all.halves(),
            name: self.visit.texts().say(name),
            help,
            line: "updated-tags",
            nothing: "outcomes",
            created: self.problems.iter().filter_map(|problem| problem.created).max(),
            remark: None,
        }
    }
}

//! The answers to one part of a problem, from wherever a reader came to it (spec 60 §2.12).

use std::sync::Arc;

use api_client::{Answer, Problem, TaggedProblem};
use chrono::NaiveDateTime;
use warp::reply::Response;

use super::submissions::{SUBMISSIONS, Tried, answers_at};
use super::{graded, natural, outcomes, ungraded};
use crate::chart::split::{self, Split};
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, Words};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::format;
use crate::page::drill::{Entry, Here, Menu, Steps, below, by_section, crumb, live, title};
use crate::page::halves::legend;
use crate::page::report::{self, Chart, Drilled, Figures, Freshness, Missing, Stop};
use crate::page::tree::{self, Part};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::lms::AssignmentType;
use crate::upstream::outline::{Block, Outline};
use crate::upstream::{Section, Trouble};
use crate::usage_id::in_path;

/// So many of the most frequent answers are drawn.
const DRAWN: usize = 12;
/// Longer texts are cut: a question in a menu, an answer beside its bar, an answer in a tooltip.
const LONGEST_QUESTION: usize = 50;
const LONGEST_LABEL: usize = 40;
const LONGEST_TIP: usize = 250;

/// Which answers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Where the reader came from.
    pub standing: Standing,
    /// The problem.
    pub problem: String,
    /// Its part; the first where it is none.
    pub part: Option<String>,
}

/// The way to a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// By its assignment.
    Assignment(String),
    /// By its section and subsection.
    Subsection(String, String),
    /// By an outcome, as addresses spell it.
    Outcome(String),
}

impl Standing {
    const fn place(&self) -> Place {
        match self {
            Self::Assignment(_) => Place::Graded,
            Self::Subsection(..) => Place::Ungraded,
            Self::Outcome(_) => Place::Outcomes,
        }
    }
}

struct Records {
    answers: Section<Arc<Vec<Answer>>>,
    outline: Section<Arc<Outline>>,
    problems: Section<Arc<Vec<Problem>>>,
    tagged: Section<Arc<Vec<TaggedProblem>>>,
    policy: Section<Arc<Vec<AssignmentType>>>,
}

/// The page.
///
/// # Errors
/// There is no such problem there, or it has no such part.
pub async fn page(
    visit: &Visit,
    access: &CourseAccess,
    path: &Path,
) -> Result<Response, PageError> {
    let (ask, lms) = (visit.ask(), &visit.site.lms);
    let of_outcome = matches!(path.standing, Standing::Outcome(_));
    let of_assignment = matches!(path.standing, Standing::Assignment(_));
    let records = async {
        let (answers, outline, problems, tagged, policy) = tokio::join!(
            ask.answers(access, &path.problem),
            lms.outline(visit, access),
            async { if of_outcome { Ok(Arc::default()) } else { ask.problems(access).await } },
            async {
                if of_outcome { ask.tagged_problems(access).await } else { Ok(Arc::default()) }
            },
            async {
                if of_assignment { lms.policy(visit, access).await } else { Ok(Arc::default()) }
            },
        );
        Records { answers, outline, problems, tagged, policy }
    };
    let drilled = |visit: &Visit, course: &CourseContext, records: Records| {
        drilled(visit, course, path, &records)
    };
    report::drilled(visit, access, path.standing.place(), records, drilled).await
}

fn drilled(
    visit: &Visit,
    course: &CourseContext,
    path: &Path,
    records: &Records,
) -> Result<Drilled, Stop> {
    let (mut steps, base) = way(visit.texts(), course, path, records)?;
    steps.links.extend(live(visit, course, &path.problem));
    let answers = match &records.answers {
        Ok(answers) => answers,
        Err(trouble) => {
            let missing = Err(Missing::new(visit, *trouble));
            return Ok(Drilled { steps, body: missing });
        }
    };
    let parts = parts(answers);
    let part = match &path.part {
        None => parts.first().copied(),
        Some(wanted) => parts.iter().copied().find(|part| part == wanted),
    };
    let part = part.ok_or(PageError::NotFound)?;
    let of_part: Vec<&Answer> = answers.iter().filter(|answer| answer.part_id == part).collect();
    let address = |part: &str| match path.standing {
        Standing::Outcome(_) => {
            format!("{}{}/", below(&base, "problems", &path.problem), in_path(part))
        }
        _ => answers_at(&base, &path.problem, part),
    };
    if parts.len() > 1 {
        let entry = |(index, one): (usize, &&str)| {
            let own = answers.iter().find(|answer| answer.part_id == **one);
            let question = own.and_then(|answer| answer.question_text.as_deref());
            Entry {
                text: question_title(visit.texts(), Some(index + 1), question),
                url: Some(address(one)),
                current: **one == *part,
            }
        };
        let entries = parts.iter().enumerate().map(entry).collect();
        steps.menus.push(Menu::new(visit.texts(), "question", entries));
    }
    let number = (parts.len() > 1).then(|| parts.iter().position(|one| *one == part)).flatten();
    let body = figures(visit, course, path, part, number.map(|at| at + 1), &of_part);
    Ok(Drilled { steps, body: body.map_err(|trouble| Missing::new(visit, trouble)) })
}

/// The parts of a problem, as people sort them.
fn parts(answers: &[Answer]) -> Vec<&str> {
    let mut parts: Vec<&str> = answers.iter().map(|answer| answer.part_id.as_str()).collect();
    parts.sort_by(|a, b| natural(a, b));
    parts.dedup();
    parts
}

/// The choices on the way here, and the address that problems stand below. Without an outline there is no
/// choice, and the problem goes by its id.
fn way(
    texts: &Texts,
    course: &CourseContext,
    path: &Path,
    records: &Records,
) -> Result<(Steps, String), PageError> {
    let outline = records.outline.as_deref().ok();
    let none = Arc::default();
    let problems = records.problems.as_ref().unwrap_or(&none);
    let tried = Tried::new(problems);
    let base = format!("{}{}", course.url, path.standing.place().path());
    let (mut steps, base) = match (&path.standing, outline) {
        (Standing::Outcome(wanted), outline) => {
            return way_by_outcome(texts, course, path, records, wanted, outline);
        }
        (Standing::Assignment(id), None) => (Steps::default(), below(&base, "assignments", id)),
        (Standing::Subsection(section, subsection), None) => {
            let base = below(&base, "sections", section);
            (Steps::default(), below(&base, "subsections", subsection))
        }
        (Standing::Assignment(id), Some(outline)) => {
            let all = tree::assignments(outline, None);
            let assignment = tree::find(&all, id).ok_or(PageError::NotFound)?;
            let of_type = assignment.block.format.as_deref();
            let siblings = tree::assignments(outline, of_type);
            let none = Arc::default();
            let policy = records.policy.as_ref().unwrap_or(&none);
            let mut steps =
                graded::steps(texts, course, policy, of_type, &siblings, &tried, Some(assignment));
            let base = below(&base, "assignments", id);
            problem_menu(texts, &mut steps, &base, assignment, &tried, &path.problem)?;
            (steps, base)
        }
        (Standing::Subsection(section, subsection), Some(outline)) => {
            let sections = ungraded::sections(outline);
            let section = tree::find(&sections, section).ok_or(PageError::NotFound)?;
            let subsection = tree::find(&section.parts, subsection).ok_or(PageError::NotFound)?;
            let here = Here { section: Some(section), subsection: Some(subsection) };
            let has_figures = |part: &Part<'_>| !tried.of_part(part).is_none();
            let mut steps = by_section(texts, Place::Ungraded, &base, &sections, here, has_figures);
            let base = below(&base, "sections", &section.block.id);
            let base = below(&base, "subsections", &subsection.block.id);
            problem_menu(texts, &mut steps, &base, subsection, &tried, &path.problem)?;
            (steps, base)
        }
    };
    let own = outline.and_then(|outline| outline.find(&path.problem));
    steps.heading = Some(match own {
        Some(block) => title(texts, block.title.as_deref()),
        None => path.problem.clone(),
    });
    Ok((steps, base))
}

fn problem_menu(
    texts: &Texts,
    steps: &mut Steps,
    base: &str,
    part: &Part<'_>,
    tried: &Tried<'_>,
    problem: &str,
) -> Result<(), PageError> {
    if !part.components.iter().any(|block| block.id == problem) {
        return Err(PageError::NotFound);
    }
    let entry = |block: &&Block| Entry {
        text: title(texts, block.title.as_deref()),
        url: tried.answers(base, block),
        current: block.id == problem,
    };
    steps.menus.push(Menu::new(texts, "problem", part.components.iter().map(entry).collect()));
    steps.crumbs.push(crumb(title(texts, part.block.title.as_deref()), base.to_owned()));
    Ok(())
}

fn way_by_outcome(
    texts: &Texts,
    course: &CourseContext,
    path: &Path,
    records: &Records,
    wanted: &str,
    outline: Option<&Outline>,
) -> Result<(Steps, String), PageError> {
    let heading = Some(outcomes::full_name(texts, outline, &path.problem));
    let tagged = match &records.tagged {
        Ok(tagged) => tagged,
        Err(Trouble::Empty) => return Err(PageError::NotFound),
        // Whether there is such an outcome is not known, so the way to it has no choices.
        Err(_) => {
            let steps = Steps { heading, ..Steps::default() };
            return Ok((steps, outcomes::address(course, wanted)));
        }
    };
    let all = outcomes::outcomes(tagged);
    let chosen = outcomes::named(&all, wanted).ok_or(PageError::NotFound)?;
    let own = all[chosen].iter().any(|problem| problem.module_id == path.problem);
    if !own {
        return Err(PageError::NotFound);
    }
    let base = outcomes::address(course, chosen);
    let mut steps = outcomes::steps(texts, course, &all, Some(chosen));
    let entry = |problem: &&TaggedProblem| Entry {
        text: outcomes::full_name(texts, outline, &problem.module_id),
        url: (!outcomes::submissions(problem).is_none())
            .then(|| below(&base, "problems", &problem.module_id)),
        current: problem.module_id == path.problem,
    };
    steps.menus.push(Menu::new(texts, "problem", all[chosen].iter().map(entry).collect()));
    steps.crumbs.push(crumb(chosen.to_owned(), base.clone()));
    steps.heading = heading;
    Ok((steps, base))
}

/// What a question is called: by its number where there are several, and by its text where there is one.
fn question_title(texts: &Texts, number: Option<usize>, question: Option<&str>) -> String {
    let question = question.map(str::trim).filter(|text| !text.is_empty());
    let question = question.map(|text| format::cut(text, LONGEST_QUESTION)).unwrap_or_default();
    let name = match (number, question.is_empty()) {
        (None, true) => "answers-title",
        (None, false) => "answers-title-text",
        (Some(_), true) => "answers-title-part",
        (Some(_), false) => "answers-title-part-text",
    };
    texts.say_with(name, &[("part", number.unwrap_or(1).into()), ("text", question.into())])
}

/// How many gave an answer, at last.
fn count(answer: &Answer) -> i64 {
    answer.last_response_count.or(answer.count).unwrap_or(0).max(0)
}

/// Whether learners got different versions of the problem, so that answers cannot be compared.
fn is_random(answers: &[&Answer]) -> bool {
    answers.iter().any(|answer| answer.variant.is_some_and(|variant| variant != 1))
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    path: &Path,
    part: &str,
    number: Option<usize>,
    answers: &[&Answer],
) -> Section<Figures> {
    let texts = visit.texts();
    let mut answers = answers.to_vec();
    answers.sort_by_key(|answer| (std::cmp::Reverse(count(answer)), answer.value_id.clone()));
    let first = answers.first().ok_or(Trouble::Empty)?;
    let question = question_title(texts, number, first.question_text.as_deref());
    let random = is_random(&answers);
    let chart = (!random).then(|| Chart {
        drawing: chart(texts, &question, &answers),
        help: "answer-distribution",
        note: None,
        choices: Vec::new(),
    });
    Ok(Figures {
        summary: question.clone(),
        freshness: freshness(first.created),
        ranges: Vec::new(),
        cards: Vec::new(),
        charts: chart.into_iter().collect(),
        table: table(texts, &answers, random),
        csv: format!(
            "{}csv/performance/graded_content/problems/{}/answer_distribution/{}/",
            course.url,
            in_path(&path.problem),
            in_path(part)
        ),
        remark: random.then(|| texts.say("answers-random")),
    })
}

fn freshness(created: Option<NaiveDateTime>) -> Freshness {
    Freshness { through: None, created, line: "updated-problems" }
}

fn text_of(texts: &Texts, answer: &Answer) -> String {
    match answer.answer_value.as_deref() {
        None | Some("") => texts.say("empty"),
        Some(text) => text.to_owned(),
    }
}

fn chart(texts: &Texts, question: &str, answers: &[&Answer]) -> Drawing {
    let split = |answer: &&Answer| {
        let (text, count) = (text_of(texts, answer), count(answer));
        let counts = if answer.correct == Some(true) { [count, 0] } else { [0, count] };
        Split {
            name: format::cut(&text, LONGEST_LABEL),
            head: texts.say_of("answer-is", "text", &format::cut(&text, LONGEST_TIP)),
            link: None,
            values: counts.map(|count| count as f64),
            labels: counts.map(|value| texts.number(value)),
        }
    };
    let bars: Vec<Split> = answers.iter().take(DRAWN).map(split).collect();
    let most = answers.first().map_or(0, |answer| count(answer));
    let right = answers.iter().filter(|answer| answer.correct == Some(true));
    let words = Words {
        t: texts,
        id: "answers",
        title: question.to_owned(),
        description: texts.say_with(
            "answers-chart",
            &[
                ("count", bars.len().into()),
                ("most", most.into()),
                ("right", right.map(|answer| count(answer)).sum::<i64>().into()),
            ],
        ),
        x: String::new(),
        y: texts.say("axis-submissions"),
    };
    split::lying(&words, &legend(texts, &SUBMISSIONS, false), &bars)
}

fn table(texts: &Texts, answers: &[&Answer], random: bool) -> Table {
    let number = |answer: &&Answer| answer.answer_value.as_deref()?.trim().parse::<f64>().ok();
    let numeric = answers
        .iter()
        .filter(|answer| answer.answer_value.is_some())
        .all(|answer| number(answer).is_some_and(f64::is_finite));
    let mut columns = vec![
        Column::words("answer", texts.say("column-answer")),
        Column::words("correct", texts.say("correct")),
        Column::figures("count", texts.say("column-submissions")),
    ];
    if random {
        columns.insert(1, Column::figures("variant", texts.say("column-variant")));
    }
    let row = |answer: &&Answer| {
        let text = text_of(texts, answer);
        let key = match number(answer) {
            Some(number) if numeric => Key::Number(number),
            _ if answer.answer_value.is_none() => Key::Nothing,
            _ => Key::Text(text.clone()),
        };
        let right = answer.correct == Some(true);
        let said = if right { texts.say("correct") } else { "-".to_owned() };
        let mut cells = vec![
            Cell::text(text, key),
            Cell::text(said, Key::Number(f64::from(u8::from(right)))),
            Cell::number(texts, count(answer)),
        ];
        if random {
            let variant = answer
                .variant
                .map_or_else(|| Cell::text("-", Key::Nothing), |value| Cell::number(texts, value));
            cells.insert(1, variant);
        }
        cells
    };
    Table {
        id: "data",
        title: texts.say("answers-table"),
        columns,
        rows: answers.iter().map(row).collect(),
        footer: None,
        order: ("count", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn questions_are_called_by_number_and_text() {
        let texts = Texts::english().unwrap();
        let long = "Why is the sky blue and not any of the other colours?";
        let told = [
            question_title(&texts, None, None),
            question_title(&texts, None, Some("Why?")),
            question_title(&texts, Some(2), Some(" ")),
            question_title(&texts, Some(2), Some(long)),
        ];
        insta::assert_snapshot!(told.join("\n"), @r"
        Submissions
        Submissions: Why?
        Submissions for Part 2
        Submissions for Part 2: Why is the sky blue and not any of the other colo…
        ");
    }
}

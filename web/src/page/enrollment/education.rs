//! Enrollment › Demographics › Education (spec 60 §2.6).

use std::sync::Arc;

use api_client::EnrollmentByEducation;
use warp::reply::Response;

use super::age::{known_note, share};
use crate::chart::bar::{self, Bar};
use crate::chart::scale::Scale;
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, Look, Words};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::report::{self, Card, Chart, Figures, Freshness};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// The levels in their order, as the Data API spells them; the last takes what is none of the others.
const LEVELS: [&str; 9] = [
    "none",
    "primary",
    "junior_secondary",
    "secondary",
    "associates",
    "bachelors",
    "masters",
    "doctorate",
    "other",
];
const SCHOOL: [&str; 4] = ["none", "primary", "junior_secondary", "secondary"];
const COLLEGE: [&str; 2] = ["associates", "bachelors"];
const ADVANCED: [&str; 2] = ["masters", "doctorate"];

/// Learners by level.
#[derive(Debug, PartialEq)]
struct Education {
    counts: [i64; LEVELS.len()],
    unknown: i64,
}

impl Education {
    fn of(records: &[EnrollmentByEducation]) -> Self {
        let mut education = Self { counts: [0; LEVELS.len()], unknown: 0 };
        for record in records {
            let place = match record.education_level.as_deref() {
                None | Some("") => &mut education.unknown,
                Some(level) => &mut education.counts[place_of(level)],
            };
            *place = place.saturating_add(record.count.unwrap_or(0).max(0));
        }
        education
    }

    fn known(&self) -> i64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn total(&self) -> i64 {
        self.known().saturating_add(self.unknown)
    }

    fn share_of(&self, levels: &[&str]) -> Option<f64> {
        let sum = levels
            .iter()
            .fold(0_i64, |sum, level| sum.saturating_add(self.counts[place_of(level)]));
        share(sum, self.known())
    }

    /// Those whom no other card counts, of all learners.
    fn rest(&self) -> Option<f64> {
        share(self.counts[place_of("other")].saturating_add(self.unknown), self.total())
    }
}

fn place_of(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len() - 1)
}

fn level_name(texts: &Texts, index: usize) -> String {
    texts.say(&format!("education-level-{}", LEVELS[index].replace('_', "-")))
}

/// The page.
///
/// # Errors
/// None but those of rendering.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let records = visit.ask().education(access);
    report::page(visit, access, Place::Education, records, figures).await
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    records: Arc<Vec<EnrollmentByEducation>>,
) -> Section<Figures> {
    let texts = visit.texts();
    let first = records.first().ok_or(Trouble::Empty)?;
    let education = Education::of(&records);
    Ok(Figures {
        summary: summary(texts, &education),
        freshness: Freshness {
            through: Some(first.date),
            created: first.created,
            line: "updated-demographics",
        },
        ranges: Vec::new(),
        cards: cards(texts, &education),
        charts: vec![Chart {
            drawing: chart(texts, &education),
            help: "education-chart",
            note: known_note(texts, education.known(), education.total()),
            choices: Vec::new(),
        }],
        table: table(texts, &education),
        csv: format!("{}csv/enrollment/demographics/education/", course.url),
        remark: Some(texts.say("self-reported")),
    })
}

fn summary(texts: &Texts, education: &Education) -> String {
    let degrees: Vec<&str> = COLLEGE.into_iter().chain(ADVANCED).collect();
    match education.share_of(&degrees) {
        Some(share) => texts.say_with(
            "education-summary",
            &[("share", texts.card_percent(share).into()), ("known", education.known().into())],
        ),
        None => texts.say("education-summary-unknown"),
    }
}

fn cards(texts: &Texts, education: &Education) -> Vec<Card> {
    let card = |help, share: Option<f64>, base| {
        Card::new(texts, help, share.map(|value| texts.card_percent(value))).note(texts.say(base))
    };
    vec![
        card("education-school", education.share_of(&SCHOOL), "base-known-education"),
        card("education-college", education.share_of(&COLLEGE), "base-known-education"),
        card("education-advanced", education.share_of(&ADVANCED), "base-known-education"),
        card("education-rest", education.rest(), "base-all"),
    ]
}

fn chart(texts: &Texts, education: &Education) -> Drawing {
    let bars: Vec<Bar> = (0..LEVELS.len())
        .map(|index| {
            let name = level_name(texts, index);
            let share = share(education.counts[index], education.known()).unwrap_or(0.0);
            let exact = texts.percent(share);
            Bar {
                tip: format!(
                    "{}: {name}\n{}: {exact}",
                    texts.say("nav-education"),
                    texts.say("axis-percent")
                ),
                label: name,
                value: share * 100.0,
                exact,
                look: Look::FIRST,
            }
        })
        .collect();
    let largest = bars.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    let (name, share) = largest
        .map_or((String::new(), String::new()), |bar| (bar.label.clone(), bar.exact.clone()));
    let words = Words {
        t: texts,
        id: "education",
        title: texts.say("term-education-chart"),
        description: texts
            .say_with("education-chart-about", &[("level", name.into()), ("share", share.into())]),
        x: texts.say("nav-education"),
        y: texts.say("axis-percent-known"),
    };
    let top = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    bar::lying(&words, &Scale::percent(top), &bars)
}

fn table(texts: &Texts, education: &Education) -> Table {
    let known = education.known();
    let mut rows: Vec<Vec<Cell>> = (0..LEVELS.len())
        .map(|index| {
            let count = education.counts[index];
            vec![
                Cell::text(level_name(texts, index), Key::Number(index as f64)),
                Cell::number(texts, count),
                Cell::share(texts, share(count, known).unwrap_or(0.0)),
            ]
        })
        .collect();
    rows.push(vec![
        Cell::text(texts.say("unknown"), Key::Nothing),
        Cell::number(texts, education.unknown),
        Cell::text("–", Key::Nothing),
    ]);
    Table {
        id: "data",
        title: texts.say("education-table"),
        columns: vec![
            Column::words("level", texts.say("column-education")),
            Column::figures("count", texts.say("column-learners")),
            Column::figures("percent", texts.say("column-percent-known")),
        ],
        rows,
        footer: Some(vec![texts.say("total"), texts.number(education.total()), String::new()]),
        order: ("count", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn education(pairs: &[(Option<&str>, i64)]) -> Education {
        let record = |&(level, count): &(Option<&str>, i64)| EnrollmentByEducation {
            course_id: "a/b/c".to_owned(),
            date: "2024-01-01".parse().unwrap(),
            education_level: level.map(str::to_owned),
            count: Some(count),
            created: None,
        };
        Education::of(&pairs.iter().map(record).collect::<Vec<_>>())
    }

    #[test]
    fn none_is_in_the_first_group_and_the_groups_leave_other() {
        let education = education(&[
            (Some("none"), 1),
            (Some("secondary"), 1),
            (Some("bachelors"), 1),
            (Some("doctorate"), 1),
            (Some("other"), 1),
            (None, 5),
        ]);
        let shares = [&SCHOOL[..], &COLLEGE, &ADVANCED].map(|levels| education.share_of(levels));
        assert_eq!(shares, [Some(0.4), Some(0.2), Some(0.2)]);
        assert_eq!(education.rest(), Some(0.6));
    }

    #[test]
    fn a_level_nobody_knows_is_other() {
        let education = education(&[(Some("wizardry"), 3), (Some(""), 2)]);
        assert_eq!((education.counts[8], education.unknown), (3, 2));
        assert_eq!(education.share_of(&SCHOOL), Some(0.0));
    }
}

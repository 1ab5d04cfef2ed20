//! The course index: all courses with their figures, searched, filtered, sorted, paged (spec 60 §2.2).

mod csv;
mod filter;

pub use csv::csv;

use std::sync::Arc;

use api_client::{CourseSummary, Program};
use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use self::filter::Filter;
use super::Frame;
use super::filters::{Chip, Group};
use super::report::{Card, Missing};
use crate::chart::Drawing;
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::course_access::CourseListAccess;
use crate::course_id::CourseId;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::Section;
use crate::upstream::data_api::OwnSummaries;

/// Courses on a page.
const PAGE_SIZE: usize = 100;

#[derive(Template)]
#[template(path = "catalog.html")]
struct Index<'a> {
    frame: Frame<'a>,
    search: String,
    listing: Result<Listing, Missing>,
}

/// The index with something to show.
struct Listing {
    cards: Vec<Card>,
    groups: Vec<Group>,
    chips: Vec<Chip>,
    clear: String,
    count: String,
    results: usize,
    table: Drawing,
    results_csv: Option<String>,
    updated: Option<String>,
    programs_missing: bool,
}

/// The page.
///
/// # Errors
/// None but those of rendering: a missing answer is part of the page.
pub async fn page(visit: &Visit, access: &CourseListAccess) -> Result<Response, PageError> {
    let (summaries, programs) = answers(visit, access).await;
    let listing = summaries
        .map(|summaries| listing(visit, &sorted(visit.texts(), &summaries), programs))
        .map_err(|trouble| Missing::new(visit, trouble));
    let frame = Frame::new(visit, visit.texts().say("catalog-title"), "/help/courses/".to_owned());
    let search = visit.query.get("search").unwrap_or_default().to_owned();
    reply::page(visit, StatusCode::OK, &Index { frame, search, listing })
}

/// The courses and their programs, asked for at the same time.
pub async fn answers(
    visit: &Visit,
    access: &CourseListAccess,
) -> (Section<OwnSummaries>, Section<Arc<Vec<Program>>>) {
    let ask = visit.ask();
    tokio::join!(ask.summaries(access), ask.programs(access))
}

/// By title, those without one last.
fn sorted<'a>(texts: &Texts, summaries: &'a OwnSummaries) -> Vec<&'a CourseSummary> {
    let mut rows: Vec<&CourseSummary> = summaries.iter().collect();
    rows.sort_by(|a, b| {
        let by_title = match (title(a), title(b)) {
            (Some(a), Some(b)) => texts.compare(a, b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        by_title.then_with(|| a.course_id.cmp(&b.course_id))
    });
    rows
}

/// The title; none where the catalogue has none.
fn title(row: &CourseSummary) -> Option<&str> {
    row.catalog_course_title.as_deref().map(str::trim).filter(|title| !title.is_empty())
}

fn listing(
    visit: &Visit,
    summaries: &[&CourseSummary],
    programs: Section<Arc<Vec<Program>>>,
) -> Listing {
    let texts = visit.texts();
    let programs_missing = programs.is_err();
    let programs = programs.unwrap_or_default();
    let filter = Filter::of(&visit.query);
    let rows: Vec<&CourseSummary> =
        summaries.iter().copied().filter(|row| filter.takes(row, &programs)).collect();
    let created = summaries.first().and_then(|row| row.created);
    Listing {
        cards: cards(texts, &rows),
        groups: if visit.live.features.enable_course_filters {
            filter::groups(texts, &visit.query, summaries, &programs)
        } else {
            Vec::new()
        },
        chips: filter::chips(texts, visit, &programs),
        clear: filter.cleared(visit),
        count: texts.say_with("catalog-results", &[("count", rows.len().into())]),
        results: rows.len(),
        table: table(texts, &rows).draw(texts, &visit.query),
        results_csv: filter
            .narrows()
            .then(|| format!("/courses/csv/course_list/{}", visit.query.link())),
        updated: created
            .map(|at| texts.say_with("updated-summaries", &[("moment", texts.moment(at).into())])),
        programs_missing,
    }
}

/// A figure of all courses together.
pub fn sum(rows: &[&CourseSummary], of: fn(&CourseSummary) -> i64) -> i64 {
    rows.iter().fold(0, |sum, row| sum.saturating_add(of(row)))
}

fn cards(texts: &Texts, rows: &[&CourseSummary]) -> Vec<Card> {
    let sum = |of| sum(rows, of);
    let card = |help, value: String| Card::new(texts, help, Some(value));
    vec![
        card("all-total-enrollment", texts.number(sum(|row| row.cumulative_count))),
        card("all-current-enrollment", texts.number(sum(|row| row.count))),
        card("all-change-last-week", texts.change(sum(|row| row.count_change_7_days))),
        card(
            "all-verified-enrollment",
            texts.number(sum(|row| row.enrollment_modes.verified.count)),
        ),
        card("all-masters-enrollment", texts.number(sum(|row| row.enrollment_modes.masters.count))),
    ]
}

fn table(texts: &Texts, rows: &[&CourseSummary]) -> Table {
    let passing = rows.iter().any(|row| row.passing_users.is_some());
    let mut columns = vec![
        Column::words("name", texts.say("column-course")),
        Column::words("start_date", texts.say("column-start")),
        Column::words("end_date", texts.say("column-end")),
        Column::figures("cumulative_count", texts.say("term-total-enrollment")),
        Column::figures("count", texts.say("term-current-enrollment")),
        Column::figures("count_change_7_days", texts.say("column-change")),
        Column::figures("verified_enrollment", texts.say("term-verified-enrollment")),
    ];
    if passing {
        columns.push(Column::figures("passing_users", texts.say("term-passing-learners")));
    }
    Table {
        id: "results",
        title: texts.say("catalog-table"),
        columns,
        rows: rows.iter().map(|row| cells(texts, row, passing)).collect(),
        footer: None,
        order: ("name", Order::Ascending),
        page_size: Some(PAGE_SIZE),
    }
}

fn cells(texts: &Texts, row: &CourseSummary, passing: bool) -> Vec<Cell> {
    let change = row.count_change_7_days;
    let mut cells = vec![
        name(row),
        day(texts, row.start_date),
        day(texts, row.end_date),
        Cell::number(texts, row.cumulative_count),
        Cell::number(texts, row.count),
        Cell::text(texts.change(change), Key::Number(change as f64)),
        Cell::number(texts, row.enrollment_modes.verified.count),
    ];
    if passing {
        cells.push(
            row.passing_users
                .map_or_else(|| Cell::text("–", Key::Nothing), |value| Cell::number(texts, value)),
        );
    }
    cells
}

/// Title over id; a key that this site cannot address is shown without a link.
fn name(row: &CourseSummary) -> Cell {
    let (text, key) = match title(row) {
        Some(title) => (title.to_owned(), Key::Text(title.to_owned())),
        None => (row.course_id.clone(), Key::Nothing),
    };
    let mut cell = Cell::text(text, key);
    cell.below = title(row).map(|_| row.course_id.clone());
    cell.link = row.course_id.parse::<CourseId>().ok().map(|id| id.url());
    cell
}

fn day(texts: &Texts, at: Option<chrono::NaiveDateTime>) -> Cell {
    match at {
        Some(at) => Cell { text: texts.short_date(at.date()), ..Cell::day(texts, at.date()) },
        None => Cell { aloud: Some(texts.say("no-date")), ..Cell::text("--", Key::Nothing) },
    }
}

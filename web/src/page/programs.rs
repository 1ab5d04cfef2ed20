//! Programs: what the courses of each add up to (spec 60 §2.2).

use api_client::{CourseSummary, Program};
use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::report::Missing;
use super::{Frame, Link, catalog};
use crate::chart::Drawing;
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::course_access::CourseListAccess;
use crate::error::PageError;
use crate::query::Query;
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::Trouble;

#[derive(Template)]
#[template(path = "programs.html")]
struct Page<'a> {
    frame: Frame<'a>,
    table: Result<(String, Drawing), Missing>,
    updated: Option<String>,
}

/// The page: the programs of which the reader may see a course, with the sums over those courses.
///
/// # Errors
/// Programs are switched off. A missing answer is part of the page.
pub async fn page(visit: &Visit, access: &CourseListAccess) -> Result<Response, PageError> {
    if !visit.live.features.enable_course_filters {
        return Err(PageError::NotFound);
    }
    let (summaries, programs) = catalog::answers(visit, access).await;
    let texts = visit.texts();
    let found = summaries.and_then(|summaries| Ok((summaries, programs?)));
    let created = found.as_ref().ok().and_then(|(summaries, _)| summaries.iter().next()?.created);
    let table = found.and_then(|(summaries, programs)| {
        let rows = rows(texts, &programs, &summaries.iter().collect::<Vec<_>>());
        if rows.is_empty() { Err(Trouble::Empty) } else { Ok(table(texts, rows)) }
    });
    let table = table.map(|table| (table.title.clone(), table.draw(texts, &visit.query)));
    let mut frame = Frame::new(visit, texts.say("programs"), "/help/courses/".to_owned());
    let url = "/courses/".to_owned();
    frame.crumbs = vec![Link { url, text: texts.say("nav-courses"), icon: "", current: false }];
    let page = Page {
        table: table.map_err(|trouble| missing(visit, trouble)),
        updated: created.map(|at| texts.say_of("updated-summaries", "moment", &texts.moment(at))),
        frame,
    };
    reply::page(visit, StatusCode::OK, &page)
}

fn missing(visit: &Visit, trouble: Trouble) -> Missing {
    match trouble {
        Trouble::Empty => Missing::nothing(visit.texts(), "programs"),
        trouble => Missing::new(visit, trouble),
    }
}

fn rows(texts: &Texts, programs: &[Program], summaries: &[&CourseSummary]) -> Vec<Vec<Cell>> {
    let row = |program: &Program| {
        let own = |row: &&&CourseSummary| program.course_ids.contains(&row.course_id);
        let courses: Vec<&CourseSummary> = summaries.iter().filter(own).copied().collect();
        (!courses.is_empty()).then(|| cells(texts, program, &courses))
    };
    programs.iter().filter_map(row).collect()
}

fn cells(texts: &Texts, program: &Program, courses: &[&CourseSummary]) -> Vec<Cell> {
    let sum = |of| catalog::sum(courses, of);
    let change = sum(|row| row.count_change_7_days);
    let title = program.program_title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let title = title.unwrap_or(&program.program_id);
    let mut name = Cell::text(title, Key::Text(title.to_owned()));
    name.link =
        Some(format!("/courses/{}", Query::default().with("program", &program.program_id).link()));
    name.below = program.program_type.clone();
    vec![
        name,
        Cell::number(texts, courses.len() as i64),
        Cell::number(texts, sum(|row| row.cumulative_count)),
        Cell::number(texts, sum(|row| row.count)),
        Cell::text(texts.change(change), Key::Number(change as f64)),
        Cell::number(texts, sum(|row| row.enrollment_modes.verified.count)),
    ]
}

fn table(texts: &Texts, rows: Vec<Vec<Cell>>) -> Table {
    Table {
        id: "results",
        title: texts.say("programs-table"),
        columns: vec![
            Column::words("name", texts.say("column-program")),
            Column::figures("courses", texts.say("column-courses")),
            Column::figures("cumulative_count", texts.say("term-total-enrollment")),
            Column::figures("count", texts.say("term-current-enrollment")),
            Column::figures("count_change_7_days", texts.say("column-change")),
            Column::figures("verified_enrollment", texts.say("term-verified-enrollment")),
        ],
        rows,
        footer: None,
        order: ("name", Order::Ascending),
        page_size: None,
    }
}

//! The course list as CSV, built here from the summaries (spec 60 §2.15).

use api_client::{CourseSummary, ModeCounts, Program};
use chrono::SecondsFormat;
use warp::reply::Response;

use super::filter::Filter;
use super::{answers, sorted};
use crate::course_access::CourseListAccess;
use crate::error::PageError;
use crate::site::Visit;
use crate::{download, format, reply};

/// A column: its name and its cell for a course.
type Column<'a> = (String, Box<dyn Fn(&CourseSummary) -> String + 'a>);

/// The whole list, or what the address filters it down to. No course is 404.
///
/// # Errors
/// The Data API has no summaries, or cannot be asked.
pub async fn csv(visit: &Visit, access: &CourseListAccess) -> Result<Response, PageError> {
    let (summaries, programs) = answers(visit, access).await;
    let summaries = summaries.map_err(PageError::Upstream)?;
    let programs = programs.map_err(PageError::Upstream)?;
    let filter = Filter::of(&visit.query);
    let rows: Vec<&CourseSummary> = sorted(visit.texts(), &summaries)
        .into_iter()
        .filter(|row| filter.takes(row, &programs))
        .collect();
    let body = written(&rows, &programs)?;
    let name = format!("{}--course-list.csv", visit.now.to_rfc3339_opts(SecondsFormat::Secs, true));
    Ok(reply::csv(&name, download::with_mark(visit, body)))
}

fn written(rows: &[&CourseSummary], programs: &[Program]) -> Result<String, PageError> {
    let passing = rows.iter().any(|row| row.passing_users.is_some());
    let columns = columns(passing, programs);
    let heading = columns.iter().map(|(name, _)| name.clone()).collect();
    let rows = rows.iter().map(|row| columns.iter().map(|(_, cell)| cell(row)).collect());
    download::written(std::iter::once(heading).chain(rows))
}

/// An enrollment mode's figures in a summary.
type Counts = fn(&CourseSummary) -> &ModeCounts;
/// One of those figures.
type Figure = fn(&ModeCounts) -> i64;

/// All columns, by name.
fn columns(passing: bool, programs: &[Program]) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> = vec![
        column("availability", |row| text(&row.availability)),
        column("catalog_course", |row| name(&row.catalog_course)),
        column("catalog_course_title", |row| name(&row.catalog_course_title)),
        column("count", |row| row.count.to_string()),
        column("count_change_7_days", |row| row.count_change_7_days.to_string()),
        column("course_id", |row| row.course_id.clone()),
        column("cumulative_count", |row| row.cumulative_count.to_string()),
        column("end_date", |row| moment(row.end_date)),
        column("pacing_type", |row| text(&row.pacing_type)),
        column("start_date", |row| moment(row.start_date)),
    ];
    columns.extend(mode_columns(passing));
    if passing {
        columns.push(column("passing_users", |row| row.passing_users.unwrap_or(0).to_string()));
    }
    columns.extend(program_columns(programs));
    columns.sort_by(|a, b| a.0.cmp(&b.0));
    columns
}

fn mode_columns(passing: bool) -> Vec<Column<'static>> {
    let modes: [(&str, Counts); 6] = [
        ("audit", |row| &row.enrollment_modes.audit),
        ("credit", |row| &row.enrollment_modes.credit),
        ("honor", |row| &row.enrollment_modes.honor),
        ("masters", |row| &row.enrollment_modes.masters),
        ("professional", |row| &row.enrollment_modes.professional),
        ("verified", |row| &row.enrollment_modes.verified),
    ];
    let mut figures: Vec<(&str, Figure)> =
        vec![("count", |mode| mode.count), ("cumulative_count", |mode| mode.cumulative_count)];
    if passing {
        figures.push(("passing_users", |mode| mode.passing_users.unwrap_or(0)));
    }
    let mut columns = Vec::new();
    for (mode, counts) in modes {
        for &(figure, of) in &figures {
            let name = format!("enrollment_modes.{mode}.{figure}");
            columns.push(column(&name, move |row| of(counts(row)).to_string()));
        }
    }
    columns
}

/// Only where there are programs at all.
fn program_columns(programs: &[Program]) -> Vec<Column<'_>> {
    if programs.is_empty() {
        return Vec::new();
    }
    let joined = |of: fn(&Program) -> String| {
        move |row: &CourseSummary| {
            let own = programs.iter().filter(|program| program.course_ids.contains(&row.course_id));
            own.map(of).collect::<Vec<_>>().join(" | ")
        }
    };
    vec![
        column("program_ids", joined(|program| program.program_id.clone())),
        column("program_titles", joined(|program| name(&program.program_title))),
    ]
}

fn column<'a>(name: &str, cell: impl Fn(&CourseSummary) -> String + 'a) -> Column<'a> {
    (name.to_owned(), Box::new(cell))
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

fn name(value: &Option<String>) -> String {
    format::no_formula(value.as_deref().unwrap_or_default())
}

fn moment(at: Option<chrono::NaiveDateTime>) -> String {
    at.map_or_else(String::new, |at| at.format("%Y-%m-%dT%H%M%S").to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn formulas_in_names_become_text() {
        let said = ["=1+1", "-x", "Plain", ""].map(|text| name(&Some(text.to_owned())));
        assert_eq!(said, ["'=1+1", "'-x", "Plain", ""]);
        assert_eq!(name(&None), "");
    }

    #[test]
    fn columns_stand_by_alphabet_and_appear_when_there_is_data() {
        let names = |passing, programs: Vec<Program>| {
            let columns = columns(passing, &programs);
            columns.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
        };
        insta::assert_snapshot!(names(false, Vec::new()), @"availability catalog_course catalog_course_title count count_change_7_days course_id cumulative_count end_date enrollment_modes.audit.count enrollment_modes.audit.cumulative_count enrollment_modes.credit.count enrollment_modes.credit.cumulative_count enrollment_modes.honor.count enrollment_modes.honor.cumulative_count enrollment_modes.masters.count enrollment_modes.masters.cumulative_count enrollment_modes.professional.count enrollment_modes.professional.cumulative_count enrollment_modes.verified.count enrollment_modes.verified.cumulative_count pacing_type start_date");
        let program = Program {
            program_id: "p".to_owned(),
            program_type: None,
            program_title: None,
            course_ids: Vec::new(),
            created: None,
        };
        let all = names(true, vec![program]);
        assert!(all.contains("passing_users program_ids program_titles start_date"), "{all}");
        assert!(all.contains("enrollment_modes.audit.passing_users"), "{all}");
    }
}

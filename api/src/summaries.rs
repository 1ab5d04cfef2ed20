//! Course summaries: one element a course, made of its rows by mode (spec 50 §8.5).

use std::collections::BTreeMap;

use api_client::{CourseSummary, EnrollmentModes, ModeCounts, Version};
use chrono::NaiveDate;
use store::{Summaries, SummaryFilter, SummaryRow};
use warp::reply::Response;

use crate::catalog::Asking;
use crate::description::Parameter;
use crate::error::Error;
use crate::parameters::parse_day;
use crate::resource::Call;
use crate::service::Service;

/// What summaries can be asked, besides their courses and fields.
pub(crate) fn parameters() -> Vec<Parameter> {
    vec![
        Parameter::new("programs", "the programs of each course, too").one_of(["true"]),
        Parameter::new("recent_date", "a past day, as 2014-01-31, to compare enrollment with"),
    ]
}

pub(crate) async fn answer(
    service: &Service,
    version: Version,
    asking: &Asking,
    call: &Call,
) -> Result<Response, Error> {
    let selection = asking.selection();
    let course_ids = asking.course_ids()?;
    let recent = recent_day(asking, service.today())?;
    let filter = SummaryFilter {
        course_ids,
        programs: asking.flag("programs") && selection.keeps("programs"),
        recent: recent.filter(|_| selection.keeps("recent_count_change")),
    };
    let found = find(service, version, &filter, call).await?;
    call.selected(&summarise(found, &filter), &selection)
}

/// The rows of the courses that the caller's token may read.
pub(crate) async fn find(
    service: &Service,
    version: Version,
    filter: &SummaryFilter,
    call: &Call,
) -> Result<Summaries, Error> {
    let mut found = service.store(version).summaries(filter).await?;
    found.rows.retain(|row| call.admits(&row.course_id));
    Ok(found)
}

/// The past day that `recent_date` names. Its complaints are those that callers know (Q34).
fn recent_day(asking: &Asking, today: NaiveDate) -> Result<Option<NaiveDate>, Error> {
    let Some(text) = asking.first("recent_date") else { return Ok(None) };
    let no_date =
        || Error::RecentDate(format!("time data '{text}' does not match format '%Y-%m-%d'"));
    let day = parse_day(&text).ok_or_else(no_date)?;
    if day >= today {
        return Err(Error::RecentDate(format!("\"{day} 00:00:00\" is not in the past")));
    }
    Ok(Some(day))
}

/// The courses, ascending.
pub(crate) fn summarise(found: Summaries, filter: &SummaryFilter) -> Vec<CourseSummary> {
    let mut courses: BTreeMap<String, CourseSummary> = BTreeMap::new();
    for row in found.rows {
        let course =
            courses.entry(row.course_id.clone()).or_insert_with(|| empty(&row.course_id, filter));
        add(course, row);
    }
    for (course_id, program_id) in found.programs {
        let programs = courses.get_mut(&course_id).and_then(|course| course.programs.as_mut());
        if let Some(programs) = programs {
            programs.push(program_id);
        }
    }
    if filter.recent.is_some() {
        let recent: BTreeMap<String, Option<i64>> = found.recent.into_iter().collect();
        for course in courses.values_mut() {
            let then = recent.get(&course.course_id).copied().flatten().unwrap_or(0);
            course.recent_count_change = Some(course.count - then);
        }
    }
    courses.into_values().collect()
}

fn empty(course_id: &str, filter: &SummaryFilter) -> CourseSummary {
    CourseSummary {
        created: None,
        course_id: course_id.to_owned(),
        catalog_course_title: None,
        catalog_course: None,
        start_date: None,
        end_date: None,
        pacing_type: None,
        availability: None,
        count: 0,
        cumulative_count: 0,
        count_change_7_days: 0,
        recent_count_change: None,
        passing_users: Some(0),
        enrollment_modes: EnrollmentModes::default(),
        programs: filter.programs.then(Vec::new),
    }
}

/// Adds a mode: its counts to the sums (unknown ones as 0, Q06), its catalogue entry in place of the
/// one before.
fn add(course: &mut CourseSummary, row: SummaryRow) {
    let counts = ModeCounts {
        count: row.count.unwrap_or(0),
        cumulative_count: row.cumulative_count.unwrap_or(0),
        count_change_7_days: row.count_change_7_days.unwrap_or(0),
        passing_users: Some(row.passing_users.unwrap_or(0)),
    };
    course.created = course.created.max(row.created);
    course.catalog_course_title = row.catalog_course_title;
    course.catalog_course = row.catalog_course;
    course.start_date = row.start_time;
    course.end_date = row.end_time;
    course.pacing_type = row.pacing_type;
    course.availability = row.availability.map(known_availability);
    course.count += counts.count;
    course.cumulative_count += counts.cumulative_count;
    course.count_change_7_days += counts.count_change_7_days;
    course.passing_users = sum(course.passing_users, counts.passing_users);
    add_counts(mode(&mut course.enrollment_modes, row.enrollment_mode), counts);
}

fn add_counts(mode: &mut ModeCounts, counts: ModeCounts) {
    mode.count += counts.count;
    mode.cumulative_count += counts.cumulative_count;
    mode.count_change_7_days += counts.count_change_7_days;
    mode.passing_users = sum(mode.passing_users, counts.passing_users);
}

fn mode(modes: &mut EnrollmentModes, name: String) -> &mut ModeCounts {
    match name.as_str() {
        "audit" => &mut modes.audit,
        "credit" => &mut modes.credit,
        "honor" => &mut modes.honor,
        "professional" | "no-id-professional" => &mut modes.professional,
        "verified" => &mut modes.verified,
        "masters" => &mut modes.masters,
        _ => modes.other.entry(name).or_default(),
    }
}

fn sum(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    Some(a.unwrap_or(0) + b.unwrap_or(0))
}

fn known_availability(stored: String) -> String {
    if stored == "Starting Soon" { "Upcoming".to_owned() } else { stored }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::parameters::Parameters;

    fn row(course_id: &str, mode: &str, count: Option<i64>) -> SummaryRow {
        SummaryRow {
            course_id: course_id.to_owned(),
            catalog_course_title: Some(format!("title of {mode}")),
            catalog_course: None,
            start_time: None,
            end_time: None,
            pacing_type: None,
            availability: Some("Starting Soon".to_owned()),
            enrollment_mode: mode.to_owned(),
            count,
            cumulative_count: count,
            count_change_7_days: count,
            passing_users: None,
            created: None,
        }
    }

    fn filter(programs: bool, recent: Option<&str>) -> SummaryFilter {
        SummaryFilter { course_ids: None, programs, recent: recent.map(|day| day.parse().unwrap()) }
    }

    #[test]
    fn modes_are_summed_and_the_last_row_names_the_course() {
        let rows = vec![
            row("b", "audit", Some(1)),
            row("a", "professional", Some(2)),
            row("a", "no-id-professional", Some(3)),
            row("a", "badge", None),
        ];
        let found = Summaries { rows, ..Summaries::default() };
        let courses = summarise(found, &filter(false, None));
        assert_eq!(
            courses.iter().map(|course| course.course_id.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        let a = &courses[0];
        assert_eq!((a.count, a.enrollment_modes.professional.count), (5, 5));
        assert_eq!(a.enrollment_modes.other["badge"], ModeCounts::default());
        assert_eq!(a.catalog_course_title.as_deref(), Some("title of badge"));
        assert_eq!((a.availability.as_deref(), a.passing_users), (Some("Upcoming"), Some(0)));
        assert_eq!((a.programs.as_ref(), a.recent_count_change), (None, None));
    }

    #[test]
    fn programs_and_the_recent_day_stand_beside_the_rows() {
        let found = Summaries {
            rows: vec![row("a", "audit", Some(7)), row("b", "audit", Some(7))],
            programs: vec![("a".to_owned(), "p1".to_owned()), ("z".to_owned(), "p1".to_owned())],
            recent: vec![("a".to_owned(), Some(5))],
        };
        let courses = summarise(found, &filter(true, Some("2014-01-01")));
        assert_eq!(courses[0].programs.as_deref(), Some(&["p1".to_owned()][..]));
        assert_eq!(courses[1].programs.as_deref(), Some(&[][..]));
        assert_eq!(courses[0].recent_count_change, Some(2));
        assert_eq!(courses[1].recent_count_change, Some(7));
    }

    #[test]
    fn a_recent_day_must_be_a_past_day() {
        let asked = |text: &str| {
            let asking = Asking::Query(Parameters::parse(&format!("recent_date={text}")));
            recent_day(&asking, "2018-06-15".parse().unwrap()).map_err(|error| format!("{error:?}"))
        };
        assert_eq!(asked("2018-06-14").unwrap(), Some("2018-06-14".parse().unwrap()));
        assert_eq!(asked("").unwrap(), None);
        assert!(
            asked("2018-6-15")
                .unwrap_err()
                .contains(r#"\"2018-06-15 00:00:00\" is not in the past"#)
        );
        assert!(
            asked("soon")
                .unwrap_err()
                .contains("time data 'soon' does not match format '%Y-%m-%d'")
        );
    }
}

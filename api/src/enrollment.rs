//! Who is enrolled in a course: by day, and by mode, gender, education, year of birth and country
//! (spec 50 §7.4 to §7.9).

use std::collections::BTreeMap;

use api_client::{
    Breakdown, EnrollmentByBirthYear, EnrollmentByEducation, EnrollmentByGender,
    EnrollmentByLocation, EnrollmentByMode, EnrollmentDay,
};
use chrono::{NaiveDate, NaiveDateTime};
use store::{Dates, DayRow, Grouping, Store};
use warp::reply::Response;

use crate::countries::country;
use crate::description::Answer;
use crate::error::Error;
use crate::resource::Call;

/// What each resource answers, for its readers.
pub(crate) fn described(breakdown: Breakdown) -> (&'static str, Answer) {
    match breakdown {
        Breakdown::Daily => ("enrolled learners by day", Answer::list::<EnrollmentDay>()),
        Breakdown::Mode => {
            ("enrolled learners by day and mode", Answer::list::<EnrollmentByMode>())
        }
        Breakdown::Gender => {
            ("enrolled learners by day and gender", Answer::list::<EnrollmentByGender>())
        }
        Breakdown::Education => {
            ("enrolled learners by level of education", Answer::list::<EnrollmentByEducation>())
        }
        Breakdown::BirthYear => {
            ("enrolled learners by year of birth", Answer::list::<EnrollmentByBirthYear>())
        }
        Breakdown::Location => {
            ("enrolled learners by country", Answer::list::<EnrollmentByLocation>())
        }
    }
}

pub(crate) async fn answer(
    store: &Store,
    course_id: &str,
    breakdown: Breakdown,
    dates: Dates,
    call: &Call,
) -> Result<Response, Error> {
    match breakdown {
        Breakdown::Daily => call.listed(&daily(store, course_id, dates).await?),
        Breakdown::Mode => {
            let rows = store.enrollment_by(Grouping::Mode, course_id, dates).await?;
            call.listed(&by_mode(course_id, rows))
        }
        Breakdown::Gender => {
            let rows = store.enrollment_by(Grouping::Gender, course_id, dates).await?;
            call.listed(&by_gender(course_id, rows))
        }
        Breakdown::Education => call.listed(&by_education(store, course_id, dates).await?),
        Breakdown::BirthYear => call.listed(&by_birth_year(store, course_id, dates).await?),
        Breakdown::Location => {
            let rows = store.enrollment_by(Grouping::Location, course_id, dates).await?;
            call.listed(&by_location(course_id, rows))
        }
    }
}

async fn daily(store: &Store, course_id: &str, dates: Dates) -> Result<Vec<EnrollmentDay>, Error> {
    let rows = store.enrollment(course_id, dates).await?;
    let day = |row: DayRow<()>| EnrollmentDay {
        course_id: course_id.to_owned(),
        date: row.date,
        count: row.count,
        created: row.created,
    };
    Ok(rows.into_iter().map(day).collect())
}

async fn by_education(
    store: &Store,
    course_id: &str,
    dates: Dates,
) -> Result<Vec<EnrollmentByEducation>, Error> {
    let rows = store.enrollment_by(Grouping::Education, course_id, dates).await?;
    let level = |row: DayRow<Option<String>>| EnrollmentByEducation {
        course_id: course_id.to_owned(),
        date: row.date,
        education_level: row.group,
        count: row.count,
        created: row.created,
    };
    Ok(rows.into_iter().map(level).collect())
}

async fn by_birth_year(
    store: &Store,
    course_id: &str,
    dates: Dates,
) -> Result<Vec<EnrollmentByBirthYear>, Error> {
    let rows = store.enrollment_by_birth_year(course_id, dates).await?;
    let year = |row: DayRow<Option<i64>>| EnrollmentByBirthYear {
        course_id: course_id.to_owned(),
        date: row.date,
        birth_year: row.group,
        count: row.count,
        created: row.created,
    };
    Ok(rows.into_iter().map(year).collect())
}

/// One element a day; unknown counts are 0 (Q06), and the same mode twice counts twice (Q44).
fn by_mode(course_id: &str, rows: Vec<DayRow<Option<String>>>) -> Vec<EnrollmentByMode> {
    let mut days: BTreeMap<NaiveDate, EnrollmentByMode> = BTreeMap::new();
    for row in rows {
        let day = days.entry(row.date).or_insert_with(|| no_modes(course_id, row.date));
        let count = row.count.unwrap_or(0);
        day.count += count;
        day.cumulative_count += row.cumulative_count.unwrap_or(0);
        day.created = newest(day.created, row.created);
        match row.group.as_deref() {
            Some("audit") => day.audit += count,
            Some("credit") => day.credit += count,
            Some("honor") => day.honor += count,
            Some("professional" | "no-id-professional") => day.professional += count,
            Some("verified") => day.verified += count,
            Some("masters") => day.masters += count,
            _ => {}
        }
    }
    days.into_values().collect()
}

fn no_modes(course_id: &str, date: NaiveDate) -> EnrollmentByMode {
    EnrollmentByMode {
        course_id: course_id.to_owned(),
        date,
        count: 0,
        cumulative_count: 0,
        created: None,
        audit: 0,
        credit: 0,
        honor: 0,
        professional: 0,
        verified: 0,
        masters: 0,
    }
}

/// One element a day.
fn by_gender(course_id: &str, rows: Vec<DayRow<Option<String>>>) -> Vec<EnrollmentByGender> {
    let mut days: BTreeMap<NaiveDate, EnrollmentByGender> = BTreeMap::new();
    for row in rows {
        let day = days.entry(row.date).or_insert_with(|| no_genders(course_id, row.date));
        let count = row.count.unwrap_or(0);
        day.created = newest(day.created, row.created);
        match row.group.as_deref() {
            Some("f") => day.female += count,
            Some("m") => day.male += count,
            Some("o") => day.other += count,
            _ => day.unknown += count,
        }
    }
    days.into_values().collect()
}

fn no_genders(course_id: &str, date: NaiveDate) -> EnrollmentByGender {
    EnrollmentByGender {
        course_id: course_id.to_owned(),
        date,
        female: 0,
        male: 0,
        other: 0,
        unknown: 0,
        created: None,
    }
}

/// One element a country and day: the unknown country first, then by two-letter code; a country's
/// days in order (Q43).
fn by_location(course_id: &str, rows: Vec<DayRow<Option<String>>>) -> Vec<EnrollmentByLocation> {
    let mut places = BTreeMap::new();
    for row in rows {
        let country = country(row.group.as_deref());
        let place = places.entry((country.alpha2.clone(), row.date)).or_insert_with(|| {
            EnrollmentByLocation {
                date: row.date,
                course_id: course_id.to_owned(),
                country,
                count: 0,
                created: None,
            }
        });
        place.count += row.count.unwrap_or(0);
        place.created = newest(place.created, row.created);
    }
    places.into_values().collect()
}

fn newest(a: Option<NaiveDateTime>, b: Option<NaiveDateTime>) -> Option<NaiveDateTime> {
    a.max(b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(day: u32, group: &str, count: Option<i64>) -> DayRow<Option<String>> {
        let date = NaiveDate::from_ymd_opt(2014, 1, day).unwrap();
        let created = date.and_hms_opt(day, 0, 0);
        let group = Some(group.to_owned()).filter(|group| group != "null");
        DayRow { date, group, count, cumulative_count: Some(10), created }
    }

    #[test]
    fn modes_are_summed_with_those_that_have_no_field() {
        let rows = vec![
            row(2, "audit", Some(1)),
            row(2, "audit", Some(2)),
            row(2, "no-id-professional", Some(4)),
            row(2, "professional", Some(8)),
            row(2, "unheard-of", Some(16)),
            row(1, "honor", None),
        ];
        let days = by_mode("c", rows);
        assert_eq!((days[0].count, days[0].cumulative_count, days[0].honor), (0, 10, 0));
        assert_eq!((days[1].count, days[1].cumulative_count), (31, 50));
        assert_eq!((days[1].audit, days[1].professional, days[1].masters), (3, 12, 0));
    }

    #[test]
    fn genders_are_told_by_lower_case_letters_alone() {
        let rows =
            ["f", "m", "o", "F", "", "null", "x"].map(|gender| row(1, gender, Some(1))).to_vec();
        let days = by_gender("c", rows);
        assert_eq!((days[0].female, days[0].male, days[0].other, days[0].unknown), (1, 1, 1, 4));
    }

    #[test]
    fn countries_are_merged_and_the_unknown_one_is_first() {
        let codes = ["US", "USA", "840", "XK", "null", "CA"];
        let mut rows: Vec<_> = codes.map(|code| row(2, code, Some(1))).to_vec();
        rows.push(row(1, "us", Some(1)));
        let places = by_location("c", rows);
        let shown: Vec<_> = places
            .iter()
            .map(|place| (place.country.name.as_ref(), place.date.to_string(), place.count))
            .collect();
        let expected = [
            ("UNKNOWN", "2014-01-02".to_owned(), 2),
            ("Canada", "2014-01-02".to_owned(), 1),
            ("United States of America", "2014-01-01".to_owned(), 1),
            ("United States of America", "2014-01-02".to_owned(), 3),
        ];
        assert_eq!(shown, expected);
    }
}

//! Who was enrolled on each day, by mode, gender, education, year of birth and country.

use chrono::NaiveDate;
use jobs::enrollment::{
    course_enrollment_birth_year_daily as birth_year, course_enrollment_daily as daily,
    course_enrollment_education_level_daily as education, course_enrollment_gender_daily as gender,
    course_enrollment_location_current as location, course_enrollment_mode_daily as mode,
};
use jobs::table::Table;

use super::Plan;
use super::chance::{Chance, dealt};
use super::table_text::TableText;

/// The share of each mode.
pub(super) const MODES: [(&str, f64); 5] = [
    ("audit", 0.15),
    ("credit", 0.15),
    ("honor", 0.25),
    ("professional", 0.10),
    ("verified", 0.35),
];
/// The original gave `o` .23, with which a day had more learners than were enrolled.
const GENDERS: [(&str, f64); 3] = [("m", 0.6107), ("f", 0.3870), ("o", 0.0023)];
const EDUCATION: [(&str, f64); 9] = [
    ("associates", 0.058),
    ("bachelors", 0.3355),
    ("primary", 0.0046),
    ("secondary", 0.2442),
    ("junior_secondary", 0.0286),
    ("masters", 0.2518),
    ("none", 0.0032),
    ("other", 0.0271),
    ("doctorate", 0.0470),
];
const COUNTRIES: [(&str, f64); 7] = [
    ("US", 0.33),
    ("GH", 0.12),
    ("IN", 0.10),
    ("CA", 0.14),
    ("CN", 0.22),
    ("DE", 0.08),
    ("UNKNOWN", 0.01),
];
const BIRTH_YEARS: std::ops::RangeInclusive<i32> = 1960..=2004;

/// A day: who was enrolled, and who had ever been.
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) count: i64,
    pub(super) cumulative_count: i64,
}

/// Every day of the course.
pub(super) fn days(plan: &Plan, chance: &mut Chance) -> Vec<Day> {
    let mut cumulative_count = 0;
    let day = |date| {
        let count = chance.normal(1500.0, 25.0).round().max(0.0) as i64;
        cumulative_count = count.max(cumulative_count + chance.between(1, 20));
        Day { date, count, cumulative_count }
    };
    plan.dates().map(day).collect()
}

pub(super) fn tables(plan: &Plan, days: &[Day], chance: &mut Chance) -> Vec<TableText> {
    let mut total = TableText::new(&daily::TABLE);
    for Day { date, count, cumulative_count } in days {
        total.row(&[
            ("course_id", &plan.course_id),
            ("date", date),
            ("count", count),
            ("cumulative_count", cumulative_count),
        ]);
    }
    let years: Vec<String> = BIRTH_YEARS.map(|year| year.to_string()).collect();
    let years: Vec<_> = years.iter().map(|year| (year.as_str(), 0.1 + chance.unit())).collect();
    let by = |table, column, shares: &[(&str, f64)]| grouped(plan, days, table, column, shares);
    vec![
        total,
        by(&mode::TABLE, "mode", &MODES),
        by(&gender::TABLE, "gender", &GENDERS),
        by(&education::TABLE, "education_level", &EDUCATION),
        by(&birth_year::TABLE, "birth_year", &years),
        by(&location::TABLE, "country_code", &COUNTRIES),
    ]
}

/// The learners of each day, dealt out to groups.
fn grouped(
    plan: &Plan,
    days: &[Day],
    table: &'static Table,
    column: &str,
    shares: &[(&str, f64)],
) -> TableText {
    let weights: Vec<f64> = shares.iter().map(|(_, share)| *share).collect();
    let mut text = TableText::new(table);
    for day in days {
        let counts = dealt(day.count, &weights);
        let cumulative = dealt(day.cumulative_count, &weights);
        for ((group, _), (count, cumulative)) in shares.iter().zip(counts.iter().zip(&cumulative)) {
            text.row(&[
                ("course_id", &plan.course_id),
                ("date", &day.date),
                (column, group),
                ("count", count),
                ("cumulative_count", cumulative),
            ]);
        }
    }
    text
}

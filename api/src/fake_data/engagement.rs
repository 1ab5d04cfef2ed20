//! How many learners did what in each week.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use jobs::engagement::course_activity;

use super::Plan;
use super::chance::{Chance, dealt};
use super::table_text::TableText;

/// What learners did, besides anything at all.
const DEEDS: [&str; 3] = ["PLAYED_VIDEO", "ATTEMPTED_PROBLEM", "POSTED_FORUM"];

pub(super) fn tables(plan: &Plan, chance: &mut Chance) -> Vec<TableText> {
    let mut text = TableText::new(&course_activity::TABLE);
    for start in weeks(plan) {
        let active = chance.between(100, 4000);
        let parts = dealt(active, &[(); 3].map(|()| 0.1 + chance.unit()));
        let counts = DEEDS.into_iter().zip(parts).chain([("ACTIVE", active)]);
        let end = start.checked_add_days(Days::new(7)).unwrap_or(start);
        for (label, count) in counts {
            text.row(&[
                ("course_id", &plan.course_id),
                ("interval_start", &format!("{start} 00:00:00")),
                ("interval_end", &format!("{end} 00:00:00")),
                ("label", &label),
                ("count", &count),
            ]);
        }
    }
    vec![text]
}

/// The first days of weeks, from the first Wednesday on.
fn weeks(plan: &Plan) -> impl Iterator<Item = NaiveDate> + use<> {
    let is_first = |date: &NaiveDate| date.weekday() == Weekday::Wed;
    plan.dates()
        .take_while({
            let until = plan.until;
            move |date| *date < until
        })
        .filter(is_first)
}

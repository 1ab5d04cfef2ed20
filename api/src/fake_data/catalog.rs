//! The summary of the course by mode, and a program that it is in.

use chrono::Days;
use jobs::catalog::{
    course_meta_summary_enrollment as summary, course_program_metadata as program,
};

use super::Plan;
use super::chance::{Chance, dealt};
use super::enrollment::{Day, MODES};
use super::table_text::TableText;

pub(super) fn tables(plan: &Plan, days: &[Day], chance: &mut Chance) -> Vec<TableText> {
    let mut programs = TableText::new(&program::TABLE);
    programs.row(&[
        ("course_id", &plan.course_id),
        ("program_id", &"demo-program"),
        ("program_type", &"Demo"),
        ("program_title", &"Demo Program"),
    ]);
    vec![summaries(plan, days, chance), programs]
}

fn summaries(plan: &Plan, days: &[Day], chance: &mut Chance) -> TableText {
    let mut text = TableText::new(&summary::TABLE);
    let weights = MODES.map(|(_, share)| share);
    let newest = days.last();
    let counts = dealt(newest.map_or(0, |day| day.count), &weights);
    let cumulative = dealt(newest.map_or(0, |day| day.cumulative_count), &weights);
    let start = plan.before(6 * 7);
    let end = plan.until.checked_add_days(Days::new(10 * 7)).unwrap_or(plan.until);
    let modes = MODES.iter().zip(counts.iter().zip(&cumulative)).enumerate();
    for (place, ((mode, _), (count, cumulative))) in modes {
        let passing = chance.normal(0.45 + 0.1 * place as f64, 0.15).clamp(0.0, 1.0);
        text.row(&[
            ("course_id", &plan.course_id),
            ("catalog_course_title", &"Demo Course"),
            ("catalog_course", &"Demo_Course"),
            ("start_time", &format!("{start} 00:00:00")),
            ("end_time", &format!("{end} 00:00:00")),
            ("pacing_type", &"self_paced"),
            ("availability", &"Starting Soon"),
            ("enrollment_mode", mode),
            ("count", count),
            ("count_change_7_days", &chance.between(-50, 50)),
            ("cumulative_count", cumulative),
            ("passing_users", &(*cumulative as f64 * passing).floor()),
        ]);
    }
    text
}

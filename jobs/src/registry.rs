//! The lists that everything else is derived from.

use crate::job::Job;
use crate::table::Table;
use crate::{catalog, engagement, enrollment, export, learners, lms, monitor, performance};

/// Every job, by name.
pub const JOBS: &[Job] = &[
    performance::answer_distribution::JOB,
    engagement::calendar::JOB,
    engagement::course_activity::JOB,
    catalog::course_blocks::JOB,
    catalog::course_catalog::JOB,
    enrollment::course_enrollment::JOB,
    enrollment::course_enrollment_birth_year_daily::JOB,
    enrollment::course_enrollment_daily::JOB,
    enrollment::course_enrollment_education_level_daily::JOB,
    enrollment::course_enrollment_events::JOB,
    enrollment::course_enrollment_gender_daily::JOB,
    enrollment::course_enrollment_location_current::JOB,
    enrollment::course_enrollment_mode_daily::JOB,
    enrollment::course_enrollment_spans::JOB,
    enrollment::course_enrollment_summary::JOB,
    catalog::course_grade_by_mode::JOB,
    catalog::course_list::JOB,
    catalog::course_meta_summary_enrollment::JOB,
    catalog::course_program_metadata::JOB,
    export::courseware_studentmodule_export::JOB,
    monitor::enrollment_snapshot_events::JOB,
    monitor::enrollment_validation::JOB,
    monitor::enrollment_validation_events::JOB,
    export::event_export::JOB,
    export::event_export_by_course::JOB,
    enrollment::last_country_of_user::JOB,
    enrollment::last_ip_of_user::JOB,
    engagement::module_engagement::JOB,
    engagement::module_engagement_metric_ranges::JOB,
    learners::module_engagement_roster::JOB,
    learners::module_engagement_roster_index::JOB,
    engagement::module_engagement_summary::JOB,
    learners::module_engagement_user_segments::JOB,
    performance::problem_check_events::JOB,
    performance::problem_checks::JOB,
    performance::problem_response::JOB,
    performance::problem_response_latest::JOB,
    catalog::program_course::JOB,
    engagement::student_engagement::JOB,
    engagement::student_engagement_by_day::JOB,
    engagement::student_engagement_csv::JOB,
    performance::studentmodule_distribution::JOB,
    performance::tags_distribution::JOB,
    performance::tags_distribution_by_day::JOB,
    monitor::total_events::JOB,
    monitor::total_events_report::JOB,
    engagement::user_activity::JOB,
    engagement::video::JOB,
    engagement::video_events::JOB,
    engagement::video_viewing::JOB,
];

/// Every table of the result store, by name.
pub const RESULT_TABLES: &[Table] = &[
    performance::answer_distribution::RESULT,
    engagement::course_activity::TABLE,
    enrollment::course_enrollment_birth_year_daily::TABLE,
    enrollment::course_enrollment_daily::TABLE,
    enrollment::course_enrollment_education_level_daily::TABLE,
    enrollment::course_enrollment_gender_daily::TABLE,
    enrollment::course_enrollment_location_current::TABLE,
    enrollment::course_enrollment_mode_daily::TABLE,
    catalog::course_meta_summary_enrollment::TABLE,
    catalog::course_program_metadata::TABLE,
    performance::studentmodule_distribution::GRADES,
    learners::module_engagement_roster::LEARNER_ROSTER,
    engagement::module_engagement::TABLE,
    engagement::module_engagement_metric_ranges::TABLE,
    performance::studentmodule_distribution::OPENS,
    engagement::student_engagement::RESULT_ALL,
    engagement::student_engagement::RESULT_DAILY,
    engagement::student_engagement::RESULT_WEEKLY,
    performance::tags_distribution::TABLE,
    engagement::video::TABLE,
    engagement::video::TIMELINE,
];

/// The job of that name; `-` and `_` are the same letter.
#[must_use]
pub fn job(name: &str) -> Option<&'static Job> {
    let same = |a: u8, b: u8| a == b || matches!((a, b), (b'-', b'_') | (b'_', b'-'));
    JOBS.iter().find(|job| {
        job.name.len() == name.len() && job.name.bytes().zip(name.bytes()).all(|(a, b)| same(a, b))
    })
}

/// Every table that a job fills or reads, by name, the LMS's rows among them.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    let of_jobs = JOBS.iter().flat_map(|job| {
        job.fills.iter().map(|fill| fill.table).chain(job.inputs.iter().map(|input| input.table))
    });
    let mut all = of_jobs.chain(lms::TABLES.iter().map(|table| &table.rows));
    all.find(|table| table.name == name)
}

/// The job that fills a table.
#[must_use]
pub fn filling(table: &str) -> Option<&'static Job> {
    JOBS.iter().find(|job| job.fills.iter().any(|fill| fill.table.name == table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{DAY, Kind, Load};

    #[test]
    fn jobs_and_result_tables_are_listed_by_name() {
        assert!(JOBS.is_sorted_by(|a, b| a.name < b.name));
        assert!(RESULT_TABLES.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn every_result_table_of_a_job_is_listed() {
        let listed = |table: &Table| RESULT_TABLES.iter().find(|listed| listed.name == table.name);
        let mut loaded = Vec::new();
        for table in JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table) {
            let Some(result) = table.loaded_into() else {
                assert!(listed(table).is_none(), "{} is listed and not loaded", table.name);
                continue;
            };
            loaded.push(result.name);
            let is_listed = listed(result).is_some_and(|listed| listed.columns == result.columns);
            assert!(is_listed, "{} is not listed", result.name);
            let makes_rows = matches!(table.load, Load::From(..));
            assert!(makes_rows || result.columns == table.columns, "{}", table.name);
        }
        loaded.sort_unstable();
        let names: Vec<_> = RESULT_TABLES.iter().map(|table| table.name).collect();
        assert_eq!(loaded, names, "every result table is filled by one table of the warehouse");
    }

    #[test]
    fn a_table_loaded_by_days_can_be() {
        for table in RESULT_TABLES.iter().filter(|table| matches!(table.load, Load::Days)) {
            let day = table.columns.iter().find(|column| column.name == DAY);
            assert!(day.is_some_and(|column| column.kind == Kind::Date && column.required));
            let is_indexed = table.indexes.iter().any(|columns| columns.first() == Some(&DAY));
            assert!(is_indexed, "{}: a day is not found fast", table.name);
            assert!(table.key.is_empty(), "{}: nobody looks for repeated rows", table.name);
        }
    }

    #[test]
    fn a_job_is_found_under_either_spelling() {
        assert_eq!(job("course_enrollment_daily").map(|j| j.name), Some("course-enrollment-daily"));
        assert_eq!(job("course-enrollment-daily").map(|j| j.name), Some("course-enrollment-daily"));
        assert!(job("course-enrolment-daily").is_none());
    }

    /// Tables that a step of the driver fills, from services of the LMS.
    const PULLED: [&str; 3] = ["course_blocks_raw", "course_list_raw", "discovery_api_raw"];

    #[test]
    fn every_input_is_filled_by_a_job_or_comes_from_outside() {
        for input in JOBS.iter().flat_map(|job| job.inputs) {
            let known = filling(input.table.name).is_some()
                || lms::find(input.table.name).is_some()
                || PULLED.contains(&input.table.name);
            assert!(known, "{}", input.table.name);
        }
    }
}

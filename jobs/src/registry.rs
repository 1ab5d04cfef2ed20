//! The lists that everything else is derived from.

use crate::job::Job;
use crate::table::Table;
use crate::{catalog, engagement, enrollment, export, lms, monitor};

/// Every job, by name.
pub const JOBS: &[Job] = &[
    engagement::calendar::JOB,
    catalog::course_catalog::JOB,
    enrollment::course_enrollment::JOB,
    enrollment::course_enrollment_birth_year_daily::JOB,
    enrollment::course_enrollment_daily::JOB,
    enrollment::course_enrollment_education_level_daily::JOB,
    enrollment::course_enrollment_events::JOB,
    enrollment::course_enrollment_gender_daily::JOB,
    enrollment::course_enrollment_mode_daily::JOB,
    enrollment::course_enrollment_spans::JOB,
    enrollment::course_enrollment_summary::JOB,
    catalog::course_grade_by_mode::JOB,
    catalog::course_meta_summary_enrollment::JOB,
    catalog::course_program_metadata::JOB,
    monitor::enrollment_snapshot_events::JOB,
    monitor::enrollment_validation::JOB,
    monitor::enrollment_validation_events::JOB,
    export::event_export::JOB,
    export::event_export_by_course::JOB,
    catalog::program_course::JOB,
];

/// Every table of the result store, by name.
pub const RESULT_TABLES: &[Table] = &[
    enrollment::course_enrollment_birth_year_daily::TABLE,
    enrollment::course_enrollment_daily::TABLE,
    enrollment::course_enrollment_education_level_daily::TABLE,
    enrollment::course_enrollment_gender_daily::TABLE,
    enrollment::course_enrollment_location_current::TABLE,
    enrollment::course_enrollment_mode_daily::TABLE,
    catalog::course_meta_summary_enrollment::TABLE,
    catalog::course_program_metadata::TABLE,
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
    use crate::table::Load;

    #[test]
    fn jobs_and_result_tables_are_listed_by_name() {
        assert!(JOBS.is_sorted_by(|a, b| a.name < b.name));
        assert!(RESULT_TABLES.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn every_result_table_of_a_job_is_listed() {
        for fill in JOBS.iter().flat_map(|job| job.fills) {
            let listed = RESULT_TABLES.iter().any(|table| table == fill.table);
            assert_eq!(listed, fill.table.load != Load::No, "{}", fill.table.name);
        }
    }

    #[test]
    fn a_job_is_found_under_either_spelling() {
        assert_eq!(job("course_enrollment_daily").map(|j| j.name), Some("course-enrollment-daily"));
        assert_eq!(job("course-enrollment-daily").map(|j| j.name), Some("course-enrollment-daily"));
        assert!(job("course-enrolment-daily").is_none());
    }

    #[test]
    fn every_input_is_filled_by_a_job_or_comes_from_outside() {
        for input in JOBS.iter().flat_map(|job| job.inputs) {
            let known = filling(input.table.name).is_some()
                || lms::find(input.table.name).is_some()
                || input.table.name == "discovery_api_raw";
            assert!(known, "{}", input.table.name);
        }
    }
}

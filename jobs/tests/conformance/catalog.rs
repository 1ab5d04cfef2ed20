//! `course-meta-summary-enrollment` and its two neighbours, told apart by the case's `job`; the course
//! list and the blocks of courses.

use crate::case::{Case, Rows, as_mysql_prints, cells};
use crate::enrollment::{done, source, spans};
use jobs::catalog::{
    course_blocks, course_catalog, course_grade_by_mode, course_list,
    course_meta_summary_enrollment, course_program_metadata, program_course,
};
use jobs::enrollment::course_enrollment_mode_daily;
use jobs::job::Job;
use jobs::pass::Source;

pub fn run(case: &Case) -> Result<Rows, String> {
    match case.job.as_str() {
        "course-grade-by-mode" => Ok(cells(grades(case)?.1)),
        "course-program-metadata" => programs(case),
        _ => summary(case),
    }
}

pub fn course_list(case: &Case) -> Result<Rows, String> {
    from_replies(case, &course_list::JOB)
}

pub fn course_blocks(case: &Case) -> Result<Rows, String> {
    from_replies(case, &course_blocks::JOB)
}

/// Runs a job over what a service of the LMS answered.
fn from_replies(case: &Case, job: &'static Job) -> Result<Rows, String> {
    let mut params = case.run_params();
    params.set("datetime", "2026-01-01");
    let replies = source(job.inputs[0].table.name, case.input.clone());
    Ok(cells(done(job, &params, vec![replies])?.table(job.fills[0].table.name)))
}

fn table(
    case: &Case,
    job: &'static Job,
    sources: Vec<(Source, Vec<String>)>,
) -> Result<(Source, Vec<String>), String> {
    let name = job.fills[0].table.name;
    Ok(source(name, done(job, &case.run_params(), sources)?.table(name)))
}

fn grades(case: &Case) -> Result<(Source, Vec<String>), String> {
    let lms = "grades_persistentcoursegrade";
    let grades = source(lms, case.lms_rows(lms));
    table(case, &course_grade_by_mode::JOB, vec![spans(case)?, grades])
}

fn programs(case: &Case) -> Result<Rows, String> {
    let runs = source("discovery_api_raw", case.input.clone());
    let programs = table(case, &program_course::JOB, vec![runs])?;
    Ok(cells(table(case, &course_program_metadata::JOB, vec![programs])?.1))
}

fn summary(case: &Case) -> Result<Rows, String> {
    let mut sources =
        vec![table(case, &course_enrollment_mode_daily::JOB, vec![spans(case)?])?, grades(case)?];
    if case.params["enable_course_catalog"] == true {
        let runs = source("discovery_api_raw", case.list("course_runs"));
        sources.push(table(case, &course_catalog::JOB, vec![runs])?);
    }
    let rows = table(case, &course_meta_summary_enrollment::JOB, sources)?.1;
    Ok(as_mysql_prints(cells(rows)))
}

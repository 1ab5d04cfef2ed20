//! `course-meta-summary-enrollment` and its two neighbours, told apart by the case's `job`.

use crate::case::{Case, Rows, as_mysql_prints, cells};
use crate::enrollment::{done, source, spans};
use jobs::catalog::{
    course_catalog, course_grade_by_mode, course_meta_summary_enrollment, course_program_metadata,
    program_course,
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

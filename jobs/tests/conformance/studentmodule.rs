//! What is made of the dump of `courseware_studentmodule`: distributions, and files of courses.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::export::courseware_studentmodule_export as export;
use jobs::job::Work;
use jobs::performance::studentmodule_distribution;
use jobs::streaming::Output;

pub fn distribution(case: &Case) -> Result<Rows, String> {
    let mut params = case.run_params();
    params.set("import_date", "2024-03-05");
    let dump = source("courseware_studentmodule", case.input.clone());
    let done = done(&studentmodule_distribution::JOB, &params, vec![dump])?;
    Ok(cells(done.table(case.text("output").ok_or("no output")?)))
}

pub fn export(case: &Case) -> Result<Rows, String> {
    match case.text("check") {
        Some("output_path") => {
            Ok(case.input.iter().map(|id| vec![output_path(case, id)]).collect())
        }
        _ => mapped(case),
    }
}

fn output_path(case: &Case, course_id: &str) -> String {
    let root = case.text("output_root").unwrap_or_default();
    format!("{root}/{}", export::path(course_id, case.text("output_suffix")))
}

/// `path, course_id, line` of each row, without the path.
fn mapped(case: &Case) -> Result<Rows, String> {
    let Work::Steps([step]) = export::JOB.work else {
        return Err("another kind of job".to_owned());
    };
    let make = step.mapper;
    let mut mapper =
        make(&case.run_params(), "courseware_studentmodule").map_err(|e| e.to_string())?;
    let mut rows = Vec::new();
    let mut sink = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        rows.push(line.splitn(3, '\t').skip(1).map(str::to_owned).collect());
        Ok(())
    };
    let mut out = Output::new(&mut sink);
    for line in &case.input {
        mapper.map(line.as_bytes(), &mut out).map_err(|e| e.to_string())?;
    }
    drop(out);
    Ok(rows)
}

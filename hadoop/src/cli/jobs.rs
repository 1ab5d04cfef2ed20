//! `insights jobs`: what can be run, for people.

use super::print;
use hadoop::error::{Drive, DriveError};
use hadoop::plan::GENERAL;
use hadoop::workflow::{self, Needs, WORKFLOWS, Workflow};
use jobs::job::{Job, Work};
use jobs::lms;
use jobs::nearest::did_you_mean;
use jobs::table::{Load, Table};
use std::collections::BTreeSet;

#[derive(clap::Args)]
pub struct Args {
    /// A workflow or job, to be shown in detail
    name: Option<String>,
}

pub fn jobs(args: &Args) -> Drive<()> {
    match &args.name {
        None => print(&list()),
        Some(name) => print(&detailed(name)?),
    }
}

/// Every workflow, then every job: a line of what it is for, a line of what it reads and fills.
fn list() -> String {
    let mut text = String::from("Workflows\n\n");
    let rows: Vec<_> = WORKFLOWS.iter().map(|flow| [flow.name, flow.cadence, flow.about]).collect();
    let below: Vec<_> = WORKFLOWS
        .iter()
        .map(|flow| format!("runs {}", [flow.parts, flow.jobs].concat().join(", ")))
        .collect();
    text += &in_columns(&rows, &below);
    text += "\nJobs\n\n";
    let cadences: Vec<_> = workflow::jobs().map(cadence).collect();
    let rows: Vec<_> = workflow::jobs()
        .zip(&cadences)
        .map(|(job, cadence)| [job.name, job.kind(), cadence, job.about])
        .collect();
    let below: Vec<_> = workflow::jobs()
        .map(|job| format!("reads {}; fills {}", or_nothing(reads(job)), or_nothing(fills(job))))
        .collect();
    text += &in_columns(&rows, &below);
    text
}

/// Rows in columns as wide as their widest cell, each with a line below it.
fn in_columns<const N: usize>(rows: &[[&str; N]], below: &[String]) -> String {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..N).map(width).collect();
    let mut text = String::new();
    for (row, below) in rows.iter().zip(below) {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text += &format!("\n    {below}\n");
    }
    text
}

/// How often a job runs: as the workflows that it is in, each cadence once.
fn cadence(job: &Job) -> String {
    let mut cadences: Vec<_> = of_workflows(job).map(|flow| flow.cadence).collect();
    cadences.sort_unstable();
    cadences.dedup();
    if cadences.is_empty() { "on demand".to_owned() } else { cadences.join(", ") }
}

fn of_workflows(job: &Job) -> impl Iterator<Item = &'static Workflow> {
    let name = job.name;
    WORKFLOWS.iter().filter(move |flow| flow.jobs.contains(&name))
}

fn reads(job: &Job) -> Vec<&'static str> {
    match job.work {
        Work::Scan(_) | Work::Copy(_) => vec!["tracking logs"],
        _ => job.inputs.iter().map(|input| input.table.name).collect(),
    }
}

fn fills(job: &Job) -> Vec<&'static str> {
    let tables = job.fills.iter().map(|fill| fill.table.name);
    tables.chain(job.writes_files().then_some("files")).collect()
}

fn or_nothing(names: Vec<&str>) -> String {
    if names.is_empty() { "no table".to_owned() } else { names.join(", ") }
}

fn detailed(name: &str) -> Drive<String> {
    let flow = workflow::workflow(name).map(of_workflow);
    let job = workflow::job(name).map(of_job);
    let parts: Vec<_> = flow.into_iter().chain(job).collect();
    if parts.is_empty() {
        let guess = did_you_mean(name, workflow::names());
        let said = format!("there is no workflow or job `{name}`{guess}");
        return Err(DriveError::Usage(said));
    }
    Ok(parts.join("\n"))
}

/// Lines `what  text`, the first column aligned; a word that repeats stands once.
struct Lines(String, &'static str);

impl Lines {
    fn add(&mut self, what: &'static str, text: &str) {
        let shown = if self.1 == what { "" } else { what };
        self.0 += format!("  {shown:12}  {text}").trim_end();
        self.0 += "\n";
        self.1 = what;
    }
}

fn of_workflow(flow: &Workflow) -> String {
    let mut lines = Lines(format!("workflow {}: {}\n", flow.name, flow.about), "");
    lines.add("cadence", flow.cadence);
    match flow.needs {
        Needs::Nothing => {}
        Needs::Interval => lines.add("needs", "its days to be named (--interval)"),
        Needs::File { param, what } => {
            lines.add("needs", &format!("parameter {param}: {what}; without it, it is left out"));
        }
        Needs::Api => lines.add("needs", "the LMS's interface (lms.api)"),
    }
    for part in flow.parts {
        let about = workflow::workflow(part).map_or("", |flow| flow.about);
        lines.add("workflows", &format!("{part:18}  {about}"));
    }
    let mut jobs = workflow::jobs_of(flow.name).unwrap_or_default();
    let mut seen = BTreeSet::new();
    jobs.retain(|job| seen.insert(job.name));
    let width = jobs.iter().map(|job| job.name.len()).max().unwrap_or(0);
    for job in &jobs {
        lines.add("jobs", &format!("{:width$}  {}", job.name, job.about));
    }
    let inputs = jobs.iter().flat_map(|job| job.inputs).map(|input| input.table.name);
    for table in once(inputs.filter(|table| lms::find(table).is_some())) {
        lines.add("imports", table);
    }
    let fills = jobs.iter().flat_map(|job| job.fills);
    for result in once(fills.filter_map(|fill| fill.table.loaded_into()).map(|t| t.name)) {
        lines.add("loads", result);
    }
    parameters(&mut lines, &jobs);
    lines.0
}

fn of_job(job: &'static Job) -> String {
    let mut lines = Lines(format!("job {}: {}\n", job.name, job.about), "");
    let part = if job.internal { ", a part of others" } else { "" };
    lines.add("kind", &format!("{}, {}{part}", job.kind(), kind(job)));
    for flow in of_workflows(job) {
        lines.add("runs in", &format!("{}, {}", flow.name, flow.cadence));
    }
    if let Some(switch) = job.only_if {
        lines.add("runs if", &format!("parameter {switch} is true"));
    }
    if matches!(job.work, Work::Scan(_) | Work::Copy(_)) {
        lines.add("reads", "tracking logs");
    }
    for input in job.inputs {
        let only = input.only_if.map(|switch| format!(", if {switch} is true"));
        let text = format!("{}, {}{}", input.table.name, input.at.said(), only.unwrap_or_default());
        lines.add("reads", &text);
    }
    for fill in job.fills {
        let (table, key) = (fill.table.name, fill.table.partition);
        lines.add("fills", &format!("{table}, {key} = {}", fill.at.said()));
    }
    for (result, how) in job.fills.iter().filter_map(|fill| loaded(fill.table)) {
        lines.add("loads", &format!("{result}, {how}"));
    }
    parameters(&mut lines, &[job]);
    lines.0
}

/// What a kind means.
fn kind(job: &Job) -> &'static str {
    match job.kind() {
        "scan" => "facts from log lines, by day",
        "pass" => "copies of log lines, in a pass of its own",
        "make" => "rows from the parameters alone",
        "pull" => "what a service says by HTTP",
        "rows" => "from rows of the LMS",
        "join" => "from facts or tables and rows of the LMS",
        _ => "from facts or tables",
    }
}

fn loaded(table: &'static Table) -> Option<(&'static str, &'static str)> {
    let how = match table.load {
        Load::Days => "the days of the run are replaced",
        _ => "replaced whole",
    };
    table.loaded_into().map(|result| (result.name, how))
}

fn parameters(lines: &mut Lines, jobs: &[&Job]) {
    for param in once(jobs.iter().flat_map(|job| job.params).copied()) {
        lines.add("parameters", param);
    }
    lines.add("of every run", &GENERAL.join(", "));
}

/// Names by name, each once.
fn once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_list_holds_every_name_with_all_that_is_asked_of_it() {
        let text = list();
        for name in workflow::names() {
            assert!(text.lines().any(|line| line.split("  ").next() == Some(name)), "{name}");
        }
        let lines: Vec<_> = text.lines().collect();
        let at = |name: &str| lines.iter().rposition(|line| line.starts_with(name)).unwrap();
        let pull = at("course-blocks-pull ");
        assert!(lines[pull].contains("  pull  ") && lines[pull].contains("  daily  "));
        assert_eq!(lines[pull + 1], "    reads course_list; fills course_blocks_raw");
        assert!(lines[at("course-enrollment ")].contains("on demand"));
        assert_eq!(lines[at("total-events ") + 1], "    reads tracking logs; fills total_events");
    }

    #[test]
    fn what_jobs_are_for_stands_in_one_column() {
        let text = list();
        let jobs = text.split("\nJobs\n\n").nth(1).unwrap();
        let heads: Vec<_> = jobs.lines().filter(|line| !line.starts_with(' ')).collect();
        let column = |line: &str, job: &Job| line.len() - job.about.len();
        let first = column(heads[0], workflow::jobs().next().unwrap());
        for (line, job) in heads.iter().zip(workflow::jobs()) {
            assert!(line.ends_with(job.about), "{line}");
            assert_eq!(column(line, job), first, "{line}");
        }
    }

    #[test]
    fn one_is_shown_in_detail() {
        let text = detailed("course-enrollment-gender-daily").unwrap();
        for line in [
            "  kind          join, from facts or tables and rows of the LMS",
            "  runs in       enrollment, daily",
            "  reads         course_enrollment_spans, end of the interval",
            "                auth_userprofile, parameter import_date",
            "  fills         course_enrollment_gender_daily, dt = end of the interval",
            "  loads         course_enrollment_gender_daily, replaced whole",
            "  parameters    import_date",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        let text = detailed("problem_response").unwrap();
        assert!(text.starts_with("job problem-response: "), "{text}");
        let text = detailed("problem-response").unwrap();
        assert!(text.starts_with("workflow problem-response: "), "{text}");
        assert!(text.contains("\njob problem-response: "), "{text}");
        assert!(detailed("geography").unwrap().contains("parameter geolocation_data: a file"));
        let said = detailed("enrolment").unwrap_err().to_string();
        assert!(said.contains("did you mean `enrollment`?"), "{said}");
    }
}

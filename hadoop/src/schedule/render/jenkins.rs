//! A Job DSL script, which makes a job of each entry, and the pipeline that all these jobs run.

use super::{HEAD, Rendered, about, quoted};
use crate::schedule::{Entry, Schedule, Shipping};
use crate::shell;

/// The pipeline.
const PIPELINE: &str = include_str!("../../../../ci/Jenkinsfile");

pub fn render(schedule: &Schedule) -> Vec<Rendered> {
    let mut text = format!(
        "// {HEAD}\n// For a seed job with the Job DSL plugin; `Jenkinsfile` stands beside it in the workspace.\n"
    );
    schedule.workflows.iter().for_each(|entry| text += &job(schedule, entry));
    schedule.logs.iter().for_each(|logs| text += &shipping(schedule, logs));
    vec![("jobs.groovy".to_owned(), text), ("Jenkinsfile".to_owned(), PIPELINE.to_owned())]
}

fn job(schedule: &Schedule, entry: &Entry) -> String {
    let gate = if entry.cadence.is_some() { entry.after.join("\n") } else { String::new() };
    let metrics = schedule.metrics_file(entry).unwrap_or_default();
    let mail = schedule.mail.as_deref().unwrap_or_default();
    let minutes = entry.most_minutes().to_string();
    let parameters = [
        ("string", "WORKFLOW", &*entry.workflow, "a workflow or a job"),
        ("text", "ARGUMENTS", &entry.arguments.join("\n"), "of the catalogue, one a line"),
        ("text", "AFTER", &gate, "entries that must be fresh, one a line"),
        ("string", "LIMIT_MINUTES", &minutes, "the run is ended after so many minutes"),
        ("string", "PROGRAM", &schedule.program, "the program `insights` on the agent"),
        ("string", "CONFIG", &schedule.config, "the settings on the agent"),
        ("string", "METRICS_FILE", &metrics, "where metrics go; none: nowhere"),
        (
            "string",
            "SNITCH",
            entry.ping_url_file.as_deref().unwrap_or_default(),
            "the file of an address that is asked for after a success",
        ),
        ("string", "NOTIFY", mail, "who hears of failures"),
        ("string", "AGENT", "insights", "the label of the agent"),
        ("string", "RUNNER", "", "inline, local or hadoop; none: as the settings say"),
        (
            "string",
            "FROM_DATE",
            "",
            "the first day, as GNU date reads it; none: as the arguments say",
        ),
        ("string", "TO_DATE", "", "the day behind the last one, as GNU date reads it; none: today"),
        ("string", "NUM_TASK_CAPACITY", "", "reducers; none: as the settings say"),
        ("text", "EXTRA_ARGS", "", "more for `insights run`, one argument a line"),
        ("text", "EXTRA_VARS", "", "settings for this build, INSIGHTS_NAME=VALUE, one a line"),
    ];
    let line = |(kind, name, value, about): &(&str, &str, &str, &str)| {
        format!("    {kind}Param({}, {}, {})\n", quoted(name), quoted(value), quoted(about))
    };
    let trigger = match &entry.cadence {
        Some(cadence) => cron(cadence.cron()),
        None => format!(
            "upstream {{ upstreamProjects({}) }}",
            quoted(&entry.after.iter().map(|name| job_name(name)).collect::<Vec<_>>().join(","))
        ),
    };
    format!(
        "\npipelineJob({}) {{\n  description({})\n  parameters {{\n{}  }}\n{}\
         \u{20} definition {{ cps {{ script(readFileFromWorkspace('Jenkinsfile')); sandbox() }} }}\n}}\n",
        quoted(&job_name(&entry.name)),
        quoted(&about(entry)),
        parameters.iter().map(line).collect::<String>(),
        kept(&trigger),
    )
}

fn job_name(name: &str) -> String {
    format!("insights-{name}")
}

fn cron(cadence: &str) -> String {
    format!("cron {{ spec({}) }}", quoted(&format!("TZ=UTC\n{cadence}")))
}

/// How many builds are kept, that one runs at a time, and what starts it.
fn kept(trigger: &str) -> String {
    format!(
        "  logRotator {{ daysToKeep(90); numToKeep(50) }}\n  properties {{\n    disableConcurrentBuilds()\n\
         \u{20}   pipelineTriggers {{ triggers {{ {trigger} }} }}\n  }}\n"
    )
}

/// A job for each host, on the agent that has the host's name.
fn shipping(schedule: &Schedule, logs: &Shipping) -> String {
    let command = format!("sh {}", quoted(&shell::words(&schedule.ship_command(logs))));
    let of_host = |host: &String| {
        let pipeline = format!(
            "pipeline {{ agent {{ label {} }}; stages {{ stage('Ship') {{ steps {{ {command} }} }} }} }}",
            quoted(host)
        );
        format!(
            "\npipelineJob({}) {{\n  description({})\n{}\
             \u{20} definition {{ cps {{ script({}); sandbox() }} }}\n}}\n",
            quoted(&job_name(&format!("{}-{host}", logs.name))),
            quoted(&format!("{}: rotated logs of {host}", logs.name)),
            kept(&cron(logs.cadence.cron())),
            quoted(&pipeline),
        )
    };
    match logs.hosts.is_empty() {
        true => format!("\n// {}: no hosts are named; render it for cron or systemd.\n", logs.name),
        false => logs.hosts.iter().map(of_host).collect(),
    }
}

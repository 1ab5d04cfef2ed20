//! A file of DAGs for Airflow 2.4 and later: one for each entry with a cadence, with those that follow it.

use super::{HEAD, Rendered, about, quoted, shell_environment};
use crate::schedule::{Cadence, Entry, Schedule, Shipping};
use crate::shell;

pub fn render(schedule: &Schedule) -> Vec<Rendered> {
    let mut text = format!("\"\"\"{HEAD}\"\"\"\n{IMPORTS}");
    for (entry, cadence) in schedule.timed() {
        text += &dag(schedule, &entry.name, cadence);
        let mut order = String::new();
        if let Some(gate) = schedule.gate_command(entry) {
            let id = format!("{}-waits-for", entry.name);
            text += &task(&id, &shell::words(&gate), "", "what must have succeeded before");
            order += &follows(&id, &entry.name);
        }
        tasks(schedule, entry, &mut text, &mut order);
        text += &order;
    }
    schedule.logs.iter().for_each(|logs| text += &shipping(schedule, logs));
    vec![("insights_schedule.py".to_owned(), text)]
}

const IMPORTS: &str = "\
from datetime import datetime, timedelta, timezone

from airflow import DAG

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

task = {}
";

/// A warehouse takes one run at a time, so a DAG's tasks go one after another.
fn dag(schedule: &Schedule, name: &str, cadence: &Cadence) -> String {
    let mail = schedule.mail.as_ref().map(|mail| {
        format!("    default_args={{'email': [{}], 'email_on_failure': True}},\n", quoted(mail))
    });
    format!(
        "\nwith DAG(\n    dag_id={},\n    schedule={},\n    \
         start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),\n    catchup=False,\n    max_active_runs=1,\n    \
         max_active_tasks=1,\n{}    tags=['insights'],\n):\n",
        quoted(&format!("insights-{name}")),
        quoted(cadence.cron()),
        mail.unwrap_or_default(),
    )
}

fn tasks(schedule: &Schedule, entry: &Entry, text: &mut String, order: &mut String) {
    let limit = format!("execution_timeout=timedelta(minutes={}), ", entry.most_minutes());
    let command =
        format!("{}{}", shell_environment(entry), shell::words(&schedule.run_command(entry)));
    *text += &task(&entry.name, &command, &limit, &about(entry));
    for next in schedule.next(entry) {
        *order += &follows(&entry.name, &next.name);
        tasks(schedule, next, text, order);
    }
}

fn task(id: &str, command: &str, more: &str, about: &str) -> String {
    let (id, command, about) = (quoted(id), quoted(&untemplated(command)), quoted(about));
    format!(
        "    task[{id}] = BashOperator(\n        task_id={id}, {more}doc={about},\n        \
         bash_command={command},\n    )\n"
    )
}

fn follows(before: &str, after: &str) -> String {
    format!("    task[{}] >> task[{}]\n", quoted(before), quoted(after))
}

/// Airflow reads a command as a template, and one that ends as a file's name as that file's. A brace stands
/// in single quotes always, so a template's mark is broken by closing and opening them.
fn untemplated(command: &str) -> String {
    let mut text = String::new();
    for c in command.chars() {
        if text.ends_with('{') && "{%#".contains(c) {
            text += "''";
        }
        text.push(c);
    }
    text.push(' ');
    text
}

/// A task for each host, for the worker that takes the queue of the host's name.
fn shipping(schedule: &Schedule, logs: &Shipping) -> String {
    if logs.hosts.is_empty() {
        return format!("\n# {}: no hosts are named; render it for cron or systemd.\n", logs.name);
    }
    let command = shell::words(&schedule.ship_command(logs));
    let of_host = |host: &String| {
        let (id, queue) = (format!("{}-{host}", logs.name), format!("queue={}, ", quoted(host)));
        task(&id, &command, &queue, "rotated logs")
    };
    let tasks = logs.hosts.iter().map(of_host).collect::<String>();
    format!("{}{tasks}", dag(schedule, &logs.name, &logs.cadence))
}

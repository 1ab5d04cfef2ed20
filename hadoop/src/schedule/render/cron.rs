//! Crontabs. What must have succeeded before stands on the same line.
//!
//! Cron sends what a command prints by mail; a run that is told to print errors alone is silent after a good
//! night. Its log is in the warehouse all the same (`insights logs`).

use super::{HEAD, Rendered, about, shell_environment};
use crate::config::ConfigError;
use crate::schedule::{Entry, Schedule};
use crate::shell;
use std::fmt::Write;

/// Debian's cron takes no longer command.
const LONGEST: usize = 998;

pub fn render(schedule: &Schedule) -> Result<Vec<Rendered>, ConfigError> {
    let mut text = head(schedule);
    for (entry, cadence) in schedule.timed() {
        let line = escaped(&chain(schedule, entry));
        check_length(&entry.name, &line)?;
        for entry in followed(schedule, entry) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# {}", about(entry));
        }
        let _ = writeln!(text, "{} {line}", cadence.cron());
    }
    let mut files = vec![("insights.cron".to_owned(), text)];
    for logs in &schedule.logs {
        let line = escaped(&format!("{} >/dev/null", shell::words(&schedule.ship_command(logs))));
        check_length(&logs.name, &line)?;
        let text = format!(
            "{}# {}: for the crontab of each LMS host\n{} {line}\n",
            head(schedule),
            logs.name,
            logs.cadence.cron()
        );
        files.push((format!("insights-{}.cron", logs.name), text));
    }
    Ok(files)
}

fn head(schedule: &Schedule) -> String {
    let mail = schedule.mail.as_ref().map(|mail| format!("MAILTO={mail}\n")).unwrap_or_default();
    format!(
        "# {HEAD}\n# Times are UTC: Debian's cron has the machine's own, so that must be UTC.\n\
         SHELL=/bin/sh\nRUST_LOG=error\n{mail}"
    )
}

/// An entry and those that follow it, each before its own followers.
fn followed<'s>(schedule: &'s Schedule, entry: &'s Entry) -> Vec<&'s Entry> {
    let next = schedule.next(entry).flat_map(|next| followed(schedule, next));
    std::iter::once(entry).chain(next).collect()
}

/// The command of an entry, then those that follow its success: none holds up its neighbour, and the whole
/// fails if one does.
fn chain(schedule: &Schedule, entry: &Entry) -> String {
    let mut text = String::new();
    if let Some(gate) = schedule.gate_command(entry) {
        text += &format!("{} >/dev/null && ", shell::words(&gate));
    }
    text += &limited(schedule, entry);
    let next: Vec<_> = schedule.next(entry).map(|next| chain(schedule, next)).collect();
    match &next[..] {
        [] => {}
        [one] => text += &format!(" && {one}"),
        many => {
            let each = many.iter().map(|one| format!("{one} || s=$?; ")).collect::<String>();
            text += &format!(" && {{ s=0; {each}(exit $s); }}");
        }
    }
    text
}

fn limited(schedule: &Schedule, entry: &Entry) -> String {
    format!(
        "{}timeout --preserve-status {}m {} >/dev/null",
        shell_environment(entry),
        entry.most_minutes(),
        shell::words(&schedule.run_command(entry))
    )
}

/// To cron a per cent sign is the end of the command.
fn escaped(line: &str) -> String {
    line.replace('%', r"\%")
}

fn check_length(name: &str, line: &str) -> Result<(), ConfigError> {
    if line.len() <= LONGEST {
        return Ok(());
    }
    let what = format!(
        "entry `{name}`: cron takes no command of {} bytes; give those that follow it a cadence",
        line.len()
    );
    Err(ConfigError::Wrong { origin: "schedule render --to cron".to_owned(), what })
}

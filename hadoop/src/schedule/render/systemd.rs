//! Units of systemd: a service for each entry, started by its timer or by the success of another.

use super::{HEAD, Rendered, about};
use crate::schedule::{Cadence, Entry, Schedule, Shipping};

pub fn render(schedule: &Schedule) -> Vec<Rendered> {
    let mut files = Vec::new();
    for entry in &schedule.workflows {
        files.push((format!("{}.service", unit(&entry.name)), service(schedule, entry)));
        if let Some(cadence) = &entry.cadence {
            files.push((format!("{}.timer", unit(&entry.name)), timer(&entry.name, cadence)));
        }
    }
    for logs in &schedule.logs {
        files.push((format!("{}.service", unit(&logs.name)), shipping(schedule, logs)));
        files.push((format!("{}.timer", unit(&logs.name)), timer(&logs.name, &logs.cadence)));
    }
    files
}

fn unit(name: &str) -> String {
    format!("insights-{name}")
}

fn service(schedule: &Schedule, entry: &Entry) -> String {
    let units = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| format!(" {}.service", unit(name))).collect::<String>()
    };
    let before = units(&mut entry.after.iter().map(String::as_str));
    let next = units(&mut schedule.next(entry).map(|next| next.name.as_str()));
    let next = if next.is_empty() { next } else { format!("OnSuccess={}\n", next.trim_start()) };
    let environment = entry.environment();
    let environment = environment
        .map(|(name, value)| format!("Environment={}\n", word(&format!("{name}={value}"))))
        .unwrap_or_default();
    let gate = schedule.gate_command(entry);
    let gate = gate.map(|gate| format!("ExecStartPre={}\n", command(&gate))).unwrap_or_default();
    format!(
        "# {HEAD}\n[Unit]\nDescription=Insights {}\nWants=network-online.target\n\
         After=network-online.target{before}\n{next}\n\
         [Service]\nType=oneshot\nUser={}\n{environment}{gate}ExecStart={}\nTimeoutStartSec={}min\n{HARDENING}",
        specifiers(&about(entry)),
        specifiers(&schedule.user),
        command(&schedule.run_command(entry)),
        entry.most_minutes(),
    )
}

fn shipping(schedule: &Schedule, logs: &Shipping) -> String {
    format!(
        "# {HEAD}\n# For each LMS host; the user must be one who may read the logs.\n[Unit]\n\
         Description=Insights {}: rotated logs\nWants=network-online.target\nAfter=network-online.target\n\n\
         [Service]\nType=oneshot\nUser={}\nExecStart={}\n{HARDENING}",
        logs.name,
        specifiers(&schedule.user),
        command(&schedule.ship_command(logs)),
    )
}

/// What a run has no use for is taken from it.
const HARDENING: &str = "NoNewPrivileges=yes\nProtectSystem=full\nPrivateTmp=yes\nPrivateDevices=yes\n\
     ProtectKernelTunables=yes\nProtectControlGroups=yes\nRestrictSUIDSGID=yes\n";

/// A timer makes up for what was missed while the machine was off.
fn timer(name: &str, cadence: &Cadence) -> String {
    format!(
        "# {HEAD}\n[Unit]\nDescription=Insights {name}, at {} UTC\n\n\
         [Timer]\nOnCalendar={}\nPersistent=yes\n\n[Install]\nWantedBy=timers.target\n",
        cadence.cron(),
        cadence.on_calendar()
    )
}

fn command(words: &[String]) -> String {
    words.iter().map(|text| word(text).replace('$', "$$")).collect::<Vec<_>>().join(" ")
}

/// A word as systemd reads it back.
fn word(text: &str) -> String {
    let text = specifiers(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@+%$".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text,
        false => format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"")),
    }
}

fn specifiers(text: &str) -> String {
    text.replace('%', "%%")
}

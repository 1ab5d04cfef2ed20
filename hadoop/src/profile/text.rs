//! A profile as lines for a terminal.

use super::{Millis, Phase, Profile, Skew, Span};
use std::fmt::Write;

/// Rows of each list.
const SHOWN: usize = 10;

/// The profile as text: phases, the longest of the critical path, skew, figures of jobs.
#[must_use]
pub fn text(profile: &Profile) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(&mut text, profile);
    text
}

fn write_all(text: &mut String, profile: &Profile) -> std::fmt::Result {
    writeln!(text, "run       {}, {} s", profile.run, seconds(profile.millis))?;
    writeln!(text, "command   {}", profile.command)?;
    writeln!(text, "\nphases, by the clock")?;
    for time in &profile.phases {
        let share = share(time.millis, profile.millis);
        writeln!(text, "  {:10}  {:>9} s  {share:5.1} %", time.phase.name(), seconds(time.millis))?;
    }
    writeln!(text, "\ncritical path, the longest of {} parts", profile.critical_path.len())?;
    for span in longest(profile) {
        let share = share(span.took(), profile.millis);
        let took = seconds(span.took());
        writeln!(text, "  {took:>9} s  {share:5.1} %  {:10}  {}", span.phase.name(), title(span))?;
    }
    if !profile.skew.is_empty() {
        writeln!(text, "\nskew, the largest against the median")?;
    }
    for skew in profile.skew.iter().take(SHOWN) {
        writeln!(text, "  {:>8}  {}", ratio(skew), of_skew(skew))?;
    }
    if !profile.figures.is_empty() {
        writeln!(text, "\njobs on the cluster\tof maps\tof reduces")?;
    }
    for figure in &profile.figures {
        writeln!(text, "  {} {}\t{}\t{}", figure.job, figure.counter, figure.map, figure.reduce)?;
    }
    for unread in &profile.unread {
        writeln!(text, "not read  {unread}")?;
    }
    Ok(())
}

/// The parts of the critical path that took longest, the longest first.
pub(super) fn longest(profile: &Profile) -> Vec<&Span> {
    let mut spans: Vec<_> = profile.critical_path.iter().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.took()));
    spans.truncate(SHOWN);
    spans
}

/// What a span is, for people.
pub(super) fn title(span: &Span) -> String {
    match span.phase {
        Phase::Scheduling => {
            format!("{} between steps, from {} s on", span.name, seconds(span.began))
        }
        _ if span.step.is_empty() || span.step == span.name => span.name.clone(),
        _ => format!("{}: {}", span.step, span.name),
    }
}

/// How many times the median the largest is.
pub(super) fn ratio(skew: &Skew) -> String {
    skew.ratio().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.1}"))
}

/// What a skew compares.
pub(super) fn of_skew(skew: &Skew) -> String {
    let Skew { step, of, largest_of, largest, median, count } = skew;
    let unit = if *of == "part" { "bytes" } else { "ms" };
    format!("{step}: {largest_of} with {largest} {unit}, the median of {count} is {median}")
}

/// Seconds with milliseconds.
pub(super) fn seconds(millis: Millis) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(super) fn share(part: Millis, whole: Millis) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

//! A profile as one page that needs nothing else: styles and drawings stand in it, no script does.

use super::text::{longest, of_skew, ratio, seconds, share, title};
use super::{Millis, Phase, Profile, Span};
use crate::markup::escaped;
use std::fmt::{self, Write};

/// Pixels of the timeline's drawing: its whole width, and the part that names rows.
const WIDTH: f64 = 1100.0;
const NAMES: f64 = 260.0;
/// Pixels of a line of the drawing.
const ROW: f64 = 18.0;
/// Lines for tasks of one step that run at once.
const LANES: usize = 24;
const LONGEST_NAME: usize = 38;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1f24; --muted: #5b6670; --card: #fff; --page: #f6f8fa;
  --line: #d5dae0; --scheduling: #7d8791; --import: #4b1e69; --queue: #b08800; --map: #0b5cad;
  --shuffle: #2da569; --reduce: #c2500a; --pass: #3d4852; --commit: #b3261e; --load: #782d5e;
  --other: #9aa3ad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --muted: #a9b4bf; --card: #1a222b;
  --page: #12181f; --line: #2c3742; --scheduling: #6b7783; --import: #b08ae0; --queue: #eecc11;
  --map: #56b4e9; --shuffle: #35c39a; --reduce: #f08a4b; --pass: #8c99a6; --commit: #ff8a80;
  --load: #ee82b8; --other: #5b6670; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 24px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 17px; margin: 0 0 8px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px;
  margin-top: 16px; overflow-x: auto; }
p { margin: 4px 0; } .muted { color: var(--muted); } code { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.key { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-inline-end: 6px; }
svg { display: block; min-width: 700px; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .muted { fill: var(--muted); }
svg .tick { stroke: var(--line); } svg .path { stroke: var(--ink); stroke-width: 1.5; }
";

/// The page of a profile.
#[must_use]
pub fn html(profile: &Profile) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write_page(&mut page, profile);
    page
}

fn write_page(page: &mut String, profile: &Profile) -> fmt::Result {
    let run = escaped(&profile.run);
    write!(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    write!(page, "<title>Profile of run {run}</title>\n<style>{STYLE}")?;
    for phase in Phase::ALL.map(Phase::name) {
        writeln!(page, ".{phase} {{ fill: var(--{phase}); background: var(--{phase}); }}")?;
    }
    write!(page, "</style>\n</head>\n<body>\n<main>\n<h1>Profile of run {run}</h1>\n")?;
    let ended = match profile.exit_code {
        Some(code) => format!("ended with exit code {code}"),
        None => "has not ended, or nobody knows how".to_owned(),
    };
    let (began, took) = (escaped(&profile.began), seconds(profile.millis));
    writeln!(page, "<p class=\"muted\">Began {began}, took {took} s, {ended}</p>")?;
    writeln!(page, "<p><code>{}</code></p>", escaped(&profile.command))?;
    write_phases(page, profile)?;
    write_timeline(page, profile)?;
    write_path(page, profile)?;
    write_skew(page, profile)?;
    write_figures(page, profile)?;
    write!(page, "</main>\n</body>\n</html>\n")
}

fn write_phases(page: &mut String, profile: &Profile) -> fmt::Result {
    write!(page, "<section>\n<h2>Phases, by the clock</h2>\n<table>\n<tr><th>phase</th>")?;
    writeln!(page, "<th class=\"n\">seconds</th><th class=\"n\">share</th></tr>")?;
    for time in &profile.phases {
        let name = time.phase.name();
        let (took, share) = (seconds(time.millis), share(time.millis, profile.millis));
        write!(
            page,
            "<tr><td><span class=\"key {name}\"></span>{name}</td><td class=\"n\">{took}</td>"
        )?;
        writeln!(page, "<td class=\"n\">{share:.1} %</td></tr>")?;
    }
    write!(page, "</table>\n</section>\n")
}

/// Spans of one step that are drawn together, each with its line.
struct Group<'p> {
    step: &'p str,
    lanes: Vec<Millis>,
    spans: Vec<(usize, &'p Span)>,
}

impl<'p> Group<'p> {
    /// Puts a span into the first line that is free by then; in the last one, they may overlap.
    fn add(&mut self, span: &'p Span) {
        let free = self.lanes.iter().position(|until| *until <= span.began);
        let lane = match free {
            Some(lane) => lane,
            None if self.lanes.len() < LANES => {
                self.lanes.push(0);
                self.lanes.len() - 1
            }
            None => LANES - 1,
        };
        self.lanes[lane] = self.lanes[lane].max(span.ended);
        self.spans.push((lane, span));
    }
}

fn groups(profile: &Profile) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for span in &profile.spans {
        let at = groups.iter().position(|group| group.step == span.step).unwrap_or_else(|| {
            groups.push(Group { step: &span.step, lanes: Vec::new(), spans: Vec::new() });
            groups.len() - 1
        });
        groups[at].add(span);
    }
    groups
}

fn write_timeline(page: &mut String, profile: &Profile) -> fmt::Result {
    let groups = groups(profile);
    let lines: usize = groups.iter().map(|group| group.lanes.len()).sum();
    let height = ROW * (lines as f64 + 2.0);
    write!(
        page,
        "<section>\n<h2>Timeline</h2>\n<p class=\"muted\">A line of a step for each task at "
    )?;
    writeln!(page, "once; what the run's length hangs on has an edge.</p>")?;
    if profile.left_out > 0 {
        writeln!(page, "<p>{} shorter tasks are not drawn.</p>", profile.left_out)?;
    }
    writeln!(
        page,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Timeline of steps\">"
    )?;
    write_ticks(page, profile, height)?;
    let mut top = ROW * 1.5;
    for group in &groups {
        let name = shortened(group.step);
        writeln!(page, "<text x=\"0\" y=\"{:.1}\">{}</text>", top + ROW * 0.7, escaped(&name))?;
        for (lane, span) in &group.spans {
            write_span(page, profile, span, top + ROW * *lane as f64)?;
        }
        top += ROW * group.lanes.len() as f64;
    }
    write!(page, "</svg>\n</section>\n")
}

fn write_span(page: &mut String, profile: &Profile, span: &Span, top: f64) -> fmt::Result {
    let (left, right) = (across(span.began, profile.millis), across(span.ended, profile.millis));
    let (width, height) = ((right - left).max(1.0), ROW - 4.0);
    let on_path = if profile.critical_path.contains(span) { " path" } else { "" };
    let name = span.phase.name();
    write!(page, "<rect class=\"{name}{on_path}\" x=\"{left:.1}\" y=\"{top:.1}\" ")?;
    write!(page, "width=\"{width:.1}\" height=\"{height}\" rx=\"2\"><title>")?;
    let (began, took) = (seconds(span.began), seconds(span.took()));
    writeln!(page, "{} ({name}): {took} s from {began} s on</title></rect>", escaped(&title(span)))
}

/// Where a moment is drawn.
fn across(at: Millis, whole: Millis) -> f64 {
    NAMES + (WIDTH - NAMES) * share(at, whole) / 100.0
}

fn write_ticks(page: &mut String, profile: &Profile, height: f64) -> fmt::Result {
    for tick in 0..=4 {
        let at = profile.millis * tick / 4;
        let (x, time) = (across(at, profile.millis), seconds(at));
        let anchor = if tick == 4 { "end" } else { "start" };
        writeln!(
            page,
            "<line class=\"tick\" x1=\"{x:.1}\" y1=\"{ROW}\" x2=\"{x:.1}\" y2=\"{height}\"/>"
        )?;
        writeln!(
            page,
            "<text class=\"muted\" x=\"{x:.1}\" y=\"12\" text-anchor=\"{anchor}\">{time} s</text>"
        )?;
    }
    Ok(())
}

fn write_path(page: &mut String, profile: &Profile) -> fmt::Result {
    write!(
        page,
        "<section>\n<h2>Critical path</h2>\n<p class=\"muted\">The chain that the run's length "
    )?;
    write!(
        page,
        "hangs on: the longest of its {} parts.</p>\n<table>\n",
        profile.critical_path.len()
    )?;
    writeln!(page, "<tr><th>part</th><th class=\"n\">seconds</th><th class=\"n\">share</th></tr>")?;
    for span in longest(profile) {
        let (took, share) = (seconds(span.took()), share(span.took(), profile.millis));
        let (name, title) = (span.phase.name(), escaped(&title(span)));
        write!(
            page,
            "<tr><td><span class=\"key {name}\"></span>{title}</td><td class=\"n\">{took}</td>"
        )?;
        writeln!(page, "<td class=\"n\">{share:.1} %</td></tr>")?;
    }
    write!(page, "</table>\n</section>\n")
}

fn write_skew(page: &mut String, profile: &Profile) -> fmt::Result {
    if profile.skew.is_empty() {
        return Ok(());
    }
    write!(
        page,
        "<section>\n<h2>Skew</h2>\n<p class=\"muted\">The largest against the median: of tasks by "
    )?;
    write!(page, "time, of reducers by the bytes that they wrote.</p>\n<table>\n<tr><th>of</th>")?;
    writeln!(page, "<th class=\"n\">times the median</th></tr>")?;
    for skew in &profile.skew {
        let (what, ratio) = (escaped(&of_skew(skew)), ratio(skew));
        writeln!(page, "<tr><td>{what}</td><td class=\"n\">{ratio}</td></tr>")?;
    }
    write!(page, "</table>\n</section>\n")
}

fn write_figures(page: &mut String, profile: &Profile) -> fmt::Result {
    if profile.figures.is_empty() && profile.unread.is_empty() && profile.peak_memory_kib.is_none()
    {
        return Ok(());
    }
    write!(page, "<section>\n<h2>Memory, spilling, garbage collection</h2>\n")?;
    if let Some(peak) = profile.peak_memory_kib {
        writeln!(page, "<p>The driver had {} MiB at most.</p>", peak / 1024)?;
    }
    if !profile.figures.is_empty() {
        write!(page, "<table>\n<tr><th>job</th><th>counter</th><th class=\"n\">of maps</th>")?;
        writeln!(page, "<th class=\"n\">of reduces</th></tr>")?;
        for figure in &profile.figures {
            let (job, counter) = (escaped(&figure.job), escaped(&figure.counter));
            write!(
                page,
                "<tr><td>{job}</td><td>{counter}</td><td class=\"n\">{}</td>",
                figure.map
            )?;
            writeln!(page, "<td class=\"n\">{}</td></tr>", figure.reduce)?;
        }
        page.push_str("</table>\n");
    }
    for unread in &profile.unread {
        writeln!(page, "<p>Not read: {}</p>", escaped(unread))?;
    }
    page.push_str("</section>\n");
    Ok(())
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Figure, Skew};
    use super::*;

    fn span(step: &str, began: Millis, ended: Millis) -> Span {
        let (step, name) = (step.to_owned(), "map 0".to_owned());
        Span { step, name, phase: Phase::Map, began, ended }
    }

    #[test]
    fn whatever_names_hold_the_page_stays_a_page() {
        let evil = "<script>alert(1)</script>&\"'";
        let profile = Profile {
            run: evil.to_owned(),
            command: evil.to_owned(),
            millis: 100,
            spans: vec![span(evil, 0, 50)],
            critical_path: vec![span(evil, 0, 50)],
            skew: vec![Skew {
                step: evil.to_owned(),
                of: "map",
                largest_of: evil.to_owned(),
                largest: 2,
                median: 1,
                count: 2,
            }],
            figures: vec![Figure { job: evil.into(), counter: evil.into(), map: 1, reduce: 2 }],
            unread: vec![evil.to_owned()],
            ..Profile::default()
        };
        let page = html(&profile);
        assert!(!page.contains("<script") && !page.contains("alert(1)<"), "{page}");
        assert!(page.contains("&lt;script&gt;"));
        for outside in ["http:", "https:", "//", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}: nothing is fetched");
        }
    }

    #[test]
    fn tasks_at_once_have_lines_of_their_own_and_of_too_many_the_last_holds_the_rest() {
        let mut profile = Profile { millis: 1000, ..Profile::default() };
        profile.spans = (0..40).map(|at| span("scan", at, 500)).collect();
        profile.spans.push(span("scan", 600, 700));
        let groups = groups(&profile);
        assert_eq!((groups.len(), groups[0].lanes.len()), (1, LANES));
        assert_eq!(groups[0].spans.last().map(|(lane, _)| *lane), Some(0), "free again");
    }

    #[test]
    fn a_run_of_no_time_has_a_page() {
        assert!(html(&Profile::default()).contains("took 0.000 s"));
    }
}

//! What other services say of the courses: course runs as the catalogue lists them (10 §4.10), the
//! courses and the blocks of each as the LMS answers (05 §5, 20 §6), one JSON object a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::clock::{self, DAY, HOUR, MINUTE};
use crate::courses::{Course, HOST, Kind};
use crate::outline::{Block, Outline};
use crate::university::University;

const PROGRAMS: [(&str, &str, &str); 2] = [
    ("3f1c8a52-6d0e-4b7a-9c25-e8d47a1b06f3", "MicroMasters", "Science for Everyone – Grundlagen"),
    ("b90d2e71-4a6c-4f18-8e53-17c9ad60f2b4", "Professional Certificate", "Data\n and Chance"),
];

const LEVELS: [&str; 3] = ["Introductory", "Intermediate", "Advanced"];

fn write_lines(path: &Path, lines: impl Iterator<Item = Value>) -> Result<()> {
    let fail = || format!("cannot write {}", path.display());
    let mut out = BufWriter::new(File::create_new(path).with_context(fail)?);
    for line in lines {
        writeln!(out, "{line}").with_context(fail)?;
    }
    out.flush().with_context(fail)
}

/// Writes `course_runs.json`. Custom courses are no runs of a catalogue.
pub fn write_runs(path: &Path, university: &University) -> Result<()> {
    let listed = university.courses.iter().filter(|course| course.kind != Kind::Custom);
    write_lines(path, listed.map(run))
}

fn run(course: &Course) -> Value {
    let window = course.window;
    let self_paced = course.kind == Kind::SelfPaced;
    json!({
        "key": course.id,
        "course": format!("{}+{}", course.org, course.number),
        "title": course.title,
        "start": clock::zulu(window.start * DAY + 8 * HOUR),
        "end": if self_paced { Value::Null } else { json!(clock::zulu((window.end + 1) * DAY - MINUTE)) },
        "enrollment_start": clock::zulu(window.announced * DAY),
        "enrollment_end": Value::Null,
        "announcement": clock::zulu(window.announced * DAY),
        "content_language": if course.org.is_ascii() { "en-us" } else { "de-de" },
        "pacing_type": if self_paced { "self_paced" } else { "instructor_paced" },
        "level_type": LEVELS[course.index % 3],
        "availability": availability(course.kind),
        "marketing_url": format!("https://www.northvale.example/course/{}", course.number.to_lowercase()),
        "min_effort": 3,
        "max_effort": 5,
        "weeks_to_complete": (window.end - window.start) / 7,
        "reporting_type": "mooc",
        "partner_short_code": "nv",
        "programs": programs(course),
    })
}

fn availability(kind: Kind) -> &'static str {
    match kind {
        Kind::Running | Kind::SelfPaced | Kind::Custom => "Current",
        Kind::Upcoming => "Starting Soon",
        Kind::Finished | Kind::Legacy | Kind::Archived => "Archived",
    }
}

fn programs(course: &Course) -> Vec<Value> {
    let members = [course.index.is_multiple_of(2), course.index % 3 == 1];
    let of = |(uuid, kind, title): &(&str, &str, &str)| json!({"uuid": uuid, "type": kind, "title": title, "status": "active"});
    PROGRAMS
        .iter()
        .zip(members)
        .filter(|(_, member)| *member)
        .map(|(program, _)| of(program))
        .collect()
}

/// Writes `course_list.json`.
pub fn write_list(path: &Path, university: &University) -> Result<()> {
    write_lines(path, university.courses.iter().map(listed))
}

fn listed(course: &Course) -> Value {
    let window = course.window;
    let self_paced = course.kind == Kind::SelfPaced;
    let id = course.url_id.replace('+', "%2B");
    json!({
        "id": course.id,
        "course_id": course.id,
        "name": course.title,
        "org": course.org,
        "number": course.number,
        "blocks_url": format!("{HOST}/api/courses/v1/blocks/?course_id={id}"),
        "short_description": "How it works.",
        "enrollment_start": clock::zulu(window.announced * DAY),
        "enrollment_end": Value::Null,
        "start": clock::zulu(window.start * DAY + 8 * HOUR),
        "end": if self_paced { Value::Null } else { json!(clock::zulu((window.end + 1) * DAY - MINUTE)) },
        "start_display": clock::date_of_day(window.start).format("%b %-d, %Y").to_string(),
        "start_type": "timestamp",
        "effort": "4 hours a week",
        "pacing": if self_paced { "self" } else { "instructor" },
        "hidden": false,
        "invitation_only": false,
        "mobile_available": true,
    })
}

/// Writes `course_blocks.json`.
pub fn write_blocks(path: &Path, university: &University) -> Result<()> {
    write_lines(path, university.courses.iter().map(blocks))
}

fn blocks(course: &Course) -> Value {
    let outline = &course.outline;
    let mut all = Map::new();
    let chapters: Vec<&Block> = outline.chapters.iter().map(|chapter| &chapter.block).collect();
    let root = Block {
        kind: "course",
        id: "course".to_owned(),
        key: outline.root.clone(),
        element: String::new(),
        handler: String::new(),
        title: course.title.clone(),
        module: String::new(),
    };
    add(&mut all, &root, (false, None), Some(&chapters));
    for chapter in &outline.chapters {
        let children: Vec<&Block> =
            outline.sequences[chapter.sequences.clone()].iter().map(|s| &s.block).collect();
        add(&mut all, &chapter.block, (false, None), Some(&children));
    }
    for sequence in &outline.sequences {
        let graded = (sequence.format.name().is_some(), sequence.format.name());
        let units = &outline.units[sequence.units.clone()];
        add(
            &mut all,
            &sequence.block,
            graded,
            Some(&units.iter().map(|unit| &unit.block).collect::<Vec<_>>()),
        );
        for unit in units {
            let leaves = leaves(outline, unit);
            add(&mut all, &unit.block, graded, Some(&leaves));
            leaves.iter().for_each(|leaf| add(&mut all, leaf, (graded.0, None), None));
        }
    }
    json!({"course_id": course.id, "root": outline.root, "blocks": all})
}

/// Blocks of a unit that are in the course today.
fn leaves<'a>(outline: &'a Outline, unit: &'a crate::outline::Unit) -> Vec<&'a Block> {
    let video = unit.video.map(|number| &outline.videos[number].block);
    let problems =
        outline.problems[unit.problems.clone()].iter().filter(|problem| problem.removed.is_none());
    let leaves =
        std::iter::once(&unit.html).chain(video).chain(problems.map(|problem| &problem.block));
    leaves.chain(unit.extra.as_ref()).collect()
}

fn add(
    all: &mut Map<String, Value>,
    block: &Block,
    (graded, format): (bool, Option<&str>),
    children: Option<&[&Block]>,
) {
    let mut entry = json!({
        "id": block.key,
        "block_id": block.id,
        "lms_web_url": format!("{HOST}/jump_to/{}", block.key),
        "student_view_url": format!("{HOST}/xblock/{}", block.key),
        "type": block.kind,
        "display_name": block.title,
        "graded": graded,
        "format": format,
    });
    if let Some(children) = children {
        entry["children"] = children.iter().map(|child| child.key.as_str()).collect();
    }
    all.insert(block.key.clone(), entry);
}

//! Every job there is, on every engine: the real Streaming jar, with Hadoop's local job runner.

use std::fs;

use crate::everywhere;
use crate::setup::Cluster;
use crate::university::{University, ended, log_name};

/// A university whose engine `hadoop` runs its tasks on this machine.
fn university(cluster: &Cluster, more: &str) -> University {
    let university = University::new();
    let config = on_this_machine(cluster) + more;
    fs::write(university.path("insights.yml"), config).unwrap();
    university
}

/// Settings by which the engine `hadoop` runs its tasks on this machine.
fn on_this_machine(cluster: &Cluster) -> String {
    format!(
        "runners: {{hadoop: {{program: '{}', jobconf: {{mapreduce.framework.name: local, \
         mapreduce.jobtracker.address: local, 'fs.defaultFS': 'file:///'}}}}}}\n",
        cluster.program.display()
    )
}

/// The part files of the enrollment workflow by an engine.
fn parts(university: &University, engine: &str, reducers: &str) -> Vec<(String, String)> {
    let warehouse = format!("{engine}-{reducers}");
    let reducers = format!("reducers={reducers}");
    university.run(&warehouse, &["-r", engine, "--param", &reducers]).ok();
    university.parts(&warehouse)
}

#[test]
fn k03_every_job_makes_the_same_on_every_engine() {
    let Some(cluster) = Cluster::or_skip("engine parity") else { return };
    let university = everywhere::University::new(&on_this_machine(&cluster));
    let [inline, hadoop] = ["inline", "hadoop"].map(|engine| university.run(engine, 3));
    everywhere::compare(&inline, &hadoop);
}

/// Lines of all kinds of bytes; the second file repeats them with a TAB at each end.
fn awkward() -> [Vec<u8>; 2] {
    let event = |mode: &[u8], behind: &[u8]| {
        let front = br#"{"event_type": "edx.course.enrollment.activated", "time": "2026-03-02T10:00:00+00:00", "event": {"course_id": "course-v1:A+One+R", "user_id": 7, "mode": ""#;
        [&front[..], mode, br#""}}"#, behind, b"\n"].concat()
    };
    let texts: [&[u8]; 12] = [
        br"a\tb",
        br"a\rb",
        br"a\nb",
        br"a\u0000b",
        b"a\0b",
        b"a\xffb",
        b"a\xe2\x82b",
        b"a\tb",
        b"a\rb",
        "\u{1f4a5}".as_bytes(),
        br"\ud83d\udca5",
        br"\ud83d",
    ];
    let plain = texts.map(|text| event(text, b"")).concat();
    let tabs = texts.map(|text| event(text, b"\t")).concat();
    [[plain, b"a prefix ".to_vec(), event(b"audit", b"\r")].concat(), tabs]
}

/// Many inputs stand in the job's settings: with and without TABs in lines.
#[test]
fn k01_k02_k09_awkward_lines_are_the_same_on_every_engine_in_the_same_places() {
    let Some(cluster) = Cluster::or_skip("awkward lines") else { return };
    let university = university(&cluster, "warehouse: {compress: gzip}\n");
    for (day, bytes) in (1..).zip(awkward()) {
        university.write_bytes(&log_name(day), &bytes);
    }
    let [inline, hadoop] = ["inline", "hadoop"].map(|engine| parts(&university, engine, "7"));
    let facts = |name: &str| name.starts_with("course_enrollment_events/dt=2026-03-02/");
    let facts: Vec<_> = inline.iter().filter(|(name, _)| facts(name)).collect();
    assert!(facts.iter().any(|(_, text)| text.contains('\u{1f4a5}')), "{facts:?}");
    assert_eq!(inline, hadoop);
}

/// Seven lines of the logs are no events.
#[test]
fn rejected_lines_are_counted_and_found_on_every_engine() {
    let Some(cluster) = Cluster::or_skip("rejected lines") else { return };
    let university = university(&cluster, "");
    let sample = |engine: &str| {
        let refused = university.run(engine, &["-r", engine, "--bad-records", "6"]);
        assert_eq!(refused.code, Some(41), "{engine}: {}", refused.stderr);
        assert!(university.parts(engine).is_empty(), "{engine}: nothing is committed");
        let runs = fs::read_dir(university.path(engine).join("_runs")).unwrap();
        let run = runs.map(|run| run.unwrap().path()).max().unwrap();
        fs::read_to_string(run.join("rejected.tsv")).unwrap()
    };
    let inline = sample("inline");
    assert_eq!(inline.lines().count(), 8, "{inline}");
    assert_eq!(sample("hadoop"), inline);
}

/// More than a command line or an environment would hold.
const FILES: u32 = 1000;

/// Their names stand in the job's settings; files are put together into few splits, as a user would ask.
#[test]
fn a_thousand_logs_are_read_by_one_job() {
    let Some(cluster) = Cluster::or_skip("a thousand logs") else { return };
    let university = university(&cluster, "");
    fs::remove_dir_all(university.path("logs")).unwrap();
    for number in 0..FILES {
        let name =
            format!("lms-with-a-rather-long-name-{number:04}/tracking.log-20260301-{number}.gz");
        let line = format!(
            r#"{{"event_type": "edx.course.enrollment.activated", "time": "2026-03-01T10:00:00+00:00", "event": {{"course_id": "course-v1:A+One+R", "user_id": {number}, "mode": "audit"}}}}"#
        );
        university.write_log(&name, &[line]);
    }
    for engine in ["inline", "hadoop"] {
        let logs = university.path("logs").display().to_string();
        let run = ["run", "course-enrollment-events", "-r", engine, "--param", "reducers=2"];
        let mut command = university.command(engine, &[&run[..], &["--source", &logs]].concat());
        let run = ended(command.output().unwrap()).ok();
        assert!(run.stderr.contains("scan: 1000 files to read"), "{}", run.stderr);
    }
    let parts = university.parts("inline");
    let facts = parts.iter().filter(|(name, _)| name.starts_with("course_enrollment_events/"));
    assert_eq!(facts.flat_map(|(_, text)| text.lines()).count(), FILES as usize);
    assert_eq!(university.parts("hadoop"), parts);
}

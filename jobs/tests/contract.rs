//! The program as a process, as Hadoop Streaming drives it (spec 40 A): framing, environment,
//! counters, liveness, exit codes. A number in a test's name is that of a line in spec 40 K.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use jobs::streaming::report::PanicRecord;

const INTERVAL: &str = "interval=2013-01-01-2013-01-04";
const ACTIVATED: &str = r#"{"event_type": "edx.course.enrollment.activated", "time": "2015-03-09T04:05:06+00:00", "event": {"course_id": "o/c/r", "user_id": 1, "mode": "a"}}"#;
const SPAN: &str = "o/c/r\t1\t2013-01-01\t2013-01-03\t1\t1\thonor\n";

/// What a run of the program left.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Ran {
    fn out(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// Lines of standard error in Hadoop's form, without the prefix.
    fn reports(&self, prefix: &str) -> Vec<&str> {
        self.err.lines().filter_map(|line| line.strip_prefix(prefix)).collect()
    }

    fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }

    fn refused(self, code: i32, why: &str) {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.contains(why), "{} does not say: {why}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

/// The program with no environment but what is given.
fn program(args: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("jobs"));
    command.args(args).env_clear().envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run_in(environment: &[(&str, &str)], args: &[&str], input: impl AsRef<[u8]>) -> Ran {
    let mut command = assert_cmd::Command::from_std(program(args, environment));
    let output = command.write_stdin(input.as_ref()).output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: output.stdout,
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(args: &[&str], input: impl AsRef<[u8]>) -> Ran {
    run_in(&[], args, input)
}

/// Runs one half of the daily counts, which have a combiner.
fn daily(side: &str, input: &str) -> String {
    let ran = run(&[side, "course-enrollment-daily", "--param", INTERVAL], input).succeeded();
    ran.out().to_owned()
}

#[test]
fn k03_a_job_with_a_combiner_of_two_key_fields_maps_combines_and_reduces() {
    let spans = format!("{SPAN}o/c/r\t2\t2013-01-02\t2013-01-02\t1\t1\taudit\n");
    let mapped = daily("map", &spans);
    assert_eq!(
        mapped,
        "o/c/r\t2013-01-01\t1\t1\t1\no/c/r\t2013-01-02\t1\t1\t1\no/c/r\t2013-01-03\t-1\t-1\t-1\n"
    );
    assert_eq!(
        daily("combine", "o/c/r\t2013-01-01\t1\t1\t1\no/c/r\t2013-01-01\t1\t1\t1\n"),
        "o/c/r\t2013-01-01\t2\t2\t2\n"
    );
    let rows = "o/c/r\t2013-01-01\t1\t1\no/c/r\t2013-01-02\t2\t2\no/c/r\t2013-01-03\t1\t1\n";
    assert_eq!(daily("reduce", &mapped), rows);
    assert_eq!(daily("reduce", &daily("combine", &mapped)), rows);
}

#[test]
fn k04_an_empty_input_gives_no_row() {
    for side in ["map", "combine", "reduce"] {
        assert_eq!(daily(side, ""), "", "{side}");
    }
}

/// The map of `course-enrollment` hands lines on, so its output shows what it took for a line.
#[test]
fn k01_a_map_takes_lines_as_hadoop_does_and_keeps_bytes() {
    for (input, output) in [
        (&b"a\tb\nc\td"[..], &b"a\tb\nc\td\n"[..]),
        (b"a\tb\rc\td\r\ne\tf\n", b"a\tb\nc\td\ne\tf\n"),
        (b"a\tb\t\n", b"a\tb\t\n"),
        (b"a\0\xff\xc3\t\\N\\t\xe9\n", b"a\0\xff\xc3\t\\N\\t\xe9\n"),
        (b"alone\n\n\tx\n", b"alone\t\n\t\n\tx\n"),
    ] {
        let ran = run(&["map", "course-enrollment"], input).succeeded();
        assert_eq!(ran.out, output, "{:?}", String::from_utf8_lossy(input));
    }
}

/// The reduce of `course-program-metadata` keeps every line, for a key that is the whole line.
#[test]
fn k01_a_reduce_takes_lines_as_hadoop_does_and_keeps_bytes() {
    let reduce = ["reduce", "course-program-metadata"];
    for (input, output) in [
        (&b"a\t1\r\na\t1\na\t2"[..], &b"a\t1\na\t1\na\t2\n"[..]),
        (b"a\t1\ra\t2\n", b"a\t1\na\t2\n"),
        (b"a\0\t\xff\nb\xff\t\xc3\n", b"a\0\t\xff\nb\xff\t\xc3\n"),
        (b"alone", b"alone\t\n"),
    ] {
        let ran = run(&reduce, input).succeeded();
        assert_eq!(ran.out, output, "{:?}", String::from_utf8_lossy(input));
    }
}

#[test]
fn the_tab_behind_a_key_without_value_is_taken_away() {
    let input = "a\t1\t\na\t2\t\t\n";
    let reduce = ["reduce", "course-program-metadata"];
    for fields in ["stream_num_map_output_key_fields", "stream.num.map.output.key.fields"] {
        let whole_line = run_in(&[(fields, "100")], &reduce, input).succeeded();
        assert_eq!(whole_line.out(), "a\t1\na\t2\t\n", "{fields}");
        let one_field = run_in(&[(fields, "1")], &reduce, input).succeeded();
        assert_eq!(one_field.out(), input, "{fields}");
    }
}

/// A map and a reduce of a pass, under one generation of Hadoop's names.
fn pass_under(file: &str, dir: &str, partition: &str) {
    let scan = ["--scan", "course-enrollment-events"];
    let address = [(file, "hdfs://name/logs/x.gz")];
    let mapped = run_in(&address, &["map", scan[0], scan[1]], ACTIVATED).succeeded();
    let fact =
        "2015-03-09\to/c/r\t1\t2015-03-09T04:05:06.000000\tedx.course.enrollment.activated\ta";
    let scanned = "_scanned\thdfs://name/logs/x.gz\tcourse-enrollment-events\t2015-03-09\n";
    assert_eq!(mapped.out(), format!("course-enrollment-events\t{fact}\n{scanned}"));

    let folder = tempfile::tempdir().unwrap();
    let output = format!("file:{}", folder.path().display());
    let place = [(dir, output.as_str()), (partition, "3")];
    let sorted = format!("{scanned}course-enrollment-events\t{fact}\n");
    let reduced = run_in(&place, &["reduce", scan[0], scan[1]], sorted).succeeded();
    assert_eq!(reduced.out(), "", "rows go to files");
    let table = folder.path().join("course_enrollment_events/dt=2015-03-09/part-00003");
    assert_eq!(fs::read_to_string(table).unwrap(), format!("{}\n", &fact["2015-03-09\t".len()..]));
    let days = fs::read_to_string(folder.path().join("_scanned/part-00003"));
    assert_eq!(days.unwrap(), &scanned["_scanned\t".len()..]);
}

#[test]
fn a_pass_reads_the_names_of_hadoop_2_and_3() {
    pass_under("mapreduce_map_input_file", "mapreduce_task_output_dir", "mapreduce_task_partition");
}

#[test]
fn a_pass_reads_the_names_of_hadoop_1() {
    pass_under("map_input_file", "mapred_work_output_dir", "mapred_task_partition");
}

#[test]
fn a_pass_fills_the_tables_of_all_its_jobs() {
    let jobs = "course-enrollment-daily,course-enrollment-mode-daily";
    let scan = ["--scan", jobs, "--param", INTERVAL];
    let spans = [("mapreduce_map_input_file", "/w/course_enrollment_spans/dt=2013-01-04/part-0")];
    let mapped = run_in(&spans, &[&["map"], &scan[..]].concat(), SPAN).succeeded();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let place = [("mapreduce_task_output_dir", dir), ("mapreduce_task_partition", "0")];
    let combined = run(&[&["combine"], &scan[..]].concat(), mapped.out()).succeeded();
    run_in(&place, &[&["reduce"], &scan[..]].concat(), combined.out()).succeeded();
    for (table, first) in [
        ("course_enrollment_daily", "o/c/r\t2013-01-01\t1\t1\n"),
        ("course_enrollment_mode_daily", "2013-01-01\to/c/r\thonor\t1\t1\n"),
    ] {
        let rows = folder.path().join(table).join("dt=2013-01-04/part-00000");
        let rows = fs::read_to_string(rows).unwrap();
        assert!(rows.starts_with(first) && rows.lines().count() == 3, "{table}: {rows}");
    }
}

#[test]
fn a_pass_refuses_a_place_it_cannot_write_to() {
    let reduce = ["reduce", "--scan", "course-enrollment-events"];
    run(&reduce, "").refused(1, "mapreduce.task.output.dir");
    let no_part = [("mapreduce_task_output_dir", "/nowhere")];
    run_in(&no_part, &reduce, "").refused(1, "mapreduce.task.partition");
    let remote =
        [("mapreduce_task_output_dir", "hdfs://name/x"), ("mapreduce_task_partition", "0")];
    run_in(&remote, &reduce, "").refused(1, "hdfs://name/x");
}

/// A join tells its two inputs apart by the file that the lines come from.
#[test]
fn the_input_file_chooses_the_mapper() {
    let map = ["map", "course-enrollment-gender-daily", "--param", INTERVAL];
    let profile = "1\tname\tf\t1990\tb\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n";
    for (name, folder, input) in [
        ("mapreduce_map_input_file", "auth_userprofile", profile),
        ("map_input_file", "auth_userprofile", profile),
        ("map_input_file", "course_enrollment_spans", SPAN),
    ] {
        let file = [(name, format!("s3://w/{folder}/dt=2013-01-04/part-00000"))];
        let file = [(file[0].0, file[0].1.as_str())];
        assert!(run_in(&file, &map, input).succeeded().out().starts_with("1\t"), "{folder}");
    }
    let wrong = [("map_input_file", "/w/course_enrollment_spans/dt=2013-01-04/part-0")];
    run_in(&wrong, &map, profile).refused(1, "record 1");
}

#[test]
fn parameters_come_from_the_command_line_before_the_environment() {
    let environment = [("insights_param_interval", "2013-01-01-2013-01-02")];
    let days = |ran: Ran| ran.succeeded().out().lines().count();
    assert_eq!(days(run_in(&environment, &["map", "calendar"], "")), 1);
    assert_eq!(days(run_in(&environment, &["map", "calendar", "--param", INTERVAL], "")), 3);
    run(&["map", "calendar"], "").refused(1, "parameter `interval` is needed");
    run(&["map", "calendar", "--param", "interval=2013-99"], "").refused(1, "not an interval");
}

#[test]
fn k05_counters_come_in_few_lines_of_three_parts() {
    let input = format!("{ACTIVATED}\nnot json edx.course.enrollment.\nnothing\n").repeat(20_000);
    let ran = run(&["map", "course-enrollment-events"], input).succeeded();
    let reports = ran.reports("reporter:counter:");
    assert!((3..20).contains(&reports.len()), "{reports:?}");
    let mut lines = 0;
    for report in reports {
        let parts: Vec<_> = report.split(',').collect();
        let [group, name, amount] = parts[..] else { panic!("{report}") };
        let amount: i64 = amount.parse().unwrap();
        if (group, name) == ("Event", "Lines") {
            lines += amount;
        }
    }
    assert_eq!(lines, 60_000);
    assert!(ran.err.lines().all(|line| line.starts_with("reporter:")), "{}", ran.err);
}

#[test]
fn the_jobs_own_reporter_prefix_is_used() {
    let prefix = [("stream_stderr_reporter_prefix", "tell:")];
    let ran = run_in(&prefix, &["map", "course-enrollment-events"], "x\n").succeeded();
    assert!(ran.reports("tell:").contains(&"counter:Event,Lines,1"), "{}", ran.err);
    assert!(ran.reports("reporter:").is_empty(), "{}", ran.err);
}

#[test]
fn counters_are_reported_also_by_a_task_that_fails() {
    let mut task = program(&["map", "course-enrollment-events"], &[]).spawn().unwrap();
    drop(task.stdout.take());
    task.stdin.take().unwrap().write_all(ACTIVATED.as_bytes()).unwrap();
    let ran = ended(task);
    assert_eq!(ran.reports("reporter:counter:"), ["Event,Lines,1"]);
    ran.refused(1, "cannot write output");
}

#[test]
fn a_fact_that_is_no_event_is_counted_and_passed_over() {
    let ran = run(&["map", "course-enrollment-spans"], "no event\n").succeeded();
    assert_eq!(ran.out(), "");
    assert_eq!(ran.reports("reporter:counter:"), ["Enrollment Events,Discard Malformed Fact,1"]);
}

/// What a task says on standard error while nothing comes on its input.
fn waiting(environment: &[(&str, &str)], time: Duration) -> Ran {
    let mut task = program(&["map", "course-enrollment"], environment).spawn().unwrap();
    let input = task.stdin.take();
    sleep(time);
    drop(input);
    ended(task)
}

fn ended(task: Child) -> Ran {
    let output = task.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: output.stdout,
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// No input is known that makes a job panic, so it is asked for.
#[test]
fn a_panic_leaves_counters_a_record_and_its_own_exit_code() {
    let asked = [("insights_fault", "panic"), ("map_input_file", "hdfs://n/logs/x.gz")];
    let input = format!("nothing\n{ACTIVATED}\n");
    let ran = run_in(&asked, &["map", "course-enrollment-events"], &input);
    assert_eq!((ran.code, ran.out()), (101, ""));
    assert!(ran.reports("reporter:counter:").contains(&"Event,Lines,2"), "{}", ran.err);
    let record = ran.err.lines().find_map(PanicRecord::find).unwrap();
    assert!(record.message.contains("insights.fault asks for it"), "{}", record.message);
    assert!(record.backtrace.contains("strike"), "{}", record.backtrace);
    assert_eq!(record.input.as_deref(), Some("hdfs://n/logs/x.gz"));
    assert!((8..=input.len() as u64).contains(&record.offset), "{}", record.offset);
}

#[test]
fn k06_a_group_longer_than_the_timeout_is_heard_of_all_the_time() {
    let asked = [("insights_fault", "silence 3"), ("insights_heartbeat_seconds", "1")];
    let ran = run_in(&asked, &["map", "course-enrollment-events"], ACTIVATED).succeeded();
    assert_eq!(ran.out().lines().count(), 1);
    assert!(ran.reports("reporter:status:").len() >= 2, "{}", ran.err);
}

#[test]
fn a_silent_task_says_that_it_lives_unless_told_not_to() {
    let seconds = |period| [("insights_heartbeat_seconds", period)];
    let time = Duration::from_millis(3300);
    std::thread::scope(|scope| {
        let beating = scope.spawn(|| waiting(&seconds("1"), time).succeeded());
        let silent = scope.spawn(|| waiting(&seconds("0"), time).succeeded());
        let beats = beating.join().unwrap().reports("reporter:status:").len();
        assert!((2..=6).contains(&beats), "{beats}");
        assert_eq!(silent.join().unwrap().err, "");
    });
}

#[test]
fn a_broken_line_ends_the_task_and_is_named() {
    let map = ["map", "course-enrollment-daily", "--param", INTERVAL];
    let ran = run(&map, format!("{SPAN}o/c/r\t1\t\u{1b}[2J\n"));
    assert!(!ran.err.contains('\u{1b}'), "the line is made printable");
    ran.refused(1, "record 2");
    let reduce = ["reduce", "course-enrollment-daily", "--param", INTERVAL];
    run(&reduce, "o/c/r\t2013-01-01\tone\t1\t1\n").refused(1, "record 1");
}

#[test]
fn a_cause_is_told_once() {
    let ran = run(&["reduce", "course-program-metadata"], "b\t1\na\t1\n");
    assert_eq!(ran.err.matches("not in byte order").count(), 1, "{}", ran.err);
    ran.refused(1, "record");
}

#[test]
fn unsorted_input_of_a_reduce_is_refused() {
    for side in ["reduce", "combine"] {
        let args = [side, "course-enrollment-daily", "--param", INTERVAL];
        let unsorted = "o/c/r\t2013-01-02\t1\t1\t1\no/c/r\t2013-01-01\t1\t1\t1\n";
        run(&args, unsorted).refused(1, "not in byte order");
    }
}

#[test]
fn wrong_usage_is_2() {
    let unknown = "did you mean `course-enrollment-daily`?";
    run(&["map", "course-enrolment-daily"], "").refused(2, unknown);
    run(&["map", "--scan", "calendar,course-enrolment-daily"], "").refused(2, unknown);
    run(&["describe", "course_enrolment_daily"], "").refused(2, unknown);
    run(&["map"], "").refused(2, "required");
    run(&["map", "calendar", "--scan", "calendar"], "").refused(2, "--scan");
    run(&["map", "calendar", "--param", "interval"], "").refused(2, "NAME=VALUE");
    run(&["map", "calendar", "--step", "0"], "").refused(2, "--step");
    run(&["shuffle", "calendar"], "").refused(2, "shuffle");
}

#[test]
fn a_half_that_a_job_lacks_is_refused() {
    run(&["combine", "course-enrollment"], "").refused(1, "combiner");
    run(&["reduce", "calendar", "--param", INTERVAL], "").refused(1, "only mapped");
    let third = ["map", "course-enrollment-gender-daily", "--step", "3"];
    run(&third, "").refused(2, "has 2 steps, not 3");
    let mixed = ["map", "--scan", "course-enrollment-events,course-enrollment-daily"];
    run(&mixed, "").refused(2, "a pass is of");
}

#[test]
fn a_pass_that_copies_lines_writes_whole_files_and_prints_nothing() {
    let scan = ["--scan", "event-export-by-course", "--param", "interval=2015"];
    let line =
        r#"{"time": "2015-03-09T04:05:06", "context": {"course_id": "o/c/r"}, "a": "\u00e9"}"#;
    let mapped = run(&[&["map"], &scan[..]].concat(), format!(" {line}\nx\n")).succeeded();
    let path = "o_c_r/events/o_c_r-events-2015-03-09.log.gz";
    assert_eq!(mapped.out(), format!("event-export-by-course\t{path}\t{line}\n"));
    let folder = tempfile::tempdir().unwrap();
    let place = [("mapreduce_task_output_dir", folder.path().to_str().unwrap())];
    let reduced = run_in(&place, &[&["reduce"], &scan[..]].concat(), mapped.out()).succeeded();
    assert_eq!(reduced.out(), "");
    let file = fs::File::open(folder.path().join("files/event-export-by-course").join(path));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file.unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text, format!("{line}\n"));
}

/// The places of lines that are no events go beside the files, in a pass of facts and in one of copies.
#[test]
fn rejected_lines_are_told_by_their_places() {
    for job in ["event-export-by-course", "total-events"] {
        let scan = ["--scan", job, "--param", "interval=2015"];
        let input = format!("{ACTIVATED}\n{{\"course_id\"\n");
        let of_map = |start: &str| {
            let place = [("map_input_file", "hdfs://name/logs/x.gz"), ("map_input_start", start)];
            run_in(&place, &[&["map"], &scan[..]].concat(), &input).succeeded()
        };
        let row = |offset: &str| {
            format!("_rejected\thdfs://name/logs/x.gz\t{offset}\tDiscard Unparseable Event\n")
        };
        let (known, unknown) = (row(&(ACTIVATED.len() + 1).to_string()), row(r"\N"));
        assert!(of_map("0").out().contains(&known), "{job}: {}", of_map("0").out());
        assert!(of_map("77").out().contains(&unknown), "{job}: {}", of_map("77").out());

        let folder = tempfile::tempdir().unwrap();
        let place = [
            ("mapreduce_task_output_dir", folder.path().to_str().unwrap()),
            ("mapreduce_task_partition", "3"),
        ];
        let reduced = run_in(&place, &[&["reduce"], &scan[..]].concat(), &known).succeeded();
        assert_eq!(reduced.out(), "");
        let kept = fs::read_to_string(folder.path().join("_rejected/part-00003")).unwrap();
        assert_eq!(kept, &known["_rejected\t".len()..]);
    }
}

/// A framework takes a task that leaves input unread for a failure.
#[test]
fn a_job_without_input_reads_its_input_to_the_end() {
    let mut task = program(&["map", "calendar", "--param", INTERVAL], &[]).spawn().unwrap();
    let mut input = task.stdin.take().unwrap();
    let line = [b"x".repeat(1023), b"\n".to_vec()].concat();
    for _ in 0..4096 {
        input.write_all(&line).expect("the input is read");
    }
    drop(input);
    assert_eq!(ended(task).succeeded().out().lines().count(), 3);
}

#[test]
fn a_reader_that_goes_away_ends_the_task_without_a_panic() {
    let mut task = program(&["map", "course-enrollment"], &[]).spawn().unwrap();
    drop(task.stdout.take());
    let mut input = task.stdin.take().unwrap();
    let line = [b"x".repeat(1023), b"\n".to_vec()].concat();
    while input.write_all(&line).is_ok() {}
    drop(input);
    ended(task).refused(1, "cannot write output");
    // All that it has to say may fit its buffer: the last write counts as well.
    let mut task = program(&["map", "calendar", "--param", INTERVAL], &[]).spawn().unwrap();
    drop(task.stdout.take());
    ended(task).refused(1, "cannot write output");
}

/// Feeds lines to a task that keeps waiting for more, and reads its peak of memory then.
fn peak_kilobytes(args: &[&str], lines: impl Iterator<Item = String>) -> (u64, Ran) {
    let mut task = program(args, &[]).spawn().unwrap();
    let mut input = std::io::BufWriter::with_capacity(1 << 16, task.stdin.take().unwrap());
    for line in lines {
        input.write_all(line.as_bytes()).unwrap();
    }
    input.flush().unwrap();
    let mut status = String::new();
    let file = format!("/proc/{}/status", task.id());
    fs::File::open(file).unwrap().read_to_string(&mut status).unwrap();
    drop(input);
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    (peak.trim().trim_end_matches(" kB").parse().unwrap(), ended(task))
}

/// One learner with ten million events: some 700 MB of lines in one group.
#[test]
fn k04_a_group_of_ten_million_values_needs_no_memory() {
    if !fs::exists("/proc/self/status").unwrap() {
        println!("SKIPPED k04_a_group_of_ten_million_values_needs_no_memory: there is no /proc");
        return;
    }
    let events = (0..10_000_000u32).map(|number| {
        let kind = if number % 2 == 0 { "activated" } else { "deactivated" };
        let (second, part) = (number / 1_000_000, number % 1_000_000);
        format!(
            "o/c/r\t1\t2013-01-01T00:00:0{second}.{part:06}\tedx.course.enrollment.{kind}\taudit\n"
        )
    });
    let args = ["reduce", "course-enrollment-spans", "--param", INTERVAL];
    let (peak, ran) = peak_kilobytes(&args, events);
    assert_eq!(ran.succeeded().out(), "o/c/r\t1\t2013-01-01\t2013-01-03\t0\t0\taudit\n");
    println!("peak of memory: {peak} kB");
    assert!(peak < 64 * 1024, "{peak} kB");
}

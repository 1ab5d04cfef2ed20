//! Speed of reading tracking-log lines: the parser, the strict parser that it is measured against,
//! and the prefilter.

#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jobs::event::{Event, Prefilter};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::hint::black_box;

const COURSE: &str = "course-v1:NorthvaleX+BIO101+2024_T3";

/// The fields of a line by serde_json: the fastest strict reading that borrows.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only its making is measured")]
struct Strict<'a> {
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_source: Option<Cow<'a, str>>,
    #[serde(borrow)]
    username: Option<Cow<'a, str>>,
    #[serde(borrow)]
    ip: Option<Cow<'a, str>>,
    #[serde(borrow)]
    page: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<StrictContext<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its making is measured")]
struct StrictContext<'a> {
    #[serde(borrow)]
    course_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
}

/// A line in the current order of keys.
fn line(event_type: &str, source: &str, path: &str, payload: &str, page: &str) -> String {
    format!(
        r#"{{"name": "{event_type}", "context": {{"course_id": "{COURSE}", "course_user_tags": {{}}, "user_id": 48213, "path": "{path}", "org_id": "NorthvaleX", "enterprise_uuid": ""}}, "username": "mira_okafor", "session": "4be07c1d9f82a35e60d7b4c19a3f58e2", "ip": "81.2.69.142", "agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36", "host": "courses.northvale.example", "referer": "https://courses.northvale.example/dashboard", "accept_language": "en-GB,en;q=0.9", "event": {payload}, "time": "2024-10-01T18:04:40.650119+00:00", "event_type": "{event_type}", "event_source": "{source}", "page": {page}}}"#
    )
}

/// Lines in the mix of a busy site: 44 % implicit, 37 % browser, 18 % server events (spec 05 §1.9).
fn lines() -> Vec<String> {
    let path = format!(
        "/courses/{COURSE}/courseware/1f0c7a5be2d94c6f8a31b07e5d92c4a1/7be2044d91f34a0fb6c8d5e3a9107c52/"
    );
    let page = format!(r#""https://courses.northvale.example{path}""#);
    let request = r#""{\"GET\": {\"activate_block_id\": [\"block-v1:NorthvaleX+BIO101+2024_T3+type@vertical+block@c04ed8b3176a4f259d1be7a0f6385c9d\"]}, \"POST\": {}}""#;
    let video = r#""{\"id\": \"a83c51e7f09b4d26be4570d1c92f6e38\", \"code\": \"xW4Gd9oQ2bE\", \"duration\": 462, \"currentTime\": 0.032}""#;
    let part = r#""90b7d3f2ae5c4168b0f94c7e1d38a625_2_1": {"correctness": "correct", "npoints": null, "msg": "", "hint": "", "hintmode": null, "queuestate": null, "answervariable": null}"#;
    let problem = format!(
        r#"{{"problem_id": "block@90b7d3", "grade": 1, "max_grade": 1, "correct_map": {{{part}}}, "state": {{"seed": 1, "correct_map": {{{part}}}, "done": true}}, "success": "correct"}}"#
    );
    let mut lines = Vec::new();
    for number in 0..100 {
        lines.push(match number * 37 % 100 {
            0..44 => line(&path, "server", &path, request, "null"),
            44..81 => line("play_video", "browser", "/event", video, &page),
            _ => line("problem_check", "server", &path, &problem, "\"x_module\""),
        });
    }
    lines
}

fn parse(criterion: &mut Criterion) {
    let lines = lines();
    let bytes = lines.iter().map(|line| line.len() as u64).sum();
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("event", |bencher| {
        bencher.iter(|| {
            lines.iter().filter(|line| Event::parse(black_box(line.as_bytes())).is_ok()).count()
        });
    });
    group.bench_function("event_with_payload", |bencher| {
        bencher.iter(|| {
            let events = lines.iter().map(|line| Event::parse(black_box(line.as_bytes())).unwrap());
            events.filter(|event| event.payload().is_some()).count()
        });
    });
    group.bench_function("serde_json_borrowed", |bencher| {
        let strict =
            |line: &&String| serde_json::from_slice::<Strict>(black_box(line.as_bytes())).is_ok();
        bencher.iter(|| lines.iter().filter(strict).count());
    });
    group.finish();
}

fn ask(criterion: &mut Criterion) {
    let line = lines().swap_remove(0);
    criterion.bench_function("day_course_and_user", |bencher| {
        bencher.iter_batched_ref(
            || Event::parse(line.as_bytes()).unwrap(),
            |event| (event.day().is_ok(), event.course_id_or_from_url(), event.user_id_text()).0,
            BatchSize::SmallInput,
        );
    });
}

fn prefilter(criterion: &mut Criterion) {
    let lines = lines();
    let bytes = lines.iter().map(|line| line.len() as u64).sum();
    let mut group = criterion.benchmark_group("prefilter");
    group.throughput(Throughput::Bytes(bytes));
    for (name, needles) in [
        ("one", &["edx.course.enrollment."][..]),
        ("three", &["edx.course.enrollment.", "edx.forum.", "edx.bookmark."]),
    ] {
        let prefilter = Prefilter::new(needles);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                lines.iter().filter(|line| prefilter.may_match(black_box(line.as_bytes()))).count()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parse, ask, prefilter);
criterion_main!(benches);

//! Requests that nobody should send: each gets a clear refusal in the service's own form, nothing is told
//! without a token, and the service lives.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use api::config::Settings;
use api::{keys, service};
use jobs::registry::RESULT_TABLES;
use proptest::prelude::*;
use serde_json::Value;
use store::{Address, Store};

const TOKEN: &str = "hostile-token";

/// A service that runs as long as the tests do, over a store in which one course has figures.
fn address() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap().keep();
        let file = folder.join("store.db");
        serve(Address::Sqlite(file.clone()), folder, move || fill(&file))
    })
}

/// Runs a service over a store, whose tables are made and filled before; gives its address.
fn serve(store: Address, folder: PathBuf, fill: impl FnOnce() + Send + 'static) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            Store::open(&store).unwrap().create_tables(RESULT_TABLES).await.unwrap();
            fill();
            let file = folder.join("keys");
            std::fs::write(&file, format!("u:{}:0 service\n", keys::hash(TOKEN))).unwrap();
            let yaml = folder.join("api.yml");
            let text = format!(
                "key_file: {}\nprivacy: named\nANALYTICS_DATABASE: {store}\n",
                file.display()
            );
            std::fs::write(&yaml, text).unwrap();
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            tell.send(listener.local_addr().unwrap().to_string()).unwrap();
            let settings = Settings::read(&yaml).unwrap();
            service::run(&settings, listener, std::future::pending()).await.unwrap();
        });
    });
    told.recv().unwrap()
}

fn fill(store: &std::path::Path) {
    let store = rusqlite::Connection::open(store).unwrap();
    store
        .execute_batch(
            "INSERT INTO course_enrollment_daily (course_id, date, count) VALUES ('a/b/c', '2014-01-01', 3);
             INSERT INTO learner_roster (course_id, username, name) VALUES ('a/b/c', 'ann', 'Ann');
             INSERT INTO module_engagement (course_id, username, date, entity_type, entity_id, event, count)
             VALUES ('a/b/c', 'ann', '2014-01-01', 'video', 'v', 'viewed', 1);",
        )
        .unwrap();
}

/// What comes back for some bytes: a status, headers and a body; none where the connection is closed.
fn sent(request: &[u8]) -> Option<(u16, BTreeMap<String, String>, Vec<u8>)> {
    sent_to(address(), request)
}

fn sent_to(address: &str, request: &[u8]) -> Option<(u16, BTreeMap<String, String>, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // A service that has refused what it read does not wait for the rest.
    let _ = stream.write_all(request);
    if !request.windows(6).any(|bytes| bytes == b"Host: ") {
        // Whatever this was, there is no more of it.
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Some((status, headers, bytes[end + 4..].to_vec()))
}

fn get(path: &str, headers: &str) -> Option<(u16, BTreeMap<String, String>, Vec<u8>)> {
    sent(&got(path, headers))
}

fn got(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// Refuses a failure of the service, and an error that is not told in its own form.
fn is_decent(request: &str, answer: Option<(u16, BTreeMap<String, String>, Vec<u8>)>) {
    let Some((status, headers, body)) = answer else { return };
    assert!(status < 500 || status == 501, "{status} for {request:?}");
    if status < 400 || body.is_empty() {
        return;
    }
    let kind = headers.get("content-type").map_or("", String::as_str);
    if kind.starts_with("text/html") {
        assert!(body.starts_with(b"Error in recent_date: "), "{request:?}");
        return;
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let known = ["detail", "error_code", "status", "username"];
    assert!(known.iter().any(|name| body.get(name).is_some()), "{body} for {request:?}");
}

const COURSES: [&str; 7] = [
    "a/b/c",
    "course-v1:a+b+c",
    "%2e%2e/%2e%2e/etc",
    "'%20OR%20'1'='1",
    "a/b/%00",
    "%FF%FE/b/c",
    "é/ü/🦀",
];
const TAILS: [&str; 16] = [
    "enrollment/",
    "enrollment/mode/",
    "enrollment/location/",
    "activity/",
    "recent_activity/",
    "problems/",
    "problems_and_tags/",
    "videos/",
    "reports/problem_response/",
    "reports/../../keys/",
    "user_engagement/",
    "enrollment.csv",
    "enrollment",
    "enrollment.xml/",
    "",
    "%2F%2F",
];
const LISTS: [&str; 12] = [
    "/api/v0/course_summaries/",
    "/api/v1/programs/",
    "/api/v2/course_summaries/",
    "/api/v2/course_totals/",
    "/api/v0/learners/",
    "/api/v0/learners/ann/",
    "/api/v0/engagement_timelines/ann/",
    "/api/v0/course_learner_metadata/a/b/c/",
    "/api/v0/table_updates/",
    "/reports/x.csv",
    "/docs/",
    "/api/v0/enterprise/0395b1aa-6d5b-4bd9-8f6a-1b2c3d4e5f60/engagements/",
];
const NAMES: [&str; 18] = [
    "course_id",
    "course_ids",
    "start_date",
    "end_date",
    "fields",
    "exclude",
    "programs",
    "recent_date",
    "page",
    "page_size",
    "order_by",
    "sort_order",
    "text_search",
    "segments",
    "format",
    "label",
    "until",
    "",
];
const VALUES: [&str; 20] = [
    "",
    "a/b/c",
    "a%2Fb%2Fc,a%2Fb%2Fc",
    "%27%3B%20DROP%20TABLE%20video%3B--",
    "2014-01-01",
    "2014-13-01",
    "9999-12-31T235959",
    "-1",
    "0",
    "18446744073709551616",
    "99999999999999999999",
    "last",
    "csv",
    "<script>",
    "%00",
    "%FF",
    "%25%25%25",
    "name",
    "desc",
    "highly_engaged,struggling",
];

fn path() -> impl Strategy<Value = String> {
    let course = (0..2, prop::sample::select(&COURSES[..]), prop::sample::select(&TAILS[..]));
    let course = course.prop_map(|(v, course, tail)| format!("/api/v{v}/courses/{course}/{tail}"));
    let module = (prop::sample::select(&COURSES[..]), "[ -~]{0,40}").prop_map(|(id, more)| {
        let more = more.replace([' ', '#', '?'], "%20");
        format!("/api/v0/problems/{id}{more}/answer_distribution/")
    });
    let list = prop::sample::select(&LISTS[..]).prop_map(str::to_owned);
    prop_oneof![3 => course, 2 => module, 3 => list]
}

fn query() -> impl Strategy<Value = String> {
    let pair = (prop::sample::select(&NAMES[..]), prop::sample::select(&VALUES[..]));
    prop::collection::vec(pair.prop_map(|(name, value)| format!("{name}={value}")), 0..5)
        .prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_path_and_no_query_brings_it_down(path in path(), query in query(), csv in any::<bool>()) {
        let accept = if csv { "Accept: text/csv\r\n" } else { "" };
        let headers = format!("Authorization: Token {TOKEN}\r\n{accept}");
        let request = format!("{path}?{query}");
        is_decent(&request, get(&request, &headers));
    }

    #[test]
    fn no_body_and_no_method_brings_it_down(
        path in path(),
        method in prop::sample::select(&["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"][..]),
        kind in prop::sample::select(&[
            "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "multipart/form-data", "text/plain", "", "application/json; charset=utf-7",
        ][..]),
        body in prop::collection::vec(any::<u8>(), 0..300),
        is_json in any::<bool>(),
    ) {
        let body = if is_json { br#"{"course_ids": [[1], {"a": null}], "recent_date": 7}"#.to_vec() } else { body };
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Token {TOKEN}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len()
        ).into_bytes();
        request.extend_from_slice(&body);
        let answer = sent(&request);
        // HEAD and OPTIONS have no body of the error's form to look at.
        if !["HEAD", "BREW"].contains(&method) {
            is_decent(&format!("{method} {path}"), answer);
        }
    }

    #[test]
    fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Some((status, ..)) = sent(&[&bytes[..], b"\r\n\r\n"].concat()) {
            prop_assert!(status < 500, "{status} for {bytes:?}");
        }
        let (status, ..) = get("/status/", "").unwrap();
        prop_assert_eq!(status, 200);
    }
}

/// Servers have their own ideas of texts: of each thing that can be asked, once.
#[test]
fn nothing_that_is_asked_is_too_much_for_mariadb() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = testkit::mariadb_or_skip("hostile requests on MariaDB").unwrap();
    let Some(server) = server else { return };
    let store: Address = runtime.block_on(server.database()).unwrap().parse().unwrap();
    let address = serve(store, tempfile::tempdir().unwrap().keep(), || ());
    let headers = format!("Authorization: Token {TOKEN}\r\n");
    let courses = COURSES.iter().flat_map(|course| {
        TAILS.iter().map(move |tail| format!("/api/v0/courses/{course}/{tail}"))
    });
    let modules = COURSES.iter().flat_map(|id| {
        ["problems/X/answer_distribution/", "problems/X/grade_distribution/", "videos/X/timeline/"]
            .map(|path| format!("/api/v0/{}", path.replace('X', id)))
    });
    // Those that put what is asked into a statement.
    let lists = [LISTS[0], LISTS[2], LISTS[4]].into_iter().flat_map(|path| {
        let pairs = NAMES.iter().flat_map(|name| VALUES.iter().map(move |value| (name, value)));
        pairs.map(move |(name, value)| format!("{path}?course_id=a/b/c&{name}={value}"))
    });
    for path in courses.chain(modules).chain(lists) {
        is_decent(&path, sent_to(&address, &got(&path, &headers)));
    }
}

#[test]
fn long_ids_and_lists_are_looked_up_or_refused() {
    let headers = format!("Authorization: Token {TOKEN}\r\n");
    let long = "x".repeat(20_000);
    for request in [
        format!("/api/v0/courses/a/b/{long}/enrollment/"),
        format!("/api/v0/problems/{long}/answer_distribution/"),
        format!("/api/v0/course_summaries/?course_ids={}", vec!["a/b/c"; 5000].join(",")),
        format!("/api/v0/learners/?course_id=a/b/c&text_search={long}"),
        format!("/api/v0/learners/?course_id=a/b/c&segments={}", vec!["inactive"; 2000].join(",")),
    ] {
        let (status, ..) = get(&request, &headers).unwrap();
        assert!([200, 400, 404, 414].contains(&status), "{status} for {}", &request[..60]);
    }
    let ids: Vec<_> = (0..20_000).map(|number| format!("course_ids=a%2Fb%2F{number}")).collect();
    let body = ids.join("&");
    let request = format!(
        "POST /api/v0/course_summaries/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(sent(request.as_bytes()).unwrap().0, 404);
}

#[test]
fn without_a_token_nothing_is_told_but_that_the_service_is_there() {
    let mut paths: Vec<String> = LISTS[..9].iter().map(|path| (*path).to_owned()).collect();
    paths.push(LISTS[11].to_owned());
    for version in ["v0", "v1"] {
        for tail in &TAILS[..11] {
            if !tail.contains("..") {
                paths.push(format!("/api/{version}/courses/a/b/c/{tail}"));
            }
        }
        for id in [
            "problems/x/answer_distribution/",
            "problems/x/grade_distribution/",
            "problems/x/sequential_open_distribution/",
            "videos/x/timeline/",
        ] {
            paths.push(format!("/api/{version}/{id}"));
        }
    }
    paths.push("/authenticated/".to_owned());
    for path in &paths {
        for headers in
            ["", "Authorization: Token wrong\r\n", "Authorization: Bearer hostile-token\r\n"]
        {
            for suffix in ["", "?format=csv", "?course_id=a/b/c"] {
                let (status, found, body) = get(&format!("{path}{suffix}"), headers).unwrap();
                assert_eq!(status, 401, "{path}{suffix} {headers}");
                assert_eq!(found["www-authenticate"], "Token");
                let body = String::from_utf8(body).unwrap();
                assert!(body.is_empty() || body.starts_with(r#"{"detail":""#), "{path}: {body}");
            }
        }
    }
    for (path, status) in
        [("/status/", 200), ("/health/", 200), ("/docs/", 200), ("/", 302), ("/api/v0/", 404)]
    {
        assert_eq!(get(path, "").unwrap().0, status, "{path}");
    }
}

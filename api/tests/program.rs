//! The program as an operator runs it: tokens, a start, the published client's calls, a stop.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api_client::ask::{self, DateRange};
use api_client::{Availability, Client, Error, Report, SummaryQuery, TableUpdate, Version};
use jobs::registry::RESULT_TABLES;
use store::{Address, Limits, LoadOptions, Part, Store};
use tempfile::TempDir;

const COURSE: &str = "course-v1:edX+DemoX+Demo_2014";

/// A filled store, a key file and the program over them.
struct Service {
    child: Child,
    address: String,
    token: String,
    folder: TempDir,
    /// What it has said since it listens.
    log: Arc<Mutex<String>>,
}

impl Service {
    async fn start() -> Self {
        Self::start_with("").await
    }

    /// With lines of settings besides the usual ones.
    async fn start_with(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("reports.db");
        fill(&store).await;
        let keys = folder.path().join("keys");
        let token = tokens(&keys, &["create", "insights", "--service"]).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_insights-api"));
        command.args(["--store", &format!("sqlite:{}", store.display()), "--listen", &address]);
        let config = folder.path().join("api.yml");
        let reports = folder.path().join("reports");
        std::fs::create_dir(&reports).unwrap();
        let settings = "COURSE_REPORT_DOWNLOAD_EXPIRY_TIME: 2\nMEDIA_ROOT: ";
        std::fs::write(&config, format!("{settings}{}\n{more}", reports.display())).unwrap();
        command.arg("--key-file").arg(&keys).arg("--config").arg(&config);
        command.env("RUST_LOG", "trace");
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let ready =
            lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("listening on")));
        assert!(ready.is_some(), "the program ended before it listened");
        let log = Arc::new(Mutex::new(String::new()));
        let said = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *said.lock().unwrap() += &format!("{line}\n");
            }
        });
        Self { child, address, token: token.trim().to_owned(), folder, log }
    }

    fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address), &self.token, Duration::from_secs(10))
            .unwrap()
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let plain =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request =
            plain.request(method.parse().unwrap(), format!("http://{}{path}", self.address));
        request = request.header("Authorization", format!("Token {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A program that has ended already cannot be killed; that is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn fill(path: &Path) {
    let store = Store::open(&Address::Sqlite(path.to_owned())).unwrap();
    store.create_tables(RESULT_TABLES).await.unwrap();
    let texts = [
        (
            "course_enrollment_daily",
            format!("{COURSE}\t2014-01-01\t3\t4\n{COURSE}\t2014-01-02\t5\t6\n"),
        ),
        ("course_enrollment_mode_daily", format!("2014-01-02\t{COURSE}\taudit\t5\t6\n")),
        ("course_enrollment_gender_daily", format!("2014-01-02\t{COURSE}\tf\t5\t6\n")),
        ("course_enrollment_education_level_daily", format!("2014-01-02\t{COURSE}\t\\N\t5\t6\n")),
        ("course_enrollment_birth_year_daily", format!("2014-01-02\t{COURSE}\t1990\t5\t6\n")),
        ("course_enrollment_location_current", format!("2014-01-02\t{COURSE}\tCA\t5\t6\n")),
        (
            "course_meta_summary_enrollment",
            format!("{COURSE}\tDemo\t\\N\t\\N\t\\N\t\\N\tCurrent\taudit\t5\t1\t6\t\\N\n"),
        ),
        ("course_program_metadata", format!("{COURSE}\tp1\tMicroMasters\t\\N\n")),
    ];
    for (name, text) in texts {
        load(&store, name, &text, 1).await;
    }
}

/// Loads rows into a table, for the so-manieth time.
async fn load(store: &Store, name: &str, rows: &str, time: u32) {
    let table = RESULT_TABLES.iter().find(|table| table.name == name).unwrap();
    let bytes = Box::new(std::io::Cursor::new(rows.as_bytes().to_vec()));
    let part = Part { name: "part-00000".to_owned(), bytes };
    let options = LoadOptions { update_id: format!("{name}:{time}"), limits: Limits::default() };
    store.load(table, Box::new(std::iter::once(Ok(part))), &options).await.unwrap();
}

fn tokens(keys: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insights-api"));
    let output = command.arg("token").args(arguments).arg("--key-file").arg(keys).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn refusal(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_insights-api")).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn every_call_of_the_client_is_answered() {
    let service = Service::start().await;
    let (client, latest) = (service.client(), DateRange::LATEST);
    client.status().await.unwrap();
    client.authenticated().await.unwrap();
    assert_eq!(client.health().await.unwrap().overall_status, Availability::Ok);
    for client in [client.clone(), client.clone().with_version(Version::V1)] {
        assert_eq!(client.get(&ask::enrollment(COURSE, latest)).await.unwrap()[0].count, Some(5));
        let history = DateRange::before("2014-01-02".parse().unwrap());
        assert_eq!(client.get(&ask::enrollment(COURSE, history)).await.unwrap()[0].count, Some(3));
        assert_eq!(client.get(&ask::enrollment_by_mode(COURSE, latest)).await.unwrap()[0].audit, 5);
        assert_eq!(
            client.get(&ask::enrollment_by_gender(COURSE, latest)).await.unwrap()[0].female,
            5
        );
        assert_eq!(
            client.get(&ask::enrollment_by_education(COURSE, latest)).await.unwrap()[0]
                .education_level,
            None
        );
        assert_eq!(
            client.get(&ask::enrollment_by_birth_year(COURSE, latest)).await.unwrap()[0].birth_year,
            Some(1990)
        );
        assert_eq!(
            client.get(&ask::enrollment_by_location(COURSE, latest)).await.unwrap()[0].country.name,
            "Canada"
        );
        assert_eq!(client.get(&ask::programs()).await.unwrap()[0].course_ids, [COURSE]);
        let csv = client.csv(&ask::enrollment_by_gender(COURSE, latest)).await.unwrap();
        assert!(csv.starts_with("course_id,created,date,female,male,other,unknown\r\n"), "{csv}");
        assert_summaries(&client).await;
    }
    let missing = client.get(&ask::enrollment("a/b/c", latest)).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing}");
}

async fn assert_summaries(client: &Client) {
    let some = SummaryQuery {
        course_ids: vec![COURSE.to_owned()],
        programs: true,
        ..SummaryQuery::default()
    };
    let found = client.get(&ask::course_summaries(&some)).await.unwrap();
    assert_eq!(
        (found[0].passing_users, found[0].programs.as_deref()),
        (Some(0), Some(&["p1".to_owned()][..]))
    );
    let mut many = SummaryQuery { without_passing_users: true, ..some };
    many.course_ids.extend((0..11).map(|number| format!("a/b/{number}")));
    many.recent_date = Some("2014-01-01".parse().unwrap());
    let found = client.get(&ask::course_summaries(&many)).await.unwrap();
    assert_eq!(
        (found.len(), found[0].recent_count_change, found[0].passing_users),
        (1, Some(2), None)
    );
    assert_eq!(found[0].enrollment_modes.audit.passing_users, None);
    let malformed = SummaryQuery { course_ids: vec!["bad".to_owned()], ..SummaryQuery::default() };
    let error = client.get(&ask::course_summaries(&malformed)).await.unwrap_err();
    assert!(error.to_string().ends_with("answered 400: Course id/key bad malformed."), "{error}");
}

#[tokio::test]
async fn head_options_and_forms_of_several_parts_are_answered() {
    let service = Service::start().await;
    let path = format!("/api/v0/courses/{COURSE}/enrollment/");
    let head = service.send("HEAD", &path, &[]).await;
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let length: usize = head.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(service.send("GET", &path, &[]).await.bytes().await.unwrap().len(), length);
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    let options = service.send("OPTIONS", &path, &[]).await;
    assert_eq!(
        (options.status().as_u16(), &options.headers()["allow"]),
        (200, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
    for (name, value) in [
        ("vary", "Accept, Accept-Encoding, Authorization, Cookie, origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(options.headers()[name], value);
    }

    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"course_ids\"\r\n\r\n{COURSE}\r\n--x--\r\n"
    );
    let posted = reqwest::Client::new()
        .post(format!("http://{}/api/v0/course_summaries/", service.address))
        .header("Authorization", format!("Token {}", service.token))
        .header("Content-Type", "multipart/form-data; boundary=x")
        .body(form);
    assert!(
        posted
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("\"catalog_course_title\":\"Demo\"")
    );
}

#[tokio::test]
async fn a_token_reads_its_courses_and_no_other() {
    let service = Service::start().await;
    let client = |course: &str| {
        let keys = service.folder.path().join("keys");
        let token = tokens(&keys, &["create", "team", "--course", course]).unwrap();
        let base = format!("http://{}", service.address);
        Client::new(&base, token.trim(), Duration::from_secs(10)).unwrap()
    };
    let all = SummaryQuery::default();
    let own = client("course-v1:edX+*");
    assert_eq!(own.get(&ask::enrollment(COURSE, DateRange::LATEST)).await.unwrap().len(), 1);
    assert_eq!(own.get(&ask::course_summaries(&all)).await.unwrap().len(), 1);
    assert_eq!(own.get(&ask::programs()).await.unwrap().len(), 1);
    let other = client("a/b/c");
    // A key file is looked at again after a second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let refused = other.get(&ask::enrollment(COURSE, DateRange::LATEST)).await.unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
    let nothing = other.get(&ask::enrollment("a/b/c", DateRange::LATEST)).await.unwrap_err();
    assert!(matches!(nothing, Error::NotFound { .. }), "{nothing}");
    assert!(matches!(other.get(&ask::course_summaries(&all)).await, Err(Error::NotFound { .. })));
    assert!(matches!(other.get(&ask::programs()).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_report_is_downloaded_by_a_link_that_expires() {
    let service = Service::start().await;
    let file = service.folder.path().join("reports/edX_DemoX_Demo_2014_problem_response.csv");
    let content = "a,b\r\n".repeat(100_000);
    std::fs::write(&file, &content).unwrap();
    let path = format!("/api/v0/courses/{COURSE}/reports/problem_response/");
    let report: Report = service.send("GET", &path, &[]).await.json().await.unwrap();
    assert_eq!(report.file_size, Some(content.len() as u64));
    assert!(report.expiration_date.is_some() && report.last_modified.is_some());
    let link = &report.download_url;
    assert!(link.starts_with(&format!("http://{}/reports/", service.address)), "{link}");
    let got = reqwest::get(link).await.unwrap();
    let name = got.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(
        name.starts_with("attachment; filename=edX_DemoX_Demo_2014-problem_response-"),
        "{name}"
    );
    assert_eq!(got.text().await.unwrap(), content);
    std::fs::write(service.folder.path().join("secret.csv"), "secret").unwrap();
    for changed in [
        link.replace("until=", "until=1"),
        link.replace("problem%5Fresponse", "other"),
        link.replace("/reports/", "/reports/..%2Fsecret.csv?x="),
        link.replace("signature=", "signature=00"),
        link.split("&signature").next().unwrap().to_owned(),
    ] {
        assert_ne!(&changed, link);
        assert_eq!(reqwest::get(&changed).await.unwrap().status().as_u16(), 404, "{changed}");
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let late = reqwest::get(link).await.unwrap();
    assert_eq!(late.status().as_u16(), 404);
    assert!(late.text().await.unwrap().contains("The link has expired."));
}

#[tokio::test]
async fn an_answer_is_kept_until_its_table_is_loaded_again() {
    let service = Service::start().await;
    let path = format!("/api/v0/courses/{COURSE}/enrollment/");
    let first = service.send("GET", &path, &[]).await;
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(first.headers().contains_key("last-modified"));
    assert!(first.headers()["cache-control"].to_str().unwrap().starts_with("private, max-age=60"));
    let known = service.send("GET", &path, &[("If-None-Match", &etag)]).await;
    assert_eq!(known.status().as_u16(), 304);
    assert_eq!(known.headers()["etag"], etag.as_str());
    assert!(known.bytes().await.unwrap().is_empty());
    let open_ended = |day: &str| format!("{path}?end_date={day}T101112");
    let [one, other] = [open_ended("2999-01-01"), open_ended("2999-01-02")];
    let tag = |answer: &reqwest::Response| answer.headers()["etag"].clone();
    let one = service.send("GET", &one, &[]).await;
    assert_eq!(tag(&one), tag(&service.send("GET", &other, &[]).await));

    let updates = service.send("GET", "/api/v0/table_updates/", &[]).await;
    let updates: BTreeMap<String, TableUpdate> = updates.json().await.unwrap();
    let before = &updates["course_enrollment_daily"];
    assert!(before.updated.is_some() && updates.len() > 5);
    let store = service.folder.path().join("reports.db");
    let rows = format!("{COURSE}\t2014-01-01\t3\t4\n{COURSE}\t2014-01-03\t7\t8\n");
    load(&Store::open(&Address::Sqlite(store)).unwrap(), "course_enrollment_daily", &rows, 2).await;
    let loaded = Instant::now();
    let seen = loop {
        let answer = service.send("GET", &path, &[("If-None-Match", &etag)]).await;
        if answer.status().as_u16() == 200 {
            break answer.text().await.unwrap();
        }
        assert!(loaded.elapsed() < Duration::from_secs(5), "the load is not seen");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(seen.contains("\"date\":\"2014-01-03\",\"count\":7"), "{seen}");
}

#[tokio::test]
async fn a_request_has_an_id_a_line_in_the_log_and_is_counted() {
    let service = Service::start().await;
    let path = format!("/api/v0/courses/{COURSE}/enrollment/?end_date=2014-02-02");
    let answer = service.send("GET", &path, &[("X-Request-Id", "mine-1")]).await;
    assert_eq!(answer.headers()["x-request-id"], "mine-1");
    let other = service.send("GET", "/nothing/", &[("X-Request-Id", "two words")]).await;
    assert!(!other.headers()["x-request-id"].to_str().unwrap().contains(' '));
    let text = service.send("GET", "/metrics", &[]).await.text().await.unwrap();
    assert!(
        text.contains(r#"insights_api_requests_total{kind="course",status="200"} 1"#),
        "{text}"
    );
    assert!(text.contains(r#"insights_api_requests_total{kind="none",status="404"} 1"#), "{text}");
    let version = service.send("GET", "/version/", &[]).await.text().await.unwrap();
    assert_eq!(version, format!(r#"{{"version":"{}"}}"#, env!("CARGO_PKG_VERSION")));
    let log = service.log.lock().unwrap().clone();
    let line = format!("id=mine-1 method=GET path=/api/v0/courses/{COURSE}/enrollment/ status=200");
    assert!(log.contains(&line), "{log}");
    for secret in [service.token.as_str(), "2014-02-02"] {
        assert!(!log.contains(secret), "{secret} is logged: {log}");
    }
}

#[tokio::test]
async fn a_service_with_its_hands_full_says_so_and_that_it_lives() {
    let service = Service::start_with("max_in_flight: 0\n").await;
    let busy = service.send("GET", "/api/v0/programs/", &[]).await;
    assert_eq!(busy.status().as_u16(), 503);
    assert_eq!(busy.headers()["retry-after"], "5");
    assert_eq!(busy.text().await.unwrap(), r#"{"status":503}"#);
    for path in ["/status/", "/health/", "/metrics"] {
        assert_eq!(service.send("GET", path, &[]).await.status().as_u16(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_user_who_asks_too_often_is_told_when_to_come_back() {
    let service = Service::start().await;
    let keys = service.folder.path().join("keys");
    let token = tokens(&keys, &["create", "hasty", "--rate", "2/hour"]).unwrap();
    let ask = || async {
        let request =
            reqwest::Client::new().get(format!("http://{}/authenticated/", service.address));
        let request = request.header("Authorization", format!("Token {}", token.trim()));
        request.send().await.unwrap()
    };
    assert_eq!([ask().await.status().as_u16(), ask().await.status().as_u16()], [200, 200]);
    let refused = ask().await;
    assert_eq!(refused.status().as_u16(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3590..=3600).contains(&wait), "{wait}");
    let said = refused.text().await.unwrap();
    assert!(said.contains(&format!("available in {wait} seconds.")), "{said}");
}

#[tokio::test]
async fn a_missing_slash_is_redirected_with_its_query() {
    let service = Service::start().await;
    let answer =
        service.send("GET", "/api/v0/courses/a%2Fb%2Fc/enrollment?end_date=2014-01-01", &[]).await;
    assert_eq!(answer.status().as_u16(), 301);
    assert_eq!(
        answer.headers()["location"],
        "/api/v0/courses/a%2Fb%2Fc/enrollment/?end_date=2014-01-01"
    );
}

#[tokio::test]
async fn a_store_that_went_away_is_unavailable_and_the_service_lives() {
    let service = Service::start().await;
    let client = service.client();
    client.get(&ask::enrollment(COURSE, DateRange::LATEST)).await.unwrap();
    std::fs::remove_file(service.folder.path().join("reports.db")).unwrap();
    let error = client.get(&ask::enrollment_by_mode(COURSE, DateRange::LATEST)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    assert_eq!(client.health().await.unwrap().overall_status, Availability::Unavailable);
    // The versions are looked at every three seconds.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let path = format!("/api/v0/courses/{COURSE}/enrollment/");
    let old = service.send("GET", &path, &[]).await;
    assert_eq!((old.status().as_u16(), old.headers().contains_key("warning")), (200, true));
    client.status().await.unwrap();
}

#[tokio::test]
async fn a_signal_ends_the_service_in_good_order() {
    let mut service = Service::start().await;
    service.client().status().await.unwrap();
    let pid = service.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}

#[test]
fn tokens_are_made_listed_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let keys: PathBuf = folder.path().join("keys");
    let token = tokens(&keys, &["create", "insights"]).unwrap();
    assert_eq!(token.trim().len(), 40);
    let grant = ["--rate", "5/second", "--course", "a/b/c", "--course", "course-v1:o+*"];
    tokens(&keys, &[&["create", "team"], &grant[..]].concat()).unwrap();
    assert_eq!(
        tokens(&keys, &["list"]).unwrap(),
        "insights\tactive\nteam\tactive\trate=5/second course=a/b/c course=course-v1:o+*\n"
    );
    let refused = tokens(&keys, &["create", "x", "--rate", "often"]).unwrap_err();
    assert!(refused.contains("is no rate, as 60/minute is"), "{refused}");
    tokens(&keys, &["revoke", "insights"]).unwrap();
    assert!(tokens(&keys, &["revoke", "insights"]).unwrap_err().contains("insights has no token"));
}

#[test]
fn a_wrong_start_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.yml");
    std::fs::write(&file, "kee_file: keys\n").unwrap();
    let message = refusal(&["--store", "sqlite:x.db", "-c", file.to_str().unwrap()]);
    assert!(message.contains("unknown key `kee_file`; did you mean `key_file`?"), "{message}");
    assert!(refusal(&[]).contains("no result store is given"));
    let message = refusal(&["--store", "mysql://u:hunter2@h/d"]);
    assert!(
        message.contains("INSIGHTS_STORE_PASSWORD") && !message.contains("hunter2"),
        "{message}"
    );
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let message = refusal(&["--store", "sqlite:x.db", "--listen", &address]);
    assert!(message.contains("listening on") && message.contains("in use"), "{message}");
}

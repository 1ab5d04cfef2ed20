//! Learners under invented names: nothing that is answered tells a real one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod serving;

use api::config::Settings;
use api::{keys, service};
use jobs::registry::RESULT_TABLES;
use serde_json::Value;
use serving::serve;
use store::{Address, Store};
use tempfile::TempDir;
use tokio::net::TcpListener;

const COURSE: &str = "course-v1:edX+DemoX+Demo";
/// In an order that is not theirs by name; whatever is known of one begins with `real-`.
const LEARNERS: [(&str, u32); 5] = [("c", 1), ("a", 1), ("e", 3), ("b", 3), ("d", 2)];

struct Service {
    base: String,
    token: String,
    _folder: TempDir,
}

impl Service {
    async fn start(privacy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, keys) = (folder.path().join("reports.db"), folder.path().join("keys"));
        fill(&store).await;
        let grant = keys::Grant { service: true, ..keys::Grant::default() };
        let token = keys::create(&keys, "insights", grant).unwrap();
        let settings = format!(
            "store: sqlite:{}\nkey_file: {}\nprivacy: {privacy}\nSECRET_KEY: sesame\n\
             LMS_USER_ACCOUNT_BASE_URL: http://lms/u/\n",
            store.display(),
            keys.display()
        );
        let (base, _) = serve(folder.path(), &settings).await;
        Self { base, token, _folder: folder }
    }

    /// The status, and all that a caller sees: headers and body.
    async fn see(&self, path: &str, accept: &str) -> (u16, String, Value) {
        let course = COURSE.replace('+', "%2B");
        let request = reqwest::Client::new()
            .get(format!("{}{}", self.base, path.replace("COURSE", &course)))
            .header("Authorization", format!("Token {}", self.token))
            .header("Accept", accept);
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), format!("{:?}", answer.headers()));
        let body = answer.text().await.unwrap();
        let json = serde_json::from_str(&body).unwrap_or_default();
        (status, headers + &body, json)
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let path = format!("/api/v0/learners/?course_id=COURSE&{query}");
        let (status, seen, json) = self.see(&path, "application/json").await;
        assert_eq!(status, 200, "{seen}");
        let learners = json["results"].as_array().unwrap().iter();
        learners.map(|learner| learner["username"].as_str().unwrap().to_owned()).collect()
    }
}

async fn fill(path: &std::path::Path) {
    let store = Store::open(&Address::Sqlite(path.to_owned())).unwrap();
    store.create_tables(RESULT_TABLES).await.unwrap();
    let connection = rusqlite::Connection::open(path).unwrap();
    for (name, videos) in LEARNERS {
        let sql = format!(
            "INSERT INTO learner_roster (course_id, username, name, email, user_id, language, location,
                 year_of_birth, level_of_education, gender, mailing_address, city, country, goals,
                 enrollment_mode, enrollment_date, cohort, segments, problems_attempted,
                 problems_completed, discussion_contributions, videos_viewed)
             VALUES ('{COURSE}', 'real-{name}', 'real-{name} name', 'real-{name}@x', 77777, 'real-l',
                 'real-l', 1977, 'real-e', 'real-g', 'real-a', 'real-c', 'real-c', 'real-g', 'audit',
                 '2026-01-01', 'blue', 'struggling', 1, 1, 1, {videos});
             INSERT INTO module_engagement (course_id, username, date, entity_type, entity_id, event, count)
             VALUES ('{COURSE}', 'real-{name}', '2026-01-0{videos}', 'video', 'v', 'viewed', {videos})"
        );
        connection.execute_batch(&sql).unwrap();
    }
}

fn tells(seen: &str) -> bool {
    ["real-", "77777", "1977", "http://lms"].iter().any(|word| seen.contains(word))
}

#[tokio::test]
async fn nothing_tells_who_is_who() {
    let service = Service::start("pseudonymous").await;
    let named = Service::start("named").await;
    let one = service.names("").await.remove(0);
    for path in [
        "/api/v0/learners/?course_id=COURSE".to_owned(),
        "/api/v0/learners/?course_id=COURSE&page_size=2&page=2".to_owned(),
        "/api/v0/learners/?course_id=COURSE&page=last&page_size=2".to_owned(),
        format!("/api/v0/learners/{one}/?course_id=COURSE"),
        format!("/api/v0/engagement_timelines/{one}/?course_id=COURSE"),
        "/api/v0/course_learner_metadata/COURSE/".to_owned(),
        "/api/v0/courses/COURSE/user_engagement/".to_owned(),
    ] {
        for accept in ["application/json", "text/csv"] {
            let (status, seen, _) = service.see(&path, accept).await;
            assert_eq!(status, 200, "{path} {seen}");
            assert!(!tells(&seen), "{path}: {seen}");
        }
    }
    // The words would be seen if they were there.
    let all = "/api/v0/learners/?course_id=COURSE";
    assert!(tells(&named.see(all, "application/json").await.1));
}

#[tokio::test]
async fn a_learner_is_found_again_by_the_invented_name_alone() {
    let service = Service::start("pseudonymous").await;
    for name in service.names("").await {
        let path = format!("/api/v0/learners/{name}/?course_id=COURSE");
        let (_, _, learner) = service.see(&path, "application/json").await;
        assert_eq!(
            (&learner["username"], &learner["cohort"]),
            (&name.clone().into(), &"blue".into())
        );
        let path = format!("/api/v0/engagement_timelines/{name}/?course_id=COURSE");
        let (_, _, timeline) = service.see(&path, "application/json").await;
        assert_eq!(timeline["days"].as_array().unwrap().len(), 1);
        assert_eq!(service.names(&format!("text_search={name}")).await, [name]);
    }
    for name in ["real-a", "learner-0000000000000000"] {
        for place in ["learners", "engagement_timelines"] {
            let path = format!("/api/v0/{place}/{name}/?course_id=COURSE");
            assert_eq!(service.see(&path, "application/json").await.0, 404, "{path}");
        }
    }
    for text in ["real-a", "real-a%20name", "real-a@x", "name"] {
        assert_eq!(service.names(&format!("text_search={text}")).await, [""; 0], "{text}");
    }
}

#[tokio::test]
async fn an_order_tells_nothing_of_real_names() {
    let service = Service::start("pseudonymous").await;
    let by_name = service.names("").await;
    assert!(by_name.is_sorted() && by_name.len() == LEARNERS.len());
    let backwards: Vec<_> = by_name.iter().rev().cloned().collect();
    assert_eq!(service.names("order_by=email&sort_order=desc").await, backwards);
    let by_videos = service.names("order_by=videos_viewed").await;
    assert!(by_videos[..2].is_sorted() && by_videos[3..].is_sorted());
    let pages = [1, 2, 3].map(|page| format!("page_size=2&page={page}"));
    let mut paged = Vec::new();
    for page in pages {
        paged.extend(service.names(&page).await);
    }
    assert_eq!(paged, by_name);
}

#[tokio::test]
async fn without_a_secret_the_service_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.yml");
    std::fs::write(&file, "store: sqlite:reports.db\nprivacy: pseudonymous\n").unwrap();
    let settings = Settings::read(&file).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let refused = service::run(&settings, listener, std::future::pending()).await.unwrap_err();
    assert!(refused.to_string().contains("SECRET_KEY"), "{refused}");
}

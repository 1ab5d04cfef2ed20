//! A log-in by password against the users of an existing installation.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod serving;

use std::time::Duration;

use serde_json::{Value, json};
use serving::serve;
use tempfile::TempDir;

/// `testpassword`.
const PASSWORD: &str = "pbkdf2_sha256$1000$seasalt$LfPIpAWoEL8W08v8/PW36pXAgeu8h/BPaUIxjKTMXlE=";

/// A service whose users are `ann`, who has no token yet, and `bob`, who may not enter any more.
async fn service(settings: &str) -> (String, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users.db");
    rusqlite::Connection::open(&users)
        .unwrap()
        .execute_batch(&format!(
            "CREATE TABLE auth_user (id INTEGER PRIMARY KEY, password TEXT, username TEXT UNIQUE,
                                     is_staff BOOL, is_active BOOL);
             CREATE TABLE authtoken_token (key TEXT PRIMARY KEY, created TEXT, user_id INT UNIQUE);
             INSERT INTO auth_user VALUES (1, '{PASSWORD}', 'ann', 0, 1), (2, '{PASSWORD}', 'bob', 0, 0);"
        ))
        .unwrap();
    let store = folder.path().join("reports.db");
    let text = format!("store: sqlite:{}\n{settings}", store.display());
    let (base, _) =
        serve(folder.path(), &text.replace("USERS", &users.display().to_string())).await;
    (base, folder)
}

async fn log_in(base: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let request = reqwest::Client::new().post(format!("{base}/api-token-auth/")).form(fields);
    let answer = request.timeout(Duration::from_secs(10)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn wrong() -> (u16, Value) {
    (400, json!({"non_field_errors": ["Unable to log in with provided credentials."]}))
}

#[tokio::test]
async fn a_user_without_a_token_gets_one_which_is_good_and_stays() {
    let (base, _folder) = service("auth_store: sqlite:USERS\n").await;
    let ann = [("username", "ann"), ("password", "testpassword")];
    let (status, first) = log_in(&base, &ann).await;
    let token = first["token"].as_str().unwrap().to_owned();
    assert!(status == 200 && token.len() == 40, "{first}");
    assert_eq!(log_in(&base, &ann).await, (200, json!({"token": token})));
    let asked = reqwest::Client::new()
        .get(format!("{base}/authenticated/"))
        .header("Authorization", format!("Token {token}"));
    assert_eq!(asked.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn who_does_not_know_the_password_or_may_not_enter_gets_none() {
    let (base, _folder) = service("auth_store: sqlite:USERS\n").await;
    for (username, password) in [("ann", "x"), ("bob", "testpassword"), ("eve", "testpassword")] {
        let fields = [("username", username), ("password", password)];
        assert_eq!(log_in(&base, &fields).await, wrong(), "{username}");
    }
    let missing = log_in(&base, &[("username", "ann")]).await;
    assert_eq!(missing, (400, json!({"password": ["This field is required."]})));
}

#[tokio::test]
async fn guessing_is_throttled_by_address() {
    let rates = "DEFAULT_THROTTLE_RATES: {user: 3/minute}\n";
    let (base, _folder) = service(&format!("auth_store: sqlite:USERS\n{rates}")).await;
    let guess = [("username", "ann"), ("password", "x")];
    for _ in 0..3 {
        assert_eq!(log_in(&base, &guess).await, wrong());
    }
    let right = [("username", "ann"), ("password", "testpassword")];
    assert_eq!(log_in(&base, &right).await.0, 429);
}

#[tokio::test]
async fn without_such_users_there_is_no_log_in() {
    let (base, _folder) = service("").await;
    let fields = [("username", "ann"), ("password", "testpassword")];
    assert_eq!(log_in(&base, &fields).await, (404, json!({"status": 404})));
}

//! The Data API and the site over a store, as a user starts them, with an LMS to sign in at.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::setup::said;
use crate::university::{University, jobs_program};

/// The services; they end with this value.
pub struct Services {
    lms: Child,
    api: (Child, String),
    site: (Child, String),
    token: String,
    /// What a browser keeps.
    cookies: String,
}

impl Services {
    pub fn start(university: &University, store: &str) -> Self {
        let program = |name: &str| jobs_program().with_file_name(name).display().to_string();
        let keys = university.path("keys").display().to_string();
        let made = said(&program("insights-api"), &["token", "create", "t", "--key-file", &keys]);
        let token = university.path("token");
        fs::write(&token, &made).unwrap();
        let (api, site) = (address(), address());
        let listen = Command::new(program("insights-api"))
            .args(["--store", store, "--listen", &api, "--key-file", &keys])
            .stderr(Stdio::null())
            .spawn();
        let api = (listen.unwrap(), format!("http://{api}"));
        let (lms, lms_settings) = lms(university, &program("insights-demo-lms"), &site);
        let listen = Command::new(program("insights-web"))
            .args(["--api", &api.1, "--api-token-file", &token.display().to_string()])
            .args(["--listen", &site])
            .args(lms_settings)
            .stderr(Stdio::null())
            .spawn();
        let site = (listen.unwrap(), format!("http://{site}"));
        let cookies = university.path("cookies").display().to_string();
        let services = Self { lms, api, site, token: made.trim().to_owned(), cookies };
        services.await_them();
        services.sign_in();
        services
    }

    /// As somebody who may see every course.
    fn sign_in(&self) {
        let start = format!("{}/login/edx-oauth2/", self.site.1);
        let to_lms = said(
            "curl",
            &["-sSf", "-c", &self.cookies, "-o", "/dev/null", "-w", "%{redirect_url}", &start],
        );
        let back = format!("{to_lms}&as=office");
        said("curl", &["-sSfL", "-b", &self.cookies, "-c", &self.cookies, &back]);
    }

    fn await_them(&self) {
        let began = Instant::now();
        let health = format!("{}/health/", self.site.1);
        while !Command::new("curl").args(["-sf", &health]).output().unwrap().status.success() {
            assert!(began.elapsed() < Duration::from_secs(20), "the services do not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the API answers.
    pub fn api(&self, path: &str) -> String {
        let header = format!("Authorization: Token {}", self.token);
        said("curl", &["-sSf", "-H", &header, &format!("{}{path}", self.api.1)])
    }

    /// A page of the site.
    pub fn site(&self, path: &str) -> String {
        said("curl", &["-sSf", "-b", &self.cookies, &format!("{}{path}", self.site.1)])
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        for child in [&mut self.lms, &mut self.api.0, &mut self.site.0] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// An LMS with one course, and what the site must know of it.
fn lms(university: &University, program: &str, site: &str) -> (Child, Vec<String>) {
    let folder = university.path("lms");
    fs::create_dir(&folder).unwrap();
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).display().to_string()
    };
    file("course_list.json", "{\"id\":\"course-v1:A+One+R\",\"name\":\"One\"}\n");
    file("course_blocks.json", "");
    let (secret, keys) = (file("secret", "secret-of-the-test"), folder.join("keys.json"));
    let (listen, keys_file) = (address(), keys.display().to_string());
    let lms = Command::new(program)
        .args(["--university", &folder.display().to_string(), "--listen", &listen])
        .args(["--site", &format!("http://{site}/"), "--keys", &keys_file, "--secret", &secret])
        .stdout(Stdio::null())
        .spawn();
    let began = Instant::now();
    while fs::read(&keys).is_ok_and(|text| text.is_empty()) || !keys.exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "the LMS does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let settings = [
        ("--lms", format!("http://{listen}")),
        ("--jwt-keys-file", keys_file),
        ("--sign-in-client-id", "insights".to_owned()),
        ("--sign-in-client-secret-file", secret.clone()),
        ("--service-client-id", "insights-service".to_owned()),
        ("--service-client-secret-file", secret),
    ];
    (
        lms.unwrap(),
        settings.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect(),
    )
}

fn address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

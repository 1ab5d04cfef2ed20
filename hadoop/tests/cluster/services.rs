//! The Data API and the site over a store, as a user starts them.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::setup::said;
use crate::university::{University, jobs_program};

/// Both services; they end with this value.
pub struct Services {
    api: (Child, String),
    site: (Child, String),
    token: String,
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
        let listen = Command::new(program("insights-web"))
            .args(["--api", &api.1, "--api-token-file", &token.display().to_string()])
            .args(["--listen", &site, "--demo"])
            .stderr(Stdio::null())
            .spawn();
        let site = (listen.unwrap(), format!("http://{site}"));
        let services = Self { api, site, token: made.trim().to_owned() };
        services.await_them();
        services
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
        said("curl", &["-sSf", &format!("{}{path}", self.site.1)])
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        for child in [&mut self.api.0, &mut self.site.0] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

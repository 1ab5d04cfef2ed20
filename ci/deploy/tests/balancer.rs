//! Two instances of each service behind HAProxy, which ends TLS: by the very file that is shipped. One dies, another
//! is stopped: no request is lost, and HAProxy knows.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deploy::{Settings, certify, program, shipped};
use testkit::{Got, program_or_skip};
use tokio::time::sleep;

const SITE: &str = "insights.example.org";
const API: &str = "api.insights.example.org";
const ENROLLMENT: &str = "/api/v0/courses/course-v1:edX+DemoX+Demo_Course/enrollment/";
const CALLERS: usize = 4;
const LIMIT: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// A program that is killed when it is dropped.
struct Running(Child);

impl Running {
    /// Starts a service and waits until it says that it listens.
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, listening) = std::sync::mpsc::channel();
        let sources: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for source in sources {
            let said = said.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(source).lines().map_while(Result::ok) {
                    if line.contains("listen") {
                        let _ = said.send(());
                    }
                }
            });
        }
        listening.recv_timeout(LIMIT).unwrap();
        Self(child)
    }

    fn signal(&mut self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed; that is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A deployment on this machine.
struct Deployment {
    settings: Settings,
    ports: [u16; 4],
    tls: u16,
}

impl Deployment {
    fn new() -> Self {
        let settings = Settings::new().unwrap();
        settings.install("shared/api.yml").unwrap();
        settings.install("shared/web.yml").unwrap();
        let deployment =
            Self { settings, ports: std::array::from_fn(|_| free_port()), tls: free_port() };
        let filled = Command::new(program("insights-api"))
            .args(["fake-data", "--store", &deployment.store()])
            .output();
        assert!(filled.unwrap().status.success());
        let mut token = Command::new(program("insights-api"));
        token
            .args(["token", "create", "site", "--service", "--key-file"])
            .arg(deployment.path("api_keys"));
        fs::write(deployment.path("api_token"), token.output().unwrap().stdout).unwrap();
        deployment
    }

    fn path(&self, name: &str) -> PathBuf {
        self.settings.path(name)
    }

    fn store(&self) -> String {
        format!("sqlite:{}", self.path("reports.db").display())
    }

    /// Starts one of the four instances, as its unit does.
    fn start(&self, number: usize) -> Running {
        let name = ["insights-api", "insights-web"][number / 2];
        let unit = fs::read_to_string(shipped(&format!("shared/{name}@.service"))).unwrap();
        let line = unit
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart=/opt/insights/bin/"))
            .unwrap();
        let folder = self.path("").display().to_string();
        let words = line
            .replace("/etc/insights/", &folder)
            .replace("${ADDRESS}", "127.0.0.1")
            .replace("%i", &self.ports[number].to_string());
        let mut words = words.split(' ');
        let mut command = Command::new(program(words.next().unwrap()));
        command.args(words).env("INSIGHTS_API_STORE", self.store());
        command.env("INSIGHTS_WEB_API", format!("http://127.0.0.1:{}", self.ports[0]));
        Running::start(command)
    }

    /// A certificate of both names, and HAProxy with it.
    fn balancer(&self, haproxy: &Path) -> Running {
        certify(&self.path("")).unwrap();
        let watched = format!("global\n    stats socket {}\n", self.path("socket").display());
        fs::write(self.path("watched.cfg"), watched).unwrap();
        let mut command = self.haproxy(haproxy);
        assert!(command.arg("-c").output().unwrap().status.success(), "it finds the file wrong");
        Running(self.haproxy(haproxy).arg("-db").spawn().unwrap())
    }

    fn haproxy(&self, haproxy: &Path) -> Command {
        let mut command = Command::new(haproxy);
        command
            .arg("-q")
            .arg("-f")
            .arg(shipped("shared/haproxy.cfg"))
            .arg("-f")
            .arg(self.path("watched.cfg"));
        command.env("LISTEN", format!("127.0.0.1:{}", self.tls)).env("API_NAME", API);
        command.env("CERTIFICATE", self.path("insights.pem"));
        for (name, port) in ["API_1", "API_2", "WEB_1", "WEB_2"].iter().zip(self.ports) {
            command.env(name, format!("127.0.0.1:{port}"));
        }
        command
    }

    /// Whether HAProxy sends requests to an instance.
    fn is_up(&self, instance: &str) -> bool {
        let Ok(mut socket) = UnixStream::connect(self.path("socket")) else { return false };
        socket.write_all(b"show stat\n").unwrap();
        let mut table = String::new();
        socket.read_to_string(&mut table).unwrap();
        let row = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut rows = table.lines().map(row);
        let at = rows.next().unwrap().iter().position(|name| name == "status").unwrap();
        rows.any(|row| row.get(1).is_some_and(|name| name == instance) && row[at] == "UP")
    }

    async fn until(&self, instance: &str, up: bool) {
        let began = Instant::now();
        while self.is_up(instance) != up {
            assert!(began.elapsed() < LIMIT, "{instance} is {}", if up { "down" } else { "up" });
            sleep(LOOK).await;
        }
    }

    /// A caller who takes this certificate alone, and finds both names here.
    fn client(&self) -> reqwest::Client {
        let here = SocketAddr::from(([127, 0, 0, 1], self.tls));
        let certificate = fs::read(self.path("certificate.pem")).unwrap();
        let trusted = reqwest::Certificate::from_pem(&certificate).unwrap();
        let client = reqwest::Client::builder().resolve(SITE, here).resolve(API, here);
        client.tls_certs_only([trusted]).timeout(LIMIT).build().unwrap()
    }

    async fn ask(
        &self,
        client: &reqwest::Client,
        name: &str,
        path: &str,
    ) -> Result<(u16, String), String> {
        let token = fs::read_to_string(self.path("api_token")).unwrap();
        let request = client.get(format!("https://{name}:{}{path}", self.tls));
        let request = request.header("Authorization", format!("Token {}", token.trim()));
        let answer = request.send().await.map_err(|e| format!("{e:?}"))?;
        let (status, safe) =
            (answer.status().as_u16(), answer.headers().contains_key("strict-transport-security"));
        let body = answer.text().await.map_err(|e| format!("{e:?}"))?;
        if safe {
            Ok((status, body))
        } else {
            Err(format!("{status} without Strict-Transport-Security"))
        }
    }
}

/// Asks both services in turn until it is over; gives what went wrong.
async fn caller(deployment: Arc<Deployment>, got: Arc<Got>) -> Vec<String> {
    let (client, mut wrong) = (deployment.client(), Vec::new());
    while !got.is_over() {
        for (name, path, has) in [(API, ENROLLMENT, "\"count\":"), (SITE, "/", "<html")] {
            match deployment.ask(&client, name, path).await {
                Ok((200, body)) if body.contains(has) => {}
                other => wrong.push(format!("{name}: {other:?}")),
            }
            got.answer();
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_when_an_instance_dies_or_is_stopped() {
    let test = "two instances of each service behind a balancer";
    let Some(haproxy) = program_or_skip(test, "haproxy", "haproxy").unwrap() else { return };
    if program_or_skip(test, "openssl", "openssl").unwrap().is_none() {
        return;
    }
    let deployment = Arc::new(Deployment::new());
    let mut instances: [Running; 4] = std::array::from_fn(|number| deployment.start(number));
    let _balancer = deployment.balancer(&haproxy);
    let names = ["api_1", "api_2", "web_1", "web_2"];
    for name in names {
        deployment.until(name, true).await;
    }
    let got = Arc::new(Got::default());
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| tokio::spawn(caller(Arc::clone(&deployment), Arc::clone(&got))))
        .collect();
    got.more(200).await;
    for (first, second) in [(0, 1), (2, 3)] {
        instances[first].signal("-KILL");
        deployment.until(names[first], false).await;
        got.more(100).await;
        instances[first] = deployment.start(first);
        deployment.until(names[first], true).await;
        tokio::task::block_in_place(|| instances[second].signal("-TERM"));
        deployment.until(names[second], false).await;
        got.more(100).await;
        instances[second] = deployment.start(second);
        deployment.until(names[second], true).await;
    }
    got.end();
    let mut wrong = Vec::new();
    for caller in callers {
        wrong.extend(caller.await.unwrap());
    }
    let asked = got.answers();
    println!("{asked} requests while instances died and were stopped, {} lost", wrong.len());
    assert!(wrong.is_empty(), "{} of {asked}: {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let client = deployment.client();
    let counts =
        client.get(format!("https://{API}:{}/metrics", deployment.tls)).send().await.unwrap();
    assert_eq!(counts.status().as_u16(), 404);
}

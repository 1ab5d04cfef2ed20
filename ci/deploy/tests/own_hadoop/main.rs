//! The guide of an own Hadoop, followed word by word on the cluster that ci/checks/cluster brings up: from the archive
//! to a page that a reader sees, on five machines.
#![allow(clippy::unwrap_used)]

mod lms;
mod machine;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use deploy::{certify, program, shipped, step};
use tempfile::TempDir;
use testkit::MariaDb;

use lms::Lms;
use machine::{Machine, said};

const GUIDE: &str = "own-hadoop/README.md";
/// What clients call, by the variable that tells where it is installed.
const CLIENTS: [(&str, &[&str]); 3] = [
    ("HADOOP_HOME", &["hadoop", "hdfs", "mapred", "yarn"]),
    ("HIVE_HOME", &["hive"]),
    ("SQOOP_HOME", &["sqoop"]),
];
const HOSTS: &str = "127.0.0.1 db.example.org
127.0.0.11 web-1
127.0.0.12 web-2
127.0.0.13 balancer insights.example.org api.insights.example.org
";
const SITE: &str = "https://insights.example.org/";
const API: &str = "https://api.insights.example.org/";
const LIMIT: Duration = Duration::from_secs(90);
const SETTINGS: &str = "etc/insights";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guide_of_an_own_hadoop_ends_with_a_page_that_a_reader_sees() {
    let Some(namenode) = cluster_or_skip("the guide of an own Hadoop") else { return };
    let folder = TempDir::new().unwrap();
    let database = MariaDb::start().unwrap();
    let lms = Lms::new(&folder.path().join("lms"), SITE, &database).await;
    tokio::task::block_in_place(|| {
        administrators_work(&lms);
        let deployment = Deployment::new(folder.path(), namenode, lms, database.port());
        deployment.becomes_a_store();
        deployment.computes();
        deployment.serves();
    });
}

/// The cluster of the environment, by its NameNode.
fn cluster_or_skip(test: &str) -> Option<String> {
    let found = env::var("CLUSTER_NAMENODE").ok().filter(|_| machine::can_be_made());
    if found.is_none() {
        let missing =
            format!("{test}: there is no cluster (make cluster), or nothing can be mounted");
        assert!(env::var_os("CI").is_none(), "{missing}");
        eprintln!("SKIPPED {missing}");
    }
    found
}

/// What a cluster and its logs are before somebody deploys.
fn administrators_work(lms: &Lms) {
    let hadoop = |words: &str| said(Command::new("hadoop").args(words.split(' ')));
    hadoop("fs -rm -r -f -skipTrash /insights /logs");
    hadoop("fs -mkdir -p /logs /tmp /user/hive/warehouse");
    hadoop("fs -chmod 755 /user /user/history");
    hadoop("fs -chmod 1777 /tmp /user/hive/warehouse");
    hadoop(&format!("fs -put {} /logs", lms.logs().display()));
}

struct Deployment {
    edge: Machine,
    db: Machine,
    web: [Machine; 2],
    balancer: Machine,
    namenode: String,
    lms: Lms,
    database_port: u16,
}

impl Deployment {
    /// Machines with programs and users: steps 1 and 2.
    fn new(folder: &Path, namenode: String, lms: Lms, database_port: u16) -> Self {
        let archive = archive(folder);
        let machine = |name: &str, address: &str| {
            let machine = Machine::new(&folder.join(name), address, HOSTS);
            let file = archive.file_name().unwrap();
            fs::copy(&archive, machine.at("opt").join(file)).unwrap();
            machine.follow(&["cd /opt\n", &step(GUIDE, 1), &step(GUIDE, 2)].concat());
            machine
        };
        Self {
            edge: machine("edge", "127.0.0.1"),
            db: machine("db", "127.0.0.1"),
            web: [machine("web-1", "127.0.0.11"), machine("web-2", "127.0.0.12")],
            balancer: machine("balancer", "127.0.0.13"),
            namenode,
            lms,
            database_port,
        }
    }

    /// Where the guide names the usual port of a database, this one's is meant.
    fn step(&self, number: usize) -> String {
        self.addressed(&step(GUIDE, number))
    }

    fn addressed(&self, text: &str) -> String {
        text.replace(":3306", &format!(":{}", self.database_port))
    }

    /// Step 3.
    fn becomes_a_store(&self) {
        let client = format!("[client]\nhost=127.0.0.1\nport={}\n", self.database_port);
        fs::write(self.db.at("etc/mysql/conf.d/client.cnf"), client).unwrap();
        self.db.follow(&self.step(3));
    }

    /// Steps 4 to 8.
    fn computes(&self) {
        let edge = &self.edge;
        for (home, commands) in CLIENTS {
            for name in commands {
                let program = format!("{}/bin/{name}", env::var(home).unwrap());
                edge.command(name, &format!("#!/bin/sh\nexec {program} \"$@\"\n"));
            }
        }
        fs::create_dir_all(edge.at("etc/hadoop")).unwrap();
        let conf = env::var("HADOOP_CONF_DIR").unwrap();
        std::os::unix::fs::symlink(conf, edge.at("etc/hadoop/conf")).unwrap();
        bring(&self.db, &["pipeline_password", "api_password"], edge);
        fs::write(edge.at(SETTINGS).join("lms_password"), lms::PASSWORD).unwrap();
        edge.follow(&self.step(4));
        // A small cluster, whose `hadoop` does not stand beside its archives and whose nodes do not know these names.
        let jar = env::var("CLUSTER_STREAMING_JAR").unwrap();
        let edits = [
            ("hdfs://prod", self.namenode.as_str()),
            ("lms-replica.example.org", "127.0.0.1"),
            ("runners:", "jobs: {reducers: 1}\\nrunners:"),
            (":3306", &self.addressed(":3306")),
            ("queue: default", &format!("queue: default\\n    streaming_jar: {jar}")),
        ];
        edge.command("editor", &editor(&edits));
        edge.follow(&self.step(5));
        edge.follow(&self.step(6));
        let told = edge.follow(&self.step(7));
        assert!(told.contains(" 0 missing"), "{told}");
        // The whole of a night takes ten minutes here.
        let schedule = edge.at(SETTINGS).join("schedule.yml");
        let all = fs::read_to_string(&schedule).unwrap();
        fs::write(&schedule, all.replace("workflow: daily", "workflow: enrollment")).unwrap();
        let done = edge.follow(&self.step(8).replace("run daily", "run enrollment"));
        assert!(done.contains(" tables loaded"), "{done}");
        let again = edge.follow("sudo systemctl start insights-nightly");
        assert!(again.contains(" were done already, "), "{again}");
    }

    /// Steps 9 to 14.
    fn serves(&self) {
        self.is_certified();
        let edits = [
            ("127.0.0.1:3306", self.addressed("db.example.org:3306")),
            ("https://courses.example.org", self.lms.address()),
        ];
        let edits = edits.each_ref().map(|(from, to)| (*from, to.as_str()));
        for (number, web) in self.web.iter().enumerate() {
            web.command("editor", &editor(&edits));
            web.follow(&self.step(9));
            bring(&self.db, &["api_password"], web);
            self.lms.gives(&web.at(SETTINGS));
            match number {
                0 => drop(web.follow(&self.step(10))),
                _ => bring(&self.web[0], &["api_keys", "api_token", "session_keys"], web),
            }
            web.follow(&self.step(11));
            web.follow(&self.step(12));
        }
        self.balances();
        self.web[0].follow(&self.step(14));
        self.is_read();
        self.web[0].follow("sudo systemctl stop insights-api@8100 insights-web@8110");
        self.is_read();
    }

    /// A certificate of both names, which only these machines trust.
    fn is_certified(&self) {
        let folder = self.balancer.at("etc/haproxy");
        certify(&folder).unwrap();
        let trusted = fs::read(folder.join("certificate.pem")).unwrap();
        for machine in self.web.iter().chain([&self.balancer]) {
            let authorities = machine.at("etc/ssl/certs/ca-certificates.crt");
            let known = fs::read(&authorities).unwrap();
            fs::write(authorities, [known, trusted.clone()].concat()).unwrap();
        }
    }

    /// Step 13.
    fn balances(&self) {
        // The port may be another's on addresses that are not its own.
        let step = self.step(13).replace("LISTEN=:443", "LISTEN=127.0.0.13:443");
        self.balancer.follow(&step);
        // systemd goes on when HAProxy has said that it listens.
        let wait = "curl -sSf --retry 30 --retry-delay 1 --retry-all-errors -o /dev/null";
        self.balancer.follow(&format!("{wait} {API}status/"));
    }

    /// A course's page shows what the Data API tells of it.
    fn is_read(&self) {
        let course = self.lms.course();
        let token = fs::read_to_string(self.web[0].at(SETTINGS).join("api_token")).unwrap();
        let browser = format!(
            "ask() {{ curl -sSf --retry 20 --retry-delay 1 --retry-all-errors -b /run/cookies -c /run/cookies \"$@\"; }}
             echo 'header = \"Authorization: Token {}\"' > /run/token
             to_lms=$(ask -o /dev/null -w '%{{redirect_url}}' {SITE}login/edx-oauth2/)
             ask -L -o /dev/null \"$to_lms&as=office\"",
            token.trim()
        );
        let ask = |what: &str| self.balancer.follow(&format!("{browser}\nask {what}"));
        let told = ask(&format!("--config /run/token {API}api/v0/courses/{course}/enrollment/"));
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let count = told[0]["count"].as_u64().unwrap();
        // Instances that were started before the balancer ask the Data API again after a while.
        let began = Instant::now();
        loop {
            let page = ask(&format!("{SITE}courses/{course}/enrollment/activity/"));
            if count > 0 && page.contains(&format!(">{count}<")) {
                return;
            }
            assert!(began.elapsed() < LIMIT, "{count}: {page}");
        }
    }
}

/// A file is carried from one machine to another by their administrator.
fn bring(from: &Machine, names: &[&str], to: &Machine) {
    for name in names {
        let place = |machine: &Machine| machine.at(SETTINGS).join(name);
        fs::copy(place(from), place(to)).unwrap();
    }
}

/// A person who replaces some words.
fn editor(edits: &[(&str, &str)]) -> String {
    let edits = edits.iter().map(|(from, to)| format!(" -e 's|{from}|{to}|g'"));
    format!("#!/bin/sh\nexec sed -i{} \"$@\"\n", edits.collect::<String>())
}

/// What `make release` makes, of the programs that are tested.
fn archive(folder: &Path) -> PathBuf {
    let name = "insights-0.1.0-x86_64-linux";
    let (bin, files) = (folder.join(name).join("bin"), folder.join(name).join("ci/deploy"));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(&files).unwrap();
    for name in ["insights", "insights-api", "insights-web"] {
        said(Command::new("strip").arg("-o").arg(bin.join(name)).arg(program(name)));
    }
    fs::copy(env::var("CLUSTER_JOBS_PROGRAM").unwrap(), bin.join("jobs")).unwrap();
    for part in ["shared", "own-hadoop"] {
        said(Command::new("cp").arg("--recursive").arg(shipped(part)).arg(&files));
    }
    let archive = folder.join(format!("{name}.tar.gz"));
    said(Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(folder).arg(name));
    archive
}

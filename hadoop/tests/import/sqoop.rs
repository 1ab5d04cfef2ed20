//! What an import by Sqoop has on this machine's disk, a password among it, goes with its driver. Sqoop
//! is a script here that never ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::lms::Lms;

const SECRET: &str = "pa ss";

/// A driver that waits for Sqoop.
struct Import {
    folder: tempfile::TempDir,
    driver: Child,
}

impl Import {
    fn start(lms: &Lms) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let script = format!(
            "#!/bin/sh\necho $$ > {0}\nmv {0} {1}\nexec sleep 600\n",
            at("new"),
            at("sqoop.pid")
        );
        fs::write(at("sqoop"), script).unwrap();
        fs::set_permissions(at("sqoop"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(at("secret"), SECRET).unwrap();
        fs::create_dir(at("tmp")).unwrap();
        let address = format!("{}?password_file={}", lms.address_of("reader"), at("secret"));
        let config = format!(
            "lms: {{database: '{address}', engine: sqoop, sqoop: {{command: '{}'}}}}\n",
            at("sqoop")
        );
        fs::write(at("insights.yml"), config).unwrap();
        let driver = command(folder.path(), "student_courseenrollment").spawn().unwrap();
        let import = Self { folder, driver };
        until("Sqoop runs", || import.path("sqoop.pid").exists());
        import
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Files that hold the password.
    fn secrets(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.path("tmp")).unwrap().map(|entry| entry.unwrap().path());
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
        let files = files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        files.filter(|path| fs::read_to_string(path).unwrap().contains(SECRET)).collect()
    }

    fn sqoop_is_at_work(&self) -> bool {
        let pid = fs::read_to_string(self.path("sqoop.pid")).unwrap();
        let line = fs::read(format!("/proc/{}/cmdline", pid.trim()));
        line.is_ok_and(|line| !line.is_empty())
    }
}

fn command(folder: &Path, table: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insights"));
    command.args(["import", table, "--warehouse", "w", "--date", "2026-03-09"]);
    command.current_dir(folder).env("TMPDIR", folder.join("tmp")).env_remove("HADOOP_CONF_DIR");
    command.stderr(Stdio::null());
    command
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never came so far that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A database whose reader has a password, with a table that can be imported.
fn lms(test: &str) -> Option<Lms> {
    let lms = Lms::mariadb(test)?;
    lms.execute(&[
        "CREATE TABLE student_courseenrollment (id int PRIMARY KEY, user_id int, \
         course_id varchar(255), created datetime(6), is_active tinyint(1), mode varchar(100))",
        &format!("CREATE USER IF NOT EXISTS reader IDENTIFIED BY '{SECRET}'"),
        &format!("GRANT SELECT ON {}.* TO reader", lms.name()),
    ]);
    Some(lms)
}

#[test]
fn ctrl_c_takes_sqoop_and_its_password_along() {
    let Some(lms) = lms("Ctrl-C of Sqoop") else { return };
    let mut import = Import::start(&lms);
    assert_eq!(import.secrets().len(), 1);
    let pid = import.driver.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(import.driver.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read_dir(import.path("tmp")).unwrap().count(), 0);
    assert!(!import.sqoop_is_at_work());
}

#[test]
fn what_a_killed_driver_left_goes_with_the_next_run() {
    let Some(lms) = lms("a killed driver of Sqoop") else { return };
    let mut import = Import::start(&lms);
    import.driver.kill().unwrap();
    import.driver.wait().unwrap();
    assert_eq!(import.secrets().len(), 1);
    let lines = fs::read_to_string(import.path("insights.yml")).unwrap();
    fs::write(import.path("insights.yml"), lines.replace("engine: sqoop", "engine: native"))
        .unwrap();
    let next = command(import.folder.path(), "student_courseenrollment").status().unwrap();
    assert!(next.success());
    assert_eq!(fs::read_dir(import.path("tmp")).unwrap().count(), 0);
    assert!(!import.sqoop_is_at_work());
}

/// Hadoop 1, as two scripts have it: Sqoop only keeps what it is told.
#[test]
fn on_hadoop_1_sqoop_is_told_the_old_names() {
    let Some(lms) = lms("Sqoop on Hadoop 1") else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, act) in [
        ("hadoop", "echo Hadoop 1.2.1".to_owned()),
        ("sqoop", format!("cp $2 {}; exit 1", at("told"))),
    ] {
        fs::write(at(name), format!("#!/bin/sh\n{act}\n")).unwrap();
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let config = format!(
        "lms: {{database: '{}', engine: sqoop, sqoop: {{command: '{}'}}}}\n\
         runners: {{hadoop: {{command: '{}', queue: nightly}}}}\n",
        lms.address,
        at("sqoop"),
        at("hadoop")
    );
    fs::write(at("insights.yml"), config).unwrap();
    fs::create_dir(at("tmp")).unwrap();
    let ended = command(folder.path(), "student_courseenrollment").status().unwrap();
    assert_eq!(ended.code(), Some(30));
    let told = fs::read_to_string(at("told")).unwrap();
    for setting in ["mapred.job.name=insights import ", "mapred.job.queue.name=nightly"] {
        assert!(told.lines().any(|line| line.starts_with(setting)), "{told}");
    }
}

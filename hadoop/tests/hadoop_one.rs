//! A run on Hadoop 1, as a script has it that only keeps what it is told.
#![allow(clippy::unwrap_used)]

mod university;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use university::{University, ended, jobs_program};

#[test]
fn on_hadoop_1_settings_have_their_old_names() {
    let university = University::new();
    let at = |name: &str| university.path(name).display().to_string();
    let script = format!(
        "#!/bin/sh\nif [ $1 = version ]; then echo Hadoop 1.2.1; exit; fi\n\
         echo \"$@\" > {}\ncp $4 {}\necho 'ERROR streaming.StreamJob: Error Launching job : no more'\nexit 1\n",
        at("arguments"),
        at("settings.xml")
    );
    fs::write(at("hadoop"), script).unwrap();
    fs::set_permissions(at("hadoop"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(at("streaming.jar"), "").unwrap();
    fs::write(at("static"), testkit::looking_static(&jobs_program()).unwrap()).unwrap();
    let config = format!(
        "runners: {{hadoop: {{command: '{}', streaming_jar: '{}', program: '{}', queue: nightly}}}}\n",
        at("hadoop"),
        at("streaming.jar"),
        at("static")
    );
    fs::write(at("insights.yml"), config).unwrap();
    let run = ["run", "course-enrollment-events", "-r", "hadoop", "--param", "reducers=7"];
    let mut command = university.plain_command(&run);
    command.args(["--source", "logs", "--warehouse", "w"]).env_remove("HADOOP_CONF_DIR");
    let ended = ended(command.output().unwrap());
    assert_eq!(ended.code, Some(30), "{}", ended.stderr);
    assert!(ended.stderr.contains("no more"), "{}", ended.stderr);
    let arguments = fs::read_to_string(at("arguments")).unwrap();
    assert!(arguments.starts_with(&format!("jar {} -conf ", at("streaming.jar"))), "{arguments}");
    let settings = fs::read_to_string(at("settings.xml")).unwrap();
    for (name, value) in [
        ("mapred.reduce.tasks", "7"),
        ("mapred.job.queue.name", "nightly"),
        ("mapred.reduce.tasks.speculative.execution", "false"),
    ] {
        let property = format!("<name>{name}</name><value>{value}</value>");
        assert!(settings.contains(&property), "{settings}");
    }
    assert!(!settings.contains("<name>mapreduce.job.reduces<"), "{settings}");
}

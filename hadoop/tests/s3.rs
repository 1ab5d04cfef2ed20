//! S3, as a server of this machine speaks it; ci/checks/test starts one. Without it each test says that
//! it is skipped.
#![allow(clippy::unwrap_used)]

mod places;
mod university;

use std::fs;
use std::io::{Read, Write};
use std::process::Command;
use std::time::SystemTime;

use hadoop::shipping::ship;
use hadoop::storage::Place;
use places::{at, names};
use university::{University, ended};

/// A bucket of a test's own, at its address.
fn bucket_or_skip(test: &str) -> Option<String> {
    let Ok(endpoint) = std::env::var("AWS_ENDPOINT_URL") else {
        assert!(std::env::var_os("CI").is_none(), "{test}: no S3");
        println!("SKIPPED s3 {test}: no S3 in the environment (ci/s3)");
        return None;
    };
    let name = format!("{}-{}", test.replace('_', "-"), std::process::id());
    let put = ["-sSf", "-X", "PUT", &format!("{endpoint}/{name}")];
    let made = Command::new("curl").args(put).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(format!("s3://{name}"))
}

#[test]
fn k10_a_folder_does_not_list_its_prefix_sharing_neighbour() {
    let Some(bucket) = bucket_or_skip("k10-neighbours") else { return };
    let root = at(&bucket);
    for key in ["logs/a b.gz", "logs/x%20y/c+d.gz", "logs/ü.gz", "logs-old/e.gz", "logs.gz"] {
        root.join(key).stage(b"x").unwrap();
    }
    let endpoint = std::env::var("AWS_ENDPOINT_URL").unwrap();
    let folder = bucket.replace("s3:/", &endpoint);
    for marker in ["logs/", "logs/empty/"] {
        let put = ["-sSf", "-X", "PUT", "-H", "Content-Length: 0", &format!("{folder}/{marker}")];
        assert!(Command::new("curl").args(put).status().unwrap().success());
    }
    for address in [
        format!("{bucket}/logs"),
        format!("{bucket}/logs/"),
        bucket.replace("s3:", "s3a:") + "/logs",
    ] {
        assert_eq!(names(&at(&address)), ["a b.gz", "x%20y/c+d.gz", "ü.gz"], "{address}");
    }
    assert_eq!(names(&root).len(), 5);
    assert!(root.is_folder().unwrap() && root.join("logs").is_folder().unwrap());
    assert!(!root.join("log").exists().unwrap());
    assert_eq!(at(&format!("{bucket}/logs/")).address(), format!("{bucket}/logs"));
}

#[test]
fn bytes_are_read_from_anywhere_and_change_the_file_by_which_it_is_known() {
    let Some(bucket) = bucket_or_skip("ranges") else { return };
    let file = at(&format!("{bucket}/f"));
    assert!(file.read().unwrap_err().is_missing());
    file.stage(b"0123456789").unwrap();
    let mut rest = String::new();
    file.open(7).unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "789");
    let before = file.about().unwrap().unwrap();
    file.write(b"0123456780").unwrap();
    let after = file.about().unwrap().unwrap();
    assert_eq!((before.size, after.size), (10, 10));
    assert_ne!(before.modified, after.modified);
}

#[test]
fn a_large_object_goes_in_parts_and_is_seen_at_its_end() {
    let Some(bucket) = bucket_or_skip("large") else { return };
    let file = at(&format!("{bucket}/large"));
    let piece: Vec<u8> = (0..99_991u32).map(|n| (n % 251) as u8).collect();
    let mut out = file.create().unwrap();
    (0..300).for_each(|_| out.write_all(&piece).unwrap());
    assert!(!file.exists().unwrap());
    out.close().unwrap();
    assert_eq!(file.about().unwrap().unwrap().size, 300 * 99_991);
    assert!(file.read().unwrap().chunks(99_991).all(|part| part == piece));
    let mut abandoned = at(&format!("{bucket}/abandoned")).create().unwrap();
    (0..300).for_each(|_| abandoned.write_all(&piece).unwrap());
    drop(abandoned);
    assert_eq!(names(&at(&bucket)), ["large"]);
}

#[test]
fn more_objects_than_a_page_holds_are_all_listed() {
    let Some(bucket) = bucket_or_skip("pages") else { return };
    let here = tempfile::tempdir().unwrap();
    (0..1100).for_each(|n| fs::write(here.path().join(format!("part-{n:05}")), "x").unwrap());
    let folder = at(&format!("{bucket}/many"));
    folder.put_tree(here.path()).unwrap();
    assert_eq!(folder.list().unwrap().len(), 1100);
    folder.remove().unwrap();
    assert!(!folder.exists().unwrap());
}

#[test]
fn a_folder_that_is_put_into_place_is_marked_last_and_goes_on_after_a_cut() {
    let Some(bucket) = bucket_or_skip("moves") else { return };
    let (from, to) = (at(&format!("{bucket}/stage")), at(&format!("{bucket}/table")));
    let fill = |place: &Place, names: &[&str]| {
        names.iter().for_each(|name| place.join(name).stage(name.as_bytes()).unwrap());
    };
    let whole = ["_SUCCESS", "part-00000", "part-00001"];
    fill(&from, &whole);
    from.rename(&to).unwrap();
    assert_eq!(names(&to), whole);
    assert!(!from.exists().unwrap());
    fill(&from, &whole);
    assert!(from.rename(&to).is_err(), "a whole folder is there already");
    // Cut off while the origin was removed: its mark went first.
    from.join("_SUCCESS").remove().unwrap();
    from.join("part-00000").remove().unwrap();
    from.rename(&to).unwrap();
    assert_eq!(names(&to), whole);
    assert!(!from.exists().unwrap());
    assert!(from.rename(&at(&format!("{bucket}/other"))).unwrap_err().is_missing());
}

#[test]
fn one_of_two_makes_or_exchanges_a_file() {
    let Some(bucket) = bucket_or_skip("exchange") else { return };
    let (file, aside) = (at(&format!("{bucket}/lock")), at(&format!("{bucket}/aside")));
    assert!(file.stage_new(b"one").unwrap());
    assert!(!file.stage_new(b"two").unwrap());
    assert!(!file.exchange(b"another", b"two", &aside).unwrap());
    assert!(file.exchange(b"one", b"two", &aside).unwrap());
    assert!(!file.exchange(b"one", b"three", &aside).unwrap());
    assert_eq!(file.read().unwrap(), b"two");
}

#[test]
fn a_bucket_that_is_not_there_is_named() {
    let Some(bucket) = bucket_or_skip("gone") else { return };
    let gone = format!("{bucket}-not");
    let said = at(&gone).about().unwrap_err().to_string();
    assert!(said.contains(&gone) && !said.contains("never-shown"), "{said}");
}

#[test]
fn a_workflow_on_s3_makes_the_same_bytes_and_survives_being_killed() {
    let Some(bucket) = bucket_or_skip("workflow") else { return };
    let university = University::new();
    let sources = at(&format!("{bucket}/logs"));
    sources.put_tree(&university.path("logs")).unwrap();
    let run = |fault: &str| {
        let dates = ["--param", "date=2026-03-09", "--param", "import_date=2026-03-09"];
        let mut command = university.plain_command(&["run", "enrollment"]);
        command.args(["--interval", "2026-03-01-2026-03-09", "--param", "reducers=3"]).args(dates);
        command.args(["--source", &sources.address(), "--warehouse", &format!("{bucket}/w")]);
        command.env("INSIGHTS_FAULT", fault);
        let lms = format!("sqlite:{}", university.path("lms.sqlite").display());
        ended(command.env("INSIGHTS_LMS_DATABASE", lms).output().unwrap())
    };
    for fault in ["move:2", "move:4"] {
        let cut = run(fault);
        assert_eq!(cut.code, None, "{fault}: {}", cut.stderr);
    }
    run("").ok();
    university.run("disk", &["--param", "reducers=3"]).ok();
    let warehouse = at(&format!("{bucket}/w"));
    let made: Vec<_> = warehouse
        .walk()
        .unwrap()
        .into_iter()
        .filter_map(|(file, _)| {
            let name = file.below(&warehouse).unwrap();
            let is_part =
                name.contains("/part-") && !name.ends_with(".avro") && !name.starts_with("_runs");
            is_part.then(|| (name, String::from_utf8(file.read().unwrap()).unwrap()))
        })
        .collect();
    assert_eq!(made, university.parts("disk"));
    let again = run("").ok();
    assert!(again.stdout.starts_with("0 steps made"), "{}", again.stdout);
}

#[test]
fn rotated_logs_are_shipped_into_a_bucket() {
    let Some(bucket) = bucket_or_skip("shipping") else { return };
    let lms = tempfile::tempdir().unwrap();
    let log = |text: &str| {
        let path = lms.path().join("tracking.log-20260301-1.gz");
        fs::write(&path, text).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    };
    let to = at(&format!("{bucket}/logs/lms-1"));
    let copied = || ship(lms.path(), &to, SystemTime::now()).unwrap().copied;
    log("first");
    assert_eq!((copied(), copied()), (1, 0));
    log("first and second");
    assert_eq!((copied(), copied()), (1, 0));
    assert_eq!(names(&to), ["tracking.log-20260301-1.gz"]);
    let shipped = to.join("tracking.log-20260301-1.gz").read().unwrap();
    assert_eq!(shipped, b"first and second");
}

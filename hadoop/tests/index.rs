//! Loads of the search index, into a cluster that is well, busy, broken or somebody else's (spec 30 A.7).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hands;
mod search_cluster;
mod wire;

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hadoop::config::IndexConfig;
use hadoop::index::{self, IndexError, Loaded};
use hands::Hands;
use search_cluster::{Fault, SearchCluster};
use serde_json::{Value, json};

fn config(cluster: &SearchCluster) -> IndexConfig {
    IndexConfig {
        url: Some(cluster.url.clone()),
        shards: Some(5),
        batch_size: 4,
        indexing_tasks: 1,
        throttle: 0.0,
        ..IndexConfig::default()
    }
}

fn document(number: u64) -> String {
    let source = json!({"course_id": "o/c/r", "username": format!("u{number}"), "user_id": number});
    json!({"_id": format!("o/c/r|u{number}"), "_source": source}).to_string()
}

fn documents(count: u64) -> Vec<String> {
    (0..count).map(document).collect()
}

fn load_slowly(
    config: &IndexConfig,
    documents: Vec<String>,
    hands: &Hands,
) -> Result<Loaded, IndexError> {
    let lines = documents.into_iter().map(|line| Ok(line.into_bytes()));
    index::load(config, lines, "week", &hands.clock())
}

fn load(config: &IndexConfig, documents: Vec<String>) -> Result<Loaded, IndexError> {
    load_slowly(config, documents, &Hands::default())
}

/// The seconds of each pause, with the jitter taken away.
fn pauses(hands: &Hands) -> Vec<u64> {
    let seconds = hands.slept().into_iter().map(|pause| pause.as_secs_f64());
    seconds.filter(|pause| *pause > 0.0).map(|pause| 1 << pause.log2().round() as u64).collect()
}

/// How many documents each request held.
fn sizes(cluster: &SearchCluster) -> Vec<usize> {
    cluster.asked("_bulk").iter().map(|request| request.body.lines().count() / 2).collect()
}

/// A cluster whose alias leads to an older load.
fn with_old() -> SearchCluster {
    let cluster = SearchCluster::start();
    cluster.put("roster_1", &["roster"]);
    cluster
}

/// The old index is read, and nothing is left of the new one.
fn assert_untouched(cluster: &SearchCluster) {
    assert_eq!(cluster.names(), ["roster_1 > roster"]);
}

#[test]
fn a_roster_is_loaded_into_an_index_of_its_own_and_the_alias_leads_to_it() {
    let cluster = SearchCluster::start();
    let loaded = load(&config(&cluster), documents(10)).unwrap();
    assert_eq!((loaded.documents, loaded.removed.len()), (10, 0));
    assert_eq!(cluster.names(), ["index_updates".to_owned(), format!("{} > roster", loaded.index)]);
    assert_eq!(sizes(&cluster), [4, 4, 2]);
    let state = cluster.state();
    let index = &state.indexes[&loaded.index];
    assert_eq!(index.made["settings"], json!({"number_of_shards": 5, "refresh_interval": "-1"}));
    assert_eq!(index.made["mappings"]["properties"]["name"]["type"], "text");
    let sent: Value = serde_json::from_str(&document(7)).unwrap();
    assert_eq!(index.documents["o/c/r|u7"], sent["_source"]);
    assert_eq!(index.documents.len(), 10);
    // SHA-1 of `roster:week`.
    let marker =
        &state.indexes["index_updates"].documents["209faa686407fa86b325ac56ffa67607ba0f8662"];
    assert_eq!((&marker["update_id"], &marker["target_index"]), (&json!("week"), &json!("roster")));
    let date = marker["date"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_rfc3339(date).is_ok(), "{date}");
}

#[test]
fn the_next_load_replaces_the_one_before_and_removes_it() {
    let cluster = SearchCluster::start();
    let first = load(&config(&cluster), documents(3)).unwrap();
    let second = load(&config(&cluster), documents(2)).unwrap();
    assert_ne!(first.index, second.index);
    assert_eq!(second.removed, [first.index]);
    assert_eq!(cluster.names(), ["index_updates".to_owned(), format!("{} > roster", second.index)]);
    assert_eq!(cluster.state().indexes[&second.index].documents.len(), 2);
    let turned = cluster.asked("POST /_aliases");
    assert_eq!(turned.len(), 2, "one request turns the alias");
    assert_eq!(turned[1].body.matches("roster_").count(), 2);
}

#[test]
fn k18_documents_that_are_turned_away_are_sent_again_and_no_others() {
    for status in [429, 503] {
        let (cluster, hands) = (SearchCluster::start(), Hands::default());
        cluster.fault("_bulk", 2, Fault::Documents(status));
        let loaded = load_slowly(&config(&cluster), documents(6), &hands).unwrap();
        assert_eq!(sizes(&cluster), [4, 2, 1, 2]);
        assert_eq!(cluster.asked("_bulk")[2].body.lines().count(), 2);
        assert_eq!(cluster.state().indexes[&loaded.index].documents.len(), 6);
        assert_eq!(pauses(&hands), [2, 4]);
    }
}

#[test]
fn k18_requests_that_are_turned_away_are_sent_again_when_the_cluster_says() {
    let (cluster, hands) = (SearchCluster::start(), Hands::default());
    cluster.fault("_bulk", 1, Fault::Status(429, "retry-after: 17"));
    cluster.fault("_bulk", 1, Fault::Status(503, "x: y"));
    cluster.fault("_refresh", 1, Fault::Status(504, "x: y"));
    load_slowly(&config(&cluster), documents(4), &hands).unwrap();
    assert_eq!(sizes(&cluster), [4, 4, 4]);
    assert_eq!(hands.slept()[0], Duration::from_secs(17));
    assert_eq!(pauses(&hands)[1..], [4, 2]);
}

#[test]
fn k18_connections_that_are_cut_cost_nothing() {
    for fault in [Fault::Cut, Fault::CutAnswer] {
        let cluster = with_old();
        for request in ["_bulk", "PUT /roster_", "POST /_aliases", "DELETE /", "_doc", "_count"] {
            cluster.fault(request, 1, fault);
        }
        let loaded = load(&config(&cluster), documents(6)).unwrap();
        let expected = ["index_updates".to_owned(), format!("{} > roster", loaded.index)];
        assert_eq!(cluster.names(), expected, "{fault:?}");
        assert_eq!(cluster.state().indexes[&loaded.index].documents.len(), 6);
    }
}

#[test]
fn a_document_that_does_not_fit_the_mapping_fails_the_load_with_the_reason() {
    let cluster = with_old();
    let broken = [7, 9].map(|n| document(n).replace(&format!(":{n},"), ":\"many\","));
    let failure = load(&config(&cluster), [documents(5), broken.to_vec()].concat()).unwrap_err();
    let said = failure.to_string();
    assert!(matches!(failure, IndexError::Refused { count: 2, .. }), "{said}");
    let reason = "400 mapper_parsing_exception: failed to parse field [user_id]: no number";
    assert!(said.ends_with(&format!("refused 2 documents of a request: {reason}")), "{said}");
    assert_untouched(&cluster);
}

#[test]
fn a_cluster_that_knows_nobody_is_told_with_its_reason_and_without_the_password() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "never-shown\n").unwrap();
    let file = Some(file.path().to_owned());
    let cluster = with_old();
    let nobody = config(&cluster);
    let user =
        IndexConfig { user: Some("me".into()), password_file: file.clone(), ..nobody.clone() };
    let key = IndexConfig { api_key_file: file, ..nobody.clone() };
    cluster.state().login = Some("Basic bm9ib2R5".to_owned());
    for config in [&nobody, &user, &key] {
        let failure = load(config, documents(1)).unwrap_err();
        let said = format!("{failure} {failure:?}");
        assert!(said.contains("roster/_alias: http 401: security_exception: missing"), "{said}");
        assert!(!said.contains("never-shown"), "{said}");
    }
    assert_eq!(cluster.state().asked.len(), 3, "nobody tries again");
    assert_untouched(&cluster);
    // `me:never-shown`
    for (config, login) in [(&user, "Basic bWU6bmV2ZXItc2hvd24="), (&key, "ApiKey never-shown")] {
        cluster.state().login = Some(login.to_owned());
        load(config, documents(1)).unwrap();
    }
}

#[test]
fn k18_a_cluster_that_stays_busy_is_given_up_after_ten_tries() {
    for (fault, wanted) in [
        (Fault::Documents(429), "turned 1 documents away, 10 times: rejected_execution_exception"),
        (Fault::Status(503, "x: y"), "_bulk: http 503: busy_exception: told to"),
        (Fault::Cut, "_bulk: error sending request"),
    ] {
        let (cluster, hands) = (with_old(), Hands::default());
        cluster.fault("_bulk", 99, fault);
        let said = load_slowly(&config(&cluster), documents(4), &hands).unwrap_err().to_string();
        assert!(said.contains(wanted), "{said}");
        assert_eq!(sizes(&cluster).len(), 10);
        assert_eq!(pauses(&hands), [2, 4, 8, 16, 32, 64, 128, 256, 512]);
        assert_untouched(&cluster);
    }
}

#[test]
fn what_killed_loads_left_is_removed_and_nothing_else() {
    let cluster = with_old();
    for (name, aliases) in [
        ("roster_20240305101112123", &[][..]),
        ("roster_2", &["kept"]),
        ("roster_archive", &[]),
        ("rosters_3", &[]),
        ("roster_2024_3", &[]),
    ] {
        cluster.put(name, aliases);
    }
    let loaded = load(&config(&cluster), documents(1)).unwrap();
    assert_eq!(loaded.removed, ["roster_20240305101112123", "roster_1"]);
    let mut expected =
        ["index_updates", "roster_2 > kept", "roster_2024_3", "roster_archive", "rosters_3"]
            .map(str::to_owned)
            .to_vec();
    expected.push(format!("{} > roster", loaded.index));
    expected.sort();
    assert_eq!(cluster.names(), expected);
}

#[test]
fn an_alias_of_several_loads_leads_to_the_new_one_alone() {
    let cluster = with_old();
    cluster.put("roster_2", &["roster"]);
    let loaded = load(&config(&cluster), documents(1)).unwrap();
    assert_eq!(loaded.removed, ["roster_1", "roster_2"]);
    assert_eq!(cluster.names(), ["index_updates".to_owned(), format!("{} > roster", loaded.index)]);
}

#[test]
fn indexes_that_no_load_has_made_are_not_replaced() {
    for (name, aliases, wanted) in [
        ("logs", &["roster"][..], "roster leads to the index logs, which no load has made"),
        ("roster", &[], "the cluster has an index of the name roster"),
    ] {
        let cluster = SearchCluster::start();
        cluster.put(name, aliases);
        let before = cluster.names();
        let said = load(&config(&cluster), documents(1)).unwrap_err().to_string();
        assert!(said.contains(wanted), "{said}");
        assert_eq!(cluster.names(), before);
    }
}

#[test]
fn many_documents_go_in_bounded_requests_by_several_tasks() {
    const COUNT: u64 = 50_000;
    let (cluster, hands) = (SearchCluster::start(), Hands::default());
    let config = IndexConfig {
        batch_size: 1000,
        batch_bytes: 64 << 10,
        indexing_tasks: 3,
        throttle: 0.75,
        ..config(&cluster)
    };
    cluster.fault("_bulk", 5, Fault::Documents(429));
    cluster.fault("_bulk", 2, Fault::CutAnswer);
    let lines = (0..COUNT).map(|number| Ok(document(number).into_bytes()));
    let loaded = index::load(&config, lines, "week", &hands.clock()).unwrap();
    assert_eq!(loaded.documents, COUNT);
    assert_eq!(cluster.state().indexes[&loaded.index].documents.len() as u64, COUNT);
    let requests = cluster.asked("_bulk");
    assert!(requests.iter().all(|request| request.body.len() <= 64 << 10));
    let full = requests.iter().filter(|request| request.body.len() > 63 << 10).count();
    assert!(full > 50, "{full} of {} requests are full", requests.len());
    let throttled =
        hands.slept().iter().filter(|time| **time == Duration::from_millis(750)).count();
    // Each task's first request waits for nobody; some requests are repetitions.
    assert!(throttled > full / 2 && throttled < requests.len(), "{throttled}");
}

#[test]
fn no_documents_replace_nothing_unless_that_is_allowed() {
    let cluster = with_old();
    assert!(matches!(load(&config(&cluster), Vec::new()), Err(IndexError::Empty)));
    assert_untouched(&cluster);
    let allowed = IndexConfig { allow_empty: true, ..config(&cluster) };
    assert_eq!(load(&allowed, Vec::new()).unwrap().documents, 0);
}

#[test]
fn documents_that_cannot_be_read_fail_the_load() {
    let cluster = with_old();
    let torn = documents(9).into_iter().map(|line| Ok(line.into_bytes()));
    let torn = torn.chain([Err(io::Error::other("the disk is gone"))]);
    let failure = index::load(&config(&cluster), torn, "week", &Hands::default().clock());
    let said = failure.unwrap_err().to_string();
    assert!(said.contains("document 10 ") && said.ends_with("the disk is gone"), "{said}");
    assert_untouched(&cluster);
    let said = load(&config(&cluster), vec!["{}".to_owned()]).unwrap_err().to_string();
    assert!(said.starts_with("line 1 is no document"), "{said}");
    assert_untouched(&cluster);
}

#[test]
fn k18_an_alias_that_cannot_be_turned_stays_as_it_is() {
    let cluster = with_old();
    cluster.fault("POST /_aliases", 1, Fault::Status(403, "x: y"));
    let said = load(&config(&cluster), documents(1)).unwrap_err().to_string();
    assert!(said.contains("/_aliases: http 403: busy_exception"), "{said}");
    assert_untouched(&cluster);
}

#[test]
fn an_index_that_may_be_in_use_is_left() {
    let cluster = with_old();
    // The alias is turned, but the answer is lost, and so are all that would tell.
    let lines = documents(1).into_iter().map(|line| {
        cluster.fault("POST /_aliases", 1, Fault::CutAnswer);
        cluster.fault("_alias", 99, Fault::Status(503, "x: y"));
        Ok(line.into_bytes())
    });
    let failure = index::load(&config(&cluster), lines, "week", &Hands::default().clock());
    let said = failure.unwrap_err().to_string();
    assert!(said.contains(" is in use is not known, so it was left: POST "), "{said}");
    let names = cluster.names();
    assert!(names[0] == "roster_1" && names[1].ends_with(" > roster"), "{names:?}");
}

#[test]
fn an_index_that_somebody_removes_under_way_is_not_used() {
    let cluster = with_old();
    let two = IndexConfig { batch_size: 1, ..config(&cluster) };
    let lines = documents(3).into_iter().enumerate().map(|(number, line)| {
        if number == 2 {
            cluster.fault("_bulk", 1, Fault::Removed);
        }
        Ok(line.into_bytes())
    });
    let failure = index::load(&two, lines, "week", &Hands::default().clock()).unwrap_err();
    assert!(matches!(failure, IndexError::Lost { sent: 3, .. }), "{failure}");
    assert_untouched(&cluster);
}

#[test]
fn k18_what_goes_wrong_behind_the_turn_leaves_the_new_index_in_use() {
    let cluster = with_old();
    cluster.fault("_doc", 1, Fault::Status(403, "x: y"));
    let said = load(&config(&cluster), documents(1)).unwrap_err().to_string();
    assert!(said.contains("is in use, but: PUT") && said.contains("http 403"), "{said}");
    let names = cluster.names();
    assert!(names[2].ends_with(" > roster") && names[1] == "roster_1", "{names:?}");
    // The next load removes what this one could not.
    let loaded = load(&config(&cluster), documents(1)).unwrap();
    assert_eq!(loaded.removed[0], "roster_1");
    assert_eq!(cluster.names().len(), 2);
}

/// A server that speaks TLS with a certificate that nobody trusts; the file holds that.
fn tls_server(folder: &Path) -> Option<(Child, String, PathBuf)> {
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args([
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .ok()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut server = Command::new("openssl")
        .args(["s_server", "-www", "-accept", "127.0.0.1:0", "-key"])
        .arg(&key)
        .arg("-cert")
        .arg(&certificate)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let ready = lines.find_map(|line| Some(line.unwrap().strip_prefix("ACCEPT ")?.to_owned()));
    Some((server, format!("https://{}", ready.unwrap()), certificate))
}

#[test]
fn a_certificate_is_trusted_that_the_settings_name() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut server, url, certificate)) = tls_server(folder.path()) else {
        assert!(std::env::var_os("CI").is_none(), "there is no openssl");
        return println!("SKIPPED index over TLS: there is no openssl");
    };
    let strange = IndexConfig { url: Some(url), max_attempts: 1, ..IndexConfig::default() };
    let trusted = IndexConfig { ca_file: Some(certificate), ..strange.clone() };
    let said =
        [strange, trusted].map(|config| load(&config, documents(1)).unwrap_err().to_string());
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(said[0].contains("certificate"), "{}", said[0]);
    // It speaks, if not as a search cluster does.
    assert!(said[1].contains("the answer to GET is not what was asked for"), "{}", said[1]);
}

//! HDFS as storage: what the driver takes for granted of it, and a name service of two NameNodes, one of
//! which is down.

use std::fs;
use std::io::Read;

use crate::places::{at, names};
use crate::scene::{DAYS, Scene};
use crate::setup::Cluster;
use crate::university::ended;
use hadoop::storage::Place;

#[test]
fn k10_a_folder_on_hdfs_does_not_list_its_prefix_sharing_neighbour() {
    let Some(cluster) = Cluster::or_skip("neighbours on HDFS") else { return };
    let root = cluster.folder("neighbours");
    for name in ["logs/a b.gz", "logs/x%20y/c+d.gz", "logs/ü.gz", "logs-old/e.gz", "logs.gz"] {
        at(&root).join(name).stage(b"x").unwrap();
    }
    for address in [format!("{root}/logs"), format!("{root}/logs/")] {
        assert_eq!(names(&at(&address)), ["a b.gz", "x%20y/c+d.gz", "ü.gz"], "{address}");
    }
    assert_eq!(names(&at(&root)).len(), 5);
    assert!(at(&root).join("logs").is_folder().unwrap());
    assert!(!at(&root).join("log").exists().unwrap());
}

#[test]
fn bytes_of_hdfs_are_read_from_anywhere_and_a_file_is_published_whole() {
    let Some(cluster) = Cluster::or_skip("files on HDFS") else { return };
    let file = at(&cluster.folder("files")).join("f");
    assert!(file.read().unwrap_err().is_missing());
    assert!(file.read_if_there().unwrap().is_none());
    file.stage(b"0123456789").unwrap();
    let from = |start| {
        let mut rest = String::new();
        file.open(start).unwrap().read_to_string(&mut rest).unwrap();
        rest
    };
    assert_eq!((from(0), from(7), from(10)), ("0123456789".into(), "789".into(), String::new()));
    let before = file.about().unwrap().unwrap();
    // Whoever opened the old content reads it to its end, or is told; nobody sees half of the new.
    file.write(b"0123456780").unwrap();
    assert_eq!(file.read().unwrap(), b"0123456780");
    let after = file.about().unwrap().unwrap();
    assert_eq!((before.size, after.size), (10, 10));
    assert_ne!(before.modified, after.modified);
    assert_eq!(names(&file.parent()), ["f"], "nothing stands beside it");
}

#[test]
fn a_rename_on_hdfs_refuses_a_target_that_is_there() {
    let Some(cluster) = Cluster::or_skip("renames on HDFS") else { return };
    let folder = at(&cluster.folder("renames"));
    let (from, to) = (folder.join("stage"), folder.join("table"));
    let fill = |place: &Place, content: &[u8]| place.join("part-00000").stage(content).unwrap();
    fill(&from, b"first");
    from.rename(&to).unwrap();
    fill(&from, b"second");
    assert!(from.rename(&to).is_err(), "a whole folder is there already");
    assert_eq!(to.join("part-00000").read().unwrap(), b"first");
    assert_eq!(names(&to), ["part-00000"], "nor was it put into the one that is there");
    assert_eq!(from.join("part-00000").read().unwrap(), b"second");
    assert!(folder.join("none").rename(&folder.join("other")).unwrap_err().is_missing());
}

#[test]
fn one_of_two_makes_or_exchanges_a_file_on_hdfs() {
    let Some(cluster) = Cluster::or_skip("exchanges on HDFS") else { return };
    let folder = at(&cluster.folder("exchanges"));
    let (file, aside) = (folder.join("lock"), folder.join("aside"));
    assert!(file.stage_new(b"one").unwrap());
    assert!(!file.stage_new(b"two").unwrap());
    assert!(!file.exchange(b"another", b"two", &aside).unwrap());
    assert!(file.exchange(b"one", b"two", &aside).unwrap());
    assert!(!file.exchange(b"one", b"three", &aside).unwrap());
    assert_eq!(file.read().unwrap(), b"two");
    assert_eq!(names(&folder), ["lock"]);
}

/// The configuration folder of a cluster whose first NameNode is down.
fn name_service(cluster: &Cluster, folder: &std::path::Path) {
    let own = std::env::var("HADOOP_CONF_DIR").unwrap();
    fs::create_dir_all(folder).unwrap();
    for file in fs::read_dir(own).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_file() {
            fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
        }
    }
    let alive = cluster.namenode.strip_prefix("hdfs://").unwrap();
    let property = |(name, value): (&str, &str)| {
        format!("<property><name>{name}</name><value>{value}</value></property>\n")
    };
    let provider = "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider";
    let more: String = [
        ("dfs.nameservices", "prod"),
        ("dfs.ha.namenodes.prod", "nn1,nn2"),
        ("dfs.namenode.rpc-address.prod.nn1", "127.0.0.1:9"),
        ("dfs.namenode.rpc-address.prod.nn2", alive),
        ("dfs.client.failover.proxy.provider.prod", provider),
    ]
    .map(property)
    .concat();
    let file = folder.join("hdfs-site.xml");
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(file, whole.replace("</configuration>", &(more + "</configuration>"))).unwrap();
}

#[test]
fn a_job_runs_on_a_name_service_of_which_one_name_node_is_down() {
    let Some(cluster) = Cluster::or_skip("a name service") else { return };
    let mut scene = Scene::new(&cluster, "name-service");
    let conf = scene.university.path("conf");
    name_service(&cluster, &conf);
    let config = format!(
        "runners: {{hadoop: {{program: '{}', conf_dir: '{}'}}}}\n",
        cluster.program.display(),
        conf.display()
    );
    fs::write(scene.university.path("insights.yml"), config).unwrap();
    let direct = (scene.warehouse.clone(), scene.logs.clone());
    let through = |address: &str| address.replace(&cluster.namenode, "hdfs://prod");
    (scene.warehouse, scene.logs) = (through(&direct.0), through(&direct.1));
    let mut command = scene.command(&[]);
    ended(command.env_remove("HADOOP_CONF_DIR").output().unwrap()).ok();
    (scene.warehouse, scene.logs) = direct;
    scene.is_whole(&DAYS);
}

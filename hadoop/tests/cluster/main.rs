//! The driver on a real cluster (ci/cluster): HDFS, YARN, Sqoop, Hive, MariaDB. Without one each test
//! says that it is skipped; ci/checks/cluster brings one up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../everywhere/mod.rs"]
mod everywhere;
mod guide;
#[path = "../lms_source/mod.rs"]
mod lms_source;
mod scene;
mod services;
mod setup;
#[path = "../university/mod.rs"]
mod university;

mod diagnose;
mod doctor;
mod emr;
mod faults;
mod hive;
mod imports;
mod life;
mod loads;
#[path = "../emr/node.rs"]
mod node;
mod orphans;
mod parity;
#[path = "../places/mod.rs"]
mod places;
mod reducers;
mod retired;
#[path = "../emr/service.rs"]
mod service;
mod storage;
#[path = "../wire/mod.rs"]
mod wire;
mod workflow;

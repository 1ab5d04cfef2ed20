//! `-r emr` and `insights cluster` against moto's EMR, behind a server that makes it misbehave. ci/checks/test
//! starts moto. Without it each test says that it is skipped.
#![allow(clippy::unwrap_used)]

#[path = "../everywhere/mod.rs"]
mod everywhere;
#[path = "../places/mod.rs"]
mod places;
#[path = "../university/mod.rs"]
mod university;
#[path = "../wire/mod.rs"]
mod wire;

mod cluster;
mod doctor;
mod every_job;
mod faults;
mod node;
mod retired;
mod run;
mod scene;
mod service;

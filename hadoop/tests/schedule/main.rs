//! What schedulers are told, carried out: crontabs by the shell that cron starts, units by systemd's own
//! check, jobs and pipelines of Jenkins by Groovy, DAGs by Python.
#![allow(clippy::unwrap_used, clippy::panic)]

mod airflow;
mod catalogue;
mod cron;
mod jenkins;
mod scene;
mod systemd;
#[path = "../university/mod.rs"]
mod university;

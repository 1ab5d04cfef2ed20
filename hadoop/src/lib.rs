//! Where and when jobs run: from the names asked for to tables in the result store.
//!
//! [`run`] is one run; [`plan`] says what it would do; [`snapshots`], [`scan`], [`imports`], [`pulls`],
//! [`staged`], [`copies`] and [`publish`] are its kinds of step; [`runner`] are the engines; [`ledger`] is
//! the only judge of what is done. A job is data here: no module names one, but for the workflows that
//! list them, the pulls, which are the driver's own, and the snapshots, which a scan reads.

pub mod cluster;
pub mod codec;
pub mod config;
pub mod copies;
pub mod diagnose;
pub mod doctor;
mod durations;
#[cfg(feature = "emr")]
pub mod emr;
pub mod emr_logs;
pub mod error;
pub mod events;
mod faults;
pub mod files;
pub mod fixture;
pub mod freshness;
pub mod hive;
pub mod http;
pub mod import;
pub mod imports;
pub mod index;
pub mod input;
pub mod interrupt;
pub mod lag;
pub mod ledger;
pub mod lock;
mod markup;
pub mod near;
mod notify;
pub mod permission;
pub mod plan;
pub mod profile;
pub mod progress;
pub mod prune;
pub mod publish;
pub mod pull;
pub mod pulls;
pub mod record;
pub mod rejected;
pub mod retire;
pub mod rows;
pub mod run;
pub mod runner;
pub mod scan;
pub mod schedule;
pub mod shares;
pub mod shell;
pub mod shipping;
pub mod snapshots;
pub mod spans;
pub mod staged;
pub mod storage;
mod wait;
pub mod workflow;

//! Where and when jobs run: from the names asked for to tables in the result store.
//!
//! [`run`] is one run; [`plan`] says what it would do; [`scan`], [`imports`], [`staged`] and
//! [`publish`] are its kinds of step; [`runner`] are the engines; [`ledger`] is the only judge of
//! what is done. A job is data here: no module names one, but for the workflows that list them.

pub mod cluster;
pub mod codec;
pub mod config;
pub mod diagnose;
pub mod error;
pub mod events;
mod faults;
pub mod hive;
pub mod import;
pub mod imports;
pub mod input;
pub mod interrupt;
pub mod ledger;
pub mod lock;
pub mod plan;
pub mod progress;
pub mod publish;
pub mod pull;
pub mod record;
pub mod rows;
pub mod run;
pub mod runner;
pub mod scan;
pub mod shares;
pub mod staged;
pub mod storage;
mod wait;
pub mod workflow;

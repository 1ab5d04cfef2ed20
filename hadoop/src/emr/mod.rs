//! Clusters of AWS's service EMR: described, made under a guard, joined under a lease, and ended.
//!
//! Credentials and region come from the environment, as AWS's own programs have them, or from the
//! machine's role. Whatever becomes of the driver, a cluster ends: by the run that made it, else by the
//! next run in the same warehouse, else by EMR when it has been idle, else by itself at the end of its
//! life.

mod bootstrap;
mod client;
mod description;
mod error;
mod exec;
mod fit;
mod guard;
mod instances;
mod lease;
mod life;
mod money;
mod request;

pub use aws_sdk_emr::types::{InstanceFleet, InstanceGroup};
pub use bootstrap::{PUT_PROGRAM, Program};
pub use client::{Client, Known, LIVE, Look, State, is_wanted};
pub use description::Description;
pub use error::EmrError;
pub use exec::exec;
pub use fit::{Verdict, reap, why_not};
pub use guard::{Guard, end_of_dead_run};
pub use lease::Lease;
pub use life::{Held, TOKEN, UNTIL, Wish, create, hold, lost, make_ready};
pub use money::{By, Share, cost, gate};

/// The folder of a warehouse for programs and leases.
pub const HOME: &str = "_emr";

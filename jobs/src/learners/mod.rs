//! Single learners: who they are, how they do, who may need help.

pub mod module_engagement_roster;
pub mod module_engagement_roster_index;
pub mod module_engagement_user_segments;
pub mod roster_enrollment;

/// Jobs whose rows of single learners are shown to others; they need a `privacy` that allows it (spec 01
/// §1).
pub const SHOWN: &[&str] =
    &[module_engagement_roster::JOB.name, module_engagement_roster_index::JOB.name];

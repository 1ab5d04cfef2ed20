//! Single learners: who they are, how they do, who may need help.

pub mod module_engagement_roster;
pub mod module_engagement_roster_index;
pub mod module_engagement_user_segments;
pub mod roster_enrollment;

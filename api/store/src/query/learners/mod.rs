//! Single learners of a course (spec 50 §7.14, §9.1).

mod engagement;
mod roster;

pub use engagement::{EngagementRow, LearnerDay, Sums};
pub use roster::{LearnerRow, Order, RangeRow, Roster, RosterCounts, RosterFilter};

//! Single learners of a course (spec 50 §7.14, §8.7, §9.1).

mod engagement;
mod enterprise;
mod roster;

pub use engagement::{EngagementRow, LearnerDay, Sums};
pub use enterprise::ModuleRow;
pub use roster::{LearnerRow, Order, RangeRow, Roster, RosterCounts, RosterFilter};

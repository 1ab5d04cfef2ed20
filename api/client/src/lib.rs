//! The wire of the Data API: the exact JSON of its answers, and a typed client that asks for them.
//!
//! The service serialises its answers with these same types, so the two cannot drift apart. This
//! crate depends on none of the project's others.
//!
//! ```no_run
//! # async fn show() -> Result<(), api_client::Error> {
//! use api_client::ask::{self, DateRange};
//! use api_client::Client;
//! use std::time::Duration;
//!
//! let client = Client::new("http://127.0.0.1:8100", "secret", Duration::from_secs(10))?;
//! let latest = ask::enrollment("course-v1:edX+DemoX+2014", DateRange::LATEST);
//! for day in client.get(&latest).await? {
//!     println!("{} {:?}", day.date, day.count);
//! }
//! # Ok(())
//! # }
//! ```

pub mod ask;
mod catalog;
mod client;
mod engagement;
mod enrollment;
mod error;
mod learners;
pub mod moment;
mod operations;
mod performance;

pub use catalog::{
    CourseSummary, CourseTotals, EnrollmentModes, ModeCounts, Program, SummaryPage, SummaryQuery,
    TableUpdate,
};
pub use client::{Client, Fresh, Version};
pub use engagement::{RecentActivity, Video, VideoSegment, WeeklyActivity};
pub use enrollment::{
    Breakdown, Country, EnrollmentByBirthYear, EnrollmentByEducation, EnrollmentByGender,
    EnrollmentByLocation, EnrollmentByMode, EnrollmentDay,
};
pub use error::Error;
pub use learners::{
    ClassRanks, DayRange, EngagementRanges, EngagementTimeline, Engagements, EnterpriseEngagement,
    Learner, LearnerMetadata, Page, Range, TimelineDay, UserEngagement,
};
pub use operations::{Availability, DetailedStatus, ErrorBody, Health};
pub use performance::{Answer, Grade, Problem, Report, SequentialOpens, TaggedProblem};

//! The Insights site: pages where course teams read their course's analytics.
//!
//! It owns no data. Every figure comes from the Data API and every course from the LMS, through [`upstream`];
//! [`sign_in`] tells who reads, and [`course_access`] what they may see. A page under [`page`]
//! turns an answer into cards, a chart and a table; [`chart`] draws; templates under `templates/`
//! hold the markup and `locales/` the words. Pages work without script, which adds tooltips and
//! saves whole page loads.

pub mod announcement;
mod asset;
pub mod chart;
pub mod check;
pub mod config;
pub mod course_access;
pub mod course_id;
mod download;
mod error;
pub mod format;
pub mod health;
pub mod observe;
mod page;
pub mod query;
mod reply;
pub mod routes;
pub mod sign_in;
pub mod site;
pub mod text;
pub mod upstream;
mod usage;
mod usage_id;

//! The Data API: every figure of the site over HTTP, as JSON or CSV, read from the result store
//! (spec 50). It computes nothing on events and writes nothing to the store, but for invented figures where a
//! developer asks for them (`fake_data`).
//!
//! A request's way: `routes.rs` finds what its path names, `resource.rs` takes it through redirect,
//! token, method and format, an area answers (for a course by way of `course.rs`, for one module by
//! way of `module.rs`), and `reply.rs` or `error.rs` writes the answer down.

mod answers;
mod auth;
mod catalog;
pub mod check;
pub mod config;
mod cors;
mod countries;
mod course;
mod course_name;
mod csv_table;
mod description;
mod durations;
mod engagement;
mod enrollment;
mod error;
pub mod fake_data;
mod head_limit;
pub mod keys;
mod learners;
mod login;
mod module;
mod negotiation;
mod observe;
mod operations;
mod page;
mod parameters;
mod password;
mod path;
mod performance;
mod reply;
mod reports;
mod resource;
mod routes;
mod server;
pub mod service;
mod summaries;
mod summary_pages;
pub mod throttle;
mod users;
mod versions;

//! The Data API: every figure of the site over HTTP, as JSON or CSV, read from the result store
//! (spec 50). It computes nothing on events and writes nothing to the store.
//!
//! A request's way: `routes.rs` matches its path, `resource.rs` takes it through redirect, token,
//! method and format, an area file (`enrollment.rs`, `catalog.rs`, `operations.rs`) answers, and
//! `reply.rs` or `error.rs` writes the answer down.

mod auth;
mod catalog;
pub mod config;
mod cors;
mod countries;
mod csv_table;
mod enrollment;
mod error;
pub mod keys;
mod negotiation;
mod operations;
mod parameters;
mod path;
mod reply;
mod resource;
mod routes;
pub mod service;
mod summaries;

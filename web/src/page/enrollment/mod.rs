//! The enrollment lens: how many learners, and who they are.

pub mod activity;
pub mod age;
pub mod education;
pub mod gender;
pub mod geography;
mod history;

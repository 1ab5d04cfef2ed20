//! How learners do in problems.

pub mod studentmodule_distribution;

//! How learners answer: checks of problems, the distribution of answers, grades and tagged problems, and
//! the latest response of each learner.

pub mod answer;
pub mod answer_distribution;
pub mod answer_text;
pub mod html_text;
pub mod parts;
pub mod problem_check_events;
pub mod problem_checks;
pub mod problem_response;
pub mod problem_response_latest;
pub mod studentmodule_distribution;
pub mod tags_distribution;
pub mod tags_distribution_by_day;

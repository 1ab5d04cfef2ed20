//! How learners answer (spec 50 §7.10, §7.11, §8.1 to §8.3).

mod answer_text;
pub(crate) mod answers;
pub(crate) mod problems;

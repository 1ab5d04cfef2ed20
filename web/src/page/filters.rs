//! Filters of lists: what can be chosen, and what is in force.

use crate::site::Visit;

/// A filter, with what can be chosen.
pub struct Group {
    /// Its name in the address.
    pub name: &'static str,
    /// Its heading.
    pub title: String,
    /// Its values, in the order in which they are shown.
    pub options: Vec<Choice>,
}

/// One value of a filter.
pub struct Choice {
    /// The value in the address; empty for all.
    pub value: String,
    /// Its words.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A filter in force, with the address that takes it off.
pub struct Chip {
    /// What is filtered by.
    pub label: String,
    /// The address without it.
    pub remove: String,
}

/// The address without filters, at its first page.
pub fn cleared(visit: &Visit, filters: &[&str]) -> String {
    format!("{}{}", visit.path, visit.query.without("page").without_all(filters).link())
}

//! Which tables each resource is read from.

use crate::{catalog, course, learners, module};

/// A resource and what it is read from.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    /// Its path below a version.
    pub(crate) path: String,
    pub(crate) tables: &'static [&'static str],
    /// Whether it tells of single learners, and so is not there without leave.
    pub(crate) is_personal: bool,
}

/// Every resource that is read from the store.
pub(crate) fn all() -> impl Iterator<Item = Reader> {
    course::readers().chain(module::readers()).chain(catalog::readers()).chain(learners::readers())
}

//! What the tests of several crates share: a private MariaDB, rows for it, callers of services, and the
//! choice to skip without a program.
//! A dev-dependency only; nothing that ships may name it.

mod callers;
mod mariadb;
mod sqlite;
mod tool;

pub use callers::Got;
pub use mariadb::{MariaDb, mariadb_or_skip};
pub use sqlite::inserts;
pub use tool::{cached_or_skip, looking_static, program_or_skip};

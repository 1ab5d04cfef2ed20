//! What the tests of several crates share: a private MariaDB, and the choice to skip without one.
//! A dev-dependency only; nothing that ships may name it.

mod mariadb;

pub use mariadb::{MariaDb, mariadb_or_skip};

//! One suite on both databases: SQLite, and a private MariaDB where one is installed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod days;
mod every_table;
mod faults;
mod generations;
mod leaving;
mod loading;
mod mariadb_only;
mod reading;
mod setup;
mod tls;
mod users;

//! What jobs know of the LMS: the imported tables as they are staged, and the rows that jobs read.
//!
//! A staged table has the columns of its option file in `sqoop-configs/`, in that order (spec 40
//! C.5). A job reads lines, so the driver turns the staged Avro into rows: TAB-separated, NULL as
//! `\N`, date-times as `YYYY-MM-DD HH:MM:SS.ffffff`, booleans `1` or `0` (spec 01 §1). Rows hold the
//! columns of [`LmsTable::rows`] and nothing else.

pub mod dump;
mod ecommerce;
mod rows;
mod tables;

use crate::table::{Column, Kind, Table};

pub use rows::{CourseEnrollment, CourseGrade, RowError, User, UserProfile};
pub use tables::{
    AUTH_USER, AUTH_USERPROFILE, COURSE_GROUPS_COURSEUSERGROUP,
    COURSE_GROUPS_COURSEUSERGROUP_USERS, COURSEWARE_STUDENTMODULE, GRADES_PERSISTENTCOURSEGRADE,
    STUDENT_COURSEENROLLMENT,
};

/// An LMS table: as the import stages it, and as jobs read it.
#[derive(Clone, Copy, Debug)]
pub struct LmsTable {
    /// The staged table, one column for each of its option file.
    pub staged: Table,
    /// The rows that jobs ask for: some of the staged columns.
    pub rows: Table,
    /// Whether the import keeps the lines of a MySQL dump, which jobs read as they are ([`dump`]).
    pub is_dump: bool,
}

/// Every table that is imported, by name.
pub const TABLES: &[LmsTable] = &[
    tables::AUTH_USER,
    tables::AUTH_USERPROFILE,
    ecommerce::CATALOGUE_PRODUCT,
    ecommerce::CATALOGUE_PRODUCTATTRIBUTE,
    ecommerce::CATALOGUE_PRODUCTATTRIBUTEVALUE,
    ecommerce::CATALOGUE_PRODUCTCLASS,
    tables::CERTIFICATES_GENERATEDCERTIFICATE,
    tables::CONSENT_DATASHARINGCONSENT,
    tables::COURSE_GROUPS_COURSEUSERGROUP,
    tables::COURSE_GROUPS_COURSEUSERGROUP_USERS,
    tables::COURSE_MODES_COURSEMODE,
    tables::COURSEWARE_STUDENTMODULE,
    ecommerce::ECOMMERCE_USER,
    tables::ENTERPRISE_ENTERPRISECOURSEENROLLMENT,
    tables::ENTERPRISE_ENTERPRISECUSTOMER,
    tables::ENTERPRISE_ENTERPRISECUSTOMERUSER,
    tables::ENTITLEMENTS_COURSEENTITLEMENT,
    tables::GRADES_PERSISTENTCOURSEGRADE,
    ecommerce::OFFER_BENEFIT,
    ecommerce::OFFER_CONDITIONALOFFER,
    ecommerce::ORDER_LINE,
    ecommerce::ORDER_ORDER,
    ecommerce::ORDER_ORDERDISCOUNT,
    ecommerce::PARTNER_PARTNER,
    ecommerce::PARTNER_STOCKRECORD,
    ecommerce::REFUND_REFUNDLINE,
    tables::SHOPPINGCART_CERTIFICATEITEM,
    tables::SHOPPINGCART_COUPON,
    tables::SHOPPINGCART_COUPONREDEMPTION,
    tables::SHOPPINGCART_COURSEREGCODEITEM,
    tables::SHOPPINGCART_DONATION,
    tables::SHOPPINGCART_ORDER,
    tables::SHOPPINGCART_ORDERITEM,
    tables::SHOPPINGCART_PAIDCOURSEREGISTRATION,
    tables::SOCIAL_AUTH_USERSOCIALAUTH,
    tables::STUDENT_COURSEENROLLMENT,
    ecommerce::VOUCHER_COUPONVOUCHERS,
    ecommerce::VOUCHER_COUPONVOUCHERS_VOUCHERS,
    ecommerce::VOUCHER_VOUCHER,
];

/// The LMS table of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static LmsTable> {
    TABLES.iter().find(|table| table.staged.name == name)
}

const fn text(name: &'static str, length: u16) -> Column {
    Column::new(name, Kind::Text(length))
}

const fn long_text(name: &'static str) -> Column {
    Column::new(name, Kind::LongText)
}

const fn int(name: &'static str) -> Column {
    Column::new(name, Kind::Int)
}

const fn time(name: &'static str) -> Column {
    Column::new(name, Kind::Timestamp)
}

const fn flag(name: &'static str) -> Column {
    Column::new(name, Kind::Flag)
}

/// A table whose rows are its staged columns.
const fn whole(name: &'static str, columns: &'static [Column]) -> LmsTable {
    let table = Table::staged(name, columns);
    LmsTable { staged: table, rows: table, is_dump: false }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_are_some_of_the_staged_columns() {
        for table in TABLES {
            assert_eq!(table.rows.name, table.staged.name);
            for column in table.rows.columns {
                assert!(
                    table.staged.columns.contains(column),
                    "{} {}",
                    table.rows.name,
                    column.name
                );
            }
        }
    }

    #[test]
    fn a_table_is_found_by_its_name() {
        assert_eq!(find("auth_user").unwrap().staged.columns.len(), 8);
        assert!(find("auth_group").is_none());
    }
}

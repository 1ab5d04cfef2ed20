//! The values that a record can hold.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, Offset, Utc};

/// One value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// Text.
    Text(String),
    /// Several texts in one field.
    List(Vec<String>),
    /// True or false.
    Boolean(bool),
    /// A whole number; a field takes those of 64 bits.
    Integer(i128),
    /// Any number, infinities too.
    Float(f64),
    /// A calendar date.
    Date(NaiveDate),
    /// A date and time of day; a field takes those in UTC.
    DateTime {
        /// What the calendar and the clock show.
        local: NaiveDateTime,
        /// Their distance from UTC, if it is known.
        offset: Option<FixedOffset>,
    },
}

impl Value {
    /// A date-time in UTC.
    #[must_use]
    pub fn utc(local: NaiveDateTime) -> Self {
        Self::DateTime { local, offset: Some(Utc.fix()) }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

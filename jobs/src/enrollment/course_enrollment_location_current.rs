//! Learners of a course by country, now (spec 10 §6.3).

use crate::table::{BY_COURSE_AND_DATE, Column, Kind, Table};

/// One row: a course on the import date, and a country.
pub const TABLE: Table = Table::result(
    "course_enrollment_location_current",
    &[
        Column::required("date", Kind::Date),
        Column::required("course_id", Kind::Text(255)),
        Column::new("country_code", Kind::Text(10)),
        Column::required("count", Kind::Int),
        Column::required("cumulative_count", Kind::Int),
    ],
    BY_COURSE_AND_DATE,
)
.unique(&["course_id", "date", "country_code"]);

//! Answers about who is enrolled: by day, and by mode, gender, education, year of birth and country
//! (spec 50 §7.4 to §7.9). Fields stand in the order in which the service prints them.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::moment;

/// The enrollment resources of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakdown {
    /// All learners by day.
    Daily,
    /// By enrollment mode.
    Mode,
    /// By gender.
    Gender,
    /// By level of education.
    Education,
    /// By year of birth.
    BirthYear,
    /// By country.
    Location,
}

impl Breakdown {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Daily, Self::Mode, Self::Gender, Self::Education, Self::BirthYear, Self::Location];

    /// The last part of the resource's path; none for all learners.
    #[must_use]
    pub const fn path_segment(self) -> Option<&'static str> {
        match self {
            Self::Daily => None,
            Self::Mode => Some("mode"),
            Self::Gender => Some("gender"),
            Self::Education => Some("education"),
            Self::BirthYear => Some("birth_year"),
            Self::Location => Some("location"),
        }
    }
}

/// The learners enrolled in a course on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentDay {
    /// The course.
    pub course_id: String,
    /// The day.
    pub date: NaiveDate,
    /// Learners enrolled at the end of the day.
    pub count: Option<i64>,
    /// When the figures were loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// The learners enrolled in a course on a day, by mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentByMode {
    /// The course.
    pub course_id: String,
    /// The day.
    pub date: NaiveDate,
    /// Learners enrolled, in any mode, those without a field of their own included.
    pub count: i64,
    /// Learners ever enrolled, in any mode.
    pub cumulative_count: i64,
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
    /// Enrolled in mode `audit`.
    pub audit: i64,
    /// Enrolled in mode `credit`.
    pub credit: i64,
    /// Enrolled in mode `honor`.
    pub honor: i64,
    /// Enrolled in modes `professional` and `no-id-professional`.
    pub professional: i64,
    /// Enrolled in mode `verified`.
    pub verified: i64,
    /// Enrolled in mode `masters`.
    pub masters: i64,
}

/// The learners enrolled in a course on a day, by the gender that they gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentByGender {
    /// The course.
    pub course_id: String,
    /// The day.
    pub date: NaiveDate,
    /// Women.
    pub female: i64,
    /// Men.
    pub male: i64,
    /// Other.
    pub other: i64,
    /// Not given, or not one of the above.
    pub unknown: i64,
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// The learners enrolled in a course on a day, with one level of education.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentByEducation {
    /// The course.
    pub course_id: String,
    /// The day.
    pub date: NaiveDate,
    /// The level, `bachelors` say; none where it is not known.
    pub education_level: Option<String>,
    /// Learners enrolled.
    pub count: Option<i64>,
    /// When the figure was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// The learners enrolled in a course on a day, born in one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentByBirthYear {
    /// The course.
    pub course_id: String,
    /// The day.
    pub date: NaiveDate,
    /// The year; none where it is not known.
    pub birth_year: Option<i64>,
    /// Learners enrolled.
    pub count: Option<i64>,
    /// When the figure was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

/// A country of ISO 3166-1, or the unknown one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Country {
    /// Its two-letter code; none for the unknown country.
    #[schema(value_type = Option<String>)]
    pub alpha2: Option<Cow<'static, str>>,
    /// Its three-letter code; none for the unknown country.
    #[schema(value_type = Option<String>)]
    pub alpha3: Option<Cow<'static, str>>,
    /// Its English name; `UNKNOWN` for the unknown country.
    #[schema(value_type = String)]
    pub name: Cow<'static, str>,
}

impl Country {
    /// Where nobody knows where.
    pub const UNKNOWN: Self = Self { alpha2: None, alpha3: None, name: Cow::Borrowed("UNKNOWN") };
}

/// The learners enrolled in a course who were last seen in one country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentByLocation {
    /// The day that the figure speaks of.
    pub date: NaiveDate,
    /// The course.
    pub course_id: String,
    /// The country.
    pub country: Country,
    /// Learners enrolled.
    pub count: i64,
    /// When the newest of the figures was loaded (UTC).
    #[serde(with = "moment::compact")]
    #[schema(value_type = Option<moment::Compact>)]
    pub created: Option<NaiveDateTime>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::de::DeserializeOwned;

    fn same_after_reading<T: Serialize + DeserializeOwned>(json: &str) {
        let read: T = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    #[test]
    fn each_answer_prints_as_the_service_prints_it() {
        same_after_reading::<EnrollmentDay>(
            r#"{"course_id":"edX/DemoX/Demo_Course","date":"2014-01-01","count":203,"created":"2014-01-02T030405"}"#,
        );
        same_after_reading::<EnrollmentByMode>(
            r#"{"course_id":"edX/DemoX/Demo_Course","date":"2014-01-01","count":28,"cumulative_count":280,"created":"2014-01-03T000000","audit":1,"credit":2,"honor":3,"professional":9,"verified":6,"masters":7}"#,
        );
        same_after_reading::<EnrollmentByGender>(
            r#"{"course_id":"a/b/c","date":"2014-01-01","female":1,"male":2,"other":3,"unknown":4,"created":null}"#,
        );
        same_after_reading::<EnrollmentByEducation>(
            r#"{"course_id":"a/b/c","date":"2014-01-01","education_level":null,"count":null,"created":null}"#,
        );
        same_after_reading::<EnrollmentByBirthYear>(
            r#"{"course_id":"a/b/c","date":"2014-01-01","birth_year":1990,"count":4,"created":null}"#,
        );
        same_after_reading::<EnrollmentByLocation>(
            r#"{"date":"2014-01-01","course_id":"edX/DemoX/Demo_Course","country":{"alpha2":"CA","alpha3":"CAN","name":"Canada"},"count":356,"created":"2014-01-02T030405"}"#,
        );
    }

    #[test]
    fn the_unknown_country_prints_nulls_and_its_word() {
        let json = serde_json::to_string(&Country::UNKNOWN).unwrap();
        assert_eq!(json, r#"{"alpha2":null,"alpha3":null,"name":"UNKNOWN"}"#);
    }
}

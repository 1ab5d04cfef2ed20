//! Rows of LMS tables as values: one line each, read without copying.

use std::str::FromStr;

use super::{AUTH_USER, AUTH_USERPROFILE, GRADES_PERSISTENTCOURSEGRADE, STUDENT_COURSEENROLLMENT};
use crate::table::Table;

/// Why a line is no row of its table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Another number of fields than the table has columns.
    #[error("a row of {table} has {found} fields, not {expected}")]
    Width {
        /// The LMS table.
        table: &'static str,
        /// Columns of its rows.
        expected: usize,
        /// Fields of the line.
        found: usize,
    },
    /// A field that is not of its column's type, or NULL where the LMS has none.
    #[error("{table}.{column} cannot be {value:?}")]
    Field {
        /// The LMS table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What the line holds there.
        value: String,
    },
}

/// The fields of one line, checked against the width of its table.
struct Fields<'a> {
    table: &'static Table,
    values: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn split(line: &'a str, table: &'static Table) -> Result<Self, RowError> {
        let values: Vec<_> = line.split('\t').collect();
        if values.len() != table.columns.len() {
            return Err(RowError::Width {
                table: table.name,
                expected: table.columns.len(),
                found: values.len(),
            });
        }
        Ok(Self { table, values })
    }

    fn text(&self, at: usize) -> Option<&'a str> {
        Some(self.values[at]).filter(|&value| value != "\\N")
    }

    fn number<T: FromStr>(&self, at: usize) -> Result<Option<T>, RowError> {
        self.text(at).map(str::parse).transpose().map_err(|_| self.refuse(at))
    }

    /// The field of a column that the LMS declares NOT NULL.
    fn known<T>(&self, at: usize, value: Option<T>) -> Result<T, RowError> {
        value.ok_or_else(|| self.refuse(at))
    }

    fn refuse(&self, at: usize) -> RowError {
        RowError::Field {
            table: self.table.name,
            column: self.table.columns[at].name,
            value: self.values[at].to_owned(),
        }
    }
}

/// One account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User<'a> {
    /// The learner's number.
    pub id: i64,
    /// The name used to sign in.
    pub username: &'a str,
    /// The address for mail.
    pub email: &'a str,
}

impl<'a> User<'a> {
    /// Reads one line of the rows of `auth_user`, without its line end.
    pub fn parse(line: &'a str) -> Result<Self, RowError> {
        let fields = Fields::split(line, &AUTH_USER.rows)?;
        Ok(Self {
            id: fields.known(0, fields.number(0)?)?,
            username: fields.known(1, fields.text(1))?,
            email: fields.known(2, fields.text(2))?,
        })
    }
}

/// What one learner says of himself or herself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserProfile<'a> {
    /// The learner's number.
    pub user_id: i64,
    /// The full name.
    pub name: Option<&'a str>,
    /// `m`, `f`, `o` or empty.
    pub gender: Option<&'a str>,
    /// The year, in the future now and then.
    pub year_of_birth: Option<i32>,
    /// The LMS's short code, `hs` for example.
    pub level_of_education: Option<&'a str>,
    /// An obsolete text.
    pub language: Option<&'a str>,
    /// An obsolete text.
    pub location: Option<&'a str>,
    /// The postal address, its line ends made blanks.
    pub mailing_address: Option<&'a str>,
    /// The town.
    pub city: Option<&'a str>,
    /// An ISO code of two letters, or empty.
    pub country: Option<&'a str>,
    /// Why the learner is here, in the learner's words.
    pub goals: Option<&'a str>,
}

impl<'a> UserProfile<'a> {
    /// Reads one line of the rows of `auth_userprofile`, without its line end.
    pub fn parse(line: &'a str) -> Result<Self, RowError> {
        let fields = Fields::split(line, &AUTH_USERPROFILE.rows)?;
        Ok(Self {
            user_id: fields.known(0, fields.number(0)?)?,
            name: fields.text(1),
            gender: fields.text(2),
            year_of_birth: fields.number(3)?,
            level_of_education: fields.text(4),
            language: fields.text(5),
            location: fields.text(6),
            mailing_address: fields.text(7),
            city: fields.text(8),
            country: fields.text(9),
            goals: fields.text(10),
        })
    }
}

/// One enrollment as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CourseEnrollment<'a> {
    /// The row's number in the LMS.
    pub id: i64,
    /// The learner's number.
    pub user_id: i64,
    /// The course, as the LMS writes it.
    pub course_id: &'a str,
    /// When the learner enrolled first, `YYYY-MM-DD HH:MM:SS.ffffff` UTC.
    pub created: Option<&'a str>,
    /// Whether the learner is enrolled now.
    pub is_active: bool,
    /// The enrollment mode, `audit` for example.
    pub mode: &'a str,
}

impl<'a> CourseEnrollment<'a> {
    /// Reads one line of the rows of `student_courseenrollment`, without its line end.
    pub fn parse(line: &'a str) -> Result<Self, RowError> {
        let fields = Fields::split(line, &STUDENT_COURSEENROLLMENT.rows)?;
        let is_active = match fields.text(4) {
            Some("1") => true,
            Some("0") => false,
            _ => return Err(fields.refuse(4)),
        };
        Ok(Self {
            id: fields.known(0, fields.number(0)?)?,
            user_id: fields.known(1, fields.number(1)?)?,
            course_id: fields.known(2, fields.text(2))?,
            created: fields.text(3),
            is_active,
            mode: fields.known(5, fields.text(5))?,
        })
    }
}

/// The grade of one learner in one course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CourseGrade<'a> {
    /// The learner's number.
    pub user_id: i64,
    /// The course, as the LMS writes it.
    pub course_id: &'a str,
    /// From 0 to 1.
    pub percent_grade: Option<f64>,
    /// Empty below every grade.
    pub letter_grade: Option<&'a str>,
    /// When the learner first passed, `YYYY-MM-DD HH:MM:SS.ffffff` UTC.
    pub passed_timestamp: Option<&'a str>,
    /// When the grade last changed, in the same form.
    pub modified: Option<&'a str>,
}

impl<'a> CourseGrade<'a> {
    /// Reads one line of the rows of `grades_persistentcoursegrade`, without its line end.
    pub fn parse(line: &'a str) -> Result<Self, RowError> {
        let fields = Fields::split(line, &GRADES_PERSISTENTCOURSEGRADE.rows)?;
        Ok(Self {
            user_id: fields.known(1, fields.number(1)?)?,
            course_id: fields.known(2, fields.text(2))?,
            percent_grade: fields.number(6)?,
            letter_grade: fields.text(7),
            passed_timestamp: fields.text(8),
            modified: fields.text(10),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_user_keeps_backslashes() {
        let user = User::parse("7\tmi\\ra\tmira@example.org").unwrap();
        assert_eq!(user, User { id: 7, username: "mi\\ra", email: "mira@example.org" });
    }

    #[test]
    fn null_and_empty_are_two_things() {
        let line = "4\tMira N\t\\N\t1996\t\t\t\t\\N\t\tDE\t\\N";
        let profile = UserProfile::parse(line).unwrap();
        assert_eq!(profile.gender, None);
        assert_eq!(profile.level_of_education, Some(""));
        assert_eq!(profile.year_of_birth, Some(1996));
    }

    #[test]
    fn an_enrollment_is_active_or_not() {
        let line = "1\t2\tcourse-v1:A+B+C\t\\N\t1\taudit";
        assert!(CourseEnrollment::parse(line).unwrap().is_active);
        let error = CourseEnrollment::parse("1\t2\tA/B/C\t\\N\ttrue\taudit").unwrap_err();
        assert_eq!(error.to_string(), "student_courseenrollment.is_active cannot be \"true\"");
    }

    #[test]
    fn a_grade_without_a_pass() {
        let line = "9\t2\tA/B/C\t\\N\t\th=\t0.55\t\t\\N\t2024-01-02 03:04:05.000000\t\\N";
        let grade = CourseGrade::parse(line).unwrap();
        assert_eq!((grade.percent_grade, grade.letter_grade), (Some(0.55), Some("")));
        assert_eq!(grade.passed_timestamp, None);
    }

    #[test]
    fn a_line_of_another_width_is_refused() {
        let error = User::parse("7\tmira").unwrap_err();
        assert_eq!(error.to_string(), "a row of auth_user has 2 fields, not 3");
    }

    #[test]
    fn a_number_that_the_lms_cannot_lack_is_refused() {
        let error = User::parse("\\N\tmira\tm@example.org").unwrap_err();
        assert_eq!(error.to_string(), "auth_user.id cannot be \"\\\\N\"");
    }
}

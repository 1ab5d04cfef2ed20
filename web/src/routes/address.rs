//! Which addresses exist (spec 60 §1).

use api_client::Breakdown;
use warp::http::StatusCode;

use crate::course_id::CourseId;

/// An address that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Landing,
    Login,
    SignIn,
    SignInDone,
    Logout,
    Status,
    Health,
    Robots,
    Static,
    Help,
    HelpPage(String),
    Courses,
    CoursesCsv,
    Course(CourseId, CoursePage),
    /// Debug builds only: shows an error page.
    Error(StatusCode),
}

/// An address below a course; each of them asks for a proof of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoursePage {
    Home,
    EnrollmentActivity,
    Age,
    Education,
    Gender,
    Geography,
    Csv(Breakdown),
}

impl Route {
    /// The route of a path, with or without its last slash.
    pub fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        if path.is_empty() {
            return Some(Self::Landing);
        }
        let parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        Some(match parts.as_slice() {
            ["login"] | ["api-auth", "login"] => Self::Login,
            ["login", "edx-oauth2"] => Self::SignIn,
            ["complete", "edx-oauth2"] => Self::SignInDone,
            ["logout"]
            | ["logout_then_login"]
            | ["api-auth", "logout"]
            | ["disconnect", "edx-oauth2"] => Self::Logout,
            ["status"] => Self::Status,
            ["health"] => Self::Health,
            ["robots.txt"] => Self::Robots,
            ["static", _] => Self::Static,
            ["help"] => Self::Help,
            ["help", page] => Self::HelpPage((*page).to_owned()),
            ["courses"] => Self::Courses,
            ["courses", "csv", "course_list"] => Self::CoursesCsv,
            ["courses", rest @ ..] => {
                let (id, rest) = split_course(rest)?;
                Self::Course(id, CoursePage::of(rest)?)
            }
            [code] if cfg!(debug_assertions) => Self::Error(shown_error(code)?),
            _ => return None,
        })
    }

    /// Files are not folders: their names end without a slash.
    pub const fn is_file(&self) -> bool {
        matches!(self, Self::Robots | Self::Static)
    }
}

impl CoursePage {
    fn of(parts: &[&str]) -> Option<Self> {
        Some(match parts {
            [] => Self::Home,
            ["enrollment", "activity"] => Self::EnrollmentActivity,
            ["enrollment", "demographics", "age"] => Self::Age,
            ["enrollment", "demographics", "education"] => Self::Education,
            ["enrollment", "demographics", "gender"] => Self::Gender,
            ["enrollment", "geography"] => Self::Geography,
            ["csv", "enrollment"] => Self::Csv(Breakdown::Mode),
            ["csv", "enrollment", "demographics", "age"] => Self::Csv(Breakdown::BirthYear),
            ["csv", "enrollment", "demographics", "education"] => Self::Csv(Breakdown::Education),
            ["csv", "enrollment", "demographics", "gender"] => Self::Csv(Breakdown::Gender),
            ["csv", "enrollment", "geography"] => Self::Csv(Breakdown::Location),
            _ => return None,
        })
    }

    pub const fn shows_age(self) -> bool {
        matches!(self, Self::Age | Self::Csv(Breakdown::BirthYear))
    }
}

/// A key stands in one segment, or, if it is a legacy one, in three.
fn split_course<'a>(parts: &'a [&'a str]) -> Option<(CourseId, &'a [&'a str])> {
    if let Some(id) = parts.first().and_then(|part| CourseId::from_segment(part).ok()) {
        return Some((id, &parts[1..]));
    }
    let legacy = parts.get(..3)?.join("/");
    Some((CourseId::from_segment(&legacy).ok()?, &parts[3..]))
}

fn shown_error(code: &str) -> Option<StatusCode> {
    let shown = ["403", "404", "500", "503"].contains(&code);
    shown.then(|| StatusCode::from_bytes(code.as_bytes()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_course_key_stands_in_one_segment_or_three() {
        let course = |path: &str| match Route::of(path) {
            Some(Route::Course(id, page)) => Some((id.to_string(), page)),
            _ => None,
        };
        for path in
            ["/courses/edX/DemoX/R/csv/enrollment/", "/courses/edX%2FDemoX%2FR/csv/enrollment"]
        {
            assert_eq!(
                course(path),
                Some(("edX/DemoX/R".to_owned(), CoursePage::Csv(Breakdown::Mode)))
            );
        }
        let modern = course("/courses/course-v1:a+b+c/enrollment/demographics/gender/");
        assert_eq!(modern, Some(("course-v1:a+b+c".to_owned(), CoursePage::Gender)));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for path in [
            "/courses/a+b+c/",
            "/courses/a/b/",
            "/courses//",
            "//",
            "/nothing/",
            "/courses/a/b/c/enrollment/",
            "/418/",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
        assert_eq!(Route::of("/"), Some(Route::Landing));
    }
}

//! Who may see which course, as a type: data of a course is fetched with a proof, and only this file
//! makes proofs (spec 60 §4).

use crate::course_id::CourseId;

/// How readers prove who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn(());

/// The program has no way to tell who its readers are.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "sign-in by OAuth2 is not configured, so nobody could be let in; start with --demo to let \
     everyone in as the demo user, who may see every course"
)]
pub struct NoSignIn;

impl SignIn {
    /// The demo's switch: everyone is the demo user. Also what a debug build falls back on.
    ///
    /// # Errors
    /// Neither the switch nor a debug build.
    pub fn demo(switched_on: bool, debug_build: bool) -> Result<Self, NoSignIn> {
        (switched_on || debug_build).then_some(Self(())).ok_or(NoSignIn)
    }

    /// The reader behind a request.
    pub fn reader(&self) -> Reader {
        Reader { name: "demo".to_owned(), courses: Courses::All }
    }
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct Reader {
    name: String,
    courses: Courses,
}

/// The courses that a reader may see.
#[derive(Clone, Debug)]
enum Courses {
    All,
}

impl Reader {
    /// The user name, for the menu.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The proof for one course.
    pub fn course(&self, course: CourseId) -> CourseAccess {
        match self.courses {
            Courses::All => CourseAccess { course },
        }
    }

    /// The proof for the list of courses.
    pub fn course_list(&self) -> CourseListAccess {
        match self.courses {
            Courses::All => CourseListAccess(()),
        }
    }
}

/// The proof that the reader of this request may see this course.
#[derive(Clone, Debug)]
pub struct CourseAccess {
    course: CourseId,
}

impl CourseAccess {
    /// The course.
    pub fn course(&self) -> &CourseId {
        &self.course
    }
}

/// The proof that the reader may see the list of all courses.
#[derive(Clone, Debug)]
pub struct CourseListAccess(());

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_release_build_without_the_switch_lets_nobody_in() {
        let refusal = SignIn::demo(false, false).unwrap_err();
        assert!(refusal.to_string().starts_with("sign-in by OAuth2 is not configured"));
        assert!(SignIn::demo(true, false).is_ok() && SignIn::demo(false, true).is_ok());
    }

    #[test]
    fn the_demo_user_sees_the_course_asked_for() {
        let reader = SignIn::demo(true, false).unwrap().reader();
        let access = reader.course("a/b/c".parse().unwrap());
        assert_eq!((reader.name(), access.course().as_str()), ("demo", "a/b/c"));
    }
}

//! Who may see which course, as a type: data of a course is fetched with a proof, and only this file
//! makes proofs (spec 60 §4).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::course_id::CourseId;
use crate::error::PageError;
use crate::sign_in::session::Session;
use crate::site::Visit;
use crate::upstream::Trouble;

/// Someone who is signed in.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    visit: &'a Visit,
    session: &'a Session,
}

/// The courses that a reader may see; none: all.
type Courses = Option<Arc<BTreeSet<String>>>;

impl<'a> Reader<'a> {
    /// The reader of a visit.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn of(visit: &'a Visit) -> Result<Self, PageError> {
        let session = visit.session().ok_or(PageError::SignedOut)?;
        Ok(Self { visit, session })
    }

    /// The proof for one course.
    ///
    /// # Errors
    /// There is no such course, it is none of the reader's, or the LMS does not say.
    pub async fn course(self, course: CourseId) -> Result<CourseAccess, PageError> {
        let courses = self.courses().await?;
        let own = courses.as_ref().map(|ids| ids.contains(course.as_str()));
        let access = CourseAccess { course };
        if own == Some(true) {
            return Ok(access);
        }
        // Only of a course that the LMS denies is it said that there is none.
        let detail = self.visit.site.lms.detail(self.visit, &access).await;
        match (detail, own) {
            (Err(Trouble::Empty), _) => Err(PageError::NotFound),
            (_, None) => Ok(access),
            (_, Some(_)) => Err(PageError::Forbidden),
        }
    }

    /// The proof for the list of courses.
    ///
    /// # Errors
    /// The reader may see none, or the LMS does not say.
    pub async fn course_list(self) -> Result<CourseListAccess, PageError> {
        let courses = self.courses().await?;
        if courses.as_ref().is_some_and(|ids| ids.is_empty()) {
            return Err(PageError::Forbidden);
        }
        Ok(CourseListAccess(courses))
    }

    async fn courses(self) -> Result<Courses, PageError> {
        if self.session.staff || !self.visit.site.config.course_permissions {
            return Ok(None);
        }
        let permitted = self.visit.site.lms.permitted(self.visit, &self.session.username).await;
        permitted.map(Some).map_err(PageError::Permissions)
    }
}

/// The proof that the reader of this request may see this course.
#[derive(Clone, Debug)]
pub struct CourseAccess {
    course: CourseId,
}

impl CourseAccess {
    /// The course.
    #[must_use]
    pub fn course(&self) -> &CourseId {
        &self.course
    }

    /// The proof for single learners of the course.
    ///
    /// # Errors
    /// The site shows none, or none of this organisation.
    pub fn learners<'a>(&'a self, visit: &'a Visit) -> Result<LearnersAccess<'a>, PageError> {
        let shown = visit.shows_learners(&self.course);
        let session = visit.session().filter(|_| shown).ok_or(PageError::NotFound)?;
        Ok(LearnersAccess { course: self, reader: &session.username })
    }
}

/// The proof that a reader may see single learners of a course. Whatever is asked with it names the reader.
#[derive(Clone, Copy, Debug)]
pub struct LearnersAccess<'a> {
    course: &'a CourseAccess,
    reader: &'a str,
}

impl<'a> LearnersAccess<'a> {
    /// The course.
    #[must_use]
    pub fn course(&self) -> &'a CourseId {
        &self.course.course
    }

    /// The proof for the course itself.
    #[must_use]
    pub fn of_course(&self) -> &'a CourseAccess {
        self.course
    }

    /// Who reads.
    #[must_use]
    pub fn reader(&self) -> &'a str {
        self.reader
    }
}

/// The proof that the reader may see a list of courses.
#[derive(Clone, Debug)]
pub struct CourseListAccess(Courses);

impl CourseListAccess {
    /// The courses on it; none: all there are.
    #[must_use]
    pub fn course_ids(&self) -> Option<&BTreeSet<String>> {
        self.0.as_deref()
    }

    /// Whether a course is on it.
    #[must_use]
    pub fn sees(&self, course_id: &str) -> bool {
        self.course_ids().is_none_or(|ids| ids.contains(course_id))
    }
}

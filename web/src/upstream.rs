//! What the site asks of the Data API: few calls at a time, each with a limit, each with a proof of
//! access; and what a page is told when an answer does not come.

use std::time::Duration;

use api_client::{
    Breakdown, Client, CourseSummary, DateRange, EnrollmentByBirthYear, EnrollmentByEducation,
    EnrollmentByGender, EnrollmentByMode, Error, Program, SummaryQuery,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use tokio::sync::Semaphore;

use crate::course_access::{CourseAccess, CourseListAccess};

/// Why a section has nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no data (the API's 404): nothing was computed for the course.
    Empty,
    /// The API did not answer in time.
    Slow,
    /// The API cannot be reached, or fails inside.
    Down,
    /// The API refused the site: its token or its rate.
    Refused,
    /// The API answered something that makes no sense.
    Nonsense,
}

/// The records of a section, or why there are none.
pub type Section<T> = Result<T, Trouble>;

/// The way to the Data API.
pub struct Upstream {
    client: Client,
    permits: Semaphore,
    timeout: Duration,
}

impl Upstream {
    /// At most `calls` at the same time; waiting for a turn counts as part of the `timeout`.
    pub fn new(client: Client, calls: usize, timeout: Duration) -> Self {
        Self { client, permits: Semaphore::new(calls), timeout }
    }

    /// Learners by mode, from the first day to today.
    pub async fn modes(
        &self,
        access: &CourseAccess,
        now: DateTime<Utc>,
    ) -> Section<Vec<EnrollmentByMode>> {
        self.rows(self.client.enrollment_by_mode(access.course().as_str(), until(now))).await
    }

    /// Learners by gender, from the first day to today.
    pub async fn genders(
        &self,
        access: &CourseAccess,
        now: DateTime<Utc>,
    ) -> Section<Vec<EnrollmentByGender>> {
        self.rows(self.client.enrollment_by_gender(access.course().as_str(), until(now))).await
    }

    /// Learners by year of birth, latest day.
    pub async fn birth_years(&self, access: &CourseAccess) -> Section<Vec<EnrollmentByBirthYear>> {
        self.rows(self.client.enrollment_by_birth_year(access.course().as_str(), DateRange::LATEST))
            .await
    }

    /// Learners by level of education, latest day.
    pub async fn education(&self, access: &CourseAccess) -> Section<Vec<EnrollmentByEducation>> {
        self.rows(self.client.enrollment_by_education(access.course().as_str(), DateRange::LATEST))
            .await
    }

    /// The API's own CSV of an enrollment resource; the history of those that have one.
    pub async fn csv(
        &self,
        access: &CourseAccess,
        breakdown: Breakdown,
        now: DateTime<Utc>,
    ) -> Section<String> {
        let range = match breakdown {
            Breakdown::Daily | Breakdown::Mode | Breakdown::Gender => until(now),
            Breakdown::Education | Breakdown::BirthYear | Breakdown::Location => DateRange::LATEST,
        };
        self.bounded(self.client.enrollment_csv(access.course().as_str(), breakdown, range)).await
    }

    /// The summary of one course.
    pub async fn summary(&self, access: &CourseAccess) -> Section<CourseSummary> {
        let query = SummaryQuery {
            course_ids: vec![access.course().as_str().to_owned()],
            ..SummaryQuery::default()
        };
        let rows = self.rows(self.client.course_summaries(&query)).await?;
        let own = |row: &CourseSummary| row.course_id == access.course().as_str();
        rows.into_iter().find(own).ok_or(Trouble::Nonsense)
    }

    /// The summaries of all courses, their programs left out.
    pub async fn summaries(&self, _proof: &CourseListAccess) -> Section<Vec<CourseSummary>> {
        self.rows(self.client.course_summaries(&SummaryQuery::default())).await
    }

    /// All programs; a platform without any has an empty list.
    pub async fn programs(&self, _proof: &CourseListAccess) -> Section<Vec<Program>> {
        match self.rows(self.client.programs()).await {
            Err(Trouble::Empty) => Ok(Vec::new()),
            answer => answer,
        }
    }

    /// Whether the API runs; not counted among the bounded calls.
    pub async fn alive(&self) -> Section<()> {
        limited(self.timeout, self.client.status()).await
    }

    /// An empty list means the same as no data.
    async fn rows<T>(&self, call: impl Future<Output = Result<Vec<T>, Error>>) -> Section<Vec<T>> {
        let rows = self.bounded(call).await?;
        if rows.is_empty() { Err(Trouble::Empty) } else { Ok(rows) }
    }

    async fn bounded<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Section<T> {
        let turn = async {
            // The semaphore is never closed, so a refusal cannot happen; it would mean no limit.
            let _permit = self.permits.acquire().await.ok();
            call.await
        };
        limited(self.timeout, turn).await
    }
}

async fn limited<T>(limit: Duration, call: impl Future<Output = Result<T, Error>>) -> Section<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(trouble(&error)),
        Err(_) => {
            log::warn!("the Data API did not answer within {limit:?}");
            Err(Trouble::Slow)
        }
    }
}

/// What a page needs to know of an error; the log keeps the rest.
fn trouble(error: &Error) -> Trouble {
    let trouble = match error {
        Error::NotFound { .. } => return Trouble::Empty,
        Error::Timeout { .. } => Trouble::Slow,
        Error::Unavailable { .. } => Trouble::Down,
        Error::Unauthorised { .. } | Error::Refused { .. } | Error::Token => Trouble::Refused,
        Error::Malformed { .. } => Trouble::Nonsense,
        Error::Address { .. } | Error::Setup(_) => Trouble::Down,
    };
    log::warn!("asking the Data API: {error}");
    trouble
}

/// The whole history: `end` is the first day that is left out, so today is in.
fn until(now: DateTime<Utc>) -> DateRange {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1));
    DateRange::before(tomorrow.unwrap_or(NaiveDate::MAX))
}

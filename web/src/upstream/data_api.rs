//! Figures: what the site asks of the Data API. Few calls at a time, each with a limit, each for a proof of
//! access.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api_client::ask::{self, DateRange, Question};
use api_client::{
    Answer, Client, CourseSummary, EnrollmentByBirthYear, EnrollmentByEducation,
    EnrollmentByGender, EnrollmentByLocation, EnrollmentByMode, EnrollmentDay, Error, Fresh,
    Problem, Program, Report, SummaryQuery, TaggedProblem, Video, VideoSegment, WeeklyActivity,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::kept::{Fetched, Kept, Known, Look, Terms};
use super::{Section, Trouble};
use crate::course_access::{CourseAccess, CourseListAccess};
use crate::observe::{Asked, Calls, nameless};
use crate::site::Visit;

/// The API knows in no time whether an answer still holds, so it is soon asked again: a load is seen within
/// seconds. Figures of yesterday are better than none.
const TERMS: Terms =
    Terms { fresh: Duration::from_secs(5), stale: Duration::from_secs(24 * 60 * 60) };
/// Above this many courses, all summaries are asked for once and shared by all readers.
const SUMMARIES_BY_ID: usize = 500;

/// The way to the Data API.
pub struct DataApi {
    client: Client,
    permits: Semaphore,
    timeout: Duration,
    kept: Arc<Kept>,
    calls: Calls,
}

impl DataApi {
    /// At most `at_once` calls at the same time; waiting for a turn counts as part of the `timeout`.
    #[must_use]
    pub fn new(
        client: Client,
        at_once: usize,
        timeout: Duration,
        kept: Arc<Kept>,
        calls: Calls,
    ) -> Self {
        Self { client, permits: Semaphore::new(at_once), timeout, kept, calls }
    }

    /// Whether the API runs; not counted among the bounded calls.
    ///
    /// # Errors
    /// It does not.
    pub async fn alive(&self) -> Section<()> {
        self.limited(self.client.status()).await
    }

    /// Whether the API knows the site's token.
    ///
    /// # Errors
    /// It does not, or does not answer.
    pub async fn knows_token(&self) -> Section<()> {
        self.limited(self.client.authenticated()).await
    }

    async fn get<T>(&self, question: &Question<T>) -> Section<Known<T>>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        match self.kept.look(&question.key(), TERMS).await {
            Look::Done(answer) => answer,
            Look::Ask(turn) => {
                let brought = self.fetch(question, turn.tag()).await;
                turn.settle(brought)
            }
        }
    }

    async fn fetch<T: DeserializeOwned>(
        &self,
        question: &Question<T>,
        tag: Option<&str>,
    ) -> Section<Fetched<T>> {
        let call = self.client.get_if_changed(question, tag);
        Ok(match self.bounded(call).await? {
            Fresh::Unchanged => Fetched::Same,
            Fresh::Changed { answer, etag, size } => {
                Fetched::New { value: answer, tag: etag, size }
            }
        })
    }

    /// The answer to a question about single learners: never kept, and asked in a reader's name.
    pub(super) async fn personal<T: DeserializeOwned>(
        &self,
        question: &Question<T>,
        reader: &str,
    ) -> Section<T> {
        self.bounded(self.client.get_for(question, reader)).await
    }

    async fn bounded<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Section<T> {
        self.limited(async {
            // The semaphore is never closed, so a refusal cannot happen; it would mean no limit.
            let _permit = self.permits.acquire().await.ok();
            call.await
        })
        .await
    }

    async fn limited<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Section<T> {
        let ended = match tokio::time::timeout(self.timeout, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(trouble(&error)),
            Err(_) => {
                log::warn!("the Data API did not answer within {:?}", self.timeout);
                Err(Trouble::Slow)
            }
        };
        self.calls.count(Asked::DataApi, &ended);
        ended
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
    log::warn!("asking the Data API: {}", nameless(&error.to_string()));
    trouble
}

/// One visit, asking for figures.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    pub(super) visit: &'a Visit,
}

impl<'a> Asker<'a> {
    /// For this visit, which takes note if an answer is not the newest.
    #[must_use]
    pub const fn of(visit: &'a Visit) -> Self {
        Self { visit }
    }

    async fn get<T>(self, question: &Question<T>) -> Section<Arc<T>>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let answer = self.waited(self.visit.site.data_api.get(question)).await;
        answer.map(|known| self.visit.seen(known))
    }

    /// Takes note of how long an answer took.
    pub(super) async fn waited<T>(self, answer: impl Future<Output = T>) -> T {
        let begin = Instant::now();
        let answer = answer.await;
        self.visit.waits.note(Asked::DataApi, begin.elapsed());
        answer
    }

    /// An empty list means the same as no data.
    async fn rows<T>(self, question: &Question<Vec<T>>) -> Section<Arc<Vec<T>>>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let rows = self.get(question).await?;
        if rows.is_empty() { Err(Trouble::Empty) } else { Ok(rows) }
    }

    /// Learners by day, from the first to today.
    ///
    /// # Errors
    /// None come, here and below.
    pub async fn days(self, access: &CourseAccess) -> Section<Arc<Vec<EnrollmentDay>>> {
        self.rows(&ask::enrollment(id(access), until(self.visit.now))).await
    }

    /// Learners by mode, from the first day to today.
    pub async fn modes(self, access: &CourseAccess) -> Section<Arc<Vec<EnrollmentByMode>>> {
        self.rows(&questions::modes(access, self.visit.now)).await
    }

    /// Learners by gender, from the first day to today.
    pub async fn genders(self, access: &CourseAccess) -> Section<Arc<Vec<EnrollmentByGender>>> {
        self.rows(&questions::genders(access, self.visit.now)).await
    }

    /// Learners by year of birth, latest day.
    pub async fn birth_years(
        self,
        access: &CourseAccess,
    ) -> Section<Arc<Vec<EnrollmentByBirthYear>>> {
        self.rows(&questions::birth_years(access)).await
    }

    /// Learners by level of education, latest day.
    pub async fn education(
        self,
        access: &CourseAccess,
    ) -> Section<Arc<Vec<EnrollmentByEducation>>> {
        self.rows(&questions::education(access)).await
    }

    /// Learners by country, latest day.
    pub async fn locations(self, access: &CourseAccess) -> Section<Arc<Vec<EnrollmentByLocation>>> {
        self.rows(&questions::locations(access)).await
    }

    /// Active learners by week, from the first to today.
    pub async fn activity(self, access: &CourseAccess) -> Section<Arc<Vec<WeeklyActivity>>> {
        self.rows(&questions::activity(access, self.visit.now)).await
    }

    /// The videos that were watched.
    pub async fn videos(self, access: &CourseAccess) -> Section<Arc<Vec<Video>>> {
        self.rows(&ask::videos(id(access))).await
    }

    /// The segments of a video of the course.
    pub async fn timeline(
        self,
        access: &CourseAccess,
        video: &str,
    ) -> Section<Arc<Vec<VideoSegment>>> {
        self.rows(&questions::timeline(access, video)).await
    }

    /// The problems that were tried.
    pub async fn problems(self, access: &CourseAccess) -> Section<Arc<Vec<Problem>>> {
        self.rows(&ask::problems(id(access))).await
    }

    /// The problems that have tags.
    pub async fn tagged_problems(self, access: &CourseAccess) -> Section<Arc<Vec<TaggedProblem>>> {
        self.rows(&ask::problems_and_tags(id(access))).await
    }

    /// The answers to a problem of the course; a problem of another course has none here.
    pub async fn answers(self, access: &CourseAccess, problem: &str) -> Section<Arc<Vec<Answer>>> {
        let answers = self.rows(&ask::answer_distribution(problem)).await?;
        let ours = answers.iter().all(|answer| answer.course_id == id(access));
        if ours { Ok(answers) } else { Err(Trouble::Empty) }
    }

    /// Whether there is a report of all responses.
    pub async fn has_response_report(self, access: &CourseAccess) -> bool {
        self.get(&ask::problem_response_report(id(access))).await.is_ok()
    }

    /// Where the report of all responses is: asked anew each time, because the link expires.
    pub async fn response_report(self, access: &CourseAccess) -> Section<Report> {
        let report = ask::problem_response_report(id(access));
        let api = &self.visit.site.data_api;
        self.waited(api.bounded(api.client.get(&report))).await
    }

    /// The summary of one course.
    pub async fn summary(self, access: &CourseAccess) -> Section<CourseSummary> {
        let course_ids = vec![id(access).to_owned()];
        let query = SummaryQuery { course_ids, ..SummaryQuery::default() };
        let rows = self.rows(&ask::course_summaries(&query)).await?;
        rows.iter().find(|row| row.course_id == id(access)).cloned().ok_or(Trouble::Nonsense)
    }

    /// The summaries of the courses that the reader may see, their programs left out.
    pub async fn summaries(self, access: &CourseListAccess) -> Section<OwnSummaries> {
        let without_passing_users = !self.visit.live.features.enable_course_passing;
        let few = access.course_ids().filter(|ids| ids.len() <= SUMMARIES_BY_ID);
        let course_ids = few.into_iter().flatten().cloned().collect();
        let query = SummaryQuery { course_ids, without_passing_users, ..SummaryQuery::default() };
        let all = self.rows(&ask::course_summaries(&query)).await?;
        let own = OwnSummaries { all, access: access.clone() };
        if own.iter().next().is_none() { Err(Trouble::Empty) } else { Ok(own) }
    }

    /// All programs; a platform without any, or whose index has no filters, has an empty list.
    pub async fn programs(self, _proof: &CourseListAccess) -> Section<Arc<Vec<Program>>> {
        if !self.visit.live.features.enable_course_filters {
            return Ok(Arc::default());
        }
        match self.get(&ask::programs()).await {
            Err(Trouble::Empty) => Ok(Arc::default()),
            answer => answer,
        }
    }

    /// The API's own CSV of an answer.
    pub async fn csv<T>(self, question: &Question<T>) -> Section<String> {
        let api = &self.visit.site.data_api;
        self.waited(api.bounded(api.client.csv(question))).await
    }
}

/// The summaries that a reader may see, of all that are kept for all readers.
pub struct OwnSummaries {
    all: Arc<Vec<CourseSummary>>,
    access: CourseListAccess,
}

impl OwnSummaries {
    /// The reader's own.
    pub fn iter(&self) -> impl Iterator<Item = &CourseSummary> {
        self.all.iter().filter(|row| self.access.sees(&row.course_id))
    }
}

fn id(access: &CourseAccess) -> &str {
    access.course().as_str()
}

/// The questions of pages whose answers can also be saved as they are.
pub mod questions {
    use super::{
        Answer, CourseAccess, DateRange, DateTime, EnrollmentByBirthYear, EnrollmentByEducation,
        EnrollmentByGender, EnrollmentByLocation, EnrollmentByMode, Question, Utc, VideoSegment,
        WeeklyActivity, ask, id, until,
    };

    /// Learners by mode, from the first day to today.
    #[must_use]
    pub fn modes(access: &CourseAccess, now: DateTime<Utc>) -> Question<Vec<EnrollmentByMode>> {
        ask::enrollment_by_mode(id(access), until(now))
    }

    /// Learners by gender, from the first day to today.
    #[must_use]
    pub fn genders(access: &CourseAccess, now: DateTime<Utc>) -> Question<Vec<EnrollmentByGender>> {
        ask::enrollment_by_gender(id(access), until(now))
    }

    /// Learners by year of birth, latest day.
    #[must_use]
    pub fn birth_years(access: &CourseAccess) -> Question<Vec<EnrollmentByBirthYear>> {
        ask::enrollment_by_birth_year(id(access), DateRange::LATEST)
    }

    /// Learners by level of education, latest day.
    #[must_use]
    pub fn education(access: &CourseAccess) -> Question<Vec<EnrollmentByEducation>> {
        ask::enrollment_by_education(id(access), DateRange::LATEST)
    }

    /// Learners by country, latest day.
    #[must_use]
    pub fn locations(access: &CourseAccess) -> Question<Vec<EnrollmentByLocation>> {
        ask::enrollment_by_location(id(access), DateRange::LATEST)
    }

    /// Active learners by week, from the first to today.
    #[must_use]
    pub fn activity(access: &CourseAccess, now: DateTime<Utc>) -> Question<Vec<WeeklyActivity>> {
        ask::activity(id(access), until(now))
    }

    /// The segments of a video, which is named within its course.
    #[must_use]
    pub fn timeline(access: &CourseAccess, video: &str) -> Question<Vec<VideoSegment>> {
        ask::video_timeline(&format!("{}|{video}", id(access)))
    }

    /// The answers to a problem.
    #[must_use]
    pub fn answers(problem: &str) -> Question<Vec<Answer>> {
        ask::answer_distribution(problem)
    }
}

/// The whole history: `end` is the first day that is left out, so today is in.
fn until(now: DateTime<Utc>) -> DateRange {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1));
    DateRange::before(tomorrow.unwrap_or(NaiveDate::MAX))
}

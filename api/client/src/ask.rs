//! What can be asked of the service. A question is a value that knows the type of its answer, so it can be
//! sent, kept, or serve as the key of an answer that was kept.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use chrono::NaiveDate;

use crate::{
    Answer, CourseSummary, EngagementTimeline, EnrollmentByBirthYear, EnrollmentByEducation,
    EnrollmentByGender, EnrollmentByLocation, EnrollmentByMode, EnrollmentDay, Learner,
    LearnerMetadata, Page, Problem, Program, Report, SummaryQuery, TableUpdate, TaggedProblem,
    Video, VideoSegment, WeeklyActivity,
};

/// More course ids than this go into a body: an address has its limits.
const IDS_IN_AN_ADDRESS: usize = 10;

/// A question whose answer is a `T`.
#[derive(Clone, Debug)]
pub struct Question<T> {
    /// What follows `/api/VERSION/`.
    pub(crate) path: Vec<String>,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// Whether the parameters are sent as a form.
    pub(crate) posted: bool,
    /// Only the first store has it, so that one is asked.
    pub(crate) of_first_store: bool,
    answer: PhantomData<fn() -> T>,
}

impl<T> Question<T> {
    fn new(path: &[&str]) -> Self {
        Self {
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            parameters: Vec::new(),
            posted: false,
            of_first_store: false,
            answer: PhantomData,
        }
    }

    fn with(mut self, parameters: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// A text that only an equal question has.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{:?} {:?}", self.path, self.parameters)
    }
}

/// The days asked for: `start` is the first, `end` the first one after. With neither, the newest day
/// alone is answered; with `end` alone, all days before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub start: Option<NaiveDate>,
    /// The day after the last.
    pub end: Option<NaiveDate>,
}

impl DateRange {
    /// The newest day that the store holds.
    pub const LATEST: Self = Self { start: None, end: None };

    /// The whole history before a day.
    #[must_use]
    pub const fn before(end: NaiveDate) -> Self {
        Self { start: None, end: Some(end) }
    }

    fn parameters(self) -> impl Iterator<Item = (&'static str, String)> {
        let limits = [("start_date", self.start), ("end_date", self.end)];
        limits.into_iter().filter_map(|(name, day)| Some((name, day?.to_string())))
    }
}

fn of_course<T>(course_id: &str, resource: &[&str]) -> Question<T> {
    Question::new(&[&["courses", course_id], resource].concat())
}

/// Learners by day.
#[must_use]
pub fn enrollment(course_id: &str, range: DateRange) -> Question<Vec<EnrollmentDay>> {
    of_course(course_id, &["enrollment"]).with(range.parameters())
}

/// Learners by day and mode.
#[must_use]
pub fn enrollment_by_mode(course_id: &str, range: DateRange) -> Question<Vec<EnrollmentByMode>> {
    of_course(course_id, &["enrollment", "mode"]).with(range.parameters())
}

/// Learners by day and gender.
#[must_use]
pub fn enrollment_by_gender(
    course_id: &str,
    range: DateRange,
) -> Question<Vec<EnrollmentByGender>> {
    of_course(course_id, &["enrollment", "gender"]).with(range.parameters())
}

/// Learners by level of education.
#[must_use]
pub fn enrollment_by_education(
    course_id: &str,
    range: DateRange,
) -> Question<Vec<EnrollmentByEducation>> {
    of_course(course_id, &["enrollment", "education"]).with(range.parameters())
}

/// Learners by year of birth, which only the first store has.
#[must_use]
pub fn enrollment_by_birth_year(
    course_id: &str,
    range: DateRange,
) -> Question<Vec<EnrollmentByBirthYear>> {
    let question = of_course(course_id, &["enrollment", "birth_year"]).with(range.parameters());
    Question { of_first_store: true, ..question }
}

/// Learners by country.
#[must_use]
pub fn enrollment_by_location(
    course_id: &str,
    range: DateRange,
) -> Question<Vec<EnrollmentByLocation>> {
    of_course(course_id, &["enrollment", "location"]).with(range.parameters())
}

/// Learners by week and kind of activity.
#[must_use]
pub fn activity(course_id: &str, range: DateRange) -> Question<Vec<WeeklyActivity>> {
    let kind = ("activity_type", "any".to_owned());
    of_course(course_id, &["activity"]).with([kind]).with(range.parameters())
}

/// The videos of a course.
#[must_use]
pub fn videos(course_id: &str) -> Question<Vec<Video>> {
    of_course(course_id, &["videos"])
}

/// The segments of a video, ascending; it is named by its id in the pipeline.
#[must_use]
pub fn video_timeline(pipeline_video_id: &str) -> Question<Vec<VideoSegment>> {
    Question::new(&["videos", pipeline_video_id, "timeline"])
}

/// The problems of a course.
#[must_use]
pub fn problems(course_id: &str) -> Question<Vec<Problem>> {
    of_course(course_id, &["problems"])
}

/// The problems of a course that have tags.
#[must_use]
pub fn problems_and_tags(course_id: &str) -> Question<Vec<TaggedProblem>> {
    of_course(course_id, &["problems_and_tags"])
}

/// The answers to all parts of a problem.
#[must_use]
pub fn answer_distribution(module_id: &str) -> Question<Vec<Answer>> {
    Question::new(&["problems", module_id, "answer_distribution"])
}

/// Where the report of all responses to a course's problems is.
#[must_use]
pub fn problem_response_report(course_id: &str) -> Question<Report> {
    of_course(course_id, &["reports", "problem_response"])
}

/// The courses' summaries, ascending by course id.
#[must_use]
pub fn course_summaries(query: &SummaryQuery) -> Question<Vec<CourseSummary>> {
    let recent = query.recent_date.map(|day| ("recent_date", day.to_string()));
    let exclude = query.without_passing_users.then(|| ("exclude", "passing_users".to_owned()));
    let programs = query.programs.then(|| ("programs", "true".to_owned()));
    let posted = query.course_ids.len() > IDS_IN_AN_ADDRESS;
    let ids = match query.course_ids.as_slice() {
        [] => Vec::new(),
        ids if posted => ids.to_vec(),
        ids => vec![ids.join(",")],
    };
    let question = Question::new(&["course_summaries"])
        .with([recent, exclude, programs].into_iter().flatten())
        .with(ids.into_iter().map(|id| ("course_ids", id)));
    Question { posted, ..question }
}

/// All programs, ascending by program id.
#[must_use]
pub fn programs() -> Question<Vec<Program>> {
    Question::new(&["programs"])
}

/// When each table was last loaded.
#[must_use]
pub fn table_updates() -> Question<BTreeMap<String, TableUpdate>> {
    Question::new(&["table_updates"])
}

/// Which learners of a course are asked for, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LearnerQuery {
    /// Words of the name, or the whole username or address of mail.
    pub text_search: Option<String>,
    /// The cohort.
    pub cohort: Option<String>,
    /// The mode of the enrollment.
    pub enrollment_mode: Option<String>,
    /// In any of these segments, joined by commas.
    pub segments: Option<String>,
    /// In none of these segments, joined by commas; not together with the other.
    pub ignore_segments: Option<String>,
    /// By what they are sorted; the username where it is none.
    pub order_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
    /// The page, from 1.
    pub page: usize,
    /// Learners on a page, at most 100.
    pub page_size: usize,
}

/// Learners of a course.
#[must_use]
pub fn learners(course_id: &str, query: &LearnerQuery) -> Question<Page<Learner>> {
    let given = [
        ("text_search", &query.text_search),
        ("cohort", &query.cohort),
        ("enrollment_mode", &query.enrollment_mode),
        ("segments", &query.segments),
        ("ignore_segments", &query.ignore_segments),
        ("order_by", &query.order_by),
        ("sort_order", &query.sort_order),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
    Question::new(&["learners"])
        .with([("course_id", course_id.to_owned())])
        .with(given)
        .with([("page", query.page.to_string()), ("page_size", query.page_size.to_string())])
}

/// One learner of a course.
#[must_use]
pub fn learner(course_id: &str, username: &str) -> Question<Learner> {
    Question::new(&["learners", username]).with([("course_id", course_id.to_owned())])
}

/// What a learner did in a course, day by day.
#[must_use]
pub fn engagement_timeline(course_id: &str, username: &str) -> Question<EngagementTimeline> {
    Question::new(&["engagement_timelines", username]).with([("course_id", course_id.to_owned())])
}

/// How many learners of a course are alike, and what is usual there.
#[must_use]
pub fn learner_metadata(course_id: &str) -> Question<LearnerMetadata> {
    Question::new(&["course_learner_metadata", course_id])
}

//! Which addresses exist (spec 60 §1).

use api_client::Breakdown;
use warp::http::StatusCode;

use crate::course_id::CourseId;
use crate::page::drill::Depth;
use crate::page::engagement::timeline;
use crate::page::learners;
use crate::page::performance::{answers, graded};
use crate::usage_id;

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
    Announcements,
    Announcement(String),
    HideAnnouncement(String),
    Programs,
    Courses,
    CoursesCsv,
    Course(CourseId, CoursePage),
    LearnerApi(learners::Resource),
    /// Debug builds only: shows an error page.
    Error(StatusCode),
}

/// An address below a course; each of them asks for a proof of access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoursePage {
    Home,
    EnrollmentActivity,
    Age,
    Education,
    Gender,
    Geography,
    Content,
    Videos(Depth),
    Video(timeline::Path),
    Policy,
    Graded(graded::Depth),
    Ungraded(Depth),
    Outcomes(Option<String>),
    Answers(answers::Path),
    Csv(Breakdown),
    ActivityCsv,
    VideoCsv(String),
    AnswersCsv(String),
    ResponsesCsv,
    Learners(learners::Path),
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
            ["announcements"] => Self::Announcements,
            ["announcements", id] => Self::Announcement((*id).to_owned()),
            ["announcements", id, "hide"] => Self::HideAnnouncement((*id).to_owned()),
            ["programs"] => Self::Programs,
            ["courses"] => Self::Courses,
            ["courses", "csv", "course_list"] => Self::CoursesCsv,
            ["api", "learner_analytics", "v0", rest @ ..] => {
                Self::LearnerApi(learners::Resource::of(rest)?)
            }
            ["courses", rest @ ..] => {
                let (id, rest) = split_course(rest)?;
                Self::Course(id, CoursePage::of(rest)?)
            }
            [code] if cfg!(debug_assertions) => Self::Error(shown_error(code)?),
            _ => return None,
        })
    }

    /// The name of its page: scope, lens, report, depth (spec 60). What is no page of figures has none.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Landing => "insights_landing",
            Self::Courses => "insights_home",
            Self::Programs => "insights_programs",
            Self::Course(_, page) => page.name(),
            _ => "",
        }
    }

    /// The course that it is about.
    pub const fn course(&self) -> Option<&CourseId> {
        if let Self::Course(id, _) = self { Some(id) } else { None }
    }

    /// Files are not folders: their names end without a slash.
    pub const fn is_file(&self) -> bool {
        let csv = matches!(self, Self::LearnerApi(learners::Resource::LearnersCsv));
        csv || matches!(self, Self::Robots | Self::Static)
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
            ["engagement", "content"] => Self::Content,
            ["engagement", "videos", steps @ ..] => Self::of_videos(steps)?,
            ["performance", "graded_content"] => Self::Policy,
            ["performance", "graded_content", steps @ ..] => Self::of_graded(steps)?,
            ["performance", "ungraded_content", steps @ ..] => Self::of_ungraded(steps)?,
            ["performance", "learning_outcomes", steps @ ..] => Self::of_outcomes(steps)?,
            ["csv", "performance", "graded_content", steps @ ..] => {
                let (mut ids, rest) = ids_after(steps, &["problems", "answer_distribution"])?;
                ids.truncate(if rest.is_empty() && ids.len() == 2 { 1 } else { 0 });
                Self::AnswersCsv(ids.pop()?)
            }
            ["learners"] => Self::Learners(learners::Path::Roster),
            ["learners", username] => {
                Self::Learners(learners::Path::Learner(only_id(&[username])?))
            }
            ["csv", "learners"] => Self::Learners(learners::Path::Csv),
            ["csv", .., "problem_responses"] => Self::ResponsesCsv,
            ["csv", "engagement", "activity_trend"] => Self::ActivityCsv,
            ["csv", "engagement", "videos", id @ ..] => Self::VideoCsv(only_id(id)?),
            ["csv", "enrollment"] => Self::Csv(Breakdown::Mode),
            ["csv", "enrollment", "demographics", "age"] => Self::Csv(Breakdown::BirthYear),
            ["csv", "enrollment", "demographics", "education"] => Self::Csv(Breakdown::Education),
            ["csv", "enrollment", "demographics", "gender"] => Self::Csv(Breakdown::Gender),
            ["csv", "enrollment", "geography"] => Self::Csv(Breakdown::Location),
            _ => return None,
        })
    }

    fn of_videos(parts: &[&str]) -> Option<Self> {
        let (mut ids, rest) = ids_after(parts, &["sections", "subsections", "modules"])?;
        match (ids.len(), rest) {
            (3, ["timeline"]) => {
                let (video, subsection) = (ids.pop()?, ids.pop()?);
                Some(Self::Video(timeline::Path { section: ids.pop()?, subsection, video }))
            }
            (0..=2, []) => {
                let mut ids = ids.into_iter();
                Some(Self::Videos(Depth { section: ids.next(), subsection: ids.next() }))
            }
            _ => None,
        }
    }

    fn of_graded(parts: &[&str]) -> Option<Self> {
        let (mut ids, rest) = ids_after(parts, &["assignments", "problems", "parts"])?;
        match (ids.len(), rest) {
            (0, [slug]) => {
                usage_id::take(&[slug]).map(|(slug, _)| Self::Graded(graded::Depth::Type(slug)))
            }
            (1, []) => Some(Self::Graded(graded::Depth::Assignment(ids.pop()?))),
            (3, ["answer_distribution"]) => {
                let (part, problem) = (ids.pop(), ids.pop()?);
                let standing = answers::Standing::Assignment(ids.pop()?);
                Some(Self::Answers(answers::Path { standing, problem, part }))
            }
            _ => None,
        }
    }

    fn of_ungraded(parts: &[&str]) -> Option<Self> {
        let names = ["sections", "subsections", "problems", "parts"];
        let (mut ids, rest) = ids_after(parts, &names)?;
        match (ids.len(), rest) {
            (4, ["answer_distribution"]) => {
                let (part, problem) = (ids.pop(), ids.pop()?);
                let subsection = ids.pop()?;
                let standing = answers::Standing::Subsection(ids.pop()?, subsection);
                Some(Self::Answers(answers::Path { standing, problem, part }))
            }
            (0..=2, []) => {
                let mut ids = ids.into_iter();
                let depth = Depth { section: ids.next(), subsection: ids.next() };
                Some(Self::Ungraded(depth))
            }
            _ => None,
        }
    }

    fn of_outcomes(parts: &[&str]) -> Option<Self> {
        if parts.is_empty() {
            return Some(Self::Outcomes(None));
        }
        let (outcome, rest) = usage_id::take(parts)?;
        let Some(rest) = rest.strip_prefix(&["problems"]) else {
            return rest.is_empty().then_some(Self::Outcomes(Some(outcome)));
        };
        let (problem, rest) = usage_id::take(rest)?;
        let part = if rest.is_empty() { None } else { Some(only_id(rest)?) };
        let standing = answers::Standing::Outcome(outcome);
        Some(Self::Answers(answers::Path { standing, problem, part }))
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Home => "course_home",
            Self::EnrollmentActivity => "course_enrollment_activity",
            Self::Age => "course_enrollment_demographics_age",
            Self::Education => "course_enrollment_demographics_education",
            Self::Gender => "course_enrollment_demographics_gender",
            Self::Geography => "course_enrollment_geography",
            Self::Content => "course_engagement_content",
            Self::Videos(depth) => match (&depth.section, &depth.subsection) {
                (None, _) => "course_engagement_videos",
                (_, None) => "course_engagement_videos_section",
                _ => "course_engagement_videos_subsection",
            },
            Self::Video(_) => "course_engagement_videos_timeline",
            Self::Policy => "course_performance_graded",
            Self::Graded(graded::Depth::Type(_)) => "course_performance_graded_type",
            Self::Graded(graded::Depth::Assignment(_)) => "course_performance_graded_assignment",
            Self::Ungraded(depth) => match (&depth.section, &depth.subsection) {
                (None, _) => "course_performance_ungraded",
                (_, None) => "course_performance_ungraded_section",
                _ => "course_performance_ungraded_subsection",
            },
            Self::Outcomes(None) => "course_performance_outcomes",
            Self::Outcomes(Some(_)) => "course_performance_outcomes_section",
            Self::Answers(path) => match path.standing {
                answers::Standing::Assignment(_) => "course_performance_graded_problem",
                answers::Standing::Subsection(..) => "course_performance_ungraded_problem",
                answers::Standing::Outcome(_) => "course_performance_outcomes_problem",
            },
            Self::Learners(learners::Path::Learner(_)) => "course_learners_learner",
            Self::Learners(_) => "course_learners_roster",
            _ => "",
        }
    }

    pub const fn shows_age(&self) -> bool {
        matches!(self, Self::Age | Self::Csv(Breakdown::BirthYear))
    }
}

/// The ids that stand after names, one after the other, as far as they go; and what follows.
fn ids_after<'a>(
    mut parts: &'a [&'a str],
    names: &[&'a str],
) -> Option<(Vec<String>, &'a [&'a str])> {
    let mut ids = Vec::new();
    for name in names {
        let Some(rest) = parts.strip_prefix(&[*name]) else { break };
        let (id, rest) = usage_id::take(rest)?;
        ids.push(id);
        parts = rest;
    }
    Some((ids, parts))
}

fn only_id(parts: &[&str]) -> Option<String> {
    let (id, rest) = usage_id::take(parts)?;
    rest.is_empty().then_some(id)
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
    fn steps_go_down_to_a_video() {
        let page = |rest: &str| match Route::of(
            &format!("/courses/a+b+c/{rest}").replace("a+b+c", "course-v1:a+b+c"),
        ) {
            Some(Route::Course(_, page)) => Some(page),
            _ => None,
        };
        let depth = |section: Option<&str>, subsection: Option<&str>| {
            let owned = |id: Option<&str>| id.map(str::to_owned);
            Some(CoursePage::Videos(Depth {
                section: owned(section),
                subsection: owned(subsection),
            }))
        };
        assert_eq!(page("engagement/videos/"), depth(None, None));
        assert_eq!(page("engagement/videos/sections/s/"), depth(Some("s"), None));
        let legacy = "i4x:/o/c/sequential/q";
        assert_eq!(
            page(&format!("engagement/videos/sections/s/subsections/{legacy}/")),
            depth(Some("s"), Some("i4x://o/c/sequential/q"))
        );
        let video = page("engagement/videos/sections/s/subsections/q/modules/v/timeline/");
        let path = timeline::Path {
            section: "s".to_owned(),
            subsection: "q".to_owned(),
            video: "v".to_owned(),
        };
        assert_eq!(video, Some(CoursePage::Video(path)));
        for odd in [
            "engagement/videos/sections/",
            "engagement/videos/x/",
            "engagement/videos/sections/s/subsections/q/modules/v/",
            "engagement/videos/sections/s/timeline/",
            "csv/engagement/videos/",
        ] {
            assert_eq!(page(odd), None, "{odd}");
        }
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

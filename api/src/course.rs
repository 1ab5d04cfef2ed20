//! The resources of a course: what their paths are, what their files are called, and who answers
//! (spec 50 §7).

use api_client::{
    Breakdown, Problem, RecentActivity, TaggedProblem, UserEngagement, Version, Video,
    WeeklyActivity,
};
use warp::reply::Response;

use crate::description::{self, Answer, Described, Parameter};
use crate::error::Error;
use crate::parameters::days;
use crate::performance::problems;
use crate::resource::{Call, CourseFile, Resource, Source};
use crate::service::Service;
use crate::{engagement, enrollment, learners, path};

/// A resource of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    version: Version,
    course_id: String,
    kind: Kind,
}

/// What is asked about the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Activity,
    RecentActivity,
    Enrollment(Breakdown),
    Problems,
    ProblemsAndTags,
    Videos,
    UserEngagement,
}

/// The ends of their paths, in the order in which they are tried, and what a file of each is called;
/// `None` is what the original called some, and callers know it (Q15).
const KINDS: [(&str, Kind, &str); 12] = [
    ("activity/", Kind::Activity, "engagement-activity"),
    ("recent_activity/", Kind::RecentActivity, "engagement-activity"),
    ("enrollment/", Kind::Enrollment(Breakdown::Daily), "enrollment"),
    ("enrollment/mode/", Kind::Enrollment(Breakdown::Mode), "enrollment_mode"),
    ("enrollment/gender/", Kind::Enrollment(Breakdown::Gender), "enrollment-gender"),
    ("enrollment/education/", Kind::Enrollment(Breakdown::Education), "enrollment-education"),
    ("enrollment/birth_year/", Kind::Enrollment(Breakdown::BirthYear), "enrollment-age"),
    ("enrollment/location/", Kind::Enrollment(Breakdown::Location), "enrollment-location"),
    ("problems/", Kind::Problems, "None"),
    ("problems_and_tags/", Kind::ProblemsAndTags, "None"),
    ("videos/", Kind::Videos, "None"),
    ("user_engagement/", Kind::UserEngagement, "None"),
];

/// The resources of a course, for its readers.
pub(crate) fn described() -> Vec<Described> {
    KINDS.iter().map(|(tail, kind, _)| kind.described(tail)).collect()
}

impl Kind {
    fn described(self, tail: &str) -> Described {
        let (about, answer) = match self {
            Self::Activity => {
                ("active learners by week and kind of activity", Answer::list::<WeeklyActivity>())
            }
            Self::RecentActivity => {
                ("one kind of activity in its newest week", Answer::one::<RecentActivity>())
            }
            Self::Enrollment(breakdown) => enrollment::described(breakdown),
            Self::Problems => ("submissions to each problem", Answer::list::<Problem>()),
            Self::ProblemsAndTags => {
                ("submissions to problems with tags", Answer::list::<TaggedProblem>())
            }
            Self::Videos => ("how many began and ended each video", Answer::list::<Video>()),
            Self::UserEngagement => (
                "what each learner did; only where privacy allows it",
                Answer::list::<UserEngagement>(),
            ),
        };
        Described {
            path: format!("/api/{{version}}/courses/{{course_id}}/{tail}").into(),
            versions: if self.is_in_both() { &["v0", "v1"] } else { &["v0"] },
            area: "Courses",
            about,
            parameters: self.parameters(),
            asked: description::Asked::Get,
            public: false,
            tables: self.tables(),
            personal: self.is_personal(),
            answer,
        }
    }

    fn parameters(self) -> Vec<Parameter> {
        match self {
            Self::RecentActivity => {
                vec![Parameter::new("activity_type", "the kind; any if it is not given").one_of([
                    "any",
                    "attempted_problem",
                    "played_video",
                    "posted_forum",
                ])]
            }
            Self::Activity | Self::Enrollment(_) => [
                (
                    "start_date",
                    "the first day, as 2014-01-31; without both limits the newest is answered",
                ),
                ("end_date", "the day after the last"),
            ]
            .map(|(name, about)| Parameter::new(name, about))
            .to_vec(),
            _ => Vec::new(),
        }
    }

    fn is_in_both(self) -> bool {
        self != Self::Enrollment(Breakdown::BirthYear)
    }

    /// Whether it tells of single learners.
    fn is_personal(self) -> bool {
        self == Self::UserEngagement
    }

    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Activity | Self::RecentActivity => &["course_activity"],
            Self::Enrollment(Breakdown::Daily) => &["course_enrollment_daily"],
            Self::Enrollment(Breakdown::Mode) => &["course_enrollment_mode_daily"],
            Self::Enrollment(Breakdown::Gender) => &["course_enrollment_gender_daily"],
            Self::Enrollment(Breakdown::Education) => &["course_enrollment_education_level_daily"],
            Self::Enrollment(Breakdown::BirthYear) => &["course_enrollment_birth_year_daily"],
            Self::Enrollment(Breakdown::Location) => &["course_enrollment_location_current"],
            Self::Problems => &["answer_distribution"],
            Self::ProblemsAndTags => &["tags_distribution"],
            Self::Videos => &["video"],
            Self::UserEngagement => &["module_engagement"],
        }
    }
}

impl Asked {
    /// What a path behind its version names.
    pub(crate) fn find(version: Version, path: &str) -> Option<Self> {
        let served = |kind: Kind| version == Version::V0 || kind.is_in_both();
        KINDS.iter().filter(|(_, kind, _)| served(*kind)).find_map(|(tail, kind, _)| {
            let course_id = path::course(path, tail)?.to_owned();
            Some(Self { version, course_id, kind: *kind })
        })
    }

    /// Whether it tells of single learners.
    pub(crate) fn is_personal(&self) -> bool {
        self.kind.is_personal()
    }

    /// The resource. What learners did last week changes without a load, so such an answer is not kept.
    pub(crate) fn resource(&self) -> Resource {
        let named = KINDS.iter().find(|(_, kind, _)| *kind == self.kind);
        let (tail, slug) = named.map_or(("", ""), |(tail, _, slug)| (*tail, *slug));
        let asked = (tail, self.course_id.clone());
        let source = Source { version: self.version, tables: self.kind.tables(), asked };
        let source = (!self.is_personal()).then_some(source);
        let file = Some(CourseFile { course_id: self.course_id.clone(), slug });
        Resource { file, source, ..Resource::READ }
    }
}

pub(crate) async fn answer(
    service: &Service,
    asked: &Asked,
    call: &Call,
) -> Result<Response, Error> {
    let (store, course_id) = (service.store(asked.version), asked.course_id.as_str());
    call.may_read(course_id)?;
    if asked.kind == Kind::RecentActivity {
        return engagement::recent_activity(store, course_id, call).await;
    }
    // Dates are read on every other resource, also where they change nothing.
    let dates = call.parameters.moments()?;
    match asked.kind {
        Kind::Activity | Kind::RecentActivity => {
            call.listed(&engagement::activity(store, course_id, dates).await?)
        }
        Kind::Enrollment(breakdown) => {
            enrollment::answer(store, course_id, breakdown, days(dates), call).await
        }
        Kind::Problems => call.listed(&problems::problems(store, course_id).await?),
        Kind::ProblemsAndTags => call.listed(&problems::tagged(store, course_id).await?),
        Kind::Videos => call.listed(&engagement::videos(store, course_id).await?),
        Kind::UserEngagement => {
            learners::note(call, format_args!("course={course_id} learner=-"));
            let (now, shown) = (service.now(), &service.learners);
            call.listed(&learners::engagement::of_course(store, course_id, now, shown).await?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(version: Version, path: &str) -> Option<(Kind, String)> {
        Asked::find(version, path).map(|asked| (asked.kind, asked.course_id))
    }

    #[test]
    fn each_kind_has_a_path_and_the_year_of_birth_one_version() {
        for (tail, kind, _) in KINDS {
            let path = format!("courses/a/b/c/{tail}");
            assert_eq!(found(Version::V0, &path), Some((kind, "a/b/c".to_owned())), "{tail}");
            assert_eq!(found(Version::V1, &path).is_some(), kind.is_in_both(), "{tail}");
        }
        assert_eq!(found(Version::V0, "courses/a+b+c/enrollment/age/"), None);
        assert_eq!(found(Version::V0, "courses/a+b/enrollment/"), None);
    }

    #[test]
    fn a_file_is_named_after_the_course() {
        let named = |id: &str| {
            let kind = Kind::Enrollment(Breakdown::Mode);
            let asked = Asked { version: Version::V0, course_id: id.to_owned(), kind };
            asked.resource().file.and_then(|file| file.name())
        };
        for (id, stem) in [
            ("edX/DemoX/Run", "edX-DemoX-Run"),
            ("course-v1:a+b+c+branch@draft", "a-b-c"),
            ("ccx-v1:edx+1.005x-CCX+rerun+ccx@15", "edx-1.005x-CCX-rerun"),
            ("library-v1:o+l", "o-l-library"),
        ] {
            assert_eq!(named(id), Some(format!("{stem}--enrollment_mode.csv")), "{id}");
        }
        assert_eq!(named("a+b+c"), None);
        assert_eq!(named("course-v1:version@0123456789abcdef01234567"), None);
    }
}

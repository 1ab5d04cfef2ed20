//! The resources of a course: what their paths are, what their files are called, and who answers
//! (spec 50 §7).

use api_client::{Breakdown, Version};
use warp::reply::Response;

use crate::course_name::file_stem;
use crate::error::Error;
use crate::parameters::days;
use crate::performance::problems;
use crate::resource::{Call, Resource, Source};
use crate::service::Service;
use crate::sources::Reader;
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

impl Kind {
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

/// What is read for each resource.
pub(crate) fn readers() -> impl Iterator<Item = Reader> {
    KINDS.iter().map(|(tail, kind, _)| Reader {
        path: format!("courses/COURSE/{tail}"),
        tables: kind.tables(),
        is_personal: *kind == Kind::UserEngagement,
    })
}

impl Asked {
    /// What a path behind its version names.
    pub(crate) fn find(version: Version, path: &str) -> Option<Self> {
        let served =
            |kind| version == Version::V0 || kind != Kind::Enrollment(Breakdown::BirthYear);
        KINDS.iter().filter(|(_, kind, _)| served(*kind)).find_map(|(tail, kind, _)| {
            let course_id = path::course(path, tail)?.to_owned();
            Some(Self { version, course_id, kind: *kind })
        })
    }

    /// Whether it tells of single learners.
    pub(crate) fn is_personal(&self) -> bool {
        self.kind == Kind::UserEngagement
    }

    /// The resource. What learners did last week changes without a load, so such an answer is not kept.
    pub(crate) fn resource(&self) -> Resource {
        let asked = format!("course {} {:?}", self.course_id, self.kind);
        let source = Source { version: self.version, tables: self.kind.tables(), asked };
        let source = (!self.is_personal()).then_some(source);
        Resource { file_name: self.file_name(), source, ..Resource::READ }
    }

    /// `ORG-COURSE-RUN--SLUG.csv`; none for a text that is no course key.
    fn file_name(&self) -> Option<String> {
        let (_, _, slug) = KINDS.iter().find(|(_, kind, _)| *kind == self.kind)?;
        Some(format!("{}--{slug}.csv", file_stem(&self.course_id)?))
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
            call.listed(&learners::engagement::of_course(store, course_id, service.now()).await?)
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
            let in_both = kind != Kind::Enrollment(Breakdown::BirthYear);
            assert_eq!(found(Version::V1, &path).is_some(), in_both, "{tail}");
        }
        assert_eq!(found(Version::V0, "courses/a+b+c/enrollment/age/"), None);
        assert_eq!(found(Version::V0, "courses/a+b/enrollment/"), None);
    }

    #[test]
    fn a_file_is_named_after_the_course() {
        let named = |id: &str| {
            let kind = Kind::Enrollment(Breakdown::Mode);
            Asked { version: Version::V0, course_id: id.to_owned(), kind }.file_name()
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

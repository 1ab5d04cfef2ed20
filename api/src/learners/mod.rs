//! Single learners (spec 50 §7.14, §8.7, §9.1). Served only where `privacy` allows it, and each access is
//! logged with who asked for whom.

pub(crate) mod engagement;
mod enterprise;
mod metadata;
pub(crate) mod pseudonym;
mod roster;
mod timeline;

use std::fmt;

use api_client::{
    EngagementTimeline, EnterpriseEngagement, Learner, LearnerMetadata, Page, Version,
};
use jobs::event::course_key;
use store::ENTERPRISE_TABLE;
use warp::reply::Response;

use crate::description::{self, Answer, Described, Parameter};
use crate::error::Error;
use crate::page;
use crate::path;
use crate::resource::Call;
use crate::service::Service;

use pseudonym::Shown;

/// A resource of learners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    version: Version,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The learners of a course.
    Roster,
    /// One of them, by the name that is shown.
    Learner(String),
    /// What one of them did day by day.
    Timeline(String),
    /// What is to be known of the learners of a course, by its id.
    Metadata(String),
    /// What the learners of an enterprise did, by its number.
    Enterprise(String),
}

/// What learners are listed from.
const ROSTER: &[&str] = &["learner_roster"];

/// The resources, for their readers.
pub(crate) fn described() -> Vec<Described> {
    let course = || vec![Parameter::required("course_id", "the course")];
    let resource = |path: &'static str, tables, about, parameters, answer| Described {
        path: path.into(),
        versions: &["v0", "v1"],
        area: "Learners (only where privacy allows it)",
        about,
        parameters,
        asked: description::Asked::Get,
        public: false,
        tables,
        personal: true,
        answer,
    };
    vec![
        resource(
            "/api/{version}/learners/",
            ROSTER,
            "the learners of a course in pages",
            [course(), roster::parameters()].concat(),
            Answer::page::<Page<Learner>, Learner>(),
        ),
        resource(
            "/api/{version}/learners/{username}/",
            ROSTER,
            "one learner of a course",
            course(),
            Answer::one::<Learner>(),
        ),
        resource(
            "/api/{version}/engagement_timelines/{username}/",
            &["module_engagement"],
            "what a learner did in a course, day by day",
            course(),
            Answer::one::<EngagementTimeline>(),
        ),
        resource(
            "/api/{version}/course_learner_metadata/{course_id}/",
            &["learner_roster", "module_engagement_metric_ranges"],
            "learners by mode, segment and cohort, and what is usual in the course",
            Vec::new(),
            Answer::one::<LearnerMetadata>(),
        ),
        Described {
            versions: &["v0"],
            ..resource(
                "/api/{version}/enterprise/{enterprise_id}/engagements/",
                &["module_engagement", ENTERPRISE_TABLE],
                "what the learners of an enterprise did, in pages",
                page::parameters(),
                Answer::page::<Page<EnterpriseEngagement>, EnterpriseEngagement>(),
            )
        },
    ]
}

impl Asked {
    /// What a path behind its version names.
    pub(crate) fn find(version: Version, path: &str) -> Option<Self> {
        let named = |start| username(path.strip_prefix(start)?.strip_suffix('/')?);
        let kind = if let Some(enterprise) = enterprise::find(version, path) {
            Kind::Enterprise(enterprise)
        } else if path == "learners/" {
            Kind::Roster
        } else if let Some(username) = named("learners/") {
            Kind::Learner(username)
        } else if let Some(username) = named("engagement_timelines/") {
            Kind::Timeline(username)
        } else {
            let course = path.strip_prefix("course_learner_metadata/")?.strip_suffix('/')?;
            Kind::Metadata(Some(course).filter(|course| path::is_course(course))?.to_owned())
        };
        Some(Self { version, kind })
    }
}

/// A username as paths have it.
fn username(text: &str) -> Option<String> {
    is_username(text).then(|| text.to_owned())
}

/// Whether paths can name a learner like that.
pub(crate) fn is_username(text: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || "_.+-".contains(letter);
    !text.is_empty() && text.chars().all(fits)
}

/// Logs who asks about whom.
pub(crate) fn note(call: &Call, whom: fmt::Arguments<'_>) {
    let user = call.key.as_ref().map_or("-", |key| key.user.as_str());
    let behalf = call.on_behalf_of.as_deref().unwrap_or("-");
    log::info!(target: "personal", "user={user} for={behalf} {whom}");
}

pub(crate) async fn answer(
    service: &Service,
    asked: &Asked,
    call: &Call,
) -> Result<Response, Error> {
    let store = service.store(asked.version);
    if let Kind::Enterprise(enterprise) = &asked.kind {
        // Its rows stand in an order of real names.
        if !matches!(service.learners, Shown::Named) {
            return Err(Error::NoSuchPath);
        }
        note(call, format_args!("enterprise={enterprise}"));
        return enterprise::answer(service, store, enterprise, call).await;
    }
    let course_id = match &asked.kind {
        Kind::Metadata(course_id) => course_id.as_str(),
        _ => call.parameters.get("course_id").ok_or(Error::NoCourse)?,
    };
    if !course_key::is_valid(course_id) {
        return Err(Error::CourseKey(course_id.to_owned()));
    }
    call.may_read(course_id)?;
    let learner = match &asked.kind {
        Kind::Learner(username) | Kind::Timeline(username) => username.as_str(),
        _ => "-",
    };
    note(call, format_args!("course={course_id} learner={learner}"));
    match &asked.kind {
        Kind::Roster => roster::page(service, store, course_id, call).await,
        Kind::Learner(name) => {
            let username = service.learners.username(store, course_id, name).await?;
            roster::one(service, store, course_id, (name, username), call).await
        }
        Kind::Timeline(name) => {
            let username = service.learners.username(store, course_id, name).await?;
            timeline::answer(store, course_id, (name, username), call).await
        }
        Kind::Metadata(_) | Kind::Enterprise(_) => {
            metadata::answer(store, course_id, service.most_values, call).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learners_are_named_by_username_and_metadata_by_course() {
        let found = |path: &str| Asked::find(Version::V0, path).map(|asked| asked.kind);
        assert_eq!(found("learners/"), Some(Kind::Roster));
        assert_eq!(found("learners/a.b+c-d_é/"), Some(Kind::Learner("a.b+c-d_é".to_owned())));
        assert_eq!(found("engagement_timelines/x/"), Some(Kind::Timeline("x".to_owned())));
        let course = "course-v1:a+b+c".to_owned();
        assert_eq!(found("course_learner_metadata/course-v1:a+b+c/"), Some(Kind::Metadata(course)));
        for path in
            ["learners/a/b/", "learners/a b/", "engagement_timelines/", "course_learner_metadata/"]
        {
            assert_eq!(found(path), None, "{path}");
        }
    }
}

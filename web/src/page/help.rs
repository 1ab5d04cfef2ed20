//! Help: every figure with its meaning, formula and source, one page a report (spec 60 §2.16).

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{Frame, Link, RailGroup};
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;

/// A help page: its address and the figures that it explains, which are also its anchors.
struct Topic {
    name: &'static str,
    entries: &'static [&'static str],
}

/// All help pages. The texts of an entry are `term-NAME` and `about-NAME`.
const TOPICS: &[Topic] = &[
    Topic {
        name: "courses",
        entries: &[
            "all-total-enrollment",
            "all-current-enrollment",
            "all-change-last-week",
            "all-verified-enrollment",
            "all-masters-enrollment",
            "passing-learners",
            "availability",
            "pacing",
        ],
    },
    Topic {
        name: "course-home",
        entries: &["course-current", "course-active", "course-passing", "course-status"],
    },
    Topic {
        name: "enrollment-activity",
        entries: &[
            "total-enrollment",
            "current-enrollment",
            "change-last-week",
            "verified-enrollment",
            "masters-enrollment",
            "daily-enrollment",
            "who-counts",
        ],
    },
    Topic {
        name: "demographics-age",
        entries: &[
            "median-age",
            "age-25-under",
            "age-26-40",
            "age-41-over",
            "age-unknown",
            "age-chart",
        ],
    },
    Topic {
        name: "demographics-education",
        entries: &[
            "education-school",
            "education-college",
            "education-advanced",
            "education-rest",
            "education-chart",
        ],
    },
    Topic {
        name: "demographics-gender",
        entries: &["gender-unknown", "gender-chart", "gender-over-time"],
    },
    Topic {
        name: "enrollment-geography",
        entries: &[
            "countries",
            "top-country",
            "second-country",
            "third-country",
            "geography-map",
            "geography-top",
        ],
    },
    Topic {
        name: "engagement-content",
        entries: &[
            "active-learners",
            "watched-a-video",
            "tried-a-problem",
            "participated-in-discussions",
            "weekly-engagement",
        ],
    },
    Topic {
        name: "engagement-videos",
        entries: &[
            "video-views",
            "completion-rate",
            "started-video",
            "finished-video",
            "total-video-views",
        ],
    },
    Topic {
        name: "performance",
        entries: &[
            "assignment-submissions",
            "problem-submissions",
            "outcome-submissions",
            "answer-distribution",
        ],
    },
    Topic {
        name: "learners",
        entries: &[
            "learner-segments",
            "learner-ranks",
            "problems-tried",
            "problems-correct",
            "attempts-per-correct",
            "videos-viewed",
            "discussions",
            "daily-activity",
            "learner-enrollment",
            "learner-cohort",
            "learner-last-accessed",
        ],
    },
    Topic {
        name: "no-data",
        entries: &["no-data-yet", "no-data-few", "no-data-old", "no-data-failed"],
    },
];

/// The address of a figure's definition.
pub fn of(entry: &str) -> String {
    let topic = TOPICS.iter().find(|topic| topic.entries.contains(&entry));
    topic.map_or_else(|| "/help/".to_owned(), |topic| format!("/help/{}/#{entry}", topic.name))
}

struct Entry {
    anchor: &'static str,
    term: String,
    about: String,
}

#[derive(Template)]
#[template(path = "help/topic.html")]
struct TopicPage<'a> {
    frame: Frame<'a>,
    entries: Vec<Entry>,
    intro: String,
}

#[derive(Template)]
#[template(path = "help/contents.html")]
struct Contents<'a> {
    frame: Frame<'a>,
    topics: Vec<Link>,
}

/// The list of all help pages.
///
/// # Errors
/// None but those of rendering.
pub fn contents(visit: &Visit) -> Result<Response, PageError> {
    let mut frame = Frame::new(visit, visit.texts().say("help-title"), "/help/".to_owned());
    frame.rail = rail(visit.texts(), None);
    reply::page(visit, StatusCode::OK, &Contents { frame, topics: links(visit.texts(), None) })
}

/// One help page.
///
/// # Errors
/// No such page.
pub fn page(visit: &Visit, name: &str) -> Result<Response, PageError> {
    let texts = visit.texts();
    let topic = TOPICS.iter().find(|topic| topic.name == name).ok_or(PageError::NotFound)?;
    let mut frame = Frame::new(visit, texts.say(&format!("help-{name}")), "/help/".to_owned());
    frame.rail = rail(texts, Some(name));
    frame.crumbs = vec![Link {
        url: "/help/".to_owned(),
        text: texts.say("help-title"),
        icon: "",
        current: false,
    }];
    let entries = topic.entries.iter().map(|anchor| Entry {
        anchor,
        term: texts.say(&format!("term-{anchor}")),
        about: texts.say(&format!("about-{anchor}")),
    });
    let intro = texts.say(&format!("help-{name}-intro"));
    reply::page(visit, StatusCode::OK, &TopicPage { frame, entries: entries.collect(), intro })
}

fn rail(texts: &Texts, current: Option<&str>) -> Vec<RailGroup> {
    vec![RailGroup { title: Some(texts.say("help-title")), links: links(texts, current) }]
}

fn links(texts: &Texts, current: Option<&str>) -> Vec<Link> {
    let link = |topic: &Topic| Link {
        url: format!("/help/{}/", topic.name),
        text: texts.say(&format!("help-{}", topic.name)),
        icon: "help",
        current: current == Some(topic.name),
    };
    TOPICS.iter().map(link).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_topic_and_entry_has_its_texts() {
        let texts = Texts::english().unwrap();
        for topic in TOPICS {
            assert!(texts.has(&format!("help-{}", topic.name)), "{}", topic.name);
            assert!(texts.has(&format!("help-{}-intro", topic.name)), "{}", topic.name);
            for entry in topic.entries {
                assert!(
                    texts.has(&format!("term-{entry}")) && texts.has(&format!("about-{entry}")),
                    "{entry}"
                );
                assert_eq!(of(entry), format!("/help/{}/#{entry}", topic.name));
            }
        }
    }
}

//! Course home: the figures that matter, and questions that lead to the reports (spec 60 §2.3).

use api_client::{CourseSummary, EnrollmentByMode};
use askama::Template;
use chrono::{DateTime, NaiveDateTime, Utc};
use warp::http::StatusCode;
use warp::reply::Response;

use super::engagement::content::{self, LastWeek};
use super::enrollment::activity;
use super::report::{Card, Missing};
use super::{CourseContext, Frame, Link, Place, demographics, engagement, learners, performance};
use crate::config::Brand;
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// A question with the report that answers it.
struct Question {
    text: String,
    way: String,
    url: String,
}

/// A lens with its questions.
struct Lens {
    /// `enrollment`, `engagement`, `performance`, `learners`: also the name of its symbol.
    name: &'static str,
    question: String,
    questions: Vec<Question>,
}

/// A line of the course's basic information.
struct Fact {
    name: String,
    value: String,
}

#[derive(Template)]
#[template(path = "course.html")]
struct Home<'a> {
    frame: Frame<'a>,
    cards: Result<Vec<Card>, Missing>,
    fresh: Vec<String>,
    lenses: Vec<Lens>,
    facts: Vec<Fact>,
    tools: Vec<Link>,
}

/// The page.
///
/// # Errors
/// None but those of rendering: a missing answer is part of the page.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let ask = visit.ask();
    let report = async {
        let wanted = visit.live.features.enable_problem_response_download;
        wanted && ask.has_response_report(access).await
    };
    let (modes, activity, summary, report) =
        tokio::join!(ask.modes(access), ask.activity(access), ask.summary(access), report);
    let texts = visit.texts();
    let summary = summary.ok();
    let course = CourseContext::of(access.course(), summary.as_ref());
    let days = modes.and_then(|modes| activity::days(&modes));
    let week = activity.ok().and_then(|weeks| {
        content::last_week(&weeks, days.as_ref().map_or(&[], |days| days.as_slice()))
    });
    let page =
        Home {
            fresh: fresh(texts, days.as_ref().ok(), week.as_ref()),
            cards: cards(texts, &course, days, week.as_ref(), summary.as_ref())
                .map_err(|trouble| Missing::new(visit, trouble)),
            lenses: lenses(visit, &course, report),
            facts: facts(texts, &course, summary.as_ref(), visit.now),
            tools: tools(texts, &visit.site.config.brand, &course),
            frame: Frame::new(visit, course.name.clone(), "/help/course-home/".to_owned())
                .of_course(visit, course, Place::Home),
        };
    reply::page(visit, StatusCode::OK, &page)
}

fn cards(
    texts: &Texts,
    course: &CourseContext,
    days: Section<Vec<EnrollmentByMode>>,
    week: Option<&LastWeek>,
    summary: Option<&CourseSummary>,
) -> Section<Vec<Card>> {
    let days = days?;
    let last = days.last().ok_or(Trouble::Empty)?;
    let change = activity::weekly_change(&days);
    let mut current = Card::new(texts, "course-current", Some(texts.number(last.count)));
    current.spark = activity::spark(&days);
    current.note = change
        .map(|change| texts.say_with("change-vs-week", &[("change", texts.change(change).into())]));
    let mut cards = vec![
        current,
        Card::new(texts, "total-enrollment", Some(texts.number(last.cumulative_count))),
    ];
    if last.verified > 0 {
        cards.push(Card::new(texts, "verified-enrollment", Some(texts.number(last.verified))));
    }
    for card in &mut cards {
        card.link = Some(format!("{}{}", course.url, Place::Activity.path()));
    }
    if let Some(week) = week {
        let mut active = Card::new(texts, "course-active", Some(texts.number(week.active)));
        let share = week.share.map_or_else(|| "--".to_owned(), |share| texts.card_percent(share));
        active.note = Some(texts.say_of("of-current-learners", "share", &share));
        active.link = Some(format!("{}{}", course.url, Place::Content.path()));
        cards.push(active);
    }
    if let Some(passing) = summary.and_then(|summary| summary.passing_users) {
        cards.push(Card::new(texts, "course-passing", Some(texts.number(passing))));
    }
    Ok(cards)
}

/// When the figures of each lens were loaded.
fn fresh(
    texts: &Texts,
    days: Option<&Vec<EnrollmentByMode>>,
    week: Option<&LastWeek>,
) -> Vec<String> {
    let enrollment = days.and_then(|days| days.last()?.created);
    let engagement = week.and_then(|week| week.created);
    let lenses = [("updated-enrollment", enrollment), ("updated-engagement", engagement)];
    let line = |(line, at): (&str, Option<NaiveDateTime>)| {
        Some(texts.say_of(line, "moment", &texts.moment(at?)))
    };
    lenses.into_iter().filter_map(line).collect()
}

fn lenses(visit: &Visit, course: &CourseContext, report: bool) -> Vec<Lens> {
    let texts = visit.texts();
    let question = |place: Place, way: &[&str]| Question {
        text: texts.say(&format!("{}-question", place.text())),
        way: way.iter().map(|name| texts.say(name)).collect::<Vec<_>>().join(" › "),
        url: format!("{}{}", course.url, place.path()),
    };
    let demographic =
        |place: Place| question(place, &["nav-enrollment", "nav-demographics", place.text()]);
    let own = |lens: &'static str, place: Place| question(place, &[lens, place.text()]);
    let enrollment = std::iter::once(own("nav-enrollment", Place::Activity))
        .chain(demographics(visit).map(demographic))
        .chain([own("nav-enrollment", Place::Geography)]);
    let engagement = engagement(visit).map(|place| own("nav-engagement", place));
    let lens = |name: &'static str, questions: Vec<Question>| Lens {
        name,
        question: texts.say(&format!("question-{name}")),
        questions,
    };
    let responses = report.then(|| Question {
        text: texts.say("responses-question"),
        way: texts.say("download-csv"),
        url: format!("{}csv/problem_responses/", course.url),
    });
    let performance = performance(visit).map(|place| own("nav-performance", place));
    let performance = performance.chain(responses);
    let learners = visit.shows_learners(&course.id).then(|| Question {
        text: texts.say("nav-learners-question"),
        way: texts.say("nav-roster"),
        url: learners::link(texts, course, Place::Home).url,
    });
    let lenses = [
        lens("enrollment", enrollment.collect()),
        lens("engagement", engagement.collect()),
        lens("performance", performance.collect()),
        lens("learners", learners.into_iter().collect()),
    ];
    lenses.into_iter().filter(|lens| !lens.questions.is_empty()).collect()
}

fn facts(
    texts: &Texts,
    course: &CourseContext,
    summary: Option<&CourseSummary>,
    now: DateTime<Utc>,
) -> Vec<Fact> {
    let start = summary.and_then(|summary| summary.start_date);
    let end = summary.and_then(|summary| summary.end_date);
    let fact = |name: &str, value: String| Fact { name: texts.say(name), value };
    let day = |at: Option<NaiveDateTime>| {
        at.map_or_else(|| "--".to_owned(), |at| texts.long_date(at.date()))
    };
    let mut facts = Vec::new();
    if course.has_title() {
        facts.push(fact("fact-id", course.id.to_string()));
    }
    facts.push(fact("column-start", day(start)));
    facts.push(fact("column-end", day(end)));
    facts.push(fact(
        "term-course-status",
        status(start, end, now.naive_utc()).map_or_else(|| "--".to_owned(), |name| texts.say(name)),
    ));
    facts
}

/// Where the course stands; not known without a start.
fn status(
    start: Option<NaiveDateTime>,
    end: Option<NaiveDateTime>,
    now: NaiveDateTime,
) -> Option<&'static str> {
    let start = start?;
    Some(match end {
        _ if now < start => "status-not-started",
        Some(end) if end <= now => "status-ended",
        _ => "status-in-progress",
    })
}

/// Links out of the site, each only where its address is configured.
fn tools(texts: &Texts, brand: &Brand, course: &CourseContext) -> Vec<Link> {
    let link = |base: &Option<String>, tail: &str, name: &str| {
        let base = base.as_ref()?.trim_end_matches('/');
        let url = format!("{base}/{}{tail}", course.id);
        Some(Link { url, text: texts.say(name), icon: "out", current: false })
    };
    [
        link(&brand.lms_course_url, "/instructor", "tool-instructor"),
        link(&brand.lms_course_url, "/courseware", "tool-courseware"),
        link(&brand.studio_course_url, "", "tool-studio"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_course_has_not_begun_runs_or_is_over() {
        let at = |text: &str| Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap());
        let now = at("2024-06-01 12:00").unwrap();
        let said = [
            (None, at("2024-01-01 00:00")),
            (at("2024-07-01 00:00"), None),
            (at("2024-05-01 00:00"), None),
            (at("2024-05-01 00:00"), at("2024-07-01 00:00")),
            (at("2024-05-01 00:00"), Some(now)),
        ]
        .map(|(start, end)| status(start, end, now));
        assert_eq!(
            said,
            [
                None,
                Some("status-not-started"),
                Some("status-in-progress"),
                Some("status-in-progress"),
                Some("status-ended")
            ]
        );
    }
}

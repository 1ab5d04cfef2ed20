//! One learner: who it is, and what the learner did day by day.

use api_client::{EngagementTimeline, Learner, TimelineDay};
use chrono::NaiveDate;
use warp::reply::Response;

use crate::chart::table::{Cell, Column, Order, Table};
use crate::chart::{Axis, Drawing, Look, TimeSeries, Words, line};
use crate::course_access::LearnersAccess;
use crate::error::PageError;
use crate::page::drill::Steps;
use crate::page::report::{self, Card, Chart, Drilled, Figures, Freshness, Missing};
use crate::page::{CourseContext, Link, Place};
use crate::query::Query;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

use super::wish;

/// The parameter that holds the address of the roster that led here.
pub const BACK: &str = "back";

/// What a learner may do in a day: its name, its key in tables, its colour, its figure.
struct Activity {
    name: &'static str,
    key: &'static str,
    look: Look,
    of: fn(&TimelineDay) -> i64,
}

const ACTIVITIES: [Activity; 3] = [
    Activity {
        name: "discussion-contributions",
        key: "discussion_contributions",
        look: Look::series(4),
        of: |day| day.discussion_contributions,
    },
    Activity {
        name: "daily-problems-correct",
        key: "problems_completed",
        look: Look::series(3),
        of: |day| day.problems_completed,
    },
    Activity {
        name: "daily-videos-viewed",
        key: "videos_viewed",
        look: Look::series(2),
        of: |day| day.videos_viewed,
    },
];

/// The page.
///
/// # Errors
/// None but those of rendering: who is not there yet may be tomorrow.
pub async fn page(
    visit: &Visit,
    access: LearnersAccess<'_>,
    username: &str,
) -> Result<Response, PageError> {
    let ask = visit.ask();
    let records =
        async { tokio::join!(ask.learner(access, username), ask.learner_days(access, username)) };
    report::drilled(
        visit,
        access.of_course(),
        Place::Learners,
        records,
        |visit, course, records| {
            let (learner, days) = records;
            let steps = steps(visit, course, learner.as_ref().ok());
            let body = match (learner, days) {
                (Ok(learner), Ok(days)) => figures(visit, &learner, &days),
                (Err(trouble), _) | (_, Err(trouble)) => Err(trouble),
            };
            Ok(Drilled { steps, body: body.map_err(|trouble| missing(visit, trouble)) })
        },
    )
    .await
}

fn missing(visit: &Visit, trouble: Trouble) -> Missing {
    match trouble {
        Trouble::Empty => Missing::nothing(visit.texts(), "learner"),
        trouble => Missing::new(visit, trouble),
    }
}

/// Back to the roster as it was, and a mail to the learner.
fn steps(visit: &Visit, course: &CourseContext, learner: Option<&Learner>) -> Steps {
    let texts = visit.texts();
    let roster = format!("{}{}", course.url, Place::Learners.path());
    let back = visit.query.get(BACK).unwrap_or_default();
    let back = Query::read(back.trim_start_matches('?')).link();
    let link =
        |url: String, text: &str| Link { url, text: texts.say(text), icon: "", current: false };
    let mail = learner.and_then(|learner| learner.email.as_deref()).and_then(mail);
    let mail = mail.map(|url| link(url, "learner-mail"));
    Steps {
        crumbs: vec![link(roster.clone(), "nav-learners")],
        heading: learner.map(|learner| super::title(learner).to_owned()),
        links: [link(roster + &back, "learner-back")].into_iter().chain(mail).collect(),
        ..Steps::default()
    }
}

/// The address of a mail to one address of mail; none for anything else.
fn mail(address: &str) -> Option<String> {
    let (name, host) = address.split_once('@')?;
    let is_name = !name.is_empty() && !name.contains([' ', ',', ';', ':', '<', '>', '"']);
    let is_host = host.contains(char::is_alphanumeric)
        && host.chars().all(|c| c.is_alphanumeric() || ".-".contains(c));
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    (is_name && is_host).then(|| format!("mailto:{encoded}@{host}"))
}

fn figures(visit: &Visit, learner: &Learner, timeline: &EngagementTimeline) -> Section<Figures> {
    let texts = visit.texts();
    let days = &timeline.days;
    let last = days.last().ok_or(Trouble::Empty)?;
    Ok(Figures {
        summary: summary(texts, learner),
        freshness: Freshness {
            through: Some(last.date),
            created: None,
            line: "updated-engagement",
        },
        ranges: Vec::new(),
        cards: cards(texts, learner, last.date),
        charts: vec![Chart {
            drawing: chart(texts, days),
            help: "daily-activity",
            note: None,
            choices: Vec::new(),
        }],
        table: table(texts, days),
        csv: report::own_csv(visit),
        remark: None,
    })
}

fn summary(texts: &Texts, learner: &Learner) -> String {
    let email = learner.email.as_deref().map(|email| format!(" · {email}")).unwrap_or_default();
    let said = format!("{}{email}", learner.username);
    let segments = learner.segments.iter().map(|name| wish::label(texts, "segment", name));
    let segments: Vec<String> = segments.collect();
    if segments.is_empty() { said } else { format!("{said} · {}", segments.join(", ")) }
}

fn cards(texts: &Texts, learner: &Learner, last: NaiveDate) -> Vec<Card> {
    let mode = learner.enrollment_mode.as_deref().map(|mode| wish::label(texts, "track", mode));
    vec![
        Card::new(texts, "learner-enrollment", mode),
        Card::new(texts, "learner-cohort", learner.cohort.clone()),
        Card::new(texts, "learner-last-accessed", Some(texts.short_date(last))),
    ]
}

/// One day alone is no line, so it rises from the one before, on which there was nothing.
fn risen(days: &[TimelineDay]) -> Vec<TimelineDay> {
    let before = days.first().filter(|_| days.len() == 1).and_then(|day| day.date.pred_opt());
    let empty = before.map(|date| TimelineDay {
        date,
        problems_attempted: 0,
        problems_completed: 0,
        discussion_contributions: 0,
        videos_viewed: 0,
    });
    empty.into_iter().chain(days.iter().copied()).collect()
}

fn chart(texts: &Texts, days: &[TimelineDay]) -> Drawing {
    let days = risen(days);
    let dates: Vec<NaiveDate> = days.iter().map(|day| day.date).collect();
    let series = ACTIVITIES.iter().map(|activity| TimeSeries {
        name: texts.say(&format!("term-{}", activity.name)),
        look: activity.look,
        values: days.iter().map(|day| (activity.of)(day) as f64).collect(),
        labels: days.iter().map(|day| texts.number((activity.of)(day))).collect(),
    });
    let series: Vec<TimeSeries> = series.collect();
    let date = |day: Option<&NaiveDate>| {
        day.copied().map_or_else(String::new, |value| texts.long_date(value))
    };
    let words = Words {
        t: texts,
        id: "daily",
        title: texts.say("term-daily-activity"),
        description: texts.say_with(
            "learner-chart",
            &[("first", date(dates.first()).into()), ("last", date(dates.last()).into())],
        ),
        x: texts.say("axis-day"),
        y: texts.say("axis-activities"),
    };
    line::counts(&words, &Axis::days(texts, &dates), &series)
}

fn table(texts: &Texts, days: &[TimelineDay]) -> Table {
    let mut columns = vec![Column::words("date", texts.say("column-date"))];
    columns.extend(ACTIVITIES.iter().map(|activity| {
        Column::figures(activity.key, texts.say(&format!("term-{}", activity.name)))
    }));
    let row = |day: &TimelineDay| {
        let figures = ACTIVITIES.iter().map(|activity| Cell::number(texts, (activity.of)(day)));
        [Cell::day(texts, day.date)].into_iter().chain(figures).collect()
    };
    Table {
        id: "data",
        title: texts.say("learner-table"),
        columns,
        rows: days.iter().map(row).collect(),
        footer: None,
        order: ("date", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_one_plain_address_is_written_to() {
        assert_eq!(mail("ann.o@x.example").as_deref(), Some("mailto:ann%2Eo@x.example"));
        assert_eq!(mail("a?b@x.example").as_deref(), Some("mailto:a%3Fb@x.example"));
        for odd in
            ["", "ann", "@x", "ann@", "a@b@c", "a@x,b@y", "a b@x", "javascript:a@x", "a@x?cc=b"]
        {
            assert_eq!(mail(odd), None, "{odd}");
        }
    }

    #[test]
    fn one_day_alone_rises_from_an_empty_one() {
        let day = |text: &str, videos| TimelineDay {
            date: text.parse().unwrap(),
            problems_attempted: 0,
            problems_completed: 0,
            discussion_contributions: 0,
            videos_viewed: videos,
        };
        let told = |days: &[TimelineDay]| -> Vec<(String, i64)> {
            let days = risen(days);
            days.iter().map(|day| (day.date.to_string(), day.videos_viewed)).collect()
        };
        let one = [day("2024-03-01", 4)];
        assert_eq!(told(&one), [("2024-02-29".to_owned(), 0), ("2024-03-01".to_owned(), 4)]);
        assert_eq!(told(&[one[0], day("2024-03-02", 1)]).len(), 2);
        assert!(told(&[]).is_empty());
    }
}

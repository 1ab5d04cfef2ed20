//! All learners of a course: searched, filtered, sorted and paged by the Data API.

use api_client::ask::LearnerQuery;
use api_client::{ClassRanks, EngagementRanges, Learner, LearnerMetadata, Page};
use askama::Template;
use chrono::{Days, NaiveDate};
use warp::http::StatusCode;
use warp::reply::Response;

use super::wish;
use crate::chart::Drawing;
use crate::chart::table::{Cell, Column, Key, Order, Rank, Table};
use crate::course_access::LearnersAccess;
use crate::error::PageError;
use crate::page::filters::{Chip, Group};
use crate::page::report::Missing;
use crate::page::{CourseContext, Frame, Place, help};
use crate::query::Query;
use crate::reply;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};
use crate::usage_id::in_path;

/// Learners on a page.
const PAGE_SIZE: usize = 25;
/// The parameter that names columns which the reader does not want to see.
const WITHOUT: &str = "without";

#[derive(Template)]
#[template(path = "roster.html")]
struct Roster<'a> {
    frame: Frame<'a>,
    search: String,
    /// Carried along by the form.
    kept: Vec<(&'static str, String)>,
    choices: Vec<Group>,
    hides: bool,
    csv: Option<String>,
    help: String,
    listing: Result<Listing, Missing>,
}

/// The roster with something to show.
struct Listing {
    count: String,
    learners: usize,
    days: Option<String>,
    chips: Vec<Chip>,
    clear: String,
    columns: Vec<Toggle>,
    table: Drawing,
    updated: Option<String>,
}

/// A column that can be taken out and put back.
struct Toggle {
    title: String,
    shown: bool,
    url: String,
}

/// A metric of a learner: its name, its key in the Data API, its figure, and what is usual.
struct Metric {
    name: &'static str,
    key: &'static str,
    of: fn(&Learner) -> Option<f64>,
    usual: fn(&EngagementRanges) -> &ClassRanks,
}

const METRICS: [Metric; 5] = [
    Metric {
        name: "problems-tried",
        key: "problems_attempted",
        of: |learner| Some(learner.engagements.problems_attempted as f64),
        usual: |ranges| &ranges.problems_attempted,
    },
    Metric {
        name: "problems-correct",
        key: "problems_completed",
        of: |learner| Some(learner.engagements.problems_completed as f64),
        usual: |ranges| &ranges.problems_completed,
    },
    Metric {
        name: "attempts-per-correct",
        key: "problem_attempts_per_completed",
        of: |learner| learner.engagements.problem_attempts_per_completed,
        usual: |ranges| &ranges.problem_attempts_per_completed,
    },
    Metric {
        name: "videos-viewed",
        key: "videos_viewed",
        of: |learner| Some(learner.engagements.videos_viewed as f64),
        usual: |ranges| &ranges.videos_viewed,
    },
    Metric {
        name: "discussions",
        key: "discussion_contributions",
        of: |learner| Some(learner.engagements.discussion_contributions as f64),
        usual: |ranges| &ranges.discussion_contributions,
    },
];

/// The page.
///
/// # Errors
/// None but those of rendering: a missing answer is part of the page.
pub async fn page(visit: &Visit, access: LearnersAccess<'_>) -> Result<Response, PageError> {
    let ask = visit.ask();
    let (learners, metadata, summary) = tokio::join!(
        learners(visit, access),
        ask.learner_metadata(access),
        ask.summary(access.of_course())
    );
    let metadata = metadata.ok();
    let course = CourseContext::of(access.course(), summary.as_ref().ok());
    let texts = visit.texts();
    let listing = learners
        .and_then(|learners| listing(visit, &course, &learners, metadata.as_ref()))
        .map_err(|trouble| Missing::new(visit, trouble));
    let query = &visit.query;
    let kept = |name: &'static str| query.all(name).map(move |value| (name, value.to_owned()));
    let downloads = visit.live.features.enable_learner_download;
    let page = Roster {
        search: query.get("search").unwrap_or_default().to_owned(),
        kept: ["sort", "order", WITHOUT].into_iter().flat_map(kept).collect(),
        choices: wish::choices(texts, query, metadata.as_ref()),
        hides: wish::hides(query),
        csv: (downloads && listing.is_ok()).then(|| {
            format!("{}csv/learners/{}", course.url, query.without_all(&["page", WITHOUT]).link())
        }),
        help: help::of("learner-segments"),
        listing,
        frame: Frame::new(visit, texts.say("nav-learners-question"), Place::Learners.help())
            .of_course(visit, course, Place::Learners),
    };
    reply::page(visit, StatusCode::OK, &page)
}

/// What the address asks for.
pub fn question(visit: &Visit) -> LearnerQuery {
    let metrics: Vec<&Metric> = shown_metrics(&visit.query).collect();
    wish::question(&visit.query, table(visit.texts(), &metrics).asked(&visit.query))
}

/// The page that the address asks for; one behind the last becomes the first, as in all tables.
async fn learners(visit: &Visit, access: LearnersAccess<'_>) -> Section<Page<Learner>> {
    let question = question(visit);
    match visit.ask().learners(access, &question).await {
        Err(Trouble::Empty) if question.page > 1 => {
            let first = LearnerQuery { page: 1, ..question };
            visit.ask().learners(access, &first).await
        }
        answer => answer,
    }
}

fn listing(
    visit: &Visit,
    course: &CourseContext,
    learners: &Page<Learner>,
    metadata: Option<&LearnerMetadata>,
) -> Section<Listing> {
    let texts = visit.texts();
    let narrowed = wish::narrows(&visit.query);
    if learners.count == 0 && !narrowed {
        return Err(Trouble::Empty);
    }
    let ranges = metadata.map(|known| &known.engagement_ranges);
    let metrics: Vec<&Metric> = shown_metrics(&visit.query).collect();
    let mut table = table(texts, &metrics);
    let row = |learner: &Learner| row(texts, course, &visit.query, learner, &metrics, ranges);
    table.rows = learners.results.iter().map(row).collect();
    Ok(Listing {
        count: texts.say_with("roster-results", &[("count", learners.count.into())]),
        learners: learners.count,
        days: ranges.and_then(|ranges| days(texts, ranges)),
        chips: wish::chips(visit),
        clear: wish::cleared(visit),
        columns: METRICS.iter().map(|metric| toggle(visit, metric)).collect(),
        table: table.draw_page(texts, &visit.query, learners.count),
        updated: learners.results.first().and_then(|learner| updated(texts, learner)),
    })
}

/// `end` is the first day that does not count.
fn days(texts: &Texts, ranges: &EngagementRanges) -> Option<String> {
    let last = ranges.date_range.end?.checked_sub_days(Days::new(1))?;
    let long = |day: NaiveDate| texts.long_date(day).into();
    let days = [("first", long(ranges.date_range.start?)), ("last", long(last))];
    Some(texts.say_with("roster-days", &days))
}

fn updated(texts: &Texts, learner: &Learner) -> Option<String> {
    Some(texts.say_of("updated-learners", "day", &texts.long_date(learner.last_updated?)))
}

fn is_shown(query: &Query, metric: &Metric) -> bool {
    query.all(WITHOUT).all(|key| key != metric.key)
}

fn shown_metrics(query: &Query) -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| is_shown(query, metric))
}

/// A roster cannot be sorted by a column that it does not show.
fn toggle(visit: &Visit, metric: &Metric) -> Toggle {
    let shown = is_shown(&visit.query, metric);
    let mut query = visit.query.without_value(WITHOUT, metric.key);
    if shown {
        query = query.and(WITHOUT, metric.key);
        if query.get("sort") == Some(metric.key) {
            query = query.without_all(&["sort", "order"]);
        }
    }
    let title = visit.texts().say(&format!("term-{}", metric.name));
    Toggle { title, shown, url: format!("{}{}", visit.path, query.link()) }
}

fn table(texts: &Texts, metrics: &[&Metric]) -> Table {
    let mut columns = vec![Column::words("username", texts.say("column-learner"))];
    columns.extend(
        metrics
            .iter()
            .map(|metric| Column::figures(metric.key, texts.say(&format!("term-{}", metric.name)))),
    );
    Table {
        id: "results",
        title: texts.say("roster-table"),
        columns,
        rows: Vec::new(),
        footer: None,
        order: ("username", Order::Ascending),
        page_size: Some(PAGE_SIZE),
    }
}

fn row(
    texts: &Texts,
    course: &CourseContext,
    query: &Query,
    learner: &Learner,
    metrics: &[&Metric],
    ranges: Option<&EngagementRanges>,
) -> Vec<Cell> {
    let figures = metrics.iter().map(|metric| {
        let value = (metric.of)(learner);
        let mut cell = Cell::text(shown(texts, value), value.map_or(Key::Nothing, Key::Number));
        let standing = ranges.and_then(|ranges| standing(learner, value, (metric.usual)(ranges)));
        cell.rank = standing.map(|class| Rank { class, word: texts.say(&format!("rank-{class}")) });
        cell
    });
    [name(course, query, learner)].into_iter().chain(figures).collect()
}

/// Leads to the learner, who leads back to this roster.
fn name(course: &CourseContext, query: &Query, learner: &Learner) -> Cell {
    let title = super::title(learner);
    let mut cell = Cell::text(title, Key::Text(learner.username.clone()));
    cell.below = (title != learner.username).then(|| learner.username.clone());
    let back = Query::default().with(super::detail::BACK, &query.link());
    let place = Place::Learners.path();
    cell.link =
        Some(format!("{}{place}{}/{}", course.url, in_path(&learner.username), back.link()));
    cell
}

/// Whole numbers as they are, ratios with one decimal; a ratio to nothing is none.
fn shown(texts: &Texts, value: Option<f64>) -> String {
    match value {
        None => texts.say("not-applicable"),
        Some(value) if value.fract() == 0.0 => texts.number(value as i64),
        Some(value) => texts.decimal(value),
    }
}

/// Whether a figure is among the lowest or the highest. What is usual was computed among learners who did
/// something, so others have no standing; tries without any success are more than every bound.
fn standing(learner: &Learner, value: Option<f64>, ranks: &ClassRanks) -> Option<&'static str> {
    let did = &learner.engagements;
    let active = did.problems_attempted > 0
        || did.problems_completed > 0
        || did.videos_viewed > 0
        || did.discussion_contributions > 0;
    let value = match value {
        None if did.problems_attempted > 0 => f64::INFINITY,
        value => value?,
    };
    let within = |range: &Option<api_client::Range>| range.is_some_and(|range| holds(range, value));
    match (within(&ranks.class_rank_bottom), within(&ranks.class_rank_top)) {
        _ if !active => None,
        (true, _) => Some("low"),
        (false, true) => Some("high"),
        (false, false) => None,
    }
}

/// From `low` to below `high`; both the same: that value alone. Nothing bounds an infinite figure but no bound.
fn holds([low, high]: api_client::Range, value: f64) -> bool {
    match (low, high) {
        (Some(low), Some(high)) if low == high => value == low,
        (low, high) => low.is_none_or(|low| low <= value) && high.is_none_or(|high| value < high),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn learner(tried: i64, ratio: Option<f64>) -> Learner {
        let mut learner = Learner::default();
        learner.engagements.problems_attempted = tried;
        learner.engagements.problem_attempts_per_completed = ratio;
        learner
    }

    #[test]
    fn ranges_hold_their_lower_bound_and_not_the_upper() {
        let held = |range, values: &[f64]| -> Vec<bool> {
            values.iter().map(|&value| holds(range, value)).collect()
        };
        assert_eq!(held([Some(1.0), Some(3.0)], &[0.9, 1.0, 2.9, 3.0]), [false, true, true, false]);
        assert_eq!(held([Some(2.0), Some(2.0)], &[1.9, 2.0, 2.1]), [false, true, false]);
        assert_eq!(held([Some(5.0), None], &[5.0, f64::INFINITY]), [true, true]);
        assert_eq!(held([None, Some(5.0)], &[0.0, f64::INFINITY]), [true, false]);
    }

    #[test]
    fn only_learners_who_did_something_stand_low_or_high() {
        let ranks = ClassRanks {
            class_rank_bottom: Some([Some(4.0), None]),
            class_rank_average: None,
            class_rank_top: Some([Some(1.0), Some(1.5)]),
        };
        let stands = |tried, ratio| standing(&learner(tried, ratio), ratio, &ranks);
        assert_eq!(stands(3, Some(1.0)), Some("high"));
        assert_eq!(stands(3, Some(2.0)), None);
        assert_eq!(stands(3, Some(9.0)), Some("low"));
        assert_eq!(stands(3, None), Some("low"), "tried, and never right");
        assert_eq!(stands(0, None), None, "did nothing");
        assert_eq!(stands(0, Some(1.0)), None, "did nothing");
    }

    #[test]
    fn ratios_have_a_decimal_and_none_is_said() {
        let texts = Texts::english().unwrap();
        let told = [Some(1234.0), Some(1.25), None].map(|value| shown(&texts, value));
        assert_eq!(told, ["1,234", "1.3", "N/A"]);
    }
}

//! The shape that all reports share: question, summary, freshness, cards, charts, table.

use std::sync::Arc;

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};
use warp::http::StatusCode;
use warp::reply::Response;

use super::drill::Steps;
use super::{CourseContext, Frame, Link, Place, demographics, help};
use crate::chart::Drawing;
use crate::chart::table::{self, Table};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};
use crate::{download, format, reply};

/// Longer values are cut on a card; the whole stands in its title.
const LONGEST_VALUE: usize = 13;

/// One figure.
#[derive(Clone, Debug)]
pub struct Card {
    /// What it is.
    pub label: String,
    /// The figure in words; none where it is not known, which is not zero.
    pub value: Option<String>,
    /// What it is a share of, or what it is compared with.
    pub note: Option<String>,
    /// The entry of the help that defines it.
    pub help: &'static str,
    /// Its last weeks.
    pub spark: Option<Drawing>,
    /// The report behind it.
    pub link: Option<String>,
}

impl Card {
    /// A figure with its definition.
    pub fn new(texts: &Texts, help: &'static str, value: Option<String>) -> Self {
        let label = texts.say(&format!("term-{help}"));
        Self { label, value, note: None, help, spark: None, link: None }
    }

    /// The same with a second line.
    #[must_use]
    pub fn note(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }

    /// The value as it fits the card.
    pub fn short(&self) -> Option<String> {
        Some(format::cut(self.value.as_ref()?, LONGEST_VALUE))
    }

    /// Whether the value is a name and no figure; names take less room.
    pub fn is_words(&self) -> bool {
        self.value.as_ref().is_some_and(|value| value.starts_with(char::is_alphabetic))
    }

    /// Where its definition stands.
    pub fn help_url(&self) -> String {
        help::of(self.help)
    }

    /// The name of its definition's text.
    pub fn about(&self) -> String {
        format!("about-{}", self.help)
    }
}

/// A chart with its heading.
pub struct Chart {
    /// The drawing.
    pub drawing: Drawing,
    /// The entry of the help that explains it.
    pub help: &'static str,
    /// What the reader should know: the known share, say.
    pub note: Option<String>,
    /// Other views of the same data.
    pub choices: Vec<Link>,
}

impl Chart {
    /// Where its explanation stands.
    pub fn help_url(&self) -> String {
        help::of(self.help)
    }
}

/// How old the figures are.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// The last day that the figures speak of; none where they speak of no day.
    pub through: Option<NaiveDate>,
    /// When they were loaded.
    pub created: Option<NaiveDateTime>,
    /// The name of the text for the last line; it takes `$moment`.
    pub line: &'static str,
}

impl Freshness {
    fn chip(&self, visit: &Visit) -> Option<String> {
        let texts = visit.texts();
        let moment = self.created.map(|created| texts.clock(created, visit.now));
        Some(match (self.through.map(|value| texts.short_date(value)), moment) {
            (Some(day), Some(moment)) => {
                texts.say_with("freshness", &[("day", day.into()), ("moment", moment.into())])
            }
            (Some(day), None) => texts.say_of("freshness-day", "day", &day),
            (None, Some(moment)) => texts.say_of("freshness-moment", "moment", &moment),
            (None, None) => return None,
        })
    }

    /// The last line, and the same moment for the browser, which knows the reader's own time.
    fn updated(&self, texts: &Texts) -> Option<(String, String)> {
        let created = self.created?;
        let line = texts.say_of(self.line, "moment", &texts.moment(created));
        Some((line, created.format("%Y-%m-%dT%H:%M:%SZ").to_string()))
    }
}

/// A report with something to show.
pub struct Figures {
    /// What the figures say, in one sentence.
    pub summary: String,
    /// How old they are.
    pub freshness: Freshness,
    /// Ranges of days on offer.
    pub ranges: Vec<Link>,
    /// The figures that matter most.
    pub cards: Vec<Card>,
    /// The charts.
    pub charts: Vec<Chart>,
    /// The table behind them.
    pub table: Table,
    /// Where the whole data can be saved from.
    pub csv: String,
    /// Said below the last-updated line.
    pub remark: Option<String>,
}

/// Why a report shows no figures, with what to do.
pub struct Missing {
    /// What is missing.
    pub title: String,
    /// Why.
    pub text: String,
    /// Where the usual reasons are explained.
    pub help: Option<String>,
    /// The address to try again.
    pub retry: Option<String>,
}

impl Missing {
    /// The words for a trouble; all but a lack of data can be tried again.
    pub fn new(visit: &Visit, trouble: Trouble) -> Self {
        let texts = visit.texts();
        let name = match trouble {
            Trouble::Empty => "missing-empty",
            Trouble::Slow => "missing-slow",
            Trouble::Down => "missing-down",
            Trouble::Refused => "missing-refused",
            Trouble::Nonsense => "missing-nonsense",
        };
        let empty = trouble == Trouble::Empty;
        Self {
            title: texts.say(if empty { "missing-empty-title" } else { "missing-title" }),
            text: texts.say(name),
            help: empty.then(|| "/help/no-data/".to_owned()),
            retry: (!empty).then(|| visit.address()),
        }
    }

    /// The words for an outline or a policy that the LMS does not give.
    pub fn of_lms(visit: &Visit, trouble: Trouble) -> Self {
        let texts = visit.texts();
        let empty = trouble == Trouble::Empty;
        Self {
            title: texts.say("missing-title"),
            text: texts.say(if empty { "missing-outline" } else { "missing-lms" }),
            help: None,
            retry: (!empty).then(|| visit.address()),
        }
    }

    /// Nobody has done anything there yet: `nothing-WHAT`.
    pub fn nothing(texts: &Texts, what: &str) -> Self {
        Self {
            title: texts.say("missing-empty-title"),
            text: texts.say(&format!("nothing-{what}")),
            help: Some("/help/no-data/".to_owned()),
            retry: None,
        }
    }
}

/// A step of a page that goes down into a course.
pub struct Drilled {
    /// The way to its neighbours.
    pub steps: Steps,
    /// What it shows.
    pub body: Result<Figures, Missing>,
}

/// Why a page shows nothing of what was asked for.
pub enum Stop {
    /// There is no such place.
    Page(PageError),
    /// The place is there, and has nothing to show.
    Missing(Missing),
}

impl From<PageError> for Stop {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// The records of components; that there are none of them means that nobody has done anything.
///
/// # Errors
/// They cannot be had.
pub fn recorded<T>(visit: &Visit, records: Section<Arc<Vec<T>>>) -> Result<Arc<Vec<T>>, Missing> {
    match records {
        Err(Trouble::Empty) => Ok(Arc::default()),
        records => records.map_err(|trouble| Missing::new(visit, trouble)),
    }
}

impl Drilled {
    /// Something to show, without steps.
    pub fn whole(body: Result<Figures, Missing>) -> Self {
        Self { steps: Steps::default(), body }
    }
}

/// This page's table as a file; the Data API has none of it.
pub fn own_csv(visit: &Visit) -> String {
    let query = visit.query.without_all(&table::STATE);
    format!("{}{}", visit.path, query.with("format", "csv").link())
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    frame: Frame<'a>,
    tabs: Vec<Link>,
    steps: Steps,
    question: String,
    chip: Option<String>,
    updated: Option<(String, String)>,
    table: Option<Drawing>,
    /// The beginning of the names of files.
    stem: String,
    figures: Result<Figures, Missing>,
}

/// Joins the answer of a report with its frame; the course's title is asked for at the same time.
///
/// # Errors
/// None but those of rendering: a missing answer is part of the page.
pub async fn page<T>(
    visit: &Visit,
    access: &CourseAccess,
    place: Place,
    records: impl Future<Output = Section<T>>,
    figures: impl FnOnce(&Visit, &CourseContext, T) -> Section<Figures>,
) -> Result<Response, PageError> {
    let body = |visit: &Visit, course: &CourseContext, records: Section<T>| {
        let figures = records.and_then(|records| figures(visit, course, records));
        Ok(Drilled::whole(figures.map_err(|trouble| Missing::new(visit, trouble))))
    };
    drilled(visit, access, place, records, body).await
}

/// The same for a page that goes down into a course.
///
/// # Errors
/// There is nothing at the place that the address names.
pub async fn drilled<R>(
    visit: &Visit,
    access: &CourseAccess,
    place: Place,
    records: impl Future<Output = R>,
    drilled: impl FnOnce(&Visit, &CourseContext, R) -> Result<Drilled, Stop>,
) -> Result<Response, PageError> {
    let (records, summary) = tokio::join!(records, visit.ask().summary(access));
    let course = CourseContext::of(access.course(), summary.as_ref().ok());
    let Drilled { steps, body: figures } = match drilled(visit, &course, records) {
        Ok(drilled) => drilled,
        Err(Stop::Missing(missing)) => Drilled::whole(Err(missing)),
        Err(Stop::Page(error)) => return Err(error),
    };
    let texts = visit.texts();
    let ready = figures.as_ref().ok();
    let stem = format!("{}--{}", course.id.stem(), place.file_name());
    if visit.query.get("format") == Some("csv") {
        let table = ready.map(|figures| &figures.table).ok_or(PageError::NotFound)?;
        return Ok(reply::csv(
            &format!("{stem}.csv"),
            download::with_mark(visit, download::written(table.for_file())?),
        ));
    }
    let question = texts.say(&format!("{}-question", place.text()));
    let heading = steps.heading.clone().unwrap_or_else(|| question.clone());
    let mut frame = Frame::new(visit, heading, place.help());
    frame = frame.of_course(visit, course.clone(), place);
    frame.crumbs.extend(steps.crumbs.iter().cloned());
    let page = ReportPage {
        tabs: tabs(visit, &course, place),
        chip: ready.and_then(|figures| figures.freshness.chip(visit)),
        updated: ready.and_then(|figures| figures.freshness.updated(texts)),
        table: ready.map(|figures| figures.table.draw(texts, &visit.query)),
        question,
        stem,
        steps,
        frame,
        figures,
    };
    reply::page(visit, StatusCode::OK, &page)
}

fn tabs(visit: &Visit, course: &CourseContext, place: Place) -> Vec<Link> {
    if !Place::DEMOGRAPHICS.contains(&place) {
        return Vec::new();
    }
    let tab = |to: Place| Link {
        url: format!("{}{}", course.url, to.path()),
        text: visit.texts().say(to.text()),
        icon: "",
        current: to == place,
    };
    demographics(visit).map(tab).collect()
}

/// The views that a parameter of the address chooses from; the first needs no parameter.
pub fn choices(
    visit: &Visit,
    parameter: &str,
    values: &[&str],
    text: impl Fn(&str) -> String,
) -> (usize, Vec<Link>) {
    let wanted = visit.query.get(parameter);
    let chosen = values.iter().position(|value| Some(*value) == wanted).unwrap_or(0);
    let link = |(index, value): (usize, &&str)| {
        let query = visit.query.without("page");
        let query =
            if index == 0 { query.without(parameter) } else { query.with(parameter, value) };
        let url = format!("{}{}", visit.path, query.link());
        Link { url, text: text(value), icon: "", current: index == chosen }
    };
    (chosen, values.iter().enumerate().map(link).collect())
}

/// Whole history, last 12 weeks, last 4 weeks: how many of the newest days are shown.
pub fn ranges(visit: &Visit) -> (usize, Vec<Link>) {
    let (chosen, links) = choices(visit, "range", &["all", "12w", "4w"], |value| {
        visit.texts().say(&format!("range-{value}"))
    });
    ([usize::MAX, 84, 28][chosen], links)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn long_values_are_cut_and_unknown_ones_stay_unknown() {
        let texts = Texts::english().unwrap();
        let card = |value: Option<&str>| {
            Card::new(&texts, "total-enrollment", value.map(str::to_owned)).short()
        };
        assert_eq!(card(Some("1,234,567,890")).as_deref(), Some("1,234,567,890"));
        assert_eq!(card(Some("11,234,567,890")).as_deref(), Some("11,234,567,8…"));
        assert_eq!(card(None), None);
    }
}

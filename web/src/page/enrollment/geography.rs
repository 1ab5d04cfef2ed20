//! Enrollment › Geography (spec 60 §2.8): where the latest connections of learners came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_client::EnrollmentByLocation;
use warp::reply::Response;

use super::age::share;
use crate::chart::bar::{self, Bar};
use crate::chart::map::{self, Region};
use crate::chart::scale::Scale;
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, Look, Words};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::format;
use crate::page::report::{self, Card, Chart, Figures, Freshness};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// Bars under the map.
const RANKED: usize = 10;
/// Longer names are cut on a bar; tooltip and table have the whole.
const LONGEST_NAME: usize = 24;
/// The cards of the first countries.
const TOP: [&str; 3] = ["top-country", "second-country", "third-country"];

/// A country or region with its learners.
#[derive(Clone, Debug, PartialEq)]
struct Country {
    code: String,
    name: String,
    count: i64,
}

/// Learners by country, most first.
#[derive(Debug, PartialEq)]
struct Geography {
    countries: Vec<Country>,
    unknown: i64,
}

impl Geography {
    /// Without a code it is not known which country is meant.
    fn of(records: &[EnrollmentByLocation], texts: &Texts) -> Self {
        let mut unknown = 0_i64;
        let mut by_code: BTreeMap<&str, Country> = BTreeMap::new();
        for record in records {
            let code = record.country.alpha2.as_deref().filter(|code| !code.is_empty());
            let place = match code {
                None => &mut unknown,
                Some(code) => {
                    let new = || country(texts, code, &record.country.name);
                    &mut by_code.entry(code).or_insert_with(new).count
                }
            };
            *place = place.saturating_add(record.count.max(0));
        }
        let mut countries: Vec<Country> = by_code.into_values().collect();
        countries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        Self { countries, unknown }
    }

    fn total(&self) -> i64 {
        self.countries.iter().fold(self.unknown, |sum, one| sum.saturating_add(one.count))
    }

    /// The share of all learners, those of unknown country too.
    fn share(&self, count: i64) -> f64 {
        share(count, self.total()).unwrap_or(0.0)
    }
}

/// A country before its learners are counted; one that the catalogue lacks has the API's name.
fn country(texts: &Texts, code: &str, fallback: &str) -> Country {
    let text = format!("country-{code}");
    let name = if texts.has(&text) { texts.say(&text) } else { fallback.to_owned() };
    Country { code: code.to_owned(), name, count: 0 }
}

/// The page.
///
/// # Errors
/// None but those of rendering.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let records = visit.ask().locations(access);
    report::page(visit, access, Place::Geography, records, figures).await
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    records: Arc<Vec<EnrollmentByLocation>>,
) -> Section<Figures> {
    let texts = visit.texts();
    let first = records.first().ok_or(Trouble::Empty)?;
    let geography = Geography::of(&records, texts);
    Ok(Figures {
        summary: summary(texts, &geography),
        freshness: Freshness {
            through: Some(first.date),
            created: first.created,
            line: "updated-geography",
        },
        ranges: Vec::new(),
        cards: cards(texts, &geography),
        charts: charts(texts, &geography),
        table: table(texts, &geography),
        csv: format!("{}csv/enrollment/geography/", course.url),
        remark: None,
    })
}

fn summary(texts: &Texts, geography: &Geography) -> String {
    let Some(first) = geography.countries.first() else {
        return texts.say("geography-summary-unknown");
    };
    texts.say_with(
        "geography-summary",
        &[
            ("country", first.name.as_str().into()),
            ("share", texts.whole_percent(geography.share(first.count)).into()),
            ("countries", geography.countries.len().into()),
        ],
    )
}

fn cards(texts: &Texts, geography: &Geography) -> Vec<Card> {
    let represented = texts.number(geography.countries.len() as i64);
    let top = TOP.into_iter().zip(&geography.countries).map(|(help, country)| {
        let share = texts.whole_percent(geography.share(country.count));
        Card::new(texts, help, Some(country.name.clone())).note(texts.say_of(
            "share-of-learners",
            "share",
            &share,
        ))
    });
    std::iter::once(Card::new(texts, "countries", Some(represented))).chain(top).collect()
}

/// Without a known country there is nothing to rank.
fn charts(texts: &Texts, geography: &Geography) -> Vec<Chart> {
    let chart = |drawing, help, note| Chart { drawing, help, note, choices: Vec::new() };
    let map = chart(world(texts, geography), "geography-map", note(texts, geography));
    let ranked = ranked(texts, geography).map(|drawing| chart(drawing, "geography-top", None));
    std::iter::once(map).chain(ranked).collect()
}

/// What the map cannot show.
fn note(texts: &Texts, geography: &Geography) -> Option<String> {
    let small = geography.countries.iter().filter(|one| !map::shows(&one.code)).count();
    let small =
        (small > 0).then(|| texts.say_with("geography-note-small", &[("count", small.into())]));
    let unknown = (geography.unknown > 0).then(|| {
        let counts = [("unknown", geography.unknown.into()), ("total", geography.total().into())];
        texts.say_with("geography-note-unknown", &counts)
    });
    let notes: Vec<String> = unknown.into_iter().chain(small).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

fn tip(texts: &Texts, geography: &Geography, country: &Country) -> String {
    texts.say_with(
        "geography-tip",
        &[
            ("country", country.name.as_str().into()),
            ("count", country.count.into()),
            ("share", texts.percent(geography.share(country.count)).into()),
        ],
    )
}

fn world(texts: &Texts, geography: &Geography) -> Drawing {
    let region = |country: &Country| Region {
        code: country.code.clone(),
        count: country.count,
        tip: tip(texts, geography, country),
    };
    let regions: Vec<Region> = geography.countries.iter().map(region).collect();
    let description = match geography.countries.first() {
        None => texts.say("geography-map-unknown"),
        Some(first) => texts.say_with(
            "geography-map-about",
            &[
                ("countries", regions.len().into()),
                ("country", first.name.as_str().into()),
                ("most", first.count.into()),
            ],
        ),
    };
    let words = words(texts, "map", "term-geography-map", description);
    map::world(&words, &texts.say("no-learners"), &regions)
}

fn ranked(texts: &Texts, geography: &Geography) -> Option<Drawing> {
    let top = &geography.countries[..geography.countries.len().min(RANKED)];
    let (first, last) = (top.first()?, top.last()?);
    let bar = |country: &Country| Bar {
        label: format::cut(&country.name, LONGEST_NAME),
        value: country.count as f64,
        exact: texts.number(country.count),
        tip: tip(texts, geography, country),
        look: Look::FIRST,
    };
    let bars: Vec<Bar> = top.iter().map(bar).collect();
    let description = texts.say_with(
        "geography-top-about",
        &[
            ("country", first.name.as_str().into()),
            ("most", first.count.into()),
            ("last", last.name.as_str().into()),
            ("least", last.count.into()),
        ],
    );
    let words = words(texts, "top", "term-geography-top", description);
    Some(bar::lying(&words, &Scale::count(first.count as f64), &bars))
}

fn words<'t>(texts: &'t Texts, id: &'static str, title: &str, description: String) -> Words<'t> {
    Words {
        t: texts,
        id,
        title: texts.say(title),
        description,
        x: texts.say("column-country"),
        y: texts.say("axis-learners"),
    }
}

fn table(texts: &Texts, geography: &Geography) -> Table {
    let row = |name: String, key: Key, count: i64| {
        vec![
            Cell::text(name, key),
            Cell::share(texts, geography.share(count)),
            Cell::number(texts, count),
        ]
    };
    let known = geography
        .countries
        .iter()
        .map(|one| row(one.name.clone(), Key::Text(one.name.clone()), one.count));
    let mut rows: Vec<Vec<Cell>> = known.collect();
    if geography.unknown > 0 || rows.is_empty() {
        rows.push(row(texts.say("unknown-country"), Key::Nothing, geography.unknown));
    }
    Table {
        id: "data",
        title: texts.say("geography-table"),
        columns: vec![
            Column::words("country", texts.say("column-country")),
            Column::figures("percent", texts.say("column-percent")),
            Column::figures("count", texts.say("term-current-enrollment")),
        ],
        rows,
        footer: Some(vec![texts.say("total"), String::new(), texts.number(geography.total())]),
        order: ("count", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn geography(rows: &[(Option<&'static str>, &'static str, i64)]) -> Geography {
        let record = |&(alpha2, name, count): &(Option<&'static str>, &'static str, i64)| {
            EnrollmentByLocation {
                date: "2024-01-01".parse().unwrap(),
                course_id: "a/b/c".to_owned(),
                country: api_client::Country {
                    alpha2: alpha2.map(Into::into),
                    alpha3: None,
                    name: name.into(),
                },
                count,
                created: None,
            }
        };
        let records: Vec<EnrollmentByLocation> = rows.iter().map(record).collect();
        Geography::of(&records, &Texts::english().unwrap())
    }

    #[test]
    fn names_are_ours_and_codes_that_nobody_knows_keep_theirs() {
        let geography = geography(&[
            (Some("DE"), "Allemagne", 2),
            (Some("XK"), "Kosovo", 2),
            (Some("CA"), "", 5),
            (Some("DE"), "again", 1),
            (None, "UNKNOWN", 1),
            (Some(""), "?", 1),
        ]);
        let names: Vec<(&str, i64)> =
            geography.countries.iter().map(|one| (one.name.as_str(), one.count)).collect();
        assert_eq!(names, [("Canada", 5), ("Germany", 3), ("Kosovo", 2)]);
        assert_eq!((geography.unknown, geography.total()), (2, 12));
    }

    #[test]
    fn absurd_counts_stay_within_bounds() {
        let geography =
            geography(&[(Some("CA"), "", i64::MAX), (Some("FR"), "", i64::MAX), (None, "", -7)]);
        assert_eq!((geography.total(), geography.unknown), (i64::MAX, 0));
    }

    #[test]
    fn every_country_of_the_api_has_a_name_here() {
        let texts = Texts::english().unwrap();
        let table = include_str!("../../../../api/src/countries.tsv");
        let codes: Vec<&str> =
            table.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(codes.len(), 249);
        for code in codes {
            assert!(texts.has(&format!("country-{code}")), "{code}");
        }
    }
}

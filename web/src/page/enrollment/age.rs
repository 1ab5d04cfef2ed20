//! Enrollment › Demographics › Age (spec 60 §2.5). Every figure says what it is a share of.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_client::EnrollmentByBirthYear;
use chrono::Datelike;
use warp::reply::Response;

use crate::chart::bar::{self, Bar};
use crate::chart::scale::Scale;
use crate::chart::table::{Cell, Column, Key, Order, Table};
use crate::chart::{Drawing, Look, Words};
use crate::course_access::CourseAccess;
use crate::error::PageError;
use crate::page::report::{self, Card, Chart, Figures, Freshness};
use crate::page::{CourseContext, Place};
use crate::site::Visit;
use crate::text::Texts;
use crate::upstream::{Section, Trouble};

/// Older learners are counted with those of this age.
const OLDEST: i64 = 100;

/// Learners by age, as the page shows them.
#[derive(Debug, PartialEq)]
struct Ages {
    /// Learners of each known age; the ages are not capped.
    known: BTreeMap<i64, i64>,
    unknown: i64,
}

impl Ages {
    /// Who is not born yet gave no usable year.
    fn of(records: &[EnrollmentByBirthYear], year: i64) -> Self {
        let mut ages = Self { known: BTreeMap::new(), unknown: 0 };
        for record in records {
            let count = record.count.unwrap_or(0).max(0);
            let age =
                record.birth_year.map(|born| year.saturating_sub(born)).filter(|age| *age >= 0);
            let place = age.map_or(&mut ages.unknown, |age| ages.known.entry(age).or_default());
            *place = place.saturating_add(count);
        }
        ages
    }

    fn known_total(&self) -> i64 {
        self.known.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn total(&self) -> i64 {
        self.known_total().saturating_add(self.unknown)
    }

    /// The age in the middle; the mean of the two middle ones where it falls between them.
    fn median(&self) -> Option<f64> {
        let total = self.known_total();
        let mut seen: i64 = 0;
        let mut ages = self.known.iter().filter(|(_, count)| **count > 0).peekable();
        while let Some((age, count)) = ages.next() {
            seen = seen.saturating_add(*count);
            match (seen.saturating_mul(2).cmp(&total), ages.peek()) {
                (std::cmp::Ordering::Less, _) => {}
                (std::cmp::Ordering::Equal, Some((next, _))) => {
                    return Some((*age + **next) as f64 / 2.0);
                }
                _ => return Some(*age as f64),
            }
        }
        None
    }

    /// The share of known ages in a range.
    fn share(&self, ages: impl std::ops::RangeBounds<i64>) -> Option<f64> {
        let inside =
            self.known.range(ages).fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
        share(inside, self.known_total())
    }

    /// Learners of each age from 0 to 100, the older ones in the last.
    fn capped(&self) -> Vec<i64> {
        let mut counts = vec![0_i64; OLDEST as usize + 1];
        for (age, count) in &self.known {
            let place = &mut counts[(*age).min(OLDEST) as usize];
            *place = place.saturating_add(*count);
        }
        counts
    }
}

/// A part of a whole; not known where the whole is nothing.
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The page.
///
/// # Errors
/// None but those of rendering.
pub async fn page(visit: &Visit, access: &CourseAccess) -> Result<Response, PageError> {
    let records = visit.ask().birth_years(access);
    report::page(visit, access, Place::Age, records, figures).await
}

fn figures(
    visit: &Visit,
    course: &CourseContext,
    records: Arc<Vec<EnrollmentByBirthYear>>,
) -> Section<Figures> {
    let texts = visit.texts();
    let first = records.first().ok_or(Trouble::Empty)?;
    let ages = Ages::of(&records, i64::from(visit.now.year()));
    let (chosen, choices) = report::choices(visit, "bins", &["5", "1"], |value| {
        texts.say(&format!("age-bins-{value}"))
    });
    let bins = if chosen == 0 { by_five(&ages.capped()) } else { by_year(&ages.capped()) };
    Ok(Figures {
        summary: summary(texts, &ages),
        freshness: Freshness {
            through: Some(first.date),
            created: first.created,
            line: "updated-demographics",
        },
        ranges: Vec::new(),
        cards: cards(texts, &ages),
        charts: vec![Chart {
            drawing: chart(texts, &ages, &bins),
            help: "age-chart",
            note: known_note(texts, ages.known_total(), ages.total()),
            choices,
        }],
        table: table(texts, &ages),
        csv: format!("{}csv/enrollment/demographics/age/", course.url),
        remark: Some(texts.say("self-reported")),
    })
}

fn summary(texts: &Texts, ages: &Ages) -> String {
    match ages.median() {
        Some(median) => texts.say_with(
            "age-summary",
            &[
                ("median", texts.half(median).into()),
                ("known", ages.known_total().into()),
                ("total", ages.total().into()),
            ],
        ),
        None => texts.say("age-summary-unknown"),
    }
}

/// How many of all learners said anything: the base of the chart.
pub fn known_note(texts: &Texts, known: i64, total: i64) -> Option<String> {
    let share = share(known, total)?;
    Some(texts.say_with(
        "known-share",
        &[("share", texts.percent(share).into()), ("known", known.into()), ("total", total.into())],
    ))
}

fn cards(texts: &Texts, ages: &Ages) -> Vec<Card> {
    let of_known = texts.say("base-known-age");
    let card = |help, share: Option<f64>| {
        Card::new(texts, help, share.map(|value| texts.card_percent(value))).note(of_known.clone())
    };
    vec![
        Card::new(texts, "median-age", ages.median().map(|value| texts.half(value)))
            .note(of_known.clone()),
        card("age-25-under", ages.share(..26)),
        card("age-26-40", ages.share(26..=40)),
        card("age-41-over", ages.share(41..)),
        Card::new(
            texts,
            "age-unknown",
            share(ages.unknown, ages.total()).map(|value| texts.card_percent(value)),
        )
        .note(texts.say("base-all")),
    ]
}

/// Label and learners of each bar.
type Bins = Vec<(String, i64)>;

fn by_year(counts: &[i64]) -> Bins {
    counts.iter().enumerate().map(|(age, count)| (age_label(age as i64), *count)).collect()
}

fn by_five(counts: &[i64]) -> Bins {
    let bin = |(index, counts): (usize, &[i64])| {
        let first = index as i64 * 5;
        let label =
            if first >= OLDEST { age_label(first) } else { format!("{first}–{}", first + 4) };
        (label, counts.iter().fold(0_i64, |sum, count| sum.saturating_add(*count)))
    };
    counts.chunks(5).enumerate().map(bin).collect()
}

fn age_label(age: i64) -> String {
    if age >= OLDEST { format!("{OLDEST}+") } else { age.to_string() }
}

fn chart(texts: &Texts, ages: &Ages, bins: &Bins) -> Drawing {
    let largest = bins.iter().max_by_key(|(_, count)| *count);
    let bars: Vec<Bar> = bins.iter().map(|(label, count)| bar(texts, label, *count)).collect();
    let (most, label) =
        largest.map_or((0, String::new()), |(label, count)| (*count, label.clone()));
    let words = Words {
        t: texts,
        id: "ages",
        title: texts.say("term-age-chart"),
        description: texts.say_with(
            "age-chart-about",
            &[("known", ages.known_total().into()), ("age", label.into()), ("most", most.into())],
        ),
        x: texts.say("axis-age"),
        y: texts.say("axis-learners"),
    };
    bar::standing(&words, &Scale::count(most as f64), &bars)
}

fn bar(texts: &Texts, label: &str, count: i64) -> Bar {
    let exact = texts.number(count);
    Bar {
        tip: format!(
            "{}: {label}\n{}: {exact}",
            texts.say("column-age"),
            texts.say("axis-learners")
        ),
        label: label.to_owned(),
        value: count as f64,
        exact,
        look: Look::FIRST,
    }
}

fn table(texts: &Texts, ages: &Ages) -> Table {
    let total = ages.total();
    let row = |label: String, key: Key, count: i64| {
        vec![
            Cell::text(label, key),
            Cell::number(texts, count),
            Cell::share(texts, share(count, total).unwrap_or(0.0)),
        ]
    };
    let capped = ages.capped();
    let known = capped.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut rows: Vec<Vec<Cell>> = known
        .map(|(age, count)| row(age_label(age as i64), Key::Number(age as f64), *count))
        .collect();
    if ages.unknown > 0 {
        rows.push(row(texts.say("unknown"), Key::Nothing, ages.unknown));
    }
    Table {
        id: "data",
        title: texts.say("age-table"),
        columns: vec![
            Column::words("age", texts.say("column-age")),
            Column::figures("count", texts.say("column-learners")),
            Column::figures("percent", texts.say("column-percent-all")),
        ],
        rows,
        footer: Some(vec![texts.say("total"), texts.number(total), String::new()]),
        order: ("count", Order::Descending),
        page_size: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn ages(pairs: &[(Option<i64>, i64)]) -> Ages {
        let record = |&(birth_year, count): &(Option<i64>, i64)| EnrollmentByBirthYear {
            course_id: "a/b/c".to_owned(),
            date: "2024-01-01".parse().unwrap(),
            birth_year,
            count: Some(count),
            created: None,
        };
        Ages::of(&pairs.iter().map(record).collect::<Vec<_>>(), 2024)
    }

    #[test]
    fn the_median_may_lie_between_two_ages() {
        assert_eq!(ages(&[(Some(2000), 1), (Some(1995), 1)]).median(), Some(26.5));
        assert_eq!(ages(&[(Some(2000), 3), (Some(1990), 2)]).median(), Some(24.0));
        assert_eq!(ages(&[(None, 9)]).median(), None);
    }

    #[test]
    fn bands_share_the_known_and_odd_years_are_unknown() {
        let ages = ages(&[
            (Some(1999), 1),
            (Some(1998), 1),
            (Some(1984), 1),
            (Some(1983), 1),
            (Some(2050), 2),
            (None, 2),
        ]);
        assert_eq!(
            [ages.share(..26), ages.share(26..=40), ages.share(41..)],
            [Some(0.25), Some(0.5), Some(0.25)]
        );
        assert_eq!((ages.unknown, ages.total()), (4, 8));
    }

    #[test]
    fn the_very_old_stand_in_the_last_bar() {
        let ages = ages(&[(Some(1900), 2), (Some(1924), 1), (Some(2001), 4)]);
        assert_eq!((ages.capped()[100], ages.capped()[23]), (3, 4));
        let bins = by_five(&ages.capped());
        assert_eq!(
            (bins.len(), &bins[4], &bins[20]),
            (21, &("20–24".to_owned(), 4), &("100+".to_owned(), 3))
        );
        assert_eq!(by_year(&ages.capped()).len(), 101);
    }

    proptest! {
        #[test]
        fn the_median_is_that_of_the_sorted_ages(counts in proptest::collection::vec(0_i64..5, 1..30)) {
            let pairs: Vec<(Option<i64>, i64)> =
                counts.iter().enumerate().map(|(age, count)| (Some(2024 - age as i64), *count)).collect();
            let mut sorted = Vec::new();
            for (age, count) in counts.iter().enumerate() {
                sorted.extend(std::iter::repeat_n(age as f64, *count as usize));
            }
            let middle = sorted.len() / 2;
            let expected = match sorted.len() {
                0 => None,
                n if n % 2 == 1 => Some(sorted[middle]),
                _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
            };
            prop_assert_eq!(ages(&pairs).median(), expected);
        }

        #[test]
        fn bands_add_up_to_one(years in proptest::collection::vec((1900_i64..2025, 1_i64..50), 1..20)) {
            let pairs: Vec<(Option<i64>, i64)> = years.iter().map(|(year, count)| (Some(*year), *count)).collect();
            let ages = ages(&pairs);
            let sum: f64 = [ages.share(..26), ages.share(26..=40), ages.share(41..)].into_iter().flatten().sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
        }
    }
}

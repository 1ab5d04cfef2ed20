//! Which learners the address asks for: it holds the whole state of the roster.

use std::collections::BTreeMap;

use api_client::LearnerMetadata;
use api_client::ask::LearnerQuery;

use crate::chart::table::Asked;
use crate::page::filters::{self, Chip, Choice, Group};
use crate::query::Query;
use crate::site::Visit;
use crate::text::Texts;

/// The parameter and value by which inactive learners are left out.
pub const INACTIVE: &str = "inactive";
/// See [`INACTIVE`].
pub const HIDE: &str = "hide";
/// What a learner can be like, in the order of the choice.
const SEGMENTS: [&str; 5] =
    ["highly_engaged", "disengaging", "struggling", "inactive", "unenrolled"];
/// All parameters but those of the table.
const FILTERS: [&str; 5] = ["search", "cohort", "track", "segment", INACTIVE];

/// What the Data API is asked. A segment and the inactive cannot both be asked for, so the segment counts.
pub fn question(query: &Query, asked: Asked) -> LearnerQuery {
    let text = |name| query.get(name).map(str::to_owned);
    let segments = text("segment").filter(|segment| SEGMENTS.contains(&segment.as_str()));
    LearnerQuery {
        text_search: text("search"),
        cohort: text("cohort"),
        enrollment_mode: text("track"),
        ignore_segments: (hides(query) && segments.is_none()).then(|| "inactive".to_owned()),
        segments,
        order_by: Some(asked.sort.to_owned()),
        sort_order: Some(asked.order.word().to_owned()),
        page: asked.page,
        page_size: asked.page_size,
    }
}

/// Whether inactive learners are left out.
pub fn hides(query: &Query) -> bool {
    query.get(INACTIVE) == Some(HIDE)
}

/// Whether fewer than all learners are asked for.
pub fn narrows(query: &Query) -> bool {
    FILTERS.iter().any(|name| query.get(name).is_some())
}

/// The address without filters.
pub fn cleared(visit: &Visit) -> String {
    filters::cleared(visit, &FILTERS)
}

/// The choices that the course's learners differ in, and what the address names besides.
pub fn choices(texts: &Texts, query: &Query, metadata: Option<&LearnerMetadata>) -> Vec<Group> {
    let counts = |of: fn(&LearnerMetadata) -> &BTreeMap<String, i64>| -> Vec<(&str, i64)> {
        let counts = metadata.map(of).into_iter().flatten();
        counts.map(|(name, count)| (name.as_str(), *count)).collect()
    };
    let mut segments = counts(|known| &known.segments);
    segments.retain(|(name, _)| SEGMENTS.contains(name));
    segments.sort_by_key(|(name, _)| SEGMENTS.iter().position(|known| known == name));
    let groups = [
        ("cohort", counts(|known| &known.cohorts)),
        ("track", counts(|known| &known.enrollment_modes)),
        ("segment", segments),
    ];
    let group = |(name, values): (&'static str, Vec<(&str, i64)>)| Group {
        name,
        title: texts.say(&format!("roster-{name}")),
        options: options(texts, query, name, &values),
    };
    groups.into_iter().map(group).filter(|group| group.options.len() > 1).collect()
}

/// All, each value with its learners, and a chosen one that no learner has.
fn options(texts: &Texts, query: &Query, name: &str, values: &[(&str, i64)]) -> Vec<Choice> {
    let chosen = query.get(name);
    let choice = |value: &str, label: String| Choice {
        value: value.to_owned(),
        label,
        chosen: chosen.unwrap_or_default() == value,
    };
    let counted = |(value, count): &(&str, i64)| {
        choice(value, format!("{} ({})", label(texts, name, value), texts.number(*count)))
    };
    let unknown = chosen.filter(|chosen| values.iter().all(|(value, _)| value != chosen));
    let unknown = unknown.map(|value| choice(value, label(texts, name, value)));
    let all = choice("", texts.say("roster-all"));
    [all].into_iter().chain(values.iter().map(counted)).chain(unknown).collect()
}

/// The words for a value; cohorts, and modes and segments that the site does not know, stand for themselves.
pub fn label(texts: &Texts, filter: &str, value: &str) -> String {
    match filter {
        "track" => texts.say_or(&format!("mode-{value}"), value),
        "segment" => texts.say_or(&format!("segment-{}", value.replace('_', "-")), value),
        _ => value.to_owned(),
    }
}

/// One chip a filter in force.
pub fn chips(visit: &Visit) -> Vec<Chip> {
    let (texts, query) = (visit.texts(), visit.query.without("page"));
    let chip = |name: &'static str| {
        let value = query.get(name)?;
        let label = match name {
            "search" => format!("“{value}”"),
            INACTIVE if value == HIDE => texts.say("roster-inactive-hidden"),
            INACTIVE => return None,
            name => {
                format!("{}: {}", texts.say(&format!("roster-{name}")), label(texts, name, value))
            }
        };
        Some(Chip { label, remove: format!("{}{}", visit.path, query.without(name).link()) })
    };
    FILTERS.into_iter().filter_map(chip).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chart::table::Order;

    const ASKED: Asked =
        Asked { sort: "videos_viewed", order: Order::Descending, page: 3, page_size: 25 };

    #[test]
    fn the_address_becomes_a_question() {
        let query = Query::read("search=ann&cohort=&track=verified&inactive=hide&page=3");
        let question = question(&query, ASKED);
        let expected = LearnerQuery {
            text_search: Some("ann".to_owned()),
            enrollment_mode: Some("verified".to_owned()),
            ignore_segments: Some("inactive".to_owned()),
            order_by: Some("videos_viewed".to_owned()),
            sort_order: Some("desc".to_owned()),
            page: 3,
            page_size: 25,
            ..LearnerQuery::default()
        };
        assert_eq!(question, expected);
    }

    #[test]
    fn a_segment_counts_before_hiding_and_an_odd_one_is_none() {
        let of = |text: &str| {
            let question = question(&Query::read(text), ASKED);
            (question.segments, question.ignore_segments)
        };
        assert_eq!(of("segment=inactive&inactive=hide"), (Some("inactive".to_owned()), None));
        assert_eq!(of("segment=sleepy"), (None, None));
    }

    #[test]
    fn choices_are_those_that_learners_differ_in() {
        let texts = Texts::english().unwrap();
        let metadata = LearnerMetadata {
            enrollment_modes: [("audit".to_owned(), 1200), ("odd".to_owned(), 1)].into(),
            segments: [("inactive".to_owned(), 3), ("struggling".to_owned(), 0)].into(),
            cohorts: [].into(),
            engagement_ranges: api_client::EngagementRanges::default(),
        };
        let query = Query::read("segment=inactive&cohort=gone");
        let told: Vec<String> = choices(&texts, &query, Some(&metadata))
            .iter()
            .map(|choice| {
                let option = |option: &Choice| {
                    format!("{}{}", if option.chosen { "*" } else { "" }, option.label)
                };
                let options: Vec<_> = choice.options.iter().map(option).collect();
                format!("{}: {}", choice.title, options.join(", "))
            })
            .collect();
        assert_eq!(
            told,
            [
                "Cohort Groups: All, *gone",
                "Enrollment Tracks: *All, Audit (1,200), odd (1)",
                "Segments: All, Struggling (0), *Inactive (3)",
            ]
        );
        assert!(choices(&texts, &Query::default(), None).is_empty());
    }
}

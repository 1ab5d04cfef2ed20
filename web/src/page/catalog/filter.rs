//! Search and filters of the course index. Values of a group are ORed, groups and search ANDed.

use api_client::{CourseSummary, Program};

use super::title;
use crate::page::filters::{self, Chip, Choice, Group};
use crate::query::Query;
use crate::site::Visit;
use crate::text::Texts;

/// The groups' names in the address.
const GROUPS: [&str; 3] = ["availability", "pacing", "program"];
/// What stands for an empty availability in the address.
const UNKNOWN: &str = "Unknown";

/// What the address asks for.
pub struct Filter {
    words: Vec<String>,
    chosen: [Vec<String>; GROUPS.len()],
}

impl Filter {
    /// Reads the address.
    pub fn of(query: &Query) -> Self {
        let search = query.get("search").unwrap_or_default().to_lowercase();
        Self {
            words: search.split_whitespace().map(str::to_owned).collect(),
            chosen: GROUPS.map(|group| query.all(group).map(str::to_owned).collect()),
        }
    }

    /// Whether anything is asked for.
    pub fn narrows(&self) -> bool {
        !self.words.is_empty() || self.chosen.iter().any(|values| !values.is_empty())
    }

    /// Whether a course is wanted: all words occur in its title or id, and each group agrees.
    pub fn takes(&self, row: &CourseSummary, programs: &[Program]) -> bool {
        let text = format!("{} {}", title(row).unwrap_or_default(), row.course_id).to_lowercase();
        let [availability, pacing, program] = &self.chosen;
        let any = |chosen: &[String], of_row: &[&str]| {
            chosen.is_empty() || chosen.iter().any(|value| of_row.contains(&value.as_str()))
        };
        self.words.iter().all(|word| text.contains(word))
            && any(availability, &[availability_of(row)])
            && any(pacing, &[pacing_of(row)])
            && any(program, &programs_of(row, programs))
    }

    /// The address without search and filters.
    pub fn cleared(&self, visit: &Visit) -> String {
        filters::cleared(visit, &[&GROUPS[..], &["search"]].concat())
    }
}

fn availability_of(row: &CourseSummary) -> &str {
    row.availability.as_deref().filter(|text| !text.is_empty()).unwrap_or(UNKNOWN)
}

fn pacing_of(row: &CourseSummary) -> &str {
    row.pacing_type.as_deref().unwrap_or_default()
}

fn programs_of<'a>(row: &CourseSummary, programs: &'a [Program]) -> Vec<&'a str> {
    let holds = |program: &&Program| program.course_ids.contains(&row.course_id);
    programs.iter().filter(holds).map(|program| program.program_id.as_str()).collect()
}

/// The boxes for what occurs among the courses, and for what the address names besides.
pub fn groups(
    texts: &Texts,
    query: &Query,
    rows: &[&CourseSummary],
    programs: &[Program],
) -> Vec<Group> {
    let shared =
        |program: &&Program| rows.iter().any(|row| program.course_ids.contains(&row.course_id));
    let occurring: [Vec<&str>; GROUPS.len()] = [
        rows.iter().map(|row| availability_of(row)).collect(),
        rows.iter().map(|row| pacing_of(row)).filter(|pacing| !pacing.is_empty()).collect(),
        programs.iter().filter(shared).map(|program| program.program_id.as_str()).collect(),
    ];
    let group = |(name, values): (&'static str, Vec<&str>)| Group {
        name,
        title: texts.say(&format!("filter-{name}")),
        options: options(texts, query, name, values, programs),
    };
    GROUPS.into_iter().zip(occurring).map(group).filter(|group| !group.options.is_empty()).collect()
}

fn options(
    texts: &Texts,
    query: &Query,
    name: &str,
    values: Vec<&str>,
    programs: &[Program],
) -> Vec<Choice> {
    let chosen: Vec<&str> = query.all(name).collect();
    let mut values: Vec<&str> = values.into_iter().chain(chosen.iter().copied()).collect();
    values.sort_unstable();
    values.dedup();
    let choice = |value: &str| Choice {
        value: value.to_owned(),
        label: label(texts, name, value, programs),
        chosen: chosen.contains(&value),
    };
    let mut options: Vec<Choice> = values.into_iter().map(choice).collect();
    options.sort_by(|a, b| texts.compare(&a.label, &b.label));
    options
}

/// The words for a value; values that the site does not know stand for themselves.
fn label(texts: &Texts, group: &str, value: &str, programs: &[Program]) -> String {
    let title = programs.iter().find(|program| group == "program" && program.program_id == value);
    if let Some(title) = title.and_then(|program| program.program_title.as_deref()) {
        return title.to_owned();
    }
    let name = format!("{group}-{}", value.to_lowercase().replace(['_', ' '], "-"));
    texts.say_or(&name, value)
}

/// One chip a filter in force.
pub fn chips(texts: &Texts, visit: &Visit, programs: &[Program]) -> Vec<Chip> {
    let query = visit.query.without("page");
    let chip = |label: String, without: Query| Chip {
        label,
        remove: format!("{}{}", visit.path, without.link()),
    };
    let search =
        query.get("search").map(|words| chip(format!("“{words}”"), query.without("search")));
    let filters =
        GROUPS.into_iter().flat_map(|group| query.all(group).map(move |value| (group, value)));
    let filters = filters.map(|(group, value)| {
        let label = format!(
            "{}: {}",
            texts.say(&format!("filter-{group}")),
            label(texts, group, value, programs)
        );
        chip(label, query.without_value(group, value))
    });
    search.into_iter().chain(filters).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(id: &str, title: &str, availability: Option<&str>) -> CourseSummary {
        let modes = r#"{"count":0,"cumulative_count":0,"count_change_7_days":0}"#;
        let json = format!(
            r#"{{"created":null,"course_id":"{id}","catalog_course_title":"{title}","catalog_course":null,"start_date":null,"end_date":null,"pacing_type":"self_paced","availability":null,"count":0,"cumulative_count":0,"count_change_7_days":0,"recent_count_change":null,"enrollment_modes":{{"audit":{modes},"credit":{modes},"honor":{modes},"professional":{modes},"verified":{modes},"masters":{modes}}}}}"#
        );
        let row: CourseSummary = serde_json::from_str(&json).unwrap();
        CourseSummary { availability: availability.map(str::to_owned), ..row }
    }

    fn taken(query: &str) -> Vec<String> {
        let rows = [
            row("a/Bio/1", "Biology of cells", Some("Current")),
            row("a/Bio/2", "Biology of plants", Some("Archived")),
            row("a/Chem/1", "", None),
        ];
        let program = Program {
            program_id: "p1".to_owned(),
            program_type: None,
            program_title: Some("Life".to_owned()),
            course_ids: vec!["a/Bio/2".to_owned()],
            created: None,
        };
        let filter = Filter::of(&Query::read(query));
        let taken = rows.iter().filter(|row| filter.takes(row, std::slice::from_ref(&program)));
        taken.map(|row| row.course_id.clone()).collect()
    }

    #[test]
    fn all_words_must_occur_in_title_or_id() {
        assert_eq!(taken("search=BIOLOGY+cells"), ["a/Bio/1"]);
        assert_eq!(taken("search=chem"), ["a/Chem/1"]);
        assert!(taken("search=biology+chem").is_empty());
    }

    #[test]
    fn values_of_a_group_are_ored_and_groups_anded() {
        assert_eq!(taken("availability=Current&availability=Unknown"), ["a/Bio/1", "a/Chem/1"]);
        assert_eq!(taken("program=p1&availability=Archived"), ["a/Bio/2"]);
        assert!(taken("program=p1&availability=Current").is_empty());
        assert_eq!(taken("pacing=self_paced").len(), 3);
    }
}

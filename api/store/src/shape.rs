//! Whether the tables of a store have what the questions of `query/` ask for: made by a loader of ours, by
//! the original's, or by the original service's own models (spec 50 §10.1, §10.3, §10.4).

use std::collections::{BTreeMap, BTreeSet};

use jobs::registry::RESULT_TABLES;
use jobs::table::Table;

use crate::cell::Record;
use crate::schema::identifier;
use crate::{Error, Statement, Store};

/// The columns of a table, and those of each of its indexes in order; names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Its columns.
    pub columns: BTreeSet<String>,
    /// Its indexes, the primary key among them.
    pub indexes: Vec<Vec<String>>,
}

/// What a table lacks that questions ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// The table.
    pub table: &'static str,
    /// All of it.
    pub is_missing: bool,
    /// Columns without which a question fails.
    pub columns: Vec<&'static str>,
    /// Indexes, by their columns, without which a question reads more than it needs.
    pub indexes: Vec<&'static [&'static str]>,
}

/// The users of enterprises, which no job of ours fills.
pub const ENTERPRISE_TABLE: &str = "enterprise_user";
const ENTERPRISE_COLUMNS: &[&str] = &["enterprise_id", "user_username"];

/// By which columns each table is asked. A table that is not here is asked by nobody.
const ASKED_BY: &[(&str, &[&[&str]])] = &[
    ("answer_distribution", &[&["course_id"], &["module_id"]]),
    ("course_activity", &[&["course_id"]]),
    ("course_enrollment_birth_year_daily", &[&["course_id", "date"]]),
    ("course_enrollment_daily", &[&["course_id", "date"]]),
    ("course_enrollment_education_level_daily", &[&["course_id", "date"]]),
    ("course_enrollment_gender_daily", &[&["course_id", "date"]]),
    ("course_enrollment_location_current", &[&["course_id", "date"]]),
    ("course_enrollment_mode_daily", &[&["course_id", "date"]]),
    ("course_meta_summary_enrollment", &[&["course_id"]]),
    ("course_program_metadata", &[&["course_id"]]),
    (ENTERPRISE_TABLE, &[&["enterprise_id"]]),
    ("grade_distribution", &[&["module_id"]]),
    ("learner_roster", &[&["course_id", "username"]]),
    ("module_engagement", &[&["course_id", "username"], &["username"]]),
    ("module_engagement_metric_ranges", &[&["course_id"]]),
    ("sequential_open_distribution", &[&["module_id"]]),
    ("tags_distribution", &[&["course_id"]]),
    ("video", &[&["course_id"]]),
    ("video_timeline", &[&["pipeline_video_id"]]),
];

/// Columns that are stored and asked for by nobody.
const UNASKED: &[(&str, &[&str])] = &[
    ("answer_distribution", &["answer_value_numeric"]),
    ("course_enrollment_birth_year_daily", &["cumulative_count"]),
    ("course_enrollment_daily", &["cumulative_count"]),
    ("course_enrollment_education_level_daily", &["cumulative_count"]),
    ("course_enrollment_gender_daily", &["cumulative_count"]),
    ("course_enrollment_location_current", &["cumulative_count"]),
    ("learner_roster", &["start_date", "end_date", "problem_attempts", "created"]),
    ("module_engagement_metric_ranges", &["created"]),
    ("tags_distribution", &["org_id"]),
    ("video", &["total_viewed_seconds"]),
];

/// The counts of answers, as newer tables have them and as older ones do.
const NEW_COUNTS: [&str; 2] = ["first_response_count", "last_response_count"];
const OLD_COUNT: &str = "count";

impl Store {
    /// The shape of each table and view of the store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn shapes(&self) -> Result<BTreeMap<String, Shape>, Error> {
        let (columns, indexes) = match self {
            Self::Sqlite(_) => (
                "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c \
                 WHERE t.type IN ('table', 'view')",
                "SELECT t.name, i.name, c.name FROM sqlite_master t JOIN pragma_index_list(t.name) i \
                 JOIN pragma_index_info(i.name) c WHERE t.type = 'table' ORDER BY 1, 2, c.seqno",
            ),
            Self::Mysql(_) => (
                "SELECT table_name, column_name FROM information_schema.columns \
                 WHERE table_schema = DATABASE()",
                "SELECT table_name, index_name, column_name FROM information_schema.statistics \
                 WHERE table_schema = DATABASE() AND index_type <> 'FULLTEXT' \
                 ORDER BY 1, 2, seq_in_index",
            ),
        };
        let statement = |what: &str, sql: &str| Statement {
            doing: format!("reading the {what} of all tables"),
            sql: sql.to_owned(),
            parameters: Vec::new(),
        };
        let statements = vec![statement("columns", columns), statement("indexes", indexes)];
        let [columns, indexes] = crate::query::take(self.select(statements).await?);
        shapes(&columns, &indexes)
    }

    /// What each table lacks that questions ask for, by name; of a table that lacks nothing, that.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn lacks(&self) -> Result<Vec<Lacks>, Error> {
        let shapes = self.shapes().await?;
        Ok(ASKED_BY.iter().map(|(table, by)| lacks(table, by, shapes.get(*table))).collect())
    }
}

impl Store {
    /// Some of the courses that a result table has rows of; of a table without courses, some of what its
    /// first column names.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn some_ids(&self, table: &Table, most: usize) -> Result<Vec<String>, Error> {
        let is_course = |name: &&str| *name == "course_id";
        let mut names = table.columns.iter().map(|column| column.name);
        let first = table.columns.first().map_or("id", |column| column.name);
        let column = identifier("column", names.find(is_course).unwrap_or(first))?;
        let name = identifier("table", table.name)?;
        let statement = Statement {
            doing: format!("looking what {name} holds"),
            sql: format!("SELECT DISTINCT `{column}` FROM `{name}` LIMIT {most}"),
            parameters: Vec::new(),
        };
        self.select_one(statement).await?.iter().map(|row| row.required_text(0)).collect()
    }
}

fn shapes(columns: &[Record], indexes: &[Record]) -> Result<BTreeMap<String, Shape>, Error> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    for row in columns {
        let shape = shapes.entry(row.required_text(0)?).or_default();
        shape.columns.insert(row.required_text(1)?.to_lowercase());
    }
    let mut grouped: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in indexes {
        let name = (row.required_text(0)?, row.required_text(1)?);
        // An expression has no name and finds no column.
        let column = row.text(2)?.unwrap_or_default();
        grouped.entry(name).or_default().push(column.to_lowercase());
    }
    for ((table, _), index) in grouped {
        shapes.entry(table).or_default().indexes.push(index);
    }
    Ok(shapes)
}

fn lacks(
    table: &'static str,
    asked_by: &'static [&'static [&'static str]],
    shape: Option<&Shape>,
) -> Lacks {
    let Some(shape) = shape else { return Lacks { table, is_missing: true, ..Lacks::default() } };
    let is_there = |column: &&str| shape.columns.contains(*column);
    // Older tables count answers once.
    let is_old =
        table == "answer_distribution" && is_there(&OLD_COUNT) && !is_there(&NEW_COUNTS[1]);
    let excused = |column: &&str| is_there(column) || (is_old && NEW_COUNTS.contains(column));
    let columns = asked_columns(table).into_iter().filter(|column| !excused(column)).collect();
    let finds = |wanted: &[&str]| {
        shape.indexes.iter().any(|index| {
            index.len() >= wanted.len() && index.iter().zip(wanted).all(|(has, want)| has == want)
        })
    };
    let indexes = asked_by.iter().filter(|wanted| !finds(wanted)).copied().collect();
    Lacks { table, is_missing: false, columns, indexes }
}

/// The columns that questions ask a table for.
fn asked_columns(table: &str) -> Vec<&'static str> {
    let Some(declared) = RESULT_TABLES.iter().find(|declared| declared.name == table) else {
        return ENTERPRISE_COLUMNS.to_vec();
    };
    let unasked = UNASKED.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, all)| all);
    let names = declared.columns.iter().map(|column| column.name);
    // Rows are read in the order of loading, most with its time.
    names.chain(["id", "created"]).filter(|name| !unasked.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_what_it_begins_with() {
        let shape = |indexes: &[&[&str]]| Shape {
            columns: ["enterprise_id", "user_username"].map(str::to_owned).into(),
            indexes: indexes
                .iter()
                .map(|index| index.iter().map(|column| (*column).to_owned()).collect())
                .collect(),
        };
        let by: &[&[&str]] = &[&["course_id", "date"]];
        let slow = |indexes| !lacks(ENTERPRISE_TABLE, by, Some(&shape(indexes))).indexes.is_empty();
        assert!(!slow(&[&["id"], &["course_id", "date", "mode"]]));
        assert!(slow(&[&["course_id"], &["date", "course_id"]]));
        assert!(lacks(ENTERPRISE_TABLE, by, None).is_missing);
    }

    #[test]
    fn what_is_asked_is_declared() {
        for (table, unasked) in UNASKED {
            let declared = RESULT_TABLES.iter().find(|declared| declared.name == *table);
            let columns = declared.map_or(&[][..], |declared| declared.columns);
            for name in *unasked {
                let is_declared = columns.iter().any(|column| column.name == *name);
                assert!(is_declared || *name == "created", "{table}.{name}");
            }
        }
        assert!(ASKED_BY.is_sorted_by(|one, other| one.0 < other.0));
    }
}

//! Every table of the result store, with rows that are hard to carry: what a loader is given in part
//! files is what the database holds. Rows follow from the kinds of the columns, so a table that is
//! added is tried as well.

use jobs::performance::answer_distribution::{self, MEMBERS};
use jobs::registry::{JOBS, RESULT_TABLES};
use jobs::table::{Column, DAY, Kind, Load, Table};
use serde_json::{Map, json};
use store::{Day, Limits};

use crate::setup::{TestStore, options, parts, stores};

/// A cell of a row: what the part file holds, and what the database is to hold.
type Cell = (Option<String>, Option<String>);

/// Rows for each table; one more is as short as can be.
const ROWS: usize = 24;

const TEXTS: [&str; 12] = [
    "",
    " blanks at both ends ",
    "C:\\new\\table\\N\\0\\\\",
    "\\",
    "\\\\N",
    "it's \"quoted\" `so`; -- /* */",
    "\u{1f980} \u{436} \u{e9} e\u{301} \u{feff}\u{4e2d}\u{6587}",
    "cr\rin the middle",
    "nul\0byte",
    "%s ? {} $1 :name",
    "NULL",
    "null",
];
const NULLS: [&str; 4] = ["\\N", "None", "inf", "-inf"];
const INTS: [&str; 5] = ["0", "-1", "2147483647", "-2147483648", "7"];
const DOUBLES: [&str; 6] = ["0.0", "-1.5", "0.1", "1e300", "2.2250738585072014e-308", "5"];
/// Of single precision, and what comes back.
const FLOATS: [(&str, &str); 5] = [
    ("0.44999999999999996", "0.45"),
    ("1.66666666667", "1.6666666"),
    ("33333.3333333", "33333.332"),
    ("4.0", "4"),
    ("0.0", "0"),
];
const DATES: [&str; 4] = ["2014-02-28", "1970-01-01", "2099-12-31", "2016-02-29"];

fn cell(column: &Column, number: usize) -> Cell {
    if !column.required && number.is_multiple_of(5) {
        return (Some(NULLS[(number / 5) % NULLS.len()].to_owned()), None);
    }
    let same = |text: &str| (Some(text.to_owned()), Some(text.to_owned()));
    let one_of = |texts: &[&str]| same(texts[number % texts.len()]);
    match column.kind {
        Kind::Text(_) if number.is_multiple_of(7) && column.required => same(NULLS[1 + number % 3]),
        Kind::Text(longest) if number.is_multiple_of(6) => {
            same(&"\u{1f980}".repeat(longest.into()))
        }
        Kind::Text(longest) => {
            same(&TEXTS[number % TEXTS.len()].chars().take(longest.into()).collect::<String>())
        }
        Kind::LongText if number.is_multiple_of(6) => same(&"a\\\u{1f980}".repeat(50_000)),
        Kind::LongText => one_of(&TEXTS),
        Kind::Json => one_of(&["{\"a\":\"\\n\\t\u{1f980}\"}", "[]"]),
        Kind::Int => one_of(&INTS),
        Kind::Flag => one_of(&["0", "1"]),
        Kind::Double => number_cell(DOUBLES[number % DOUBLES.len()]),
        Kind::Float => {
            let (given, kept) = FLOATS[number % FLOATS.len()];
            (Some(given.to_owned()), number_cell(kept).1)
        }
        Kind::Decimal => unreachable!("only imports hold money"),
        Kind::Date => one_of(&DATES),
        Kind::Timestamp => {
            (Some("2014-12-31 23:59:59.999999".to_owned()), Some("2014-12-31 23:59:59".to_owned()))
        }
    }
}

/// Numbers are compared by value: databases print one each in its own way.
fn number_cell(text: &str) -> Cell {
    (Some(text.to_owned()), Some(format!("{:?}", text.parse::<f64>().unwrap())))
}

/// Rows of a result table of which no two agree in its key. Lengths permit, the key's first text says
/// which row it is.
fn rows(table: &Table) -> Vec<Vec<Cell>> {
    let told = table.key.iter().find_map(|name| {
        table
            .columns
            .iter()
            .position(|column| column.name == *name && column.kind == Kind::Text(255))
    });
    let row = |number: usize| {
        let mut row: Vec<_> =
            table.columns.iter().zip(0..).map(|(column, at)| cell(column, number + at)).collect();
        if let Some(at) = told {
            let text = format!("{number} \\ \u{1f980}");
            row[at] = (Some(text.clone()), Some(text));
        }
        row
    };
    (1..=ROWS).map(row).collect()
}

fn text_of(rows: &[Vec<Cell>]) -> String {
    let line = |row: &Vec<Cell>| {
        let cells = row.iter().map(|(given, _)| given.as_deref().unwrap_or("\\N"));
        cells.collect::<Vec<_>>().join("\t") + "\n"
    };
    rows.iter().map(line).collect()
}

fn kept(rows: Vec<Vec<Cell>>) -> Vec<Vec<Option<String>>> {
    rows.into_iter().map(|row| row.into_iter().map(|(_, kept)| kept).collect()).collect()
}

/// A row of the warehouse of which the table makes this row of the result table. A table that makes
/// its rows has to say here how.
fn unmade(from: &Table, row: &[Cell]) -> String {
    assert_eq!(from.name, answer_distribution::TABLE.name, "how is a row of this table made?");
    let texts: Vec<_> = row.iter().map(|(given, _)| given.as_deref()).collect();
    // The course stands outside, and a number is made of the answer's value.
    let members = texts[1..8].iter().chain(&texts[9..]);
    let object: Map<_, _> = MEMBERS
        .iter()
        .zip(members)
        .map(|(name, text)| ((*name).to_owned(), json!(text.unwrap_or_default())))
        .collect();
    format!("{}\t{}\n", texts[0].unwrap_or_default(), serde_json::Value::Object(object))
}

/// Answers that a learner can give, and what they are as numbers. TABs and line ends are his too.
fn answers() -> (String, Vec<Vec<Option<String>>>) {
    let table = &answer_distribution::RESULT;
    let (mut text, mut expected) = (String::new(), Vec::new());
    let typed = ["a\tb\r\nc\\", "\t", "\n\\n", "12.50", "-inf", "None", "", "\u{1f980}\\\t\0"];
    for (number, answer) in typed.into_iter().enumerate() {
        let mut row: Vec<_> = table.columns.iter().map(|c| cell(c, 3)).collect();
        let is_null = answer.is_empty() || NULLS.contains(&answer);
        let shown = (!is_null).then(|| answer.to_owned());
        row[0] = (Some(format!("course {number}")), Some(format!("course {number}")));
        row[7] = (Some(answer.to_owned()), shown.clone());
        row[8] = (None, (answer == "12.50").then(|| "12.5".to_owned()));
        row[11] = (Some(answer.to_owned()), shown);
        text += &unmade(&answer_distribution::TABLE, &row);
        expected.extend(kept(vec![row]));
    }
    (text, expected)
}

async fn load(store: &TestStore, table: &Table, text: &str) {
    let files = parts(&[("part-00000", text)]);
    match table.load {
        Load::Days => load_days(store, table, text).await,
        _ => {
            let options = options(&format!("{}:1", table.name));
            let loaded = store.store.load(table, files, &options).await;
            loaded.unwrap_or_else(|error| panic!("{}: {error}", store.name));
        }
    }
}

/// Each day's rows by themselves.
async fn load_days(store: &TestStore, table: &Table, text: &str) {
    let at = table.columns.iter().position(|column| column.name == DAY).unwrap();
    let day = |date: &&str| {
        let of_day =
            text.split_inclusive('\n').filter(|row| row.split('\t').nth(at) == Some(*date));
        let of_day: Vec<_> = of_day.collect();
        let parts = parts(&[("part-00000", &of_day.concat())]);
        Day {
            date: date.parse().unwrap(),
            identity: "1".to_owned(),
            rows: of_day.len() as u64,
            parts,
        }
    };
    let days = DATES.iter().map(day).collect();
    store.store.load_days(table, days, &[], &Limits::default()).await.unwrap();
}

async fn assert_stored(store: &TestStore, result: &Table, expected: &[Vec<Option<String>>]) {
    let mut stored = store.rows(result).await;
    let mut expected = expected.to_vec();
    if matches!(result.load, Load::Days) {
        stored.sort();
        expected.sort();
    }
    assert_eq!(stored.len(), expected.len(), "{}: {}", store.name, result.name);
    for (stored, expected) in stored.iter().zip(&expected) {
        for ((stored, expected), column) in stored.iter().zip(expected).zip(result.columns) {
            let place = format!("{}: {}.{}", store.name, result.name, column.name);
            assert!(stored == expected, "{place}: {stored:.80?} and not {expected:.80?}");
        }
    }
}

#[tokio::test]
async fn every_table_of_the_warehouse_reaches_its_result_table_unbent() {
    for store in stores().await {
        let mut reached = Vec::new();
        for from in JOBS.iter().flat_map(|job| job.fills).map(|fill| fill.table) {
            let Some(result) = from.loaded_into() else { continue };
            let (text, expected) = match from.load {
                Load::From(..) => answers(),
                _ => (text_of(&rows(result)), kept(rows(result))),
            };
            load(&store, from, &text).await;
            assert_stored(&store, result, &expected).await;
            reached.push(result.name);
        }
        reached.sort_unstable();
        let all: Vec<_> = RESULT_TABLES.iter().map(|table| table.name).collect();
        assert_eq!(reached, all, "{}", store.name);
    }
}

#[tokio::test]
async fn no_column_takes_a_text_that_is_longer_than_it_says() {
    for store in stores().await {
        for table in RESULT_TABLES.iter().filter(|table| matches!(table.load, Load::Replace)) {
            for (at, column) in table.columns.iter().enumerate() {
                let Kind::Text(longest) = column.kind else { continue };
                let mut rows = rows(table);
                rows.truncate(1);
                rows[0][at].0 = Some("\u{1f980}".repeat(usize::from(longest) + 1));
                let files = parts(&[("part-00000", &text_of(&rows))]);
                let error = store.store.load(table, files, &options("u1")).await.unwrap_err();
                let said = format!("{} has {} characters", column.name, longest + 1);
                assert!(error.to_string().contains(&said), "{}: {error}", store.name);
            }
        }
    }
}

/// A search for one word of a name, in any case (50 §9.1): by the index on a server; a file has none,
/// since it reads the names of one course only.
#[tokio::test]
async fn words_of_a_learners_name_are_found() {
    let table = RESULT_TABLES.iter().find(|table| table.name == "learner_roster").unwrap();
    let name = table.columns.iter().position(|column| column.name == "name").unwrap();
    let learner = |user: &&str| {
        let mut row = vec!["\\N"; table.columns.len()];
        (row[0], row[1]) = ("course", user);
        row[name] = match *user {
            "ana" => "Ana \u{160}imi\u{107} L\u{f3}pez",
            "li" => "LI L\u{f3}pez-Garc\u{ed}a",
            _ => "Anabel",
        };
        row.join("\t") + "\n"
    };
    let text: String = ["ana", "li", "bel"].iter().map(learner).collect();
    for store in stores().await {
        load(&store, table, &text).await;
        let found = async |word: &str| {
            let condition = match store.name {
                "SQLite" => format!("name LIKE '%{word}%'"),
                _ => format!("MATCH (name) AGAINST ('{word}')"),
            };
            let sql = format!("SELECT username FROM learner_roster WHERE {condition} ORDER BY id");
            store.column(&sql).await
        };
        assert_eq!(found("l\u{f3}pez").await, ["ana", "li"], "{}", store.name);
        let index = store.indexes("learner_roster").await;
        assert_eq!(index, if store.name == "SQLite" { 1 } else { 2 });
        if store.name != "SQLite" {
            assert_eq!(found("ANA").await, ["ana"], "a word, not the beginning of one");
        }
    }
}

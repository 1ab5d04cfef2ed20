//! Those who have left in the records of earlier runs: an error may show the row that it is about.

use super::list::List;
use super::receipt::{Counts, Receipt};
use super::users::User;
use crate::error::Drive;
use crate::ledger::Changes;
use crate::record;
use crate::run::Run;
use crate::storage::Place;
use serde_json::Value;
use std::collections::HashMap;

/// What each name becomes.
type Names = HashMap<String, String>;

/// Goes over the folders of all runs but this one.
///
/// # Errors
/// When they cannot be read or written.
pub fn records(run: &mut Run, users: &[User], list: &List, receipt: &mut Receipt) -> Drive<()> {
    let retired = list.retired();
    let mut names = Names::new();
    for user in users {
        if let Some(fate) = retired.user_id(user.id.to_string().as_bytes()) {
            names.extend(user.names.iter().map(|name| (name.clone(), fate.username())));
        }
    }
    let warehouse = run.ledger.warehouse().clone();
    let stage = run.stage("retire")?;
    let mut changes = Changes::new(&run.stage("ledger")?);
    let mut counts = Counts::default();
    for id in record::names(&warehouse)?.iter().filter(|id| *id != run.events.id()) {
        for (file, _) in warehouse.join("_runs").join(id).walk()? {
            let Some((text, texts)) = cleaned(&file, &names)? else { continue };
            let path = file.below(&warehouse)?;
            let staged = stage.join(&path);
            staged.stage(&text)?;
            changes.put_file(&run.ledger, &staged, path)?;
            counts.add(Counts { files: 1, changed: texts, removed: 0 });
        }
    }
    if counts.is_nothing() {
        return Ok(());
    }
    receipt.note("_runs", counts, run.events.id());
    receipt.commit(run, changes)
}

/// A file without the names, and in how many texts they were; none where they are in none.
fn cleaned(file: &Place, names: &Names) -> Drive<Option<(Vec<u8>, u64)>> {
    let bytes = file.read()?;
    let text = String::from_utf8_lossy(&bytes);
    let mut count = 0;
    let made = if file.name().ends_with(".json") {
        match serde_json::from_str::<Value>(&text) {
            Ok(mut value) => {
                count += in_json(&mut value, names);
                serde_json::to_string_pretty(&value).unwrap_or_default()
            }
            Err(_) => of_text(&text, names, &mut count),
        }
    } else {
        let lines = text.split_inclusive('\n').map(|line| line_of(line, names, &mut count));
        lines.collect()
    };
    Ok((count > 0).then(|| (made.into_bytes(), count)))
}

fn line_of(line: &str, names: &Names, count: &mut u64) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(line) else {
        return of_text(line, names, count);
    };
    match in_json(&mut value, names) {
        0 => line.to_owned(),
        found => {
            *count += found;
            let end = if line.ends_with('\n') { "\n" } else { "" };
            format!("{value}{end}")
        }
    }
}

fn of_text(text: &str, names: &Names, count: &mut u64) -> String {
    match replaced(text, names) {
        None => text.to_owned(),
        Some(made) => {
            *count += 1;
            made
        }
    }
}

/// Cleans the texts of a value; gives in how many somebody was named. A text without a blank is a name of
/// ours, of a job, a table, a step: nobody's.
fn in_json(value: &mut Value, names: &Names) -> u64 {
    match value {
        Value::String(text) if text.contains(|c: char| c.is_whitespace() || c == '\\') => {
            let Some(made) = replaced(text, names) else { return 0 };
            *text = made;
            1
        }
        Value::Array(values) => values.iter_mut().map(|value| in_json(value, names)).sum(),
        Value::Object(members) => members.values_mut().map(|value| in_json(value, names)).sum(),
        _ => 0,
    }
}

/// A text with pseudonyms for names; none where nobody is named. An address for mail in a text that names
/// somebody goes, too.
fn replaced(text: &str, names: &Names) -> Option<String> {
    let pseudonym = words(text).find_map(|(_, word)| named(word, names))?;
    let (mut made, mut from) = (String::new(), 0);
    for (start, word) in words(text) {
        let new = match named(word, names) {
            Some(new) => new,
            None if word.contains('@') => pseudonym,
            None => continue,
        };
        made.push_str(&text[from..start]);
        made.push_str(new);
        from = start + word.len();
    }
    made.push_str(&text[from..]);
    Some(made)
}

fn named<'n>(word: &str, names: &'n Names) -> Option<&'n str> {
    names.get(word).map(String::as_str)
}

/// The words of a text, each with its place; an escape (`\t`) parts words.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || "_.@+-".contains(c);
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let next = text[rest..].chars().next()?;
            if next == '\\' {
                rest += 1 + text[rest + 1..].chars().next().map_or(0, char::len_utf8);
            } else if !is_part(next) {
                rest += next.len_utf8();
            } else {
                let found = &text[rest..];
                let end = found.find(|c| !is_part(c)).unwrap_or(found.len());
                let start = rest;
                rest += end;
                // A sentence may end with it.
                return Some((start, found[..end].trim_end_matches('.')));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names() -> Names {
        [("mira".to_owned(), "retired:1".to_owned()), ("scan".to_owned(), "retired:2".to_owned())]
            .into()
    }

    #[test]
    fn a_text_loses_names_and_addresses() {
        for (text, made) in [
            ("the row o/c/r\tmira\tm@example.org", Some("the row o/c/r\tretired:1\tretired:1")),
            (r"record 3: `7\tmira\tx` is none", Some(r"record 3: `7\tretired:1\tx` is none")),
            ("by mira. mira_n, miranda", Some("by retired:1. mira_n, miranda")),
            ("m@example.org asks", None),
            ("", None),
        ] {
            assert_eq!(replaced(text, &names()).as_deref(), made, "{text}");
        }
    }

    #[test]
    fn names_of_ours_stay() {
        let mut value =
            serde_json::json!({"task": "scan", "said": ["mira left", 7], "scan": "x y"});
        assert_eq!(in_json(&mut value, &names()), 1);
        let made =
            serde_json::json!({"task": "scan", "said": ["retired:1 left", 7], "scan": "x y"});
        assert_eq!(value, made);
    }
}

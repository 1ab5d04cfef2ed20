//! Rows as CSV: nested objects flattened, columns the union over all rows (spec 50 §4.2).

use std::collections::{BTreeMap, BTreeSet};

use csv::{QuoteStyle, Terminator, WriterBuilder};
use serde_json::Value;

/// The rows as CSV, with these columns in this order if any of them is known; none without rows.
pub(crate) fn write(rows: &[Value], wanted: Option<&[String]>) -> Result<Vec<u8>, String> {
    let rows: Vec<BTreeMap<String, String>> = rows.iter().map(flat).collect();
    let columns = columns(&rows, wanted);
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut out = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new());
    out.write_record(&columns).map_err(|error| error.to_string())?;
    for row in &rows {
        let cells = columns.iter().map(|column| row.get(*column).map_or("", String::as_str));
        out.write_record(cells).map_err(|error| error.to_string())?;
    }
    out.into_inner().map_err(|error| error.to_string())
}

fn columns<'a>(rows: &'a [BTreeMap<String, String>], wanted: Option<&'a [String]>) -> Vec<&'a str> {
    let all: BTreeSet<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    let mut chosen: Vec<&str> = Vec::new();
    for name in wanted.unwrap_or_default().iter().map(String::as_str) {
        if all.contains(name) && !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    if chosen.is_empty() { all.into_iter().collect() } else { chosen }
}

fn flat(row: &Value) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    flatten("", row, &mut cells);
    cells
}

fn flatten(name: &str, value: &Value, cells: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                let name =
                    if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                flatten(&name, value, cells);
            }
        }
        value => {
            cells.insert(name.to_owned(), text(value));
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn csv(rows: &[Value], wanted: &[&str]) -> String {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        String::from_utf8(write(rows, Some(&wanted)).unwrap()).unwrap()
    }

    #[test]
    fn columns_are_the_union_and_nested_names_are_joined() {
        let rows = [
            json!({"b": 1, "country": {"alpha2": "CA", "more": {}}, "list": ["x", "y"], "none": []}),
            json!({"a": null, "b": true, "list": []}),
        ];
        assert_eq!(
            csv(&rows, &[]),
            "a,b,country.alpha2,list,none\r\n,1,CA,\"x, y\",\r\n,True,,,\r\n"
        );
    }

    #[test]
    fn quotes_stand_only_where_they_must() {
        let rows = [json!({"a": "say \"hi\"", "b": "two\r\nlines", "c": " plain 'text'; é"})];
        assert_eq!(
            csv(&rows, &[]),
            "a,b,c\r\n\"say \"\"hi\"\"\",\"two\r\nlines\", plain 'text'; é\r\n"
        );
        assert_eq!(csv(&[json!({"a": ""})], &[]), "a\r\n\"\"\r\n");
    }

    #[test]
    fn wanted_columns_come_in_their_order_once_and_only_if_known() {
        let rows = [json!({"a": 1, "b": 2, "c": false})];
        assert_eq!(csv(&rows, &["c", "zzz", "a", "c"]), "c,a\r\nFalse,1\r\n");
        assert_eq!(csv(&rows, &["zzz"]), "a,b,c\r\n1,2,False\r\n");
        assert_eq!(csv(&[], &["a"]), "");
    }
}

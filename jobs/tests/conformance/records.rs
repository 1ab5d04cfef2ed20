//! `records`: typed records and their text form.

use crate::case::{Case, Rows};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use jobs::record::{Encoding, Field, FieldType, Record, RecordError, Schema, Value};
use serde_json::Value as Json;

pub fn run(case: &Case) -> Result<Rows, String> {
    Ok(rows(case).unwrap_or_else(|_| vec![vec!["error".to_owned()]]))
}

fn rows(case: &Case) -> Result<Rows, RecordError> {
    let schema = schema(case, "schema")?;
    let null = case.text("null_value").unwrap_or("\\N");
    let normalize_white_space =
        case.params.get("normalize_whitespace").is_some_and(|switch| switch == true);
    let encoding = Encoding { null, normalize_white_space };
    let fields = schema.fields().iter();
    Ok(match case.text("op").unwrap() {
        "build" => vec![json_cells(&build(case, &schema)?)],
        "to_tsv" => vec![listed(&schema, &case.input[0])?.cells(&encoding)],
        "from_tsv" => vec![json_cells(&schema.read(&case.input[0], &encoding)?)],
        "sql_schema" => fields.map(|field| vec![field.name.clone(), field.sql_type()]).collect(),
        "hive_schema" => {
            fields.map(|field| vec![field.name.clone(), field.hive_type().to_owned()]).collect()
        }
        "elasticsearch_properties" => fields.map(search_row).collect(),
        "validate" => {
            listed(&schema, &format!("[{}]", case.input[0]))?;
            vec![vec!["ok".to_owned()]]
        }
        "equality" => {
            let other = self::schema(case, "other_schema")?;
            let equal = listed(&schema, &case.input[0])? == listed(&other, &case.input[1])?;
            vec![vec![if equal { "equal" } else { "different" }.to_owned()]]
        }
        other => panic!("no op {other}"),
    })
}

fn search_row(field: &Field) -> Vec<String> {
    let (kind, format) = field.search_type();
    vec![field.name.clone(), kind.to_owned(), format.unwrap_or_default().to_owned()]
}

fn schema(case: &Case, name: &str) -> Result<Schema, RecordError> {
    Schema::new(case.params[name].as_array().unwrap().iter().map(field).collect())
}

fn field(json: &Json) -> Field {
    let kind = match json["type"].as_str().unwrap() {
        "string" => FieldType::Text,
        "delimited" => FieldType::Delimited,
        "boolean" => FieldType::Boolean,
        "integer" => FieldType::Integer,
        "date" => FieldType::Date,
        "datetime" => FieldType::DateTime,
        "float" => FieldType::Float,
        other => panic!("no type {other}"),
    };
    let switch = |name: &str, default| json.get(name).and_then(Json::as_bool).unwrap_or(default);
    Field {
        length: json.get("length").map(|length| length.as_u64().unwrap().try_into().unwrap()),
        nullable: switch("nullable", true),
        truncate: switch("truncate", false),
        normalize_white_space: switch("normalize_whitespace", false),
        ..Field::new(json["name"].as_str().unwrap(), kind)
    }
}

fn build<'s>(case: &Case, schema: &'s Schema) -> Result<Record<'s>, RecordError> {
    let given: Json = serde_json::from_str(&case.input[0]).unwrap();
    let values =
        given["args"].as_array().unwrap().iter().map(|json| value(json).unwrap()).collect();
    let named = given["kwargs"].as_object().unwrap().iter();
    let named = named.map(|(name, json)| (name.clone(), value(json).unwrap())).collect();
    if case.params.get("sparse").is_some_and(|switch| switch == true) {
        schema.sparse_record(values, named)
    } else {
        schema.record(values, named)
    }
}

/// A record of the values in a JSON array. A list that is no tuple is no value of ours at all.
fn listed<'s>(schema: &'s Schema, json: &str) -> Result<Record<'s>, RecordError> {
    let given: Vec<Json> = serde_json::from_str(json).unwrap();
    let no_value = || RecordError::Missing("a value".to_owned());
    let values =
        given.iter().map(|json| value(json).ok_or_else(no_value)).collect::<Result<_, _>>()?;
    schema.record(values, Vec::new())
}

fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(boolean) => Value::Boolean(*boolean),
        Json::Number(number) => match number.to_string().parse() {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(_) => return None,
        Json::Object(object) => match object.iter().next().unwrap() {
            (kind, Json::Array(items)) if kind == "tuple" => {
                Value::List(items.iter().map(|item| item.as_str().unwrap().to_owned()).collect())
            }
            (kind, text) => typed(kind, text.as_str().unwrap()),
        },
    })
}

fn typed(kind: &str, text: &str) -> Value {
    match kind {
        "float" => Value::Float(text.parse().unwrap()),
        "date" => Value::Date(text.parse::<NaiveDate>().unwrap()),
        "datetime" => match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Value::DateTime { local: time.naive_local(), offset: Some(*time.offset()) },
            Err(_) => {
                Value::DateTime { local: text.parse::<NaiveDateTime>().unwrap(), offset: None }
            }
        },
        other => panic!("no typed value {other}"),
    }
}

fn json_cells(record: &Record) -> Vec<String> {
    record.values().iter().map(json_cell).collect()
}

/// A value as Python's json module prints it.
fn json_cell(value: &Value) -> String {
    let quoted = |text: &str| ascii(&Json::from(text).to_string());
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| quoted(item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => jobs::text::shortest(*number),
        Value::Float(number) => quoted(&jobs::text::shortest(*number)),
        Value::Date(date) => quoted(&date.to_string()),
        Value::DateTime { local, .. } => {
            quoted(&local.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
        }
    }
}

fn ascii(json: &str) -> String {
    let mut ascii = String::new();
    for c in json.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            let mut units = [0; 2];
            ascii.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii
}

//! Fills a record from a nested JSON object: each field names the places that it may come from.

use super::{Field, FieldType, Record, RecordError, Schema, Value};
use crate::event::Json;
use crate::text;
use chrono::{DateTime, Datelike};

/// Which field each place of an object goes to.
#[derive(Clone, Debug)]
pub struct Mapper<'s> {
    schema: &'s Schema,
    /// Lower-case paths such as `root.context.user_id`, and the position of their field.
    labels: Vec<(String, usize)>,
}

impl<'s> Mapper<'s> {
    /// Maps labels to fields. A label is the path of a value: `root`, and the keys down to it in lower
    /// case, joined by dots.
    ///
    /// # Errors
    /// When there is no such field, or a text field has no length.
    pub fn new(schema: &'s Schema, labels: &[(&str, &str)]) -> Result<Self, RecordError> {
        let find = |(label, name): &(&str, &str)| {
            let at =
                schema.position(name).ok_or_else(|| RecordError::Unknown((*name).to_owned()))?;
            let field = &schema.fields()[at];
            if field.kind == FieldType::Text && field.length.is_none() {
                return Err(RecordError::NoLength(field.name.clone()));
            }
            Ok(((*label).to_owned(), at))
        };
        Ok(Self { schema, labels: labels.iter().map(find).collect::<Result<_, _>>()? })
    }

    /// The record of an object, with further values that the caller computed for named fields. Fields
    /// that nothing fits stay null.
    ///
    /// # Errors
    /// When a computed value is for no field, or null for a number, or when a field that may not be
    /// null would be.
    pub fn record(
        &self,
        object: Json,
        computed: &[(&str, Json)],
    ) -> Result<Record<'s>, RecordError> {
        let mut values = vec![Value::Null; self.schema.fields().len()];
        self.walk(object, "root", &mut values);
        for (name, value) in computed {
            let at = self
                .schema
                .position(name)
                .ok_or_else(|| RecordError::Unknown((*name).to_owned()))?;
            values[at] = computed_value(&self.schema.fields()[at], *value)?;
        }
        self.schema.checked(values)
    }

    /// Goes down only where a label leads.
    fn walk(&self, value: Json, label: &str, values: &mut [Value]) {
        if value.is_object() {
            let below = format!("{label}.");
            if self.labels.iter().any(|(l, _)| l.starts_with(&below)) {
                for (key, member) in value.members() {
                    self.walk(member, &format!("{below}{}", key.to_lowercase()), values);
                }
            }
        } else if !value.is_null() && !value.is_array() {
            for (_, at) in self.labels.iter().filter(|(l, _)| l == label) {
                if let Some(value) = convert(&self.schema.fields()[*at], value) {
                    values[*at] = value;
                }
            }
        }
    }
}

fn computed_value(field: &Field, value: Json) -> Result<Value, RecordError> {
    let number = matches!(field.kind, FieldType::Integer | FieldType::Float);
    if value.is_null() && number {
        return Err(RecordError::Invalid { field: field.name.clone(), value: Value::Null });
    }
    Ok(convert(field, value).unwrap_or_default())
}

/// A scalar as the field's type; none when it cannot be.
fn convert(field: &Field, value: Json) -> Option<Value> {
    match field.kind {
        FieldType::Text => {
            Some(Value::Text(shortened(&escaped(&value.scalar_text()?), field.length?)))
        }
        FieldType::Boolean => Some(Value::Boolean(value.is_truthy())),
        FieldType::Integer => integer(value).map(Value::Integer),
        FieldType::Float => float(value).map(Value::Float),
        FieldType::DateTime => date_time(&value.text()?),
        FieldType::Delimited | FieldType::Date => None,
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped += "\\\\",
            '\r' => escaped += "\\r",
            '\t' => escaped += "\\t",
            '\n' => escaped += "\\n",
            '\0' => escaped += "\\0",
            other => escaped.push(other),
        }
    }
    escaped
}

/// A text that is too long loses one character more than it must, as it always did.
fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(4)).chain("...".chars()).collect()
}

fn integer(value: Json) -> Option<i128> {
    if let Some(text) = value.text() {
        return text::strip(&text).parse().ok();
    }
    match (value.boolean(), value.integer()) {
        (Some(boolean), _) => Some(boolean.into()),
        (None, Some(integer)) => Some(integer.into()),
        (None, None) => whole(value.number()?),
    }
}

fn whole(number: f64) -> Option<i128> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "numbers beyond the type's range do not fit a field"
    )]
    number.is_finite().then_some(number as i128).filter(|number| i64::try_from(*number).is_ok())
}

fn float(value: Json) -> Option<f64> {
    match (value.text(), value.boolean()) {
        (Some(text), _) => text::strip(&text).parse().ok(),
        (None, Some(boolean)) => Some(u8::from(boolean).into()),
        (None, None) => value.number(),
    }
}

/// An instant as ISO 8601 writes it, in UTC; one without a zone, or before 1900, is null.
fn date_time(text: &str) -> Option<Value> {
    const BASIC_OFFSET: &str = "%Y-%m-%dT%H:%M:%S%.f%z";
    let read = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, BASIC_OFFSET));
    let local = read.ok()?.naive_utc();
    (local.year() >= 1900).then(|| Value::utc(local))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn schema() -> Schema {
        let text = |name| Field { length: Some(10), ..Field::new(name, FieldType::Text) };
        Schema::new(vec![
            text("user"),
            text("page"),
            Field::new("id", FieldType::Integer),
            Field::new("active", FieldType::Boolean),
            Field::new("time", FieldType::DateTime),
            Field::new("score", FieldType::Float),
        ])
        .unwrap()
    }

    const LABELS: &[(&str, &str)] = &[
        ("root.username", "user"),
        ("root.page", "page"),
        ("root.context.user_id", "id"),
        ("root.active", "active"),
        ("root.time", "time"),
        ("root.event.score", "score"),
    ];

    fn cells(object: &str, computed: &[(&str, Json)]) -> Result<String, RecordError> {
        let schema = schema();
        let mapper = Mapper::new(&schema, LABELS).unwrap();
        let record = mapper.record(Json::parse(object.as_bytes()).unwrap(), computed)?;
        Ok(record.cells(&super::super::Encoding::default()).join("|"))
    }

    #[test]
    fn values_are_found_by_their_path_in_any_case() {
        let object = r#"{"UserName": "mira", "page": null, "context": {"user_ID": 7.9, "x": {"y": 1}},
            "active": "false", "time": "2024-10-01T18:04:40.5+02:00", "event": {"score": "0.50"},
            "username.x": 1}"#;
        let row = "mira|\\N|7|1|2024-10-01 16:04:40.500000|0.5";
        assert_eq!(cells(object, &[]).as_deref(), Ok(row));
    }

    #[test]
    fn what_does_not_convert_stays_null() {
        let object = r#"{"username": [1], "context": {"user_id": "7.5"}, "time": "2024-10-01T18:04:40",
            "event": {"score": "many"}, "active": 0}"#;
        assert_eq!(cells(object, &[]).as_deref(), Ok("\\N|\\N|\\N|0|\\N|\\N"));
        assert_eq!(
            cells(r#"{"time": "1899-01-01T00:00:00Z"}"#, &[]).as_deref(),
            Ok("\\N|\\N|\\N|\\N|\\N|\\N")
        );
    }

    #[test]
    fn texts_are_escaped_and_shortened() {
        let object = r#"{"username": "a\tb\\c\u0000", "page": "12345678901"}"#;
        assert_eq!(cells(object, &[]).as_deref(), Ok(r"a\tb\\c\0|123456...|\N|\N|\N|\N"));
    }

    #[test]
    fn computed_values_go_through_the_same_conversion() {
        let null = Json::parse(b"null").unwrap();
        assert_eq!(
            cells("{}", &[("user", null), ("active", null)]).as_deref(),
            Ok(r"\N|\N|\N|0|\N|\N")
        );
        assert!(cells("{}", &[("id", null)]).is_err());
        assert!(cells("{}", &[("none", null)]).is_err());
    }

    #[test]
    fn a_mapped_text_needs_a_length() {
        let schema = Schema::new(vec![Field::new("a", FieldType::Text)]).unwrap();
        assert!(Mapper::new(&schema, &[("root.a", "a")]).is_err());
        assert!(Mapper::new(&schema, &[("root.a", "b")]).is_err());
    }
}

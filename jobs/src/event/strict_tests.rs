//! Everything that serde_json takes is taken here too, and means the same.

#![allow(clippy::unwrap_used)]

use super::{Event, Json};
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON value, with odd but legal text in it.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The same value by way of our reader.
fn read_back(json: Json) -> serde_json::Value {
    if let Some(text) = json.text() {
        return Value::from(text);
    }
    match json.raw()[0] {
        b'{' => Value::Object(
            json.members().into_iter().map(|(k, v)| (k.into_owned(), read_back(v))).collect(),
        ),
        b'[' => json.items().into_iter().map(read_back).collect(),
        b'n' => Value::Null,
        b't' | b'f' => Value::from(json.is_truthy()),
        _ => json.integer().map_or_else(|| Value::from(json.number().unwrap()), Value::from),
    }
}

fn same(ours: &serde_json::Value, strict: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (ours, strict) {
        (Number(a), Number(b)) => a == b || close(a.as_f64(), b.as_f64()),
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Object(a), Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => ours == strict,
    }
}

/// The strict reader's floats may be wrong in their last bits.
fn close(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= a.abs() * 1e-15 + 1e-320)
}

fn agrees_with_a_strict_reader(text: &[u8]) -> Result<(), TestCaseError> {
    let ours = Json::parse(text);
    if let Ok(strict) = serde_json::from_slice::<serde_json::Value>(text) {
        let ours = ours.map(read_back);
        prop_assert!(
            ours.as_ref().is_some_and(|ours| same(ours, &strict)),
            "{:?}: {ours:?}",
            String::from_utf8_lossy(text),
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn strict_json_means_the_same_here(value in json(), pretty: bool) {
        let text = if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        agrees_with_a_strict_reader(text.as_bytes())?;
    }

    #[test]
    fn so_does_strict_json_with_all_text_escaped(value in json()) {
        let escape = |c: char| {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        };
        let ascii: String = value
            .to_string()
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { escape(c) })
            .collect();
        agrees_with_a_strict_reader(ascii.as_bytes())?;
    }

    #[test]
    fn a_mutated_text_is_read_whenever_a_strict_reader_takes_it(
        value in json(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), edit()), 1..4),
    ) {
        agrees_with_a_strict_reader(&mutated(value.to_string(), edits))?;
    }

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(edit(), 0..60)) {
        let text: Vec<u8> = text.into_iter().flatten().collect();
        if let Some(json) = Json::parse(&text) {
            drop(read_back(json));
        }
        agrees_with_a_strict_reader(&text)?;
    }
}

fn mutated(text: String, edits: Vec<(prop::sample::Index, Option<u8>)>) -> Vec<u8> {
    let mut text = text.into_bytes();
    for (at, edit) in edits {
        let at = at.index(text.len() + 1);
        match edit {
            Some(byte) => text.insert(at, byte),
            None => drop(text.drain(at..(at + 1).min(text.len()))),
        }
    }
    text
}

/// A byte to put in, most often one that means something; or one to take out.
fn edit() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![
        1 => Just(None),
        6 => prop::sample::select(&b"\"\\{}[],:-+.0123456789eEuxUntfNI\t\n /'a\xc3\xa9"[..]).prop_map(Some),
        1 => any::<u8>().prop_map(Some),
    ]
}

/// An event line, mostly with the fields that are read in passing.
fn event_line() -> impl Strategy<Value = String> {
    let key = prop::sample::select(
        &["time", "event_type", "event_source", "username", "ip", "page", "event", "context", "x"]
            [..],
    );
    let context_key = prop::sample::select(&["course_id", "user_id", "path"][..]);
    let context = prop::collection::vec((context_key, json()), 0..4).prop_map(written_object);
    let value = prop_oneof![2 => json().prop_map(|value| value.to_string()), 1 => context];
    prop::collection::vec((key, value), 0..10).prop_map(written_object)
}

/// Keys may come twice.
fn written_object<V: ToString>(members: Vec<(&str, V)>) -> String {
    let member = |(key, value): (&str, V)| format!("{key:?}: {}", value.to_string());
    format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(", "))
}

fn reads_as_a_strict_reader(line: &[u8]) -> Result<(), TestCaseError> {
    let Ok(strict @ Value::Object(_)) = serde_json::from_slice::<Value>(line) else {
        return Ok(());
    };
    let event = Event::parse(line).map_err(|reject| TestCaseError::fail(reject.to_string()))?;
    prop_assert_eq!(event.time(), strict["time"].as_str());
    prop_assert_eq!(event.event_type(), strict["event_type"].as_str());
    prop_assert_eq!(event.event_source(), strict["event_source"].as_str());
    prop_assert!(event.page().as_deref() == strict["page"].as_str());
    prop_assert_eq!(event.context().is_some(), strict["context"].is_object());
    let user_id = event.fields.user_id.map(read_back).unwrap_or_default();
    prop_assert!(same(&user_id, &strict["context"]["user_id"]));
    let payload = event.fields.event.map(read_back).unwrap_or_default();
    prop_assert!(same(&payload, &strict["event"]));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn an_event_has_the_fields_that_a_strict_reader_finds(line in event_line()) {
        reads_as_a_strict_reader(line.as_bytes())?;
        let with_prefix = format!("Oct  1 lms - {line} \r");
        prop_assert_eq!(Event::parse(with_prefix.as_bytes()).is_ok(), true);
    }

    #[test]
    fn so_has_a_mutated_one(
        line in event_line(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), edit()), 1..4),
    ) {
        reads_as_a_strict_reader(&mutated(line, edits))?;
    }
}

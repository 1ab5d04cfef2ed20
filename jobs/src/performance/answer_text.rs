//! An answer as text: what a learner gave may be a text, a list, or any other JSON value (spec 20
//! §1.2, `S`).

use crate::event::Json;

/// The text of a value: that of a string and of a list's items is `treated`; a list is
/// `[item|item]`; null is `None`; an object is its canonical JSON.
pub fn text_of(value: Json, treated: &impl Fn(&str) -> String) -> String {
    match value.text() {
        Some(text) => treated(&text),
        None if value.is_array() => list_of(&value.items(), treated),
        None if value.is_null() => "None".to_owned(),
        None => value.scalar_text().map_or_else(|| value.to_string(), |text| text.into_owned()),
    }
}

/// The text of a list.
pub fn list_of(items: &[Json], treated: &impl Fn(&str) -> String) -> String {
    let items: Vec<_> = items.iter().map(|item| text_of(*item, treated)).collect();
    format!("[{}]", items.join("|"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_value_has_a_text() {
        for (written, text) in [
            (r#""a""#, "<a>"),
            (r#"["a", 1, ["b"]]"#, "[<a>|1|[<b>]]"),
            ("[]", "[]"),
            ("null", "None"),
            ("true", "True"),
            ("0.30000000000000004", "0.3"),
            (r#"{"b": 1, "a": [ ]}"#, r#"{"a":[],"b":1}"#),
        ] {
            let value = Json::parse(written.as_bytes()).unwrap();
            assert_eq!(text_of(value, &|text| format!("<{text}>")), text, "{written}");
        }
    }
}

//! Answers as people read them: without markup, lists taken apart, place-holders resolved (spec 50
//! §15.3).

use jobs::performance::html_text::texts;
use jobs::text::{shortest, strip};
use serde_json::Value;

use crate::reply::ascii;

/// What a warehouse that cannot hold backslashes left in their place.
const PLACE_HOLDERS: [(&str, &str); 7] = [
    ("**FOURBACKSLASHQUOTE**", r#"\\\\""#),
    ("**THREEBACKSLASHQUOTE**", r#"\\\""#),
    ("**TWOBACKSLASHQUOTE**", r#"\\""#),
    ("**ONEBACKSLASHQUOTE**", r#"\""#),
    ("**TWOBACKSLASH**", r"\\"),
    ("**BACKSLASHSPACE**", r"\ "),
    ("**BACKSLASHQUOTE**", r#"\""#),
];

/// An answer, or the id of one, as it is served.
pub(crate) fn clean(text: &str) -> String {
    match list(text) {
        None => clean_text(text),
        Some(values) if values.is_empty() => "[]".to_owned(),
        Some(values) => {
            format!("[{}]", values.iter().map(element).collect::<Vec<_>>().join("|"))
        }
    }
}

/// The elements of a JSON list. Backslashes stand for themselves, as in TeX, unless the text is a list
/// only when they do not.
fn list(text: &str) -> Option<Vec<Value>> {
    if !text.trim_start().starts_with('[') {
        return None;
    }
    let escaped: String = text.chars().map(escape).collect();
    serde_json::from_str(&escaped).or_else(|_| serde_json::from_str(text)).ok()
}

fn escape(letter: char) -> String {
    match letter {
        '\\' => r"\\".to_owned(),
        letter if letter.is_ascii_control() => format!("\\u{:04x}", u32::from(letter)),
        letter => letter.to_string(),
    }
}

fn element(value: &Value) -> String {
    match value {
        Value::String(text) => clean_text(text),
        other => json(other),
    }
}

/// JSON with blanks behind its separators and ASCII alone.
fn json(value: &Value) -> String {
    match value {
        Value::String(text) => ascii(text),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or_else(|| number.to_string(), shortest)
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(json).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| format!("{}: {}", ascii(name), json(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// The text between the markup, each piece without blanks at its ends.
fn clean_text(text: &str) -> String {
    let is_plain = !text.contains(['<', '&', '\0', '\r']);
    let text = match is_plain {
        true => strip(text).to_owned(),
        false => texts(text).iter().map(|text| strip(text)).collect::<Vec<_>>().join(" "),
    };
    let replace = |text: String, (name, letters): &(&str, &str)| text.replace(name, letters);
    if text.contains("**") { PLACE_HOLDERS.iter().fold(text, replace) } else { text }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn the_examples_of_the_specification() {
        for (stored, served) in [
            ("25.94", "25.94"),
            (r#"[0, 100, 7, "x", "Duōshǎo"]"#, "[0|100|7|x|Duōshǎo]"),
            (r#""a","b" <choicehint>Correct.</choicehint> o"#, r#""a","b" Correct. o"#),
            (r#"[{"3":"t1"},{"2":"t2"}]"#, r#"[{"3": "t1"}|{"2": "t2"}]"#),
            (r#"["<text>(S \to D \to G)</text>"]"#, r"[(S \to D \to G)]"),
            (r#"<img src="doggo.png" height="100"/>"#, ""),
            ("<table><tr><td>(0</td><td>1/3</td><td>0)</td></tr></table>", "(0 1/3 0)"),
            ("<b>bo</b>ld", "bo ld"),
            ("&lt;b&gt;x", "<b>x"),
            ("<table><tr><td> </td><td>x</td></tr></table>", " x"),
        ] {
            assert_eq!(clean(stored), served, "{stored}");
        }
    }

    #[test]
    fn any_list_is_one_and_its_other_elements_are_json() {
        for (stored, served) in [
            ("[]", "[]"),
            (r#" ["é", "🦀"] "#, "[é|🦀]"),
            (r#"["say \"hi\""]"#, r#"[say "hi"]"#),
            ("[1e5, 1.5, null, true, [1, 0]]", "[100000.0|1.5|null|true|[1, 0]]"),
            (r#"[{"é": ["a", 1]}]"#, r#"[{"\u00e9": ["a", 1]}]"#),
            ("[a, b]", "[a, b]"),
            ("[\"two\nlines\"]", "[two\nlines]"),
        ] {
            assert_eq!(clean(stored), served, "{stored}");
        }
    }

    #[test]
    fn place_holders_become_backslashes() {
        for (stored, served) in [
            ("**FOURBACKSLASHQUOTE**", r#"\\\\""#),
            ("a**TWOBACKSLASH**b**BACKSLASHSPACE**c", r"a\\b\ c"),
            (r#"["**BACKSLASHQUOTE**"]"#, r#"[\"]"#),
        ] {
            assert_eq!(clean(stored), served, "{stored}");
        }
    }
}

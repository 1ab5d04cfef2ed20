//! Text inside of HTML and XML.

use std::fmt::Write;

/// Text as it stands in an element or in quotes: a parser reads just this text again, its blanks as they are.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // A parser would make a blank of it.
            '\t' | '\r' | '\n' => {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "&#{};", letter as u32);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_parser_reads_the_same_text_again() {
        let text = "a <b> & \"c\" 'd'\t\r\n\u{1f4a5}";
        let xml = format!("<x y=\"{0}\">{0}</x>", escaped(text));
        let parsed = roxmltree::Document::parse(&xml).unwrap();
        let root = parsed.root_element();
        assert_eq!((root.text(), root.attribute("y")), (Some(text), Some(text)));
    }
}

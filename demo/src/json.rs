//! JSON as Python's `json.dumps` prints it: `, ` and `: ` between items, everything outside ASCII
//! as `\uXXXX`, keys in the order they are written.

/// Appends a text without its quotes, escaped.
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.chars().for_each(|c| push_char(out, c));
    }
}

fn is_plain(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\'
}

fn push_char(out: &mut Vec<u8>, c: char) {
    match c {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        ' '..='~' => out.push(c as u8),
        _ => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    }
}

/// Appends a text with its quotes.
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// Appends JSON (ASCII by construction) as a JSON text: the way browser payloads are logged.
pub fn push_nested(out: &mut Vec<u8>, json: &[u8]) {
    out.push(b'"');
    for &byte in json {
        if byte == b'"' || byte == b'\\' {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// A text as a JSON string with its quotes.
pub fn text(value: &str) -> String {
    let mut out = Vec::with_capacity(value.len() + 2);
    push_text(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// A list of texts as JSON.
pub fn texts(values: &[&str]) -> String {
    let items: Vec<String> = values.iter().map(|value| text(value)).collect();
    format!("[{}]", items.join(", "))
}

/// An object under construction; `close` writes the brace.
pub struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    /// Opens an object at the end of `out`.
    pub fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Writes the closing brace.
    pub fn close(self) {
        self.out.push(b'}');
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.out.extend_from_slice(b", ");
        }
        self.first = false;
        push_text(self.out, key);
        self.out.extend_from_slice(b": ");
    }

    /// A text.
    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.key(key);
        push_text(self.out, value);
        self
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, key: &str, json: impl AsRef<[u8]>) -> &mut Self {
        self.key(key);
        self.out.extend_from_slice(json.as_ref());
        self
    }

    /// A whole number.
    pub fn int(&mut self, key: &str, value: i64) -> &mut Self {
        self.raw(key, value.to_string())
    }

    /// A number as Python prints a float: `1.0`, `0.032`.
    pub fn float(&mut self, key: &str, value: f64) -> &mut Self {
        self.raw(key, format!("{value:?}"))
    }

    /// A number as JavaScript prints it: `462`, `0.032`.
    pub fn number(&mut self, key: &str, value: f64) -> &mut Self {
        self.raw(key, value.to_string())
    }

    /// `true` or `false`.
    pub fn bool(&mut self, key: &str, value: bool) -> &mut Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// `null`.
    pub fn null(&mut self, key: &str) -> &mut Self {
        self.raw(key, "null")
    }

    /// Several fields that are JSON already, `"key": value, …`; none when empty.
    pub fn fields(&mut self, json: &str) -> &mut Self {
        if !json.is_empty() {
            if !self.first {
                self.out.extend_from_slice(b", ");
            }
            self.first = false;
            self.out.extend_from_slice(json.as_bytes());
        }
        self
    }

    /// A value written by a function.
    pub fn with(&mut self, key: &str, write: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        self.key(key);
        write(self.out);
        self
    }

    /// An object within.
    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object)) -> &mut Self {
        self.with(key, |out| {
            let mut inner = Object::open(out);
            fill(&mut inner);
            inner.close();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_ascii_with_surrogate_pairs() {
        assert_eq!(
            text("grüße \u{1F600} \"q\" \\ \n\u{1}"),
            r#""gr\u00fc\u00dfe \ud83d\ude00 \"q\" \\ \n\u0001""#
        );
        assert_eq!(texts(&["a", "b"]), r#"["a", "b"]"#);
    }

    #[test]
    fn objects_have_pythons_separators_and_parse() -> Result<(), serde_json::Error> {
        let mut out = Vec::new();
        let mut object = Object::open(&mut out);
        object
            .text("a", "é")
            .int("b", 7)
            .float("c", 1.0)
            .number("d", 462.0)
            .bool("e", true)
            .null("f");
        object.object("g", |inner| {
            inner.raw("h", "[]");
        });
        object.close();
        assert_eq!(
            String::from_utf8_lossy(&out),
            r#"{"a": "\u00e9", "b": 7, "c": 1.0, "d": 462, "e": true, "f": null, "g": {"h": []}}"#
        );
        let mut nested = Vec::new();
        push_nested(&mut nested, &out);
        let inner: String = serde_json::from_slice(&nested)?;
        assert_eq!(inner.as_bytes(), out);
        Ok(())
    }
}

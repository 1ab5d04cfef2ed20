//! Texts that are the same in every language.

/// A text of at most `longest` signs; the last one says that there was more.
pub fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A name that a spreadsheet would take for a formula, made plain text by an apostrophe.
pub fn no_formula(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// A time of a video: `MM:SS`, where minutes go on after the hour (`60:01`).
pub fn time(seconds: i64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_early() {
        assert_eq!(["Åland", "Åland Islands"].map(|text| cut(text, 7)), ["Åland", "Åland…"]);
        assert_eq!(["äöü", "äöüß"].map(|text| cut(text, 3)), ["äöü", "äö…"]);
    }

    #[test]
    fn times_of_videos() {
        assert_eq!([0, 65, 3601].map(time), ["00:00", "01:05", "60:01"]);
    }
}

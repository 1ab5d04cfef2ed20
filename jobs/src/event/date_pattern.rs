//! Dates inside file names, by a pattern in the form of strptime (spec 10 §2.2 rule 3).
//!
//! chrono's own parser is not used for it: unlike strptime it takes a year of any length and white
//! space before each number, so it finds dates in names that hold none.

use chrono::{Datelike, NaiveDate};
use regex::{Captures, Regex, RegexBuilder};

/// Reads the date out of a whole text.
#[derive(Clone, Debug)]
pub struct DatePattern(Regex);

/// A pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`%{directive}` in the date pattern `{pattern}` is not supported, or there twice")]
pub struct DatePatternError {
    pattern: String,
    directive: String,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl DatePattern {
    /// Takes `%Y %y %m %d %j %b %B %H %M %S %%` and literal text.
    ///
    /// # Errors
    /// When the pattern has another directive, or one twice.
    pub fn new(pattern: &str) -> Result<Self, DatePatternError> {
        let mut expression = String::from(r"\A");
        let mut rest = pattern;
        while let Some((literal, behind)) = rest.split_once('%') {
            expression += &literal_expression(literal);
            let directive: String = behind.chars().take(1).collect();
            let error =
                || DatePatternError { pattern: pattern.to_owned(), directive: directive.clone() };
            let field = directive_expression(&directive).ok_or_else(error)?;
            if directive != "%" && expression.contains(&format!("<{directive}>")) {
                return Err(error());
            }
            expression += &field;
            rest = &behind[directive.len()..];
        }
        expression = expression + &literal_expression(rest) + r"\z";
        let compiled = RegexBuilder::new(&expression).case_insensitive(true).build();
        let error = |_| DatePatternError { pattern: pattern.to_owned(), directive: String::new() };
        compiled.map(Self).map_err(error)
    }

    /// The date in a text; none when the text does not fit or the date does not exist. What the
    /// pattern does not ask for is 1900-01-01's.
    #[must_use]
    pub fn date(&self, text: &str) -> Option<NaiveDate> {
        let fields = self.0.captures(text)?;
        let number =
            |name| fields.name(name).and_then(|field| field.as_str().trim().parse::<u32>().ok());
        let century = |year| if year < 69 { 2000 + year } else { 1900 + year };
        let year = number("Y").or_else(|| number("y").map(century)).unwrap_or(1900);
        let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
        if let Some(day) = number("j") {
            return NaiveDate::from_yo_opt(year, day)
                .filter(|date| agrees(*date, number("m"), number("d")));
        }
        let month = number("m").or_else(|| named_month(&fields)).unwrap_or(1);
        NaiveDate::from_ymd_opt(year, month, number("d").unwrap_or(1))
    }
}

/// Whether a day of the year is also the given month and day of the month.
fn agrees(date: NaiveDate, month: Option<u32>, day: Option<u32>) -> bool {
    month.is_none_or(|month| month == date.month()) && day.is_none_or(|day| day == date.day())
}

fn named_month(fields: &Captures) -> Option<u32> {
    let name = fields.name("b").or_else(|| fields.name("B"))?.as_str().to_lowercase();
    (1..).zip(MONTHS).find(|(_, month)| month.starts_with(&name)).map(|(number, _)| number)
}

fn literal_expression(literal: &str) -> String {
    regex::escape(literal).replace(' ', r"\s+")
}

fn directive_expression(directive: &str) -> Option<String> {
    let expression = match directive {
        "Y" => "[0-9]{4}".to_owned(),
        "y" => "[0-9]{2}".to_owned(),
        "m" => "1[0-2]|0[1-9]|[1-9]".to_owned(),
        "d" => "3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9]".to_owned(),
        "j" => "36[0-6]|3[0-5][0-9]|[12][0-9]{2}|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9]"
            .to_owned(),
        "b" => MONTHS.map(|month| &month[..3]).join("|"),
        "B" => MONTHS.join("|"),
        "H" => "2[0-3]|[01][0-9]|[0-9]".to_owned(),
        "M" => "[0-5][0-9]|[0-9]".to_owned(),
        "S" => "6[01]|[0-5][0-9]|[0-9]".to_owned(),
        "%" => return Some("%".to_owned()),
        _ => return None,
    };
    Some(format!("(?<{directive}>{expression})"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(pattern: &str, text: &str) -> Option<String> {
        DatePattern::new(pattern).unwrap().date(text).map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_as_strptime_reads_them() {
        for (pattern, text, date) in [
            ("%Y%m%d", "20140318", "2014-03-18"),
            ("%Y%m%d", "2014111", "2014-11-01"),
            ("%Y-%m-%d", "2014-3-8", "2014-03-08"),
            ("%y%m%d", "690101", "1969-01-01"),
            ("%y%m%d", "680101", "2068-01-01"),
            ("%Y.%j", "2014.060", "2014-03-01"),
            ("%d %b %Y", "8  MAR 2014", "2014-03-08"),
            ("%B_%Y", "december_2014", "2014-12-01"),
            ("%Y%m%dT%H%M%S", "20140318T235960", "2014-03-18"),
            ("100%%-%Y", "100%-2014", "2014-01-01"),
            ("%m", "12", "1900-12-01"),
        ] {
            assert_eq!(read(pattern, text).as_deref(), Some(date), "{pattern} {text}");
        }
    }

    #[test]
    fn what_strptime_refuses_is_no_date() {
        for (pattern, text) in [
            ("%Y%m%d", "20140230"),
            ("%Y%m%d", "20141399"),
            ("%Y%m%d", "201403181"),
            ("%Y%m%d", " 20140318"),
            ("%Y%m%d", "00000101"),
            ("%Y-%m-%d", "201-03-08"),
            ("%Y-%m-%d", "2014- 3-08"),
            ("%Y-%m-%d", "+2014-03-08"),
            ("%Y.%j", "2014.366"),
            ("%Y", ""),
        ] {
            assert_eq!(read(pattern, text), None, "{pattern} {text}");
        }
    }

    #[test]
    fn unknown_directives_are_errors() {
        for pattern in ["%Q", "%", "%Y%Y", "%s"] {
            assert!(DatePattern::new(pattern).is_err(), "{pattern}");
        }
    }
}

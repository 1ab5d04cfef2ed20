//! Figures and dates as English readers write them (spec 60 §2.0, table and card conventions).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// `12,345`; negative numbers carry a real minus sign.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if value < 0 {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One decimal unless it is `.0`: ages such as `26` and `26.5`.
pub fn half(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// `+41`, `−7`, `0`.
pub fn change(value: i64) -> String {
    if value > 0 { format!("+{}", number(value)) } else { number(value) }
}

/// A share of 0…1 in a table: `0.0%`, `< 1%`, `39.6%`; halves are rounded up, as readers do.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let tenths = (percent * 10.0).round() / 10.0;
    if percent > 0.0 && percent < 1.0 { "< 1%".to_owned() } else { format!("{tenths:.1}%") }
}

/// The same share on a card, where nothing is plainly `0%`.
pub fn card_percent(share: f64) -> String {
    if share == 0.0 { "0%".to_owned() } else { percent(share) }
}

/// The same share in a sentence or note: `0%`, `< 1%`, `40%`.
pub fn whole_percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        "< 1%".to_owned()
    } else {
        format!("{}%", (share * 100.0).round())
    }
}

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

/// A number on an axis, where room is short: `950`, `12.5k`, `3M`.
pub fn axis(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        v if v >= 1e9 => (value / 1e9, "B"),
        v if v >= 1e6 => (value / 1e6, "M"),
        v if v >= 1e4 => (value / 1e3, "k"),
        _ => return plain(value),
    };
    format!("{}{suffix}", plain(scaled))
}

fn plain(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text.parse::<i64>() {
        Ok(whole) => number(whole),
        Err(_) => text.to_owned(),
    }
}

/// A time of a video: `MM:SS`, where minutes go on after the hour (`60:01`).
pub fn time(seconds: i64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// A number with one decimal: `1,234.5`.
pub fn decimal(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let sign = if tenths < 0 { "−" } else { "" };
    format!("{sign}{}.{}", number(tenths.abs() / 10), tenths.abs() % 10)
}

/// `January 1, 2014`.
pub fn long_date(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}

/// `1 Jan 2014`.
pub fn short_date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// `January 2, 2014 at 3:04 AM UTC`.
pub fn moment(at: NaiveDateTime) -> String {
    at.format("%B %-d, %Y at %-I:%M %p UTC").to_string()
}

/// `03:04 UTC`, with the day before it unless it is today.
pub fn clock(at: NaiveDateTime, now: DateTime<Utc>) -> String {
    if at.date() == now.date_naive() {
        at.format("%H:%M UTC").to_string()
    } else {
        at.format("%-d %b %Y, %H:%M UTC").to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers() {
        let texts = [0, 7, 999, 1000, 12345, -1234567, i64::MIN].map(number);
        assert_eq!(
            texts.join(" | "),
            "0 | 7 | 999 | 1,000 | 12,345 | −1,234,567 | −9,223,372,036,854,775,808"
        );
        assert_eq!([41, 0, -7].map(change), ["+41", "0", "−7"]);
        assert_eq!([26.0, 26.5].map(half), ["26", "26.5"]);
    }

    #[test]
    fn shares() {
        assert_eq!(
            [0.0, 0.004, 0.01, 0.396, 1.0].map(percent),
            ["0.0%", "< 1%", "1.0%", "39.6%", "100.0%"]
        );
        assert_eq!([0.0, 0.004, 0.565].map(card_percent), ["0%", "< 1%", "56.5%"]);
        assert_eq!([0.0, 0.004, 0.566].map(whole_percent), ["0%", "< 1%", "57%"]);
    }

    #[test]
    fn long_texts_end_early() {
        assert_eq!(["Åland", "Åland Islands"].map(|text| cut(text, 7)), ["Åland", "Åland…"]);
        assert_eq!(["äöü", "äöüß"].map(|text| cut(text, 3)), ["äöü", "äö…"]);
    }

    #[test]
    fn times_and_decimals() {
        assert_eq!([0, 65, 3601].map(time), ["00:00", "01:05", "60:01"]);
        assert_eq!([0.0, 12345.67, -0.25].map(decimal), ["0.0", "12,345.7", "−0.3"]);
    }

    #[test]
    fn axis_numbers() {
        let texts = [0.0, 0.5, 950.0, 2500.0, 12_500.0, 3e6, 2.5e9].map(axis);
        assert_eq!(texts.join(" "), "0 0.5 950 2,500 12.5k 3M 2.5B");
    }

    #[test]
    fn days_and_moments() {
        let day = NaiveDate::from_ymd_opt(2014, 1, 2).unwrap();
        let at = day.and_hms_opt(3, 4, 5).unwrap();
        assert_eq!(long_date(day), "January 2, 2014");
        assert_eq!(short_date(day), "2 Jan 2014");
        assert_eq!(moment(at), "January 2, 2014 at 3:04 AM UTC");
        assert_eq!(clock(at, at.and_utc()), "03:04 UTC");
        assert_eq!(clock(at, at.and_utc() + chrono::Duration::days(2)), "2 Jan 2014, 03:04 UTC");
    }
}

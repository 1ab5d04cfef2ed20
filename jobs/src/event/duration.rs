//! Lengths of time as configurations spell them: `2 days`, `1 week 2 days`, `1w 3h`, `P2D`.

use chrono::TimeDelta;

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of time; write it like `2 days`, `1w 3h` or `P2D`")]
pub struct DurationError(String);

/// Units from the longest on: their seconds and their word.
const UNITS: [(i64, &str); 5] =
    [(7 * 86_400, "weeks"), (86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds")];

/// Reads a length of time: amounts of weeks, days, hours, minutes and seconds, in this order, each
/// at most once, by word, by letter, or in ISO 8601's form.
///
/// # Errors
/// When the text is not of these forms, or longer than can be counted.
pub fn parse(text: &str) -> Result<TimeDelta, DurationError> {
    let amounts = text.strip_prefix('P').map_or_else(|| plain_amounts(text), iso_amounts);
    seconds(amounts).and_then(TimeDelta::try_seconds).ok_or_else(|| DurationError(text.to_owned()))
}

/// An amount for each unit.
type Amounts = [Option<i64>; UNITS.len()];

fn plain_amounts(text: &str) -> Option<Amounts> {
    let mut amounts = Amounts::default();
    let (mut rest, mut next) = (text, 0);
    while !rest.is_empty() {
        let (amount, behind) = number(rest)?;
        let behind = behind.strip_prefix(' ').unwrap_or(behind);
        let (unit, behind) = split(behind, |c| c.is_ascii_alphabetic());
        let names =
            |(_, word): &(i64, &str)| [word, &word[..1], &word[..word.len() - 1]].contains(&unit);
        next += UNITS[next..].iter().position(names)?;
        amounts[next] = Some(amount);
        next += 1;
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    Some(amounts)
}

/// `2W`, `2DT3H4M5S`, …
fn iso_amounts(text: &str) -> Option<Amounts> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let date = date.replace('W', "w ").replace('D', "d ");
    let time = time.map(|time| time.replace('H', "h ").replace('M', "m ").replace('S', "s "));
    let has_time = time.as_deref().is_none_or(|time| !time.is_empty());
    let spelled = format!("{date}{}", time.as_deref().unwrap_or_default());
    let amounts = plain_amounts(&spelled)?;
    let is_upper = text.bytes().all(|byte| byte.is_ascii_digit() || b"WDTHMS".contains(&byte));
    let only_days = plain_amounts(&date)?[2..].iter().all(Option::is_none);
    (has_time && is_upper && only_days).then_some(amounts)
}

fn number(text: &str) -> Option<(i64, &str)> {
    let (digits, rest) = split(text, |c| c.is_ascii_digit());
    Some((digits.parse().ok()?, rest))
}

/// The longest beginning of a text that has only such characters, and the rest.
fn split(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !fits(c)).unwrap_or(text.len()))
}

fn seconds(amounts: Option<Amounts>) -> Option<i64> {
    let amounts = amounts.filter(|amounts| amounts.iter().any(Option::is_some))?;
    amounts.iter().zip(UNITS).try_fold(0_i64, |sum, (amount, (seconds, _))| {
        sum.checked_add(amount.unwrap_or(0).checked_mul(seconds)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_letters_and_iso_forms_are_read() {
        for (text, days, seconds) in [
            ("2 days", 2, 0),
            ("1 day", 1, 0),
            ("0 days", 0, 0),
            ("1 week 2 days", 9, 0),
            ("1w 3h", 7, 3 * 3600),
            ("2d", 2, 0),
            ("1w2d", 9, 0),
            ("5 minutes 1 second", 0, 301),
            ("P2D", 2, 0),
            ("P1W", 7, 0),
            ("P1DT12H5M1S", 1, 43_501),
            ("PT5M", 0, 300),
        ] {
            assert_eq!(parse(text), Ok(TimeDelta::seconds(days * 86_400 + seconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_errors() {
        for text in [
            "",
            "2",
            "days",
            "2 fortnights",
            "2 days 1 week",
            "1d 1d",
            "-2 days",
            "2  days",
            "P",
            "PT",
            "P2",
            "P2d",
            "P5M",
            "PT2D",
            "P1DT",
            "2 D",
            "99999999999999999 weeks",
            "99999999999999999999 days",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

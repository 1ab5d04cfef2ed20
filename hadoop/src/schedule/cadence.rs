//! When something runs: the five fields of cron, in UTC, as all schedulers understand them.

use serde::{Deserialize, Deserializer, de};
use std::str::FromStr;

/// Minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cadence {
    text: String,
    fields: [Field; FIELDS.len()],
}

/// The values of a field in order; none = every value.
type Field = Option<Vec<u8>>;

/// Each field's name, least and greatest value.
const FIELDS: [(&str, u8, u8); 5] = [
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, SUNDAY),
];

/// Sunday's second number, which no other field goes up to.
const SUNDAY: u8 = 7;

/// As systemd has them, Sunday first.
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// A text that is no cadence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CadenceError {
    /// It has another number of fields.
    #[error("`{0}` is no cadence; write minute, hour, day, month and weekday, as `15 3 * * *`")]
    Fields(String),
    /// A field cannot be read.
    #[error(
        "`{part}` is no {field}: numbers from {least} to {greatest}, `*`, `1-5`, `*/15` and lists"
    )]
    Field {
        /// Which one.
        field: &'static str,
        /// What stands there.
        part: String,
        /// The least value.
        least: u8,
        /// The greatest value.
        greatest: u8,
    },
    /// Schedulers disagree on what it means.
    #[error(
        "`{0}` names days of the month and of the week, which cron joins by `or` and others by `and`; \
         write two entries"
    )]
    Days(String),
}

impl Cadence {
    /// As cron, Jenkins and Airflow have it.
    #[must_use]
    pub fn cron(&self) -> &str {
        &self.text
    }

    /// As timers of systemd have it.
    #[must_use]
    pub fn on_calendar(&self) -> String {
        let [minute, hour, day, month, weekday] = &self.fields;
        let digits = |field: &Field| match field {
            None => "*".to_owned(),
            Some(values) => values.iter().map(|v| format!("{v:02}")).collect::<Vec<_>>().join(","),
        };
        let names = weekday.iter().flatten().map(|day| WEEKDAYS[usize::from(*day) % 7]);
        let mut names = names.collect::<Vec<_>>().join(",");
        if !names.is_empty() {
            names.push(' ');
        }
        let (month, day) = (digits(month), digits(day));
        format!("{names}*-{month}-{day} {}:{}:00 UTC", digits(hour), digits(minute))
    }
}

impl FromStr for Cadence {
    type Err = CadenceError;

    fn from_str(text: &str) -> Result<Self, CadenceError> {
        let parts: Vec<_> = text.split_ascii_whitespace().collect();
        let parts: [&str; FIELDS.len()] =
            parts.try_into().map_err(|_| CadenceError::Fields(text.to_owned()))?;
        let mut fields = <[Field; FIELDS.len()]>::default();
        for (at, part) in parts.iter().enumerate() {
            let (field, least, greatest) = FIELDS[at];
            fields[at] = read(part, least, greatest).ok_or_else(|| CadenceError::Field {
                field,
                part: (*part).to_owned(),
                least,
                greatest,
            })?;
        }
        if fields[2].is_some() && fields[4].is_some() {
            return Err(CadenceError::Days(text.to_owned()));
        }
        Ok(Self { text: parts.join(" "), fields })
    }
}

impl<'de> Deserialize<'de> for Cadence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The values of a field; none when it cannot be read.
fn read(text: &str, least: u8, greatest: u8) -> Option<Field> {
    if text == "*" {
        return Some(None);
    }
    let mut values = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, number(step).filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) if greatest == SUNDAY => (least, greatest - 1),
            ("*", _) => (least, greatest),
            (_, Some((first, last))) => (number(first)?, number(last)?),
            // A step alone goes on to the end in some programs, and means nothing in others.
            (one, None) if step == 1 && !part.contains('/') => (number(one)?, number(one)?),
            _ => return None,
        };
        if first < least || last > greatest || first > last {
            return None;
        }
        values.extend((first..=last).step_by(usize::from(step)));
    }
    if greatest == SUNDAY {
        values.iter_mut().for_each(|day| *day %= 7);
    }
    values.sort_unstable();
    values.dedup();
    Some(Some(values))
}

/// Digits alone: a sign or a name is read by some schedulers only.
fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cadence_is_told_to_systemd_in_its_own_words() {
        for (cron, calendar) in [
            ("15 3 * * *", "*-*-* 03:15:00 UTC"),
            ("*/20 * * * *", "*-*-* *:00,20,40:00 UTC"),
            ("0 4 1,15 * *", "*-*-01,15 04:00:00 UTC"),
            ("30 6 * 1-12/6 1-5", "Mon,Tue,Wed,Thu,Fri *-01,07-* 06:30:00 UTC"),
            ("0 0 * * 7", "Sun *-*-* 00:00:00 UTC"),
            ("0 0 * * */2", "Sun,Tue,Thu,Sat *-*-* 00:00:00 UTC"),
            ("0 0 * * 5-7", "Sun,Fri,Sat *-*-* 00:00:00 UTC"),
        ] {
            let cadence: Cadence = cron.parse().unwrap();
            assert_eq!((cadence.on_calendar().as_str(), cadence.cron()), (calendar, cron));
        }
    }

    #[test]
    fn what_schedulers_would_read_in_several_ways_is_refused() {
        for (text, said) in [
            ("15 3 * *", "write minute, hour"),
            ("@daily", "write minute, hour"),
            ("60 3 * * *", "`60` is no minute"),
            ("5/10 3 * * *", "`5/10` is no minute"),
            ("0 3 0 * *", "`0` is no day of the month"),
            ("0 3 * * mon", "`mon` is no day of the week"),
            ("0 9-5 * * *", "`9-5` is no hour"),
            ("0 */0 * * *", "`*/0` is no hour"),
            ("+5 3 * * *", "`+5` is no minute"),
            ("0 3 1, * *", "`1,` is no day of the month"),
            ("0 3 1 * 1", "write two entries"),
        ] {
            let error = text.parse::<Cadence>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}

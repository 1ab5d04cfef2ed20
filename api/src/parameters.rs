//! The query of a request, and the days that it asks for (spec 50 §2.2, §2.3).

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use store::Dates;

use crate::error::Error;

/// The parameters of a query; unknown ones do no harm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter, be it empty; the last counts.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter; an empty one is none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The value of a parameter, cut at its commas.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        self.get(name).map(|value| value.split(',').map(str::to_owned).collect())
    }

    /// What tells equal queries from others: parameters that make no difference are left out, their order
    /// too, and an end behind the newest load is none, since rows of days to come are in no load.
    pub(crate) fn identity(&self, newest: NaiveDateTime) -> Result<String, Error> {
        if self.0.is_empty() {
            return Ok(String::new());
        }
        let moments = match self.moments()? {
            Dates::Range { start, end } => {
                Dates::Range { start, end: end.filter(|end| *end <= newest) }
            }
            latest => latest,
        };
        let mut pairs = self.pairs();
        pairs.retain(|(name, _)| !["start_date", "end_date", "format"].contains(name));
        // The last of equal names counts, and stays behind them.
        pairs.sort_by_key(|(name, _)| *name);
        Ok(format!("{moments:?} {pairs:?}"))
    }

    /// All of them, names and values.
    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The time between `start_date` and `end_date`.
    pub(crate) fn moments(&self) -> Result<Dates<NaiveDateTime>, Error> {
        match (self.moment("start_date")?, self.moment("end_date")?) {
            (None, None) => Ok(Dates::Latest),
            (start, end) => Ok(Dates::Range { start, end }),
        }
    }

    fn moment(&self, name: &str) -> Result<Option<NaiveDateTime>, Error> {
        let wrong = || Error::Parameter(format!("{name} must be YYYY-MM-DD or YYYY-MM-DDTHHMMSS."));
        self.get(name).map(|text| parse_moment(text).ok_or_else(wrong)).transpose()
    }
}

/// The place of a value among those that a parameter may have.
pub(crate) fn one_of(name: &str, value: &str, values: &[&str]) -> Result<usize, Error> {
    values.iter().position(|known| *known == value).ok_or_else(|| {
        let values = values.join(", ");
        Error::Parameter(format!("{name} value '{value}' must be one of: ({values})"))
    })
}

/// The days of limits; a time of day is dropped (Q04).
pub(crate) fn days(limits: Dates<NaiveDateTime>) -> Dates {
    match limits {
        Dates::Latest => Dates::Latest,
        Dates::Range { start, end } => {
            let day = |moment: NaiveDateTime| moment.date();
            Dates::Range { start: start.map(day), end: end.map(day) }
        }
    }
}

/// The day of `YYYY-MM-DD`; months and days of one digit pass (Q05).
pub(crate) fn parse_day(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    let number = |text: &str, longest: usize| {
        let fits =
            (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| fits)
    };
    let year = number(year, 4).filter(|_| year.len() == 4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(month, 2)?, number(day, 2)?)
}

fn parse_moment(text: &str) -> Option<NaiveDateTime> {
    let Some((day, time)) = text.split_once('T') else {
        return Some(parse_day(text)?.and_time(NaiveTime::MIN));
    };
    let is_time = time.len() == 6 && time.bytes().all(|byte| byte.is_ascii_digit());
    let time = NaiveTime::parse_from_str(time, "%H%M%S").ok().filter(|_| is_time)?;
    Some(parse_day(day)?.and_time(time))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn dates(query: &str) -> Result<Dates, String> {
        Parameters::parse(query).moments().map(days).map_err(|error| format!("{error:?}"))
    }

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn limits_are_days_and_each_may_be_missing() {
        let range = |start, end| Ok(Dates::Range { start, end });
        assert_eq!(dates("start_date=2014-01-02"), range(day("2014-01-02"), None));
        assert_eq!(dates("end_date=2014-1-2"), range(None, day("2014-01-02")));
        assert_eq!(dates("end_date=2014-01-02T235959"), range(None, day("2014-01-02")));
        assert_eq!(dates("start_date=&end_date="), Ok(Dates::Latest));
        assert_eq!(dates("start_date=x&start_date=2014-01-02"), range(day("2014-01-02"), None));
    }

    #[test]
    fn equal_queries_are_known_by_what_makes_a_difference() {
        let newest = "2014-01-05T10:00:00".parse().unwrap();
        let identity = |query| Parameters::parse(query).identity(newest).unwrap();
        let now = identity("end_date=2014-01-06&fields=a");
        assert_eq!(identity("fields=a&end_date=2014-01-07T101112&format=csv"), now);
        assert_ne!(identity("end_date=2014-01-05&fields=a"), now);
        assert_ne!(identity("fields=a"), now);
        assert_ne!(identity("end_date=2014-01-06&fields=b"), now);
        assert!(Parameters::parse("end_date=x").identity(newest).is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["foo", "2014-01-01T00:00:00", "2014-01-01Z", "2014-13-01", "14-01-01", "+2014-01-01"]
        {
            let message = dates(&format!("end_date={}", text.replace('+', "%2B"))).unwrap_err();
            assert!(
                message.contains("end_date must be YYYY-MM-DD or YYYY-MM-DDTHHMMSS."),
                "{text}: {message}"
            );
        }
        assert!(dates("start_date=2014-01-01T250000").is_err());
    }

    #[test]
    fn a_raw_plus_is_a_blank() {
        let parameters = Parameters::parse("course_ids=a+b%2Bc,d&fields=");
        assert_eq!(parameters.list("course_ids").unwrap(), ["a b+c", "d"]);
        assert_eq!(parameters.list("fields"), None);
        assert_eq!(Parameters::parse("course_ids=a,").list("course_ids").unwrap(), ["a", ""]);
    }
}

//! How student engagement cuts its interval: by day, by week, or not at all (spec 30 §B.1).

use crate::event::interval::Interval;
use crate::job::{At, Choice};
use crate::params::{ParamError, Params};
use chrono::{Days, NaiveDate};

const PARAM: &str = "interval_type";

/// The parameter `interval_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalType {
    /// A row a day.
    Daily,
    /// A row a week; weeks end on the weekday of the interval's last day.
    Weekly,
    /// One row, on the interval's last day.
    All,
}

impl IntervalType {
    /// What a run asks for; by day where it does not say.
    ///
    /// # Errors
    /// When the parameter is another word.
    pub fn of(params: &Params) -> Result<Self, ParamError> {
        match params.get(PARAM) {
            None | Some("daily") => Ok(Self::Daily),
            Some("weekly") => Ok(Self::Weekly),
            Some("all") => Ok(Self::All),
            Some(text) => Err(ParamError::Unreadable {
                name: PARAM,
                text: text.to_owned(),
                wanted: "daily, weekly or all".to_owned(),
            }),
        }
    }

    /// Its word, as in the names of tables and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::All => "all",
        }
    }

    /// Where the tables of this type are read and filled.
    #[must_use]
    pub const fn at(self) -> At {
        let default = matches!(self, Self::Daily);
        At::IntervalEndIf(Choice { param: PARAM, value: self.word(), default })
    }
}

/// The days of an interval on which rows stand.
#[derive(Clone, Copy, Debug)]
pub struct EndDates {
    interval_type: IntervalType,
    start: NaiveDate,
    last: NaiveDate,
}

impl EndDates {
    /// Those of a run.
    ///
    /// # Errors
    /// When the interval or its type is missing or unreadable.
    pub fn of(params: &Params) -> Result<Self, ParamError> {
        let interval: Interval = params.interval()?;
        let (start, end) = (interval.start(), interval.end());
        let interval_type = IntervalType::of(params)?;
        Ok(Self { interval_type, start, last: end.pred_opt().unwrap_or(end) })
    }

    /// The day under which a day of the interval is filed: itself, or one that follows.
    #[must_use]
    pub fn on_or_after(self, day: NaiveDate) -> NaiveDate {
        let left = u64::try_from((self.last - day).num_days()).unwrap_or(0);
        match self.interval_type {
            IntervalType::Daily => day,
            IntervalType::Weekly => day.checked_add_days(Days::new(left % 7)).unwrap_or(day),
            IntervalType::All => self.last.max(day),
        }
    }

    /// Those of them that lie in a stretch of days, its last day included.
    pub fn within(self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let last = last.min(self.last);
        let step = if self.interval_type == IntervalType::Daily { 1 } else { 7 };
        let first = self.on_or_after(first.max(self.start));
        first.iter_days().step_by(step).take_while(move |day| *day <= last)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        crate::day::parse(text.as_bytes()).unwrap()
    }

    /// The last day is a Wednesday.
    fn dates(interval_type: &str) -> EndDates {
        let params = [("interval", "2013-11-01-2014-01-02"), ("interval_type", interval_type)];
        EndDates::of(&params.into_iter().collect()).unwrap()
    }

    #[test]
    fn a_day_is_filed_under_the_end_of_its_week() {
        for (interval_type, filed, under) in [
            ("daily", "2013-12-23", "2013-12-23"),
            ("weekly", "2013-12-23", "2013-12-25"),
            ("weekly", "2013-12-25", "2013-12-25"),
            ("weekly", "2013-12-26", "2014-01-01"),
            ("all", "2013-11-01", "2014-01-01"),
        ] {
            assert_eq!(dates(interval_type).on_or_after(day(filed)), day(under), "{filed}");
        }
    }

    #[test]
    fn a_stretch_holds_the_ends_that_lie_in_it() {
        let within = |interval_type, first, last| {
            let dates = dates(interval_type).within(day(first), day(last));
            dates.map(|day| day.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(within("daily", "2013-10-01", "2013-11-02"), ["2013-11-01", "2013-11-02"]);
        assert_eq!(within("daily", "2014-01-01", "2014-02-01"), ["2014-01-01"]);
        assert_eq!(within("weekly", "2013-12-18", "2013-12-31"), ["2013-12-18", "2013-12-25"]);
        assert_eq!(within("weekly", "2013-12-19", "2013-12-24"), [""; 0]);
        assert_eq!(within("all", "2013-12-18", "2014-01-01"), ["2014-01-01"]);
        assert_eq!(within("all", "2013-12-18", "2013-12-31"), [""; 0]);
        assert_eq!(within("all", "2014-01-02", "2014-01-31"), [""; 0]);
        assert_eq!(within("daily", "2014-01-02", "2014-01-31"), [""; 0]);
    }

    #[test]
    fn another_word_is_an_error() {
        let params: Params = [("interval_type", "monthly")].into_iter().collect();
        let error = IntervalType::of(&params).unwrap_err();
        assert_eq!(
            error.to_string(),
            "parameter `interval_type` is `monthly`, which is not daily, weekly or all"
        );
    }
}

//! How many requests a user may send: a sliding window over the last period (spec 50 §3.3). Each
//! instance counts what it sees itself.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer};

use crate::error::Error;

/// So many requests in a second, minute, hour or day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    requests: usize,
    period: Period,
}

/// What requests are counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Second,
    Minute,
    Hour,
    Day,
}

impl Period {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    const fn length(self) -> TimeDelta {
        match self {
            Self::Second => TimeDelta::seconds(1),
            Self::Minute => TimeDelta::minutes(1),
            Self::Hour => TimeDelta::hours(1),
            Self::Day => TimeDelta::days(1),
        }
    }
}

impl Rate {
    /// So many in a minute.
    #[must_use]
    pub const fn a_minute(requests: usize) -> Self {
        Self { requests, period: Period::Minute }
    }
}

/// Why a text is no rate.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no rate, as 60/minute is: NUMBER/second, minute, hour or day")]
pub struct NoRate(String);

impl FromStr for Rate {
    type Err = NoRate;

    /// The first letter of the period decides, as it did in the original.
    fn from_str(text: &str) -> Result<Self, NoRate> {
        let parsed = || {
            let (requests, period) = text.split_once('/')?;
            let first = period.get(..1)?;
            let period = Period::ALL.into_iter().find(|period| period.name().starts_with(first))?;
            let requests = requests.trim().parse().ok().filter(|requests| *requests > 0)?;
            Some(Self { requests, period })
        };
        parsed().ok_or_else(|| NoRate(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    /// As it can be read again.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.requests, self.period.name())
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How often users whose requests count no more are forgotten.
const SWEEP: TimeDelta = TimeDelta::minutes(1);

/// The requests of each user that still count.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    users: HashMap<String, Counted>,
    swept: DateTime<Utc>,
}

/// The requests of a user, and how long each counts.
struct Counted {
    at: VecDeque<DateTime<Utc>>,
    period: TimeDelta,
}

impl Counts {
    /// Strangers are counted by their addresses, of which there is no end.
    fn sweep(&mut self, now: DateTime<Utc>) {
        if self.swept + SWEEP <= now {
            let until = |counted: &Counted| counted.at.back().map(|last| *last + counted.period);
            self.users.retain(|_, counted| until(counted).is_some_and(|until| until > now));
            self.swept = now;
        }
    }
}

impl Throttle {
    /// Counts a request of a user, or refuses it; what is refused does not count.
    pub(crate) fn count(&self, user: &str, rate: Rate, now: DateTime<Utc>) -> Result<(), Error> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.sweep(now);
        let period = rate.period.length();
        let nothing = || Counted { at: VecDeque::new(), period };
        let counted = &mut counts.users.entry(user.to_owned()).or_insert_with(nothing).at;
        while counted.front().is_some_and(|first| *first + period <= now) {
            counted.pop_front();
        }
        match counted.front().filter(|_| counted.len() >= rate.requests) {
            None => counted.push_back(now),
            Some(first) => {
                let wait = *first + period - now;
                let seconds = (wait.num_milliseconds() + 999) / 1000;
                return Err(Error::Throttled(u64::try_from(seconds).unwrap_or(1).max(1)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_window_slides_and_what_is_refused_does_not_count() {
        let start = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let (throttle, rate) = (Throttle::default(), "2/minute".parse().unwrap());
        let waits =
            |user, seconds| match throttle.count(user, rate, start + TimeDelta::seconds(seconds)) {
                Err(Error::Throttled(wait)) => Some(wait),
                other => other.map(|()| None).unwrap(),
            };
        let asked = [0, 10, 20, 59, 60, 61, 70].map(|seconds| waits("ann", seconds));
        assert_eq!(asked, [None, None, Some(40), Some(1), None, Some(9), None]);
        assert_eq!(waits("bob", 61), None);
    }

    #[test]
    fn who_asks_no_more_is_forgotten() {
        let start = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let (throttle, rate) = (Throttle::default(), Rate::a_minute(1));
        for second in 0..300 {
            let now = start + TimeDelta::seconds(second);
            throttle.count(&format!("user {second}"), rate, now).unwrap();
        }
        let known = throttle.0.lock().unwrap().users.len();
        assert!((60..=121).contains(&known), "{known} users are known");
    }

    #[test]
    fn a_rate_is_a_number_and_a_period() {
        assert_eq!("60/minute".parse::<Rate>().unwrap(), Rate::a_minute(60));
        assert_eq!("60/m".parse::<Rate>().unwrap(), Rate::a_minute(60));
        for text in ["1/second", "60/minute", "2/hour", "1000/day"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in ["", "60", "0/minute", "x/minute", "60/year", "60/", "60/é"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}

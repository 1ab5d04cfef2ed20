//! Durations of videos that events do not tell, asked of the service that hosts them: the YouTube Data
//! API v3 (spec 20 §4.2).
//!
//! What the service said is remembered, so that a video is asked for once: a duration for good, a video
//! that the service does not know, or knows no duration of, for a month. What could not be asked is not
//! remembered, so the next run asks again.

use crate::config::VideoConfig;
use crate::http::{self, Clock, Patience, RequestError, Retries, Secret, told};
use chrono::{Days, NaiveDate};
use jobs::engagement::video_durations::seconds_by_id;
use reqwest::{Method, redirect};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// Holds the key of the service where no `video.api_key_file` is named.
pub const KEY_VARIABLE: &str = "INSIGHTS_GOOGLE_API_KEY";

/// The most videos that the service tells of at once.
const AT_ONCE: usize = 50;
/// A service that fails so many requests in a row is not asked any more.
const FAILURES: usize = 3;
/// What the service answers to a key that it does not take, or that is used up.
const REFUSALS: &[u16] = &[400, 401, 403];
/// Days after which a video that the service did not know is asked for again.
const MONTH: Days = Days::new(30);
/// No id of a video is longer, in bytes; today all have 11.
const LONGEST_ID: usize = 64;

const TIMEOUT: Duration = Duration::from_secs(30);
const PATIENCE: Patience = Patience {
    first_pause: Duration::from_millis(500),
    longest_pause: Duration::from_secs(10),
    tries: 4,
    total: Duration::from_secs(60),
};

/// Why durations cannot be asked for.
#[derive(Debug, thiserror::Error)]
pub enum DurationsError {
    /// The key's file cannot be read.
    #[error("the key of the video service cannot be read from {path}: {source}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What the disk said.
        source: std::io::Error,
    },
    /// The system lets no client be made.
    #[error("no client of the video service can be made: {0}")]
    Client(String),
    /// What was remembered cannot be read.
    #[error(
        "line {number} of the remembered durations of videos is not `code, seconds, day`: {line}"
    )]
    Memory {
        /// Counted from 1.
        number: usize,
        /// The line.
        line: String,
    },
}

/// The service.
pub struct Service {
    http: reqwest::Client,
    url: String,
    key: Secret,
    clock: Clock,
}

/// What came of asking.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Of each video that the service spoke about, its seconds; none where it knows none.
    pub seconds: BTreeMap<String, Option<i64>>,
    /// How many videos could not be asked for; their durations are unknown for now.
    pub failed: usize,
    /// Why the service takes no more questions with this key.
    pub refusal: Option<String>,
}

impl Service {
    /// The service that settings name; none without a key, and then nobody is asked.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn of(config: &VideoConfig, clock: Clock) -> Result<Option<Self>, DurationsError> {
        let file = config.api_key_file.as_deref();
        let key = Secret::read(file, std::env::var(KEY_VARIABLE).ok()).map_err(|source| {
            DurationsError::Key { path: file.map(PathBuf::from).unwrap_or_default(), source }
        })?;
        let Some(key) = key else { return Ok(None) };
        let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none());
        let http = client.build().map_err(|e| DurationsError::Client(told(e)))?;
        let url = config.api_url.trim_end_matches('/').to_owned();
        Ok(Some(Self { http, url, key, clock }))
    }

    /// Asks for the durations of videos, many at once. What fails is warned of and counted: no run fails
    /// because of it.
    #[must_use]
    pub fn ask(&self, codes: &[&str]) -> Answers {
        let mut answers = Answers { failed: codes.len(), ..Answers::default() };
        let mut failures = 0;
        for asked in codes.chunks(AT_ONCE) {
            match self.request(asked) {
                Ok(told) => {
                    failures = 0;
                    answers.failed -= asked.len();
                    let seconds = asked.iter().map(|code| told.get(*code).copied().flatten());
                    let codes = asked.iter().map(|code| (*code).to_owned());
                    answers.seconds.extend(codes.zip(seconds));
                }
                Err(error) if error.status().is_some_and(|status| REFUSALS.contains(&status)) => {
                    let refusal = self.refusal(&error);
                    log::warn!(
                        "the video service refuses the key, so no duration is asked for: {refusal}"
                    );
                    answers.refusal = Some(refusal);
                    break;
                }
                Err(_) => failures += 1,
            }
            if failures == FAILURES {
                break;
            }
        }
        if answers.failed > 0 {
            log::warn!(
                "{} of {} durations of videos are unknown for now",
                answers.failed,
                codes.len()
            );
        }
        answers
    }

    fn request(&self, codes: &[&str]) -> Result<BTreeMap<String, Option<i64>>, RequestError> {
        let url = format!("{}/videos", self.url);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("id", &codes.join(","))
            .append_pair("part", "contentDetails")
            .append_pair("key", self.key.exposed())
            .finish();
        let mut retries = Retries::since((self.clock.now)(), PATIENCE);
        let request = || Ok(self.http.get(format!("{url}?{query}")));
        let reply = http::patiently(&self.clock, &mut retries, (Method::GET, &url), request)?;
        let told = str::from_utf8(&reply).ok().and_then(seconds_by_id);
        let told = told.ok_or_else(|| RequestError::Answer {
            url,
            what: "the answer is no list of videos".to_owned(),
        });
        told.map(|told| told.into_iter().collect()).inspect_err(|error| log::warn!("{error}"))
    }

    /// Why the service refuses, without the key if it repeats that.
    fn refusal(&self, error: &RequestError) -> String {
        let mut said = error.to_string();
        if let RequestError::Status { body, .. } = error
            && let Ok(answer) = serde_json::from_slice::<Value>(body)
            && let Some(message) = answer["error"]["message"].as_str()
        {
            said = format!("{said}: {message}");
        }
        match self.key.exposed() {
            "" => said,
            key => said.replace(key, "…"),
        }
    }
}

/// What is remembered of a video: its seconds, if the service knows them, and when it said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Remembered {
    seconds: Option<i64>,
    day: NaiveDate,
}

/// What the service has said so far, by the codes of videos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<String, Remembered>);

impl Known {
    /// Reads what [`Known::memory`] wrote.
    ///
    /// # Errors
    /// When a line is something else.
    pub fn read(memory: &[u8]) -> Result<Self, DurationsError> {
        let lines = memory.split(|byte| *byte == b'\n').enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| {
            remembered(line).ok_or_else(|| DurationsError::Memory {
                number: at + 1,
                line: String::from_utf8_lossy(line).escape_debug().to_string(),
            })
        });
        lines.collect::<Result<_, _>>().map(Self)
    }

    /// What is to be kept for later runs: lines `code, seconds, day`, TAB between; -1 where the service
    /// knows none, and the UTC day on which it said so.
    #[must_use]
    pub fn memory(&self) -> Vec<u8> {
        let line = |(code, known): (&String, &Remembered)| {
            format!("{code}\t{}\t{}\n", known.seconds.unwrap_or(-1), known.day)
        };
        self.0.iter().map(line).collect::<String>().into_bytes()
    }

    /// The file for the parameter `video_durations`. Videos without a duration are not in it, so that it
    /// changes, and with it what is made of it, only when something becomes known.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        let line =
            |(code, known): (&String, &Remembered)| Some(format!("{code}\t{}\n", known.seconds?));
        self.0.iter().filter_map(line).collect::<String>().into_bytes()
    }

    /// Those of the codes that are to be asked for on a day: what can be no video's id is left out, and
    /// what is known, or was asked for within a month.
    #[must_use]
    pub fn due<'c>(&self, codes: &'c BTreeSet<Vec<u8>>, today: NaiveDate) -> Vec<&'c str> {
        let due = |code: &&str| match self.0.get(*code) {
            None => true,
            Some(known) => known.seconds.is_none() && known.day + MONTH <= today,
        };
        codes.iter().filter_map(|code| id(code)).filter(due).collect()
    }

    /// Remembers what the service has said on a day.
    pub fn learn(&mut self, answers: &Answers, today: NaiveDate) {
        let known = |(code, seconds): (&String, &Option<i64>)| {
            (code.clone(), Remembered { seconds: *seconds, day: today })
        };
        self.0.extend(answers.seconds.iter().map(known));
    }
}

/// A code that may be the id of a video; a comma, for one, would make it two.
fn id(code: &[u8]) -> Option<&str> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let good = (1..=LONGEST_ID).contains(&code.len()) && code.iter().all(allowed);
    str::from_utf8(code).ok().filter(|_| good)
}

fn remembered(line: &[u8]) -> Option<(String, Remembered)> {
    let mut fields = str::from_utf8(line).ok()?.split('\t');
    let code = fields.next()?.to_owned();
    let seconds: i64 = fields.next()?.parse().ok()?;
    let day = fields.next()?.parse().ok()?;
    let seconds = Some(seconds).filter(|seconds| *seconds >= 0);
    fields.next().is_none().then_some((code, Remembered { seconds, day }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn codes(codes: &[&str]) -> BTreeSet<Vec<u8>> {
        codes.iter().map(|code| code.as_bytes().to_vec()).collect()
    }

    fn answers(seconds: &[(&str, Option<i64>)]) -> Answers {
        let seconds = seconds.iter().map(|(code, seconds)| ((*code).to_owned(), *seconds));
        Answers { seconds: seconds.collect(), failed: 9, refusal: None }
    }

    #[test]
    fn what_is_known_is_asked_for_once_and_what_is_not_after_a_month() {
        let mut known = Known::default();
        let wanted = codes(&["long", "gone", "failed"]);
        assert_eq!(known.due(&wanted, day("2024-01-31")), ["failed", "gone", "long"]);
        known.learn(&answers(&[("long", Some(62)), ("gone", None)]), day("2024-01-31"));
        assert_eq!(known.due(&wanted, day("2024-02-29")), ["failed"]);
        assert_eq!(known.due(&wanted, day("2024-03-01")), ["failed", "gone"]);
        known.learn(&answers(&[("gone", Some(0))]), day("2024-03-01"));
        assert_eq!(known.due(&wanted, day("2034-03-01")), ["failed"]);
    }

    #[test]
    fn memory_reads_back_and_the_file_holds_what_is_known() {
        let mut known = Known::default();
        known.learn(&answers(&[("b", Some(62)), ("a", None), ("c", Some(0))]), day("2024-01-31"));
        let memory = "a\t-1\t2024-01-31\nb\t62\t2024-01-31\nc\t0\t2024-01-31\n";
        assert_eq!(String::from_utf8(known.memory()).unwrap(), memory);
        assert_eq!(Known::read(memory.as_bytes()).unwrap(), known);
        assert_eq!(known.file(), b"b\t62\nc\t0\n");
        assert_eq!(Known::read(b"").unwrap(), Known::default());
        for broken in ["a\t1\n", "a\tx\t2024-01-31\n", "a\t1\t2024-01-31\tx\n", "a\t1\t2024-13-01"]
        {
            let said = Known::read(format!("{memory}{broken}").as_bytes()).unwrap_err().to_string();
            assert!(said.starts_with("line 4 "), "{said}");
        }
    }

    #[test]
    fn what_can_be_no_id_is_not_asked_for() {
        let long = "x".repeat(65);
        let odd = ["", "a,b", "a b", "a&key=1", "é", "../x", long.as_str()];
        let wanted = codes(&[&odd[..], &["OEoXaMPEzf-_"]].concat());
        assert_eq!(Known::default().due(&wanted, day("2024-01-31")), ["OEoXaMPEzf-_"]);
    }
}

//! Durations of videos whose events do not tell them: what the duration service said (spec 20 §4.2).
//!
//! A job asks nobody. The driver may ask the service beforehand and hand over a file of what is
//! known; without it such durations stay unknown.

use super::video_events::{PLAY, UNKNOWN};
use crate::event::Json;
use crate::params::{ParamError, Params};
use crate::streaming::Error;
use crate::streaming::output::{nullable, split};
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The parameter that names the file: lines `code, seconds`, TAB between; -1 where the service does
/// not know.
pub const FILE: &str = "video_durations";

/// Durations in seconds by the code of a video.
#[derive(Debug, Default)]
pub struct Durations(HashMap<Vec<u8>, i64>);

impl Durations {
    /// Reads the file of a run; without one nothing is known.
    ///
    /// # Errors
    /// When there is no such file, or a line of it is something else.
    pub fn of_run(params: &Params) -> Result<Self, ParamError> {
        let Some(text) = params.file(FILE)? else { return Ok(Self::default()) };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let broken = |line: &[u8]| ParamError::Unreadable {
            name: FILE,
            text: params.get(FILE).unwrap_or_default().to_owned(),
            wanted: format!(
                "a file of lines `code, seconds`: `{}`",
                String::from_utf8_lossy(line).escape_debug()
            ),
        };
        lines.map(|line| code_and_seconds(line).ok_or_else(|| broken(line))).collect()
    }

    /// The seconds of a video, if they are known.
    #[must_use]
    pub fn seconds(&self, code: &[u8]) -> Option<i64> {
        self.0.get(code).copied().filter(|seconds| *seconds >= 0)
    }
}

impl FromIterator<(Vec<u8>, i64)> for Durations {
    fn from_iter<I: IntoIterator<Item = (Vec<u8>, i64)>>(known: I) -> Self {
        Self(known.into_iter().collect())
    }
}

fn code_and_seconds(line: &[u8]) -> Option<(Vec<u8>, i64)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let seconds = str::from_utf8(&line[tab + 1..]).ok()?.parse().ok()?;
    Some((line[..tab].to_vec(), seconds))
}

/// The code that a row of video_events leaves to ask for: of a play whose duration is unknown (spec 20
/// §4.1).
///
/// # Errors
/// When it is no such row.
pub fn code_to_ask(row: &[u8]) -> Result<Option<&[u8]>, Error> {
    const WHAT: &str = "a row of video_events";
    let [_, _, _, _, event_type, _, _, code, duration] = split(WHAT, row)?;
    if event_type != PLAY.as_bytes() {
        return Ok(None);
    }
    let seconds: Option<f64> = str::from_utf8(duration).ok().and_then(|text| text.parse().ok());
    let seconds = seconds.ok_or_else(|| Error::contract(WHAT, "not a duration", duration))?;
    Ok(nullable(code).filter(|_| seconds == UNKNOWN))
}

/// The seconds that a reply of the service tells: of its first item, from `PT…H…M…S`, of which every
/// part may be missing. None when it tells nothing.
#[must_use]
pub fn seconds_in_reply(reply: &str) -> Option<i64> {
    seconds(*items(reply)?.first()?)
}

/// What a reply about several videos tells: the id of each that the service knows, and its seconds if
/// there is a duration. None when it is no such reply.
#[must_use]
pub fn seconds_by_id(reply: &str) -> Option<Vec<(String, Option<i64>)>> {
    let told = |item: Json| Some((item.get("id")?.text()?.into_owned(), seconds(item)));
    items(reply)?.into_iter().map(told).collect()
}

fn items(reply: &str) -> Option<Vec<Json<'_>>> {
    let items = Json::parse(reply.as_bytes())?.get("items")?;
    items.raw().starts_with(b"[").then(|| items.items())
}

fn seconds(item: Json) -> Option<i64> {
    static DURATION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new("^PT(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?").ok());
    let text = item.get("contentDetails")?.get("duration")?.text()?;
    let parts = DURATION.as_ref()?.captures(&text)?;
    let mut seconds = 0_i64;
    for (at, unit) in [(1, 3600), (2, 60), (3, 1)] {
        let count: i64 = parts.get(at).map_or(Ok(0), |part| part.as_str().parse()).ok()?;
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(duration: &str) -> Option<i64> {
        let detail = format!(r#"{{"contentDetails": {{"duration": {duration}}}}}"#);
        seconds_in_reply(&format!(r#"{{"items": [{detail}, {{}}]}}"#))
    }

    #[test]
    fn a_reply_tells_hours_minutes_and_seconds() {
        for (duration, seconds) in [
            ("PT1M2S", Some(62)),
            ("PT2H30M1S", Some(9001)),
            ("PT130S", Some(130)),
            ("PT2H1S and more", Some(7201)),
            ("PT", Some(0)),
            ("PT1S2M", Some(1)),
            ("pt1s", None),
            (" PT1S", None),
            ("P1DT1S", None),
            ("PT99999999999999999999S", None),
            ("PT9223372036854775807H", None),
        ] {
            assert_eq!(told(&format!("\"{duration}\"")), seconds, "{duration}");
        }
        assert_eq!(told("62"), None);
    }

    #[test]
    fn other_replies_tell_nothing() {
        for reply in ["", "{lksjdf", "{}", "[]", r#"{"items": []}"#, r#"{"items": [{}]}"#] {
            assert_eq!(seconds_in_reply(reply), None, "{reply}");
        }
    }

    #[test]
    fn a_reply_about_several_videos_tells_each_by_its_id() {
        let item = |id: &str, duration: &str| {
            format!(r#"{{"id": "{id}", "contentDetails": {{"duration": "{duration}"}}}}"#)
        };
        let reply = format!(r#"{{"items": [{}, {}]}}"#, item("b", "PT1M"), item("a", "P0D"));
        let told = [("b".to_owned(), Some(60)), ("a".to_owned(), None)];
        assert_eq!(seconds_by_id(&reply).unwrap(), told);
        assert_eq!(seconds_by_id(r#"{"items": []}"#).unwrap(), []);
        for other in ["", "{}", "[]", r#"{"items": 5}"#, r#"{"items": [{}]}"#] {
            assert_eq!(seconds_by_id(other), None, "{other}");
        }
    }

    #[test]
    fn plays_of_unknown_duration_leave_a_code_to_ask_for() {
        for (row, code) in [
            ("play_video 1.0 \\N yt -1", Some("yt")),
            ("play_video 1.0 \\N yt -1.0", Some("yt")),
            ("play_video 1.0 \\N yt 62", None),
            ("play_video 1.0 \\N \\N -1", None),
            ("pause_video 1.0 \\N yt -1", None),
        ] {
            let row = format!("7\to/c/r\tv\t2024-03-05T00:00:09\t{}", row.replace(' ', "\t"));
            assert_eq!(code_to_ask(row.as_bytes()).unwrap(), code.map(str::as_bytes), "{row}");
        }
        let broken = "7\to/c/r\tv\t2024-03-05T00:00:09\tplay_video\t1.0\t\\N\tyt\tlong";
        for row in ["play_video", broken] {
            assert!(code_to_ask(row.as_bytes()).is_err(), "{row}");
        }
    }

    fn read(text: &str) -> Result<Durations, ParamError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().to_str().unwrap();
        Durations::of_run(&[(FILE, path)].into_iter().collect())
    }

    #[test]
    fn a_file_tells_what_is_known() {
        let known = read("abc\t62\nd e\t-1\nf\t0\n").unwrap();
        let seconds = [&b"abc"[..], b"d e", b"f", b"g"].map(|code| known.seconds(code));
        assert_eq!(seconds, [Some(62), None, Some(0), None]);
        assert_eq!(Durations::of_run(&Params::default()).unwrap().seconds(b"abc"), None);
    }

    #[test]
    fn a_file_that_is_missing_or_something_else_is_an_error() {
        for text in ["abc\n", "abc\t1.5\n", "abc\t62\tx\n", "{}\n"] {
            let said = read(text).unwrap_err().to_string();
            assert!(said.contains("a file of lines `code, seconds`"), "{said}");
        }
        let nowhere = [(FILE, "/no/such/file")].into_iter().collect();
        assert!(Durations::of_run(&nowhere).is_err());
    }
}

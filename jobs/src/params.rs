//! The parameters of a run, as a job is handed them (spec 01 §1).

use crate::event::interval::Interval;
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A parameter that is missing or says nothing usable.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParamError {
    /// The job needs it.
    #[error("parameter `{0}` is needed and was not given")]
    Missing(&'static str),
    /// Its text cannot be read.
    #[error("parameter `{name}` is `{text}`, which is not {wanted}")]
    Unreadable {
        /// The parameter.
        name: &'static str,
        /// What was given.
        text: String,
        /// What is wanted.
        wanted: String,
    },
    /// The file that it names cannot be read.
    #[error("parameter `{name}`: the file `{path}` cannot be read: {detail}")]
    File {
        /// The parameter.
        name: &'static str,
        /// What was given.
        path: String,
        /// What is wrong.
        detail: String,
    },
}

/// Parameters that name a file, or a folder of files, which tasks read: engines bring it to them, and
/// its bytes decide, not its name, whether a result is still the same.
pub const FILES: &[&str] =
    &["answer_metadata", "geolocation_data", "gpg_key_dir", "video_durations"];

/// Parameters that name the partition that is made, that are told by the partitions that are read, or
/// that change nothing of what is made whole.
pub const PLACES: &[&str] =
    &["date", "datetime", "end_date", "import_date", "interval", "keep_going", "overwrite_n_days"];

/// Parameters by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// The text of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        self.0.insert(name.to_owned(), text.into());
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The interval of the run.
    ///
    /// # Errors
    /// When it is missing or no interval.
    pub fn interval(&self) -> Result<Interval, ParamError> {
        self.parsed("interval", "an interval", |text| text.parse().ok())
    }

    /// Another interval; none when it is not given.
    ///
    /// # Errors
    /// When it is no interval.
    pub fn optional_interval(&self, name: &'static str) -> Result<Option<Interval>, ParamError> {
        match self.get(name) {
            None => Ok(None),
            Some(_) => self.parsed(name, "an interval", |text| text.parse().ok()).map(Some),
        }
    }

    /// A calendar date.
    ///
    /// # Errors
    /// When it is missing or no date.
    pub fn date(&self, name: &'static str) -> Result<NaiveDate, ParamError> {
        self.parsed(name, "a date (YYYY-MM-DD)", |text| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
        })
    }

    /// A switch; `default` when it is not given.
    ///
    /// # Errors
    /// When it is neither `true` nor `false`.
    pub fn flag(&self, name: &'static str, default: bool) -> Result<bool, ParamError> {
        match self.get(name) {
            None => Ok(default),
            Some(_) => self.parsed(name, "true or false", |text| text.parse().ok()),
        }
    }

    /// A whole number; none when it is not given.
    ///
    /// # Errors
    /// When it is no whole number of 0 or more.
    pub fn number(&self, name: &'static str) -> Result<Option<u32>, ParamError> {
        match self.get(name) {
            None => Ok(None),
            Some(_) => self.parsed(name, "a whole number", |text| text.parse().ok()).map(Some),
        }
    }

    /// A number with a fraction; `default` when it is not given.
    ///
    /// # Errors
    /// When it is no finite number of 0 or more.
    pub fn fraction(&self, name: &'static str, default: f64) -> Result<f64, ParamError> {
        let number = |text: &str| text.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0);
        match self.get(name) {
            None => Ok(default),
            Some(_) => self.parsed(name, "a number of 0 or more", number),
        }
    }

    /// The bytes of a small side file that a parameter names; none when it is not given. The engine
    /// puts the file where the task can open it.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn file(&self, name: &'static str) -> Result<Option<Vec<u8>>, ParamError> {
        let Some(path) = self.get(name) else { return Ok(None) };
        let unreadable = |e: std::io::Error| ParamError::File {
            name,
            path: path.to_owned(),
            detail: e.to_string(),
        };
        std::fs::read(path).map(Some).map_err(unreadable)
    }

    /// The run's `datetime` (ISO 8601, UTC) written by `partition_format` (strftime, default
    /// `%Y-%m-%d`).
    ///
    /// # Errors
    /// When `datetime` is missing or no date-time, or the format is none.
    pub fn partition_time(&self) -> Result<String, ParamError> {
        let time: NaiveDateTime = self.parsed("datetime", "a date-time", |text| {
            let text = text.strip_suffix('Z').unwrap_or(text);
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            day.map(|day| day.into()).or_else(|| text.parse().ok())
        })?;
        if self.get("partition_format").is_none() {
            return Ok(time.date().to_string());
        }
        self.parsed("partition_format", "a format of date-times", |format| {
            let mut text = String::new();
            write!(text, "{}", time.format(format)).ok().map(|()| text)
        })
    }

    fn parsed<T>(
        &self,
        name: &'static str,
        wanted: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ParamError> {
        let text = self.get(name).ok_or(ParamError::Missing(name))?;
        parse(text).ok_or_else(|| ParamError::Unreadable {
            name,
            text: text.to_owned(),
            wanted: wanted.to_owned(),
        })
    }
}

impl<N: Into<String>, T: Into<String>> FromIterator<(N, T)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, text)| (name.into(), text.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fraction_is_a_finite_number_or_the_default() {
        let read = |text| Params::from_iter([("n", text)]).fraction("n", 0.5).ok();
        assert_eq!([read("0"), read("0.05"), read("1e1")], [Some(0.0), Some(0.05), Some(10.0)]);
        assert_eq!(["", "-1", "x", "inf", "NaN"].map(read), [None; 5]);
        assert_eq!(Params::default().fraction("n", 0.5), Ok(0.5));
    }

    #[test]
    fn a_partition_is_named_by_date_and_format() {
        let named =
            |pairs: &[(&str, &str)]| pairs.iter().copied().collect::<Params>().partition_time();
        for (datetime, name) in [
            ("2016-09-08", "2016-09-08"),
            ("2016-09-08T10:20:30", "2016-09-08"),
            ("2016-09-08T10:20:30.5Z", "2016-09-08"),
        ] {
            assert_eq!(named(&[("datetime", datetime)]).unwrap(), name);
        }
        let hour = ("partition_format", "%Y-%m-%dT%H");
        assert_eq!(named(&[("datetime", "2016-09-08T10:20:30"), hour]).unwrap(), "2016-09-08T10");
        assert_eq!(named(&[hour]), Err(ParamError::Missing("datetime")));
        assert!(named(&[("datetime", "soon")]).is_err());
        assert!(named(&[("datetime", "2016-09-08"), ("partition_format", "%Q")]).is_err());
    }

    #[test]
    fn a_side_file_is_read_where_it_is_named() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let params: Params = [("answer_metadata", path)].into_iter().collect();
        assert!(params.file("answer_metadata").unwrap().unwrap().starts_with(b"[package]"));
        assert_eq!(Params::default().file("answer_metadata"), Ok(None));
        let params: Params = [("answer_metadata", "/no/such/file")].into_iter().collect();
        let error = params.file("answer_metadata").unwrap_err().to_string();
        assert!(error.contains("/no/such/file"), "{error}");
    }
}

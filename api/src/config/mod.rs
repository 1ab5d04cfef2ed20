//! Settings: one YAML file with the original's names where it had one, and ours (spec 50 §11.2). An
//! unknown key is an error that names the nearest one.

mod databases;
mod keys;

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_yaml::Mapping;
use store::Address;

use crate::throttle::Rate;

pub use keys::Keys;

/// What the service is set up with.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The first result store (also `ANALYTICS_DATABASE`).
    #[serde(alias = "ANALYTICS_DATABASE", deserialize_with = "databases::address")]
    pub store: Option<Address>,
    /// The second, which `/api/v1/` reads (also `ANALYTICS_DATABASE_V1`); none: the first.
    #[serde(alias = "ANALYTICS_DATABASE_V1", deserialize_with = "databases::address")]
    pub store_v1: Option<Address>,
    /// Users and hashed tokens.
    pub key_file: Option<PathBuf>,
    /// The database of an existing installation's users and tokens.
    #[serde(deserialize_with = "databases::address")]
    pub auth_store: Option<Address>,
    /// How much of single learners is shown.
    pub privacy: Privacy,
    /// How often a user may ask.
    #[serde(rename = "DEFAULT_THROTTLE_RATES")]
    pub rates: Rates,
    /// Users whose rate is that of services.
    #[serde(rename = "ANALYTICS_API_SERVICE_USERNAMES")]
    pub service_users: Vec<String>,
    /// How many requests are answered at one time; more are told to come back.
    pub max_in_flight: usize,
    /// How many seconds the service goes on answering after it was told to stop, so that a balancer notices.
    pub stop_notice: u32,
    /// How many MB of answers are kept.
    pub cache_mb: u64,
    /// Reports that are offered.
    #[serde(rename = "ENABLED_REPORT_IDENTIFIERS")]
    pub report_names: Vec<String>,
    /// How their files are called, by `{course_id}` and `{report_name}`.
    #[serde(rename = "COURSE_REPORT_FILE_LOCATION_TEMPLATE")]
    pub report_template: String,
    /// How long a link to one is good, in seconds.
    #[serde(rename = "COURSE_REPORT_DOWNLOAD_EXPIRY_TIME")]
    pub report_expiry: u32,
    /// Where they are: a folder, or `s3://BUCKET/PREFIX`.
    #[serde(rename = "MEDIA_ROOT")]
    pub report_folder: Option<String>,
    /// The server that has the folder's files; none: this one has, for who has a signed link.
    #[serde(rename = "MEDIA_URL")]
    pub report_link: Option<String>,
    /// What links are signed by; instances behind one address share it.
    #[serde(rename = "SECRET_KEY")]
    pub secret: Option<Secret>,
    /// The bucket of the reports, if `MEDIA_ROOT` does not name it.
    #[serde(rename = "AWS_STORAGE_BUCKET_NAME")]
    pub bucket: Option<String>,
    /// The key to the bucket; none: as the environment says.
    #[serde(rename = "AWS_ACCESS_KEY_ID")]
    pub access_key_id: Option<String>,
    /// Its secret.
    #[serde(rename = "AWS_SECRET_ACCESS_KEY")]
    pub secret_access_key: Option<Secret>,
    /// The region of the bucket.
    #[serde(rename = "AWS_S3_REGION_NAME")]
    pub region: Option<String>,
    /// The address of another store that speaks S3.
    #[serde(rename = "AWS_S3_ENDPOINT_URL")]
    pub endpoint: Option<String>,
    /// How callers reach the service, for links in answers; none: as each request says.
    pub base_url: Option<String>,
    /// Rows of a page unless the caller says how many.
    #[serde(rename = "DEFAULT_PAGE_SIZE")]
    pub page_size: usize,
    /// The most rows of a page.
    #[serde(rename = "MAX_PAGE_SIZE")]
    pub page_size_limit: usize,
    /// How many cohorts and modes of a course are counted: the most frequent.
    #[serde(rename = "AGGREGATE_PAGE_SIZE")]
    pub most_values: usize,
    /// Kinds of things that are left out of what an enterprise's learners did.
    #[serde(rename = "EXCLUDED_ENGAGEMENT_ENTITY_TYPES")]
    pub excluded_entity_types: Vec<String>,
    /// Where the LMS shows an account; a username is appended.
    #[serde(rename = "LMS_USER_ACCOUNT_BASE_URL")]
    pub account_url: Option<String>,
    /// A fixed time in place of the real one, for tests.
    pub clock: Option<DateTime<Utc>>,
    /// Origins whose scripts may read answers (also `CORS_ORIGIN_WHITELIST`).
    #[serde(rename = "CORS_ALLOWED_ORIGINS", alias = "CORS_ORIGIN_WHITELIST")]
    pub cors_origins: Vec<String>,
    /// Whether such scripts may send credentials.
    #[serde(rename = "CORS_ALLOW_CREDENTIALS")]
    pub cors_credentials: bool,
    /// Headers that such scripts may send besides the usual ones.
    #[serde(rename = "CORS_ALLOW_HEADERS")]
    pub cors_headers: Vec<String>,
}

/// How often a user may ask; none: without limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Anybody whose token says nothing else.
    pub user: Option<Rate>,
    /// The users who are named as services.
    pub service_user: Option<Rate>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { user: Some(Rate::a_minute(60)), service_user: Some(Rate::a_minute(800)) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            store: None,
            store_v1: None,
            key_file: None,
            auth_store: None,
            privacy: Privacy::default(),
            rates: Rates::default(),
            service_users: Vec::new(),
            max_in_flight: 512,
            stop_notice: 2,
            cache_mb: 256,
            report_names: vec!["problem_response".to_owned()],
            report_template: "{course_id}_{report_name}.csv".to_owned(),
            report_expiry: 120,
            report_folder: None,
            report_link: None,
            secret: None,
            bucket: None,
            access_key_id: None,
            secret_access_key: None,
            region: None,
            endpoint: None,
            base_url: None,
            page_size: 25,
            page_size_limit: 100,
            most_values: 10,
            excluded_entity_types: vec!["discussion".to_owned()],
            account_url: None,
            clock: None,
            cors_origins: Vec::new(),
            cors_credentials: false,
            cors_headers: Vec::new(),
        }
    }
}

/// A text that is never printed.
#[derive(Clone, Deserialize)]
pub struct Secret(String);

impl Secret {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

/// How much of single learners is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Nothing: counts of courses only.
    #[default]
    Aggregate,
    /// Learners under invented names, which are made by `SECRET_KEY`.
    Pseudonymous,
    /// Learners by name.
    Named,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("reading the settings {}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not YAML, or a value has the wrong form.
    #[error("the settings {} are wrong", file.display())]
    Yaml {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        source: serde_yaml::Error,
    },
    /// The file has a key that nobody knows.
    #[error("the settings {} have an unknown key `{key}`{hint}", file.display())]
    UnknownKey {
        /// The file.
        file: PathBuf,
        /// The key.
        key: String,
        /// The key that was probably meant.
        hint: String,
    },
}

/// What is set about reports.
pub(crate) struct ReportSettings {
    pub(crate) names: Vec<String>,
    pub(crate) template: String,
    pub(crate) expiry_seconds: u32,
    pub(crate) folder: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) secret: Option<String>,
    pub(crate) access_key_id: Option<String>,
    pub(crate) secret_access_key: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
}

impl Settings {
    /// What is set about reports.
    pub(crate) fn reports(&self) -> ReportSettings {
        let bucket = self.bucket.as_ref().map(|bucket| format!("s3://{bucket}"));
        ReportSettings {
            names: self.report_names.clone(),
            template: self.report_template.clone(),
            expiry_seconds: self.report_expiry,
            folder: bucket.or_else(|| self.report_folder.clone()),
            link: self.report_link.clone(),
            secret: self.secret.clone().map(|secret| secret.0),
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone().map(|secret| secret.0),
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
        }
    }

    /// The settings of a file.
    ///
    /// # Errors
    /// It cannot be read, is no YAML, has an unknown key or an unusable value.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let (settings, keys) = Self::examine(file)?;
        keys.without_effect
            .iter()
            .for_each(|key| log::warn!("the setting {key} has no effect here"));
        match keys.unknown.into_iter().next() {
            Some((key, hint)) => Err(Error::UnknownKey { file: file.to_owned(), key, hint }),
            None => settings,
        }
    }

    /// The settings of a file, unknown keys left out, and what is to be said of its keys.
    ///
    /// # Errors
    /// It cannot be read or is no YAML; within, a value is unusable.
    pub fn examine(file: &Path) -> Result<(Result<Self, Error>, Keys), Error> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| Error::Read { file: file.to_owned(), source })?;
        let wrong = |source| Error::Yaml { file: file.to_owned(), source };
        let mapping: Option<Mapping> = serde_yaml::from_str(&text).map_err(wrong)?;
        let mapping = mapping.unwrap_or_default();
        let keys = Keys::of(&mapping);
        Ok((Self::of(mapping, &text).map_err(wrong), keys))
    }

    fn of(mut mapping: Mapping, text: &str) -> serde_yaml::Result<Self> {
        if databases::resolve(&mut mapping) {
            return serde_yaml::from_value(mapping.into());
        }
        // Unlike a value, the text knows in which line something is wrong.
        let settings: Option<Self> = serde_yaml::from_str(text)?;
        Ok(settings.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(text: &str) -> Result<Settings, Error> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("api.yml");
        std::fs::write(&file, text).unwrap();
        Settings::read(&file)
    }

    #[test]
    fn takes_our_names_and_the_originals() {
        let settings = parse(
            "ANALYTICS_DATABASE_V1: sqlite:v1.db\nkey_file: keys\nprivacy: named\nclock: 2014-01-01T00:00:00Z\n\
             CORS_ALLOWED_ORIGINS: [http://localhost:1991]\nCORS_ALLOW_CREDENTIALS: true\nMEDIA_URL: http://x/\n",
        )
        .unwrap();
        assert_eq!(settings.store_v1, Some("sqlite:v1.db".parse().unwrap()));
        assert_eq!(settings.key_file.as_deref(), Some(Path::new("keys")));
        assert_eq!(settings.privacy, Privacy::Named);
        assert_eq!(settings.clock.unwrap().to_rfc3339(), "2014-01-01T00:00:00+00:00");
        assert_eq!(settings.cors_origins, ["http://localhost:1991"]);
        assert!(settings.cors_credentials);
        assert_eq!(settings.store, None);
    }

    #[test]
    fn reads_the_originals_databases_by_their_names() {
        let databases = "DATABASES:\n\
            \x20 default: {ENGINE: django.db.backends.mysql, HOST: db, NAME: analytics-api, USER: 'a@b', PASSWORD: hunter2, PORT: '3307', OPTIONS: {connect_timeout: 10}}\n\
            \x20 reports: {ENGINE: django.db.backends.mysql, HOST: db, NAME: reports, USER: reader, PASSWORD: hunter3}\n\
            \x20 other: {ENGINE: django.db.backends.sqlite3, NAME: /v1.db}\n";
        let settings = parse(databases).unwrap();
        let at = |address: &Option<Address>| address.as_ref().map(ToString::to_string);
        assert_eq!(at(&settings.store).unwrap(), "mysql://reader@db:3306/reports");
        assert_eq!(at(&settings.auth_store).unwrap(), "mysql://a%40b@db:3307/analytics%2Dapi");
        assert_eq!(at(&settings.store_v1), None);
        assert!(!format!("{settings:?}").contains("hunter"));

        let others = "ANALYTICS_DATABASE: other\nANALYTICS_DATABASE_V1: other\nauth_store: sqlite:users.db\n";
        let settings = parse(&format!("{databases}{others}")).unwrap();
        assert_eq!(at(&settings.store).unwrap(), "sqlite:/v1.db");
        assert_eq!(at(&settings.store_v1).unwrap(), "sqlite:/v1.db");
        assert_eq!(at(&settings.auth_store).unwrap(), "sqlite:users.db");

        let postgres =
            "DATABASES: {reports: {ENGINE: django.db.backends.postgresql, NAME: reports}}";
        assert!(matches!(parse(postgres), Err(Error::Yaml { .. })));
    }

    #[test]
    fn an_empty_file_sets_nothing() {
        let settings = parse("").unwrap();
        assert!(settings.store.is_none() && settings.privacy == Privacy::Aggregate);
        assert!(parse("ANALYTICS_DATABASE_V1: null\n").unwrap().store_v1.is_none());
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let error = parse("key_fiel: keys\n").unwrap_err().to_string();
        let said = "api.yml have an unknown key `key_fiel`; did you mean `key_file`?";
        assert!(error.ends_with(said), "{error}");
    }

    #[test]
    fn a_wrong_value_is_refused() {
        assert!(matches!(parse("privacy: secret\n"), Err(Error::Yaml { .. })));
        assert!(matches!(parse("store: postgres://x\n"), Err(Error::Yaml { .. })));
        assert!(matches!(parse("- a list\n"), Err(Error::Yaml { .. })));
    }
}

//! The sections of `insights.yml`: every key, what it means and its default.

use super::runners::Runners;
use crate::pull::JWT;
use crate::runner::cores;
use jobs::side_output::Packing;
use serde::{Deserialize, Serialize};
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where tracking logs stand.
    pub sources: Vec<Source>,
    /// Where facts, staged tables and the ledger stand.
    pub warehouse: Warehouse,
    /// The result store.
    pub store: StoreConfig,
    /// The LMS's database.
    pub lms: Lms,
    /// Hive.
    pub hive: HiveConfig,
    /// The search index of the roster.
    pub index: IndexConfig,
    /// The service that is asked for durations of videos.
    pub video: VideoConfig,
    /// The engines.
    pub runners: Runners,
    /// Parameters of jobs, by name.
    pub jobs: BTreeMap<String, Value>,
    /// What may be kept of single learners: `aggregate`, `pseudonymous` or `named`.
    pub privacy: Privacy,
    /// Learners who leave.
    pub retirement: RetirementConfig,
    /// When workflows run, and who is told.
    pub schedule: ScheduleConfig,
}

/// Learners who leave: they are listed by digests under a secret, which comes from a file or the environment
/// (`INSIGHTS_RETIREMENT_KEY`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetirementConfig {
    /// Holds the secret.
    pub key_file: Option<PathBuf>,
}

/// When workflows run, and who is told of how they end. The address that is asked for after each success is a
/// secret: it comes from a file or the environment (`INSIGHTS_SCHEDULE_PING_URL`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleConfig {
    /// The catalogue of what runs when; none = the one that the program brings along.
    pub file: Option<PathBuf>,
    /// Holds an address that is asked for after each run that succeeds.
    pub ping_url_file: Option<PathBuf>,
    /// Where each run leaves its figures in the text form of Prometheus.
    pub metrics_file: Option<PathBuf>,
}

/// A place of tracking logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The folder.
    pub url: String,
    /// Regular expressions over whole addresses; none = the parameter `pattern`.
    #[serde(default)]
    pub pattern: Vec<String>,
    /// The fact jobs that it feeds; none = all.
    #[serde(default)]
    pub jobs: Vec<String>,
}

/// The warehouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Warehouse {
    /// Its folder.
    pub url: String,
    /// How many partitions of a staged table are kept, the newest ones.
    pub keep_partitions: usize,
    /// How part files are packed: `none` or `gzip`.
    pub compress: Packing,
}

/// The result store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `mysql://user@host:port/database?password_file=PATH`; none = nothing is
    /// loaded.
    pub url: Option<String>,
    /// A load that would lose more than this share of the live rows is refused; none = never.
    pub max_drop: Option<f64>,
    /// Tables that an empty result may replace.
    pub allow_empty: Vec<String>,
}

/// The LMS: its databases, how their tables are imported, and its interfaces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lms {
    /// `sqlite:PATH` or `mysql://user@host:port/database?password_file=PATH`; none = imports must be
    /// there already.
    pub database: Option<String>,
    /// The database of the shop, in the same form.
    pub ecommerce: Option<String>,
    /// What imports.
    pub engine: ImportEngine,
    /// The folder of Sqoop option files; none = those that the program brings along.
    pub options: Option<PathBuf>,
    /// Connections at once of the native importer.
    pub parallelism: usize,
    /// Sqoop, if it is what imports.
    pub sqoop: SqoopConfig,
    /// The LMS's REST interfaces.
    pub api: LmsApi,
    /// The catalogue service, which is asked in the name of `lms.api`.
    pub catalogue: Catalogue,
}

/// The LMS's REST interfaces, and who asks them (spec 20 §8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LmsApi {
    /// The LMS: `https://host`.
    pub url: Option<String>,
    /// Where tokens are given out; none = `oauth2/access_token` of the LMS.
    pub auth_url: Option<String>,
    /// The courses API; none = `api/courses/v1/courses/` of the LMS.
    pub courses_url: Option<String>,
    /// The blocks API; none = `api/courses/v1/blocks/` of the LMS.
    pub blocks_url: Option<String>,
    /// The type of the tokens that the blocks API takes: `bearer` or `jwt`.
    pub blocks_token_type: TokenType,
    /// The client's id.
    pub client_id: Option<String>,
    /// The file of the client's secret; none = the variable `INSIGHTS_LMS_API_CLIENT_SECRET`.
    pub client_secret_file: Option<PathBuf>,
    /// The user in whose name is asked; none = the client's own.
    pub username: Option<String>,
    /// The file of the user's password; none = the variable `INSIGHTS_LMS_API_PASSWORD`.
    pub password_file: Option<PathBuf>,
    /// Courses a page.
    pub page_size: u32,
}

/// A type of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// Looked up by the server.
    #[default]
    Bearer,
    /// Signed, and read by the server.
    Jwt,
}

impl TokenType {
    /// Its name, as servers have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Jwt => JWT,
        }
    }
}

/// The catalogue service (spec 10 §4.10).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Catalogue {
    /// The root of its interface: `https://host/api/v1`.
    pub url: Option<String>,
    /// The short codes of the partners whose course runs are asked for; none = nothing is asked.
    pub partners: Vec<String>,
    /// A root for each partner, in the same order; none = `url` for all.
    pub partner_urls: Vec<String>,
    /// Course runs a page.
    pub page_size: u32,
}

/// What imports tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportEngine {
    /// This process, all tables of a database in one snapshot.
    #[default]
    Native,
    /// Sqoop, table by table on the cluster.
    Sqoop,
}

/// Sqoop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SqoopConfig {
    /// The command `sqoop`.
    pub command: String,
    /// Settings of its jobs.
    pub jobconf: BTreeMap<String, String>,
    /// Options of its JDBC address, the key store of certificates to trust for example.
    pub jdbc: BTreeMap<String, String>,
}

/// Hive, which reads the warehouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HiveConfig {
    /// The command `hive`; none = there is no Hive, and none is told.
    pub command: Option<String>,
    /// The database of its tables.
    pub database: String,
    /// Settings of its sessions.
    pub hiveconf: BTreeMap<String, String>,
}

/// The search index of the roster (spec 30 A.7). The password or key of its user comes from a file or
/// from the environment (`INSIGHTS_INDEX_PASSWORD`, `INSIGHTS_INDEX_API_KEY`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexConfig {
    /// `http://host:port` or `https://host:port` of an OpenSearch or Elasticsearch cluster; none = there
    /// is no index.
    pub url: Option<String>,
    /// The name by which the index is read.
    pub alias: String,
    /// The index's primary shards; none = the cluster's own choice.
    pub shards: Option<u32>,
    /// The user to sign in as.
    pub user: Option<String>,
    /// Holds the user's password.
    pub password_file: Option<PathBuf>,
    /// Holds an API key as the cluster printed it, in place of a user.
    pub api_key_file: Option<PathBuf>,
    /// Certificates to trust in place of the built-in ones, as PEM.
    pub ca_file: Option<PathBuf>,
    /// Requests with documents at once.
    pub indexing_tasks: usize,
    /// The most documents of one request.
    pub batch_size: usize,
    /// The most bytes of one request; a larger document goes alone.
    pub batch_bytes: usize,
    /// Seconds that each task waits between two requests with documents.
    pub throttle: f64,
    /// How often a request that a busy cluster turns away is tried.
    pub max_attempts: u32,
    /// The index that holds when each alias was filled last.
    pub marker_index: String,
    /// Whether a roster without learners may replace one that has some.
    pub allow_empty: bool,
}

/// The service that is asked for durations of videos (spec 20 §4.2). It is asked only with a key, which
/// comes from a file or from the environment (`INSIGHTS_GOOGLE_API_KEY`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VideoConfig {
    /// Holds the key of the YouTube Data API.
    pub api_key_file: Option<PathBuf>,
    /// Where that API is.
    pub api_url: String,
}

/// What may be kept of single learners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Nothing.
    #[default]
    Aggregate,
    /// Numbers in place of names.
    Pseudonymous,
    /// Names.
    Named,
}

impl Default for Warehouse {
    fn default() -> Self {
        Self { url: "warehouse".to_owned(), keep_partitions: 3, compress: Packing::Plain }
    }
}

impl Default for HiveConfig {
    fn default() -> Self {
        Self { command: None, database: "default".to_owned(), hiveconf: BTreeMap::new() }
    }
}

impl Default for IndexConfig {
    fn default() -> Self {
        Self {
            url: None,
            alias: "roster".to_owned(),
            shards: None,
            user: None,
            password_file: None,
            api_key_file: None,
            ca_file: None,
            indexing_tasks: 4,
            batch_size: 1000,
            batch_bytes: 5 << 20,
            throttle: 0.75,
            max_attempts: 10,
            marker_index: "index_updates".to_owned(),
            allow_empty: false,
        }
    }
}

impl Default for VideoConfig {
    fn default() -> Self {
        Self { api_key_file: None, api_url: "https://www.googleapis.com/youtube/v3".to_owned() }
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { url: None, max_drop: Some(0.5), allow_empty: Vec::new() }
    }
}

impl Default for Lms {
    fn default() -> Self {
        Self {
            database: None,
            ecommerce: None,
            engine: ImportEngine::Native,
            options: None,
            parallelism: cores().max(2),
            sqoop: SqoopConfig::default(),
            api: LmsApi::default(),
            catalogue: Catalogue::default(),
        }
    }
}

impl Default for LmsApi {
    fn default() -> Self {
        Self {
            url: None,
            auth_url: None,
            courses_url: None,
            blocks_url: None,
            blocks_token_type: TokenType::Bearer,
            client_id: None,
            client_secret_file: None,
            username: None,
            password_file: None,
            page_size: 100,
        }
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self { url: None, partners: Vec::new(), partner_urls: Vec::new(), page_size: 100 }
    }
}

impl Default for SqoopConfig {
    fn default() -> Self {
        Self { command: "sqoop".to_owned(), jobconf: BTreeMap::new(), jdbc: BTreeMap::new() }
    }
}

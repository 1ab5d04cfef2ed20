//! The settings of the program: default < YAML file < environment < flag; unknown keys are refused.

mod live;
mod secrets;
mod settings;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use reqwest::Url;

use crate::course_id::CourseId;
use crate::usage_id::in_path;

pub use self::live::Live;
pub use self::secrets::Secrets;
pub use self::settings::{Features, FooterLink, Settings};

/// Environment variables with this beginning are settings; others are none of our business.
const PREFIX: &str = "INSIGHTS_WEB_";

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// The Data API.
    pub api: Upstream,
    /// The LMS.
    pub lms: LmsAddresses,
    /// The names and secrets by which the site is known.
    pub secrets: SecretFiles,
    /// Bytes of answers that are kept, about.
    pub cache_bytes: u64,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where metrics are to be had.
    pub metrics_listen: Option<SocketAddr>,
    /// This site as browsers call it.
    pub url: Url,
    /// Host names of the site, besides loopback ones and that of `url`.
    pub allowed_hosts: Vec<String>,
    /// Whether only course teams see a course.
    pub course_permissions: bool,
    /// So long the courses of a user are not asked again.
    pub permissions_fresh: Duration,
    /// What pages say about the site and where they lead.
    pub brand: Brand,
    /// Whether ages may be shown.
    pub age_available: bool,
    /// Organisations of whose courses no single learners are shown.
    pub learners_blocked: Vec<String>,
    /// Columns of the file of learners; all where none are named.
    pub learner_fields: Option<Vec<String>>,
    /// Where it is written down what readers use.
    pub usage_file: Option<PathBuf>,
}

/// A service that is asked.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Its address.
    pub address: String,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Calls at the same time, at most.
    pub calls: usize,
}

/// The LMS's addresses; each ends with a slash.
#[derive(Clone, Debug)]
pub struct LmsAddresses {
    /// The LMS as this program reaches it.
    pub root: Url,
    /// The LMS as browsers reach it.
    pub public: Url,
    /// Where the service gets its token.
    pub token: Url,
    /// The course interfaces.
    pub course_api: Url,
    /// The grading policies.
    pub grading_policy_api: Url,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// Names that are no secrets, and the files of secrets that belong to them.
#[derive(Clone, Debug)]
pub struct SecretFiles {
    /// The Data API's token.
    pub api_token: PathBuf,
    /// The site's name at the LMS for users, and its secret.
    pub sign_in: (String, PathBuf),
    /// The site's name at the LMS as a service, and its secret.
    pub service: (String, PathBuf),
    /// What proves tokens of the LMS.
    pub jwt: JwtFile,
    /// Issuer and audience that tokens must name.
    pub jwt_names: (Option<String>, Option<String>),
    /// What seals sessions.
    pub session_keys: Option<PathBuf>,
}

/// What proves tokens of the LMS.
#[derive(Clone, Debug)]
pub enum JwtFile {
    /// Public keys.
    Keys(PathBuf),
    /// A shared secret.
    Secret(PathBuf),
}

/// Names and outside addresses that pages show.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The platform whose courses are shown.
    pub platform: String,
    /// This application.
    pub application: String,
    /// Where to ask for help.
    pub support_email: Option<String>,
    /// The community's page.
    pub open_source_url: Option<String>,
    /// The research page.
    pub research_url: Option<String>,
    /// Beginning of a course's address in the LMS.
    pub lms_course_url: Option<String>,
    /// Beginning of a course's address in Studio.
    pub studio_course_url: Option<String>,
    /// Beginning of a block's address to be shown in a frame.
    pub module_preview_url: Option<String>,
    /// Links of the footer.
    pub footer_links: Vec<FooterLink>,
}

impl Brand {
    /// A block where learners meet it.
    pub fn jump_to(&self, course: &CourseId, block: &str) -> Option<String> {
        let base = self.lms_course_url.as_ref()?.trim_end_matches('/');
        Some(format!("{base}/{course}/jump_to/{}", in_path(block)))
    }
}

impl Settings {
    /// Joins flags and environment with the file.
    ///
    /// # Errors
    /// A file that cannot be read or holds an unknown key, or an unknown environment variable.
    pub fn joined(flags: Self, file: Option<&Path>) -> anyhow::Result<Self> {
        refuse_unknown(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
        let file = file.map_or_else(|| Ok(Self::default()), read)?;
        Ok(flags.over(file)?)
    }
}

impl Config {
    /// A block to be shown in a frame beside its figures.
    pub fn preview_of(&self, block: &str) -> Option<String> {
        let base = self.brand.module_preview_url.as_ref()?.trim_end_matches('/');
        Some(format!("{base}/{}", in_path(block)))
    }

    /// Whether no single learners of a course are shown, whatever the switches say.
    pub fn blocks_learners(&self, course: &CourseId) -> bool {
        let organisation = course.organisation();
        self.learners_blocked.iter().any(|org| org.eq_ignore_ascii_case(organisation))
    }

    /// Fills in the defaults.
    ///
    /// # Errors
    /// A setting that cannot be guessed is missing, or one cannot be.
    pub fn resolve(set: Settings) -> anyhow::Result<Self> {
        let listen = set.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8110)));
        let url = match &set.url {
            Some(url) => address("url", url)?,
            None => address("listen", &format!("http://{listen}/"))?,
        };
        if url.scheme() != "https" && !is_loopback(&url) {
            bail!("url must begin with https: a session is no secret on {url}");
        }
        Ok(Self {
            api: Upstream {
                address: needed("api", "where is the Data API?", set.api.clone())?,
                timeout: seconds("api_timeout", set.api_timeout, 10)?,
                calls: match set.api_calls {
                    Some(0) => bail!("api_calls must be at least 1"),
                    calls => calls.unwrap_or(16),
                },
            },
            lms: lms(&set)?,
            secrets: secrets(&set)?,
            cache_bytes: set.cache_bytes.unwrap_or(100_000_000),
            listen,
            metrics_listen: set.metrics_listen,
            url,
            allowed_hosts: set.allowed_hosts.unwrap_or_default(),
            course_permissions: set.enable_course_permissions.unwrap_or(true),
            permissions_fresh: Duration::from_secs(set.course_permissions_timeout.unwrap_or(900)),
            brand: Brand {
                platform: set.platform_name.unwrap_or_else(|| "Open edX".to_owned()),
                application: set.application_name.unwrap_or_else(|| "Insights".to_owned()),
                support_email: set.support_email,
                open_source_url: set.open_source_url,
                research_url: set.research_url,
                lms_course_url: set.lms_course_url,
                studio_course_url: set.studio_course_url,
                module_preview_url: set.module_preview_url,
                footer_links: set.footer_links.unwrap_or_default(),
            },
            age_available: set.enrollment_age_available.unwrap_or(true),
            learners_blocked: set.block_learner_analytics_org_list.unwrap_or_default(),
            learner_fields: learner_fields(set.learner_api_list_download_fields)?,
            usage_file: set.usage_file,
        })
    }
}

fn learner_fields(named: Option<Vec<String>>) -> anyhow::Result<Option<Vec<String>>> {
    let Some(named) = named else { return Ok(None) };
    let known = crate::page::learners::fields();
    match named.iter().find(|field| !known.contains(field)) {
        Some(odd) => {
            bail!("learner_api_list_download_fields has {odd}; known are {}", known.join(", "))
        }
        None => Ok(Some(named).filter(|named| !named.is_empty())),
    }
}

fn lms(set: &Settings) -> anyhow::Result<LmsAddresses> {
    let root = needed("lms", "where do users sign in?", set.lms.clone())?;
    let root = address("lms", &root)?;
    let below = |name, given: &Option<String>, path: &str| match given {
        Some(given) => address(name, given),
        None => root.join(path).with_context(|| format!("{name} below {root}")),
    };
    Ok(LmsAddresses {
        public: below("lms_public", &set.lms_public, "")?,
        token: match &set.service_token_url {
            Some(url) => Url::parse(url)
                .with_context(|| format!("service_token_url is no address: {url}"))?,
            None => below("service_token_url", &None, "oauth2/access_token")?,
        },
        course_api: below("course_api_url", &set.course_api_url, "api/courses/v1/")?,
        grading_policy_api: below(
            "grading_policy_api_url",
            &set.grading_policy_api_url,
            "api/grades/v1/",
        )?,
        timeout: seconds("lms_timeout", set.lms_timeout, 5)?,
        root,
    })
}

fn secrets(set: &Settings) -> anyhow::Result<SecretFiles> {
    let jwt = match (&set.jwt_keys_file, &set.jwt_secret_file) {
        (Some(keys), None) => JwtFile::Keys(keys.clone()),
        (None, Some(secret)) => JwtFile::Secret(secret.clone()),
        _ => bail!(
            "exactly one of jwt_keys_file and jwt_secret_file must be set: what proves the LMS's tokens?"
        ),
    };
    let at_lms = "how is this site known at the LMS?";
    Ok(SecretFiles {
        api_token: needed(
            "api_token_file",
            "where is the Data API's token?",
            set.api_token_file.clone(),
        )?,
        sign_in: (
            needed("sign_in_client_id", at_lms, set.sign_in_client_id.clone())?,
            needed("sign_in_client_secret_file", at_lms, set.sign_in_client_secret_file.clone())?,
        ),
        service: (
            needed("service_client_id", at_lms, set.service_client_id.clone())?,
            needed("service_client_secret_file", at_lms, set.service_client_secret_file.clone())?,
        ),
        jwt,
        jwt_names: (set.jwt_issuer.clone(), set.jwt_audience.clone()),
        session_keys: set.session_key_file.clone(),
    })
}

fn needed<T>(name: &str, question: &str, value: Option<T>) -> anyhow::Result<T> {
    value.with_context(|| format!("{name} is not set: {question}"))
}

fn seconds(name: &str, value: Option<u64>, usual: u64) -> anyhow::Result<Duration> {
    match value.unwrap_or(usual) {
        0 => bail!("{name} must be at least 1"),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// An address to whose end more can be joined.
fn address(name: &str, text: &str) -> anyhow::Result<Url> {
    let with_slash = if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
    let url = Url::parse(&with_slash).with_context(|| format!("{name} is no address: {text}"))?;
    if !["http", "https"].contains(&url.scheme()) || url.cannot_be_a_base() {
        bail!("{name} is neither http nor https: {text}");
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

fn read(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading settings {}", path.display()))?;
    serde_yaml::from_str(&text).with_context(|| format!("in settings {}", path.display()))
}

/// A misspelt variable would otherwise be a setting that does nothing.
fn refuse_unknown(names: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let command = Settings::augment_args(clap::Command::new("insights-web"));
    let known: Vec<String> = command
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str().map(str::to_owned))
        .chain([format!("{PREFIX}CONFIG")])
        .collect();
    for name in names.filter(|name| name.starts_with(PREFIX)) {
        if !known.contains(&name) {
            bail!("unknown environment variable {name}; known are {}", known.join(", "));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LEAST: &str = "{api: http://file, api_token_file: t, lms: 'http://lms', jwt_keys_file: k, \
        sign_in_client_id: i, sign_in_client_secret_file: s, service_client_id: i, \
        service_client_secret_file: s}";

    fn least() -> Settings {
        serde_yaml::from_str(LEAST).unwrap()
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_the_default() {
        let file: Settings =
            serde_yaml::from_str("platform_name: File\nfooter_links: [{url: /a, text: A}]\nfeatures: {enable_course_api: false}")
                .unwrap();
        let flags = Settings { api: Some("http://flag".to_owned()), ..Settings::default() };
        let settings = flags.over(file.over(least()).unwrap()).unwrap();
        let features = Live::of(&settings).unwrap().features;
        let config = Config::resolve(settings).unwrap();
        assert_eq!(config.api.address, "http://flag");
        assert_eq!(
            (config.brand.platform.as_str(), config.brand.application.as_str()),
            ("File", "Insights")
        );
        assert_eq!(config.listen.to_string(), "127.0.0.1:8110");
        assert_eq!(config.brand.footer_links[0].text, "A");
        assert!(!features.enable_course_api && features.enable_course_filters);
        assert_eq!(config.lms.course_api.as_str(), "http://lms/api/courses/v1/");
    }

    #[test]
    fn unknown_keys_and_variables_are_refused_with_the_known_ones() {
        let error = serde_yaml::from_str::<Settings>("lisen: x").unwrap_err().to_string();
        assert!(error.contains("unknown field `lisen`") && error.contains("`listen`"), "{error}");
        let names = ["PATH", "INSIGHTS_WEB_LISEN"].map(str::to_owned).into_iter();
        let error = refuse_unknown(names).unwrap_err().to_string();
        assert!(
            error.contains("INSIGHTS_WEB_LISEN") && error.contains("INSIGHTS_WEB_LISTEN"),
            "{error}"
        );
        refuse_unknown(["INSIGHTS_WEB_API_TOKEN_FILE".to_owned()].into_iter()).unwrap();
    }

    #[test]
    fn what_cannot_be_guessed_must_be_set() {
        let refusal = |set: Settings| Config::resolve(set).unwrap_err().to_string();
        assert_eq!(refusal(Settings::default()), "api is not set: where is the Data API?");
        let no_lms = Settings { lms: None, ..least() };
        assert_eq!(refusal(no_lms), "lms is not set: where do users sign in?");
        let both = Settings { jwt_secret_file: Some("s".into()), ..least() };
        assert!(refusal(both).starts_with("exactly one of jwt_keys_file"));
    }

    #[test]
    fn sessions_go_by_tls_or_stay_on_this_machine() {
        let at = |url: &str| {
            let set = Settings { url: Some(url.to_owned()), ..least() };
            Config::resolve(set).map(|config| config.url.to_string())
        };
        assert_eq!(at("https://insights.example").unwrap(), "https://insights.example/");
        for near in ["http://localhost:1", "http://127.0.0.2/", "http://[::1]:8110"] {
            assert!(at(near).is_ok(), "{near}");
        }
        let error = at("http://insights.example").unwrap_err().to_string();
        assert_eq!(
            error,
            "url must begin with https: a session is no secret on http://insights.example/"
        );
        assert!(at("insights.example").is_err());
    }
}

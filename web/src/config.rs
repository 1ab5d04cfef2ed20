//! The settings of the program: default < YAML file < environment < flag; unknown keys are refused.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;

/// Environment variables with this beginning are settings; others are none of our business.
const PREFIX: &str = "INSIGHTS_WEB_";

/// A link of the footer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FooterLink {
    /// Where it leads.
    pub url: String,
    /// Its words.
    pub text: String,
}

/// What can be set; the same names in the file, in the environment and as flags.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address of the Data API, for example http://127.0.0.1:8100
    #[arg(long, env = "INSIGHTS_WEB_API", value_name = "URL")]
    pub api: Option<String>,
    /// File that holds the Data API's token
    #[arg(long, env = "INSIGHTS_WEB_API_TOKEN_FILE", value_name = "FILE")]
    pub api_token_file: Option<PathBuf>,
    /// Seconds to wait for an answer of the Data API [default: 10]
    #[arg(long, env = "INSIGHTS_WEB_API_TIMEOUT", value_name = "SECONDS")]
    pub api_timeout: Option<u64>,
    /// Calls to the Data API at the same time, at most [default: 16]
    #[arg(long, env = "INSIGHTS_WEB_API_CALLS", value_name = "N")]
    pub api_calls: Option<usize>,
    /// Address and port to listen on [default: 127.0.0.1:8110]
    #[arg(long, env = "INSIGHTS_WEB_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Let everyone in as the demo user, who may see every course
    #[arg(long, env = "INSIGHTS_WEB_DEMO", num_args = 0..=1, default_missing_value = "true")]
    pub demo: Option<bool>,
    /// Host names under which the site is called, besides loopback ones; `*` for any
    #[arg(
        long = "allowed-host",
        env = "INSIGHTS_WEB_ALLOWED_HOSTS",
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub allowed_hosts: Option<Vec<String>>,
    /// Name of the platform whose courses are shown [default: Open edX]
    #[arg(long, env = "INSIGHTS_WEB_PLATFORM_NAME", value_name = "NAME")]
    pub platform_name: Option<String>,
    /// Name of this application [default: Insights]
    #[arg(long, env = "INSIGHTS_WEB_APPLICATION_NAME", value_name = "NAME")]
    pub application_name: Option<String>,
    /// Address to write to for help
    #[arg(long, env = "INSIGHTS_WEB_SUPPORT_EMAIL", value_name = "EMAIL")]
    pub support_email: Option<String>,
    /// Address of the community page that the landing page names
    #[arg(long, env = "INSIGHTS_WEB_OPEN_SOURCE_URL", value_name = "URL")]
    pub open_source_url: Option<String>,
    /// Beginning of a course's address in the LMS; the course id and /instructor or /courseware follow
    #[arg(long, env = "INSIGHTS_WEB_LMS_COURSE_URL", value_name = "URL")]
    pub lms_course_url: Option<String>,
    /// Beginning of a course's address in Studio; the course id follows
    #[arg(long, env = "INSIGHTS_WEB_STUDIO_COURSE_URL", value_name = "URL")]
    pub studio_course_url: Option<String>,
    /// Whether ages may be shown; where not, their pages answer 404 [default: true]
    #[arg(long, env = "INSIGHTS_WEB_ENROLLMENT_AGE_AVAILABLE", value_name = "BOOL")]
    pub enrollment_age_available: Option<bool>,
    /// Links of the footer (file only)
    #[arg(skip)]
    pub footer_links: Option<Vec<FooterLink>>,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of the Data API.
    pub api: String,
    /// Where its token is kept.
    pub api_token_file: PathBuf,
    /// How long an answer may take.
    pub api_timeout: Duration,
    /// Calls at the same time, at most.
    pub api_calls: usize,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether everyone is the demo user.
    pub demo: bool,
    /// Host names of the site, besides loopback ones.
    pub allowed_hosts: Vec<String>,
    /// What pages say about the site and where they lead.
    pub brand: Brand,
    /// Whether ages may be shown.
    pub age_available: bool,
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
    /// Beginning of a course's address in the LMS.
    pub lms_course_url: Option<String>,
    /// Beginning of a course's address in Studio.
    pub studio_course_url: Option<String>,
    /// Links of the footer.
    pub footer_links: Vec<FooterLink>,
}

impl Config {
    /// Joins flags and environment with the file and the defaults.
    ///
    /// # Errors
    /// A file that cannot be read or holds an unknown key, an unknown environment variable, no API.
    pub fn join(flags: Settings, file: Option<&Path>) -> anyhow::Result<Self> {
        refuse_unknown(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
        let file = file.map_or_else(|| Ok(Settings::default()), read)?;
        flags.over(file).resolve()
    }
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

impl Settings {
    fn over(self, file: Self) -> Self {
        Self {
            api: self.api.or(file.api),
            api_token_file: self.api_token_file.or(file.api_token_file),
            api_timeout: self.api_timeout.or(file.api_timeout),
            api_calls: self.api_calls.or(file.api_calls),
            listen: self.listen.or(file.listen),
            demo: self.demo.or(file.demo),
            allowed_hosts: self.allowed_hosts.or(file.allowed_hosts),
            platform_name: self.platform_name.or(file.platform_name),
            application_name: self.application_name.or(file.application_name),
            support_email: self.support_email.or(file.support_email),
            open_source_url: self.open_source_url.or(file.open_source_url),
            lms_course_url: self.lms_course_url.or(file.lms_course_url),
            studio_course_url: self.studio_course_url.or(file.studio_course_url),
            enrollment_age_available: self
                .enrollment_age_available
                .or(file.enrollment_age_available),
            footer_links: self.footer_links.or(file.footer_links),
        }
    }

    /// Fills in the defaults.
    ///
    /// # Errors
    /// The Data API's address or token file is not set, or a bound is zero.
    pub fn resolve(self) -> anyhow::Result<Config> {
        let timeout = self.api_timeout.unwrap_or(10);
        let calls = self.api_calls.unwrap_or(16);
        if timeout == 0 || calls == 0 {
            bail!("api_timeout and api_calls must be at least 1");
        }
        Ok(Config {
            api: self.api.context("api is not set: where is the Data API?")?,
            api_token_file: self
                .api_token_file
                .context("api_token_file is not set: where is the Data API's token?")?,
            api_timeout: Duration::from_secs(timeout),
            api_calls: calls,
            listen: self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8110))),
            demo: self.demo.unwrap_or(false),
            allowed_hosts: self.allowed_hosts.unwrap_or_default(),
            brand: Brand {
                platform: self.platform_name.unwrap_or_else(|| "Open edX".to_owned()),
                application: self.application_name.unwrap_or_else(|| "Insights".to_owned()),
                support_email: self.support_email,
                open_source_url: self.open_source_url,
                lms_course_url: self.lms_course_url,
                studio_course_url: self.studio_course_url,
                footer_links: self.footer_links.unwrap_or_default(),
            },
            age_available: self.enrollment_age_available.unwrap_or(true),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_flag_beats_the_file_and_the_file_the_default() {
        let file: Settings = serde_yaml::from_str(
            "api: http://file\napi_token_file: t\nplatform_name: File\nfooter_links: [{url: /a, text: A}]",
        )
        .unwrap();
        let flags = Settings { api: Some("http://flag".to_owned()), ..Settings::default() };
        let config = flags.over(file).resolve().unwrap();
        assert_eq!(config.api, "http://flag");
        assert_eq!(
            (config.brand.platform.as_str(), config.brand.application.as_str()),
            ("File", "Insights")
        );
        assert_eq!(config.listen.to_string(), "127.0.0.1:8110");
        assert_eq!(config.brand.footer_links[0].text, "A");
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
        let error = Settings::default().resolve().unwrap_err().to_string();
        assert_eq!(error, "api is not set: where is the Data API?");
    }
}

//! What can be set: the same names in the file, in the environment and as flags.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

/// A link of the footer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FooterLink {
    /// Where it leads.
    pub url: String,
    /// Its words.
    pub text: String,
}

/// What the site shows where there is data for it; all but single learners, unless switched off (spec 60 §5).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// Discussions, as a series of the activity.
    pub show_engagement_forum_activity: bool,
    /// Course outlines and grading policies: reports on performance, course information.
    pub enable_course_api: bool,
    /// The course's name in the header, instead of its id.
    pub display_course_name_in_nav: bool,
    /// Reports on videos.
    pub enable_engagement_videos_pages: bool,
    /// A video beside its report.
    pub enable_video_preview: bool,
    /// Reports on learning outcomes.
    pub enable_performance_learning_outcome: bool,
    /// The report of all responses to problems.
    pub enable_problem_response_download: bool,
    /// Filters of the course index, and programs.
    pub enable_course_filters: bool,
    /// Passing learners in the course index.
    pub enable_course_passing: bool,
    /// Single learners, where the Data API shows them. Off unless switched on.
    pub display_learner_analytics: bool,
    /// A file of all learners of a course. Off unless switched on.
    pub enable_learner_download: bool,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            show_engagement_forum_activity: true,
            enable_course_api: true,
            display_course_name_in_nav: true,
            enable_engagement_videos_pages: true,
            enable_video_preview: false,
            enable_performance_learning_outcome: true,
            enable_problem_response_download: true,
            enable_course_filters: true,
            enable_course_passing: true,
            display_learner_analytics: false,
            enable_learner_download: false,
        }
    }
}

/// What can be set.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
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
    /// Bytes of answers that are kept in memory, about [default: 100000000]
    #[arg(long, env = "INSIGHTS_WEB_CACHE_BYTES", value_name = "BYTES")]
    pub cache_bytes: Option<u64>,
    /// Address and port to listen on [default: 127.0.0.1:8110]
    #[arg(long, env = "INSIGHTS_WEB_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Address and port of the metrics for Prometheus [default: none]
    #[arg(long, env = "INSIGHTS_WEB_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
    /// This site as browsers call it, for example https://insights.example.org/ [default: by `listen`]
    #[arg(long, env = "INSIGHTS_WEB_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Host names under which the site is called, besides loopback ones and that of `url`; `*` for any
    #[arg(
        long = "allowed-host",
        env = "INSIGHTS_WEB_ALLOWED_HOSTS",
        value_name = "HOST",
        value_delimiter = ','
    )]
    pub allowed_hosts: Option<Vec<String>>,
    /// File with keys of at least 32 characters that seal sessions, one a line, the newest first
    /// [default: one that ends with the process]
    #[arg(long, env = "INSIGHTS_WEB_SESSION_KEY_FILE", value_name = "FILE")]
    pub session_key_file: Option<PathBuf>,
    /// Address of the LMS, as this program reaches it
    #[arg(long, env = "INSIGHTS_WEB_LMS", value_name = "URL")]
    pub lms: Option<String>,
    /// Address of the LMS, as browsers reach it [default: `lms`]
    #[arg(long, env = "INSIGHTS_WEB_LMS_PUBLIC", value_name = "URL")]
    pub lms_public: Option<String>,
    /// Name of this site at the LMS, for users who sign in
    #[arg(long, env = "INSIGHTS_WEB_SIGN_IN_CLIENT_ID", value_name = "ID")]
    pub sign_in_client_id: Option<String>,
    /// File that holds the secret to it
    #[arg(long, env = "INSIGHTS_WEB_SIGN_IN_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub sign_in_client_secret_file: Option<PathBuf>,
    /// File with the LMS's public keys, a JSON Web Key Set
    #[arg(long, env = "INSIGHTS_WEB_JWT_KEYS_FILE", value_name = "FILE")]
    pub jwt_keys_file: Option<PathBuf>,
    /// File with the secret that an older LMS signs its tokens with, instead of public keys
    #[arg(long, env = "INSIGHTS_WEB_JWT_SECRET_FILE", value_name = "FILE")]
    pub jwt_secret_file: Option<PathBuf>,
    /// Issuer that tokens must name [default: any]
    #[arg(long, env = "INSIGHTS_WEB_JWT_ISSUER", value_name = "TEXT")]
    pub jwt_issuer: Option<String>,
    /// Audience that tokens must name [default: any]
    #[arg(long, env = "INSIGHTS_WEB_JWT_AUDIENCE", value_name = "TEXT")]
    pub jwt_audience: Option<String>,
    /// Name of this site at the LMS, as a service of its own
    #[arg(long, env = "INSIGHTS_WEB_SERVICE_CLIENT_ID", value_name = "ID")]
    pub service_client_id: Option<String>,
    /// File that holds the secret to it
    #[arg(long, env = "INSIGHTS_WEB_SERVICE_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub service_client_secret_file: Option<PathBuf>,
    /// Where the service gets its token [default: oauth2/access_token below `lms`]
    #[arg(long, env = "INSIGHTS_WEB_SERVICE_TOKEN_URL", value_name = "URL")]
    pub service_token_url: Option<String>,
    /// Beginning of the LMS's course interfaces [default: api/courses/v1/ below `lms`]
    #[arg(long, env = "INSIGHTS_WEB_COURSE_API_URL", value_name = "URL")]
    pub course_api_url: Option<String>,
    /// Beginning of the LMS's grading policies [default: api/grades/v1/ below `lms`]
    #[arg(long, env = "INSIGHTS_WEB_GRADING_POLICY_API_URL", value_name = "URL")]
    pub grading_policy_api_url: Option<String>,
    /// Seconds to wait for an answer of the LMS [default: 5]
    #[arg(long, env = "INSIGHTS_WEB_LMS_TIMEOUT", value_name = "SECONDS")]
    pub lms_timeout: Option<u64>,
    /// Whether only course teams see a course; where not, every user sees all [default: true]
    #[arg(long, env = "INSIGHTS_WEB_ENABLE_COURSE_PERMISSIONS", value_name = "BOOL")]
    pub enable_course_permissions: Option<bool>,
    /// Seconds for which the courses of a user are not asked again [default: 900]
    #[arg(long, env = "INSIGHTS_WEB_COURSE_PERMISSIONS_TIMEOUT", value_name = "SECONDS")]
    pub course_permissions_timeout: Option<u64>,
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
    /// Address of the research page that the landing page names
    #[arg(long, env = "INSIGHTS_WEB_RESEARCH_URL", value_name = "URL")]
    pub research_url: Option<String>,
    /// Beginning of a course's address in the LMS; the course id and /instructor or /courseware follow
    #[arg(long, env = "INSIGHTS_WEB_LMS_COURSE_URL", value_name = "URL")]
    pub lms_course_url: Option<String>,
    /// Beginning of a course's address in Studio; the course id follows
    #[arg(long, env = "INSIGHTS_WEB_STUDIO_COURSE_URL", value_name = "URL")]
    pub studio_course_url: Option<String>,
    /// Beginning of a block's address to be shown in a frame; its usage id follows
    #[arg(long, env = "INSIGHTS_WEB_MODULE_PREVIEW_URL", value_name = "URL")]
    pub module_preview_url: Option<String>,
    /// Whether ages may be shown; where not, their pages answer 404 [default: true]
    #[arg(long, env = "INSIGHTS_WEB_ENROLLMENT_AGE_AVAILABLE", value_name = "BOOL")]
    pub enrollment_age_available: Option<bool>,
    /// Organisations of whose courses no single learners are shown
    #[arg(
        long,
        env = "INSIGHTS_WEB_BLOCK_LEARNER_ANALYTICS_ORG_LIST",
        value_name = "ORG",
        value_delimiter = ','
    )]
    pub block_learner_analytics_org_list: Option<Vec<String>>,
    /// Columns of the file of learners, in their order [default: all, by alphabet]
    #[arg(
        long,
        env = "INSIGHTS_WEB_LEARNER_API_LIST_DOWNLOAD_FIELDS",
        value_name = "FIELD",
        value_delimiter = ','
    )]
    pub learner_api_list_download_fields: Option<Vec<String>>,
    /// File to which is written, one JSON object a line, what readers use, by keyed hashes [default: nothing is]
    #[arg(long, env = "INSIGHTS_WEB_USAGE_FILE", value_name = "FILE")]
    pub usage_file: Option<PathBuf>,
    /// YAML file of what operators tell readers
    #[arg(long, env = "INSIGHTS_WEB_ANNOUNCEMENTS", value_name = "FILE")]
    pub announcements: Option<PathBuf>,
    /// What is shown (file only)
    #[arg(skip)]
    pub features: Option<Features>,
    /// Links of the footer (file only)
    #[arg(skip)]
    pub footer_links: Option<Vec<FooterLink>>,
}

impl Settings {
    /// These, and the others' where these say nothing.
    ///
    /// # Errors
    /// Paths that are no text.
    pub fn over(self, other: Self) -> Result<Self, serde_yaml::Error> {
        let mut joined = serde_yaml::to_value(other)?;
        let own = serde_yaml::to_value(self)?;
        if let (Some(joined), Some(own)) = (joined.as_mapping_mut(), own.as_mapping()) {
            let set = own.iter().filter(|(_, value)| !value.is_null());
            joined.extend(set.map(|(name, value)| (name.clone(), value.clone())));
        }
        serde_yaml::from_value(joined)
    }
}

//! What every request meets: the site's parts, and the visit that one request is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context;
use api_client::Client;
use chrono::{DateTime, Utc};
use warp::http::HeaderMap;
use warp::http::header::{ACCEPT_LANGUAGE, COOKIE, HOST, HeaderName, IF_NONE_MATCH, ORIGIN};

use crate::asset;
use crate::config::{Config, Live, Secrets};
use crate::course_id::CourseId;
use crate::health::Health;
use crate::observe::{Metrics, Waits};
use crate::query::Query;
use crate::reply::Policies;
use crate::sign_in::flow::{Flow, FlowSettings};
use crate::sign_in::session::{Session, unguessable};
use crate::sign_in::{self, SignIn};
use crate::text::{Languages, Texts};
use crate::upstream::data_api::{Asker, DataApi};
use crate::upstream::kept::{Kept, Known};
use crate::upstream::lms::{Lms, LmsSettings};

/// The cookie that keeps the chosen colours.
pub const THEME_COOKIE: &str = "insights_theme";
/// The cookie that keeps the chosen language.
pub const LANGUAGE_COOKIE: &str = "insights_language";
/// The header by which a request is found again in logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header by which browsers ask that nobody follows their user.
const GLOBAL_PRIVACY_CONTROL: HeaderName = HeaderName::from_static("sec-gpc");
/// The cookie, and the field of forms, that a page of another site cannot know.
pub const FORM_SECRET: &str = "form";
/// Longest wait for a connection to the LMS.
const LMS_CONNECT: Duration = Duration::from_millis(3050);
/// The LMS is slow to tell a user's courses.
const PERMISSIONS_WAIT: Duration = Duration::from_secs(55);

/// The parts of the running site.
pub struct Site {
    /// The settings in force.
    pub config: Config,
    /// What may change meanwhile.
    live: RwLock<Arc<Live>>,
    /// The languages with their texts.
    pub languages: Languages,
    /// The way to the Data API.
    pub data_api: DataApi,
    /// The way to the LMS.
    pub lms: Lms,
    /// What is counted.
    pub metrics: Metrics,
    /// What is known of the health of both.
    pub health: Health,
    /// How readers sign in.
    pub sign_in: SignIn,
    /// What answers tell browsers to keep to.
    pub policies: Policies,
    /// The time; tests stop it.
    pub clock: fn() -> DateTime<Utc>,
}

impl Site {
    /// A site by its settings and secrets.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn new(
        config: Config,
        live: Live,
        secrets: Secrets,
        clock: fn() -> DateTime<Utc>,
    ) -> anyhow::Result<Self> {
        let metrics = Metrics::default();
        let kept = Arc::new(Kept::new(config.cache_bytes, metrics.kept()));
        let api = &config.api;
        let client = Client::new(&api.address, &secrets.api_token, api.timeout)?;
        let lms = LmsSettings {
            heartbeat: config.lms.root.join("heartbeat").context("the LMS's heartbeat")?,
            course_api: config.lms.course_api.clone(),
            grading_policy_api: config.lms.grading_policy_api.clone(),
            token_url: config.lms.token.clone(),
            client_id: config.secrets.service.0.clone(),
            client_secret: secrets.service,
            connect_timeout: LMS_CONNECT,
            timeout: config.lms.timeout,
            permissions_timeout: PERMISSIONS_WAIT,
            permissions_fresh: config.permissions_fresh,
        };
        let flow = FlowSettings {
            lms: config.lms.root.clone(),
            public_lms: config.lms.public.clone(),
            site: config.url.clone(),
            client_id: config.secrets.sign_in.0.clone(),
            client_secret: secrets.sign_in,
            timeout: config.lms.timeout,
        };
        Ok(Self {
            live: RwLock::new(Arc::new(live)),
            languages: Languages::new()?,
            data_api: DataApi::new(
                client,
                api.calls,
                api.timeout,
                Arc::clone(&kept),
                metrics.calls(),
            ),
            lms: Lms::new(lms, api.calls, kept, metrics.calls())
                .context("setting up calls to the LMS")?,
            metrics,
            health: Health::new(),
            sign_in: SignIn::new(Flow::new(flow, secrets.verifier)?, secrets.seal),
            policies: Policies::new(&config),
            clock,
            config,
        })
    }

    /// What may change, as it is now.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What holds for requests that come from now on.
    pub fn change(&self, live: Live) {
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }
}

/// Light or dark colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All choices, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in cookie, form and page.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The choice of that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// One request, read.
pub struct Visit {
    /// The site.
    pub site: Arc<Site>,
    /// What may change while the site runs, as it was when the request came.
    pub live: Arc<Live>,
    /// The page's name, by which announcements know it.
    pub page: &'static str,
    /// The path as it was sent.
    pub path: String,
    /// What stands after the `?`.
    pub query: Query,
    /// The colours chosen before.
    pub theme: Theme,
    /// Identifies the request in logs and on error pages.
    pub request_id: String,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// How long others took.
    pub waits: Waits,
    /// Lines of cookies that the answer sets besides its own.
    pub cookies: Vec<String>,
    headers: HeaderMap,
    texts: Arc<Texts>,
    session: Option<Session>,
    form_secret: String,
    outdated: AtomicBool,
}

impl Visit {
    /// Reads a request, and asks whose it is.
    pub async fn new(
        site: Arc<Site>,
        page: &'static str,
        path: &str,
        query: &str,
        headers: HeaderMap,
    ) -> Self {
        let now = (site.clock)();
        let theme = cookie(&headers, THEME_COOKIE).and_then(Theme::of).unwrap_or(Theme::System);
        let request_id = header(&headers, &REQUEST_ID)
            .filter(|id| is_request_id(id))
            .map_or_else(|| new_request_id(path, now), str::to_owned);
        let known = cookie(&headers, &site.sign_in.seal.name(FORM_SECRET)).map(str::to_owned);
        let form_secret = known.unwrap_or_default();
        let texts = site.languages.english();
        let mut visit = Self {
            live: site.live(),
            page,
            site,
            path: path.to_owned(),
            query: Query::read(query),
            theme,
            request_id,
            now,
            waits: Waits::default(),
            cookies: Vec::new(),
            headers,
            texts,
            session: None,
            form_secret,
            outdated: AtomicBool::new(false),
        };
        visit.session = sign_in::session(&mut visit).await;
        visit.texts = visit.language();
        if visit.form_secret.is_empty() {
            visit.form_secret = unguessable();
            let life = sign_in::session::LONGEST.to_std().unwrap_or_default();
            let seal = &visit.site.sign_in.seal;
            let line = seal.set_plain(FORM_SECRET, &visit.form_secret, life);
            visit.cookies.push(line);
        }
        visit
    }

    fn language(&self) -> Arc<Texts> {
        let lms = self.session.as_ref().and_then(|session| session.language.as_deref());
        let browser = header(&self.headers, &ACCEPT_LANGUAGE);
        self.site.languages.choose(self.cookie(LANGUAGE_COOKIE), lms, browser)
    }

    /// The texts in the reader's language.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Who is signed in.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Whether single learners of a course may be shown.
    pub fn shows_learners(&self, course: &CourseId) -> bool {
        self.live.features.display_learner_analytics && !self.site.config.blocks_learners(course)
    }

    /// The address of a video that is shown beside its figures.
    pub fn preview_of(&self, block: &str) -> Option<String> {
        self.site.config.preview_of(block).filter(|_| self.live.features.enable_video_preview)
    }

    /// Whether it may be written down what this reader uses: browsers can be told to ask that it is not.
    pub fn may_be_followed(&self) -> bool {
        self.headers.get(GLOBAL_PRIVACY_CONTROL).is_none_or(|value| value != "1")
    }

    /// Asks for figures.
    pub fn ask(&self) -> Asker<'_> {
        Asker::of(self)
    }

    /// An answer to show; takes note if it is not the newest.
    pub fn seen<T>(&self, known: Known<T>) -> Arc<T> {
        if known.outdated {
            self.outdated.store(true, Ordering::Relaxed);
        }
        known.value
    }

    /// Whether an answer was not the newest.
    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Relaxed)
    }

    /// The entity tag that the browser already has.
    pub fn known_tag(&self) -> Option<&str> {
        header(&self.headers, &IF_NONE_MATCH)
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    /// The address with its query.
    pub fn address(&self) -> String {
        format!("{}{}", self.path, self.query.link())
    }

    /// Whether the site was called by a name of its own; a foreign one is an attempt at rebinding.
    pub fn host_is_ours(&self) -> bool {
        let Some(host) = header(&self.headers, &HOST) else {
            return false;
        };
        let (name, config) = (without_port(host), &self.site.config);
        let own = [config.url.host_str().unwrap_or_default(), &config.listen.ip().to_string()];
        let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        let allowed = |one: &String| one == "*" || one.eq_ignore_ascii_case(name);
        loopback || own.contains(&name) || config.allowed_hosts.iter().any(allowed)
    }

    /// Whether the LMS calls this from a frame of its own sign-out.
    pub fn is_framed_by_lms(&self) -> bool {
        matches!(self.path.trim_matches('/'), "logout" | "api-auth/logout")
            && self.query.get("no_redirect").is_some()
    }

    /// What a form of this reader must hold in its field [`FORM_SECRET`].
    pub fn form_secret(&self) -> &str {
        &self.form_secret
    }

    /// Whether a form was sent from a page of this site: browsers tell the origin of every POST, and only
    /// pages of this site know the secret.
    pub fn form_is_ours(&self, form: &[(String, String)]) -> bool {
        let origin = header(&self.headers, &ORIGIN).and_then(|origin| origin.split_once("://"));
        let from_here =
            origin.is_some_and(|(_, origin)| header(&self.headers, &HOST) == Some(origin));
        from_here && field(form, FORM_SECRET) == Some(&self.form_secret)
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = header(headers, &COOKIE)?.split(';');
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Unlike its neighbours by time and path, which is enough to find a line in a log.
fn new_request_id(path: &str, now: DateTime<Utc>) -> String {
    asset::short_hash(
        format!("{} {path}", now.timestamp_nanos_opt().unwrap_or_default()).as_bytes(),
    )
}

/// The first value of a form's field.
pub fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A place on this site that a form or link may lead back to; anything else leads to `/`.
pub fn safe_next(next: Option<&str>) -> Option<&str> {
    next.filter(|next| {
        next.starts_with('/')
            && !next.starts_with("//")
            && !next.contains(|c: char| c == '\\' || c.is_control())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_on_this_site_are_led_back_to() {
        assert_eq!(safe_next(Some("/courses/?a=b")), Some("/courses/?a=b"));
        for odd in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", ""]
        {
            assert_eq!(safe_next(Some(odd)), None, "{odd:?}");
        }
    }

    #[test]
    fn hosts_ports_and_cookies() {
        assert_eq!(
            ["a.example:80", "a.example", "[::1]:8110", "[::1]"].map(without_port),
            ["a.example", "a.example", "[::1]", "[::1]"]
        );
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, warp::http::HeaderValue::from_static("a=1; insights_theme=dark"));
        assert_eq!(cookie(&headers, THEME_COOKIE).and_then(Theme::of), Some(Theme::Dark));
        assert!(is_request_id("a-1") && !is_request_id("a b") && !is_request_id(""));
    }
}

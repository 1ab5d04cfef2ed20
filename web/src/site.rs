//! What every request meets: the site's parts, and the visit that one request is.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use warp::http::HeaderMap;
use warp::http::header::{COOKIE, HOST, HeaderName, IF_NONE_MATCH, ORIGIN};

use crate::asset;
use crate::config::Config;
use crate::course_access::{Reader, SignIn};
use crate::health::Health;
use crate::query::Query;
use crate::text::Texts;
use crate::upstream::Upstream;

/// The cookie that keeps the chosen colours.
pub const THEME_COOKIE: &str = "insights_theme";
/// The header by which a request is found again in logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The parts of the running site.
pub struct Site {
    /// The settings in force.
    pub config: Config,
    /// The message catalogue.
    pub texts: Texts,
    /// The way to the Data API.
    pub upstream: Upstream,
    /// What is known of the Data API's health.
    pub health: Health,
    /// How readers sign in.
    pub sign_in: SignIn,
    /// The time; tests stop it.
    pub clock: fn() -> DateTime<Utc>,
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
    headers: HeaderMap,
}

impl Visit {
    /// Reads a request.
    pub fn new(site: Arc<Site>, path: &str, query: &str, headers: HeaderMap) -> Self {
        let now = (site.clock)();
        let theme = cookie(&headers, THEME_COOKIE).and_then(Theme::of).unwrap_or(Theme::System);
        let request_id = header(&headers, &REQUEST_ID)
            .filter(|id| is_request_id(id))
            .map_or_else(|| new_request_id(path, now), str::to_owned);
        Self {
            site,
            path: path.to_owned(),
            query: Query::read(query),
            theme,
            request_id,
            now,
            headers,
        }
    }

    /// The texts in the reader's language.
    pub fn texts(&self) -> &Texts {
        &self.site.texts
    }

    /// Who reads.
    pub fn reader(&self) -> Reader {
        self.site.sign_in.reader()
    }

    /// The entity tag that the browser already has.
    pub fn known_tag(&self) -> Option<&str> {
        header(&self.headers, &IF_NONE_MATCH)
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
        let name = without_port(host);
        let listen = self.site.config.listen.ip();
        let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        let allowed = |one: &String| one == "*" || one.eq_ignore_ascii_case(name);
        loopback || name == listen.to_string() || self.site.config.allowed_hosts.iter().any(allowed)
    }

    /// Whether a form was sent from this site: browsers tell the origin of every POST.
    pub fn form_is_ours(&self) -> bool {
        let origin = header(&self.headers, &ORIGIN).and_then(|origin| origin.split_once("://"));
        origin.is_some_and(|(_, origin)| header(&self.headers, &HOST) == Some(origin))
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

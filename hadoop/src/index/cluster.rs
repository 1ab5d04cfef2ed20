//! The requests that a load makes of the cluster, its documents aside.

use super::{API_KEY_VARIABLE, IndexError, PASSWORD_VARIABLE};
use crate::config::IndexConfig;
use crate::http::{self, Clock, Patience, RequestError, Retries, Secret, told};
use bytes::Bytes;
use jobs::learners::module_engagement_roster_index::mapping;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Certificate, Method, RequestBuilder, Url, redirect};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause of ten tries that begin with two seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(512);
const LONGEST: Duration = Duration::from_secs(7200);
/// Tries to remove the index of a load that has failed.
const TRIES_TO_ABANDON: u32 = 3;
const NOT_FOUND: u16 = 404;
const BAD_REQUEST: u16 = 400;

const JSON: &str = "application/json";
/// The type of a body of `_bulk`.
pub const LINES: &str = "application/x-ndjson";

/// A cluster, and in whose name it is asked.
pub struct Cluster<'c> {
    http: reqwest::Client,
    url: String,
    login: Login,
    clock: &'c Clock,
    patience: Patience,
}

enum Login {
    Nobody,
    User(String, Option<Secret>),
    Key(HeaderValue),
}

impl<'c> Cluster<'c> {
    /// The cluster that settings name.
    pub fn new(config: &IndexConfig, clock: &'c Clock) -> Result<Self, IndexError> {
        check_name("alias", &config.alias)?;
        check_name("marker_index", &config.marker_index)?;
        let patience = Patience {
            first_pause: FIRST_PAUSE,
            longest_pause: LONGEST_PAUSE,
            tries: config.max_attempts,
            total: LONGEST,
        };
        let login = Login::of(config)?;
        Ok(Self { http: client(config)?, url: address(config)?, login, clock, patience })
    }

    /// The aliases of each index that an expression names: an index, an alias, or several by `*`.
    pub fn aliases_of(&self, names: &str) -> Result<BTreeMap<String, Vec<String>>, RequestError> {
        let found: BTreeMap<String, Value> =
            match self.ask(Method::GET, &format!("{names}/_alias"), "") {
                Err(error) if error.status() == Some(NOT_FOUND) => BTreeMap::new(),
                found => found?,
            };
        let names = |index: &Value| {
            let aliases = index["aliases"].as_object();
            aliases.map(|aliases| aliases.keys().cloned().collect()).unwrap_or_default()
        };
        Ok(found.into_iter().map(|(name, index)| (name, names(&index))).collect())
    }

    /// Makes an index for the roster, which shows nothing before it is refreshed.
    pub fn create(&self, index: &str, shards: Option<u32>) -> Result<(), RequestError> {
        let mut settings = json!({"refresh_interval": "-1"});
        if let Some(shards) = shards {
            settings["number_of_shards"] = shards.into();
        }
        self.create_with(index, &format!(r#"{{"settings":{settings},"mappings":{}}}"#, mapping()))
    }

    /// An index that is there already is as good: an earlier try has made it, whose answer was lost.
    fn create_with(&self, index: &str, body: &str) -> Result<(), RequestError> {
        match self.ask::<Value>(Method::PUT, index, body) {
            Err(RequestError::Status { status, body, .. })
                if status.as_u16() == BAD_REQUEST
                    && String::from_utf8_lossy(&body).contains("already_exists") =>
            {
                Ok(())
            }
            made => made.map(|_| ()),
        }
    }

    /// Makes all that was sent to an index visible.
    pub fn refresh(&self, index: &str) -> Result<(), RequestError> {
        self.ask::<Value>(Method::POST, &format!("{index}/_refresh"), "").map(|_| ())
    }

    /// The number of documents in an index.
    pub fn count(&self, index: &str) -> Result<u64, RequestError> {
        let path = format!("{index}/_count");
        let found: Value = self.ask(Method::GET, &path, "")?;
        found["count"].as_u64().ok_or_else(|| RequestError::Answer {
            url: format!("{}/{path}", self.url),
            what: "the answer holds no count".to_owned(),
        })
    }

    /// The number of documents that a query finds.
    pub fn count_where(&self, index: &str, query: &Value) -> Result<u64, RequestError> {
        self.number("count", &format!("{index}/_count"), &query.to_string())
    }

    /// Removes the documents that a query finds. A conflict with somebody else's change is an error, and
    /// whoever asks again makes it whole.
    pub fn remove_where(&self, index: &str, query: &Value) -> Result<u64, RequestError> {
        let path = format!("{index}/_delete_by_query?refresh=true");
        self.number("deleted", &path, &query.to_string())
    }

    /// Lets an index give up what was removed of it.
    pub fn expunge(&self, index: &str) -> Result<(), RequestError> {
        let path = format!("{index}/_forcemerge?only_expunge_deletes=true");
        self.ask::<Value>(Method::POST, &path, "").map(|_| ())
    }

    fn number(&self, name: &str, path: &str, body: &str) -> Result<u64, RequestError> {
        let found: Value = self.ask(Method::POST, path, body)?;
        found[name].as_u64().ok_or_else(|| RequestError::Answer {
            url: http::without_query(&format!("{}/{path}", self.url)).to_owned(),
            what: format!("the answer holds no `{name}`"),
        })
    }

    /// Makes an alias lead to an index and no longer to others, in one act.
    pub fn turn(&self, alias: &str, index: &str, others: &[String]) -> Result<(), RequestError> {
        let remove = |other: &String| json!({"remove": {"index": other, "alias": alias}});
        let mut actions: Vec<_> = others.iter().map(remove).collect();
        actions.push(json!({"add": {"index": index, "alias": alias}}));
        let body = json!({"actions": actions}).to_string();
        self.ask::<Value>(Method::POST, "_aliases", &body).map(|_| ())
    }

    /// Writes a marker, into an index of its own.
    pub fn mark(&self, index: &str, id: &str, marker: &Value) -> Result<(), RequestError> {
        if self.aliases_of(index)?.is_empty() {
            let keyword = json!({"type": "keyword"});
            let fields =
                json!({"update_id": keyword, "target_index": keyword, "date": {"type": "date"}});
            self.create_with(index, &json!({"mappings": {"properties": fields}}).to_string())?;
        }
        let path = format!("{index}/_doc/{id}");
        self.ask::<Value>(Method::PUT, &path, &marker.to_string()).map(|_| ())
    }

    /// Removes an index, if it is there.
    pub fn remove(&self, index: &str) -> Result<(), RequestError> {
        self.remove_within(index, self.patience)
    }

    /// Removes the index of a load that has failed, maybe because the cluster is gone.
    pub fn abandon(&self, index: &str) -> Result<(), RequestError> {
        let tries = TRIES_TO_ABANDON.min(self.patience.tries);
        self.remove_within(index, Patience { tries, ..self.patience })
    }

    fn remove_within(&self, index: &str, patience: Patience) -> Result<(), RequestError> {
        let mut retries = Retries::since((self.clock.now)(), patience);
        let nothing = (JSON, Bytes::new());
        match self.send::<Value>(Method::DELETE, index, nothing, &mut retries) {
            Err(error) if error.status() == Some(NOT_FOUND) => Ok(()),
            removed => removed.map(|_| ()),
        }
    }

    /// The tries of something that begins now.
    pub fn retries(&self) -> Retries {
        Retries::since((self.clock.now)(), self.patience)
    }

    fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<T, RequestError> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.send(method, path, (JSON, body), &mut self.retries())
    }

    /// Sends a request until it is answered for good, and reads the answer.
    pub fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        (kind, body): (&str, Bytes),
        retries: &mut Retries,
    ) -> Result<T, RequestError> {
        let address = format!("{}/{path}", self.url);
        let request = || {
            let request = self.signed(self.http.request(method.clone(), &address));
            if body.is_empty() {
                return Ok(request);
            }
            Ok(request.header(CONTENT_TYPE, kind).body(body.clone()))
        };
        let answer = http::patiently(self.clock, retries, (method.clone(), &address), request)?;
        serde_json::from_slice(&answer).map_err(|e| RequestError::Answer {
            url: http::without_query(&address).to_owned(),
            what: format!("the answer to {method} is not what was asked for: {e}"),
        })
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.login {
            Login::Nobody => request,
            Login::User(name, password) => {
                request.basic_auth(name, password.as_ref().map(Secret::exposed))
            }
            Login::Key(key) => request.header(AUTHORIZATION, key.clone()),
        }
    }
}

impl Login {
    fn of(config: &IndexConfig) -> Result<Self, IndexError> {
        let read = |file: Option<&Path>, variable: &str| {
            Secret::read(file, std::env::var(variable).ok()).map_err(|e| {
                let file = file.unwrap_or_else(|| Path::new("")).display();
                IndexError::Unusable(format!("{file}: {e}"))
            })
        };
        if let Some(name) = &config.user {
            let password = read(config.password_file.as_deref(), PASSWORD_VARIABLE)?;
            return Ok(Self::User(name.clone(), password));
        }
        let Some(key) = read(config.api_key_file.as_deref(), API_KEY_VARIABLE)? else {
            return Ok(Self::Nobody);
        };
        let mut header = HeaderValue::from_str(&format!("ApiKey {}", key.exposed()))
            .map_err(|_| IndexError::Unusable("the API key is no key".to_owned()))?;
        header.set_sensitive(true);
        Ok(Self::Key(header))
    }
}

fn client(config: &IndexConfig) -> Result<reqwest::Client, IndexError> {
    let mut client = reqwest::Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none());
    if let Some(file) = &config.ca_file {
        let wrong = |what: String| IndexError::Unusable(format!("{}: {what}", file.display()));
        let text = std::fs::read(file).map_err(|e| wrong(e.to_string()))?;
        let trusted = Certificate::from_pem_bundle(&text).map_err(|e| wrong(told(e)))?;
        if trusted.is_empty() {
            return Err(wrong("it holds no certificate".to_owned()));
        }
        client = client.tls_certs_only(trusted);
    }
    client.build().map_err(|e| IndexError::Unusable(format!("no client can be made: {}", told(e))))
}

/// The cluster's address, without a slash at its end.
fn address(config: &IndexConfig) -> Result<String, IndexError> {
    let wrong = |what: &str| IndexError::Unusable(format!("index.url {what}"));
    let text = config.url.as_deref().ok_or_else(|| wrong("is not set"))?;
    let url = Url::parse(text).map_err(|e| wrong(&format!("is no address: {e}")))?;
    if !["http", "https"].contains(&url.scheme()) || url.query().is_some() {
        return Err(wrong("is not http://host:port or https://host:port"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(&format!(
            "names a user: that belongs into index.user, its password into index.password_file or \
             {PASSWORD_VARIABLE}"
        )));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// The name of an index or alias stands in addresses, and beside stars.
fn check_name(setting: &str, name: &str) -> Result<(), IndexError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = |byte: u8| plain(byte) || b"_-.".contains(&byte);
    if name.bytes().next().is_some_and(plain) && name.bytes().all(inner) {
        return Ok(());
    }
    Err(IndexError::Unusable(format!(
        "index.{setting} is `{name}`; a name is of small letters and digits, with _ - . between"
    )))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refusal(config: &IndexConfig) -> String {
        Cluster::new(config, &Clock::default()).err().unwrap().to_string()
    }

    fn at(url: &str) -> IndexConfig {
        IndexConfig { url: Some(url.to_owned()), ..IndexConfig::default() }
    }

    #[test]
    fn settings_that_cannot_be_used_are_told_by_name_and_without_secrets() {
        let good = at("https://search:9200/");
        let empty = tempfile::NamedTempFile::new().unwrap();
        let file = |path: &str| Some(path.into());
        let here = file(empty.path().to_str().unwrap());
        for (config, wanted) in [
            (IndexConfig::default(), "index.url is not set"),
            (at("search:9200"), "index.url is not http"),
            (at("https://search/?pretty"), "index.url is not http"),
            (at("nowhere"), "index.url is no address"),
            (at("https://me:never-shown@search"), "index.password_file"),
            (IndexConfig { alias: "Roster".to_owned(), ..good.clone() }, "index.alias is `Roster`"),
            (IndexConfig { alias: "*".to_owned(), ..good.clone() }, "index.alias is `*`"),
            (IndexConfig { alias: String::new(), ..good.clone() }, "index.alias is ``"),
            (IndexConfig { marker_index: "_all".to_owned(), ..good.clone() }, "index.marker_index"),
            (IndexConfig { ca_file: file("/no/ca"), ..good.clone() }, "/no/ca: "),
            (IndexConfig { ca_file: here, ..good.clone() }, "it holds no certificate"),
            (IndexConfig { api_key_file: file("/no/key"), ..good.clone() }, "/no/key: "),
            (
                IndexConfig {
                    user: Some("me".to_owned()),
                    password_file: file("/no/pw"),
                    ..good.clone()
                },
                "/no/pw: ",
            ),
        ] {
            let said = refusal(&config);
            assert!(said.contains(wanted) && !said.contains("never-shown"), "{said}");
        }
        assert_eq!(Cluster::new(&good, &Clock::default()).ok().unwrap().url, "https://search:9200");
    }
}

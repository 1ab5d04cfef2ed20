//! The sign-in: a page that asks nothing but who one is, and tokens for a code.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use warp::http::header::{AUTHORIZATION, HeaderValue, LOCATION};
use warp::http::{Response, StatusCode};

use crate::manner::TokenManner;
use crate::signing::{Signer, unsigned};
use crate::{Lms, Person, Request, answer, json};

/// A user's tokens are good for so long, in seconds.
const LIFE: u64 = 3600;

/// What a code stands for.
pub(crate) struct Grant {
    username: String,
    redirect_uri: String,
    challenge: Option<String>,
}

impl Lms {
    /// Asks who it is, or sends them back who said so.
    pub(crate) fn authorize(&self, request: &Request) -> Response<String> {
        let query = |name: &str| request.query.get(name).map(String::as_str).unwrap_or_default();
        let redirect_uri = query("redirect_uri");
        let known =
            self.shared.clients.redirect_uris.iter().any(|uri| match uri.strip_suffix('*') {
                Some(beginning) => redirect_uri.starts_with(beginning),
                None => uri == redirect_uri,
            });
        if !known || query("client_id") != self.shared.clients.sign_in.0 {
            return answer(StatusCode::BAD_REQUEST, "text/plain", "unknown client or address");
        }
        let Some(username) = request.form.get("as").or_else(|| request.query.get("as")) else {
            return answer(StatusCode::OK, "text/html; charset=utf-8", self.page());
        };
        let back = |pairs: &[(&str, &str)]| {
            let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
            let mut back = answer(StatusCode::FOUND, "text/plain", "");
            match HeaderValue::from_str(&format!("{redirect_uri}?{query}")) {
                Ok(to) => back.headers_mut().insert(LOCATION, to),
                Err(_) => return answer(StatusCode::BAD_REQUEST, "text/plain", "odd address"),
            };
            back
        };
        if username.is_empty() {
            return back(&[("error", "access_denied"), ("state", query("state"))]);
        }
        let mut state = self.state();
        let code = format!("code-{}", state.codes.len() + 1);
        let grant = Grant {
            username: username.clone(),
            redirect_uri: redirect_uri.to_owned(),
            challenge: request.query.get("code_challenge").cloned(),
        };
        state.codes.insert(code.clone(), grant);
        back(&[("code", &code), ("state", query("state"))])
    }

    fn page(&self) -> String {
        let button = |person: &Person| {
            let courses = match (person.staff, person.courses.len()) {
                (true, _) => "all courses".to_owned(),
                (false, 0) => "no course".to_owned(),
                (false, count) => format!("{count} courses"),
            };
            format!(
                "<p><button name=\"as\" value=\"{}\">{} ({courses})</button></p>",
                person.username, person.name
            )
        };
        let buttons: String = self.state().university.people.iter().map(button).collect();
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Demo LMS</title>\
             <h1>Sign in to the demo</h1><p>This is no real learning platform. Who are you?</p>\
             <form method=\"post\">{buttons}</form></html>"
        )
    }

    /// Tokens for a code, for an older token, or for the service itself.
    pub(crate) fn token(&self, request: &Request) -> Response<String> {
        let form = |name: &str| request.form.get(name).map(String::as_str).unwrap_or_default();
        let clients = &self.shared.clients;
        let (grant_type, client) = (form("grant_type"), (form("client_id"), form("client_secret")));
        let known = match grant_type {
            "client_credentials" => &clients.service,
            _ => &clients.sign_in,
        };
        if client != (known.0.as_str(), known.1.as_str()) {
            return json(StatusCode::UNAUTHORIZED, &json!({"error": "invalid_client"}));
        }
        if form("token_type") != "jwt" {
            return json(StatusCode::BAD_REQUEST, &json!({"error": "invalid_request"}));
        }
        let username = match grant_type {
            "client_credentials" => return self.service_token(),
            "authorization_code" => self.user_of_code(request),
            "refresh_token" => self.state().refresh_tokens.remove(form("refresh_token")),
            _ => None,
        };
        let person = username.and_then(|name| {
            self.state().university.people.iter().find(|person| person.username == name).cloned()
        });
        match person {
            Some(person) => self.user_token(&person),
            None => json(StatusCode::BAD_REQUEST, &json!({"error": "invalid_grant"})),
        }
    }

    fn user_of_code(&self, request: &Request) -> Option<String> {
        let grant = self.state().codes.remove(request.form.get("code")?)?;
        let verifier = request.form.get("code_verifier").map(String::as_str).unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let proved = grant.challenge.is_none_or(|asked| asked == challenge);
        let same = request.form.get("redirect_uri") == Some(&grant.redirect_uri);
        (proved && same).then_some(grant.username)
    }

    fn user_token(&self, person: &Person) -> Response<String> {
        let manner = self.state().tokens;
        let mut claims = json!({
            "iss": self.issuer(), "exp": now() + LIFE, "iat": now(), "user_id": 1000,
            "preferred_username": person.username, "name": person.name, "locale": person.locale,
            "email": format!("{}@northvale.example", person.username),
            "administrator": person.staff, "superuser": false, "scopes": ["user_id", "profile", "email"],
        });
        match manner {
            TokenManner::Ended => claims["exp"] = json!(now() - 2 * LIFE),
            TokenManner::OfAnother => claims["iss"] = json!("https://elsewhere.example/oauth2"),
            TokenManner::Nameless => claims["preferred_username"] = Value::Null,
            _ => {}
        }
        let token = match manner {
            TokenManner::Unsigned => Ok(unsigned(&claims)),
            TokenManner::Forged => Signer::new().and_then(|other| other.sign(&claims)),
            _ => self.shared.signer.sign(&claims),
        };
        let Ok(token) = token else {
            return answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "no key");
        };
        let mut state = self.state();
        let refresh_token =
            format!("refresh-{}-{}", person.username, state.refresh_tokens.len() + 1);
        state.refresh_tokens.insert(refresh_token.clone(), person.username.clone());
        json(
            StatusCode::OK,
            &json!({
                "access_token": token, "token_type": "JWT", "expires_in": LIFE,
                "refresh_token": refresh_token, "scope": "user_id profile email",
            }),
        )
    }

    fn service_token(&self) -> Response<String> {
        let claims =
            json!({"iss": self.issuer(), "exp": now() + LIFE, "preferred_username": SERVICE});
        match self.shared.signer.sign(&claims) {
            Ok(token) => json(
                StatusCode::OK,
                &json!({"access_token": token, "token_type": "JWT", "expires_in": LIFE, "scope": "read"}),
            ),
            Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "no key"),
        }
    }

    /// Whether the service itself asks: its token is one of ours, and looks like it.
    pub(crate) fn is_service(&self, request: &Request) -> bool {
        let sent = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = sent.and_then(|text| text.strip_prefix("JWT ")).unwrap_or_default();
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let claims = claims.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        claims.is_some_and(|claims| claims["preferred_username"] == SERVICE)
    }
}

/// The service's own account.
const SERVICE: &str = "insights-service";

/// Ends nothing, for this LMS keeps nobody signed in, and leads back.
pub(crate) fn logout(request: &Request) -> Response<String> {
    let to = request.query.get("redirect_url").and_then(|to| HeaderValue::from_str(to).ok());
    let mut out = answer(StatusCode::OK, "text/plain", "You are signed out.");
    if let Some(to) = to {
        *out.status_mut() = StatusCode::FOUND;
        out.headers_mut().insert(LOCATION, to);
    }
    out
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

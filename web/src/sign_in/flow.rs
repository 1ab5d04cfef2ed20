//! The way through the LMS's sign-in page and back: OAuth2's authorization code, with PKCE (spec 60 §4.1).

use std::time::Duration;

use futures_util::FutureExt;
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::claims::{Claims, ClaimsError, Verifier};
use crate::upstream::body_within;

/// What the site asks to know.
const SCOPES: [&str; 3] = ["user_id", "profile", "email"];
/// A token is some kilobytes.
const LARGEST_ANSWER: usize = 1 << 20;

/// As whom, and where, the site signs users in.
#[derive(Clone, Debug)]
pub struct FlowSettings {
    /// The LMS as this site reaches it.
    pub lms: Url,
    /// The LMS as browsers reach it.
    pub public_lms: Url,
    /// This site as browsers reach it.
    pub site: Url,
    /// The site's name at the LMS.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Longest wait for an answer.
    pub timeout: Duration,
}

type LmsClient =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The sign-in by the LMS.
pub struct Flow {
    client: LmsClient,
    http: reqwest::Client,
    verifier: Verifier,
    sign_out: Url,
}

/// A sign-in that has begun, kept in a sealed cookie till the reader comes back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    state: String,
    verifier: String,
    /// Where the reader wanted to go.
    pub next: String,
}

/// A user as the LMS has told.
#[derive(Debug)]
pub struct Told {
    /// Who it is.
    pub claims: Claims,
    /// By which the LMS is asked again.
    pub refresh_token: Option<String>,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The settings make no address.
    #[error("setting up the sign-in")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The reader came back with another state than was sent along.
    #[error("the answer belongs to no sign-in that this browser began")]
    State,
    /// The LMS refuses.
    #[error("the LMS refuses: {0}")]
    Refused(String),
    /// The LMS does not answer, or not with a token.
    #[error("the LMS gives no token: {0}")]
    Unreachable(String),
    /// The token says nothing that is believed.
    #[error("reading the LMS's token")]
    Claims(#[from] ClaimsError),
}

impl Flow {
    /// A sign-in whose tokens are proved by `verifier`.
    ///
    /// # Errors
    /// The settings make no address, or the connection cannot be set up.
    pub fn new(settings: FlowSettings, verifier: Verifier) -> Result<Self, FlowError> {
        fn setup(error: impl std::error::Error + Send + Sync + 'static) -> FlowError {
            FlowError::Setup(Box::new(error))
        }
        let at = |base: &Url, path: &str| base.join(path).map_err(setup);
        let client = BasicClient::new(ClientId::new(settings.client_id.clone()))
            .set_client_secret(ClientSecret::new(settings.client_secret))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(at(&settings.public_lms, "oauth2/authorize")?))
            .set_token_uri(TokenUrl::from_url(at(&settings.lms, "oauth2/access_token")?))
            .set_redirect_uri(RedirectUrl::from_url(at(&settings.site, "complete/edx-oauth2/")?));
        let http = reqwest::Client::builder()
            .timeout(settings.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(setup)?;
        let mut sign_out = at(&settings.public_lms, "logout")?;
        sign_out
            .query_pairs_mut()
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_url", settings.site.as_str());
        Ok(Self { client, http, verifier, sign_out })
    }

    /// Where the LMS ends its own session and sends the reader back.
    pub fn sign_out_url(&self) -> &str {
        self.sign_out.as_str()
    }

    /// The LMS's page, and what must be known when the reader comes back.
    pub fn start(&self, next: &str) -> (String, Pending) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let scopes = SCOPES.map(|scope| Scope::new(scope.to_owned()));
        let asked = self.client.authorize_url(CsrfToken::new_random);
        let (url, state) = asked.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let pending = Pending {
            state: state.into_secret(),
            verifier: verifier.into_secret(),
            next: next.to_owned(),
        };
        (url.into(), pending)
    }

    /// Who came back with a code.
    ///
    /// # Errors
    /// Another state, or the LMS gives no good token.
    pub async fn finish(
        &self,
        pending: Pending,
        state: &str,
        code: &str,
    ) -> Result<Told, FlowError> {
        if state != pending.state {
            return Err(FlowError::State);
        }
        let exchange = self
            .client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier))
            .add_extra_param("token_type", "jwt");
        let http = |request| send(self.http.clone(), request).boxed();
        self.told(exchange.request_async(&http).boxed().await)
    }

    /// Who a user is now.
    ///
    /// # Errors
    /// The LMS gives no good token.
    pub async fn again(&self, refresh_token: &str) -> Result<Told, FlowError> {
        let refresh_token = RefreshToken::new(refresh_token.to_owned());
        let exchange =
            self.client.exchange_refresh_token(&refresh_token).add_extra_param("token_type", "jwt");
        let http = |request| send(self.http.clone(), request).boxed();
        self.told(exchange.request_async(&http).boxed().await)
    }

    fn told<E: std::error::Error, R: oauth2::ErrorResponse>(
        &self,
        answer: Result<BasicTokenResponse, RequestTokenError<E, R>>,
    ) -> Result<Told, FlowError> {
        let answer = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => FlowError::Refused(format!("{said:?}")),
            RequestTokenError::Request(error) => FlowError::Unreachable(error.to_string()),
            RequestTokenError::Parse(error, _) => FlowError::Unreachable(error.to_string()),
            RequestTokenError::Other(error) => FlowError::Unreachable(error),
        })?;
        let claims = self.verifier.verify(answer.access_token().secret())?;
        let refresh_token = answer.refresh_token().map(|token| token.secret().clone());
        Ok(Told { claims, refresh_token })
    }
}

async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, SendError> {
    let answer = http.execute(request.try_into()?).await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = body_within(answer, LARGEST_ANSWER).await?.ok_or(SendError::Large)?;
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A request for a token that brought nothing.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer is too large")]
    Large,
}

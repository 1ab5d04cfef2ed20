//! How readers prove who they are: by their account at the LMS (spec 60 §4).

pub mod claims;
pub mod flow;
pub mod session;

use std::time::Duration;

use chrono::TimeDelta;
use moka::sync::Cache;
use warp::http::StatusCode;
use warp::http::header::SET_COOKIE;
use warp::reply::Response;

use self::flow::{Flow, FlowError, Pending, Told};
use self::session::{LONGEST, Seal, Session, unguessable};
use crate::error::PageError;
use crate::query::Query;
use crate::reply;
use crate::site::{Visit, safe_next};

/// The LMS is asked so often whether a user still is who the session says.
const RECHECK: TimeDelta = TimeDelta::hours(12);
/// Where the LMS did not answer, it is asked again after this time.
const RETRY: TimeDelta = TimeDelta::minutes(5);
/// Time to sign in at the LMS.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Where readers come after signing in.
const USUAL_NEXT: &str = "/courses/";
const SESSION: &str = "session";
const PENDING: &str = "sign_in";
/// Holds the id of the session for the LMS's own sign-out, which calls from another site's page.
const SIGN_OUT: &str = "sign_out";
/// More ended sessions than this are not remembered.
const MOST_REVOKED: u64 = 100_000;

/// The sign-in of this site.
pub struct SignIn {
    flow: Flow,
    /// What seals its cookies.
    pub seal: Seal,
    /// Sessions that were ended; their cookies may still be somewhere.
    revoked: Cache<String, ()>,
}

impl SignIn {
    /// By an LMS, with cookies under a seal.
    #[must_use]
    pub fn new(flow: Flow, seal: Seal) -> Self {
        let life = LONGEST.to_std().unwrap_or_default();
        let revoked = Cache::builder().max_capacity(MOST_REVOKED).time_to_live(life).build();
        Self { flow, seal, revoked }
    }

    /// The lines of cookies that sign a session in.
    #[must_use]
    pub fn cookies_of(&self, session: &Session) -> Vec<String> {
        let life = LONGEST.to_std().unwrap_or_default();
        let session_line = self.seal.set(SESSION, session, life);
        let sign_out = self.seal.set_across_sites(SIGN_OUT, &session.id, life);
        session_line.into_iter().chain(sign_out).collect()
    }

    fn cookies_taken_away(&self) -> [String; 3] {
        [SESSION, PENDING, SIGN_OUT].map(|name| self.seal.remove(name))
    }
}

/// The session of a visit, as its cookie tells; asked again at the LMS where that is due.
pub async fn session(visit: &mut Visit) -> Option<Session> {
    let sign_in = &visit.site.sign_in;
    let sealed = visit.cookie(&sign_in.seal.name(SESSION))?;
    let session: Session = sign_in.seal.open(SESSION, sealed)?;
    if session.is_over(visit.now) || sign_in.revoked.contains_key(&session.id) {
        return None;
    }
    let fresh = if visit.now - session.checked >= RECHECK {
        Some(checked(visit, &session).await?)
    } else {
        session.seen_at(visit.now)
    };
    let Some(session) = fresh else { return Some(session) };
    visit.cookies.extend(visit.site.sign_in.cookies_of(&session));
    Some(session)
}

/// Who the user is now; none: nobody any more.
async fn checked(visit: &Visit, session: &Session) -> Option<Session> {
    let told = visit.site.sign_in.flow.again(session.refresh_token.as_deref()?).await;
    match told {
        Ok(told) if told.claims.preferred_username == session.username => {
            let renewed = session_of(visit, told);
            Some(Session { id: session.id.clone(), signed_in: session.signed_in, ..renewed })
        }
        Ok(_) => None,
        Err(FlowError::Unreachable(reason)) => {
            log::warn!("{} not asked who a user is: {reason}", visit.request_id);
            let checked = visit.now - RECHECK + RETRY;
            Some(Session { checked, seen: visit.now, ..session.clone() })
        }
        Err(error) => {
            log::info!("{} a session ends: {error}", visit.request_id);
            None
        }
    }
}

fn session_of(visit: &Visit, told: Told) -> Session {
    let claims = told.claims;
    Session {
        id: unguessable(),
        username: claims.preferred_username,
        user_id: claims.user_id,
        name: claims.name,
        language: claims.locale,
        staff: claims.administrator || claims.superuser,
        signed_in: visit.now,
        seen: visit.now,
        checked: visit.now,
        refresh_token: told.refresh_token,
    }
}

/// Sends the reader to the LMS.
pub fn start(visit: &Visit) -> Response {
    let next = safe_next(visit.query.get("next")).unwrap_or(USUAL_NEXT);
    let (url, pending) = visit.site.sign_in.flow.start(next);
    let cookie = visit.site.sign_in.seal.set(PENDING, &pending, PATIENCE);
    with_cookies(reply::redirect(StatusCode::FOUND, &url), cookie)
}

/// The reader comes back from the LMS.
///
/// # Errors
/// This browser began no sign-in, or the LMS gives no good token.
pub async fn complete(visit: &Visit) -> Result<Response, PageError> {
    let sign_in = &visit.site.sign_in;
    let pending = visit.cookie(&sign_in.seal.name(PENDING));
    let pending: Pending = pending
        .and_then(|sealed| sign_in.seal.open(PENDING, sealed))
        .ok_or(PageError::SignIn(FlowError::State))?;
    if let Some(refusal) = visit.query.get("error") {
        return Err(PageError::SignIn(FlowError::Refused(refusal.to_owned())));
    }
    let (state, code) = (visit.query.get("state"), visit.query.get("code"));
    let (state, code) = (state.unwrap_or_default(), code.unwrap_or_default());
    let next = pending.next.clone();
    let told = sign_in.flow.finish(pending, state, code).await.map_err(PageError::SignIn)?;
    let session = session_of(visit, told);
    // Another session of this browser ends before the new one begins.
    if let Some(before) = visit.session() {
        sign_in.revoked.insert(before.id.clone(), ());
    }
    visit.site.lms.forget_permissions(&session.username);
    let lines = [sign_in.seal.remove(PENDING)].into_iter().chain(sign_in.cookies_of(&session));
    Ok(with_cookies(reply::redirect(StatusCode::FOUND, &next), lines))
}

/// Ends the session, here and at the LMS.
pub fn sign_out(visit: &Visit) -> Response {
    let to = visit.site.sign_in.flow.sign_out_url();
    ended(visit, reply::redirect(StatusCode::SEE_OTHER, to))
}

/// Ends the session here, and begins another one, which knows newer permissions.
pub fn sign_in_again(visit: &Visit) -> Response {
    let next = Query::default().with("next", visit.query.get("next").unwrap_or(USUAL_NEXT));
    ended(visit, reply::redirect(StatusCode::SEE_OTHER, &format!("/login/{}", next.link())))
}

/// The LMS's own sign-out calls this from a frame of its page.
pub fn sign_out_by_lms(visit: &Visit) -> Response {
    let sign_in = &visit.site.sign_in;
    let sealed = visit.cookie(&sign_in.seal.name(SIGN_OUT));
    if let Some(id) = sealed.and_then(|sealed| sign_in.seal.open::<String>(SIGN_OUT, sealed)) {
        sign_in.revoked.insert(id, ());
    }
    ended(visit, reply::bare(StatusCode::OK))
}

fn ended(visit: &Visit, answer: Response) -> Response {
    if let Some(session) = visit.session() {
        visit.site.sign_in.revoked.insert(session.id.clone(), ());
        visit.site.lms.forget_permissions(&session.username);
    }
    with_cookies(answer, visit.site.sign_in.cookies_taken_away())
}

fn with_cookies(answer: Response, lines: impl IntoIterator<Item = String>) -> Response {
    lines.into_iter().fold(answer, |answer, line| reply::with_more(answer, SET_COOKIE, &line))
}

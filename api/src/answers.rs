//! Answers that are kept: by what was asked and by the loads that they come from. Equal requests at one
//! time are one; what is kept is bounded, the least used goes first (spec 50 §13.2).

use std::io::Write;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::NaiveDateTime;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use warp::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, LAST_MODIFIED,
};
use warp::http::{HeaderMap, HeaderValue, StatusCode};
use warp::reply::Response;

use crate::error::Error;
use crate::keys::hex;
use crate::resource::http_date;

/// Shorter bodies are sent as they are.
const WORTH_PACKING: usize = 1024;
/// What a kept answer takes besides its body, in bytes.
const OVERHEAD: usize = 512;

/// The answers.
pub(crate) struct Answers(Cache<Arc<str>, Arc<Kept>>);

/// An answer that is kept.
pub(crate) struct Kept {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    packed: OnceLock<Option<Bytes>>,
}

/// What an answer is kept under: all that makes a difference to it; and when it was loaded.
pub(crate) struct Key {
    text: Arc<str>,
    loaded: NaiveDateTime,
}

impl Key {
    pub(crate) fn new(text: String, loaded: NaiveDateTime) -> Self {
        Self { text: text.into(), loaded }
    }

    fn etag(&self) -> String {
        format!("W/\"{}\"", hex(&Sha256::digest(self.text.as_bytes())[..16]))
    }

    /// What a caller may keep, and for how long.
    fn headers(&self) -> HeaderMap {
        let modified = http_date(self.loaded);
        let kept = "private, max-age=60, stale-while-revalidate=3600".to_owned();
        let told = [(ETAG, self.etag()), (LAST_MODIFIED, modified), (CACHE_CONTROL, kept)];
        let headers = told.into_iter().map(|(name, text)| Some((name, text.parse().ok()?)));
        headers.flatten().collect()
    }
}

/// Whether a caller names this among the answers that it has.
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let tags = request.get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    tags.flat_map(|tags| tags.split(',')).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.trim_start_matches("W/") == etag.trim_start_matches("W/")
    })
}

impl Answers {
    /// Keeps so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let weight = |key: &Arc<str>, kept: &Arc<Kept>| {
            // Packed it is kept beside itself.
            let weight = key.len() + kept.body.len() * 5 / 4 + OVERHEAD;
            u32::try_from(weight).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(bytes).weigher(weight).build())
    }

    /// The kept answer, else the one that is made now; nothing but that the caller has it, where it says so.
    /// That there is no data is an answer, too; what went wrong is not.
    pub(crate) async fn get<F: Future<Output = Result<Response, Error>>>(
        &self,
        key: Key,
        request: &HeaderMap,
        csv: bool,
        answer: impl FnOnce() -> F,
    ) -> Result<Response, Error> {
        if let Some(kept) = self.0.get(&key.text).await {
            return Ok(kept.response(request));
        }
        if request.contains_key(IF_NONE_MATCH) && is_known(request, &key.etag()) {
            return Ok(not_modified(&key.headers()));
        }
        let made = async {
            let response = match answer().await {
                Err(nothing @ Error::NotFound) => nothing.response(csv),
                answer => answer?,
            };
            Kept::of(response, &key).await.map(Arc::new)
        };
        let kept = Box::pin(self.0.try_get_with(Arc::clone(&key.text), made)).await;
        Ok(kept.map_err(Error::Shared)?.response(request))
    }
}

/// What the caller has is still the answer.
fn not_modified(headers: &HeaderMap) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    for name in [ETAG, LAST_MODIFIED, CACHE_CONTROL] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

impl Kept {
    async fn of(response: Response, key: &Key) -> Result<Self, Error> {
        let (parts, body) = response.into_parts();
        let failed = |error| Error::Internal(format!("keeping an answer: {error}"));
        let body = body.collect().await.map_err(failed)?.to_bytes();
        let (status, mut headers) = (parts.status, parts.headers);
        headers.extend(key.headers());
        Ok(Self { status, headers, body, packed: OnceLock::new() })
    }

    /// The answer, packed where the caller takes it so.
    fn response(&self, request: &HeaderMap) -> Response {
        let etag = self.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).unwrap_or_default();
        if is_known(request, etag) {
            return not_modified(&self.headers);
        }
        let packed = takes_gzip(request).then(|| self.packed.get_or_init(|| pack(&self.body)));
        let packed = packed.and_then(Option::as_ref);
        let mut response = Response::new(packed.unwrap_or(&self.body).clone().into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        if packed.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>().unwrap_or(1.0);
        ["gzip", "*"].contains(&name.trim()) && weight > 0.0
    })
}

/// None where it is not worth it.
fn pack(body: &Bytes) -> Option<Bytes> {
    if body.len() < WORTH_PACKING {
        return None;
    }
    let mut packer = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    packer.write_all(body).ok()?;
    packer.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::reply;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn key(text: &str) -> Key {
        Key::new(text.to_owned(), NaiveDateTime::default())
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    async fn body(response: Response) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn equal_requests_at_one_time_are_one_and_failures_are_not_kept() {
        let (answers, made) = (Answers::new(1 << 20), AtomicUsize::new(0));
        let slowly = || async {
            made.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            Ok(reply::bytes(reply::JSON, b"[]".to_vec()))
        };
        let none = HeaderMap::new();
        let ask = || answers.get(key("x"), &none, false, slowly);
        let (one, other) = tokio::join!(ask(), ask());
        assert_eq!(
            (body(one.unwrap()).await, body(other.unwrap()).await),
            ("[]".into(), "[]".into())
        );
        assert_eq!(made.load(Ordering::Relaxed), 1);
        let failed = async || Err(Error::Internal("x".to_owned()));
        assert!(answers.get(key("y"), &none, false, failed).await.is_err());
        let nothing = async || Err(Error::NotFound);
        let kept = answers.get(key("y"), &none, false, nothing).await.unwrap();
        assert_eq!(kept.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_long_answer_is_packed_for_who_takes_it() {
        let text = vec![b'x'; 10_000];
        let kept = Kept::of(reply::bytes(reply::JSON, text.clone()), &key("x")).await.unwrap();
        let packed = kept.response(&headers("accept-encoding", "br, gzip;q=0.5"));
        assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
        for accepted in ["", "identity", "gzip;q=0", "br"] {
            let plain = kept.response(&headers("accept-encoding", accepted));
            assert!(!plain.headers().contains_key(CONTENT_ENCODING), "{accepted}");
            assert_eq!(body(plain).await, text);
        }
    }

    #[tokio::test]
    async fn a_caller_who_has_the_answer_is_told_so_before_it_is_made() {
        let answers = Answers::new(1 << 20);
        let etag = key("x").etag();
        assert_ne!(etag, key("y").etag());
        let made = || async { Ok(reply::bytes(reply::JSON, b"[]".to_vec())) };
        let never = || async { Err(Error::Internal("it was made".to_owned())) };
        for known in
            [etag.clone(), format!("\"a\", {etag}"), etag.replace("W/", ""), "*".to_owned()]
        {
            let request = headers("if-none-match", &known);
            let answer = answers.get(key("x"), &request, false, never).await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(answer.headers()[ETAG], etag.as_str());
        }
        let other = headers("if-none-match", "W/\"other\"");
        assert_eq!(answers.get(key("x"), &other, false, made).await.unwrap().status(), 200);
        let kept = answers.get(key("x"), &headers("if-none-match", &etag), false, never).await;
        assert_eq!(kept.unwrap().status(), StatusCode::NOT_MODIFIED);
    }
}

//! Answers that are kept: by what was asked and by the loads that they come from. Equal requests at one
//! time are one; what is kept is bounded, the least used goes first (spec 50 §13.2).

use std::io::Write;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use warp::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, LAST_MODIFIED, WARNING,
};
use warp::http::{HeaderMap, HeaderValue, StatusCode};
use warp::reply::Response;

use crate::error::Error;
use crate::keys::hex;

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

/// What an answer is kept under, and what callers are told of it.
pub(crate) struct Key {
    text: Arc<str>,
    etag: HeaderValue,
    modified: Option<HeaderValue>,
}

impl Key {
    /// Of everything that makes a difference to the answer.
    pub(crate) fn new(text: String, modified: chrono::NaiveDateTime) -> Option<Self> {
        let hash = hex(&Sha256::digest(text.as_bytes())[..16]);
        let modified = modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        Some(Self {
            text: text.into(),
            etag: HeaderValue::from_str(&format!("W/\"{hash}\"")).ok()?,
            modified: HeaderValue::from_str(&modified).ok(),
        })
    }

    /// Whether the caller has the answer already.
    pub(crate) fn is_known(&self, request: &HeaderMap) -> bool {
        let tags = request.get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
        let etag = self.etag.to_str().unwrap_or_default().trim_start_matches("W/");
        tags.flat_map(|tags| tags.split(',')).any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.trim_start_matches("W/") == etag
        })
    }

    /// Tells the caller what it may keep.
    pub(crate) fn mark(&self, headers: &mut HeaderMap) {
        headers.insert(ETAG, self.etag.clone());
        if let Some(modified) = &self.modified {
            headers.insert(LAST_MODIFIED, modified.clone());
        }
        let kept = "private, max-age=60, stale-while-revalidate=3600";
        headers.insert(warp::http::header::CACHE_CONTROL, HeaderValue::from_static(kept));
    }
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

    /// The kept answer, else the one that is made now. That there is no data is an answer, too; what went
    /// wrong is not.
    pub(crate) async fn get(
        &self,
        key: &Key,
        csv: bool,
        answer: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Arc<Kept>, Arc<Error>> {
        let made = async {
            let response = match answer.await {
                Err(nothing @ Error::NotFound) => nothing.response(csv),
                answer => answer?,
            };
            Kept::of(response).await.map(Arc::new)
        };
        self.0.try_get_with(Arc::clone(&key.text), made).await
    }
}

impl Kept {
    async fn of(response: Response) -> Result<Self, Error> {
        let (parts, body) = response.into_parts();
        let failed = |error| Error::Internal(format!("keeping an answer: {error}"));
        let body = body.collect().await.map_err(failed)?.to_bytes();
        let (status, headers) = (parts.status, parts.headers);
        Ok(Self { status, headers, body, packed: OnceLock::new() })
    }

    /// The answer, packed where the caller takes it so.
    pub(crate) fn response(&self, request: &HeaderMap, is_old: bool) -> Response {
        let packed = takes_gzip(request).then(|| self.packed.get_or_init(|| pack(&self.body)));
        let packed = packed.and_then(Option::as_ref);
        let mut response = Response::new(packed.unwrap_or(&self.body).clone().into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        if packed.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if is_old {
            headers.insert(WARNING, HeaderValue::from_static("110 - \"Response is Stale\""));
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
        Key::new(text.to_owned(), chrono::NaiveDateTime::default()).unwrap()
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[tokio::test]
    async fn equal_requests_at_one_time_are_one_and_failures_are_not_kept() {
        let (answers, made) = (Answers::new(1 << 20), AtomicUsize::new(0));
        let slowly = || async {
            made.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            Ok(reply::bytes(reply::JSON, b"[]".to_vec()))
        };
        let key = key("x");
        let ask = || answers.get(&key, false, slowly());
        let (one, other) = tokio::join!(ask(), ask());
        assert!(Arc::ptr_eq(&one.ok().unwrap(), &other.ok().unwrap()));
        assert_eq!(made.load(Ordering::Relaxed), 1);
        let failed = || async { Err(Error::Internal("x".to_owned())) };
        let other = self::key("y");
        assert!(answers.get(&other, false, failed()).await.is_err());
        let nothing = || async { Err(Error::NotFound) };
        let kept = answers.get(&other, false, nothing()).await.ok().unwrap();
        assert_eq!(kept.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_long_answer_is_packed_for_who_takes_it() {
        let body = vec![b'x'; 10_000];
        let kept = Kept::of(reply::bytes(reply::JSON, body.clone())).await.unwrap();
        let packed = kept.response(&headers("accept-encoding", "br, gzip;q=0.5"), false);
        assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
        for accepted in ["", "identity", "gzip;q=0", "br"] {
            let plain = kept.response(&headers("accept-encoding", accepted), true);
            assert!(!plain.headers().contains_key(CONTENT_ENCODING), "{accepted}");
            assert!(plain.headers().contains_key(WARNING));
            assert_eq!(plain.into_body().collect().await.unwrap().to_bytes(), body);
        }
    }

    #[test]
    fn a_caller_who_knows_the_answer_is_told_so() {
        let key = key("x");
        let etag = key.etag.to_str().unwrap().to_owned();
        for known in
            [etag.clone(), format!("\"a\", {etag}"), etag.replace("W/", ""), "*".to_owned()]
        {
            assert!(key.is_known(&headers("if-none-match", &known)), "{known}");
        }
        assert!(!key.is_known(&headers("if-none-match", "W/\"other\"")));
        assert!(!key.is_known(&HeaderMap::new()));
        assert_ne!(self::key("y").etag, key.etag);
    }
}

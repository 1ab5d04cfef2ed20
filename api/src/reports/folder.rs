//! Reports on this machine's disk: links to another server that serves the folder, or links to this
//! service that are signed and expire.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use futures_util::stream;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use warp::reply::Response;

use super::{Found, Link, Reports, Storage};
use crate::config::ReportSettings;
use crate::error::Error;
use crate::parameters::Parameters;
use crate::resource::name_file;
use crate::service::Service;

/// What is read of a file at once, in bytes.
const PIECE: usize = 64 * 1024;
/// Below this path of the service are the files, for who has a link.
const PATH: &str = "/reports/";

pub(super) struct Folder {
    root: PathBuf,
    links: Links,
}

enum Links {
    /// Another server has the files, below this address; empty: there are no links.
    Elsewhere(String),
    /// This service has them, for who has a signature by this key.
    Here(Hmac<Sha256>),
}

impl Folder {
    pub(super) fn new(root: &str, settings: &ReportSettings) -> Self {
        let links = match &settings.link {
            Some(url) => Links::Elsewhere(url.clone()),
            None => Links::Here(key(settings.secret.as_deref())),
        };
        Self { root: root.into(), links }
    }

    pub(super) async fn find(&self, link: &Link<'_>) -> Result<Option<Found>, Error> {
        let about = match tokio::fs::metadata(self.path(link.file)?).await {
            Ok(about) if about.is_file() => about,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::NoLink(format!("{}: {error}", link.file))),
        };
        let size = Some(about.len());
        Ok(Some(match &self.links {
            Links::Elsewhere(url) if url.is_empty() => Found { size, ..Found::default() },
            Links::Elsewhere(url) => {
                let url = format!("{}/{}", url.trim_end_matches('/'), link.file);
                Found { size, modified: None, link: Some((url, None)) }
            }
            Links::Here(key) => {
                let modified: Option<DateTime<Utc>> = about.modified().ok().map(Into::into);
                let modified = modified.map(|modified| modified.naive_utc());
                Found { size, modified, link: Some(signed(key, link, modified)) }
            }
        }))
    }

    /// A file of the folder; none outside.
    fn path(&self, file: &str) -> Result<PathBuf, Error> {
        let inside = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
        match inside && !file.contains('\0') {
            true => Ok(self.root.join(file)),
            false => Err(Error::NoLink(format!("{file:?} is no file of the folder"))),
        }
    }
}

/// Instances that share a secret take each other's links.
fn key(secret: Option<&str>) -> Hmac<Sha256> {
    let random = || {
        let random = crate::keys::random_token();
        random.unwrap_or_else(|error| {
            log::error!("links to reports cannot be signed: {error}");
            String::new()
        })
    };
    let secret = secret.map_or_else(random, str::to_owned);
    // A key of any length is one.
    <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| <Hmac<Sha256> as KeyInit>::new(&Default::default()))
}

fn signed(
    key: &Hmac<Sha256>,
    link: &Link<'_>,
    modified: Option<NaiveDateTime>,
) -> (String, Option<NaiveDateTime>) {
    let expires = link.expires();
    let name = link.file_name(modified);
    let until = expires.timestamp().to_string();
    let signature = crate::keys::hex(&mac(key, link.file, &name, &until).finalize().into_bytes());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("name", &name), ("until", &until), ("signature", &signature)])
        .finish();
    let file = percent_encoding::utf8_percent_encode(link.file, percent_encoding::NON_ALPHANUMERIC);
    (format!("{}{PATH}{file}?{query}", link.origin), Some(expires.naive_utc()))
}

fn mac(key: &Hmac<Sha256>, file: &str, name: &str, until: &str) -> Hmac<Sha256> {
    let mut mac = key.clone();
    for part in [file, name, until] {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    mac
}

/// A file of a report, as a link names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Download(String);

impl Download {
    /// What a decoded path names.
    pub(crate) fn find(path: &str) -> Option<Self> {
        path.strip_prefix(PATH).filter(|file| !file.is_empty()).map(|file| Self(file.to_owned()))
    }
}

/// The file, for whoever has a signed link to it that has not expired.
pub(crate) async fn download(
    service: &Arc<Service>,
    asked: &Download,
    parameters: &Parameters,
) -> Result<Response, Error> {
    let Reports { storage: Storage::Folder(folder), .. } = &service.reports else {
        return Err(Error::NoSuchPath);
    };
    let Links::Here(key) = &folder.links else { return Err(Error::NoSuchPath) };
    let [name, until, signature] =
        ["name", "until", "signature"].map(|name| parameters.get(name).unwrap_or_default());
    let claimed = unhex(signature).ok_or(Error::NoSuchPath)?;
    // Compares in a time that tells nothing.
    mac(key, &asked.0, name, until).verify_slice(&claimed).map_err(|_| Error::NoSuchPath)?;
    let now = service.now().timestamp();
    if until.parse::<i64>().map_or(true, |until| until < now) {
        return Err(Error::Absent("link_expired", "The link has expired.".to_owned()));
    }
    let path = folder.path(&asked.0)?;
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound,
        _ => Error::Internal(format!("reading {}: {error}", path.display())),
    };
    let file = File::open(&path).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?.len();
    let mut response = warp::reply::stream(stream::try_unfold(file, piece)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    name_file(name, headers);
    Ok(response)
}

async fn piece(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut piece = vec![0; PIECE];
    let read = file.read(&mut piece).await?;
    piece.truncate(read);
    Ok((read > 0).then(|| (piece.into(), file)))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

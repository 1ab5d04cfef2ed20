//! Reports in a store that speaks S3: links that it signs and that expire. Credentials are those of the
//! settings, else of the usual chain: environment, web identity, container, instance.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsCredential};
use rusty_s3::actions::{GetObject, HeadObject};
use rusty_s3::{Credentials, S3Action, UrlStyle};
use warp::http::StatusCode;
use warp::http::header::{CONTENT_LENGTH, HeaderName, LAST_MODIFIED};

use super::{Found, Link};
use crate::config::ReportSettings;
use crate::error::Error;
use crate::resource::{disposition, http_date};

/// How long the store may take to tell of a file.
const LIMIT: Duration = Duration::from_secs(5);

pub(super) struct Bucket {
    store: AmazonS3,
    bucket: rusty_s3::Bucket,
    prefix: String,
    client: reqwest::Client,
}

fn wrong(reason: impl ToString) -> object_store::Error {
    object_store::Error::Generic { store: "S3", source: reason.to_string().into() }
}

impl Bucket {
    /// The bucket of `s3://BUCKET/PREFIX`.
    pub(super) fn new(url: &str, settings: &ReportSettings) -> Result<Self, object_store::Error> {
        let place = url.trim_start_matches("s3://").trim_matches('/');
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(name);
        if let (Some(id), Some(secret)) = (&settings.access_key_id, &settings.secret_access_key) {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
        let region = settings.region.clone().or(region).unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
        let endpoint = settings.endpoint.clone().or(endpoint);
        let style = if endpoint.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let endpoint = endpoint.parse().map_err(|error| wrong(format!("{endpoint}: {error}")))?;
        let client = reqwest::Client::builder().timeout(LIMIT).build().map_err(wrong)?;
        Ok(Self {
            store: builder.with_region(&region).build()?,
            bucket: rusty_s3::Bucket::new(endpoint, style, name.to_owned(), region)
                .map_err(wrong)?,
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            client,
        })
    }

    pub(super) async fn find(&self, link: &Link<'_>) -> Result<Option<Found>, Error> {
        let failed = |reason: String| Error::NoLink(format!("{}: {reason}", link.file));
        let credential = self.store.credentials().get_credential().await;
        let credentials = credentials(credential.map_err(|error| failed(error.to_string()))?);
        let object = format!("{}{}", self.prefix, link.file);
        // Signed by the real time, whatever the service's clock says.
        let head = HeadObject::new(&self.bucket, Some(&credentials), &object).sign(LIMIT * 12);
        let answer = self.client.head(head).send().await;
        let answer = answer.map_err(|error| failed(error.without_url().to_string()))?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(failed(format!("the store answers {status}"))),
        }
        let header = |name: HeaderName| answer.headers().get(name)?.to_str().ok();
        let modified =
            header(LAST_MODIFIED).and_then(|text| DateTime::parse_from_rfc2822(text).ok());
        let modified = modified.map(|modified| modified.naive_utc());
        Ok(Some(Found {
            size: header(CONTENT_LENGTH).and_then(|text| text.parse().ok()),
            modified,
            link: Some(self.link(&credentials, &object, link, modified)),
        }))
    }

    fn link(
        &self,
        credentials: &Credentials,
        object: &str,
        link: &Link<'_>,
        modified: Option<NaiveDateTime>,
    ) -> (String, Option<NaiveDateTime>) {
        let expires = link.expires();
        let mut get = GetObject::new(&self.bucket, Some(credentials), object);
        let query = get.query_mut();
        query.insert("response-content-disposition", disposition(&link.file_name(modified)));
        query.insert("response-content-type", "text/csv");
        query.insert("response-expires", http_date(expires.naive_utc()));
        let seconds = u64::try_from(link.expiry.num_seconds()).unwrap_or(0);
        let url = get.sign(Duration::from_secs(seconds));
        (url.into(), Some(expires.naive_utc()))
    }
}

fn credentials(known: Arc<AwsCredential>) -> Credentials {
    match &known.token {
        Some(token) => Credentials::new_with_token(&known.key_id, &known.secret_key, token),
        None => Credentials::new(&known.key_id, &known.secret_key),
    }
}

//! The running service: its stores, keys and clock, its start and its graceful end.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use api_client::Version;
use chrono::{DateTime, NaiveDate, Utc};
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use warp::http::HeaderMap;
use warp::http::header::HOST;

use crate::answers::Answers;
use crate::auth::Keys;
use crate::config::{Privacy, Rates, Secret, Settings};
use crate::cors::Cors;
use crate::keys::Key;
use crate::learners::pseudonym::{Pseudonyms, Shown};
use crate::observe::Metrics;
use crate::page::PageSizes;
use crate::reports::Reports;
use crate::routes;
use crate::server::{self, Leaving};
use crate::throttle::Throttle;
use crate::users::Users;
use crate::versions::{PAUSE, Versions};

/// How long the start waits for the versions of a store's tables.
const FIRST_LOOK: Duration = Duration::from_millis(200);

/// A store, and the versions of its tables.
struct Backend {
    store: Store,
    versions: Arc<Versions>,
}

impl Backend {
    fn open(address: &store::Address) -> Result<Self, store::Error> {
        Ok(Self { store: Store::open(address)?, versions: Arc::default() })
    }
}

/// What every request needs.
pub(crate) struct Service {
    v0: Backend,
    /// Where the second version has a store of its own.
    v1: Option<Backend>,
    pub(crate) answers: Answers,
    pub(crate) keys: Keys,
    pub(crate) cors: Cors,
    pub(crate) reports: Reports,
    pub(crate) metrics: Metrics,
    /// One for each request that may be in flight.
    pub(crate) places: Arc<Semaphore>,
    leaving: Leaving,
    throttle: Throttle,
    rates: Rates,
    service_users: Vec<String>,
    /// How much of single learners is shown, and how.
    pub(crate) learners: Shown,
    /// Kinds of things that are left out of what an enterprise's learners did.
    pub(crate) excluded_entity_types: Vec<String>,
    /// How many values of cohorts and modes are counted.
    pub(crate) most_values: usize,
    /// Rows of a page, unless the caller says how many; and the most.
    pub(crate) page_sizes: PageSizes,
    /// Where the LMS shows an account.
    pub(crate) account_url: Option<String>,
    base_url: Option<String>,
    clock: Option<DateTime<Utc>>,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No store is set.
    #[error("no result store is given")]
    NoStore,
    /// A store cannot be used.
    #[error("opening the result store")]
    Store(#[from] store::Error),
    /// There is nothing to make pseudonyms by.
    #[error("privacy: pseudonymous needs a SECRET_KEY, by which pseudonyms are made")]
    NoSecret,
    /// The bucket of reports cannot be used.
    #[error("opening the bucket of reports")]
    Reports(#[from] object_store::Error),
}

impl Service {
    fn new(settings: &Settings) -> Result<Self, Error> {
        let users = settings.auth_store.as_ref().map(Store::open).transpose()?.map(Users::new);
        Ok(Self {
            v0: Backend::open(settings.store.as_ref().ok_or(Error::NoStore)?)?,
            v1: settings.store_v1.as_ref().map(Backend::open).transpose()?,
            answers: Answers::new(settings.cache_mb.saturating_mul(1 << 20)),
            keys: Keys::new(settings.key_file.clone(), users),
            cors: Cors::new(settings),
            reports: Reports::new(&settings.reports())?,
            metrics: Metrics::default(),
            places: Arc::new(Semaphore::new(settings.max_in_flight)),
            leaving: Leaving {
                now: Arc::default(),
                notice: Duration::from_secs(settings.stop_notice.into()),
            },
            throttle: Throttle::default(),
            rates: settings.rates,
            service_users: settings.service_users.clone(),
            learners: shown(settings)?,
            excluded_entity_types: settings.excluded_entity_types.clone(),
            most_values: settings.most_values,
            page_sizes: PageSizes { usual: settings.page_size, most: settings.page_size_limit },
            account_url: settings.account_url.clone(),
            base_url: settings.base_url.as_ref().map(|url| url.trim_end_matches('/').to_owned()),
            clock: settings.clock,
        })
    }

    /// Counts a request of a key's user, or refuses it: at the key's own rate, else at that of services or of
    /// users. A key that is marked as a service's has no limit of its own.
    pub(crate) fn count(&self, key: &Key) -> Result<(), crate::error::Error> {
        let of_settings = match self.service_users.contains(&key.user) {
            true => self.rates.service_user,
            false if key.grant.service => None,
            false => self.rates.user,
        };
        let rate = key.grant.rate.or(of_settings);
        rate.map_or(Ok(()), |rate| self.throttle.count(&key.user, rate, self.now()))
    }

    /// Counts a request of somebody who is known by his address alone, or refuses it.
    pub(crate) fn count_address(
        &self,
        peer: Option<SocketAddr>,
    ) -> Result<(), crate::error::Error> {
        // No user is called like that: a name has no line end.
        let name = peer.map_or_else(|| "\n".to_owned(), |peer| format!("\n{}", peer.ip()));
        self.rates.user.map_or(Ok(()), |rate| self.throttle.count(&name, rate, self.now()))
    }

    fn backend(&self, version: Version) -> &Backend {
        match version {
            Version::V0 => &self.v0,
            Version::V1 => self.v1.as_ref().unwrap_or(&self.v0),
        }
    }

    /// The store that a version reads.
    pub(crate) fn store(&self, version: Version) -> &Store {
        &self.backend(version).store
    }

    /// The versions of the tables that a version of the API reads.
    pub(crate) fn versions(&self, version: Version) -> Arc<Versions> {
        Arc::clone(&self.backend(version).versions)
    }

    fn backends(&self) -> impl Iterator<Item = &Backend> {
        std::iter::once(&self.v0).chain(&self.v1)
    }

    /// Learns the versions of all tables.
    async fn look(&self) {
        for Backend { store, versions } in self.backends() {
            versions.look(store).await;
        }
    }

    /// Whether it was told to stop, and answers only until callers know.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.now.load(Ordering::Relaxed)
    }

    /// Every store there is.
    pub(crate) fn stores(&self) -> impl Iterator<Item = &Store> {
        self.backends().map(|backend| &backend.store)
    }

    /// Where callers reach the service: as settings say, else as a request does.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> String {
        let host = || {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok());
            ["http://", host.unwrap_or("localhost")].concat()
        };
        self.base_url.clone().unwrap_or_else(host)
    }

    /// Today (UTC).
    pub(crate) fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Now (UTC).
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.unwrap_or_else(Utc::now)
    }
}

fn shown(settings: &Settings) -> Result<Shown, Error> {
    match settings.privacy {
        Privacy::Aggregate => Ok(Shown::Nobody),
        Privacy::Named => Ok(Shown::Named),
        Privacy::Pseudonymous => {
            let secret = settings.secret.as_ref().map(Secret::text).unwrap_or_default();
            Pseudonyms::new(secret).map(Shown::Pseudonyms).ok_or(Error::NoSecret)
        }
    }
}

/// Makes the service of these settings and lets it go, without asking its stores anything.
///
/// # Errors
/// What it could not start for.
pub fn check(settings: &Settings) -> Result<(), Error> {
    Service::new(settings).map(drop)
}

/// Answers the listener's requests until `stop` ends, then lets those in flight finish.
///
/// # Errors
/// No store is set, or one cannot be used.
pub async fn run(
    settings: &Settings,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let service = Arc::new(Service::new(settings)?);
    if timeout(FIRST_LOOK, service.look()).await.is_err() {
        log::warn!("a store is slow to answer; until it does, no answer is kept");
    }
    tokio::spawn(watch(Arc::downgrade(&service)));
    if let Ok(address) = listener.local_addr() {
        log::info!("listening on http://{address}");
    }
    server::run(listener, routes::all(&service), service.leaving.clone(), stop).await;
    Ok(())
}

/// Learns the versions of all tables as long as there is a service that asks for them.
async fn watch(service: Weak<Service>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let Some(service) = service.upgrade() else { return };
        service.look().await;
    }
}

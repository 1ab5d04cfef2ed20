//! Users and tokens of an existing installation: Django's tables, as they are (spec 50 §3.2).

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use store::{Store, TokenUser};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::error::Error;
use crate::keys::{self, Grant, Key};
use crate::password;

/// How long a token that was found is good without being looked up again.
const TRUST: Duration = Duration::from_secs(60);
/// How many tokens are remembered.
const REMEMBERED: u64 = 10_000;
/// How many passwords are hashed at one time: each takes a core for a good part of a second.
const HASHED_AT_A_TIME: usize = 1;

/// The users of a database.
pub(crate) struct Users {
    store: Store,
    /// By the hash of the token.
    known: Cache<String, Arc<Key>>,
    hashing: Semaphore,
}

impl Users {
    pub(crate) fn new(store: Store) -> Self {
        let known = Cache::builder().max_capacity(REMEMBERED).time_to_live(TRUST).build();
        Self { store, known, hashing: Semaphore::new(HASHED_AT_A_TIME) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The key of a token, which has this hash; none where nobody has it.
    pub(crate) async fn find(&self, token: &str, hash: String) -> Result<Option<Arc<Key>>, Error> {
        if let Some(key) = self.known.get(&hash).await {
            return Ok(Some(key));
        }
        let Some(TokenUser { username, is_active, is_staff }) =
            self.store.user_of_token(token).await?
        else {
            return Ok(None);
        };
        let key = Arc::new(Key {
            user: username,
            hash: hash.clone(),
            staff: is_staff,
            active: is_active,
            grant: Grant::default(),
        });
        self.known.insert(hash, Arc::clone(&key)).await;
        Ok(Some(key))
    }

    /// The token of a user who knows his password, a new one if he has none; none for anybody else.
    pub(crate) async fn log_in(
        &self,
        username: &str,
        password: String,
    ) -> Result<Option<String>, Error> {
        let login = self.store.login(username).await?;
        // For who is not there a password is hashed, too: time must not tell it.
        let hashed = login.as_ref().map(|login| login.password.clone());
        let _place = self.hashing.acquire().await;
        let checked = spawn_blocking(move || password::is(&password, hashed.as_deref())).await;
        let is_right = checked.map_err(|error| Error::Internal(error.to_string()))?;
        let Some(login) = login.filter(|login| is_right && login.is_active) else {
            return Ok(None);
        };
        match login.token {
            Some(token) => Ok(Some(token)),
            None => {
                let token = keys::random_token().map_err(|e| Error::Keys(e.to_string()))?;
                Ok(self.store.give_token(login.user_id, &token).await?)
            }
        }
    }
}

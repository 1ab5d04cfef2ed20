//! Which loads of the store's tables answers are made from: told by the marks in `table_updates`, looked at
//! every few seconds (spec 50 §13.2).

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use api_client::TableUpdate;
use chrono::NaiveDateTime;
use store::{Store, TableVersion};

/// How often the marks are looked at: a load is seen within five seconds.
pub(crate) const PAUSE: Duration = Duration::from_secs(3);
/// Other loaders write the mark before they swap the table in: so long a version is taken for two, one
/// before and one after.
const SETTLING: Duration = Duration::from_secs(10);

/// The versions of one store's tables.
#[derive(Default)]
pub(crate) struct Versions {
    tables: RwLock<HashMap<String, Seen>>,
    lost: AtomicBool,
}

struct Seen {
    version: TableVersion,
    name: String,
    since: Instant,
}

impl Versions {
    /// Looks at the marks. What is known stays known when the store is lost.
    pub(crate) async fn look(&self, store: &Store) {
        match store.versions().await {
            Ok(found) => {
                self.lost.store(false, Ordering::Relaxed);
                self.learn(found, Instant::now());
            }
            Err(error) => {
                if !self.lost.swap(true, Ordering::Relaxed) {
                    log::error!("{error}; answers that are known are served on");
                }
            }
        }
    }

    fn learn(&self, found: Vec<TableVersion>, now: Instant) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let mut known = std::mem::take(&mut *tables);
        for version in found {
            let same = known.remove(&version.table).filter(|seen| seen.version == version);
            let since = same.map_or(now, |seen| seen.since);
            let name = named(&version);
            tables.insert(version.table.clone(), Seen { version, name, since });
        }
    }

    /// Whether the store did not answer when it was last asked.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// What stands for the loads of these tables, and the time of the newest; none where a table has no
    /// mark.
    pub(crate) fn of(&self, tables: &[&str]) -> Option<(String, NaiveDateTime)> {
        let known = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let (mut text, mut newest) = (String::new(), None);
        for table in tables {
            let Seen { version, name, since } = known.get(*table)?;
            text.push_str(name);
            text.push_str(if since.elapsed() > SETTLING { ";" } else { "?" });
            newest = newest.max(version.inserted);
        }
        Some((text, newest?))
    }

    /// All tables with a mark.
    pub(crate) fn all(&self) -> BTreeMap<String, TableUpdate> {
        let known = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let update = |(table, seen): (&String, &Seen)| {
            let (updated, version) = (seen.version.inserted, seen.name.clone());
            (table.clone(), TableUpdate { updated, version })
        };
        known.iter().map(update).collect()
    }
}

/// A version as a text: what differs between two loads.
fn named(version: &TableVersion) -> String {
    let TableVersion { inserted, newest, marks, .. } = version;
    let time = inserted.map(|time| time.and_utc().timestamp_micros());
    format!("{}-{newest}-{marks}", time.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(table: &str, newest: i64) -> TableVersion {
        let inserted = chrono::DateTime::from_timestamp(newest, 0).map(|time| time.naive_utc());
        TableVersion { table: table.to_owned(), inserted, newest, marks: 1 }
    }

    #[test]
    fn a_version_is_another_once_it_has_settled_and_with_each_load() {
        let versions = Versions::default();
        assert!(versions.of(&["a"]).is_none());
        let long_ago = Instant::now().checked_sub(SETTLING * 2).unwrap();
        versions.learn(vec![version("a", 1), version("b", 2)], Instant::now());
        let (fresh, newest) = versions.of(&["a", "b"]).unwrap();
        assert_eq!(newest.and_utc().timestamp(), 2);
        versions.learn(vec![version("a", 1), version("b", 2)], long_ago);
        assert_eq!(versions.of(&["a", "b"]).unwrap().0, fresh, "the first time counts");
        versions.learn(Vec::new(), long_ago);
        assert!(versions.of(&["a"]).is_none());
        versions.learn(vec![version("a", 1), version("b", 2)], long_ago);
        let settled = versions.of(&["a", "b"]).unwrap().0;
        assert_ne!(settled, fresh);
        versions.learn(vec![version("a", 1), version("b", 3)], long_ago);
        assert_ne!(versions.of(&["a", "b"]).unwrap().0, settled);
        assert_eq!(versions.all().len(), 2);
    }
}

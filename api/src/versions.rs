//! Which loads of the store's tables answers are made from: told by the marks in `table_updates`, looked at
//! every few seconds; for a table that its loader does not mark by its newest row, looked at every minute
//! (spec 50 §13.2).

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use api_client::TableUpdate;
use chrono::NaiveDateTime;
use store::{Store, TableVersion};

/// How often the marks are looked at: a load is seen within five seconds.
pub(crate) const PAUSE: Duration = Duration::from_secs(3);
/// How often the newest rows of tables without marks are looked at.
const ROWS_PAUSE: Duration = Duration::from_secs(60);
/// Other loaders write the mark before they swap the table in: so long a version is taken for two, one
/// before and one after.
const SETTLING: Duration = Duration::from_secs(10);

/// The versions of one store's tables.
#[derive(Default)]
pub(crate) struct Versions {
    tables: RwLock<HashMap<String, Seen>>,
    /// Tables without marks that were asked for.
    unmarked: RwLock<HashMap<&'static str, Unmarked>>,
    lost: AtomicBool,
}

struct Seen {
    version: TableVersion,
    name: String,
    since: Instant,
}

/// A table without marks.
#[derive(Default)]
struct Unmarked {
    /// None where it has no rows.
    seen: Option<Seen>,
    looked: Option<Instant>,
}

impl Versions {
    /// Looks at the marks, and at the newest rows where there are none. What is known stays known when the
    /// store is lost.
    pub(crate) async fn look(&self, store: &Store) {
        match self.look_at(store, Instant::now()).await {
            Ok(()) => self.lost.store(false, Ordering::Relaxed),
            Err(error) => {
                if !self.lost.swap(true, Ordering::Relaxed) {
                    log::error!("{error}; answers that are known are served on");
                }
            }
        }
    }

    async fn look_at(&self, store: &Store, now: Instant) -> Result<(), store::Error> {
        self.learn(store.versions().await?, now);
        for table in self.due(now) {
            let found = match store.newest_row(table).await {
                Err(lost) if lost.is_unavailable() => return Err(lost),
                // A table of another shape: its answers are not kept.
                Err(unusable) => {
                    log::warn!("{unusable}");
                    None
                }
                Ok(found) => found,
            };
            let mut unmarked = self.unmarked.write().unwrap_or_else(PoisonError::into_inner);
            let known = unmarked.remove(table).and_then(|known| known.seen);
            let seen = found.map(|version| Seen::new(version, known, now));
            unmarked.insert(table, Unmarked { seen, looked: Some(now) });
        }
        Ok(())
    }

    /// The tables whose newest rows are to be looked at. One that has a mark by now is let go.
    fn due(&self, now: Instant) -> Vec<&'static str> {
        let marked = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let mut unmarked = self.unmarked.write().unwrap_or_else(PoisonError::into_inner);
        unmarked.retain(|table, _| !marked.contains_key(*table));
        let is_due = |known: &Unmarked| {
            known.looked.is_none_or(|looked| now.duration_since(looked) >= ROWS_PAUSE)
        };
        unmarked.iter().filter(|(_, known)| is_due(known)).map(|(table, _)| *table).collect()
    }

    fn learn(&self, found: Vec<TableVersion>, now: Instant) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let mut known = std::mem::take(&mut *tables);
        for version in found {
            let before = known.remove(&version.table);
            tables.insert(version.table.clone(), Seen::new(version, before, now));
        }
    }

    /// Whether the store did not answer when it was last asked.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// What stands for the loads of these tables, and the time of the newest; none where nothing is known of
    /// a table.
    pub(crate) fn of(&self, tables: &[&'static str]) -> Option<(String, NaiveDateTime)> {
        let known = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let (mut text, mut newest) = (String::new(), None);
        for table in tables {
            let told = match known.get(*table) {
                Some(seen) => seen.told(),
                None => self.of_unmarked(table)?,
            };
            text.push_str(&told.0);
            newest = newest.max(told.1);
        }
        Some((text, newest?))
    }

    fn of_unmarked(&self, table: &'static str) -> Option<(String, Option<NaiveDateTime>)> {
        let unmarked = self.unmarked.read().unwrap_or_else(PoisonError::into_inner);
        match unmarked.get(table) {
            Some(known) => known.seen.as_ref().map(Seen::told),
            None => {
                drop(unmarked);
                let mut unmarked = self.unmarked.write().unwrap_or_else(PoisonError::into_inner);
                unmarked.entry(table).or_default();
                None
            }
        }
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

impl Seen {
    /// A version that was seen now, or before already.
    fn new(version: TableVersion, before: Option<Self>, now: Instant) -> Self {
        let same = before.filter(|seen| seen.version == version);
        let since = same.map_or(now, |seen| seen.since);
        Self { name: named(&version), version, since }
    }

    /// What stands for it, and when it was loaded.
    fn told(&self) -> (String, Option<NaiveDateTime>) {
        let settled = if self.since.elapsed() > SETTLING { ";" } else { "?" };
        ([&self.name, settled].concat(), self.version.inserted)
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

    #[tokio::test]
    async fn a_table_without_marks_is_known_by_its_newest_row_looked_at_every_minute() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reports.db");
        let execute = |sql: &str| {
            rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        };
        execute(
            "CREATE TABLE video (id INTEGER PRIMARY KEY, created TIMESTAMP);
             INSERT INTO video VALUES (7, '2014-01-02 03:04:05'); CREATE TABLE tags_distribution (id, created);
             CREATE TABLE course_activity (course_id)",
        );
        let store = Store::open(&store::Address::Sqlite(file.clone())).unwrap();
        let (versions, start) = (Versions::default(), Instant::now());
        assert!(versions.of(&["video"]).is_none());
        assert!(versions.of(&["tags_distribution"]).is_none());
        assert!(versions.of(&["course_activity"]).is_none());
        versions.look_at(&store, start).await.unwrap();
        let (first, loaded) = versions.of(&["video"]).unwrap();
        assert_eq!(loaded.to_string(), "2014-01-02 03:04:05");
        assert!(versions.of(&["tags_distribution"]).is_none(), "nothing is known of no rows");
        execute("INSERT INTO video VALUES (8, '2014-01-02 03:04:05')");
        versions.look_at(&store, start + PAUSE).await.unwrap();
        assert_eq!(versions.of(&["video"]).unwrap().0, first);
        versions.look_at(&store, start + ROWS_PAUSE).await.unwrap();
        assert_ne!(versions.of(&["video"]).unwrap().0, first);
        assert!(versions.all().is_empty());
    }
}

//! Invented figures of one course, in every result table, for who develops against the service (spec 50
//! §11.3): the same for the same plan. They are loaded as the driver loads its tables.

mod catalog;
mod chance;
mod engagement;
mod enrollment;
mod learners;
mod performance;
mod table_text;
mod video;

use std::collections::BTreeSet;
use std::io::Cursor;

use chrono::{Days, NaiveDate};
use jobs::event::course_key;
use jobs::registry::RESULT_TABLES;
use store::{Address, Limits, LoadOptions, Part, Store};

use crate::learners::is_username;

use self::chance::Chance;
use self::table_text::TableText;

/// What marks of such loads begin with.
const MARK: &str = "fake-data:";
/// More courses are not named where a store is refused.
const MOST_NAMED: usize = 5;
/// The letters that a username has at the most.
const LONGEST_USERNAME: usize = 30;
/// The longest history: ten years.
const MOST_WEEKS: u32 = 520;

/// What is invented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The course.
    pub course_id: String,
    /// A learner of it who does more than the others.
    pub username: String,
    /// How many weeks it has been going on.
    pub weeks: u32,
    /// The last day.
    pub until: NaiveDate,
    /// Another one gives other figures.
    pub seed: u64,
}

/// Why nothing, or not everything, is invented.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No course is called like that.
    #[error("{0:?} is no course key, as course-v1:ORG+COURSE+RUN is")]
    Course(String),
    /// Nobody is called like that.
    #[error("{0:?} is no username: up to 30 letters, digits and _.+-")]
    Username(String),
    /// There are too many weeks, or none.
    #[error(
        "the number of weeks is between 1 and {MOST_WEEKS}, and they begin in a year of the calendar"
    )]
    Weeks,
    /// The store holds what was not invented.
    #[error(
        "the store {store} holds what fake-data did not make, and is left as it is: {} in {table}",
        ids.join(", ")
    )]
    Foreign {
        /// The store.
        store: String,
        /// A table.
        table: &'static str,
        /// Some of its courses.
        ids: Vec<String>,
    },
    /// The store fails.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A table that was filled, and how many rows it has.
pub type Filled = (&'static str, u64);

/// Fills every result table with figures of the plan's course, in place of those that were invented before.
///
/// # Errors
/// The plan cannot be followed, the store holds what was not invented, or it fails.
pub async fn fill(address: &Address, plan: &Plan) -> Result<Vec<Filled>, Error> {
    plan.check()?;
    let store = Store::open(address)?;
    if is_there(address) {
        refuse_foreign(&store, address).await?;
    }
    store.create_tables(RESULT_TABLES).await?;
    let mut filled = Vec::new();
    for text in tables(plan) {
        let table = text.table();
        let update_id = format!("{MARK}{}:{}:{}", table.name, plan.until, plan.seed);
        let options = LoadOptions { update_id, limits: Limits::default() };
        let bytes = Box::new(Cursor::new(text.into_bytes()));
        let part = Part { name: "invented rows".to_owned(), bytes };
        let loaded = store.load(table, Box::new([Ok(part)].into_iter()), &options).await?;
        filled.push((table.name, loaded.rows));
    }
    filled.sort_unstable();
    Ok(filled)
}

/// The rows of every result table. Each area has a chance of its own, so that one can change alone.
fn tables(plan: &Plan) -> Vec<TableText> {
    let chance = |area: &str| Chance::new(plan.seed, area);
    let days = enrollment::days(plan, &mut chance("days"));
    [
        enrollment::tables(plan, &days, &mut chance("enrollment")),
        catalog::tables(plan, &days, &mut chance("catalog")),
        engagement::tables(plan, &mut chance("engagement")),
        video::tables(plan, &mut chance("video")),
        performance::tables(plan, &mut chance("performance")),
        learners::tables(plan, &mut chance("learners")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Plan {
    fn check(&self) -> Result<(), Error> {
        if !course_key::is_valid(&self.course_id) {
            return Err(Error::Course(self.course_id.clone()));
        }
        if !is_username(&self.username) || self.username.chars().count() > LONGEST_USERNAME {
            return Err(Error::Username(self.username.clone()));
        }
        let begins = self.until.checked_sub_days(Days::new(7 * u64::from(self.weeks) + 365));
        match (1..=MOST_WEEKS).contains(&self.weeks) && begins.is_some() {
            true => Ok(()),
            false => Err(Error::Weeks),
        }
    }

    /// The first day.
    fn start(&self) -> NaiveDate {
        self.before(self.days() - 1)
    }

    /// How many days there are.
    fn days(&self) -> u64 {
        7 * u64::from(self.weeks) + 1
    }

    /// So many days before the last one.
    fn before(&self, days: u64) -> NaiveDate {
        self.until.checked_sub_days(Days::new(days)).unwrap_or(self.until)
    }

    /// Every day from the first to the last.
    fn dates(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let until = self.until;
        self.start().iter_days().take_while(move |date| *date <= until)
    }
}

/// Whether there is anything at the address: the file of a new store is made by its first load.
fn is_there(address: &Address) -> bool {
    match address {
        Address::Sqlite(file) => file.exists(),
        Address::Mysql { .. } => true,
    }
}

/// Refuses a store with rows that another loader, or a hand, has put there.
async fn refuse_foreign(store: &Store, address: &Address) -> Result<(), Error> {
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for update in store.updates().await? {
        let is_own = update.update_id.starts_with(MARK);
        if is_own { &mut own } else { &mut others }.insert(update.table);
    }
    let shapes = store.shapes().await?;
    let foreign = RESULT_TABLES.iter().filter(|table| {
        let is_own = own.contains(table.name) && !others.contains(table.name);
        shapes.contains_key(table.name) && !is_own
    });
    for table in foreign {
        let ids = store.some_ids(table, MOST_NAMED).await?;
        if !ids.is_empty() {
            return Err(Error::Foreign { store: address.to_string(), table: table.name, ids });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plan(seed: u64) -> Plan {
        Plan {
            course_id: "course-v1:edX+DemoX+Demo_Course".to_owned(),
            username: "ed_xavier".to_owned(),
            weeks: 3,
            until: "2026-03-14".parse().unwrap(),
            seed,
        }
    }

    fn texts(plan: &Plan) -> Vec<(&'static str, String)> {
        let text =
            |text: TableText| (text.table().name, String::from_utf8(text.into_bytes()).unwrap());
        let mut texts: Vec<_> = tables(plan).into_iter().map(text).collect();
        texts.sort_unstable();
        texts
    }

    #[test]
    fn every_result_table_has_rows_which_the_seed_alone_decides() {
        let first = texts(&plan(1));
        let names: Vec<_> = first.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, RESULT_TABLES.iter().map(|table| table.name).collect::<Vec<_>>());
        assert!(first.iter().all(|(_, text)| !text.is_empty()));
        assert_eq!(first, texts(&plan(1)));
        assert_ne!(first, texts(&plan(2)));
    }

    #[test]
    fn groups_of_a_day_are_all_of_its_learners() {
        let texts = texts(&plan(1));
        let of = |name: &str| &texts.iter().find(|(table, _)| *table == name).unwrap().1;
        let day = |text: &str, at: usize| -> i64 {
            let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
            let rows = rows.filter(|row| row.contains(&"2026-03-14"));
            rows.map(|row| row[at].parse::<i64>().unwrap()).sum()
        };
        let all = day(of("course_enrollment_daily"), 2);
        assert!((1300..1700).contains(&all), "{all}");
        for table in ["mode_daily", "gender_daily", "education_level_daily", "birth_year_daily"] {
            assert_eq!(day(of(&format!("course_enrollment_{table}")), 3), all, "{table}");
        }
        assert_eq!(day(of("course_enrollment_location_current"), 3), all);
    }

    #[test]
    fn a_plan_that_nobody_can_follow_is_refused() {
        let refused = |change: fn(&mut Plan)| {
            let mut plan = plan(1);
            change(&mut plan);
            plan.check().is_err()
        };
        assert!(!refused(|_| {}));
        assert!(refused(|plan| plan.course_id = "a\tb".to_owned()));
        assert!(refused(|plan| plan.username = "a b".to_owned()));
        assert!(refused(|plan| plan.username = "x".repeat(31)));
        assert!(refused(|plan| plan.weeks = 0));
        assert!(refused(|plan| plan.until = NaiveDate::MIN));
    }
}

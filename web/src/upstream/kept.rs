//! Answers that were fetched, kept within a bound of bytes. Equal questions at one time are one call; what is
//! no longer fresh is asked again, and shown with a remark where no answer comes (spec 60 §8).

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use moka::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Section, Trouble};
use crate::observe::Looks;

/// Something absent is asked for again after this time.
const ABSENT: Duration = Duration::from_secs(60);
/// What a kept answer takes besides its text.
const OVERHEAD: u32 = 512;
/// Parsed records take so many times the bytes of their text, about.
const PARSED: u32 = 2;

/// How long an answer is shown.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// So long it is not asked again.
    pub fresh: Duration,
    /// So long it may be shown while no newer one comes.
    pub stale: Duration,
}

/// What a call brought.
pub enum Fetched<T> {
    /// What is kept still holds.
    Same,
    /// Something new.
    New {
        /// The answer.
        value: T,
        /// What tells it from another, to ask again with.
        tag: Option<String>,
        /// Bytes of its text.
        size: usize,
    },
}

/// An answer to show.
#[derive(Debug)]
pub struct Known<T> {
    /// The answer.
    pub value: Arc<T>,
    /// Whether a newer one was asked for in vain.
    pub outdated: bool,
}

/// What a look for an answer finds.
pub enum Look<'a, T> {
    /// The answer, or why there is none.
    Done(Section<Known<T>>),
    /// Nothing: it is this caller's turn to ask.
    Ask(Turn<'a>),
}

/// The right to ask a question; others who ask the same wait till it is settled or given up.
pub struct Turn<'a> {
    kept: &'a Kept,
    key: String,
    slot: Arc<Slot>,
    terms: Terms,
    before: Option<Held>,
    asked: Instant,
    _guard: OwnedMutexGuard<()>,
}

/// Answers of any type by the text of their question.
pub struct Kept {
    slots: Cache<String, Arc<Slot>>,
    looks: Looks,
}

#[derive(Default)]
struct Slot {
    held: RwLock<Option<Held>>,
    failed: RwLock<Option<(Instant, Trouble)>>,
    /// Who holds it asks; the others wait for what comes.
    turn: Arc<Mutex<()>>,
    weight: AtomicU32,
}

#[derive(Clone)]
struct Held {
    /// None where the other side said that there is nothing.
    value: Option<Arc<dyn Any + Send + Sync>>,
    tag: Option<String>,
    /// When it was last asked for.
    asked: Instant,
    /// When it was last known to hold; before `asked` where no answer came.
    held: Instant,
}

impl Held {
    fn is_fresh(&self, terms: Terms) -> bool {
        let fresh = if self.value.is_some() { terms.fresh } else { ABSENT.min(terms.fresh) };
        self.asked.elapsed() < fresh
    }

    fn may_stand_in(&self, terms: Terms) -> bool {
        self.value.is_some() && self.held.elapsed() < terms.stale
    }

    fn show<T: Send + Sync + 'static>(&self) -> Section<Known<T>> {
        let value = self.value.clone().ok_or(Trouble::Empty)?;
        // A key has one type: another one is a mistake of this program.
        let value = value.downcast::<T>().map_err(|_| Trouble::Nonsense)?;
        Ok(Known { value, outdated: self.held < self.asked })
    }
}

impl Slot {
    fn held(&self) -> Option<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold<T: Send + Sync + 'static>(&self, held: Held) -> Section<Known<T>> {
        let shown = held.show();
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
        shown
    }

    fn fail<T>(&self, trouble: Trouble) -> Section<T> {
        let failed = Some((Instant::now(), trouble));
        *self.failed.write().unwrap_or_else(PoisonError::into_inner) = failed;
        Err(trouble)
    }

    /// What went wrong since a moment: those who waited for it do not try it once more each.
    fn failed_since(&self, moment: Instant) -> Option<Trouble> {
        let failed = *self.failed.read().unwrap_or_else(PoisonError::into_inner);
        failed.filter(|(at, _)| *at > moment).map(|(_, trouble)| trouble)
    }
}

impl Kept {
    /// Keeps at most about so many bytes.
    #[must_use]
    pub fn new(bytes: u64, looks: Looks) -> Self {
        let weight = |key: &String, slot: &Arc<Slot>| {
            let key = u32::try_from(key.len()).unwrap_or(u32::MAX);
            slot.weight.load(Ordering::Relaxed).saturating_add(key).saturating_add(OVERHEAD)
        };
        Self { slots: Cache::builder().max_capacity(bytes).weigher(weight).build(), looks }
    }

    /// Looks for the answer to a question. While one asks for it, the others wait.
    pub async fn look<T: Send + Sync + 'static>(&self, key: &str, terms: Terms) -> Look<'_, T> {
        let slot = self.slots.get_with_by_ref(key, Arc::<Slot>::default);
        let fresh = || slot.held().filter(|held| held.is_fresh(terms));
        if let Some(held) = fresh() {
            self.looks.fresh();
            return Look::Done(held.show());
        }
        let came = Instant::now();
        let guard = Arc::clone(&slot.turn).lock_owned().await;
        if let Some(held) = fresh() {
            self.looks.fresh();
            return Look::Done(held.show());
        }
        if let Some(trouble) = slot.failed_since(came) {
            return Look::Done(Err(trouble));
        }
        self.looks.asked();
        let before = slot.held();
        let (key, asked) = (key.to_owned(), Instant::now());
        Look::Ask(Turn { kept: self, key, slot, terms, before, asked, _guard: guard })
    }

    /// Forgets an answer.
    pub fn forget(&self, key: &str) {
        self.slots.invalidate(key);
    }
}

impl Turn<'_> {
    /// What tells the answer that is kept from another.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.before.as_ref()?.tag.as_deref()
    }

    /// The answer to show, now that the call has ended.
    ///
    /// # Errors
    /// It brought nothing, and nothing is kept that may be shown.
    pub fn settle<T>(self, brought: Section<Fetched<T>>) -> Section<Known<T>>
    where
        T: Send + Sync + 'static,
    {
        let (slot, asked) = (&self.slot, self.asked);
        match (brought, self.before) {
            (Ok(Fetched::New { value, tag, size }), _) => {
                let size = u32::try_from(size).unwrap_or(u32::MAX);
                slot.weight.store(size.saturating_mul(PARSED), Ordering::Relaxed);
                // So that it is weighed again.
                self.kept.slots.insert(self.key, Arc::clone(slot));
                slot.hold(Held { value: Some(Arc::new(value)), tag, asked, held: asked })
            }
            (Ok(Fetched::Same), Some(held)) => slot.hold(Held { asked, held: asked, ..held }),
            (Ok(Fetched::Same), None) => slot.fail(Trouble::Nonsense),
            (Err(Trouble::Empty), _) => {
                slot.hold(Held { value: None, tag: None, asked, held: asked })
            }
            (Err(trouble), Some(held)) if held.may_stand_in(self.terms) => {
                self.kept.looks.stale();
                log::warn!("an older answer is shown instead: {trouble:?}");
                slot.hold(Held { asked, ..held })
            }
            (Err(trouble), _) => slot.fail(trouble),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::AtomicUsize;

    use super::*;

    const MINUTE: Terms =
        Terms { fresh: Duration::from_secs(60), stale: Duration::from_secs(3600) };
    const ASKED_AGAIN: Terms = Terms { fresh: Duration::ZERO, stale: Duration::from_secs(3600) };
    const NEVER_STALE: Terms = Terms { fresh: Duration::ZERO, stale: Duration::ZERO };

    fn new(value: &str) -> Section<Fetched<String>> {
        let tag = Some(format!("tag of {value}"));
        Ok(Fetched::New { value: value.to_owned(), tag, size: value.len() })
    }

    fn shown(known: Section<Known<String>>) -> Section<(String, bool)> {
        known.map(|known| (known.value.to_string(), known.outdated))
    }

    async fn get<T: Send + Sync + 'static>(
        kept: &Kept,
        terms: Terms,
        call: impl AsyncFnOnce(Option<&str>) -> Section<Fetched<T>>,
    ) -> Section<Known<T>> {
        match kept.look("a", terms).await {
            Look::Done(answer) => answer,
            Look::Ask(turn) => {
                let brought = call(turn.tag()).await;
                turn.settle(brought)
            }
        }
    }

    #[tokio::test]
    async fn equal_questions_at_one_time_are_one_call() {
        let (kept, calls) = (Kept::new(1 << 20, Looks::default()), AtomicUsize::new(0));
        let ask = || {
            get(&kept, MINUTE, async |_| {
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                new("one")
            })
        };
        let answers = futures_util::future::join_all((0..20).map(|_| ask())).await;
        for answer in answers {
            assert_eq!(shown(answer), Ok(("one".to_owned(), false)));
        }
        assert_eq!(calls.into_inner(), 1);
    }

    #[tokio::test]
    async fn those_who_wait_share_a_failure_and_the_next_asks_again() {
        let (kept, calls) = (Kept::new(1 << 20, Looks::default()), AtomicUsize::new(0));
        let ask = || {
            get::<String>(&kept, MINUTE, async |_| {
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Err(Trouble::Slow)
            })
        };
        let answers = futures_util::future::join_all((0..20).map(|_| ask())).await;
        assert!(answers.into_iter().all(|answer| shown(answer) == Err(Trouble::Slow)));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        assert_eq!(shown(ask().await), Err(Trouble::Slow));
        assert_eq!(calls.into_inner(), 2);
    }

    #[tokio::test]
    async fn an_older_answer_stands_in_with_a_remark_and_only_for_its_time() {
        let kept = Kept::new(1 << 20, Looks::default());
        let lost = async |_: Option<&str>| Err(Trouble::Down);
        get(&kept, MINUTE, async |_| new("one")).await.unwrap();
        assert_eq!(shown(get(&kept, ASKED_AGAIN, lost).await), Ok(("one".to_owned(), true)));
        assert_eq!(shown(get(&kept, MINUTE, lost).await), Ok(("one".to_owned(), true)));
        assert_eq!(shown(get(&kept, NEVER_STALE, lost).await), Err(Trouble::Down));
        let back = get(&kept, ASKED_AGAIN, async |_| new("two")).await;
        assert_eq!(shown(back), Ok(("two".to_owned(), false)));
    }

    #[tokio::test]
    async fn what_still_holds_is_not_sent_again() {
        let kept = Kept::new(1 << 20, Looks::default());
        get(&kept, MINUTE, async |_| new("one")).await.unwrap();
        let same = get::<String>(&kept, ASKED_AGAIN, async |tag| {
            assert_eq!(tag, Some("tag of one"));
            Ok(Fetched::Same)
        });
        assert_eq!(shown(same.await), Ok(("one".to_owned(), false)));
    }

    #[tokio::test]
    async fn what_is_absent_is_kept_too_and_replaces_what_was_there() {
        let kept = Kept::new(1 << 20, Looks::default());
        get(&kept, MINUTE, async |_| new("one")).await.unwrap();
        let gone = get::<String>(&kept, ASKED_AGAIN, async |_| Err(Trouble::Empty)).await;
        assert_eq!(shown(gone), Err(Trouble::Empty));
        let kept_so = get(&kept, MINUTE, async |_| new("not asked")).await;
        assert_eq!(shown(kept_so), Err(Trouble::Empty));
        // Nothing is no figure that could stand in for another.
        let lost = get::<String>(&kept, ASKED_AGAIN, async |_| Err(Trouble::Down)).await;
        assert_eq!(shown(lost), Err(Trouble::Down));
    }

    #[tokio::test]
    async fn no_more_is_kept_than_the_bound() {
        let kept = Kept::new(200_000, Looks::default());
        for number in 0..100 {
            let key = number.to_string();
            let Look::Ask(turn) = kept.look::<i32>(&key, MINUTE).await else {
                panic!("{key} is kept")
            };
            let large = Fetched::New { value: number, tag: None, size: 10_000 };
            turn.settle(Ok(large)).unwrap();
        }
        kept.slots.run_pending_tasks();
        assert!(kept.slots.weighted_size() <= 200_000, "{}", kept.slots.weighted_size());
        assert!(kept.slots.entry_count() >= 5, "{}", kept.slots.entry_count());
    }

    #[tokio::test]
    async fn a_turn_that_is_given_up_is_the_next_ones() {
        let kept = Kept::new(1 << 20, Looks::default());
        let Look::Ask(turn) = kept.look::<String>("a", MINUTE).await else { panic!("kept") };
        drop(turn);
        let answer = get(&kept, MINUTE, async |_| new("one")).await;
        assert_eq!(shown(answer), Ok(("one".to_owned(), false)));
    }

    #[tokio::test]
    async fn what_is_forgotten_is_asked_again() {
        let kept = Kept::new(1 << 20, Looks::default());
        get(&kept, MINUTE, async |_| new("one")).await.unwrap();
        kept.forget("a");
        let again = get(&kept, MINUTE, async |_| new("two")).await;
        assert_eq!(shown(again), Ok(("two".to_owned(), false)));
    }
}

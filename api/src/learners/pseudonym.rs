//! Learners under invented names (spec 60 §9.4): the same for a learner of a course each time, another in
//! each course, and nothing from which the real one can be told.

use api_client::Learner;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::{Order, Store};

use crate::error::Error;
use crate::keys::hex;

/// How much of single learners is shown, and how.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// Nothing.
    Nobody,
    /// All under invented names.
    Pseudonyms(Pseudonyms),
    /// Their own names.
    Named,
}

impl Shown {
    /// The name under which a learner of a course is shown.
    pub(super) fn name(&self, course_id: &str, username: String) -> String {
        match self {
            Self::Pseudonyms(pseudonyms) => pseudonyms.of(course_id, &username),
            Self::Nobody | Self::Named => username,
        }
    }

    /// The learner of a course who is shown under a name; none where nobody is.
    pub(super) async fn username(
        &self,
        store: &Store,
        course_id: &str,
        name: &str,
    ) -> Result<Option<String>, Error> {
        match self {
            Self::Pseudonyms(pseudonyms) => {
                let usernames = store.usernames(course_id).await?;
                let is_meant = |username: &String| pseudonyms.of(course_id, username) == name;
                Ok(usernames.into_iter().find(is_meant))
            }
            Self::Nobody | Self::Named => Ok(Some(name.to_owned())),
        }
    }
}

/// Makes names from usernames by a secret.
#[derive(Clone)]
pub(crate) struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    /// None for a secret that is not there.
    pub(crate) fn new(secret: &str) -> Option<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok();
        mac.filter(|_| !secret.is_empty()).map(Self)
    }

    fn of(&self, course_id: &str, username: &str) -> String {
        let mac = self.0.clone().chain_update(course_id).chain_update("\n").chain_update(username);
        format!("learner-{}", hex(&mac.finalize().into_bytes()[..8]))
    }

    /// The learner with nothing left that tells who it is: what is in the account, and what the learner says.
    pub(super) fn hide(&self, course_id: &str, learner: Learner) -> Learner {
        Learner {
            username: self.of(course_id, &learner.username),
            enrollment_mode: learner.enrollment_mode,
            segments: learner.segments,
            engagements: learner.engagements,
            enrollment_date: learner.enrollment_date,
            cohort: learner.cohort,
            last_updated: learner.last_updated,
            ..Learner::default()
        }
    }
}

/// Sorts learners who are equal in what they are sorted by, by their invented names: an order of real names
/// would tell who is who to whoever has a list of the class.
pub(super) fn shuffle(learners: &mut [Learner], order: Order, descending: bool) {
    for equal in learners.chunk_by_mut(|one, other| figure(one, order) == figure(other, order)) {
        equal.sort_by(|one, other| one.username.cmp(&other.username));
        if descending && figure(&equal[0], order).is_none() {
            equal.reverse();
        }
    }
}

/// What learners are sorted by; none for a name.
fn figure(learner: &Learner, order: Order) -> Option<f64> {
    let done = &learner.engagements;
    match order {
        Order::Username | Order::Email => None,
        Order::DiscussionContributions => Some(done.discussion_contributions as f64),
        Order::ProblemsAttempted => Some(done.problems_attempted as f64),
        Order::ProblemsCompleted => Some(done.problems_completed as f64),
        Order::AttemptsPerCompleted | Order::AttemptRatio => {
            Some(done.problem_attempts_per_completed.unwrap_or(f64::MAX))
        }
        Order::VideosViewed => Some(done.videos_viewed as f64),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use api_client::Engagements;

    #[test]
    fn a_name_is_the_same_each_time_and_another_in_each_course_and_with_each_secret() {
        let pseudonyms = Pseudonyms::new("secret").unwrap();
        let name = pseudonyms.of("a/b/c", "ann");
        assert_eq!(name, pseudonyms.of("a/b/c", "ann"));
        assert_eq!(name.len(), "learner-".len() + 16);
        let others = [
            pseudonyms.of("a/b/d", "ann"),
            pseudonyms.of("a/b/c", "bob"),
            Pseudonyms::new("other").unwrap().of("a/b/c", "ann"),
        ];
        assert!(!others.contains(&name));
        assert!(Pseudonyms::new("").is_none() && !format!("{pseudonyms:?}").contains("secret"));
    }

    #[test]
    fn what_is_equal_is_in_the_order_of_invented_names() {
        let learner = |username: &str, videos_viewed| Learner {
            username: username.to_owned(),
            engagements: Engagements { videos_viewed, ..Engagements::default() },
            ..Learner::default()
        };
        let sorted = |order, descending| {
            let mut all = [learner("c", 1), learner("a", 1), learner("d", 2), learner("b", 2)];
            shuffle(&mut all, order, descending);
            all.map(|learner| learner.username).concat()
        };
        assert_eq!(sorted(Order::VideosViewed, false), "acbd");
        assert_eq!(sorted(Order::Username, false), "abcd");
        assert_eq!(sorted(Order::Email, true), "dcba");
    }
}

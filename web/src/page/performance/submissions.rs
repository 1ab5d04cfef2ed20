//! Right and wrong submissions, of a problem or of many (spec 60 §2.11).

use std::collections::HashMap;
use std::iter::Sum;

use api_client::Problem;
use chrono::NaiveDateTime;

use super::natural;
use crate::chart::Look;
use crate::page::drill::below;
use crate::page::halves::{Half, Halves, Kind, Names};
use crate::page::tree::Part;
use crate::upstream::outline::Block;

/// The learners' last submissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Submissions {
    /// All of them.
    pub total: i64,
    /// Those that are right, partly right ones among them.
    pub correct: i64,
}

impl Submissions {
    /// So many, and of them so many right ones.
    pub fn new(total: i64, correct: i64) -> Self {
        Self { total: total.max(0), correct: correct.max(0) }
    }

    /// Right and wrong ones.
    pub fn halves(self) -> Halves {
        Halves { good: self.correct, rest: (self.total - self.correct).max(0), whole: self.total }
    }

    /// Whether nobody submitted anything.
    pub fn is_none(self) -> bool {
        self.total == 0
    }
}

impl Sum for Submissions {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            total: sum.total.saturating_add(one.total),
            correct: sum.correct.saturating_add(one.correct),
        })
    }
}

/// Submissions as their pages show them.
pub const SUBMISSIONS: Kind = Kind {
    id: "submissions",
    halves: [
        Half {
            key: "correct",
            names: Names { averages: "average-correct", counts: "correct" },
            look: Look::FIRST,
        },
        Half {
            key: "incorrect",
            names: Names { averages: "average-incorrect", counts: "incorrect" },
            look: Look::series(2),
        },
    ],
    components: ("problems", "column-problems"),
    whole: Some(Names { averages: "column-average-submissions", counts: "column-total" }),
    share: ("correct_percent", "column-percentage-correct"),
    axis: Names { averages: "axis-average-submissions", counts: "axis-submissions" },
};

/// The records of a course's problems by their ids.
pub struct Tried<'a>(HashMap<&'a str, &'a Problem>);

impl<'a> Tried<'a> {
    /// All records.
    pub fn new(problems: &'a [Problem]) -> Self {
        Self(problems.iter().map(|problem| (problem.module_id.as_str(), problem)).collect())
    }

    /// The submissions to a block; none where nobody tried.
    pub fn submissions(&self, block: &Block) -> Submissions {
        let record = self.0.get(block.id.as_str());
        record.map_or_else(Submissions::default, |problem| {
            Submissions::new(problem.total_submissions, problem.correct_submissions)
        })
    }

    /// The submissions to all blocks of a part.
    pub fn of_part(&self, part: &Part<'_>) -> Submissions {
        part.all().into_iter().map(|block| self.submissions(block)).sum()
    }

    /// Where the answers to the first part of a problem are, below an address.
    pub fn answers(&self, base: &str, block: &Block) -> Option<String> {
        let problem = self.0.get(block.id.as_str())?;
        let first = problem.part_ids.iter().min_by(|a, b| natural(a, b))?;
        (problem.total_submissions > 0).then(|| answers_at(base, &block.id, first))
    }
}

/// Where the answers to a part of a problem are, below an address.
pub fn answers_at(base: &str, problem: &str, part: &str) -> String {
    let base = below(base, "problems", problem);
    format!("{}answer_distribution/", below(&base, "parts", part))
}

/// When the newest of the figures was loaded.
pub fn newest(problems: &[Problem]) -> Option<NaiveDateTime> {
    problems.iter().filter_map(|problem| problem.created).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_sums() {
        let all: Submissions = [Submissions::new(10, 4), Submissions::new(2, 2)].into_iter().sum();
        assert_eq!((all, all.halves().good_share()), (Submissions::new(12, 6), 0.5));
        // More right ones than there are at all are not taken for wrong ones.
        assert_eq!(Submissions::new(3, 5).halves().rest, 0);
    }
}

//! What everybody sees while a day is played: the plan, the courses, their staff and forums.

use crate::clock::{DAY, Day, HOUR, MINUTE, Micros};
use crate::courses::Course;
use crate::forum::Board;
use crate::people::Person;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// First day with events.
    pub first: Day,
    /// Last whole day with events.
    pub last: Day,
    /// Number of learners with an account.
    pub learners: usize,
    /// Number of courses.
    pub courses: usize,
    /// Whether malformed and odd lines are planted.
    pub malformed: bool,
    /// Few events on many days.
    pub quiet: bool,
}

impl Plan {
    /// Number of whole days.
    pub fn days(&self) -> Day {
        self.last - self.first + 1
    }

    /// The instant at which the tables are read: a little after the last whole day.
    pub fn now(&self) -> Micros {
        (self.last + 1) * DAY + 20 * MINUTE
    }

    /// The three hours in which nothing works.
    pub fn outage(&self) -> (Micros, Micros) {
        let start = (self.first + self.days() * 3 / 5) * DAY + 13 * HOUR;
        (start, start + 3 * HOUR)
    }

    /// The hour in which ten times the usual number of robots comes.
    pub fn storm(&self) -> Micros {
        (self.first + self.days() * 2 / 5) * DAY + 4 * HOUR
    }

    /// Full weeks from an instant to the end of the last whole day.
    pub fn weeks_before_end(&self, time: Micros) -> Option<u32> {
        let left = (self.last + 1) * DAY - time;
        (left > 0).then(|| ((left - 1) / (7 * DAY)) as u32)
    }
}

/// The university as it stands at the beginning of a day.
#[derive(Debug)]
pub struct World<'a> {
    /// What was asked for.
    pub plan: &'a Plan,
    /// All courses.
    pub courses: &'a [Course],
    /// Staff of each course.
    pub staff: &'a [Vec<Person>],
    /// Forum of each course.
    pub boards: &'a [Board],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_counted_back_from_the_end() {
        let plan = Plan {
            seed: 1,
            first: 100,
            last: 199,
            learners: 1,
            courses: 1,
            malformed: true,
            quiet: false,
        };
        assert_eq!(plan.days(), 100);
        assert_eq!(plan.weeks_before_end(200 * DAY - 1), Some(0));
        assert_eq!(plan.weeks_before_end(193 * DAY), Some(0));
        assert_eq!(plan.weeks_before_end(193 * DAY - 1), Some(1));
        assert_eq!(plan.weeks_before_end(200 * DAY), None);
    }
}

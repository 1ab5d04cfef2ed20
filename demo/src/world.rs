//! What everybody sees while a day is played: the plan, the courses, their staff and forums.

use crate::clock::{DAY, Day, HOUR, MINUTE, Micros, day_of, weekday};
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

    /// The Monday so many weeks before that of the last day.
    pub fn monday(&self, weeks_back: u32) -> Day {
        self.last - weekday(self.last) as Day - 7 * Day::from(weeks_back)
    }

    /// How many weeks before the last day's week, from its Monday on, an instant lies.
    pub fn weeks_back(&self, time: Micros) -> Option<u32> {
        let week = (day_of(time) - weekday(day_of(time)) as Day - self.monday(0)) / 7;
        u32::try_from(-week).ok()
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
    fn weeks_are_counted_back_from_the_last_monday() {
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
        let monday = plan.monday(0);
        assert_eq!((weekday(monday), plan.monday(2)), (0, monday - 14));
        assert!((monday..monday + 7).contains(&plan.last));
        for (time, week) in [
            (monday * DAY, Some(0)),
            ((monday + 7) * DAY - 1, Some(0)),
            (monday * DAY - 1, Some(1)),
            ((monday - 14) * DAY, Some(2)),
            ((monday + 7) * DAY, None),
        ] {
            assert_eq!(plan.weeks_back(time), week, "{time}");
        }
    }
}

//! When things happen: hours of the day, days of the week, holidays, weeks of a course, and the
//! day on which somebody registers (05 §3.1, §3.3).

use chrono::Datelike;

use crate::clock::{DAY, Day, HOUR, Micros, date_of_day, seconds, weekday};
use crate::rng::Rng;

const HOUR_WEIGHTS: [f64; 24] = [
    22.0, 13.0, 8.0, 5.0, 4.0, 4.0, 7.0, 14.0, 26.0, 38.0, 45.0, 46.0, 42.0, 44.0, 48.0, 50.0,
    50.0, 48.0, 46.0, 52.0, 62.0, 66.0, 56.0, 38.0,
];
const WEEKDAYS: [f64; 7] = [1.12, 1.14, 1.10, 1.04, 0.86, 0.78, 0.96];
const WEEKDAYS_WITH_DEADLINE: [f64; 7] = [1.12, 1.14, 1.10, 1.04, 0.86, 1.05, 1.55];
const HOLIDAY: f64 = 0.35;
/// How much faster the last hours before a deadline are.
const LAST_HOURS: [(Micros, f64); 2] = [(6 * HOUR, 3.0), (48 * HOUR, 1.5)];

/// How busy a day is, 1 on average.
pub fn day_weight(day: Day, deadlines: bool) -> f64 {
    let date = date_of_day(day);
    let holiday = (date.month(), date.day()) >= (12, 24) || date.ordinal() == 1;
    let week = if deadlines { &WEEKDAYS_WITH_DEADLINE } else { &WEEKDAYS };
    week[weekday(day)] * if holiday { HOLIDAY } else { 1.0 }
}

/// An instant of a day, by the hour of somebody who lives `offset` hours east of Greenwich.
pub fn instant(day: Day, offset: i64, rng: &mut Rng) -> Micros {
    let local = rng.weighted(&HOUR_WEIGHTS) as i64;
    let hour = (local - offset).rem_euclid(24);
    day * DAY + hour * HOUR + seconds(rng.uniform(0.0, 3600.0))
}

/// The end of the week's set of problems: Sunday 23:59 UTC of that week.
pub fn deadline_after(time: Micros) -> Micros {
    let day = time.div_euclid(DAY);
    (day + 6 - weekday(day) as i64 + 1) * DAY - 60 * crate::clock::SECOND
}

/// How much likelier it is that a problem of the week is tried now.
pub fn deadline_rush(time: Micros) -> f64 {
    let left = deadline_after(time) - time;
    LAST_HOURS.iter().find(|(span, _)| left <= *span).map_or(1.0, |(_, factor)| *factor)
}

/// The share of those active in week 1 who are still active in week `week` (from 1).
pub fn survival(week: i64) -> f64 {
    1.0 / (1.0 + 0.55 * (week - 1).max(0) as f64)
}

/// The days that matter to registrations of one course.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// First day of the logs.
    pub first: Day,
    /// Last day of the logs.
    pub last: Day,
    /// Day of the announcement.
    pub announced: Day,
    /// First day of the course.
    pub start: Day,
    /// Last day of the course.
    pub end: Day,
}

impl Window {
    /// The day on which somebody registers, inside the logs.
    pub fn registration_day(&self, rng: &mut Rng) -> Day {
        for _ in 0..20 {
            let day = self.any_day(rng);
            if (self.first..=self.last).contains(&day) {
                return day;
            }
        }
        rng.between(self.first, self.last)
    }

    fn any_day(&self, rng: &mut Rng) -> Day {
        match rng.weighted(&[0.34, 0.08, 0.04, 0.28, 0.02, 0.02, 0.22]) {
            0 => self.start - 1 - rng.exponential(12.0) as Day,
            1 => self.announced + rng.exponential(0.4) as Day,
            2 => self.start,
            3 => self.start + 1 + rng.exponential(10.0) as Day,
            4 => self.start + 9 + rng.between(0, 2),
            5 => self.start + 23 + rng.between(0, 2),
            _ => rng.between(self.end.min(self.last), self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::day_of;
    use crate::rng::Purpose;

    #[test]
    fn deadline_is_the_sunday_of_the_week() {
        let tuesday = 19_997;
        assert_eq!(weekday(tuesday), 1);
        let deadline = deadline_after(tuesday * DAY);
        assert_eq!(weekday(day_of(deadline)), 6);
        assert_eq!(day_of(deadline), tuesday + 5);
        assert!((deadline_rush(deadline - HOUR) - 3.0).abs() < f64::EPSILON);
        assert!((deadline_rush(deadline - 40 * HOUR) - 1.5).abs() < f64::EPSILON);
        assert!((deadline_rush(deadline - 60 * HOUR) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn registrations_stay_inside_the_logs() {
        let mut rng = Rng::keyed(3, Purpose::Person, [0, 0]);
        let window = Window { first: 100, last: 280, announced: 110, start: 240, end: 296 };
        for _ in 0..2000 {
            assert!((100..=280).contains(&window.registration_day(&mut rng)));
        }
    }

    #[test]
    fn an_instant_lies_in_its_day() {
        let mut rng = Rng::keyed(3, Purpose::Day, [0, 0]);
        for offset in [-8, 0, 9] {
            assert_eq!(day_of(instant(20_000, offset, &mut rng)), 20_000);
        }
    }
}

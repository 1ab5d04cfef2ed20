//! The day axis and what all charts over days share: ticks at natural boundaries, hover regions.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::{Look, coordinate, rank, thin};
use crate::format;

/// At most so many points are drawn; what a wide screen can tell apart.
pub const MOST_POINTS: usize = 366;
/// Width and height of the stretched drawing that holds the shapes.
const SHAPE: (f64, f64) = (1000.0, 300.0);
/// More labels than this do not fit side by side.
const MOST_TICKS: usize = 8;

/// One series over the days of a chart.
#[derive(Clone, Debug)]
pub struct TimeSeries {
    /// Its name in the legend and in tooltips.
    pub name: String,
    /// Its colour and pattern.
    pub look: Look,
    /// One value a day.
    pub values: Vec<f64>,
    /// The exact values in words, one a day, for tooltips.
    pub labels: Vec<String>,
}

/// A label of the day axis.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeTick {
    /// Percent from the left.
    pub at: String,
    /// The day, month or year.
    pub label: String,
    /// `start`, `middle` or `end`: labels at the edges stay inside.
    pub anchor: &'static str,
    /// `minor` labels leave a very narrow screen, `lesser` ones every narrow one.
    pub rank: &'static str,
}

/// The strip that answers to the pointer for one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Left edge and width, in percent.
    pub x: String,
    /// Width in percent.
    pub width: String,
    /// The day and each series' value, one a line.
    pub text: String,
}

/// The days of a chart, thinned to what can be drawn.
pub struct DayAxis {
    days: Vec<NaiveDate>,
    kept: Vec<usize>,
}

impl DayAxis {
    /// `totals` says what shape the thinning keeps; one value a day.
    pub fn new(days: &[NaiveDate], totals: &[f64]) -> Self {
        Self { days: days.to_vec(), kept: thin::keep(totals, MOST_POINTS) }
    }

    /// Indices of the days that are drawn.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// Percent from the left of the day with that index.
    fn percent(&self, index: usize) -> f64 {
        let last = self.days.len().saturating_sub(1).max(1);
        index as f64 / last as f64 * 100.0
    }

    /// A point of the stretched drawing: the day's x, and `percent` of the height above zero as y.
    pub fn point(&self, index: usize, percent: f64) -> String {
        let x = self.percent(index) / 100.0 * SHAPE.0;
        let y = SHAPE.1 - percent / 100.0 * SHAPE.1;
        format!("{} {}", coordinate(x), coordinate(y))
    }

    /// One strip a drawn day, from halfway to its neighbours.
    pub fn hits(&self, series: &[TimeSeries], total: Option<(&str, &[String])>) -> Vec<Hit> {
        let middle = |a: usize, b: usize| (self.percent(a) + self.percent(b)) / 2.0;
        let kept = &self.kept;
        (0..kept.len())
            .map(|n| {
                let left = if n == 0 { 0.0 } else { middle(kept[n - 1], kept[n]) };
                let right = kept.get(n + 1).map_or(100.0, |&next| middle(kept[n], next));
                Hit {
                    x: coordinate(left),
                    width: coordinate(right - left),
                    text: self.hit_text(kept[n], series, total),
                }
            })
            .collect()
    }

    fn hit_text(
        &self,
        index: usize,
        series: &[TimeSeries],
        total: Option<(&str, &[String])>,
    ) -> String {
        let mut lines = vec![format::short_date(self.days[index])];
        lines.extend(series.iter().map(|one| format!("{}: {}", one.name, one.labels[index])));
        if let Some((name, labels)) = total {
            lines.push(format!("{name}: {}", labels[index]));
        }
        lines.join("\n")
    }

    /// Labels at days, every other day, Mondays, months, quarters or years, whichever is finest and still fits.
    pub fn ticks(&self) -> Vec<TimeTick> {
        let (Some(&first), Some(&last)) = (self.days.first(), self.days.last()) else {
            return Vec::new();
        };
        let steps = [
            Step::Days(1),
            Step::Days(2),
            Step::Days(7),
            Step::Days(14),
            Step::Months(1),
            Step::Months(3),
            Step::Months(6),
            Step::Months(12),
        ];
        let fitting = steps.into_iter().map(|step| (step, step.between(first, last)));
        let (step, days) = fitting
            .clone()
            .find(|(_, days)| days.len() <= MOST_TICKS && (days.len() > 1 || first == last))
            .unwrap_or_else(|| (Step::Months(60), Step::Months(60).between(first, last)));
        days.iter().enumerate().map(|(n, &day)| self.tick(step, first, day, n)).collect()
    }

    fn tick(&self, step: Step, first: NaiveDate, day: NaiveDate, n: usize) -> TimeTick {
        let at = self.percent((day - first).num_days() as usize);
        TimeTick {
            at: coordinate(at),
            label: step.label(day),
            anchor: if at < 4.0 {
                "start"
            } else if at > 96.0 {
                "end"
            } else {
                "middle"
            },
            rank: rank(n),
        }
    }
}

/// The distance of two labels.
#[derive(Clone, Copy)]
enum Step {
    Days(u64),
    Months(u32),
}

impl Step {
    /// The boundaries from `first` to `last`, both included.
    fn between(self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let start = self.first_from(first);
        let following = std::iter::successors(start, |&day| self.after(day));
        following.take_while(|&day| day <= last).take(MOST_TICKS + 1).collect()
    }

    fn after(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => day.checked_add_days(Days::new(days)),
            Self::Months(months) => day.checked_add_months(Months::new(months)),
        }
    }

    /// The first boundary on or after `day`: any day, a Monday, the first of a month.
    fn first_from(self, day: NaiveDate) -> Option<NaiveDate> {
        let aligned = |day: &NaiveDate| match self {
            Self::Days(1 | 2) => true,
            Self::Days(_) => day.weekday() == chrono::Weekday::Mon,
            Self::Months(months) => day.day() == 1 && day.month0().is_multiple_of(months.min(12)),
        };
        day.iter_days().take(366).find(aligned)
    }

    fn label(self, day: NaiveDate) -> String {
        let pattern = match self {
            Self::Days(_) => "%-d %b %Y",
            Self::Months(months) if months < 12 => "%b %Y",
            Self::Months(_) => "%Y",
        };
        day.format(pattern).to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn days(first: &str, count: usize) -> DayAxis {
        let first: NaiveDate = first.parse().unwrap();
        let days: Vec<NaiveDate> = first.iter_days().take(count).collect();
        DayAxis::new(&days, &vec![1.0; count])
    }

    fn labels(days: &DayAxis) -> String {
        let ticks: Vec<String> =
            days.ticks().into_iter().map(|t| format!("{}@{}", t.label, t.at)).collect();
        ticks.join(", ")
    }

    #[test]
    fn labels_stand_at_natural_boundaries() {
        let drawn: Vec<String> = [1, 5, 9, 30, 84, 180, 700, 2500]
            .map(|count| labels(&days("2024-01-10", count)))
            .into();
        insta::assert_snapshot!(drawn.join("\n"), @r"
        10 Jan 2024@0
        10 Jan 2024@0, 11 Jan 2024@25, 12 Jan 2024@50, 13 Jan 2024@75, 14 Jan 2024@100
        10 Jan 2024@0, 12 Jan 2024@25, 14 Jan 2024@50, 16 Jan 2024@75, 18 Jan 2024@100
        15 Jan 2024@17.24, 22 Jan 2024@41.38, 29 Jan 2024@65.52, 5 Feb 2024@89.66
        15 Jan 2024@6.02, 29 Jan 2024@22.89, 12 Feb 2024@39.76, 26 Feb 2024@56.63, 11 Mar 2024@73.49, 25 Mar 2024@90.36
        Feb 2024@12.29, Mar 2024@28.49, Apr 2024@45.81, May 2024@62.57, Jun 2024@79.89, Jul 2024@96.65
        Apr 2024@11.73, Jul 2024@24.75, Oct 2024@37.91, Jan 2025@51.07, Apr 2025@63.95, Jul 2025@76.97, Oct 2025@90.13
        2025@14.29, 2026@28.89, 2027@43.5, 2028@58.1, 2029@72.75, 2030@87.35
        ");
    }

    #[test]
    fn nothing_to_draw_is_no_tick() {
        assert!(days("2024-01-10", 0).ticks().is_empty());
        assert!(days("2024-01-10", 0).hits(&[], None).is_empty());
    }

    #[test]
    fn strips_cover_the_plot_without_a_gap() {
        let drawn = days("2024-01-10", 3);
        let series = TimeSeries {
            name: "Audit".to_owned(),
            look: Look::FIRST,
            values: vec![1.0; 3],
            labels: ["1", "2", "3"].map(str::to_owned).into(),
        };
        let totals = ["1", "2", "3"].map(str::to_owned);
        let hits: Vec<String> = drawn
            .hits(&[series], Some(("Total", &totals)))
            .into_iter()
            .map(|hit| format!("{}+{} {:?}", hit.x, hit.width, hit.text))
            .collect();
        insta::assert_snapshot!(hits.join("\n"), @r#"
        0+25 "10 Jan 2024\nAudit: 1\nTotal: 1"
        25+50 "11 Jan 2024\nAudit: 2\nTotal: 2"
        75+25 "12 Jan 2024\nAudit: 3\nTotal: 3"
        "#);
    }
}

//! The time axis and what all charts over time share: ticks at natural boundaries, hover regions.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::{Look, coordinate, rank, thin};
use crate::format;
use crate::text::Texts;

/// At most so many points are drawn; what a wide screen can tell apart.
pub const MOST_POINTS: usize = 366;
/// Width and height of the stretched drawing that holds the shapes.
const SHAPE: (f64, f64) = (1000.0, 300.0);
/// More labels than this do not fit side by side.
const MOST_TICKS: usize = 8;

/// One series over the points of a chart.
#[derive(Clone, Debug)]
pub struct TimeSeries {
    /// Its name in the legend and in tooltips.
    pub name: String,
    /// Its colour and pattern.
    pub look: Look,
    /// One value a point.
    pub values: Vec<f64>,
    /// The exact values in words, one a point, for tooltips.
    pub labels: Vec<String>,
}

/// Distances of labels on videos: natural parts of minutes and hours.
const SECONDS: [i64; 13] = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];

/// A label of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeTick {
    /// Percent from the left.
    pub at: String,
    /// The day, month, year or time.
    pub label: String,
    /// `start`, `middle` or `end`: labels at the edges stay inside.
    pub anchor: &'static str,
    /// `minor` labels leave a very narrow screen, `lesser` ones every narrow one.
    pub rank: &'static str,
}

/// The strip that answers to the pointer for one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Left edge and width, in percent.
    pub x: String,
    /// Width in percent.
    pub width: String,
    /// The point's name and each series' value, one a line.
    pub text: String,
}

/// Where the points of a chart lie from left to right, what each is called, and the labels below.
pub struct Axis {
    /// Percent from the left, one a point.
    positions: Vec<f64>,
    /// The heads of tooltips, one a point.
    names: Vec<String>,
    ticks: Vec<TimeTick>,
}

impl Axis {
    /// Days, each called by its date.
    pub fn days(texts: &Texts, days: &[NaiveDate]) -> Self {
        Self::named_days(texts, days, |day| texts.short_date(day))
    }

    /// Days that stand for something longer, a week say, and are called after it.
    pub fn named_days(
        texts: &Texts,
        days: &[NaiveDate],
        name: impl Fn(NaiveDate) -> String,
    ) -> Self {
        Self {
            positions: days.iter().map(|&day| position(days, day)).collect(),
            names: days.iter().map(|&day| name(day)).collect(),
            ticks: day_ticks(texts, days),
        }
    }

    /// Seconds of a video, ascending.
    pub fn seconds(seconds: &[i64]) -> Self {
        let last = seconds.last().copied().unwrap_or(0).max(1);
        let percent = |at: i64| at as f64 / last as f64 * 100.0;
        let step = SECONDS.into_iter().find(|step| last / step < MOST_TICKS as i64);
        let step = step.unwrap_or(last).max(1);
        let ticks =
            (0..=last / step).map(|n| tick(percent(n * step), format::time(n * step), n as usize));
        Self {
            positions: seconds.iter().map(|&at| percent(at)).collect(),
            names: seconds.iter().map(|&at| format::time(at)).collect(),
            ticks: ticks.collect(),
        }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The labels below.
    pub fn ticks(&self) -> &[TimeTick] {
        &self.ticks
    }

    /// The points that are drawn; `totals` says what shape the thinning keeps, one value a point.
    pub fn thinned(&self, totals: &[f64]) -> Thinned<'_> {
        Thinned { axis: self, kept: thin::keep(totals, MOST_POINTS) }
    }
}

/// The points of an axis that are drawn.
pub struct Thinned<'a> {
    axis: &'a Axis,
    kept: Vec<usize>,
}

impl Thinned<'_> {
    /// Indices of the points that are drawn.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// A point of the stretched drawing: the x of that index, and `percent` of the height above zero as y.
    pub fn point(&self, index: usize, percent: f64) -> String {
        let x = self.axis.positions[index] / 100.0 * SHAPE.0;
        let y = SHAPE.1 - percent / 100.0 * SHAPE.1;
        format!("{} {}", coordinate(x), coordinate(y))
    }

    /// One strip a drawn point, from halfway to its neighbours.
    pub fn hits(&self, series: &[TimeSeries], total: Option<(&str, &[String])>) -> Vec<Hit> {
        let at = |index: usize| self.axis.positions[index];
        let middle = |a: usize, b: usize| (at(a) + at(b)) / 2.0;
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
        let mut lines = vec![self.axis.names[index].clone()];
        lines.extend(series.iter().map(|one| format!("{}: {}", one.name, one.labels[index])));
        if let Some((name, labels)) = total {
            lines.push(format!("{name}: {}", labels[index]));
        }
        lines.join("\n")
    }
}

/// Percent from the left of a day between the first and the last.
fn position(days: &[NaiveDate], day: NaiveDate) -> f64 {
    let (Some(&first), Some(&last)) = (days.first(), days.last()) else { return 0.0 };
    let whole = (last - first).num_days().max(1);
    (day - first).num_days() as f64 / whole as f64 * 100.0
}

/// Labels at each of a few days; else at every other day, Mondays, months, quarters or years, whichever is finest
/// and still fits.
fn day_ticks(texts: &Texts, days: &[NaiveDate]) -> Vec<TimeTick> {
    let (Some(&first), Some(&last)) = (days.first(), days.last()) else {
        return Vec::new();
    };
    if days.len() <= MOST_TICKS {
        let labelled = days.iter().enumerate();
        return labelled
            .map(|(n, &day)| tick(position(days, day), Step::Days(1).label(texts, day), n))
            .collect();
    }
    let steps = [
        Step::Days(2),
        Step::Days(7),
        Step::Days(14),
        Step::Months(1),
        Step::Months(3),
        Step::Months(6),
        Step::Months(12),
    ];
    let fitting = steps.into_iter().map(|step| (step, step.between(first, last)));
    let (step, labelled) = fitting
        .clone()
        .find(|(_, labelled)| labelled.len() <= MOST_TICKS && (labelled.len() > 1 || first == last))
        .unwrap_or_else(|| (Step::Months(60), Step::Months(60).between(first, last)));
    let labelled = labelled.iter().enumerate();
    labelled.map(|(n, &day)| tick(position(days, day), step.label(texts, day), n)).collect()
}

fn tick(at: f64, label: String, n: usize) -> TimeTick {
    TimeTick {
        at: coordinate(at),
        label,
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

    fn label(self, texts: &Texts, day: NaiveDate) -> String {
        match self {
            Self::Days(_) => texts.short_date(day),
            Self::Months(months) if months < 12 => texts.month(day),
            Self::Months(_) => day.format("%Y").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::SOME;

    fn days(first: &str, count: usize) -> Axis {
        let first: NaiveDate = first.parse().unwrap();
        Axis::days(&SOME, &first.iter_days().take(count).collect::<Vec<_>>())
    }

    fn labels(days: &Axis) -> String {
        let ticks: Vec<String> =
            days.ticks().iter().map(|t| format!("{}@{}", t.label, t.at)).collect();
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
        assert!(days("2024-01-10", 0).thinned(&[]).hits(&[], None).is_empty());
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
            .thinned(&[1.0; 3])
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

    #[test]
    fn weeks_lie_where_their_days_do() {
        let weeks: Vec<NaiveDate> =
            ["2024-01-07", "2024-01-14", "2024-01-28"].map(|day| day.parse().unwrap()).into();
        let axis = Axis::named_days(&SOME, &weeks, |day| format!("week to {day}"));
        let points: Vec<String> = {
            let thinned = axis.thinned(&[1.0; 3]);
            (0..3).map(|index| thinned.point(index, 0.0)).collect()
        };
        assert_eq!(points, ["0 300", "333.33 300", "1000 300"]);
        assert_eq!(axis.names[1], "week to 2024-01-14");
    }

    #[test]
    fn videos_are_labelled_at_round_times() {
        let drawn: Vec<String> =
            [0, 4, 65, 601, 5400].map(|last| labels(&Axis::seconds(&[0, last]))).into();
        insta::assert_snapshot!(drawn.join("\n"), @r"
        00:00@0, 00:01@100
        00:00@0, 00:01@25, 00:02@50, 00:03@75, 00:04@100
        00:00@0, 00:10@15.38, 00:20@30.77, 00:30@46.15, 00:40@61.54, 00:50@76.92, 01:00@92.31
        00:00@0, 02:00@19.97, 04:00@39.93, 06:00@59.9, 08:00@79.87, 10:00@99.83
        00:00@0, 20:00@22.22, 40:00@44.44, 60:00@66.67, 80:00@88.89
        ");
    }
}

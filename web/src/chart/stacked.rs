//! Areas over time, one on the other: parts and their sum, or the parts' shares of it.

use askama::Template;

use super::line::Shape;
use super::scale::{Scale, Tick};
use super::time::{Axis, Hit, Thinned, TimeTick};
use super::{Drawing, LegendEntry, TimeSeries, Words};

#[derive(Template)]
#[template(path = "chart/time.html")]
struct StackedAreas<'a> {
    words: &'a Words<'a>,
    legend: Vec<LegendEntry>,
    rows: Vec<Tick>,
    columns: &'a [TimeTick],
    shapes: Vec<Shape>,
    hits: Vec<Hit>,
    filled: bool,
}

/// The sum of all series at each point, in a tooltip's words.
pub struct Total<'a> {
    /// What the sum is called.
    pub name: &'a str,
    /// Its value in words, one a point.
    pub labels: &'a [String],
}

/// Counts stacked to their sum; the first series lies at the bottom.
pub fn counts(words: &Words<'_>, axis: &Axis, series: &[TimeSeries], total: &Total<'_>) -> Drawing {
    let sums = sums(axis.len(), series);
    let scale = Scale::count(sums.iter().copied().fold(0.0, f64::max));
    draw(words, axis, series, Some(total), &sums, &scale)
}

/// The same parts as shares of their sum; a day without any learner shows none.
pub fn shares(words: &Words<'_>, axis: &Axis, series: &[TimeSeries]) -> Drawing {
    let sums = sums(axis.len(), series);
    let share = |index: usize, value: f64| {
        if sums[index] > 0.0 { value / sums[index] * 100.0 } else { 0.0 }
    };
    let shares: Vec<TimeSeries> = series
        .iter()
        .map(|one| TimeSeries {
            values: one.values.iter().enumerate().map(|(i, &value)| share(i, value)).collect(),
            ..one.clone()
        })
        .collect();
    draw(words, axis, &shares, None, &sums, &Scale::percent(100.0))
}

fn sums(points: usize, series: &[TimeSeries]) -> Vec<f64> {
    (0..points).map(|point| series.iter().map(|one| one.values[point]).sum()).collect()
}

fn draw(
    words: &Words<'_>,
    axis: &Axis,
    series: &[TimeSeries],
    total: Option<&Total<'_>>,
    sums: &[f64],
    scale: &Scale,
) -> Drawing {
    let drawn = axis.thinned(sums);
    let mut floor = vec![0.0; axis.len()];
    let mut shapes = Vec::with_capacity(series.len());
    for one in series {
        let top: Vec<f64> =
            floor.iter().zip(&one.values).map(|(base, value)| base + value).collect();
        shapes.push(Shape { look: one.look, path: band(&drawn, scale, &floor, &top) });
        floor = top;
    }
    let legend = series.iter().map(|one| LegendEntry { name: one.name.clone(), look: one.look });
    Drawing::of(&StackedAreas {
        words,
        legend: legend.collect(),
        rows: scale.ticks(words.t),
        columns: axis.ticks(),
        shapes,
        hits: drawn.hits(series, total.map(|total| (total.name, total.labels))),
        filled: true,
    })
}

/// The outline between two edges: along the upper one, back along the lower.
fn band(axis: &Thinned<'_>, scale: &Scale, floor: &[f64], top: &[f64]) -> String {
    let edge = |values: &[f64], index: usize| axis.point(index, scale.at(values[index]));
    let forth = axis.kept().iter().map(|&index| edge(top, index));
    let back = axis.kept().iter().rev().map(|&index| edge(floor, index));
    let points: Vec<String> = forth.chain(back).collect();
    format!("M{}Z", points.join("L"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chart::Look;
    use crate::text::SOME;

    fn series(name: &str, look: Look, values: &[f64]) -> TimeSeries {
        let labels = values.iter().map(ToString::to_string).collect();
        TimeSeries { name: name.to_owned(), look, values: values.to_vec(), labels }
    }

    fn words() -> Words<'static> {
        Words {
            t: &SOME,
            id: "daily",
            title: "Daily <Learners>".to_owned(),
            description: "From 3 to 6.".to_owned(),
            x: "Day".to_owned(),
            y: "Learners".to_owned(),
        }
    }

    fn days() -> Axis {
        let first: chrono::NaiveDate = "2024-01-10".parse().unwrap();
        Axis::days(&SOME, &first.iter_days().take(3).collect::<Vec<_>>())
    }

    #[test]
    fn counts_stack_to_their_sum() {
        let parts = [
            series("Audit", Look::FIRST, &[2.0, 2.0, 4.0]),
            series("Honor", Look::series(2), &[1.0, 2.0, 2.0]),
        ];
        let labels = ["3", "4", "6"].map(str::to_owned);
        let drawing = counts(&words(), &days(), &parts, &Total { name: "Total", labels: &labels });
        insta::assert_snapshot!(drawing, @r#"
        <figure class="chart" id="daily">
          <figcaption><span class="chart-title">Daily &#60;Learners&#62;</span><span class="axis-unit" aria-hidden="true">Learners</span></figcaption>
          <ul class="legend">
            <li><svg class="swatch" aria-hidden="true" focusable="false"><rect class="s1" width="16" height="16" rx="2" fill="url(#daily-s1)"/></svg>Audit</li>
            <li><svg class="swatch" aria-hidden="true" focusable="false"><rect class="s2" width="16" height="16" rx="2" fill="url(#daily-s2)"/></svg>Honor</li>
          </ul>
          <div class="plot" dir="ltr">
            <svg class="drawing over-time" role="img" aria-labelledby="daily-title daily-about" data-looks="s1 s2 ">
              <title id="daily-title">Daily &#60;Learners&#62;</title>
              <desc id="daily-about">From 3 to 6.</desc>
              <defs><pattern id="daily-s1" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s1" width="8" height="8"/><path class="texture" d=""/></pattern><pattern id="daily-s2" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s2" width="8" height="8"/><path class="texture" d="M-2 2 2-2M0 8 8 0M6 10 10 6"/></pattern></defs>
              <g class="grid">
                <line x1="0" x2="100%" y1="100%" y2="100%"/><text x="-8" y="100%" dy=".32em">0</text>
                <line x1="0" x2="100%" y1="66.67%" y2="66.67%"/><text x="-8" y="66.67%" dy=".32em">2</text>
                <line x1="0" x2="100%" y1="33.33%" y2="33.33%"/><text x="-8" y="33.33%" dy=".32em">4</text>
                <line x1="0" x2="100%" y1="0%" y2="0%"/><text x="-8" y="0%" dy=".32em">6</text>
              </g>
              <g class="ticks">
                <line class="" x1="0%" x2="0%" y1="100%" y2="100%"/><text class="" x="0%" y="100%" dy="1.6em" text-anchor="start">10 Jan 2024</text>
                <line class="lesser" x1="50%" x2="50%" y1="100%" y2="100%"/><text class="lesser" x="50%" y="100%" dy="1.6em" text-anchor="middle">11 Jan 2024</text>
                <line class="minor" x1="100%" x2="100%" y1="100%" y2="100%"/><text class="minor" x="100%" y="100%" dy="1.6em" text-anchor="end">12 Jan 2024</text>
              </g>
              <svg class="shapes" viewBox="0 0 1000 300" preserveAspectRatio="none" width="100%" height="100%">
                <path class="area s1" fill="url(#daily-s1)" d="M0 200L500 200L1000 100L1000 300L500 300L0 300Z"/>
                <path class="area s2" fill="url(#daily-s2)" d="M0 150L500 100L1000 0L1000 100L500 200L0 200Z"/>
              </svg>
              <g class="hits">
                <rect x="0%" width="25%" height="100%"><title>10 Jan 2024
        Audit: 2
        Honor: 1
        Total: 3</title></rect>
                <rect x="25%" width="50%" height="100%"><title>11 Jan 2024
        Audit: 2
        Honor: 2
        Total: 4</title></rect>
                <rect x="75%" width="25%" height="100%"><title>12 Jan 2024
        Audit: 4
        Honor: 2
        Total: 6</title></rect>
              </g>
            </svg>
          </div>
          <p class="axis-title" aria-hidden="true">Day</p>
        </figure>
        "#);
    }

    #[test]
    fn shares_fill_the_plot_and_a_day_of_nobody_stays_empty() {
        let parts = [
            series("A", Look::FIRST, &[1.0, 0.0, 3.0]),
            series("B", Look::series(2), &[1.0, 0.0, 1.0]),
        ];
        let drawing = shares(&words(), &days(), &parts).to_string();
        let paths: Vec<&str> =
            drawing.lines().filter(|line| line.contains("<path class=\"area")).collect();
        insta::assert_snapshot!(paths.join("\n"), @r#"
        <path class="area s1" fill="url(#daily-s1)" d="M0 150L500 300L1000 75L1000 300L500 300L0 300Z"/>
        <path class="area s2" fill="url(#daily-s2)" d="M0 0L500 300L1000 0L1000 75L500 300L0 150Z"/>
        "#);
    }
}

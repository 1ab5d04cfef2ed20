//! Lines over time.

use askama::Template;

use super::scale::{Scale, Tick};
use super::time::{Axis, Hit, Thinned, TimeTick};
use super::{Drawing, LegendEntry, Look, TimeSeries, Words};

/// A path of the stretched drawing.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its colour and pattern.
    pub look: Look,
    /// The path data.
    pub path: String,
}

#[derive(Template)]
#[template(path = "chart/time.html")]
struct Lines<'a> {
    words: &'a Words<'a>,
    legend: Vec<LegendEntry>,
    rows: Vec<Tick>,
    columns: &'a [TimeTick],
    shapes: Vec<Shape>,
    hits: Vec<Hit>,
    filled: bool,
}

/// Counts as one line a series.
pub fn counts(words: &Words<'_>, axis: &Axis, series: &[TimeSeries]) -> Drawing {
    let largest = |day: usize| series.iter().map(|one| one.values[day]).fold(0.0, f64::max);
    let largest: Vec<f64> = (0..axis.len()).map(largest).collect();
    let scale = Scale::count(largest.iter().copied().fold(0.0, f64::max));
    let drawn = axis.thinned(&largest);
    let shapes =
        series.iter().map(|one| Shape { look: one.look, path: path(&drawn, &scale, &one.values) });
    let legend = series.iter().map(|one| LegendEntry { name: one.name.clone(), look: one.look });
    Drawing::of(&Lines {
        words,
        legend: legend.collect(),
        rows: scale.ticks(words.t),
        columns: axis.ticks(),
        shapes: shapes.collect(),
        hits: drawn.hits(series, None),
        filled: false,
    })
}

fn path(axis: &Thinned<'_>, scale: &Scale, values: &[f64]) -> String {
    let points: Vec<String> =
        axis.kept().iter().map(|&index| axis.point(index, scale.at(values[index]))).collect();
    format!("M{}", points.join("L"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::SOME;

    #[test]
    fn each_series_is_a_line_of_its_own_look() {
        let words = Words {
            t: &SOME,
            id: "weekly",
            title: "Weekly".to_owned(),
            description: "Rises.".to_owned(),
            x: "Day".to_owned(),
            y: "Learners".to_owned(),
        };
        let first: chrono::NaiveDate = "2024-01-10".parse().unwrap();
        let days = Axis::days(&SOME, &first.iter_days().take(2).collect::<Vec<_>>());
        let series = |name: &str, look, values: [f64; 2]| TimeSeries {
            name: name.to_owned(),
            look,
            values: values.to_vec(),
            labels: values.map(|value| value.to_string()).to_vec(),
        };
        let drawing = counts(
            &words,
            &days,
            &[series("Any", Look::FIRST, [1.0, 4.0]), series("Video", Look::series(2), [0.0, 2.0])],
        );
        let text = drawing.to_string();
        let drawn: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("<path") || line.contains("<title>"))
            .map(str::trim)
            .collect();
        insta::assert_snapshot!(drawn.join("\n"), @r#"
        <li><svg class="swatch" aria-hidden="true" focusable="false"><path class="line s1" d="M0 8H16"/></svg>Any</li>
        <li><svg class="swatch" aria-hidden="true" focusable="false"><path class="line s2" d="M0 8H16"/></svg>Video</li>
        <defs><pattern id="weekly-s1" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s1" width="8" height="8"/><path class="texture" d=""/></pattern><pattern id="weekly-s2" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s2" width="8" height="8"/><path class="texture" d="M-2 2 2-2M0 8 8 0M6 10 10 6"/></pattern></defs>
        <path class="line s1" d="M0 225L1000 0"/>
        <path class="line s2" d="M0 300L1000 150"/>
        <rect x="0%" width="50%" height="100%"><title>10 Jan 2024
        <rect x="50%" width="50%" height="100%"><title>11 Jan 2024
        "#);
    }
}

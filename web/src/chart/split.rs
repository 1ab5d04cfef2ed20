//! Bars of two parts, one bar under the other: what was done well, and the rest.

use askama::Template;

use super::scale::{Scale, Tick};
use super::{Drawing, LegendEntry, Words, coordinate};

/// Room for one bar and its name above it, in pixels.
const ROW_HEIGHT: usize = 48;
/// Where in that room the name stands, and the bar begins and ends.
const NAME: f64 = 0.26;
const BAR: std::ops::Range<f64> = 0.48..0.88;

/// One bar.
#[derive(Clone, Debug)]
pub struct Split {
    /// What it is of.
    pub name: String,
    /// The same in full, for its tooltip.
    pub head: String,
    /// Where it leads.
    pub link: Option<String>,
    /// Both parts' lengths.
    pub values: [f64; 2],
    /// Both parts in words.
    pub labels: [String; 2],
}

struct Placed<'a> {
    split: &'a Split,
    top: String,
    name: String,
    start: String,
    lengths: [String; 2],
    tip: String,
}

#[derive(Template)]
#[template(path = "chart/split.html")]
struct Bars<'a> {
    words: &'a Words<'a>,
    legend: &'a [LegendEntry; 2],
    columns: Vec<Tick>,
    bars: Vec<Placed<'a>>,
    room: String,
    thickness: String,
    height: usize,
}

/// Bars in their order, the first on top.
pub fn lying(words: &Words<'_>, legend: &[LegendEntry; 2], splits: &[Split]) -> Drawing {
    let longest = splits.iter().map(|split| split.values.iter().sum()).fold(0.0, f64::max);
    let scale = Scale::count(longest);
    let room = 100.0 / splits.len().max(1) as f64;
    let placed = splits.iter().enumerate().map(|(index, split)| Placed {
        top: coordinate(room * index as f64),
        name: coordinate(room * (index as f64 + NAME)),
        start: coordinate(room * (index as f64 + BAR.start)),
        lengths: split.values.map(|value| coordinate(scale.at(value))),
        tip: format!(
            "{}\n{}: {}\n{}: {}",
            split.head, legend[0].name, split.labels[0], legend[1].name, split.labels[1]
        ),
        split,
    });
    Drawing::of(&Bars {
        words,
        legend,
        columns: scale.ticks(words.t),
        bars: placed.collect(),
        room: coordinate(room),
        thickness: coordinate(room * (BAR.end - BAR.start)),
        height: splits.len() * ROW_HEIGHT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Look;
    use crate::text::SOME;

    #[test]
    fn two_parts_stand_side_by_side_and_lead_on() {
        let words = Words {
            t: &SOME,
            id: "videos",
            title: "Views".to_owned(),
            description: "Falls.".to_owned(),
            x: String::new(),
            y: "Viewers".to_owned(),
        };
        let legend = [("Complete", Look::FIRST), ("Incomplete", Look::UNKNOWN)]
            .map(|(name, look)| LegendEntry { name: name.to_owned(), look });
        let split = |name: &str, link: Option<&str>, values: [f64; 2]| Split {
            name: name.to_owned(),
            head: name.to_owned(),
            link: link.map(str::to_owned),
            values,
            labels: values.map(|value| format!("{value:.1}")),
        };
        let splits = [split("<One>", Some("/one/"), [3.0, 1.0]), split("Two", None, [0.0, 0.0])];
        let drawing = lying(&words, &legend, &splits).to_string();
        let drawn: Vec<&str> = drawing
            .lines()
            .filter(|line| line.contains("bar s") || line.contains("<title>"))
            .map(str::trim)
            .collect();
        insta::assert_snapshot!(drawn.join("\n"), @r#"
        <text class="name" x="0" y="13%" dy=".32em">&#60;One&#62;</text><rect class="bar s1" fill="url(#videos-s1)" x="0" width="75%" y="24%" height="20%"/><rect class="bar s0" fill="url(#videos-s0)" x="75%" width="25%" y="24%" height="20%"/>
        <text class="name" x="0" y="63%" dy=".32em">Two</text><rect class="bar s1" fill="url(#videos-s1)" x="0" width="0%" y="74%" height="20%"/><rect class="bar s0" fill="url(#videos-s0)" x="0%" width="0%" y="74%" height="20%"/>
        <rect x="0" width="100%" y="0%" height="50%" data-link="/one/"><title>&#60;One&#62;
        <rect x="0" width="100%" y="50%" height="50%"><title>Two
        "#);
    }
}

//! Bars: standing ones for a histogram, lying ones for few or long names.

use askama::Template;

use super::scale::{Scale, Tick};
use super::{Drawing, Look, Words, coordinate, rank};

/// More labels than this do not fit under standing bars.
const MOST_LABELS: usize = 12;
/// A longer name needs more room beside its bar.
const SHORT_NAME: usize = 14;
/// Room for one lying bar, in pixels.
const ROW_HEIGHT: usize = 36;

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its name on the axis.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// The exact value in words.
    pub exact: String,
    /// The lines of its tooltip.
    pub tip: String,
    /// Its colour and pattern.
    pub look: Look,
}

struct Placed<'a> {
    bar: &'a Bar,
    start: String,
    thickness: String,
    middle: String,
    length: String,
    rest: String,
    label_rank: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "chart/standing.html")]
struct Standing<'a> {
    words: &'a Words<'a>,
    rows: Vec<Tick>,
    bars: Vec<Placed<'a>>,
    looks: Vec<Look>,
}

#[derive(Template)]
#[template(path = "chart/lying.html")]
struct Lying<'a> {
    words: &'a Words<'a>,
    columns: Vec<Tick>,
    bars: Vec<Placed<'a>>,
    looks: Vec<Look>,
    height: usize,
    long: bool,
}

/// Bars side by side, in their order, with a thin gap.
pub fn standing(words: &Words<'_>, scale: &Scale, bars: &[Bar]) -> Drawing {
    Drawing::of(&Standing {
        words,
        rows: scale.ticks(words.t),
        bars: placed(scale, bars, 0.86),
        looks: looks(bars),
    })
}

/// Bars one under the other, the first on top.
pub fn lying(words: &Words<'_>, scale: &Scale, bars: &[Bar]) -> Drawing {
    Drawing::of(&Lying {
        words,
        columns: scale.ticks(words.t),
        bars: placed(scale, bars, 0.6),
        looks: looks(bars),
        height: bars.len() * ROW_HEIGHT,
        long: bars.iter().any(|bar| bar.label.chars().count() > SHORT_NAME),
    })
}

/// `fill` is the share of its room that a bar takes.
fn placed<'a>(scale: &Scale, bars: &'a [Bar], fill: f64) -> Vec<Placed<'a>> {
    let room = 100.0 / bars.len().max(1) as f64;
    let every = bars
        .len()
        .div_ceil(MOST_LABELS)
        .next_multiple_of(if bars.len() > 5 * MOST_LABELS { 5 } else { 1 });
    bars.iter()
        .enumerate()
        .map(|(index, bar)| {
            let start = index as f64 * room;
            let length = scale.at(bar.value);
            Placed {
                bar,
                start: coordinate(start + room * (1.0 - fill) / 2.0),
                thickness: coordinate(room * fill),
                middle: coordinate(start + room / 2.0),
                length: coordinate(length),
                rest: coordinate(100.0 - length),
                label_rank: index.is_multiple_of(every).then(|| rank(index / every)),
            }
        })
        .collect()
}

/// Each look that occurs, once.
fn looks(bars: &[Bar]) -> Vec<Look> {
    let mut looks: Vec<Look> = Vec::new();
    for bar in bars {
        if !looks.contains(&bar.look) {
            looks.push(bar.look);
        }
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SOME;

    fn words() -> Words<'static> {
        Words {
            t: &SOME,
            id: "age",
            title: "Ages".to_owned(),
            description: "Most are 25.".to_owned(),
            x: "Age".to_owned(),
            y: "Learners".to_owned(),
        }
    }

    fn bar(label: &str, value: f64) -> Bar {
        Bar {
            label: label.to_owned(),
            value,
            exact: value.to_string(),
            tip: format!("{label}: {value}"),
            look: Look::FIRST,
        }
    }

    #[test]
    fn standing_bars_share_the_width() {
        let bars = [bar("0–4", 1.0), bar("5–9", 4.0)];
        insta::assert_snapshot!(standing(&words(), &Scale::count(4.0), &bars), @r#"
        <figure class="chart" id="age">
          <figcaption><span class="chart-title">Ages</span><span class="axis-unit" aria-hidden="true">Learners</span></figcaption>
          <div class="plot" dir="ltr">
            <svg class="drawing standing" role="img" aria-labelledby="age-title age-about">
              <title id="age-title">Ages</title>
              <desc id="age-about">Most are 25.</desc>
              <defs><pattern id="age-s1" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s1" width="8" height="8"/><path class="texture" d=""/></pattern></defs>
              <g class="grid">
                <line x1="0" x2="100%" y1="100%" y2="100%"/><text x="-8" y="100%" dy=".32em">0</text>
                <line x1="0" x2="100%" y1="75%" y2="75%"/><text x="-8" y="75%" dy=".32em">1</text>
                <line x1="0" x2="100%" y1="50%" y2="50%"/><text x="-8" y="50%" dy=".32em">2</text>
                <line x1="0" x2="100%" y1="25%" y2="25%"/><text x="-8" y="25%" dy=".32em">3</text>
                <line x1="0" x2="100%" y1="0%" y2="0%"/><text x="-8" y="0%" dy=".32em">4</text>
              </g>
              <g class="ticks">
                <text class="" x="25%" y="100%" dy="1.6em" text-anchor="middle">0–4</text>
                <text class="lesser" x="75%" y="100%" dy="1.6em" text-anchor="middle">5–9</text>
              </g>
              <g class="bars">
                <rect class="bar s1" fill="url(#age-s1)" x="3.5%" width="43%" y="75%" height="25%"/>
                <rect class="bar s1" fill="url(#age-s1)" x="53.5%" width="43%" y="0%" height="100%"/>
              </g>
              <g class="hits">
                <rect x="3.5%" width="43%" height="100%"><title>0–4: 1</title></rect>
                <rect x="53.5%" width="43%" height="100%"><title>5–9: 4</title></rect>
              </g>
            </svg>
          </div>
          <p class="axis-title" aria-hidden="true">Age</p>
        </figure>
        "#);
    }

    #[test]
    fn lying_bars_share_the_height_and_show_their_value() {
        let bars = [bar("Bachelor's <degree>", 25.0), bar("None", 0.0)];
        insta::assert_snapshot!(lying(&words(), &Scale::percent(25.0), &bars), @r#"
        <figure class="chart" id="age">
          <figcaption><span class="chart-title">Ages</span></figcaption>
          <div class="plot" dir="ltr">
            <svg class="drawing lying long" height="72" role="img" aria-labelledby="age-title age-about">
              <title id="age-title">Ages</title>
              <desc id="age-about">Most are 25.</desc>
              <defs><pattern id="age-s1" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="ground s1" width="8" height="8"/><path class="texture" d=""/></pattern></defs>
              <g class="grid">
                <line x1="0%" x2="0%" y1="0" y2="100%"/><text x="0%" y="100%" dy="1.4em" text-anchor="middle">0%</text>
                <line x1="33.33%" x2="33.33%" y1="0" y2="100%"/><text x="33.33%" y="100%" dy="1.4em" text-anchor="middle">10%</text>
                <line x1="66.67%" x2="66.67%" y1="0" y2="100%"/><text x="66.67%" y="100%" dy="1.4em" text-anchor="middle">20%</text>
                <line x1="100%" x2="100%" y1="0" y2="100%"/><text x="100%" y="100%" dy="1.4em" text-anchor="middle">30%</text>
              </g>
              <g class="bars">
                <text class="name" x="-10" y="25%" dy=".32em">Bachelor&#39;s &#60;degree&#62;</text><rect class="bar s1" fill="url(#age-s1)" x="0" width="83.33%" y="10%" height="30%"/><text class="value" x="83.33%" dx="8" y="25%" dy=".32em">25</text>
                <text class="name" x="-10" y="75%" dy=".32em">None</text><rect class="bar s1" fill="url(#age-s1)" x="0" width="0%" y="60%" height="30%"/><text class="value" x="0%" dx="8" y="75%" dy=".32em">0</text>
              </g>
              <g class="hits">
                <rect x="0" width="100%" y="10%" height="30%"><title>Bachelor&#39;s &#60;degree&#62;: 25</title></rect>
                <rect x="0" width="100%" y="60%" height="30%"><title>None: 0</title></rect>
              </g>
            </svg>
          </div>
          <p class="axis-title" aria-hidden="true">Learners</p>
        </figure>
        "#);
    }

    #[test]
    fn of_a_hundred_bars_every_tenth_is_named() {
        let bars: Vec<Bar> = (0..=100).map(|age| bar(&age.to_string(), 1.0)).collect();
        let named: Vec<String> = placed(&Scale::count(1.0), &bars, 0.8)
            .into_iter()
            .filter(|placed| placed.label_rank.is_some())
            .map(|placed| placed.bar.label.clone())
            .collect();
        assert_eq!(named.len(), 11);
        assert_eq!(&named[..3], ["0", "10", "20"]);
    }
}

//! Charts as SVG, written on the server: numbers in, accessible drawing out (spec 60 §6.2, §10).
//!
//! A drawing has no `viewBox`: labels stand at percentages of the plot and keep their size on any
//! screen, shapes lie in a nested drawing that stretches. So one drawing serves every width.

pub mod bar;
pub mod line;
pub mod map;
pub mod scale;
pub mod sparkline;
pub mod split;
pub mod stacked;
pub mod table;
mod thin;
mod time;

use crate::text::Texts;

pub use time::{Axis, TimeSeries};

/// The words of a chart, all in the reader's language.
#[derive(Clone)]
pub struct Words<'a> {
    /// The language.
    pub t: &'a Texts,
    /// Identifies the chart in its page; the ids of its parts begin with it.
    pub id: &'static str,
    /// What is drawn.
    pub title: String,
    /// One sentence with the range, the last value or the largest part, for those who do not see it.
    pub description: String,
    /// The name of the horizontal axis, with its unit.
    pub x: String,
    /// The name of the vertical axis, with its unit.
    pub y: String,
}

/// The look of a series: colour and pattern together, so that nothing is told by colour alone.
///
/// The number is the same for the same thing on all pages (`s1` … `s6` in the style sheet).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look(u8);

impl Look {
    /// The first series colour, also that of charts with one series.
    pub const FIRST: Self = Self(1);
    /// Hatched grey: what is not known.
    pub const UNKNOWN: Self = Self(0);

    /// Series colour 1 to 6; there are no more, so a further series looks like the sixth.
    pub const fn series(number: u8) -> Self {
        Self(if number > 6 { 6 } else { number })
    }

    /// The class in the style sheet.
    pub fn class(self) -> String {
        format!("s{}", self.0)
    }

    /// Strokes over the colour, drawn in a tile of 8 by 8; the first look is plain.
    pub fn texture(self) -> &'static str {
        match self.0 {
            0 | 2 => "M-2 2 2-2M0 8 8 0M6 10 10 6",
            3 => "M2 2h.01M6 6h.01",
            4 => "M-2 6 2 10M0 0 8 8M6-2 10 2",
            5 => "M0 4H8",
            6 => "M4 0V8M0 4H8",
            _ => "",
        }
    }
}

/// An entry of a legend.
#[derive(Clone, Debug)]
pub struct LegendEntry {
    /// The series' name.
    pub name: String,
    /// Its colour and pattern.
    pub look: Look,
}

/// A drawing that is ready to stand in a page.
#[derive(Clone, Debug)]
pub struct Drawing(String);

impl Drawing {
    /// The template engine has escaped all texts in it.
    fn of(template: &impl askama::Template) -> Self {
        Self(template.render().unwrap_or_else(|error| {
            log::error!("drawing a chart: {error}");
            String::new()
        }))
    }
}

impl std::fmt::Display for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How soon the label with that index gives way on a narrow screen.
fn rank(index: usize) -> &'static str {
    match index % 4 {
        0 => "",
        2 => "minor",
        _ => "lesser",
    }
}

/// A coordinate with at most two decimals and no needless zeros.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!(
            [0.0, -0.001, 12.5, 33.333_3, 100.0].map(coordinate),
            ["0", "0", "12.5", "33.33", "100"]
        );
    }

    #[test]
    fn looks_end_at_six() {
        assert_eq!(
            [Look::UNKNOWN, Look::FIRST, Look::series(9)].map(Look::class),
            ["s0", "s1", "s6"]
        );
    }
}

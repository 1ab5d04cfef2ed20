//! The value axis: from zero to a round number, with four or five lines.

use super::coordinate;
use crate::text::Texts;

/// A line of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Distance from zero in percent of the axis, for bars that lie.
    pub along: String,
    /// Distance from the top in percent of the plot, for bars that stand and lines.
    pub down: String,
    /// The value, abbreviated.
    pub label: String,
}

/// An axis that begins at zero.
#[derive(Clone, Debug)]
pub struct Scale {
    top: f64,
    step: f64,
    percent: bool,
}

impl Scale {
    /// An axis for whole numbers up to `largest`; never less than 0 to 1.
    pub fn count(largest: f64) -> Self {
        let largest = if largest.is_finite() { largest.max(1.0) } else { 1.0 };
        let step = round_step(largest / 4.0).max(1.0);
        Self { top: (largest / step).ceil() * step, step, percent: false }
    }

    /// An axis for percentages up to `largest` (0…100).
    pub fn percent(largest: f64) -> Self {
        let largest = if largest.is_finite() { largest.clamp(1.0, 100.0) } else { 100.0 };
        let step = round_step(largest / 4.0);
        Self { top: ((largest / step).ceil() * step).min(100.0), step, percent: true }
    }

    /// Where `value` lies, in percent from zero; what lies outside is put on the edge.
    pub fn at(&self, value: f64) -> f64 {
        (value / self.top * 100.0).clamp(0.0, 100.0)
    }

    /// The lines of the grid, zero first.
    pub fn ticks(&self, texts: &Texts) -> Vec<Tick> {
        let steps = (self.top / self.step).round() as u32;
        (0..=steps)
            .map(|index| {
                let value = f64::from(index) * self.step;
                let along = self.at(value);
                Tick {
                    along: coordinate(along),
                    down: coordinate(100.0 - along),
                    label: if self.percent { texts.axis_percent(value) } else { texts.axis(value) },
                }
            })
            .collect()
    }
}

/// The next of 1, 2, 2.5, 5 times a power of ten that is not below `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    let rounded = [1.0, 2.0, 2.5, 5.0].into_iter().find(|step| step * power >= raw * 0.999_999);
    rounded.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SOME;

    fn labels(scale: &Scale) -> String {
        let labels: Vec<String> = scale.ticks(&SOME).into_iter().map(|tick| tick.label).collect();
        labels.join(" ")
    }

    #[test]
    fn counts_get_whole_round_steps() {
        let drawn: Vec<String> = [0.0, 1.0, 3.0, 7.0, 42.0, 1834.0, 1e6, f64::NAN]
            .map(|largest| labels(&Scale::count(largest)))
            .into();
        insta::assert_snapshot!(drawn.join("\n"), @r"
        0 1
        0 1
        0 1 2 3
        0 2 4 6 8
        0 20 40 60
        0 500 1,000 1,500 2,000
        0 250k 500k 750k 1M
        0 1
        ");
    }

    #[test]
    fn percentages_never_pass_one_hundred() {
        let drawn: Vec<String> =
            [0.4, 38.2, 61.0, 100.0].map(|largest| labels(&Scale::percent(largest))).into();
        insta::assert_snapshot!(drawn.join("\n"), @r"
        0% 0.25% 0.5% 0.75% 1%
        0% 10% 20% 30% 40%
        0% 20% 40% 60% 80%
        0% 25% 50% 75% 100%
        ");
    }

    #[test]
    fn values_land_between_the_edges() {
        let scale = Scale::count(8.0);
        assert_eq!(
            [-5.0, 0.0, 4.0, 8.0, 99.0].map(|v| scale.at(v)),
            [0.0, 0.0, 50.0, 100.0, 100.0]
        );
    }
}

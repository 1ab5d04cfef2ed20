//! What is left to chance, which a seed decides.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A sequence of numbers; that of an area does not depend on the other areas.
pub(super) struct Chance(StdRng);

impl Chance {
    pub(super) fn new(seed: u64, area: &str) -> Self {
        Self(StdRng::from_seed(Sha256::digest(format!("{seed} {area}")).into()))
    }

    /// A number in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.r#gen()
    }

    /// A whole number from `low` to `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.gen_range(low..=high.max(low))
    }

    /// A normal deviate (Box and Muller).
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        mean + deviation * radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// One of the items.
    pub(super) fn pick<'a, const N: usize>(&mut self, items: &[&'a str; N]) -> &'a str {
        items[self.0.gen_range(0..N)]
    }

    /// The place of one of so many items, the first more often than the last.
    pub(super) fn early(&mut self, items: usize) -> usize {
        (self.unit().powi(2) * items as f64) as usize
    }
}

/// `total` dealt out by weights: the parts are whole and sum up to it.
pub(super) fn dealt(total: i64, weights: &[f64]) -> Vec<i64> {
    let all: f64 = weights.iter().sum();
    let (mut weight, mut given) = (0.0, 0);
    let part = |share: &f64| {
        weight += share;
        let up_to_here = (total as f64 * weight / all).round() as i64;
        let part = up_to_here - given;
        given = up_to_here;
        part
    };
    weights.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_up_to_what_is_dealt_out() {
        assert_eq!(dealt(10, &[1.0, 1.0, 1.0]), [3, 4, 3]);
        assert_eq!(dealt(1500, &[0.15, 0.15, 0.25, 0.10, 0.35]), [225, 225, 375, 150, 525]);
        assert_eq!(dealt(0, &[0.5, 0.5]), [0, 0]);
    }

    #[test]
    fn normal_numbers_are_around_their_mean() {
        let mut chance = Chance::new(1, "test");
        let mean = (0..1000).map(|_| chance.normal(1500.0, 25.0)).sum::<f64>() / 1000.0;
        assert!((mean - 1500.0).abs() < 5.0, "{mean}");
    }
}

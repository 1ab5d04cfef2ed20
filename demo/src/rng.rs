//! The one source of chance: xoshiro256++ seeded from (seed, keys), so that each entity has a
//! sequence of its own and adding learners or days leaves the others as they were.

/// A small, fast and reproducible generator of pseudo-random numbers.
#[derive(Clone, Debug)]
pub struct Rng([u64; 4]);

/// What a keyed generator is for; keeps the sequences of different purposes apart.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Structure of a course.
    Outline = 1,
    /// A person and the plan of what the person will do.
    Person,
    /// What a learner does on one day.
    Day,
    /// Requests of robots on one day.
    Robots,
    /// Rows of the database that have no event behind them.
    Rows,
    /// Which rows disagree on purpose.
    Faults,
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The generator of one entity: the same keys always give the same sequence.
    pub fn keyed(seed: u64, purpose: Purpose, keys: [u64; 2]) -> Self {
        let mut state = seed;
        for key in [purpose as u64, keys[0], keys[1]] {
            state = splitmix(&mut state) ^ key.wrapping_mul(0xd6e8_feb8_6659_fd93);
        }
        Self(std::array::from_fn(|_| splitmix(&mut state)))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// An index in `[0, n)`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A whole number in `[low, high]`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    /// A number in `[low, high)`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// One of the items of a list that is not empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// An index drawn by weight.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A standard normal deviate (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A log-normal deviate with the given median.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// An exponential deviate with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// A Poisson deviate; meant for small means.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let limit = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > limit && count < 1000 {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// `length` lower-case hexadecimal digits.
    pub fn hex(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.bits()));
        }
        text.truncate(length);
        text
    }

    /// A UUID of version 4 in lower case.
    pub fn uuid(&mut self) -> String {
        let digits = self.hex(32);
        let variant = ['8', '9', 'a', 'b'][self.below(4)];
        format!(
            "{}-{}-4{}-{variant}{}-{}",
            &digits[..8],
            &digits[8..12],
            &digits[13..16],
            &digits[17..20],
            &digits[20..]
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_keys_same_sequence_and_other_keys_another() {
        let draw = |keys| Rng::keyed(7, Purpose::Person, keys).hex(32);
        assert_eq!(draw([1, 2]), draw([1, 2]));
        assert_ne!(draw([1, 2]), draw([2, 1]));
        assert_ne!(draw([1, 2]), Rng::keyed(8, Purpose::Person, [1, 2]).hex(32));
        assert_ne!(draw([1, 2]), Rng::keyed(7, Purpose::Day, [1, 2]).hex(32));
    }

    #[test]
    fn distributions_have_their_means() {
        let mut rng = Rng::keyed(1, Purpose::Day, [0, 0]);
        let mean = |f: &mut dyn FnMut() -> f64| (0..20_000).map(|_| f()).sum::<f64>() / 20_000.0;
        assert!((mean(&mut || f64::from(rng.poisson(2.0))) - 2.0).abs() < 0.06);
        assert!((mean(&mut || rng.unit()) - 0.5).abs() < 0.01);
        assert!(mean(&mut || rng.normal()).abs() < 0.03);
        assert!((mean(&mut || rng.exponential(3.0)) - 3.0).abs() < 0.1);
    }

    #[test]
    fn bounds_hold() {
        let mut rng = Rng::keyed(1, Purpose::Day, [0, 1]);
        for _ in 0..1000 {
            assert!((3..=5).contains(&rng.between(3, 5)));
            assert!(rng.weighted(&[0.0, 1.0, 0.0]) == 1);
        }
        let uuid = rng.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
    }
}

//! What goes wrong on clusters, on this machine: attempts of tasks fail, and tasks begin in another order. A seed
//! gives the same again. Whatever happens, the result is the same; that is what it is for (spec 41 §B 5).

use sha2::{Digest, Sha256};

/// Tasks fail at one of so many first lines of their output.
const LINES: u64 = 40;

/// The fault of an attempt, as the setting `insights.fault` has it; the last attempt has none.
pub fn fault(seed: u64, task: &str, attempt: u32, attempts: u32) -> Option<String> {
    let chance = drawn(seed, &format!("{task} {attempt}"));
    let fails = attempt + 1 < attempts && chance.is_multiple_of(2);
    fails.then(|| format!("panic at {}", 1 + chance / 2 % LINES))
}

/// The same tasks in another order.
pub fn shuffled<T>(seed: u64, mut tasks: Vec<(usize, T)>) -> Vec<(usize, T)> {
    tasks.sort_by_key(|(number, _)| drawn(seed, &number.to_string()));
    tasks
}

fn drawn(seed: u64, name: &str) -> u64 {
    let hash = Sha256::digest(format!("{seed} {name}").as_bytes());
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_again_and_the_last_attempt_succeeds() {
        let faults = |seed: u64| -> Vec<_> {
            (0..20).map(|task| fault(seed, &format!("map {task}"), 0, 4)).collect()
        };
        assert_eq!(faults(7), faults(7));
        assert_ne!(faults(7), faults(8));
        assert!(faults(7).iter().any(Option::is_some) && faults(7).iter().any(Option::is_none));
        assert_eq!(fault(7, "map 1", 3, 4), None);
        let order = |seed| shuffled(seed, (0..9).map(|n| (n, ())).collect());
        assert_ne!(order(1), order(2));
    }
}

//! When the tasks of a pass began and ended, as its record tells.

use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Tasks that the record names; of more, those that took longest.
const TOLD: usize = 2000;

/// The tasks of a pass so far.
pub struct Spans {
    begun: Instant,
    list: Mutex<Vec<Task>>,
}

#[derive(Clone, Copy)]
struct Task {
    kind: &'static str,
    number: usize,
    /// Milliseconds since the pass began.
    began: u64,
    ended: u64,
}

impl Default for Spans {
    fn default() -> Self {
        Self { begun: Instant::now(), list: Mutex::default() }
    }
}

impl Spans {
    /// Does a task, and remembers how long it took; kinds are `map`, `shuffle` and `reduce`.
    pub fn timed<T>(&self, kind: &'static str, number: usize, act: impl FnOnce() -> T) -> T {
        let began = self.now();
        let done = act();
        let task = Task { kind, number, began, ended: self.now() };
        self.list.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        done
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The tasks as `[kind, number, began, ended]`, and how many are left out.
    #[must_use]
    pub fn told(&self) -> (Vec<Value>, usize) {
        let mut tasks = self.list.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let left_out = tasks.len().saturating_sub(TOLD);
        tasks.sort_by_key(|task| std::cmp::Reverse(task.ended - task.began));
        tasks.truncate(TOLD);
        tasks.sort_by_key(|task| (task.began, task.number));
        (tasks.iter().map(|t| json!([t.kind, t.number, t.began, t.ended])).collect(), left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_tasks_the_longest_are_told() {
        let spans = Spans::default();
        let list: Vec<_> = (0..TOLD + 7)
            .map(|number| Task { kind: "map", number, began: 3, ended: 3 + number as u64 })
            .collect();
        spans.list.lock().unwrap_or_else(PoisonError::into_inner).extend(list);
        assert_eq!(spans.timed("reduce", 1, || 5), 5);
        let (told, left_out) = spans.told();
        assert_eq!((told.len(), left_out), (TOLD, 8));
        assert!(told.contains(&json!(["map", 2006, 3, 2009])));
        assert!(!told.contains(&json!(["map", 6, 3, 9])), "a short one");
    }
}

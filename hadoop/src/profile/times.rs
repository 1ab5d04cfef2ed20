//! Sums over spans: phases, the critical path, skew.

use super::{Millis, Phase, PhaseTime, Skew, Span};

/// How long each phase went on; what no span covers is scheduling.
pub fn phases(spans: &[Span], whole: Millis) -> Vec<PhaseTime> {
    let covered = union(spans.iter());
    let time = |phase| match phase {
        Phase::Scheduling => whole - covered,
        phase => union(spans.iter().filter(|span| span.phase == phase)),
    };
    let all = Phase::ALL.map(|phase| PhaseTime { phase, millis: time(phase) });
    all.into_iter().filter(|time| time.millis > 0).collect()
}

/// How much of the clock some spans cover.
fn union<'s>(spans: impl Iterator<Item = &'s Span>) -> Millis {
    let mut ranges: Vec<_> = spans.map(|span| (span.began, span.ended)).collect();
    ranges.sort_unstable();
    let (mut sum, mut until) = (0, Millis::MIN);
    for (began, ended) in ranges {
        sum += (ended - began.max(until)).max(0);
        until = until.max(ended);
    }
    sum
}

/// The chain that the run's length hangs on: from its end backwards, each time the span that ended last before;
/// what lies between is the driver's own time.
pub fn critical_path(spans: &[Span], whole: Millis) -> Vec<Span> {
    let mut ordered: Vec<_> = spans.iter().filter(|span| span.took() > 0).collect();
    // Of those that end at once, the one that began first is last, and taken.
    ordered.sort_by_key(|span| (span.ended, std::cmp::Reverse(span.began)));
    let (mut path, mut at) = (Vec::new(), whole);
    while let Some(last) = ordered.pop() {
        if last.ended > at {
            continue;
        }
        path.extend(gap(last.ended, at));
        path.push(last.clone());
        at = last.began;
    }
    path.extend(gap(0, at));
    path.reverse();
    path
}

fn gap(began: Millis, ended: Millis) -> Option<Span> {
    let (step, name) = (String::new(), "the driver".to_owned());
    (ended > began).then_some(Span { step, name, phase: Phase::Scheduling, began, ended })
}

/// The largest of some amounts against the one in the middle; none where there is nothing to compare.
pub fn skew(step: &str, of: &'static str, mut amounts: Vec<(String, u64)>) -> Option<Skew> {
    amounts.sort_by_key(|(_, amount)| *amount);
    let (largest_of, largest) = amounts.last()?.clone();
    let median = amounts[(amounts.len() - 1) / 2].1;
    let (step, count) = (step.to_owned(), amounts.len());
    (count > 1 && largest > 0).then_some(Skew { step, of, largest_of, largest, median, count })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn span(name: &str, phase: Phase, began: Millis, ended: Millis) -> Span {
        Span { step: "scan".to_owned(), name: name.to_owned(), phase, began, ended }
    }

    #[test]
    fn parallel_tasks_count_once_and_gaps_are_scheduling() {
        let spans = [
            span("a", Phase::Map, 10, 30),
            span("b", Phase::Map, 20, 50),
            span("c", Phase::Reduce, 50, 60),
        ];
        let found: Vec<_> =
            phases(&spans, 100).iter().map(|time| (time.phase.name(), time.millis)).collect();
        assert_eq!(found, [("scheduling", 50), ("map", 40), ("reduce", 10)]);
    }

    #[test]
    fn the_path_goes_over_the_task_that_ended_last() {
        let spans = [
            span("short", Phase::Map, 10, 30),
            span("long", Phase::Map, 10, 50),
            span("one", Phase::Reduce, 52, 55),
            span("other", Phase::Reduce, 52, 60),
        ];
        let path = critical_path(&spans, 70);
        let names: Vec<_> = path.iter().map(|span| (span.name.as_str(), span.took())).collect();
        assert_eq!(
            names,
            [("the driver", 10), ("long", 40), ("the driver", 2), ("other", 8), ("the driver", 10)]
        );
    }

    #[test]
    fn skew_is_the_largest_against_the_median() {
        let amounts = |all: &[u64]| {
            all.iter().enumerate().map(|(at, amount)| (at.to_string(), *amount)).collect()
        };
        let found = skew("scan", "part", amounts(&[10, 90, 20])).unwrap();
        assert_eq!((found.largest_of.as_str(), found.largest, found.median), ("1", 90, 20));
        assert_eq!(found.ratio(), Some(4.5));
        assert_eq!(skew("scan", "part", amounts(&[0, 0, 9])).unwrap().ratio(), None);
        assert_eq!(skew("scan", "part", amounts(&[9])), None);
        assert_eq!(skew("scan", "part", amounts(&[])), None);
    }

    proptest! {
        #[test]
        fn a_path_is_as_long_as_the_run_and_phases_are_no_longer(
            ranges in prop::collection::vec((0..500i64, 0..100i64), 0..60),
        ) {
            let spans: Vec<_> = ranges
                .iter()
                .map(|(began, took)| span("x", Phase::Map, *began, began + took))
                .collect();
            let path = critical_path(&spans, 600);
            prop_assert_eq!(path.iter().map(Span::took).sum::<Millis>(), 600);
            prop_assert!(path.windows(2).all(|pair| pair[0].ended == pair[1].began));
            prop_assert_eq!(phases(&spans, 600).iter().map(|time| time.millis).sum::<Millis>(), 600);
        }
    }
}

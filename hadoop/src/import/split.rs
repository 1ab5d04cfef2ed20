//! Cutting a table into ranges of its key that hold about as many rows each.
//!
//! The key's span is cut evenly by value; a range that holds far more than its share is halved until
//! it does not, and neighbours are joined again until there are as many ranges as parts. So gaps of
//! any size cost a few questions and no scan.

/// Key values from the first to the last, both included.
pub(super) type Range = (i128, i128);

/// More ranges than this are not weighed, however skewed the keys.
const MOST_RANGES: usize = 512;

/// Cuts `span` into at most `parts` ranges, in order, without gap or overlap.
///
/// `weigh` says about how many rows a range holds; only proportions count.
pub(super) fn split<E>(
    span: Range,
    parts: usize,
    mut weigh: impl FnMut(Range) -> Result<u64, E>,
) -> Result<Vec<Range>, E> {
    if parts == 1 {
        return Ok(vec![span]);
    }
    let mut weighed = Vec::new();
    for range in evenly(span, parts) {
        weighed.push((range, weigh(range)?));
    }
    halve_the_heavy(&mut weighed, parts, &mut weigh)?;
    Ok(joined(&weighed, parts))
}

fn evenly((first, last): Range, parts: usize) -> Vec<Range> {
    let width = last - first + 1;
    let parts = (parts as i128).min(width);
    let cut = |at: i128| first + at * (width / parts) + at.min(width % parts);
    (0..parts).map(|at| (cut(at), cut(at + 1) - 1)).collect()
}

/// Halves the heaviest range until none holds more than half a part's share.
fn halve_the_heavy<E>(
    ranges: &mut Vec<(Range, u64)>,
    parts: usize,
    weigh: &mut impl FnMut(Range) -> Result<u64, E>,
) -> Result<(), E> {
    let total: u64 = ranges.iter().map(|(_, rows)| rows).sum();
    let share = total.div_ceil(parts as u64);
    if ranges.iter().all(|(_, rows)| *rows <= share + share / 4) {
        return Ok(());
    }
    while ranges.len() < MOST_RANGES
        && let Some(at) = heaviest(ranges, (share / 2).max(1))
    {
        let (first, last) = ranges[at].0;
        let middle = first + (last - first) / 2;
        let halves = [(first, middle), (middle + 1, last)];
        let weighed = [(halves[0], weigh(halves[0])?), (halves[1], weigh(halves[1])?)];
        ranges.splice(at..=at, weighed);
    }
    Ok(())
}

/// The heaviest range above `limit` that can still be cut.
fn heaviest(ranges: &[(Range, u64)], limit: u64) -> Option<usize> {
    (0..ranges.len())
        .filter(|&at| ranges[at].1 > limit && ranges[at].0.0 < ranges[at].0.1)
        .max_by_key(|&at| ranges[at].1)
}

/// Joins neighbours until each range holds about a part's share.
fn joined(weighed: &[(Range, u64)], parts: usize) -> Vec<Range> {
    let total: u64 = weighed.iter().map(|(_, rows)| rows).sum();
    let mut ranges: Vec<Range> = Vec::new();
    let (mut before, mut part) = (0, None);
    for &((first, last), rows) in weighed {
        // A range belongs to the part that its middle row falls into.
        let middle = u128::from(before) * 2 + u128::from(rows);
        let owner =
            (middle * parts as u128 / (u128::from(total.max(1)) * 2)).min(parts as u128 - 1);
        match ranges.last_mut() {
            Some(range) if part == Some(owner) => range.1 = last,
            _ => ranges.push((first, last)),
        }
        part = Some(owner);
        before += rows;
    }
    ranges
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn split_keys(keys: &[i128], parts: usize) -> (Vec<Range>, Vec<usize>, usize) {
        let span = (*keys.iter().min().unwrap(), *keys.iter().max().unwrap());
        let count = |(first, last)| keys.iter().filter(|key| (first..=last).contains(*key)).count();
        let mut questions = 0;
        let ranges = split(span, parts, |range| {
            questions += 1;
            Ok::<_, ()>(count(range) as u64)
        });
        let ranges = ranges.unwrap();
        let sizes = ranges.iter().map(|&range| count(range)).collect();
        (ranges, sizes, questions)
    }

    #[test]
    fn even_keys_are_cut_by_value() {
        let keys: Vec<_> = (-50..50).collect();
        let (ranges, sizes, questions) = split_keys(&keys, 4);
        assert_eq!(ranges, [(-50, -26), (-25, -1), (0, 24), (25, 49)]);
        assert_eq!((sizes, questions), (vec![25; 4], 4));
    }

    #[test]
    fn a_far_outlier_does_not_take_a_part() {
        let mut keys: Vec<_> = (1..=1000).collect();
        keys.push(i128::from(i64::MAX));
        let (_, sizes, questions) = split_keys(&keys, 4);
        assert_eq!(sizes.len(), 4);
        assert!(sizes.iter().all(|&size| (125..=375).contains(&size)), "{sizes:?}");
        assert!(questions < 300, "{questions}");
    }

    #[test]
    fn the_widest_span_is_cut() {
        let span = (i128::from(i64::MIN), i128::from(u64::MAX));
        let ranges = split(span, 3, |_| Ok::<_, ()>(1)).unwrap();
        assert_eq!((ranges.len(), ranges[0].0, ranges[2].1), (3, span.0, span.1));
    }

    #[test]
    fn one_key_is_one_range() {
        assert_eq!(split_keys(&[7], 4).0, [(7, 7)]);
    }

    #[test]
    fn a_question_that_fails_fails_the_split() {
        assert_eq!(split((0, 9), 2, |_| Err("lost")), Err("lost"));
    }

    proptest! {
        #[test]
        fn ranges_cover_the_span_once(keys in prop::collection::vec(-1000_i128..1000, 1..60), parts in 1_usize..9) {
            let (ranges, sizes, _) = split_keys(&keys, parts);
            prop_assert!(ranges.len() <= parts);
            prop_assert_eq!(ranges[0].0, *keys.iter().min().unwrap());
            prop_assert_eq!(ranges.last().unwrap().1, *keys.iter().max().unwrap());
            for pair in ranges.windows(2) {
                prop_assert_eq!(pair[0].1 + 1, pair[1].0);
            }
            prop_assert_eq!(sizes.iter().sum::<usize>(), keys.len());
        }
    }
}

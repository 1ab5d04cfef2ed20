//! Thinning of long histories to what a screen can show: largest triangle, three buckets.

/// The indices to draw: all of them, or `wanted` that keep the shape, the first and last among them.
pub fn keep(values: &[f64], wanted: usize) -> Vec<usize> {
    let count = values.len();
    if count <= wanted || wanted < 3 {
        return (0..count).collect();
    }
    let inner = wanted - 2;
    let bound = |bucket: usize| 1 + bucket * (count - 2) / inner;
    let mut kept = vec![0];
    let mut last = 0;
    for bucket in 0..inner {
        let next = bound(bucket + 1)..if bucket + 1 == inner { count } else { bound(bucket + 2) };
        last = farthest(values, last, bound(bucket)..bound(bucket + 1), &next);
        kept.push(last);
    }
    kept.push(count - 1);
    kept
}

/// Of `bucket` the point that spans the largest triangle with the last one kept and the mean of `next`.
fn farthest(
    values: &[f64],
    last: usize,
    bucket: std::ops::Range<usize>,
    next: &std::ops::Range<usize>,
) -> usize {
    let mean_x = (next.start + next.end - 1) as f64 / 2.0;
    let mean_y = values[next.clone()].iter().sum::<f64>() / next.len() as f64;
    let (x0, y0) = (last as f64, values[last]);
    let area =
        |i: usize| ((x0 - mean_x) * (values[i] - y0) - (x0 - i as f64) * (mean_y - y0)).abs();
    let mut best = bucket.start;
    for index in bucket {
        if area(index) > area(best) {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_series_stay_whole() {
        assert_eq!(keep(&[1.0, 2.0, 3.0], 5), [0, 1, 2]);
        assert!(keep(&[], 5).is_empty());
    }

    #[test]
    fn a_spike_survives() {
        let mut values = vec![10.0; 1000];
        values[617] = 99.0;
        let kept = keep(&values, 50);
        assert_eq!((kept.len(), kept[0], kept[49]), (50, 0, 999));
        assert!(kept.contains(&617));
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

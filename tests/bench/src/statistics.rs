//! Statistics of samples.

/// Returns the middle sample, or the mean of the two in the middle. NaN without samples.
pub(crate) fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[half],
        _ => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

/// Returns the least sample. NaN without samples.
pub(crate) fn minimum(samples: &[f64]) -> f64 {
    samples.iter().copied().fold(f64::NAN, f64::min)
}

/// Returns `ours` divided by `theirs`, as the median over the rounds. In each round both are
/// measured right after one another, so what slows the machine down for a while is in both.
pub(crate) fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    let ratios: Vec<_> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    median(&ratios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_minima() {
        let cases: [(&[f64], f64, f64); 4] = [
            (&[3.0], 3.0, 3.0),
            (&[5.0, 1.0, 2.0], 2.0, 1.0),
            (&[4.0, 1.0, 2.0, 100.0], 3.0, 1.0),
            (&[2.0, 2.0], 2.0, 2.0),
        ];
        for (samples, middle, least) in cases {
            assert_eq!((median(samples), minimum(samples)), (middle, least), "{samples:?}");
        }
        assert!(median(&[]).is_nan() && minimum(&[]).is_nan());
    }

    #[test]
    fn a_slow_while_is_in_both_columns() {
        let ours = [2.0, 20.0, 2.0, 20.0, 20.0];
        let theirs = [1.0, 10.0, 1.0, 10.0, 9.0];
        assert_eq!(ratio(&ours, &theirs), 2.0);
        assert_eq!(ratio(&[3.0, 3.0, 300.0], &[2.0, 2.0, 2.0]), 1.5);
    }
}

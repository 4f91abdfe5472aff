//! Which step of one run is which of another.

/// How many steps of each are looked at together: the work of it is the square of that.
const TOGETHER: usize = 1_000;

/// A step of the first, of the second, or of both.
pub(super) type Pair = (Option<usize>, Option<usize>);

/// Both in their order, beside each other where they are equal: as many as possible of each
/// thousand, so that the work is bounded.
pub(super) fn align<T: Eq>(a: &[T], b: &[T]) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(a.len().max(b.len()));
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (own, other) = (&a[i..a.len().min(i + TOGETHER)], &b[j..b.len().min(j + TOGETHER)]);
        let end = (i + own.len(), j + other.len());
        let moved = |place: Option<usize>, by: usize| place.map(|place| place + by);
        let aligned = common(own, other);
        // What stands alone at the end of these may have its like behind them.
        let is_last = end == (a.len(), b.len());
        let kept = if is_last { aligned.len() } else { kept(&aligned) };
        for (left, right) in &aligned[..kept] {
            pairs.push((moved(*left, i), moved(*right, j)));
        }
        let next = |side: fn(&Pair) -> Option<usize>| {
            aligned[..kept].iter().rev().find_map(side).map_or(0, |place| place + 1)
        };
        (i, j) = (i + next(|pair| pair.0), j + next(|pair| pair.1));
    }
    pairs.extend((i..a.len()).map(|at| (Some(at), None)));
    pairs.extend((j..b.len()).map(|at| (None, Some(at))));
    pairs
}

/// Up to the last that stands in both; all where none does.
fn kept(aligned: &[Pair]) -> usize {
    let last = aligned.iter().rposition(|pair| matches!(pair, (Some(_), Some(_))));
    last.map_or(aligned.len(), |last| last + 1)
}

/// The longest common subsequence, with what is not in it beside.
fn common<T: Eq>(a: &[T], b: &[T]) -> Vec<Pair> {
    let width = b.len() + 1;
    // How many are common from each place on.
    let mut lengths = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = if a[i] == b[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let mut pairs = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len()
            || i < a.len() && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]
        {
            pairs.push((Some(i), None));
            i += 1;
        } else {
            pairs.push((None, Some(j)));
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(a: &str, b: &str) -> String {
        let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
        let sign = |pair: &Pair| match pair {
            (Some(own), Some(other)) => {
                assert_eq!(a[*own], b[*other]);
                a[*own].to_string()
            }
            (Some(own), None) => format!("-{}", a[*own]),
            (None, Some(other)) => format!("+{}", b[*other]),
            (None, None) => unreachable!("a pair of nothing"),
        };
        align(&a, &b).iter().map(sign).collect()
    }

    #[test]
    fn equal_steps_stand_beside_each_other() {
        for (a, b, expected) in [
            ("", "", ""),
            ("abc", "abc", "abc"),
            ("abc", "axbc", "a+xbc"),
            ("abcd", "acd", "a-bcd"),
            ("", "ab", "+a+b"),
            ("ab", "", "-a-b"),
            ("ab", "cd", "-a-b+c+d"),
        ] {
            assert_eq!(told(a, b), expected);
        }
    }

    #[test]
    fn long_runs_lose_no_step() {
        let a: Vec<_> = (0..5_000).collect();
        let b: Vec<_> = (0..7_000)
            .filter(|at| at % 7 != 0)
            .map(|at| if at % 5 == 0 { -at } else { at })
            .collect();
        let pairs = align(&a, &b);
        assert!(pairs.iter().filter_map(|pair| pair.0).eq(0..a.len()));
        assert!(pairs.iter().filter_map(|pair| pair.1).eq(0..b.len()));
        let both = |pair: &&Pair| matches!(pair, (Some(_), Some(_)));
        assert!(pairs.iter().filter(both).count() > 3_000);
        assert!(pairs.iter().filter(both).all(|(i, j)| a[i.unwrap()] == b[j.unwrap()]));
    }
}

//! Durations in so few numbers that those of many rows can be added up, and still told by
//! percentile.

/// The ratio between the bounds of a bucket. A percentile is wrong by 2.5 % at most.
const RATIO: f64 = 1.05;
/// The duration from which the buckets are counted, in seconds; what is shorter counts as this.
const SHORTEST: f64 = 1e-4;
/// The last bucket: what took longer than sixteen years.
const LAST: u16 = 600;

/// How often something took how long: counts in buckets of equal ratio, as in `DDSketch`
/// (<https://www.vldb.org/pvldb/vol12/p2195-masson.pdf>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Buckets and their counts, in the order of the buckets.
    counts: Vec<(u16, u64)>,
}

impl Sketch {
    /// Counts one duration.
    pub fn add(&mut self, seconds: f64) {
        self.count(bucket(seconds), 1);
    }

    /// Counts all that another sketch has.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.counts {
            self.count(*bucket, *count);
        }
    }

    /// The duration, in seconds, that this part of them did not exceed: 0.95 gives p95. `None`
    /// where there are none.
    pub fn percentile(&self, part: f64) -> Option<f64> {
        let all: u64 = self.counts.iter().map(|(_, count)| count).sum();
        let rank = part.clamp(0.0, 1.0) * all.saturating_sub(1) as f64;
        let mut before = 0;
        let found = self.counts.iter().find(|(_, count)| {
            before += count;
            before as f64 > rank
        });
        found.map(|(bucket, _)| middle(*bucket))
    }

    /// As bytes: pairs of how far it is to the next bucket, and its count, as LEB128 numbers.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(3 * self.counts.len());
        let mut last = 0;
        for (bucket, count) in &self.counts {
            write(u64::from(bucket - last), &mut bytes);
            write(*count, &mut bytes);
            last = *bucket;
        }
        bytes
    }

    /// From bytes; `None` where they are none of a sketch.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut sketch = Self::default();
        let mut bucket = 0_u64;
        while !bytes.is_empty() {
            bucket = read(&mut bytes)?.checked_add(bucket)?;
            let bucket = u16::try_from(bucket).ok().filter(|bucket| *bucket <= LAST)?;
            sketch.count(bucket, read(&mut bytes)?);
        }
        Some(sketch)
    }

    /// Counts so many durations of one bucket; `None` where it is none.
    pub(super) fn add_bucket(&mut self, bucket: u16, count: u64) -> Option<()> {
        (bucket <= LAST).then(|| self.count(bucket, count))
    }

    /// The longest duration of each bucket but the last, in their order.
    pub(super) fn bounds() -> impl Iterator<Item = f64> {
        (0..LAST).map(longest)
    }

    fn count(&mut self, bucket: u16, count: u64) {
        match self.counts.binary_search_by_key(&bucket, |(own, _)| *own) {
            Ok(at) => self.counts[at].1 = self.counts[at].1.saturating_add(count),
            Err(at) => self.counts.insert(at, (bucket, count)),
        }
    }
}

/// Bucket `n` ends at `SHORTEST * RATIO^n`.
fn bucket(seconds: f64) -> u16 {
    let place = (seconds.max(SHORTEST) / SHORTEST).ln() / RATIO.ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
    let bucket = place.ceil().clamp(0.0, f64::from(LAST)) as u16;
    bucket
}

/// The last number that is counted in this bucket.
fn longest(own: u16) -> f64 {
    let near = SHORTEST * RATIO.powf(f64::from(own));
    // What comes of logarithms is off by the last few digits.
    let (mut low, mut high) = ((near * (1.0 - 1e-9)).to_bits(), (near * (1.0 + 1e-9)).to_bits());
    while low + 1 < high {
        let middle = low.midpoint(high);
        let is_inside = bucket(f64::from_bits(middle)) <= own;
        *(if is_inside { &mut low } else { &mut high }) = middle;
    }
    f64::from_bits(low)
}

/// What is as far, in proportion, from one end of the bucket as from the other.
fn middle(bucket: u16) -> f64 {
    SHORTEST * RATIO.powf(f64::from(bucket) - 0.5)
}

fn write(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f).checked_shl(shift)?;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sketch(durations: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        for seconds in durations {
            sketch.add(*seconds);
        }
        sketch
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Sketch::default().percentile(0.5), None);
    }

    #[test]
    fn absurd_durations_are_counted_at_the_ends() {
        let sketch = sketch(&[-1.0, 0.0, 1e30]);
        assert!(sketch.percentile(0.0).is_some_and(|seconds| seconds <= SHORTEST));
        assert!(sketch.percentile(1.0).is_some_and(|seconds| seconds > 4e8));
    }

    proptest! {
        #[test]
        fn a_percentile_is_near(mut durations in prop::collection::vec(1e-3_f64..1e4, 1..200)) {
            let told = sketch(&durations).percentile(0.95).unwrap();
            durations.sort_by(f64::total_cmp);
            let exact = durations[95 * (durations.len() - 1) / 100];
            prop_assert!((told / exact - 1.0).abs() <= 0.026, "{told} for {exact}");
        }

        #[test]
        fn sketches_add_up_and_are_read_as_they_are_written(
            one in prop::collection::vec(0_f64..1e6, 0..50),
            other in prop::collection::vec(0_f64..1e6, 0..50),
        ) {
            let mut sum = sketch(&one);
            sum.merge(&sketch(&other));
            prop_assert_eq!(&sum, &sketch(&[one, other].concat()));
            prop_assert_eq!(Sketch::from_bytes(&sum.to_bytes()), Some(sum));
        }

        #[test]
        fn a_duration_lies_in_the_bucket_whose_bounds_it_lies_between(
            at in 0..usize::from(LAST), off in -2_i64..3,
        ) {
            let bounds: Vec<_> = Sketch::bounds().collect();
            prop_assert_eq!(bounds.len(), usize::from(LAST));
            let seconds = f64::from_bits(bounds[at].to_bits().wrapping_add_signed(off));
            let place = bounds.partition_point(|bound| *bound < seconds);
            prop_assert_eq!(usize::from(bucket(seconds)), place);
        }

        #[test]
        fn any_bytes_can_be_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Sketch::from_bytes(&bytes);
        }
    }
}

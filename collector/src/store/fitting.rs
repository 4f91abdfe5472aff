//! How much is taken at once.

/// How many of these lengths have room together: the last of them may go beyond, so that the largest is
/// taken as well.
pub(crate) fn fitting(lengths: impl Iterator<Item = u64>, bytes: u64) -> usize {
    let mut room = bytes;
    let fits = |length: &u64| {
        let has_room = room > 0;
        room = room.saturating_sub(*length);
        has_room
    };
    lengths.take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_bounded_and_never_empty() {
        for (lengths, expected) in
            [(&[][..], 0), (&[1_000], 1), (&[1_000, 1], 1), (&[5, 4, 100, 1], 3), (&[5, 5, 1], 2)]
        {
            assert_eq!(fitting(lengths.iter().copied(), 10), expected, "{lengths:?}");
        }
    }
}

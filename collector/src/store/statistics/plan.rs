//! Which sums cover a period exactly: whole days, whole hours, and the records of its ragged ends.

use super::Period;

pub(in crate::store) const HOUR: i64 = 3_600_000;
pub(in crate::store) const DAY: i64 = 24 * HOUR;

/// Where the figures of a piece are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum Source {
    /// The records themselves.
    Records,
    /// The sums by hour.
    Hours,
    /// The sums by day.
    Days,
    /// The sums over everything.
    Everything,
}

impl Source {
    /// How long one of its sums lasts, and the source that is finer.
    const fn grain(self) -> Option<(i64, Self)> {
        match self {
            Self::Records | Self::Everything => None,
            Self::Hours => Some((HOUR, Self::Records)),
            Self::Days => Some((DAY, Self::Hours)),
        }
    }
}

/// A part of a period, and where its figures are found. One without an end goes to the end of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Piece {
    pub(in crate::store) source: Source,
    /// From this moment on; with sums, where the first one begins.
    pub(in crate::store) since: i64,
    /// Before this one; with sums, where the last one ends.
    pub(in crate::store) until: i64,
}

/// The pieces of a period, in the order of time: together they cover it, and none covers what
/// another does. Nothing coarser than `coarsest` is taken. A piece of records lies within an hour.
pub(in crate::store) fn pieces(period: Period, coarsest: Source) -> Vec<Piece> {
    let Period { since, until } = period;
    let (since, until) = (since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
    let mut pieces = Vec::new();
    if coarsest == Source::Everything {
        if (since, until) == (i64::MIN, i64::MAX) {
            return vec![Piece { source: coarsest, since, until }];
        }
        cover(Piece { source: Source::Days, since, until }, &mut pieces);
    } else {
        cover(Piece { source: coarsest, since, until }, &mut pieces);
    }
    pieces
}

/// What lies between two bounds of the source comes from it, and the ends from the finer one.
fn cover(piece: Piece, pieces: &mut Vec<Piece>) {
    let Piece { source, since, until } = piece;
    if since >= until {
        return;
    }
    let Some((grain, finer)) = source.grain() else {
        pieces.push(piece);
        return;
    };
    let (first, last) = (bound_from(since, grain), bound_until(until, grain));
    if first > last {
        return cover(Piece { source: finer, ..piece }, pieces);
    }
    cover(Piece { source: finer, since, until: first }, pieces);
    if first < last {
        pieces.push(Piece { source, since: first, until: last });
    }
    cover(Piece { source: finer, since: last, until }, pieces);
}

/// The first bound from a moment on; the beginning of time is one.
fn bound_from(moment: i64, grain: i64) -> i64 {
    if moment == i64::MIN {
        return moment;
    }
    match moment.rem_euclid(grain) {
        0 => moment,
        past => moment.saturating_add(grain - past),
    }
}

/// The last bound up to a moment; the end of time is one.
fn bound_until(moment: i64, grain: i64) -> i64 {
    if moment == i64::MAX { moment } else { moment.saturating_sub(moment.rem_euclid(grain)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(since: Option<i64>, until: Option<i64>) -> Vec<(Source, i64, i64)> {
        let pieces = pieces(Period { since, until }, Source::Everything);
        pieces.into_iter().map(|piece| (piece.source, piece.since, piece.until)).collect()
    }

    #[test]
    fn everything_is_one_piece() {
        assert_eq!(told(None, None), [(Source::Everything, i64::MIN, i64::MAX)]);
    }

    #[test]
    fn whole_days_need_nothing_else() {
        assert_eq!(told(Some(DAY), Some(3 * DAY)), [(Source::Days, DAY, 3 * DAY)]);
    }

    #[test]
    fn ragged_ends_come_from_hours_and_from_records() {
        let (since, until) = (DAY - HOUR - 1, 2 * DAY + HOUR + 1);
        assert_eq!(
            told(Some(since), Some(until)),
            [
                (Source::Records, since, DAY - HOUR),
                (Source::Hours, DAY - HOUR, DAY),
                (Source::Days, DAY, 2 * DAY),
                (Source::Hours, 2 * DAY, 2 * DAY + HOUR),
                (Source::Records, 2 * DAY + HOUR, until),
            ]
        );
    }

    #[test]
    fn records_of_two_hours_are_two_pieces() {
        assert_eq!(
            told(Some(HOUR - 1), Some(HOUR + 1)),
            [(Source::Records, HOUR - 1, HOUR), (Source::Records, HOUR, HOUR + 1)]
        );
    }

    #[test]
    fn an_open_end_is_not_ragged() {
        assert_eq!(told(Some(DAY), None), [(Source::Days, DAY, i64::MAX)]);
        assert_eq!(told(None, Some(DAY)), [(Source::Days, i64::MIN, DAY)]);
    }

    fn a_moment() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), -5 * DAY..5 * DAY, (-99_i64..99).prop_map(|hour| hour * HOUR)]
    }

    proptest! {
        #[test]
        fn the_pieces_cover_the_period_once(
            since in prop::option::of(a_moment()),
            until in prop::option::of(a_moment()),
            coarsest in prop::sample::select(vec![Source::Hours, Source::Days, Source::Everything]),
        ) {
            let pieces = pieces(Period { since, until }, coarsest);
            let (since, until) = (since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
            let mut covered = since;
            for piece in &pieces {
                prop_assert_eq!(piece.since, covered);
                prop_assert!(piece.since < piece.until);
                prop_assert!(piece.source <= coarsest);
                covered = piece.until;
            }
            prop_assert_eq!(covered, until.max(since));
        }

        #[test]
        fn a_piece_begins_and_ends_where_its_sums_do(since in a_moment(), until in a_moment()) {
            let period = Period { since: Some(since), until: Some(until) };
            for piece in pieces(period, Source::Everything) {
                if let Some((grain, _)) = piece.source.grain() {
                    for bound in [piece.since, piece.until] {
                        let is_bound = bound.rem_euclid(grain) == 0;
                        prop_assert!(is_bound || bound == i64::MAX || bound == i64::MIN);
                    }
                } else {
                    let last = (piece.until - 1).div_euclid(HOUR);
                    prop_assert_eq!(piece.since.div_euclid(HOUR), last);
                }
            }
        }
    }
}

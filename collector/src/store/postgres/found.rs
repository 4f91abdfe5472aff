//! Lists of what is found by words: window by window, so that a page is a bounded amount of work
//! however common the words are.

use sqlx::{Postgres, Transaction};

use super::failure::unavailable;
use super::list::lines;
use super::select;
use super::words::{self, Window};
use crate::auth::Scope;
use crate::store::StoreError;
use crate::store::page::{Cursor, Direction, Filter, Key, Page, PageRequest};

/// How many windows a page looks into. They grow where little is found, so that as many as these
/// cover a hundred million records.
const WINDOWS: usize = 16;
/// How many of the places that the index gives are looked at at once.
const PLACES: i64 = 2_000;
/// Where the index gave fewer than these, the next window is a wider one.
const FEW: usize = 200;

/// One page of a list with words.
pub(super) async fn page(
    reading: &mut Transaction<'_, Postgres>,
    scope: &Scope,
    filter: &Filter,
    words: &str,
    request: &PageRequest,
) -> Result<Page, StoreError> {
    let (sort, mut items) = (request.sort.of(filter), Vec::new());
    let Some(asked) = words::asked(scope, filter, words) else {
        return Ok(Page { items, next: None });
    };
    let newest = newest(reading).await?;
    let mut look = Look::begin(sort.direction, request.after, newest);
    for _ in 0..WINDOWS {
        let Some((low, high, window)) = look.window() else {
            return Ok(Page { items, next: None });
        };
        let places = places(reading, &asked, window, (low, high), look.direction).await?;
        let limit = i64::try_from(request.limit - items.len()).unwrap_or(i64::MAX);
        let (count, last) = (places.len(), places.last().copied());
        if count > 0 {
            let mut sql = select::found(scope, filter, sort, places, limit.saturating_add(1));
            let rows = sql.build().fetch_all(&mut **reading).await.map_err(unavailable)?;
            items.extend(lines(&rows)?);
        }
        if items.len() > request.limit {
            items.truncate(request.limit);
            let next = items.last().and_then(|last| last.place(sort));
            return Ok(Page { items, next });
        }
        look.go_on(count, last, (low, high));
    }
    let next = look.window().map(|_| Cursor {
        direction: sort.direction,
        key: Key::Stored,
        seq: look.behind,
    });
    Ok(Page { items, next })
}

/// How far a look has come.
#[derive(Debug)]
struct Look {
    direction: Direction,
    /// The place behind which to go on.
    behind: i64,
    newest: i64,
    level: usize,
}

impl Look {
    fn begin(direction: Direction, after: Option<Cursor>, newest: i64) -> Self {
        let after = after.filter(|cursor| cursor.direction == direction);
        let after = after.filter(|cursor| cursor.key == Key::Stored).map(|cursor| cursor.seq);
        let behind = match direction {
            Direction::Descending => after.unwrap_or(i64::MAX).min(newest.saturating_add(1)),
            Direction::Ascending => after.unwrap_or(0).max(0),
        };
        Self { direction, behind, newest, level: 0 }
    }

    /// The next places, and the window that they lie in; `None` at the end.
    fn window(&self) -> Option<(i64, i64, Window)> {
        let next = match self.direction {
            Direction::Descending => self.behind.checked_sub(1)?,
            Direction::Ascending => self.behind.checked_add(1)?,
        };
        if !(1..=self.newest).contains(&next) {
            return None;
        }
        let window = Window::around(next, self.level);
        let (first, last) = window.ends();
        Some(match self.direction {
            Direction::Descending => (first, next, window),
            Direction::Ascending => (next, last, window),
        })
    }

    /// Notes what a window gave: so many places, the last of which is this one.
    fn go_on(&mut self, count: usize, last: Option<i64>, (low, high): (i64, i64)) {
        let is_whole = i64::try_from(count).is_ok_and(|count| count < PLACES);
        let end = if self.direction == Direction::Descending { low } else { high };
        self.behind = if is_whole { end } else { last.unwrap_or(end) };
        if count < FEW {
            self.level += 1;
        }
    }
}

/// The place of the newest record, or one beyond.
async fn newest(reading: &mut Transaction<'_, Postgres>) -> Result<i64, StoreError> {
    let sql = sqlx::query_scalar("SELECT last_value FROM record_seq");
    sql.fetch_one(&mut **reading).await.map_err(unavailable)
}

/// The first places in a window where all of it is found.
async fn places(
    reading: &mut Transaction<'_, Postgres>,
    asked: &[i64],
    window: Window,
    (low, high): (i64, i64),
    direction: Direction,
) -> Result<Vec<i64>, StoreError> {
    let all = [asked, &[window.number()]].concat();
    let sql = sqlx::query_scalar("SELECT seq FROM found_words($1, $2, $3, $4, $5)")
        .bind(all)
        .bind(low)
        .bind(high)
        .bind(direction == Direction::Descending)
        .bind(PLACES);
    sql.fetch_all(&mut **reading).await.map_err(unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All places that a look goes through where nothing is found.
    fn covered(direction: Direction, after: Option<i64>, newest: i64) -> Vec<(i64, i64)> {
        let after = after.map(|seq| Cursor { direction, key: Key::Stored, seq });
        let mut look = Look::begin(direction, after, newest);
        let mut covered = Vec::new();
        while let Some((low, high, _)) = look.window() {
            look.go_on(0, None, (low, high));
            covered.push((low, high));
        }
        covered
    }

    #[test]
    fn windows_follow_each_other_without_a_gap() {
        for newest in [0, 1, 16_384, 100_000_000] {
            let down = covered(Direction::Descending, None, newest);
            assert!(down.len() <= WINDOWS, "{newest}: {}", down.len());
            assert!(down.windows(2).all(|pair| pair[0].0 == pair[1].1 + 1), "{down:?}");
            let up = covered(Direction::Ascending, None, newest);
            assert!(up.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{up:?}");
            if newest > 0 {
                assert_eq!((down[0].1, up[0].0), (newest, 1));
                assert!(down[down.len() - 1].0 <= 1 && up[up.len() - 1].1 >= newest);
            }
        }
    }

    #[test]
    fn a_look_goes_on_behind_its_place() {
        assert_eq!(covered(Direction::Descending, Some(3), 100), [(0, 2)]);
        assert_eq!(covered(Direction::Ascending, Some(99), 100)[0].0, 100);
        assert_eq!(covered(Direction::Ascending, Some(100), 100), []);
        let mut look = Look::begin(Direction::Descending, None, 100);
        look.go_on(2_000, Some(40), (0, 100));
        assert_eq!((look.behind, look.level), (40, 0));
    }
}

//! A place in a list as a caller keeps it.

use crate::store::{By, Cursor, Direction, Key};

/// The place as text: one letter for what the list is sorted by and one for its direction, then
/// the key and the number in hexadecimal digits.
pub(crate) fn write(cursor: Cursor) -> String {
    let direction = match cursor.direction {
        Direction::Descending => 'd',
        Direction::Ascending => 'a',
    };
    let (by, key) = match cursor.key {
        Key::Time(time) => ('t', u64::from_ne_bytes(time.to_ne_bytes())),
        Key::Duration(number) => ('d', number.to_bits()),
        Key::Confidence(number) => ('c', number.to_bits()),
        Key::Stored => ('s', 0),
    };
    format!("{by}{direction}.{key:x}.{:x}", cursor.seq)
}

/// The place that the text names.
pub(crate) fn read(text: &str) -> Option<Cursor> {
    let mut parts = text.split('.');
    let (sort, key, seq) = (parts.next()?, parts.next()?, parts.next()?);
    let mut letters = sort.chars();
    let by = by(letters.next()?)?;
    let direction = match letters.next()? {
        'd' => Direction::Descending,
        'a' => Direction::Ascending,
        _ => return None,
    };
    if parts.next().is_some() || letters.next().is_some() {
        return None;
    }
    let key = u64::from_str_radix(key, 16).ok()?;
    let number = || Some(f64::from_bits(key)).filter(|number| number.is_finite());
    let key = match by {
        By::Time => Key::Time(i64::from_ne_bytes(key.to_ne_bytes())),
        By::Duration => Key::Duration(number()?),
        By::Confidence => Key::Confidence(number()?),
        By::Stored => Key::Stored,
    };
    Some(Cursor { direction, key, seq: i64::from_str_radix(seq, 16).ok()? })
}

fn by(letter: char) -> Option<By> {
    match letter {
        't' => Some(By::Time),
        'd' => Some(By::Duration),
        'c' => Some(By::Confidence),
        's' => Some(By::Stored),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for key in [
            Key::Time(1_700_000_000_123),
            Key::Time(-1),
            Key::Duration(0.1),
            Key::Confidence(-2.5e-300),
            Key::Stored,
        ] {
            for direction in [Direction::Descending, Direction::Ascending] {
                let cursor = Cursor { direction, key, seq: 42 };
                assert_eq!(read(&write(cursor)), Some(cursor));
            }
        }
    }

    #[test]
    fn what_was_not_written_is_not_read() {
        let nan = format!("dd.{:x}.1", f64::NAN.to_bits());
        for wrong in ["", "1", "x.y", "td.1", "td.1.2.3", "tdd.1.2", "tx.1.2", "xd.1.2", &nan] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}

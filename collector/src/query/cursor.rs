//! A place in a list as a caller keeps it.

use crate::store::Cursor;

/// The place as text.
pub(super) fn write(cursor: Cursor) -> String {
    format!("{:x}.{:x}", cursor.executed_at, cursor.seq)
}

/// The place that the text names.
pub(super) fn read(text: &str) -> Option<Cursor> {
    let (executed_at, seq) = text.split_once('.')?;
    Some(Cursor {
        executed_at: i64::from_str_radix(executed_at, 16).ok()?,
        seq: i64::from_str_radix(seq, 16).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let cursor = Cursor { executed_at: 1_700_000_000_123, seq: 42 };
        assert_eq!(read(&write(cursor)), Some(cursor));
        for wrong in ["", "1", "x.y", "1.2.3"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}

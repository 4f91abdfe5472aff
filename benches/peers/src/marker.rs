//! The mark that every record carries in its payload, and that the collector looks for.

const DIGITS: usize = 8;

/// The mark of one record of a run, such as `rec-7-00001234`.
pub(crate) fn marker(run: &str, number: usize) -> String {
    format!("rec-{run}-{number:0DIGITS$}")
}

/// What all marks of a run begin with.
pub(crate) fn prefix(run: &str) -> String {
    format!("rec-{run}-")
}

/// The record's number, where it stands in full behind the prefix.
pub(crate) fn number(behind: &[u8]) -> Option<usize> {
    let digits = behind.get(..DIGITS)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_behind_its_prefix() {
        let marker = marker("1f", 1_234) + "9";
        let behind = marker.strip_prefix(&prefix("1f")).expect("a marker begins with its prefix");
        assert_eq!(number(behind.as_bytes()), Some(1_234));
        assert_eq!(number(b"0001"), None);
    }
}

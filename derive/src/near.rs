//! Which word somebody may have meant.

/// The most similar of `names`, where one is similar enough to have been meant.
pub(crate) fn nearest<'n>(written: &str, names: &[&'n str]) -> Option<&'n str> {
    let is_part = |name: &str| written.len() > 2 && name.contains(written);
    names
        .iter()
        .map(|name| (distance(written, name), *name))
        .filter(|(distance, name)| distance * 2 <= name.len() || is_part(name))
        .min()
        .map(|(_, name)| name)
}

/// How many letters have to be added, taken away or replaced to make one of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, opposite) in other.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != opposite);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leads_to_the_word_that_was_meant() {
        let names = ["ticket_id", "metric", "mask", "rename", "final_response"];
        for (written, meant) in [
            ("metrics", Some("metric")),
            ("ticket", Some("ticket_id")),
            ("tiket_id", Some("ticket_id")),
            ("name", Some("rename")),
            ("response", Some("final_response")),
            ("flatten", None),
            ("me", None),
        ] {
            assert_eq!(nearest(written, &names), meant, "{written}");
        }
    }

    #[test]
    fn the_distance_counts_letters() {
        for (one, other, letters) in [("", "abc", 3), ("mask", "mask", 0), ("hahs", "hash", 2)] {
            assert_eq!(distance(one, other), letters);
            assert_eq!(distance(other, one), letters);
        }
    }
}

//! Where a text can be cut without splitting a character.

/// The last such place that is not behind this byte, as `str::floor_char_boundary` of newer compilers
/// tells it.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_never_split() {
        let found: Vec<_> = (0..7).map(|at| floor("aäb", at)).collect();
        assert_eq!(found, [0, 1, 1, 3, 4, 4, 4]);
    }
}

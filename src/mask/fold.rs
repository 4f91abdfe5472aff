//! Folding of non-ASCII text to the plain form that detectors read, with the way back.
//!
//! What is found in the folded text is masked in the original; nothing folded is ever written.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// First code points of the decimal digits (general category `Nd` in UnicodeData.txt) that NFKC
/// leaves alone: Arabic, Persian, Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Thai.
const DIGIT_ZEROS: [u32; 9] = [0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xC66, 0xE50];

/// Folded text and the map from its offsets to those of the original.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    text: String,
    pieces: Vec<Piece>,
}

/// A stretch of the original and what it was folded to.
#[derive(Debug, Clone, Copy)]
struct Piece {
    folded: usize,
    original: usize,
    /// The bytes are the same, so offsets inside the piece map one to one.
    is_identical: bool,
}

/// The folded form of `text`, or `None` when folding would change nothing.
pub(crate) fn fold(text: &str) -> Option<Folded> {
    let mut folded = Folded::default();
    folded.refill(text).then_some(folded)
}

impl Folded {
    /// Folds another text in the same buffers, and tells whether folding changes anything; if it
    /// does not, what was in them stays there.
    pub(crate) fn refill(&mut self, text: &str) -> bool {
        if text.is_ascii() || !is_foldable(text) {
            return false;
        }
        self.text.clear();
        self.pieces.clear();
        let mut at = 0;
        while at < text.len() {
            let end = ascii_end(text, at).unwrap_or_else(|| cluster_end(text, at));
            self.push(at, &text[at..end]);
            at = end;
        }
        self.end_at(text.len());
        true
    }

    /// The text to look for things in.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The range of the original that the folded range `start..end` stands for, widened to whole
    /// characters.
    pub(crate) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.piece_of(start);
        let last = self.piece_of(end - 1);
        let from = self.pieces[first];
        let to = self.pieces[last];
        let start =
            if from.is_identical { from.original + start - from.folded } else { from.original };
        let end = if to.is_identical {
            to.original + end - to.folded
        } else {
            self.pieces[last + 1].original
        };
        (start, end)
    }

    fn piece_of(&self, offset: usize) -> usize {
        self.pieces.partition_point(|piece| piece.folded <= offset) - 1
    }

    fn push(&mut self, original: usize, cluster: &str) {
        let folded = self.text.len();
        if is_plain(cluster) {
            self.text.push_str(cluster);
        } else {
            self.text.extend(cluster.chars().filter(|&c| !is_invisible(c)).nfkc().map(plain));
        }
        let is_identical = &self.text[folded..] == cluster;
        let continues = self.pieces.last().is_some_and(|p| p.is_identical && is_identical);
        if !continues {
            self.pieces.push(Piece { folded, original, is_identical });
        }
    }

    fn end_at(&mut self, original: usize) {
        self.pieces.push(Piece { folded: self.text.len(), original, is_identical: false });
    }
}

/// The end of the ASCII text at `at`, without a last character that a mark may combine with.
fn ascii_end(text: &str, at: usize) -> Option<usize> {
    let run = text.as_bytes()[at..].iter().take_while(|b| b.is_ascii()).count();
    let is_last = at + run == text.len();
    let end = if is_last { at + run } else { (at + run).saturating_sub(1) };
    (end > at).then_some(end)
}

/// The end of the character at `at` together with the marks that combine with it.
fn cluster_end(text: &str, at: usize) -> usize {
    let mut chars = text[at..].char_indices();
    chars.next();
    chars
        .find(|&(_, c)| c.is_ascii() || canonical_combining_class(c) == 0)
        .map_or(text.len(), |(offset, _)| at + offset)
}

fn is_foldable(text: &str) -> bool {
    // ASCII between them changes nothing, and is most of the text.
    let others = || text.chars().filter(|c| !c.is_ascii());
    is_nfkc_quick(others()) != IsNormalized::Yes
        || others().any(|c| is_invisible(c) || plain(c) != c)
}

fn is_plain(cluster: &str) -> bool {
    cluster.is_ascii()
}

/// Zero-width, bidirectional and soft-hyphen characters: `Default_Ignorable_Code_Point` in
/// DerivedCoreProperties.txt, as far as they stand between letters.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// The ASCII character that a digit, a dash or a quotation mark stands for.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201C}' | '\u{201D}' => '"',
        _ => digit(c).unwrap_or(c),
    }
}

fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let zero = DIGIT_ZEROS.into_iter().find(|&zero| (zero..zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn plain_text_is_not_folded() {
        assert!(fold("abc").is_none());
        assert!(fold("caf\u{e9} \u{4e2d}").is_none());
    }

    #[test]
    fn full_width_and_zero_width_fold() {
        let folded = fold("x\u{200b}y \u{ff11}\u{ff12}").expect("folds");
        assert_eq!(folded.text(), "xy 12");
        assert_eq!(folded.original(0, 2), (0, 5));
        assert_eq!(folded.original(3, 4), (6, 9));
        assert_eq!(folded.original(3, 5), (6, 12));
    }

    #[test]
    fn a_ligature_maps_back_whole() {
        let folded = fold("a\u{fb01}b").expect("folds");
        assert_eq!(folded.text(), "afib");
        assert_eq!(folded.original(1, 2), (1, 4));
        assert_eq!(folded.original(2, 4), (1, 5));
    }

    #[test]
    fn foreign_digits_fold() {
        assert_eq!(fold("\u{664}\u{661}").expect("folds").text(), "41");
    }
}

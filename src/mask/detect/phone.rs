//! Telephone numbers: international (ITU-T E.164, E.123), in the grouping of a country (the North
//! American and other national numbering plans), or beside a word for a phone.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{before, byte, has_word_behind, is_whole_word, is_word_byte};

/// ITU-T E.164: at most 15 digits; national numbers have seven and more.
const MAX_DIGITS: usize = 15;
const MIN_DIGITS: usize = 7;
const MAX_GROUPS: usize = 7;
/// An international prefix, 15 digits and what may stand between them.
const MAX_LEN: usize = 40;

/// Words that make any number of the right length a phone.
const WORDS: [&str; 19] = [
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "whatsapp",
    "hotline",
    "landline",
    "call",
    "dial",
    "text",
    "sms",
    "phone number",
    "handset",
    "ring",
    "msisdn",
];

/// Words that do so for a number in groups.
const WEAK_WORDS: [&str; 9] =
    ["contact", "reach", "office", "desk", "answering", "calling", "called", "home", "work"];

/// What stands behind a phone in an address block.
const WORDS_BEHIND: [&str; 7] = ["mobile", "office", "fax", "phone", "cell", "desk", "tel"];

/// All words of `WORDS`, then those of `WEAK_WORDS`.
static PATTERNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS.iter().chain(&WEAK_WORDS)).ok()
});

/// How far behind its word a number may stand.
const MAX_DISTANCE: usize = 48;

/// The words of a text, read no further than the numbers are.
pub(super) struct Words<'t> {
    text: &'t str,
    read_to: usize,
    /// The ends of the last word of each kind.
    last: [Option<usize>; 2],
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, read_to: 0, last: [None; 2] }
    }

    /// Whether a word for a phone stands shortly before `start`, up to where the text was read.
    fn are_before(&self, start: usize, takes_weak: bool) -> bool {
        let is_near = |end: &Option<usize>| end.is_some_and(|end| end + MAX_DISTANCE >= start);
        is_near(&self.last[0]) || (takes_weak && is_near(&self.last[1]))
    }

    /// Reads up to `to`, the beginning of a cluster of digits: there are no words inside of one.
    fn read(&mut self, to: usize) {
        let from = self.read_to.max(to.saturating_sub(2 * MAX_DISTANCE));
        let from = (from..to).find(|&at| self.text.is_char_boundary(at)).unwrap_or(to);
        let (Some(patterns), true) = (PATTERNS.as_ref(), from < to) else {
            return;
        };
        for word in patterns.find_iter(&self.text[from..to]) {
            let (start, end) = (from + word.start(), from + word.end());
            if is_whole_word(self.text.as_bytes(), start, end) {
                self.last[usize::from(word.pattern().as_usize() >= WORDS.len())] = Some(end);
            }
        }
        self.read_to = to;
    }
}

/// The groups of digits of a candidate.
struct Groups {
    lengths: [usize; MAX_GROUPS],
    ends: [usize; MAX_GROUPS],
    count: usize,
    is_international: bool,
    has_area_in_brackets: bool,
}

/// Appends the telephone numbers that begin in the cluster of digits from `start` to `end`, or at
/// the signs right before it.
pub(super) fn find(
    text: &str,
    start: usize,
    end: usize,
    words: &mut Words<'_>,
    findings: &mut Vec<Finding>,
) {
    let bytes = text.as_bytes();
    let signs =
        bytes[..start].iter().rev().take(2).take_while(|&&b| matches!(b, b'+' | b'(')).count();
    let mut at = start - signs;
    words.read(at);
    let is_labelled = is_labelled(text, end);
    while at < end {
        if !begins_number(bytes, at) {
            at += 1;
            continue;
        }
        let may_be_one = is_labelled || words.are_before(at, true) || leads(&bytes[at..]);
        match may_be_one.then(|| phone_end(text, at, words)).flatten() {
            Some(end) => {
                findings.push(Finding::new(at, end, Entity::Phone));
                at = end;
            }
            None => at += 1 + skip(&bytes[at + 1..]),
        }
    }
}

/// Whether the first groups may be those of a phone that no word tells: most numbers are not
/// looked at any closer.
fn leads(bytes: &[u8]) -> bool {
    match bytes[0] {
        b'+' => true,
        b'(' => byte(bytes, 1) == b'+' || byte(bytes, 1 + skip(&bytes[1..])) == b')',
        b'0' => skip(bytes) > 1,
        b'1' => begins_with(bytes, &[1, 3, 3, 4]) || begins_with(bytes, &[3, 3, 3, 4]),
        _ => begins_with(bytes, &[3, 3, 4]),
    }
}

/// Whether the first groups of digits are so long.
fn begins_with(bytes: &[u8], lengths: &[usize]) -> bool {
    let mut rest = bytes;
    lengths.iter().all(|&length| {
        let signs = rest.iter().take(3).take_while(|b| !b.is_ascii_digit()).count();
        let digits = skip(&rest[signs..]);
        rest = &rest[signs + digits..];
        digits == length
    })
}

/// The rest of the digits that do not begin a phone.
fn skip(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn begins_number(bytes: &[u8], at: usize) -> bool {
    let next = byte(bytes, at + 1);
    let is_start = match bytes[at] {
        b'+' => next.is_ascii_digit() || next == b'(',
        b'(' => next.is_ascii_digit() || next == b'+',
        digit => digit.is_ascii_digit(),
    };
    is_start && !is_inside(bytes, at)
}

/// Inside a word, a number, a path, a price, or a chain of hyphens.
fn is_inside(bytes: &[u8], at: usize) -> bool {
    let previous = before(bytes, at);
    let earlier = at.checked_sub(2).map_or(b' ', |i| bytes[i]);
    match previous {
        b'.' | b'-' | b'/' | b',' => is_word_byte(earlier),
        b'$' | b'#' | b'&' => true,
        _ => is_word_byte(previous),
    }
}

fn phone_end(text: &str, start: usize, words: &Words<'_>) -> Option<usize> {
    let bytes = text.as_bytes();
    let groups = Groups::read(bytes, start)?;
    let count = (1..=groups.count).rev().find(|&count| {
        groups.ends_well(bytes, count) && groups.is_phone(text, start, count, words)
    })?;
    Some(with_extension(bytes, groups.ends[count - 1]))
}

impl Groups {
    fn read(bytes: &[u8], start: usize) -> Option<Self> {
        let mut groups = Self {
            lengths: [0; MAX_GROUPS],
            ends: [0; MAX_GROUPS],
            count: 0,
            is_international: false,
            has_area_in_brackets: false,
        };
        let bytes = &bytes[..bytes.len().min(start + MAX_LEN)];
        let mut at =
            start + bytes[start..].iter().take_while(|&&b| matches!(b, b'+' | b'(')).count();
        groups.is_international = bytes[start..at].contains(&b'+') || is_exit_code(&bytes[start..]);
        groups.has_area_in_brackets = bytes[start] == b'(';
        while groups.count < MAX_GROUPS {
            let length = skip(&bytes[at..]);
            if length == 0 {
                break;
            }
            at += length;
            groups.lengths[groups.count] = length;
            groups.ends[groups.count] = at;
            groups.count += 1;
            at += groups.separator_len(&bytes[at..]);
        }
        (groups.count > 0).then_some(groups)
    }

    /// Up to three signs between two groups: a blank, a hyphen, a point, brackets.
    fn separator_len(&mut self, rest: &[u8]) -> usize {
        let signs = rest
            .iter()
            .take(3)
            .take_while(|&&b| matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'/'))
            .count();
        let signs = &rest[..signs];
        self.has_area_in_brackets |= signs.contains(&b'(');
        let is_break = signs.ends_with(b"  ") || signs.starts_with(b". ") || signs == b"-";
        if is_break && signs != b"-" { MAX_LEN.min(rest.len()) } else { signs.len() }
    }

    fn digits(&self, count: usize) -> usize {
        self.lengths[..count].iter().sum()
    }

    /// No word, time, fraction or share goes on behind the last group.
    fn ends_well(&self, bytes: &[u8], count: usize) -> bool {
        let end = self.ends[count - 1];
        let next = byte(bytes, end);
        let behind = byte(bytes, end + 1);
        let goes_on = matches!(next, b'.' | b':' | b',' | b'-' | b'/') && behind.is_ascii_digit();
        let is_extension = matches!(next, b'x' | b'X') && behind.is_ascii_digit();
        !goes_on && next != b'%' && (is_extension || !is_word_byte(next))
    }

    fn is_phone(&self, text: &str, start: usize, count: usize, words: &Words<'_>) -> bool {
        let digits = self.digits(count);
        if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits) || self.is_date(text.as_bytes(), start) {
            return false;
        }
        if self.is_international {
            return digits > MIN_DIGITS;
        }
        self.is_national(text.as_bytes(), start, count)
            || words.are_before(start, count > 1)
            || is_labelled(text, self.ends[count - 1])
    }

    /// A grouping that is a phone in some country, told without any word.
    fn is_national(&self, bytes: &[u8], start: usize, count: usize) -> bool {
        let digits = self.digits(count);
        if self.has_area_in_brackets && bytes[start] == b'(' {
            return count > 1 && (9..=12).contains(&digits) && byte(bytes, self.ends[0]) == b')';
        }
        let lengths = &self.lengths[..count];
        let lead = bytes[start];
        match lengths {
            [3, 3, 4] => is_north_american(bytes, start, self.ends[0]),
            [1 | 3, 3, 3, 4] => lead == b'1' || bytes[start..].starts_with(b"001"),
            [2..=4, 6..=8] => lead == b'0' && self.is_area_and_number(bytes, start),
            [2..=5, _, _, ..] => lead == b'0' && self.is_trunk(bytes, start, count),
            _ => false,
        }
    }

    /// A national number with its trunk prefix 0: nine to eleven digits in like groups.
    fn is_trunk(&self, bytes: &[u8], start: usize, count: usize) -> bool {
        let separator = byte(bytes, self.ends[0]);
        let is_even = self.ends[..count - 1].iter().all(|&end| byte(bytes, end) == separator);
        is_even
            && (9..=11).contains(&self.digits(count))
            && byte(bytes, start + 1) != b'0'
            && self.lengths[1..count].iter().all(|&length| (2..=4).contains(&length))
    }

    /// `09-1234567`: an area code with its trunk prefix and one block, joined by a hyphen.
    fn is_area_and_number(&self, bytes: &[u8], start: usize) -> bool {
        let is_joined =
            byte(bytes, self.ends[0]) == b'-' && self.ends[0] + 1 + self.lengths[1] == self.ends[1];
        let is_year = matches!(bytes[self.ends[0] + 1], b'0'..=b'1');
        is_joined
            && !is_year
            && byte(bytes, start + 1) != b'0'
            && (9..=11).contains(&self.digits(2))
    }

    /// ISO 8601 and the other orders of day, month and year.
    fn is_date(&self, bytes: &[u8], start: usize) -> bool {
        let year = |at: usize| matches!(&bytes[at..at + 2], b"19" | b"20");
        match self.lengths[..self.count] {
            [4, 1 | 2, 1 | 2, ..] => year(start),
            [1 | 2, 1 | 2, 4, ..] => year(self.ends[2] - 4),
            _ => false,
        }
    }
}

/// Whether a word such as `mobile` follows, as in an address block.
fn is_labelled(text: &str, end: usize) -> bool {
    let rest = &text.as_bytes()[end..text.len().min(end + 3)];
    rest.iter().any(u8::is_ascii_alphabetic) && has_word_behind(text, end, &WORDS_BEHIND)
}

/// ITU-T E.123: the prefix `00` or `011` in the place of the plus sign.
fn is_exit_code(bytes: &[u8]) -> bool {
    bytes.starts_with(b"00") && !bytes.starts_with(b"000") && bytes.len() > 10
}

/// NANPA numbering plan: area and exchange begin with 2 to 9.
fn is_north_american(bytes: &[u8], start: usize, end: usize) -> bool {
    let exchange = bytes[end..].iter().find(|b| b.is_ascii_digit());
    bytes[start] >= b'2' && exchange.is_some_and(|&digit| digit >= b'2')
}

/// The end with an extension: `x12`, `ext. 12`.
fn with_extension(bytes: &[u8], end: usize) -> usize {
    let rest = &bytes[end..bytes.len().min(end + 20)];
    let blank = usize::from(rest.first() == Some(&b' '));
    let word = [&b"extension "[..], b"ext. ", b"ext.", b"ext ", b"ext", b"x", b"X", b"#"]
        .into_iter()
        .find(|word| rest[blank..].starts_with(word));
    let Some(word) = word else { return end };
    let digits = skip(&rest[blank + word.len()..]);
    if (1..=6).contains(&digits) { end + blank + word.len() + digits } else { end }
}

#[cfg(test)]
mod tests {
    use super::{Words, find};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        let is_in = |c: char| c.is_ascii_digit() || " -.()/".contains(c);
        let mut words = Words::new(text);
        let mut end = 0;
        while let Some(start) = text[end..].find(|c: char| c.is_ascii_digit()).map(|at| end + at) {
            let rest = &text[start..];
            let cluster = &rest[..rest.find(|c| !is_in(c)).unwrap_or(rest.len())];
            end = start + cluster.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
            find(text, start, end, &mut words, &mut findings);
        }
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn phones_are_found_by_form() {
        assert_eq!(found("ring +44 20 7946 0018."), ["+44 20 7946 0018"]);
        assert_eq!(found("at (202) 555-0143 or"), ["(202) 555-0143"]);
        assert_eq!(found("at 202-555-0143 x12"), ["202-555-0143 x12"]);
        assert_eq!(found("au 01 99 00 12 34"), ["01 99 00 12 34"]);
    }

    #[test]
    fn phones_are_found_beside_a_word() {
        assert_eq!(found("Phone: 2025550143"), ["2025550143"]);
        assert_eq!(found("call me at 5550 1433"), ["5550 1433"]);
    }

    #[test]
    fn other_numbers_are_not_phones() {
        for text in [
            "2025550143",
            "order 5550 1433",
            "on 2026-11-21 10:30",
            "call on 2026-11-21",
            "1730000000",
            "10.20.30.40",
            "3.14159265",
            "build 2024 1130 0917",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}

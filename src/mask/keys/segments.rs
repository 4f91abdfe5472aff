//! Splitting the name of a field into its words.

/// The longest name that is read; of a longer one, its end.
const MAX_NAME: usize = 96;
const MAX_SEGMENTS: usize = 16;

/// The lower-case segments of a name, in buffers of fixed size.
pub(crate) struct Segments {
    text: [u8; MAX_NAME],
    ranges: [(usize, usize); MAX_SEGMENTS],
    count: usize,
}

impl Segments {
    pub(crate) fn of(name: &str) -> Self {
        let mut segments = Self { text: [0; MAX_NAME], ranges: [(0, 0); MAX_SEGMENTS], count: 0 };
        let bytes = name.as_bytes();
        let bytes = &bytes[bytes.len().saturating_sub(MAX_NAME)..];
        let mut start = 0;
        for (i, &b) in bytes.iter().enumerate() {
            if !is_part(b) || begins_hump(bytes, i) {
                segments.push(start, i);
                start = i + usize::from(!is_part(b));
            }
            segments.text[i] = b.to_ascii_lowercase();
        }
        segments.push(start, bytes.len());
        segments
    }

    fn push(&mut self, start: usize, end: usize) {
        if start < end && self.count < MAX_SEGMENTS {
            self.ranges[self.count] = (start, end);
            self.count += 1;
        }
    }

    /// The segments as words, and how many there are.
    pub(crate) fn words(&self) -> ([&str; MAX_SEGMENTS], usize) {
        let mut words = [""; MAX_SEGMENTS];
        for (word, &(start, end)) in words.iter_mut().zip(&self.ranges[..self.count]) {
            *word = std::str::from_utf8(&self.text[start..end]).unwrap_or("");
        }
        (words, self.count)
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// A capital behind a small letter or a digit, or the last of a run of capitals before a small
/// letter: `accessToken`, `APIKey`. The plural of an acronym is one word: `IDs`, `APIs`.
fn begins_hump(bytes: &[u8], i: usize) -> bool {
    let Some(previous) = i.checked_sub(1).map(|p| bytes[p]) else {
        return false;
    };
    if !bytes[i].is_ascii_uppercase() {
        return false;
    }
    let next = bytes.get(i + 1).copied().unwrap_or(b' ');
    let is_plural = next == b's' && !bytes.get(i + 2).is_some_and(u8::is_ascii_lowercase);
    previous.is_ascii_lowercase()
        || previous.is_ascii_digit()
        || (previous.is_ascii_uppercase() && next.is_ascii_lowercase() && !is_plural)
}

#[cfg(test)]
mod tests {
    use super::Segments;

    fn segments(name: &str) -> Vec<String> {
        let segments = Segments::of(name);
        let (words, count) = segments.words();
        words[..count].iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn names_split_at_humps_and_signs() {
        assert_eq!(segments("X-Api-Key"), ["x", "api", "key"]);
        assert_eq!(segments("APIKey"), ["api", "key"]);
        assert_eq!(segments("userIDs.list"), ["user", "ids", "list"]);
        assert_eq!(segments("oauth2Token"), ["oauth2", "token"]);
    }
}

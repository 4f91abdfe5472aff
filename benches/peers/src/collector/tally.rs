//! Which records have arrived, by the markers found in bodies.

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::protocol::Protocol;
use crate::marker;

/// What a collector tells of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// Different records that have arrived.
    pub(crate) records: usize,
    /// Those of them that arrived with their trace.
    pub(crate) whole: usize,
    /// Requests that were answered, and those whose body could not be read.
    pub(crate) requests: usize,
    pub(crate) unreadable: usize,
    /// Bytes of all bodies, as they were sent.
    pub(crate) wire_bytes: usize,
}

/// The records seen so far.
#[derive(Debug)]
pub(super) struct Tally {
    /// What every marker of this run begins with.
    prefix: memmem::Finder<'static>,
    seen: Vec<Seen>,
    pub(super) counted: Counted,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    #[default]
    Never,
    WithoutTrace,
    Whole,
}

impl Tally {
    pub(super) fn new(run: &str) -> Self {
        let prefix = memmem::Finder::new(&marker::prefix(run)).into_owned();
        Self { prefix, seen: Vec::new(), counted: Counted::default() }
    }

    /// Counts the records of a body. Only epilogue sends records without their trace, and
    /// one record a line.
    pub(super) fn body(&mut self, body: &[u8], protocol: Protocol) {
        if protocol != Protocol::Epilogue {
            return self.records(body, Seen::Whole);
        }
        for line in body.split(|byte| *byte == b'\n') {
            let has_trace = memmem::find(line, br#""trace":{"#).is_some();
            self.records(line, if has_trace { Seen::Whole } else { Seen::WithoutTrace });
        }
    }

    fn records(&mut self, text: &[u8], now: Seen) {
        let prefix = self.prefix.clone();
        let length = prefix.needle().len();
        for found in prefix.find_iter(text) {
            if let Some(number) = marker::number(&text[found + length..]) {
                self.record(number, now);
            }
        }
    }

    fn record(&mut self, number: usize, now: Seen) {
        if number >= self.seen.len() {
            self.seen.resize(number + 1, Seen::Never);
        }
        let before = self.seen[number];
        self.seen[number] = before.max(now);
        self.counted.records += usize::from(before == Seen::Never);
        self.counted.whole += usize::from(before != Seen::Whole && now == Seen::Whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_once_however_often_it_comes() {
        let mut tally = Tally::new("7");
        tally.body(b"{rec-7-00000003 rec-7-00000003}{rec-7-00000000}", Protocol::Otlp);
        tally.body(b"rec-7-00000003 rec-8-00000004 rec-7-0000", Protocol::Otlp);
        assert_eq!((tally.counted.records, tally.counted.whole), (2, 2));
    }

    #[test]
    fn a_record_without_its_trace_is_told_apart_until_the_trace_comes() {
        let mut tally = Tally::new("7");
        let lines = "{\"t\":\"rec-7-00000001\",\"trace\":{}}\n{\"t\":\"rec-7-00000002\"}\n";
        tally.body(lines.as_bytes(), Protocol::Epilogue);
        assert_eq!((tally.counted.records, tally.counted.whole), (2, 1));
        tally.body(br#"{"t":"rec-7-00000002","trace":{}}"#, Protocol::Epilogue);
        assert_eq!((tally.counted.records, tally.counted.whole), (2, 2));
    }
}

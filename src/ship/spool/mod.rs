//! Sealed records on disk: what the collector could not be given is there for the next chance, or for
//! the next process.
//!
//! Nothing here waits for anything but the disk, and nothing that the disk says ends more than the
//! spool: without it records wait in memory.

mod file;
mod folder;

use std::collections::VecDeque;
use std::io::{
    self,
    ErrorKind::{InvalidData, NotFound},
};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use crate::config::Destination;
use crate::level::Level;
use crate::record::Payload;
use crate::wire;

use self::file::FileName;
use self::folder::Folder;
use super::consent::{Consent, Generation};

/// About how large a file gets: one batch, and no more than is soon read again.
pub(crate) const FILE_BYTES: usize = 256 << 10;
/// The most records of a file.
pub(crate) const FILE_RECORDS: usize = 256;

/// The spool of one process.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: Folder,
    /// Oldest first.
    files: VecDeque<Entry>,
    bytes: usize,
    max_bytes: usize,
    sequence: u64,
}

/// A file of the spool.
#[derive(Debug)]
struct Entry {
    name: String,
    records: u64,
    bytes: usize,
    generation: Generation,
    /// Its records are in memory; the file goes when the last of them has.
    loaded: Option<Held>,
}

/// Held by every record in memory that is on disk as well.
pub(crate) type Held = Arc<()>;

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) payloads: Vec<Payload>,
    /// As many as its name promised.
    pub(crate) promised: u64,
    /// Lines that are no record, or the file, were set aside.
    pub(crate) is_damaged: bool,
    pub(crate) generation: Generation,
    pub(crate) held: Held,
}

/// What was taken over from dead processes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Inherited {
    pub(crate) records: u64,
    /// Files that were being written.
    pub(crate) unfinished: u64,
    /// Records that there was no room for.
    pub(crate) dropped: u64,
}

impl Spool {
    /// A spool of one's own under the directory that the host names.
    pub(crate) fn open(spool: &Path, to: &Destination, max_bytes: usize) -> io::Result<Self> {
        let folder = Folder::create(spool, &to.url.uri().to_string(), &to.client_id)?;
        Ok(Self { folder, files: VecDeque::new(), bytes: 0, max_bytes, sequence: 0 })
    }

    /// Takes over what dead processes left.
    pub(crate) fn inherit(&mut self, generation: Generation) -> io::Result<Inherited> {
        let estate = self.folder.inherit()?;
        let mut inherited = Inherited { unfinished: estate.unfinished, ..Inherited::default() };
        let mut files = Vec::new();
        for name in estate.files {
            let bytes =
                std::fs::metadata(self.folder.path().join(&name)).map_or(0, |data| data.len());
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            self.bytes = self.bytes.saturating_add(bytes);
            if let Some(FileName { records, .. }) = FileName::parse(&name) {
                inherited.records += records;
                files.push(Entry { name, records, bytes, generation, loaded: None });
            }
        }
        // Theirs are older.
        for entry in files.into_iter().rev() {
            self.files.push_front(entry);
        }
        self.folder.bound_set_aside();
        inherited.dropped = self.make_room();
        Ok(inherited)
    }

    /// Writes records to a file. Returns how many others there was no room for any more.
    pub(crate) fn store(
        &mut self,
        payloads: &[&Payload],
        sdk: &wire::Sdk,
        generation: Generation,
    ) -> io::Result<u64> {
        let mut content = Vec::with_capacity(payloads.iter().map(|payload| payload.size()).sum());
        for payload in payloads {
            payload.render_into(sdk, &mut content);
            content.push(b'\n');
        }
        // What is there goes only when the new file is there as well.
        let entry = self.write(&content, payloads.len() as u64, generation)?;
        self.files.push_back(entry);
        Ok(self.make_room())
    }

    fn write(&mut self, content: &[u8], records: u64, generation: Generation) -> io::Result<Entry> {
        self.sequence += 1;
        let writer = self.folder.writer();
        let name = FileName::new(SystemTime::now(), writer, self.sequence, records).to_string();
        file::write(self.folder.path(), &name, content)?;
        self.bytes += content.len();
        Ok(Entry { name, records, bytes: content.len(), generation, loaded: None })
    }

    /// Drops the oldest until the rest fits in; returns how many records went.
    fn make_room(&mut self) -> u64 {
        let mut dropped = 0;
        while self.bytes > self.max_bytes {
            let Some(oldest) = self.files.iter().position(|entry| entry.loaded.is_none()) else {
                break;
            };
            dropped += self.remove(oldest);
        }
        dropped
    }

    /// Deletes a file; returns how many records it held.
    fn remove(&mut self, index: usize) -> u64 {
        let Some(entry) = self.files.remove(index) else {
            return 0;
        };
        // One that cannot be deleted is sent once more by the next process, which costs nothing:
        // the collector knows its records.
        let _ = std::fs::remove_file(self.folder.path().join(&entry.name));
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        entry.records
    }

    /// Whether somebody has removed it.
    pub(crate) fn is_gone(&self) -> bool {
        !self.folder.path().exists()
    }

    /// How many records are on disk and not in memory.
    pub(crate) fn records(&self) -> u64 {
        let unloaded = self.files.iter().filter(|entry| entry.loaded.is_none());
        unloaded.map(|entry| entry.records).sum()
    }

    /// How many files have their records in memory.
    pub(crate) fn loaded(&self) -> usize {
        self.files.iter().filter(|entry| entry.loaded.is_some()).count()
    }

    /// Whether there is a file whose records are not in memory.
    pub(crate) fn has_more(&self) -> bool {
        self.files.iter().any(|entry| entry.loaded.is_none())
    }

    /// Reads the oldest file that is not in memory. An error where it cannot be read just now.
    pub(crate) fn load(&mut self) -> io::Result<Option<Loaded>> {
        let Some(index) = self.files.iter().position(|entry| entry.loaded.is_none()) else {
            return Ok(None);
        };
        let held = Held::default();
        let (payloads, is_damaged) = self.read(index)?;
        let entry = &mut self.files[index];
        entry.loaded = Some(Arc::clone(&held));
        let promised = std::mem::replace(&mut entry.records, payloads.len() as u64);
        let generation = entry.generation;
        Ok(Some(Loaded { payloads, promised, is_damaged, generation, held }))
    }

    /// The records of a file; what is none is set aside.
    fn read(&self, index: usize) -> io::Result<(Vec<Payload>, bool)> {
        let name = &self.files[index].name;
        let path = self.folder.path().join(name);
        let aside = file::aside(name);
        let content = match file::read(&path) {
            Ok(content) => content,
            // Somebody removed it, or put something else in its place.
            Err(error) if matches!(error.kind(), NotFound | InvalidData) => {
                let _ = std::fs::rename(path, self.folder.path().join(aside));
                return Ok((Vec::new(), true));
            }
            Err(error) => return Err(error),
        };
        let (mut payloads, mut damaged) = (Vec::new(), Vec::new());
        for line in content.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match Payload::written(line) {
                Some(payload) => payloads.push(payload),
                None => damaged.extend_from_slice(&[line, b"\n"].concat()),
            }
        }
        if !damaged.is_empty() {
            // Where there is no room for it there is none.
            let _ = file::write(self.folder.path(), &aside, &damaged);
            self.folder.bound_set_aside();
        }
        Ok((payloads, !damaged.is_empty()))
    }

    /// Deletes the files whose records are settled.
    pub(crate) fn tidy(&mut self) {
        let is_settled =
            |entry: &Entry| entry.loaded.as_ref().is_some_and(|held| Arc::strong_count(held) == 1);
        while let Some(settled) = self.files.iter().position(is_settled) {
            self.remove(settled);
        }
    }

    /// Applies the lowest level since each file was written. Returns how many records, not counting
    /// those in memory, were withdrawn.
    pub(crate) fn apply(&mut self, consent: &Consent, sdk: &wire::Sdk) -> u64 {
        let mut withdrawn = 0;
        for index in (0..self.files.len()).rev() {
            let level = consent.since(self.files[index].generation);
            if level == Level::FullTrace {
                continue;
            }
            let is_loaded = self.files[index].loaded.is_some();
            if level == Level::Off {
                let records = self.remove(index);
                withdrawn += if is_loaded { 0 } else { records };
            } else {
                self.lower(index, level, sdk);
            }
        }
        withdrawn
    }

    /// Writes a file once more without what may not be sent; where that fails, it goes.
    fn lower(&mut self, index: usize, level: Level, sdk: &wire::Sdk) {
        let (mut payloads, _) = self.read(index).unwrap_or_default();
        let mut content = Vec::new();
        for payload in &mut payloads {
            payload.lower(level);
            payload.render_into(sdk, &mut content);
            content.push(b'\n');
        }
        let entry = &mut self.files[index];
        let is_written = file::write(self.folder.path(), &entry.name, &content).is_ok();
        if !is_written {
            let _ = std::fs::remove_file(self.folder.path().join(&entry.name));
        }
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        entry.bytes = if is_written { content.len() } else { 0 };
        self.bytes += entry.bytes;
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::Record;
    use crate::mask::Policy;

    /// A directory of a test's own.
    pub(super) struct Scratch(PathBuf);

    impl Scratch {
        pub(super) fn new() -> Self {
            let path = std::env::temp_dir().join(format!("epilogue-{}", uuid::Uuid::now_v7()));
            Self(path)
        }

        pub(super) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn spool(scratch: &Scratch, max_bytes: usize) -> Spool {
        let to = Destination {
            url: crate::config::CollectorUrl::parse("http://127.0.0.1:1/v1/logs", false)
                .expect("an address"),
            api_key: "key".into(),
            client_id: "acme".to_owned(),
        };
        Spool::open(scratch.path(), &to, max_bytes).expect("a spool")
    }

    fn payload(ticket: &str) -> Payload {
        let record = Record::workflow(ticket).state("a trace of some words ".repeat(40));
        record.seal(&Policy::default(), Level::FullTrace)
    }

    fn store(spool: &mut Spool, tickets: &[&str], consent: &Consent) -> u64 {
        let payloads: Vec<Payload> = tickets.iter().map(|ticket| payload(ticket)).collect();
        let payloads: Vec<&Payload> = payloads.iter().collect();
        spool.store(&payloads, &wire::Sdk::default(), consent.now()).expect("stored")
    }

    fn tickets(loaded: &Loaded) -> Vec<String> {
        let ticket = |payload: &Payload| {
            let envelope: wire::Envelope = serde_json::from_str(&payload.render()).expect("JSON");
            envelope.ticket_id.expect("a ticket")
        };
        loaded.payloads.iter().map(ticket).collect()
    }

    #[test]
    fn files_are_read_oldest_first_and_go_when_their_records_have() {
        let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
        let mut spool = spool(&scratch, 1 << 20);
        store(&mut spool, &["1", "2"], &consent);
        store(&mut spool, &["3"], &consent);
        let first = spool.load().expect("read").expect("a file");
        assert_eq!(tickets(&first), ["1", "2"]);
        assert_eq!(tickets(&spool.load().expect("read").expect("a file")), ["3"]);
        assert!(spool.load().expect("read").is_none() && !spool.has_more());
        spool.tidy();
        assert_eq!(spool.loaded(), 1, "the records of the first are held");
        drop(first);
        spool.tidy();
        assert_eq!((spool.loaded(), spool.bytes), (0, 0));
    }

    #[test]
    fn the_next_process_has_what_the_one_before_left_before_its_own() {
        let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
        let mut before = spool(&scratch, 1 << 20);
        store(&mut before, &["1"], &consent);
        store(&mut before, &["2"], &consent);
        drop(before);
        let mut next = spool(&scratch, 1 << 20);
        store(&mut next, &["3"], &consent);
        assert_eq!(next.inherit(consent.now()).expect("a look around").records, 2);
        let order: Vec<_> =
            std::iter::from_fn(|| next.load().expect("read")).flat_map(|l| tickets(&l)).collect();
        assert_eq!(order, ["1", "2", "3"]);
    }

    #[test]
    fn without_room_the_oldest_go_and_are_told() {
        let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
        let mut spool = spool(&scratch, 4_000);
        assert_eq!(store(&mut spool, &["1", "2"], &consent), 0);
        assert_eq!(store(&mut spool, &["3", "4"], &consent), 2);
        assert_eq!(tickets(&spool.load().expect("read").expect("a file")), ["3", "4"]);
        assert!(spool.bytes <= 4_000);
    }

    #[test]
    fn what_is_damaged_is_set_aside_and_the_rest_is_read() {
        let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
        let mut spool = spool(&scratch, 1 << 20);
        store(&mut spool, &["1", "2"], &consent);
        let path = spool.folder.path().join(&spool.files[0].name);
        let whole = std::fs::read(&path).expect("it is there");
        std::fs::write(&path, &whole[..whole.len() - 100]).expect("written");
        let loaded = spool.load().expect("read").expect("a file");
        assert_eq!((tickets(&loaded), loaded.promised), (vec!["1".to_owned()], 2));
        assert!(loaded.is_damaged);
        let aside = spool.folder.path().join(file::aside(&spool.files[0].name));
        assert!(aside.exists());
        store(&mut spool, &["3"], &consent);
        std::fs::remove_file(spool.folder.path().join(&spool.files[1].name)).expect("removed");
        let gone = spool.load().expect("read").expect("a file");
        assert!(gone.payloads.is_empty() && gone.promised == 1 && gone.is_damaged);
    }

    #[test]
    fn consent_that_is_taken_back_reaches_the_disk() {
        let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
        let mut spool = spool(&scratch, 1 << 20);
        store(&mut spool, &["1", "2"], &consent);
        consent.set(Level::MetricsOnly);
        consent.set(Level::FullTrace);
        store(&mut spool, &["3"], &consent);
        assert_eq!(spool.apply(&consent, &wire::Sdk::default()), 0);
        let written = std::fs::read_to_string(spool.folder.path().join(&spool.files[0].name));
        assert!(!written.expect("it is there").contains("some words"));
        assert!(
            spool.load().expect("read").expect("a file").payloads.iter().all(|p| !p.has_trace())
        );
        assert!(spool.load().expect("read").expect("a file").payloads[0].has_trace());
        store(&mut spool, &["4"], &consent);
        consent.set(Level::Off);
        assert_eq!(spool.apply(&consent, &wire::Sdk::default()), 1, "the others are in memory");
        assert!(spool.files.is_empty());
    }
}

//! Sealed records on disk: what the collector could not be given is there for the next chance, or for
//! the next process.
//!
//! Nothing here waits for anything but the disk, and nothing that the disk says ends more than the
//! spool: without it records wait in memory.

mod adopt;
mod file;
mod folder;
mod lock;
mod lower;
mod open_runs;
mod private;

use std::collections::{BTreeSet, VecDeque};
use std::io::{
    self,
    ErrorKind::{InvalidData, NotFound},
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::config::Destination;
use crate::level::Level;
use crate::record::Payload;
use crate::wire;

pub(crate) use self::lower::Lowered;
pub(crate) use self::open_runs::{OpenRun, OpenRuns};

use self::file::FileName;
use self::folder::Folder;
use super::consent::Generation;

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
    /// Files that have to go, and could not be deleted yet.
    doomed: BTreeSet<String>,
    /// Markers of dead processes' runs that no file tells of yet.
    orphans: Vec<String>,
    /// What other processes left counts as handed over then.
    adopts_as: Generation,
    /// What is set aside is no older.
    swept: Generation,
}

/// A file of the spool.
#[derive(Debug)]
struct Entry {
    name: String,
    records: u64,
    bytes: usize,
    generation: Generation,
    /// What it holds at most.
    level: Level,
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

impl Spool {
    /// A spool of one's own under the directory that the host names.
    pub(crate) fn open(
        spool: &Path,
        to: &Destination,
        max_bytes: usize,
        adopts_as: Generation,
    ) -> io::Result<Self> {
        Ok(Self {
            folder: Folder::create(spool, &to.url.uri().to_string(), &to.client_id)?,
            files: VecDeque::new(),
            bytes: 0,
            max_bytes,
            sequence: 0,
            doomed: BTreeSet::new(),
            orphans: Vec::new(),
            adopts_as,
            swept: adopts_as,
        })
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
        let mut entry = self.write(&content, payloads.len() as u64, generation)?;
        entry.level = payloads.iter().map(|payload| payload.level()).max().unwrap_or_default();
        self.files.push_back(entry);
        // What is there goes only when the new file is there as well.
        Ok(self.make_room())
    }

    fn write(&mut self, content: &[u8], records: u64, generation: Generation) -> io::Result<Entry> {
        self.sequence += 1;
        let writer = self.folder.writer();
        let name = FileName::new(SystemTime::now(), writer, self.sequence, records).to_string();
        file::write(self.folder.path(), &name, content)?;
        self.bytes += content.len();
        let (bytes, level) = (content.len(), Level::FullTrace);
        Ok(Entry { name, records, bytes, generation, level, loaded: None })
    }

    /// Drops the oldest until the rest fits in; returns how many records went. One that cannot be
    /// deleted is not lost.
    fn make_room(&mut self) -> u64 {
        let (mut dropped, mut index) = (0, 0);
        while self.bytes > self.max_bytes && index < self.files.len() {
            let entry = &self.files[index];
            if entry.loaded.is_some() || !file::delete(&self.path(&entry.name)) {
                index += 1;
            } else if let Some(entry) = self.take(index) {
                dropped += entry.records;
            }
        }
        dropped
    }

    /// Takes a file from the list; it counts no more.
    fn take(&mut self, index: usize) -> Option<Entry> {
        let entry = self.files.remove(index)?;
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        Some(entry)
    }

    /// Deletes a file, or sees to it later. Tells whether it is gone.
    fn delete(&mut self, name: String) -> bool {
        let is_gone = file::delete(&self.path(&name));
        if !is_gone {
            self.doomed.insert(name);
        }
        is_gone
    }

    /// Tries once more to delete what has to go. Returns how many files are still there.
    pub(crate) fn delete_doomed(&mut self) -> usize {
        for name in std::mem::take(&mut self.doomed) {
            self.delete(name);
        }
        self.doomed.len()
    }

    pub(crate) fn has_doomed(&self) -> bool {
        !self.doomed.is_empty()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether somebody has removed it.
    pub(crate) fn is_gone(&self) -> bool {
        self.folder.is_gone()
    }

    /// How large it may be, and so a record in it.
    pub(crate) fn max_bytes(&self) -> usize {
        self.max_bytes
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
        let Lines { payloads, damaged } = self.read(index)?;
        let is_damaged = damaged.is_some();
        if let Some(damaged) = damaged {
            self.set_aside(index, &damaged);
        }
        let entry = &mut self.files[index];
        let held = Held::clone(entry.loaded.insert(Held::default()));
        let promised = std::mem::replace(&mut entry.records, payloads.len() as u64);
        Ok(Some(Loaded { payloads, promised, is_damaged, generation: entry.generation, held }))
    }

    /// What stands in a file. An error where it cannot be read just now.
    fn read(&self, index: usize) -> io::Result<Lines> {
        match private::read(&self.path(&self.files[index].name), self.max_bytes) {
            Ok(content) => Ok(Lines::of(&content)),
            // Somebody removed it, or put something else in its place.
            Err(error) if matches!(error.kind(), NotFound | InvalidData) => Ok(Lines::none()),
            Err(error) => Err(error),
        }
    }

    /// Keeps what is no record beside the file, or the whole file where nobody can read it.
    fn set_aside(&self, index: usize, damaged: &[u8]) {
        let name = &self.files[index].name;
        let aside = file::aside(name);
        // Where there is no room for it there is none.
        let _ = if damaged.is_empty() {
            std::fs::rename(self.path(name), self.path(&aside))
        } else {
            file::write(self.folder.path(), &aside, damaged)
        };
        self.folder.bound_set_aside();
    }

    /// Deletes the files whose records are settled.
    pub(crate) fn tidy(&mut self) {
        let is_settled =
            |entry: &Entry| entry.loaded.as_ref().is_some_and(|held| Arc::strong_count(held) == 1);
        while let Some(settled) = self.files.iter().position(is_settled) {
            // The collector knows its records: one that stays is sent once more by the next
            // process, which costs nothing.
            if let Some(entry) = self.take(settled) {
                self.delete(entry.name);
            }
        }
    }
}

/// What stands in a file.
#[derive(Debug)]
struct Lines {
    payloads: Vec<Payload>,
    /// The lines that are no record; empty where the file itself is none.
    damaged: Option<Vec<u8>>,
}

impl Lines {
    fn none() -> Self {
        Self { payloads: Vec::new(), damaged: Some(Vec::new()) }
    }

    fn of(content: &[u8]) -> Self {
        let mut lines = Self { payloads: Vec::new(), damaged: None };
        for line in content.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match Payload::written(line) {
                Some(payload) => lines.payloads.push(payload),
                None => lines.damaged.get_or_insert_default().extend([line, b"\n"].concat()),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests;

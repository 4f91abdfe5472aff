//! Consent that is taken back, on disk: what may not be sent may not lie there either.

use std::collections::HashSet;

use crate::level::Level;
use crate::wire;

use super::super::consent::Consent;
use super::{Held, Lines, Loaded, Spool, file};

/// What came of a level that was lowered.
#[derive(Debug, Default)]
pub(crate) struct Lowered {
    /// Records that were withdrawn, without those in memory.
    pub(crate) withdrawn: u64,
    /// What stood in files that could not be written once more, and are gone.
    pub(crate) homeless: Vec<Loaded>,
    /// The records in memory that hold these are there alone now.
    pub(crate) let_go: Vec<Held>,
}

impl Spool {
    /// Applies the lowest level since each file was written.
    pub(crate) fn apply(&mut self, consent: &Consent, sdk: &wire::Sdk) -> Lowered {
        let mut lowered = Lowered::default();
        for index in (0..self.files.len()).rev() {
            let level = consent.since(self.files[index].generation);
            if level == Level::Off {
                self.withdraw(index, &mut lowered);
            } else if level < self.files[index].level {
                self.lower(index, level, sdk, &mut lowered);
            }
        }
        if consent.since(self.adopts_as) == Level::Off {
            for orphan in std::mem::take(&mut self.orphans) {
                self.erase(orphan);
            }
        }
        self.sweep(consent);
        lowered
    }

    fn withdraw(&mut self, index: usize, lowered: &mut Lowered) {
        let Some(entry) = self.take(index) else {
            return;
        };
        self.erase(entry.name);
        match entry.loaded {
            Some(held) => lowered.let_go.push(held),
            None => lowered.withdrawn += entry.records,
        }
    }

    /// Deletes a file that nobody may read any more: one that cannot be deleted is emptied.
    pub(super) fn erase(&mut self, name: String) {
        let path = self.path(&name);
        if !self.delete(name) {
            file::empty(&path);
        }
    }

    /// Writes a file once more without what may not be sent. Where that fails, it goes, and its
    /// records are in memory alone.
    fn lower(&mut self, index: usize, level: Level, sdk: &wire::Sdk, lowered: &mut Lowered) {
        let Lines { mut payloads, .. } = self.read(index).unwrap_or_else(|_| Lines::none());
        let mut content = Vec::new();
        for payload in &mut payloads {
            payload.lower(level);
            payload.render_into(sdk, &mut content);
            content.push(b'\n');
        }
        let Some(mut entry) = self.take(index) else {
            return;
        };
        if !payloads.is_empty() && self.write_again(&entry.name, &content) {
            (entry.bytes, entry.level) = (content.len(), level);
            self.bytes += entry.bytes;
            return self.files.insert(index, entry);
        }
        self.erase(entry.name);
        if let Some(held) = entry.loaded {
            return lowered.let_go.push(held);
        }
        let (promised, generation) = (entry.records, entry.generation);
        let (is_damaged, held) = (false, Held::default());
        lowered.homeless.push(Loaded { payloads, promised, is_damaged, generation, held });
    }

    /// A full disk has room for the smaller file once the larger one is gone.
    fn write_again(&self, name: &str, content: &[u8]) -> bool {
        let write = || file::write(self.folder.path(), name, content).is_ok();
        write() || write()
    }

    /// What was set aside holds traces, and nobody can take them out: where the level was lowered,
    /// it goes, and with it what else was left behind.
    pub(crate) fn sweep(&mut self, consent: &Consent) {
        let now = consent.now();
        if consent.since(self.swept) == Level::FullTrace {
            return;
        }
        self.swept = now;
        let known: HashSet<&str> = self.files.iter().map(|entry| entry.name.as_str()).collect();
        let mut names = self.folder.names();
        names.retain(|name| file::may_hold_traces(name) && !known.contains(name.as_str()));
        for name in names {
            self.erase(name);
        }
    }
}

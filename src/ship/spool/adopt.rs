//! What dead processes left, taken over: their files, and word of the runs that were open.

use std::collections::HashSet;
use std::io;

use crate::level::Level;
use crate::record::Payload;
use crate::wire;

use super::file::FileName;
use super::folder::Estate;
use super::{Entry, FILE_BYTES, FILE_RECORDS, Lines, Spool, file, private};

/// What was taken over from dead processes.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    pub(crate) records: u64,
    /// Files that were set aside.
    pub(crate) set_aside: u64,
    /// Records that there was no room for.
    pub(crate) dropped: u64,
    /// Why there may be more that was not taken over.
    pub(crate) trouble: Option<io::ErrorKind>,
}

impl Spool {
    /// Takes over what dead processes left.
    pub(crate) fn inherit(&mut self, sdk: &wire::Sdk) -> Inherited {
        let mut inherited = Inherited::default();
        let mut files = Vec::new();
        match self.folder.inherit() {
            Ok(estates) => {
                for estate in estates {
                    files.extend(self.adopt(estate, &mut inherited));
                }
            }
            Err(error) => inherited.trouble = Some(error.kind()),
        }
        files.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let told = self.tell_of_orphans(sdk, &mut files);
        inherited.trouble = inherited.trouble.or(told.err().map(|error| error.kind()));
        inherited.records += files.iter().map(|entry| entry.records).sum::<u64>();
        // Theirs are older.
        for entry in files.into_iter().rev() {
            self.files.push_front(entry);
        }
        self.folder.bound_set_aside();
        inherited.dropped += self.make_room();
        inherited
    }

    fn adopt(&mut self, estate: Estate, inherited: &mut Inherited) -> Vec<Entry> {
        inherited.set_aside += estate.unfinished;
        self.adopt_markers(estate.markers, estate.files.last());
        let mut files = Vec::new();
        for name in estate.files {
            let Some(FileName { records, .. }) = FileName::parse(&name) else {
                continue;
            };
            let path = self.path(&name);
            let bytes = std::fs::symlink_metadata(&path).map_or(0, |data| data.len());
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            if bytes > self.max_bytes {
                // It would push everything else out, and then not be read.
                let _ = std::fs::rename(path, self.path(&file::aside(&name)));
                inherited.set_aside += 1;
                inherited.records += records;
                inherited.dropped += records;
                continue;
            }
            self.bytes += bytes;
            let (generation, level) = (self.adopts_as, Level::FullTrace);
            files.push(Entry { name, records, bytes, generation, level, loaded: None });
        }
        files
    }

    /// A process that was killed right behind writing a run's record had no time to remove its
    /// marker, and of two records with one id the collector keeps what comes first. Only the file
    /// that was written last can hold such a record.
    fn adopt_markers(&mut self, markers: Vec<String>, last_file: Option<&String>) {
        if markers.is_empty() {
            return;
        }
        let content =
            last_file.and_then(|name| private::read(&self.path(name), self.max_bytes).ok());
        let lines = Lines::of(&content.unwrap_or_default());
        let ids = lines.payloads.iter().map(Payload::id);
        let finished: HashSet<String> = ids.map(file::marker).collect();
        for marker in markers {
            if finished.contains(&marker) {
                self.delete(marker);
            } else {
                self.orphans.push(marker);
            }
        }
    }

    /// A marker is the record of a run that did not end: files are made of them, which are spooled
    /// like any other.
    fn tell_of_orphans(&mut self, sdk: &wire::Sdk, files: &mut Vec<Entry>) -> io::Result<()> {
        while !self.orphans.is_empty() {
            let (mut content, mut records, mut told) = (Vec::new(), 0, 0);
            for marker in self.orphans.iter().take(FILE_RECORDS) {
                if let Some(payload) = self.read_marker(marker) {
                    payload.render_into(sdk, &mut content);
                    content.push(b'\n');
                    records += 1;
                }
                told += 1;
                if content.len() >= FILE_BYTES {
                    break;
                }
            }
            if records > 0 {
                let mut entry = self.write(&content, records, self.adopts_as)?;
                entry.level = Level::MetricsOnly;
                files.push(entry);
            }
            let told: Vec<String> = self.orphans.drain(..told).collect();
            for marker in told {
                self.delete(marker);
            }
        }
        Ok(())
    }

    fn read_marker(&self, name: &str) -> Option<Payload> {
        let content = private::read(&self.path(name), FILE_BYTES).ok()?;
        let mut payload = Payload::written(content.trim_ascii_end())?;
        payload.lower(Level::MetricsOnly);
        (file::marker(payload.id()) == name).then_some(payload)
    }
}

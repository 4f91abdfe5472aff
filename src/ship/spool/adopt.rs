//! What dead processes left, taken over: their files, and word of the runs that were open.

use std::collections::HashSet;
use std::io;

use crate::level::Level;
use crate::record::Payload;
use crate::wire;

use super::file::FileName;
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
        let (mut files, mut markers) = (Vec::new(), Vec::new());
        match self.folder.inherit() {
            Ok(estates) => {
                for estate in estates {
                    inherited.set_aside += estate.unfinished;
                    markers.extend(estate.markers);
                    files.extend(self.adopt(estate.files, &mut inherited));
                }
            }
            Err(error) => inherited.trouble = Some(error.kind()),
        }
        self.adopt_markers(markers, &files);
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

    fn adopt(&mut self, names: Vec<String>, inherited: &mut Inherited) -> Vec<Entry> {
        let mut files = Vec::new();
        for name in names {
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
    /// that a process wrote last can hold such a record; one that was killed while it took over may
    /// have left file and marker in two folders.
    fn adopt_markers(&mut self, markers: Vec<String>, files: &[Entry]) {
        if markers.is_empty() {
            return;
        }
        let mut finished = HashSet::new();
        for name in FileName::last_of_each(files.iter().map(|entry| entry.name.as_str())) {
            let path = self.path(&name.to_string());
            let content = private::read(&path, self.max_bytes).unwrap_or_default();
            let ids = Lines::of(&content).payloads;
            finished.extend(ids.iter().map(|payload| file::marker(payload.id())));
        }
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

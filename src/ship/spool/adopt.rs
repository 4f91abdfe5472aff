//! What dead processes left, taken over.

use std::io;

use crate::level::Level;

use super::file::FileName;
use super::folder::Estate;
use super::{Entry, Spool, file};

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
    pub(crate) fn inherit(&mut self) -> Inherited {
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
}

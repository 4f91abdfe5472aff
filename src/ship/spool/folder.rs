//! The folder that one process has to itself in the spool, and the folders that dead processes left.
//!
//! Under the directory that the host names there is one folder for each address and client id,
//! because another client's key must not send its records, and in that one folder for each process.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::file::{self, FileName};
use super::lock::Lock;
use super::private;

/// How often a folder of its own is tried for: another process may clear away one that is not
/// locked yet.
const TRIES: usize = 8;
/// How many damaged files are kept.
const MOST_SET_ASIDE: usize = 16;
/// How much of a client's name stands in a folder's.
const SHOWN_BYTES: usize = 32;

/// A folder that is locked.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    writer: String,
    /// `None` only while it is being dropped.
    lock: Option<Lock>,
}

/// What one dead process left, moved to a folder of one's own.
#[derive(Debug, Default)]
pub(super) struct Estate {
    /// The names of its files.
    pub(super) files: Vec<String>,
    /// Those of its open runs' markers.
    pub(super) markers: Vec<String>,
    /// How many it was writing when it ended; they are set aside.
    pub(super) unfinished: u64,
}

impl Folder {
    /// A folder of one's own, for records to this address as this client.
    pub(super) fn create(spool: &Path, address: &str, client_id: &str) -> io::Result<Self> {
        private::make_folders(spool)?;
        let shared = spool.join(folder_name(address, client_id));
        private::make_folder(&shared)?;
        for _ in 0..TRIES {
            let writer = Uuid::now_v7().simple().to_string();
            let path = shared.join(&writer);
            private::make_folder(&path)?;
            if let Some(lock) = Lock::of(&path)? {
                return Ok(Self { path, writer, lock: Some(lock) });
            }
        }
        Err(io::ErrorKind::WouldBlock.into())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn writer(&self) -> &str {
        &self.writer
    }

    /// Whether somebody has removed it; where nobody can tell, it is there.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.path.try_exists(), Ok(false))
    }

    /// The names of everything in it but the lock.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| !Lock::is_name(name)).collect()
    }

    /// Takes over what dead processes left beside this folder.
    ///
    /// # Errors
    /// Where nobody can tell what is there. What somebody else made is passed over.
    pub(super) fn inherit(&self) -> io::Result<Vec<Estate>> {
        let mut estates = Vec::new();
        let shared = self.path.parent().unwrap_or(&self.path);
        for entry in fs::read_dir(shared)?.flatten() {
            let path = entry.path();
            if path == self.path || private::claim(&path).is_err() {
                continue;
            }
            // One that cannot be locked is in use, or is being cleared away.
            if let Ok(Some(lock)) = Lock::of(&path) {
                estates.push(self.take_over(&path));
                lock.clear_away(&path);
            }
        }
        Ok(estates)
    }

    /// What cannot be moved stays for the next process.
    fn take_over(&self, dead: &Path) -> Estate {
        let mut estate = Estate::default();
        for entry in fs::read_dir(dead).into_iter().flatten().flatten() {
            if let Ok(name) = entry.file_name().into_string() {
                self.take(&entry.path(), name, &mut estate);
            }
        }
        // What moved is safe where it is once both folders are written, and is still whole before.
        let _ = private::sync_folder(&self.path).and_then(|()| private::sync_folder(dead));
        estate
    }

    fn take(&self, path: &Path, name: String, estate: &mut Estate) {
        let takes = |as_name: &str| fs::rename(path, self.path.join(as_name)).is_ok();
        if file::is_half_a_marker(&name) {
            let _ = fs::remove_file(path);
        } else if file::is_unfinished(&name) {
            estate.unfinished += u64::from(takes(&file::aside(&name)));
        } else if file::is_set_aside(&name) {
            takes(&name);
        } else if file::is_marker(&name) && takes(&name) {
            estate.markers.push(name);
        } else if FileName::parse(&name).is_some() && takes(&name) {
            estate.files.push(name);
        }
    }

    /// Keeps of what was set aside the newest alone: nobody may ever look at it.
    pub(super) fn bound_set_aside(&self) {
        let mut aside = self.names();
        aside.retain(|name| file::is_set_aside(name));
        aside.sort_unstable();
        for oldest in aside.iter().rev().skip(MOST_SET_ASIDE) {
            let _ = fs::remove_file(self.path.join(oldest));
        }
    }
}

impl Drop for Folder {
    /// An empty folder is of no use to anybody; one with files is left to the next process.
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            lock.clear_away(&self.path);
        }
    }
}

/// A name that tells clients apart and does not show the address, which may hold a token.
fn folder_name(address: &str, client_id: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(address);
    hash.update([0]);
    hash.update(client_id);
    let hash = hash.finalize();
    let mut name: String = client_id
        .chars()
        .take(SHOWN_BYTES)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    name.push('-');
    for byte in &hash[..8] {
        // Writing to memory cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::super::tests::Scratch;
    use super::*;

    fn folder(scratch: &Scratch) -> Folder {
        Folder::create(scratch.path(), "http://a/", "acme").expect("a folder")
    }

    #[test]
    fn each_process_has_a_folder_of_its_own_and_what_a_dead_one_left_is_taken_over() {
        let scratch = Scratch::new();
        let (one, other) = (folder(&scratch), folder(&scratch));
        let name = FileName::new(std::time::SystemTime::now(), one.writer(), 1, 3).to_string();
        let marker = file::marker(Uuid::now_v7());
        file::write(one.path(), &name, b"{}\n").expect("written");
        file::write(one.path(), &marker, b"{}\n").expect("written");
        fs::write(one.path().join("x.ndjson.tmp"), "{").expect("written");
        fs::write(one.path().join(format!("{marker}.tmp")), "{").expect("written");
        assert!(other.inherit().expect("a look around").is_empty());

        let left = one.path().to_owned();
        drop(one);
        let estates = other.inherit().expect("a look around");
        let [estate] = &estates[..] else { panic!("{estates:?}") };
        assert_eq!((&estate.files, estate.unfinished), (&vec![name.clone()], 1));
        assert_eq!(estate.markers, [marker]);
        assert!(other.path().join(&name).exists() && !left.exists());
        assert!(other.path().join("x.ndjson.damaged").exists());
    }

    #[test]
    fn a_folder_without_files_goes_with_its_process() {
        let scratch = Scratch::new();
        let folder = folder(&scratch);
        let path = folder.path().to_owned();
        assert!(!folder.is_gone());
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn of_what_is_damaged_the_newest_is_kept() {
        let scratch = Scratch::new();
        let folder = folder(&scratch);
        for number in 10..10 + MOST_SET_ASIDE + 4 {
            fs::write(folder.path().join(format!("{number}.damaged")), "x").expect("written");
        }
        folder.bound_set_aside();
        assert_eq!(folder.names().len(), MOST_SET_ASIDE);
        assert!(!folder.path().join("13.damaged").exists());
        assert!(folder.path().join("14.damaged").exists());
    }

    #[test]
    fn another_address_or_client_has_another_folder() {
        let names = [
            ("http://a/", "acme"),
            ("http://b/", "acme"),
            ("http://a/", "other"),
            ("http://a/a", "cme"),
        ]
        .map(|(address, client)| folder_name(address, client));
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name));
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
        }
        assert!(folder_name("http://a/", "../../etc").starts_with("______etc-"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_and_no_link_is_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let scratch = Scratch::new();
        let folder = folder(&scratch);
        file::write(folder.path(), "1-1-1-a.ndjson", b"x").expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode(folder.path()) & 0o777, 0o700);
        assert_eq!(mode(&folder.path().join("1-1-1-a.ndjson")) & 0o777, 0o600);

        let elsewhere = scratch.path().join("elsewhere");
        fs::create_dir(&elsewhere).expect("a folder");
        symlink(&elsewhere, scratch.path().join(folder_name("http://b/", "acme"))).expect("a link");
        assert!(Folder::create(scratch.path(), "http://b/", "acme").is_err());
        fs::write(elsewhere.join("1-1-1-a.ndjson"), "x").expect("written");
        symlink(&elsewhere, folder.path().with_file_name("dead")).expect("a link");
        assert!(folder.inherit().expect("a look around").is_empty());
    }
}

//! The folder that one process has to itself in the spool, and the folders that dead processes left.
//!
//! Under the directory that the host names there is one folder for each address and client id,
//! because another client's key must not send its records, and in that one folder for each process.
//! A process holds the lock of its folder for as long as it lives, however it ends.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::file;

const LOCK: &str = "lock";
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
    _lock: Lock,
}

/// What a dead process left, moved to a folder of one's own.
#[derive(Debug, Default)]
pub(super) struct Estate {
    /// The names of its files.
    pub(super) files: Vec<String>,
    /// How many it was writing when it ended; they are set aside.
    pub(super) unfinished: u64,
}

impl Folder {
    /// A folder of one's own, for records to this address as this client.
    pub(super) fn create(spool: &Path, address: &str, client_id: &str) -> io::Result<Self> {
        make_folders(spool)?;
        let shared = spool.join(folder_name(address, client_id));
        make_folder(&shared)?;
        for _ in 0..TRIES {
            let writer = Uuid::now_v7().simple().to_string();
            let path = shared.join(&writer);
            make_folder(&path)?;
            if let Some(lock) = lock(&path)? {
                return Ok(Self { path, writer, _lock: lock });
            }
        }
        Err(io::Error::from(io::ErrorKind::WouldBlock))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn writer(&self) -> &str {
        &self.writer
    }

    /// Takes over what dead processes left beside this folder.
    pub(super) fn inherit(&self) -> io::Result<Estate> {
        let mut estate = Estate::default();
        let shared = self.path.parent().unwrap_or(&self.path);
        for entry in fs::read_dir(shared)? {
            let path = entry?.path();
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir());
            if path == self.path || !is_folder {
                continue;
            }
            // One that cannot be locked is another user's, or is being cleared away.
            if let Ok(Some(lock)) = lock(&path) {
                self.take_over(&path, &mut estate);
                drop(lock);
            }
        }
        estate.files.sort_unstable();
        Ok(estate)
    }

    /// What cannot be moved stays for the next process.
    fn take_over(&self, dead: &Path, estate: &mut Estate) {
        for entry in fs::read_dir(dead).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let takes = |as_name: &str| fs::rename(entry.path(), self.path.join(as_name)).is_ok();
            if file::is_unfinished(&name) {
                estate.unfinished += u64::from(takes(&file::aside(&name)));
            } else if file::is_set_aside(&name) {
                takes(&name);
            } else if file::FileName::parse(&name).is_some() && takes(&name) {
                estate.files.push(name);
            }
        }
        // With anything left in it the folder stays.
        let is_empty = fs::read_dir(dead).is_ok_and(|left| left.count() <= 1);
        if is_empty {
            let _ = fs::remove_file(dead.join(LOCK)).and_then(|()| fs::remove_dir(dead));
        }
    }

    /// Keeps of what was set aside the newest alone: nobody may ever look at it.
    pub(super) fn bound_set_aside(&self) {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut aside: Vec<PathBuf> = entries
            .filter(|entry| entry.file_name().to_str().is_some_and(file::is_set_aside))
            .map(|entry| entry.path())
            .collect();
        aside.sort_unstable();
        for oldest in aside.iter().rev().skip(MOST_SET_ASIDE) {
            let _ = fs::remove_file(oldest);
        }
    }
}

impl Drop for Folder {
    /// An empty folder is of no use to anybody; one with files is left to the next process.
    fn drop(&mut self) {
        let is_empty = fs::read_dir(&self.path).is_ok_and(|entries| entries.count() <= 1);
        if is_empty {
            let lock = self.path.join(LOCK);
            let _ = fs::remove_file(lock).and_then(|()| fs::remove_dir(&self.path));
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

/// The lock of a folder, if nobody has it.
fn lock(folder: &Path) -> io::Result<Option<Lock>> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let lock = match Lock::take(&mut options, &path) {
        // Somebody cleared the folder away.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        taken => taken?,
    };
    // The file that is locked may not be the one that is there any more.
    Ok(lock.filter(|_| path.exists()))
}

/// A file that this process alone has locked. The system unlocks it however the process ends.
#[cfg(unix)]
#[derive(Debug)]
struct Lock {
    _file: nix::fcntl::Flock<File>,
}

#[cfg(unix)]
impl Lock {
    fn take(options: &mut OpenOptions, path: &Path) -> io::Result<Option<Self>> {
        use std::os::unix::fs::OpenOptionsExt;

        use nix::errno::Errno;
        use nix::fcntl::{Flock, FlockArg, OFlag};

        let file = options.mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => Ok(Some(Self { _file: file })),
            Err((_, Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, error)) => Err(error.into()),
        }
    }
}

/// A file that this process alone has open.
#[cfg(not(unix))]
#[derive(Debug)]
struct Lock {
    _file: File,
}

#[cfg(windows)]
impl Lock {
    fn take(options: &mut OpenOptions, path: &Path) -> io::Result<Option<Self>> {
        use std::os::windows::fs::OpenOptionsExt;

        /// Windows' error code for a file that another has open.
        const SHARING_VIOLATION: i32 = 32;
        match options.share_mode(0).open(path) {
            Ok(file) => Ok(Some(Self { _file: file })),
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(not(any(unix, windows)))]
impl Lock {
    /// Without locks nobody can tell who is alive, so there is no spool.
    fn take(_: &mut OpenOptions, _: &Path) -> io::Result<Option<Self>> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}

fn make_folders(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    private(&mut builder).create(path)
}

/// Makes a folder, or finds one that is no link.
fn make_folder(path: &Path) -> io::Result<()> {
    match private(&mut DirBuilder::new()).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    if fs::symlink_metadata(path)?.is_dir() {
        Ok(())
    } else {
        Err(io::Error::from(io::ErrorKind::NotADirectory))
    }
}

fn private(builder: &mut DirBuilder) -> &mut DirBuilder {
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    builder
}

#[cfg(test)]
mod tests {
    use super::super::file::FileName;
    use super::super::tests::Scratch;
    use super::*;

    #[test]
    fn each_process_has_a_folder_of_its_own_and_what_a_dead_one_left_is_taken_over() {
        let scratch = Scratch::new();
        let folder = || Folder::create(scratch.path(), "http://a/", "acme").expect("a folder");
        let (one, other) = (folder(), folder());
        let name = FileName::new(std::time::SystemTime::now(), one.writer(), 1, 3).to_string();
        file::write(one.path(), &name, b"{}\n").expect("written");
        fs::write(one.path().join("x.ndjson.tmp"), "{").expect("written");
        assert_eq!(other.inherit().expect("a look around").files, Vec::<String>::new());

        let left = one.path().to_owned();
        drop(one);
        let estate = other.inherit().expect("a look around");
        assert_eq!((&estate.files, estate.unfinished), (&vec![name.clone()], 1));
        assert!(other.path().join(&name).exists() && !left.exists());
        assert!(other.path().join("x.ndjson.damaged").exists());
    }

    #[test]
    fn a_folder_without_files_goes_with_its_process() {
        let scratch = Scratch::new();
        let folder = Folder::create(scratch.path(), "http://a/", "acme").expect("a folder");
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn of_what_is_damaged_the_newest_is_kept() {
        let scratch = Scratch::new();
        let folder = Folder::create(scratch.path(), "http://a/", "acme").expect("a folder");
        for number in 10..10 + MOST_SET_ASIDE + 4 {
            fs::write(folder.path().join(format!("{number}.damaged")), "x").expect("written");
        }
        folder.bound_set_aside();
        let left = fs::read_dir(folder.path()).expect("it is there").count();
        assert_eq!(left, MOST_SET_ASIDE + 1, "they and the lock");
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
        let folder = Folder::create(scratch.path(), "http://a/", "acme").expect("a folder");
        file::write(folder.path(), "1-1-1-a.ndjson", b"x").expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode(folder.path()) & 0o777, 0o700);
        assert_eq!(mode(&folder.path().join("1-1-1-a.ndjson")) & 0o777, 0o600);

        let elsewhere = scratch.path().join("elsewhere");
        fs::create_dir(&elsewhere).expect("a folder");
        symlink(&elsewhere, scratch.path().join(folder_name("http://b/", "acme"))).expect("a link");
        assert!(Folder::create(scratch.path(), "http://b/", "acme").is_err());
        symlink("/etc/hosts", folder.path().join("2-1-1-a.ndjson")).expect("a link");
        assert!(file::read(&folder.path().join("2-1-1-a.ndjson")).is_err());
    }
}

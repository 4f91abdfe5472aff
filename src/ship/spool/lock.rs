//! The lock of a folder: held by a process for as long as it lives, however it ends.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::private;

/// What the file is called.
const NAME: &str = "lock";

/// A folder's file that this process alone has locked. The system unlocks it with the end of the
/// process.
#[derive(Debug)]
pub(super) struct Lock {
    #[cfg(unix)]
    file: nix::fcntl::Flock<File>,
    #[cfg(not(unix))]
    _file: File,
}

impl Lock {
    /// The lock of a folder, if nobody has it.
    pub(super) fn of(folder: &Path) -> io::Result<Option<Self>> {
        let path = folder.join(NAME);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let lock = match Self::take(private::do_not_follow(&mut options), &path) {
            // Somebody cleared the folder away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            taken => taken?,
        };
        // Between opening and locking somebody may have cleared it away, and made another.
        Ok(lock.filter(|lock| lock.is_of(&path)))
    }

    pub(super) fn is_name(name: &str) -> bool {
        name == NAME
    }

    /// Clears the folder away if nothing else is in it.
    pub(super) fn clear_away(self, folder: &Path) {
        if fs::read_dir(folder).is_ok_and(|left| left.count() <= 1) {
            // Windows deletes no file that is open. Elsewhere it stays locked until it is gone.
            let lock = (!cfg!(windows)).then_some(self);
            let _ = fs::remove_file(folder.join(NAME)).and_then(|()| fs::remove_dir(folder));
            drop(lock);
        }
    }
}

#[cfg(unix)]
impl Lock {
    fn take(options: &mut OpenOptions, path: &Path) -> io::Result<Option<Self>> {
        use std::os::unix::fs::OpenOptionsExt;

        use nix::errno::Errno;
        use nix::fcntl::{Flock, FlockArg};

        let file = options.mode(0o600).open(path)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => Ok(Some(Self { file })),
            Err((_, Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, error)) => Err(error.into()),
        }
    }

    /// Whether the file that is locked is the one that has this name.
    fn is_of(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;

        let id =
            |found: io::Result<fs::Metadata>| found.map(|found| (found.dev(), found.ino())).ok();
        let locked = id(self.file.metadata());
        locked.is_some() && locked == id(fs::symlink_metadata(path))
    }
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

    /// A file that is open keeps its name.
    fn is_of(&self, path: &Path) -> bool {
        path.exists()
    }
}

#[cfg(not(any(unix, windows)))]
impl Lock {
    /// Without locks nobody can tell who is alive, so there is no spool.
    fn take(_: &mut OpenOptions, _: &Path) -> io::Result<Option<Self>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn is_of(&self, _: &Path) -> bool {
        false
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::tests::Scratch;
    use super::*;

    #[test]
    fn a_folder_has_one_holder_at_a_time() {
        let scratch = Scratch::new();
        private::make_folders(scratch.path()).expect("made");
        let lock = Lock::of(scratch.path()).expect("opened").expect("free");
        assert!(Lock::of(scratch.path()).expect("opened").is_none());
        drop(lock);
        Lock::of(scratch.path()).expect("opened").expect("free").clear_away(scratch.path());
        assert!(!scratch.path().exists());
        assert!(Lock::of(scratch.path()).expect("it is gone").is_none());
    }

    #[test]
    fn the_lock_of_a_file_that_was_replaced_is_none() {
        let scratch = Scratch::new();
        private::make_folders(scratch.path()).expect("made");
        let path = scratch.path().join(NAME);
        let lock = Lock::of(scratch.path()).expect("opened").expect("free");
        assert!(lock.is_of(&path));
        fs::remove_file(&path).expect("removed");
        assert!(!lock.is_of(&path));
        fs::write(&path, "").expect("written");
        assert!(!lock.is_of(&path), "another file has its name");
    }
}

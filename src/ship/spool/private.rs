//! Folders and files that are this user's alone: what somebody else made, or could look at, is not
//! used.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// Makes a folder and those above it. What is there already is the host's, as it is.
pub(super) fn make_folders(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        make_folders(above)?;
    }
    match create(path) {
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Makes a folder of this user's, or [claims](claim) the one that is there.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => claim(path),
        made => made,
    }
}

fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    if let Some(above) = path.parent() {
        // One that may be written but not read cannot be synced; the folder is there all the same.
        let _ = sync_folder(above);
    }
    Ok(())
}

/// Checks that a folder is no link and this user's, and keeps everybody else out: where volumes
/// are shared, whole groups are let into everything on them.
///
/// # Errors
/// [`ErrorKind::NotADirectory`] and [`ErrorKind::PermissionDenied`] where it is not; those of the
/// operating system.
pub(super) fn claim(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    if !is_own(&found) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    keep_out(path, &found)
}

#[cfg(unix)]
fn keep_out(path: &Path, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let of_others = found.permissions().mode() & 0o077;
    if of_others == 0 {
        Ok(())
    } else {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
    }
}

#[cfg(not(unix))]
fn keep_out(_: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_own(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == nix::unistd::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &Metadata) -> bool {
    true
}

/// A new file in a folder is safe once the folder is written as well.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let is_here = folder.as_os_str().is_empty();
    let folder = if is_here { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The content of a file.
///
/// # Errors
/// [`ErrorKind::InvalidData`] where it is a link, another user's, no file at all or larger than
/// `most`; those of the operating system.
pub(super) fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let is_right =
        |found: &Metadata| found.is_file() && is_own(found) && found.len() <= most as u64;
    if !is_right(&fs::symlink_metadata(path)?) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut options = OpenOptions::new();
    let file = do_not_follow(options.read(true)).open(path)?;
    // Another may have been put in its place meanwhile.
    if !is_right(&file.metadata()?) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut content = Vec::new();
    file.take(most as u64).read_to_end(&mut content)?;
    Ok(content)
}

/// Opens no link, and does not wait where something else than a file has its name.
pub(super) fn do_not_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use nix::fcntl::OFlag;
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits());
    }
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::super::tests::Scratch;
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn everybody_else_is_kept_out() {
        let scratch = Scratch::new();
        let folder = scratch.path().join("a/b");
        make_folders(&folder).expect("made");
        assert_eq!(mode(&folder), 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("changed");
        make_folder(&folder).expect("claimed");
        assert_eq!(mode(&folder), 0o700);
    }

    #[test]
    fn no_link_and_no_file_is_taken_for_a_folder() {
        let scratch = Scratch::new();
        make_folders(&scratch.path().join("folder")).expect("made");
        let (link, file) = (scratch.path().join("link"), scratch.path().join("file"));
        symlink(scratch.path().join("folder"), &link).expect("a link");
        fs::write(&file, "").expect("written");
        for path in [link, file] {
            let refused = make_folder(&path).expect_err("refused").kind();
            assert_eq!(refused, ErrorKind::NotADirectory);
        }
    }

    #[test]
    fn only_a_file_of_ones_own_that_is_no_link_and_not_too_large_is_read() {
        let scratch = Scratch::new();
        make_folders(scratch.path()).expect("made");
        let (file, link) = (scratch.path().join("file"), scratch.path().join("link"));
        fs::write(&file, "four").expect("written");
        symlink(&file, &link).expect("a link");
        let kind = |path: &Path, most| read(path, most).map_err(|error| error.kind());
        assert_eq!(kind(&file, 4), Ok(b"four".to_vec()));
        assert_eq!(kind(&file, 3), Err(ErrorKind::InvalidData));
        assert_eq!(kind(&link, 4), Err(ErrorKind::InvalidData));
        assert_eq!(kind(scratch.path(), 1 << 20), Err(ErrorKind::InvalidData));
        assert_eq!(kind(&scratch.path().join("none"), 4), Err(ErrorKind::NotFound));
    }

    #[test]
    fn what_is_another_users_is_not_used() {
        let scratch = Scratch::new();
        let (folder, file) = (scratch.path().join("folder"), scratch.path().join("file"));
        make_folders(&folder).expect("made");
        fs::write(&file, "four").expect("written");
        // Only a privileged user can give anything away; for others the root's own do.
        let is_given = [&folder, &file].iter().all(|path| chown(path, Some(65_534), None).is_ok());
        let (folder, file) = if is_given {
            (folder, file)
        } else {
            (Path::new("/").to_owned(), Path::new("/etc/hosts").to_owned())
        };
        let refused = make_folder(&folder).expect_err("refused").kind();
        assert_eq!(refused, ErrorKind::PermissionDenied);
        let refused = read(&file, 1 << 20).expect_err("refused").kind();
        assert_eq!(refused, ErrorKind::InvalidData);
    }
}

//! One file of the spool: records as they are sent, one a line, so that a person can read them and
//! send them by hand.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::private;

/// What a file is called that is being written, or was when its process ended.
const UNFINISHED: &str = "tmp";
/// What a file is called that nobody can read.
const SET_ASIDE: &str = "damaged";
/// What the marker of an open run is called.
const MARKER: &str = "open";

/// More records than any file of ours holds.
const MOST_RECORDS: u64 = 1 << 20;

/// The name of a file: when it was written, by whom and as its how many-eth, and how many records
/// are in it. In the order of their names files are in the order of their time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileName {
    millis: u64,
    writer: String,
    sequence: u64,
    pub(super) records: u64,
}

impl FileName {
    pub(super) fn new(now: SystemTime, writer: &str, sequence: u64, records: u64) -> Self {
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        Self { millis, writer: writer.to_owned(), sequence, records }
    }

    /// `None` where the name is none of ours.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(".ndjson")?.split('-');
        let mut number = || parts.next()?.parse().ok();
        let (millis, sequence, records) = (number()?, number()?, number()?);
        if records > MOST_RECORDS {
            return None;
        }
        let writer = parts.next().filter(|writer| is_writer(writer))?.to_owned();
        parts.next().is_none().then_some(Self { millis, writer, sequence, records })
    }

    /// Of each writer's files the one that was written last: by its count, because a clock may be
    /// set back.
    pub(super) fn last_of_each<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Self> {
        let mut files: Vec<Self> = names.filter_map(Self::parse).collect();
        files.sort_unstable_by(|one, other| {
            (&one.writer, other.sequence).cmp(&(&other.writer, one.sequence))
        });
        files.dedup_by(|one, other| one.writer == other.writer);
        files
    }
}

impl std::fmt::Display for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { millis, writer, sequence, records } = self;
        write!(f, "{millis:013}-{sequence:06}-{records}-{writer}.ndjson")
    }
}

fn is_writer(writer: &str) -> bool {
    (1..=64).contains(&writer.len()) && writer.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a file of this name was being written when its process ended.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.ends_with(&format!(".{UNFINISHED}"))
}

/// Whether a file of this name was set aside.
pub(super) fn is_set_aside(name: &str) -> bool {
    name.ends_with(&format!(".{SET_ASIDE}"))
}

/// The name of an open run's marker.
pub(super) fn marker(id: Uuid) -> String {
    format!("{id}.{MARKER}")
}

/// Whether it is the name of one.
pub(super) fn is_marker(name: &str) -> bool {
    let id = name.strip_suffix(MARKER).and_then(|name| name.strip_suffix('.'));
    id.is_some_and(|id| Uuid::try_parse(id).is_ok())
}

/// Whether a marker of this name was being written when its process ended.
pub(super) fn is_half_a_marker(name: &str) -> bool {
    let name = name.strip_suffix(UNFINISHED).and_then(|name| name.strip_suffix('.'));
    name.is_some_and(is_marker)
}

/// Whether a file of this name holds records, or some of one.
pub(super) fn may_hold_traces(name: &str) -> bool {
    is_set_aside(name) || is_unfinished(name) || FileName::parse(name).is_some()
}

/// The name of what is set aside of a file.
pub(super) fn aside(name: &str) -> String {
    format!("{}.{SET_ASIDE}", name.trim_end_matches(&format!(".{UNFINISHED}")))
}

/// Writes a file that is either there as a whole or not at all, also after a power failure: written
/// aside, synced, renamed.
pub(super) fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let written = put_with(folder, name, content, File::sync_all);
    let written = written.and_then(|()| private::sync_folder(folder));
    if written.is_err() {
        // Nobody would know of it.
        let _ = fs::remove_file(folder.join(name));
    }
    written
}

/// The same for what has to outlive its process alone, and not the machine: nothing is synced.
pub(super) fn put(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    put_with(folder, name, content, |_| Ok(()))
}

fn put_with(
    folder: &Path,
    name: &str,
    content: &[u8],
    sync: fn(&File) -> io::Result<()>,
) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.{UNFINISHED}"));
    let put = write_aside(&unfinished, content)
        .and_then(|file| sync(&file))
        .and_then(|()| fs::rename(&unfinished, folder.join(name)));
    if put.is_err() {
        // What is left of it takes room that may be all that is missing.
        let _ = fs::remove_file(&unfinished);
    }
    put
}

fn write_aside(path: &Path, content: &[u8]) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Whatever is there already, a link included, is not written to.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    Ok(file)
}

/// Deletes a file. Tells whether it is gone.
pub(super) fn delete(path: &Path) -> bool {
    fs::remove_file(path).is_ok() || is_missing(path)
}

fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Takes the content of a file that cannot be deleted.
pub(super) fn empty(path: &Path) {
    let mut options = OpenOptions::new();
    let _ = private::do_not_follow(options.write(true).truncate(true)).open(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_time_and_say_how_many_records_there_are() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let names = [
            FileName::new(at(5), "b", 9, 100),
            FileName::new(at(1_900_000_000), "b", 1, 7),
            FileName::new(at(1_900_000_000), "a", 2, 7),
        ];
        let texts = names.each_ref().map(ToString::to_string);
        assert!(texts.is_sorted(), "{texts:?}");
        for (name, text) in names.iter().zip(&texts) {
            assert_eq!(FileName::parse(text).as_ref(), Some(name));
        }
    }

    #[test]
    fn the_last_of_each_writer_is_told_by_its_count() {
        let names = ["9-1-1-a.ndjson", "5-2-1-a.ndjson", "7-10-1-b.ndjson", "8-9-1-b.ndjson", "x"];
        let last = FileName::last_of_each(names.into_iter());
        assert_eq!(last, [names[1], names[2]].map(|name| FileName::parse(name).expect("ours")));
    }

    #[test]
    fn other_names_are_none_of_ours() {
        for name in ["", "lock", "1-2-3.ndjson", "1-2-3-a-b.ndjson", "1-2-x-a.ndjson", "a.tmp"] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
        assert_eq!(FileName::parse("1-2-3-../a.ndjson"), None);
        assert!(is_unfinished("x.ndjson.tmp") && is_set_aside(&aside("x.ndjson.tmp")));
        assert_eq!(aside("x.ndjson"), "x.ndjson.damaged");
        let marker = marker(Uuid::nil());
        assert!(is_marker(&marker) && !is_half_a_marker(&marker));
        assert!(is_half_a_marker(&format!("{marker}.tmp")) && !is_marker("../x.open"));
    }
}

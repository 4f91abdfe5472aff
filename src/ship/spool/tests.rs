//! What the spool promises.

use std::fs;
use std::path::PathBuf;

use tokio::time::Instant;

use super::super::consent::Consent;
use super::*;
use crate::Record;
use crate::mask::Policy;

/// A directory of a test's own.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("epilogue-{}", uuid::Uuid::now_v7()));
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn spool(scratch: &Scratch, max_bytes: usize) -> Spool {
    let to = Destination {
        url: crate::config::CollectorUrl::parse("http://127.0.0.1:1/v1/logs", false)
            .expect("an address"),
        api_key: "key".into(),
        client_id: "acme".to_owned(),
    };
    let adopts_as = Consent::new(Level::FullTrace).now();
    Spool::open(scratch.path(), &to, max_bytes, adopts_as).expect("a spool")
}

fn payload(ticket: &str) -> Payload {
    let record = Record::workflow(ticket).state("a trace of some words ".repeat(40));
    record.seal(&Policy::default(), Level::FullTrace)
}

fn store(spool: &mut Spool, tickets: &[&str], consent: &Consent) -> u64 {
    let payloads: Vec<Payload> = tickets.iter().map(|ticket| payload(ticket)).collect();
    let payloads: Vec<&Payload> = payloads.iter().collect();
    spool.store(&payloads, &wire::Sdk::default(), consent.now()).expect("stored")
}

fn tickets(loaded: &Loaded) -> Vec<String> {
    let ticket = |payload: &Payload| {
        let envelope: wire::Envelope = serde_json::from_str(&payload.render()).expect("JSON");
        envelope.ticket_id.expect("a ticket")
    };
    loaded.payloads.iter().map(ticket).collect()
}

#[test]
fn files_are_read_oldest_first_and_go_when_their_records_have() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    store(&mut spool, &["1", "2"], &consent);
    store(&mut spool, &["3"], &consent);
    let first = spool.load().expect("read").expect("a file");
    assert_eq!(tickets(&first), ["1", "2"]);
    assert_eq!(tickets(&spool.load().expect("read").expect("a file")), ["3"]);
    assert!(spool.load().expect("read").is_none() && !spool.has_more());
    spool.tidy();
    assert_eq!(spool.loaded(), 1, "the records of the first are held");
    drop(first);
    spool.tidy();
    assert_eq!((spool.loaded(), spool.bytes), (0, 0));
}

#[test]
fn the_next_process_has_what_the_one_before_left_before_its_own() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut before = spool(&scratch, 1 << 20);
    store(&mut before, &["1"], &consent);
    store(&mut before, &["2"], &consent);
    drop(before);
    let mut next = spool(&scratch, 1 << 20);
    store(&mut next, &["3"], &consent);
    assert_eq!(next.inherit(&wire::Sdk::default()).records, 2);
    let order: Vec<_> =
        std::iter::from_fn(|| next.load().expect("read")).flat_map(|l| tickets(&l)).collect();
    assert_eq!(order, ["1", "2", "3"]);
}

#[test]
fn without_room_the_oldest_go_and_are_told() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 4_000);
    assert_eq!(store(&mut spool, &["1", "2"], &consent), 0);
    assert_eq!(store(&mut spool, &["3", "4"], &consent), 2);
    assert_eq!(tickets(&spool.load().expect("read").expect("a file")), ["3", "4"]);
    assert!(spool.bytes <= 4_000);
}

#[test]
fn what_is_damaged_is_set_aside_and_the_rest_is_read() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    store(&mut spool, &["1", "2"], &consent);
    let path = spool.folder.path().join(&spool.files[0].name);
    let whole = fs::read(&path).expect("it is there");
    fs::write(&path, &whole[..whole.len() - 100]).expect("written");
    let loaded = spool.load().expect("read").expect("a file");
    assert_eq!((tickets(&loaded), loaded.promised), (vec!["1".to_owned()], 2));
    assert!(loaded.is_damaged);
    let aside = spool.folder.path().join(file::aside(&spool.files[0].name));
    assert!(aside.exists());
    store(&mut spool, &["3"], &consent);
    fs::remove_file(spool.folder.path().join(&spool.files[1].name)).expect("removed");
    let gone = spool.load().expect("read").expect("a file");
    assert!(gone.payloads.is_empty() && gone.promised == 1 && gone.is_damaged);
}

/// The text of the file at this place.
fn text(spool: &Spool, index: usize) -> String {
    fs::read_to_string(spool.path(&spool.files[index].name)).expect("it is there")
}

fn apply(spool: &mut Spool, consent: &Consent) -> Lowered {
    spool.apply(consent, &wire::Sdk::default())
}

#[test]
fn consent_that_is_taken_back_reaches_the_disk() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    store(&mut spool, &["1", "2"], &consent);
    consent.set(Level::MetricsOnly);
    consent.set(Level::FullTrace);
    store(&mut spool, &["3"], &consent);
    assert_eq!(apply(&mut spool, &consent).withdrawn, 0);
    assert!(!text(&spool, 0).contains("some words"));
    let bytes: usize = spool.files.iter().map(|entry| entry.bytes).sum();
    assert_eq!(spool.bytes, bytes);
    assert!(spool.load().expect("read").expect("a file").payloads.iter().all(|p| !p.has_trace()));
    let third = spool.load().expect("read").expect("a file");
    assert!(third.payloads[0].has_trace());
    store(&mut spool, &["4"], &consent);
    consent.set(Level::Off);
    let lowered = apply(&mut spool, &consent);
    assert_eq!(lowered.withdrawn, 1, "the others are in memory");
    assert!(lowered.let_go.iter().any(|held| Arc::ptr_eq(held, &third.held)));
    assert_eq!((lowered.let_go.len(), spool.files.len(), spool.bytes), (2, 0, 0));
}

#[test]
fn what_is_lowered_is_not_written_again() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    store(&mut spool, &["1"], &consent);
    consent.set(Level::MetricsOnly);
    apply(&mut spool, &consent);
    fs::write(spool.path(&spool.files[0].name), "as it was").expect("written");
    consent.set(Level::MetricsOnly);
    apply(&mut spool, &consent);
    assert_eq!(text(&spool, 0), "as it was");
}

#[test]
fn where_there_is_no_room_to_lower_a_file_its_records_are_in_memory_without_their_traces() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    for ticket in ["1", "2"] {
        store(&mut spool, &[ticket], &consent);
        // Whatever is written aside finds its name taken.
        let name = &spool.files.back().expect("a file").name;
        fs::create_dir(spool.path(&format!("{name}.tmp"))).expect("a folder");
    }
    let loaded = spool.load().expect("read").expect("a file");
    consent.set(Level::MetricsOnly);
    let names: Vec<_> = spool.files.iter().map(|entry| entry.name.clone()).collect();
    let lowered = apply(&mut spool, &consent);
    assert!(names.iter().all(|name| !spool.path(name).exists()));
    let [homeless] = &lowered.homeless[..] else { panic!("{lowered:?}") };
    assert_eq!((tickets(homeless), homeless.promised), (vec!["2".to_owned()], 1));
    assert!(!homeless.payloads[0].has_trace());
    assert!(Arc::ptr_eq(&lowered.let_go[0], &loaded.held));
    assert_eq!((spool.files.len(), spool.bytes, spool.records()), (0, 0, 0));
}

#[test]
fn a_lower_level_takes_what_was_set_aside() {
    for level in [Level::MetricsOnly, Level::Off] {
        let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
        let mut spool = spool(&scratch, 1 << 20);
        let aside = spool.path("1-1-1-a.ndjson.damaged");
        fs::write(&aside, "a trace").expect("written");
        store(&mut spool, &["1"], &consent);
        apply(&mut spool, &consent);
        assert!(aside.exists());
        consent.set(level);
        apply(&mut spool, &consent);
        assert!(!aside.exists());
        assert_eq!(spool.files.len(), usize::from(level == Level::MetricsOnly));
    }
}

/// Puts something in the place of a file that cannot be deleted.
fn obstruct(path: &Path) {
    fs::remove_file(path).expect("it was there");
    fs::create_dir_all(path.join("in the way")).expect("a folder");
}

#[test]
fn what_cannot_be_deleted_is_tried_again_until_it_is_gone() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    store(&mut spool, &["1", "2"], &consent);
    let path = spool.path(&spool.files[0].name);
    obstruct(&path);
    consent.set(Level::Off);
    assert_eq!(apply(&mut spool, &consent).withdrawn, 2);
    assert_eq!((spool.delete_doomed(), spool.has_doomed()), (1, true));
    fs::remove_dir_all(&path).expect("removed");
    assert_eq!((spool.delete_doomed(), spool.has_doomed()), (0, false));
}

#[test]
fn room_is_made_by_what_can_be_deleted_and_nothing_else_counts_as_lost() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    store(&mut spool, &["1"], &consent);
    spool.max_bytes = spool.bytes * 5 / 2;
    obstruct(&spool.path(&spool.files[0].name));
    assert_eq!(store(&mut spool, &["2"], &consent), 0);
    assert_eq!(store(&mut spool, &["3"], &consent), 1);
    assert_eq!((spool.files.len(), spool.records()), (2, 2));
}

#[test]
fn what_is_too_large_is_set_aside_unread() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut before = spool(&scratch, 1 << 20);
    store(&mut before, &["1"], &consent);
    let name = FileName::new(SystemTime::now(), "a", 9, 5).to_string();
    fs::File::create(before.path(&name))
        .and_then(|file| file.set_len((1 << 20) + 1))
        .expect("made");
    drop(before);
    let mut next = spool(&scratch, 1 << 20);
    let inherited = next.inherit(&wire::Sdk::default());
    assert_eq!((inherited.records, inherited.dropped, inherited.set_aside), (6, 5, 1));
    assert!(next.path(&file::aside(&name)).exists() && inherited.trouble.is_none());
    assert_eq!(tickets(&next.load().expect("read").expect("a file")), ["1"]);
}

fn marker(ticket: &str) -> Payload {
    let record = Record::workflow(ticket).status(crate::Status::Crashed);
    record.seal(&Policy::default(), Level::MetricsOnly)
}

#[test]
fn what_a_dead_process_had_begun_and_not_told_of_is_told() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut before = spool(&scratch, 1 << 20);
    let mut runs = OpenRuns::new();
    let [open, over] = ["open", "over"].map(marker);
    // Of the one that is over the process had no time to remove the marker.
    before.store(&[&over], &wire::Sdk::default(), consent.now()).expect("stored");
    for marker in [open, over] {
        runs.open(marker, consent.now(), Instant::now());
    }
    runs.write(&before, &wire::Sdk::default()).expect("written");
    fs::write(before.path(&file::marker(uuid::Uuid::nil())), "half").expect("written");
    drop(before);

    let mut next = spool(&scratch, 1 << 20);
    let inherited = next.inherit(&wire::Sdk::default());
    assert_eq!((inherited.records, inherited.trouble), (2, None));
    let first = next.load().expect("read").expect("a file");
    let second = next.load().expect("read").expect("a file");
    assert_eq!((tickets(&first), tickets(&second)), (vec!["over".into()], vec!["open".into()]));
    assert!(second.payloads[0].render().contains(r#""status":"CRASHED""#));
    assert!(next.folder.names().iter().all(|name| !file::is_marker(name)));
}

#[test]
fn a_run_is_over_whose_record_stands_in_the_last_file_of_its_process_whatever_the_clock_says() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut before = spool(&scratch, 1 << 20);
    let mut runs = OpenRuns::new();
    let over = marker("over");
    before.store(&[&over], &wire::Sdk::default(), consent.now()).expect("stored");
    runs.open(over, consent.now(), Instant::now());
    runs.write(&before, &wire::Sdk::default()).expect("written");
    // What it had taken over itself, from a process whose clock was ahead.
    let later = SystemTime::now() + std::time::Duration::from_secs(3_600);
    let other = format!("{}\n", payload("other").render());
    let name = FileName::new(later, "other", 1, 1).to_string();
    file::write(before.folder.path(), &name, other.as_bytes()).expect("written");
    drop(before);

    let mut next = spool(&scratch, 1 << 20);
    assert_eq!(next.inherit(&wire::Sdk::default()).records, 2);
    assert!(next.folder.names().iter().all(|name| !file::is_marker(name)));
}

#[test]
fn a_marker_is_there_while_its_run_is_open_and_no_longer() {
    let (scratch, consent) = (Scratch::new(), Consent::new(Level::FullTrace));
    let mut spool = spool(&scratch, 1 << 20);
    let mut runs = OpenRuns::new();
    let [quick, slow, withdrawn] = ["quick", "slow", "withdrawn"].map(marker);
    let [quick_id, slow_id] = [quick.id(), slow.id()];
    runs.open(quick, consent.now(), Instant::now());
    runs.open(slow, consent.now(), Instant::now());
    assert!(runs.close(quick_id).is_none(), "it has no marker yet");
    runs.write(&spool, &wire::Sdk::default()).expect("written");
    assert_eq!(spool.folder.names(), [file::marker(slow_id)]);
    let over = runs.close(slow_id).expect("it has a marker");
    runs.tidy(&mut spool);
    assert_eq!(spool.folder.names().len(), 1, "its record is not safe yet");
    drop(over);
    runs.tidy(&mut spool);
    assert!(spool.folder.names().is_empty());

    runs.open(withdrawn, consent.now(), Instant::now());
    runs.write(&spool, &wire::Sdk::default()).expect("written");
    consent.set(Level::MetricsOnly);
    runs.apply(&consent, Some(&mut spool));
    assert_eq!(spool.folder.names().len(), 1);
    consent.set(Level::Off);
    runs.apply(&consent, Some(&mut spool));
    assert!(spool.folder.names().is_empty());
}

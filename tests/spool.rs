//! With a spool nothing that reached it is lost: not in an outage, not at the end of the process,
//! and not when the process is killed.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use common::{
    BOUND, LONG, SHORT, add_up, builder, collector, keeps_the_contract, numbered, settle, tickets,
    traced,
};
use epilogue::testing::{Fault, MockCollector};
use epilogue::{Client, ClientBuilder, Level, Loss, Record, Status};

/// A directory of a test's own.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let number = std::process::id();
        let path = std::env::temp_dir().join(format!("epilogue-spool-{name}-{number}"));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// Every file that is a part of the spool and ends like this.
    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect_files(&self.0, &mut files);
        files.retain(|file| file.to_string_lossy().ends_with(ending));
        files.sort();
        files
    }

    /// The tickets of all records on disk.
    fn tickets(&self) -> BTreeSet<String> {
        let texts =
            self.files(".ndjson").into_iter().filter_map(|file| fs::read_to_string(file).ok());
        texts.flat_map(|text| text.lines().map(ticket_of).collect::<Vec<_>>()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            collect_files(&entry.path(), files);
        } else {
            files.push(entry.path());
        }
    }
}

fn ticket_of(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).expect("a whole record");
    record["ticket_id"].as_str().expect("a ticket").to_owned()
}

fn spooling(collector: &MockCollector, scratch: &Scratch) -> ClientBuilder {
    builder(collector).timeout(SHORT).connect_timeout(SHORT).spool_dir(&scratch.0)
}

/// Waits until it holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ship_all(client: &Client, tickets: &[String]) {
    for ticket in tickets {
        client.ship(traced(ticket));
    }
}

/// Stored once each, with their traces, and nothing is left on disk.
fn all_arrived(collector: &MockCollector, scratch: &Scratch, expected: &[String]) {
    collector.wait_for(expected.len(), LONG);
    assert_eq!(tickets(collector), expected);
    assert!(collector.records().iter().all(|record| record.trace.is_some()));
    until("the files go", || scratch.files(".ndjson").is_empty());
    keeps_the_contract(collector);
}

#[test]
fn what_the_collector_cannot_be_given_waits_on_disk_and_is_delivered_when_it_is_back() {
    let (collector, scratch) = (collector(), Scratch::new("outage"));
    let client = spooling(&collector, &scratch).build().unwrap();
    collector.refuse();
    let all = numbered(300);
    ship_all(&client, &all);
    until("all are on disk", || {
        client.stats().spooled() + client.stats().pending() == 300 && scratch.tickets().len() == 300
    });
    add_up(&client.stats());
    collector.come_back().unwrap();
    all_arrived(&collector, &scratch, &all);
    until("all are counted", || client.stats().delivered() == 300);
    let stats = client.stats();
    assert_eq!((stats.lost(), stats.spooled(), stats.degraded(), stats.adopted()), (0, 0, 0, 0));
    add_up(&stats);
}

#[test]
fn the_oldest_come_first_and_new_records_are_not_held_up() {
    let (collector, scratch) = (collector(), Scratch::new("order"));
    let client = spooling(&collector, &scratch).build().unwrap();
    collector.refuse();
    let all = numbered(20);
    for ticket in &all {
        client.ship(traced(ticket));
        until("it is on disk", || scratch.tickets().contains(ticket));
    }
    collector.come_back().unwrap();
    collector.wait_for(20, LONG);
    let arrived: Vec<_> = collector.records().iter().map(common::ticket).collect();
    assert_eq!(arrived, all);
    client.ship(traced("new"));
    until("it arrives", || collector.stored() == 21);
}

#[test]
fn the_next_process_delivers_what_this_one_left() {
    let (collector, scratch) = (collector(), Scratch::new("next"));
    collector.always(Fault::Hang);
    let all = numbered(50);
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &all);
    let drained = client.shutdown_blocking(Duration::from_secs(1));
    assert!(drained.is_complete(), "what is on disk is safe: {}", client.stats());
    let stats = client.stats();
    assert_eq!((stats.spooled(), stats.lost(), stats.degraded()), (50, 0, 0), "{stats}");
    add_up(&stats);
    drop(client);

    collector.heal();
    let next = spooling(&collector, &scratch).build().unwrap();
    all_arrived(&collector, &scratch, &all);
    until("all are counted", || next.stats().delivered() == 50);
    assert_eq!((next.stats().produced(), next.stats().adopted()), (0, 50));
    add_up(&next.stats());
}

#[test]
fn a_process_that_lives_for_a_moment_delivers_what_it_finds() {
    let (collector, scratch) = (collector(), Scratch::new("moment"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(3));
    assert!(client.shutdown_blocking(BOUND).is_complete());
    drop(client);
    collector.come_back().unwrap();
    let next = spooling(&collector, &scratch).build().unwrap();
    assert!(next.shutdown_blocking(BOUND).is_complete());
    assert_eq!((collector.stored(), next.stats().delivered()), (3, 3));
    until("its folder goes with it", || scratch.files("").is_empty());
}

#[test]
fn another_client_or_address_never_sends_what_is_not_its_own() {
    let (collector, scratch) = (collector(), Scratch::new("others"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(3));
    assert!(client.shutdown_blocking(BOUND).is_complete());
    collector.come_back().unwrap();
    let other = spooling(&collector, &scratch).client_id("other").build().unwrap();
    other.ship(traced("others"));
    assert!(other.shutdown_blocking(BOUND).is_complete());
    assert_eq!((tickets(&collector), other.stats().adopted()), (vec!["others".to_owned()], 0));
    assert_eq!(scratch.tickets().len(), 3);
}

#[test]
fn processes_that_live_share_the_directory_and_keep_apart() {
    let (collector, scratch) = (collector(), Scratch::new("shared"));
    collector.refuse();
    let one = spooling(&collector, &scratch).build().unwrap();
    let other = spooling(&collector, &scratch).build().unwrap();
    one.ship(traced("one"));
    other.ship(traced("other"));
    until("both are on disk", || scratch.tickets().len() == 2);
    collector.come_back().unwrap();
    collector.wait_for(2, LONG);
    until("each has its own", || {
        [&one, &other].iter().all(|client| client.stats().delivered() == 1)
    });
    assert_eq!((one.stats().adopted(), other.stats().adopted()), (0, 0));
}

#[test]
fn consent_that_is_taken_back_reaches_the_disk() {
    let (collector, scratch) = (collector(), Scratch::new("consent"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(4));
    until("all are on disk", || scratch.tickets().len() == 4);
    client.set_level(Level::MetricsOnly);
    let is_bare = || {
        scratch
            .files(".ndjson")
            .iter()
            .all(|file| fs::read_to_string(file).is_ok_and(|text| !text.contains("what happened")))
    };
    until("no trace is left", is_bare);
    client.set_level(Level::Off);
    until("nothing is left", || scratch.files(".ndjson").is_empty());
    until("it is counted", || client.stats().skipped() == 4);
    client.set_level(Level::FullTrace);
    collector.come_back().unwrap();
    client.ship(traced("after"));
    until("it arrives", || client.stats().delivered() == 1);
    assert_eq!(tickets(&collector), ["after"]);
}

#[test]
fn a_full_spool_drops_the_oldest_and_counts_them() {
    let (collector, scratch) = (collector(), Scratch::new("full"));
    collector.refuse();
    let client = spooling(&collector, &scratch).spool_bytes(1 << 20).build().unwrap();
    for ticket in numbered(60) {
        client.ship(
            Record::workflow(ticket).status(Status::Failed).state("so it went ".repeat(4_000)),
        );
    }
    until("the oldest are dropped", || client.stats().lost_by(Loss::SpoolFull) > 0);
    until("all are on disk", || {
        let stats = client.stats();
        stats.spooled() + stats.pending() + stats.lost_by(Loss::SpoolFull) == 60
            && scratch.tickets().contains("ticket-0059")
    });
    // What is there goes only when the new file is there as well.
    let size = |file: &PathBuf| file.metadata().map_or(0, |data| data.len());
    until("it fits in", || scratch.files(".ndjson").iter().map(size).sum::<u64>() <= 1 << 20);
    assert!(!scratch.tickets().contains("ticket-0000"));
    add_up(&client.stats());
}

#[test]
fn what_is_damaged_is_set_aside_and_counted() {
    let (collector, scratch) = (collector(), Scratch::new("damaged"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(3));
    assert!(client.shutdown_blocking(BOUND).is_complete());
    drop(client);
    let file = &scratch.files(".ndjson")[0];
    let content = fs::read(file).unwrap();
    fs::write(file, &content[..content.len() - 20]).unwrap();
    fs::write(file.with_file_name("1-1-1-a.ndjson.tmp"), "{\"half").unwrap();

    collector.come_back().unwrap();
    let next = spooling(&collector, &scratch).build().unwrap();
    collector.wait_for(2, LONG);
    until("the rest is counted", || next.stats().delivered() == 2);
    let stats = next.stats();
    assert_eq!((stats.adopted(), stats.lost_by(Loss::SpoolFull), stats.set_aside()), (3, 1, 2));
    assert_eq!(scratch.files(".damaged").len(), 2);
    add_up(&stats);
}

#[test]
fn what_reaches_the_disk_at_the_very_end_is_safe() {
    let (collector, scratch) = (collector(), Scratch::new("end"));
    collector.always(Fault::Hang);
    // A request is under way until the end, and nobody knows that it will never be answered.
    let client = spooling(&collector, &scratch).timeout(LONG).build().unwrap();
    let all = numbered(3);
    ship_all(&client, &all);
    collector.wait_for_requests(1, LONG);
    assert!(client.shutdown_blocking(Duration::from_secs(1)).is_complete(), "{}", client.stats());
    let stats = client.stats();
    assert_eq!((stats.spooled(), stats.lost(), stats.pending()), (3, 0, 0), "{stats}");
    assert_eq!(scratch.tickets().into_iter().collect::<Vec<_>>(), all);
    add_up(&stats);
}

#[test]
fn a_shutdown_in_an_outage_waits_for_the_answer_whether_it_is_over() {
    let (collector, scratch) = (collector(), Scratch::new("probe"));
    collector.refuse();
    let client = spooling(&collector, &scratch).timeout(LONG).build().unwrap();
    ship_all(&client, &numbered(3));
    until("all are on disk", || scratch.tickets().len() == 3 && client.stats().requests() > 0);
    collector.come_back().unwrap();
    collector.next(Fault::Delay(SHORT));
    assert!(client.shutdown_blocking(LONG).is_complete());
    assert_eq!((client.stats().delivered(), client.stats().spooled()), (3, 0));
    keeps_the_contract(&collector);
}

/// What a process left of these tickets, whose collector refused it.
fn left(collector: &MockCollector, scratch: &Scratch, tickets: &[String]) {
    collector.refuse();
    let client = spooling(collector, scratch).build().unwrap();
    ship_all(&client, tickets);
    assert!(client.shutdown_blocking(BOUND).is_complete());
    drop(client);
    collector.come_back().unwrap();
}

#[test]
fn the_next_processs_level_holds_for_what_this_one_left() {
    let (collector, scratch) = (collector(), Scratch::new("level"));
    left(&collector, &scratch, &numbered(3));
    let next = spooling(&collector, &scratch).level(Level::MetricsOnly).build().unwrap();
    collector.wait_for(3, LONG);
    assert!(collector.records().iter().all(|record| record.trace.is_none()));
    until("all are counted", || next.stats().delivered() == 3);
    drop(next);
    collector.clear();

    left(&collector, &scratch, &numbered(3));
    let next = spooling(&collector, &scratch).level(Level::Off).build().unwrap();
    until("nothing is left", || scratch.files(".ndjson").is_empty());
    until("it is counted", || next.stats().skipped() == 3);
    assert!(next.shutdown_blocking(BOUND).is_complete());
    assert_eq!((next.stats().adopted(), collector.stored()), (3, 0));
    add_up(&next.stats());
}

#[test]
fn a_refused_key_costs_nothing_that_is_on_disk() {
    let (collector, scratch) = (collector(), Scratch::new("key"));
    let all = numbered(3);
    left(&collector, &scratch, &all);
    collector.always(Fault::status(401));
    let next = spooling(&collector, &scratch).build().unwrap();
    until("it is refused", || next.stats().requests() > 0);
    assert!(next.shutdown_blocking(BOUND).is_complete());
    let stats = next.stats();
    assert_eq!((stats.adopted(), stats.spooled(), stats.lost()), (3, 3, 0), "{stats}");
    add_up(&stats);
    drop(next);
    collector.heal();
    let _next = spooling(&collector, &scratch).build().unwrap();
    all_arrived(&collector, &scratch, &all);
}

#[test]
fn a_record_larger_than_the_spool_leaves_its_trace_behind() {
    let (collector, scratch) = (collector(), Scratch::new("large"));
    collector.refuse();
    let client = spooling(&collector, &scratch).spool_bytes(1 << 20).max_record_bytes(4 << 20);
    let client = client.build().unwrap();
    client.ship(traced("small"));
    until("it is on disk", || scratch.tickets().len() == 1);
    client.ship(Record::workflow("large").state("so it went ".repeat(200_000)));
    until("both are on disk", || scratch.tickets().len() == 2);
    let stats = client.stats();
    assert_eq!((stats.lost(), stats.degraded()), (0, 1), "{stats}");
    add_up(&stats);
}

#[test]
fn a_level_that_cannot_be_lowered_on_disk_is_lowered_in_memory() {
    let (collector, scratch) = (collector(), Scratch::new("lower"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    for ticket in ["one", "other"] {
        client.ship(traced(ticket));
        until("it is on disk", || scratch.tickets().contains(ticket));
    }
    for file in scratch.files(".ndjson") {
        // What is written aside finds its name taken.
        fs::create_dir(format!("{}.tmp", file.display())).unwrap();
    }
    client.set_level(Level::MetricsOnly);
    until("no trace is left", || {
        scratch
            .files(".ndjson")
            .iter()
            .all(|file| !fs::read_to_string(file).unwrap_or_default().contains("what happened"))
    });
    collector.come_back().unwrap();
    until("they arrive", || client.stats().delivered() == 2);
    assert!(collector.records().iter().all(|record| record.trace.is_none()));
    assert_eq!(client.stats().lost(), 0);
    add_up(&client.stats());
}

#[test]
fn what_is_withdrawn_and_cannot_be_deleted_goes_later() {
    let (collector, scratch) = (collector(), Scratch::new("withdrawn"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(2));
    until("all are on disk", || scratch.tickets().len() == 2);
    // They come back to memory to find out whether the collector is there.
    let before = client.stats().requests();
    until("it is asked again", || client.stats().requests() > before);
    let file = scratch.files(".ndjson").remove(0);
    fs::remove_file(&file).unwrap();
    fs::create_dir_all(file.join("in the way")).unwrap();
    client.set_level(Level::Off);
    until("it is counted", || client.stats().skipped() == 2);
    add_up(&client.stats());
    fs::remove_dir(file.join("in the way")).unwrap();
    fs::remove_dir(&file).unwrap();
    fs::write(&file, "back again").unwrap();
    assert!(client.shutdown_blocking(BOUND).is_complete());
    until("it goes", || !file.exists());
    assert_eq!((client.stats().skipped(), client.stats().lost()), (2, 0));
}

#[test]
fn without_a_disk_records_wait_in_memory() {
    let (collector, scratch) = (collector(), Scratch::new("disk"));
    fs::write(&scratch.0, "a file where a directory should be").unwrap();
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(5));
    collector.come_back().unwrap();
    settle(&client);
    assert_eq!(collector.stored(), 5);
    fs::remove_file(&scratch.0).unwrap();
}

#[test]
fn a_spool_that_somebody_removes_costs_what_was_in_it_and_nothing_more() {
    let (collector, scratch) = (collector(), Scratch::new("removed"));
    collector.refuse();
    let client = spooling(&collector, &scratch).build().unwrap();
    ship_all(&client, &numbered(2));
    until("all are on disk", || scratch.tickets().len() == 2);
    fs::remove_dir_all(&scratch.0).unwrap();
    client.ship(traced("after"));
    collector.come_back().unwrap();
    until("they arrive", || client.stats().delivered() > 0 && client.stats().pending() == 0);
    assert!(tickets(&collector).contains(&"after".to_owned()));
    add_up(&client.stats());
}

/// How often a host is killed; `scripts/test --full` asks for more.
fn kills() -> usize {
    std::env::var("EPILOGUE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

const HOST: &str = "EPILOGUE_TEST_HOST";

/// This test once more, in a process of its own, as a host that ships until it is killed.
fn start_host(collector: &MockCollector, scratch: &Scratch, round: usize) -> Child {
    let test = "a_host_that_is_killed_loses_nothing_that_was_spooled";
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(HOST, format!("{} {} {round}", collector.url(), scratch.0.display()))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

/// Ships numbered tickets for as long as it lives, half a minute at most.
fn host(arguments: &str) {
    let parts: Vec<&str> = arguments.splitn(3, ' ').collect();
    let client = Client::builder()
        .url(parts[0])
        .api_key(common::API_KEY)
        .client_id(common::CLIENT_ID)
        .timeout(SHORT)
        .spool_dir(parts[1])
        .build()
        .unwrap();
    for number in 0..6_000 {
        client.ship(traced(&format!("round-{}-{number:05}", parts[2])));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_host_that_is_killed_loses_nothing_that_was_spooled() {
    if let Some(arguments) = std::env::var_os(HOST) {
        return host(&arguments.to_string_lossy());
    }
    let (collector, scratch) = (collector(), Scratch::new("killed"));
    let mut spooled = BTreeSet::new();
    for round in 0..kills() {
        // By turns it is killed while it spools, and while it delivers what was spooled.
        let is_down = round % 2 == 0;
        if is_down {
            collector.refuse();
        }
        let mut host = start_host(&collector, &scratch, round);
        if is_down {
            let least = 2 + round;
            until("a few files", || scratch.files(".ndjson").len() >= least);
        } else {
            let before = collector.stored();
            until("some arrive", || collector.stored() > before + round);
        }
        host.kill().unwrap();
        host.wait().unwrap();
        spooled.extend(scratch.tickets());
        if is_down {
            collector.come_back().unwrap();
        }
    }
    let next = spooling(&collector, &scratch).build().unwrap();
    until("all is delivered", || {
        let stats = next.stats();
        scratch.files(".ndjson").is_empty() && stats.pending() + stats.spooled() == 0
    });
    let stored = tickets(&collector);
    let unique: BTreeSet<String> = stored.iter().cloned().collect();
    assert_eq!(stored.len(), unique.len(), "nothing is there twice");
    let missing: Vec<_> = spooled.difference(&unique).collect();
    assert!(missing.is_empty() && !spooled.is_empty(), "{missing:?}");
    add_up(&next.stats());
}

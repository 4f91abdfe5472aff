//! What keeps the server from starting is said in one line, and `doctor` says it as well.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use crate::certificate::Certificate;
use crate::process::{Process, binary};

fn run(command: &mut Command, arguments: &[&str]) -> Output {
    command.args(arguments).output().unwrap()
}

/// Expects that a server does not start, that one line says why, and that `doctor` says the same.
fn is_told(options: &[&str], why: &str) {
    let options = [&["--listen", "127.0.0.1:0"], options].concat();
    let output = run(&mut binary(), &[&["serve"], options.as_slice()].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{options:?}: {said}");
    assert!(said.starts_with("epilogue-collector: ") && said.contains(why), "{options:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(output.stdout.is_empty(), "nothing was begun");
    let output = run(&mut binary(), &[&["doctor"], options.as_slice()].concat());
    let found = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{options:?}: {found}");
    assert!(found.contains(why), "{options:?}: {found}");
    for text in [said, found, String::from_utf8(output.stderr).unwrap()] {
        assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_is_wrong_with_the_store_is_told() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("a-file");
    fs::write(&file, "").unwrap();
    is_told(&["--data", text(&file)], "a-file: ");
    is_told(&["--data", "/proc/no-such-place"], "/proc/no-such-place: ");
    is_told(&["--store", "nosuch://user:secret@host"], "the address is not of a known store");
    let damaged = place.path().join("damaged");
    fs::create_dir(&damaged).unwrap();
    fs::write(damaged.join("epilogue.db"), vec![b'x'; 100_000]).unwrap();
    is_told(&["--data", text(&damaged)], "not a database, or is damaged");
}

#[test]
fn a_damaged_index_of_words_is_told_from_the_records() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("epilogue-text.db"), vec![b'x'; 100_000]).unwrap();
    is_told(&["--data", text(place.path())], "the index of words");
    fs::remove_file(place.path().join("epilogue-text.db")).unwrap();
    drop(Process::start(place.path()));
}

#[test]
fn doctor_makes_no_store_and_looks_where_it_would_be() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("own.db");
    let own = format!("sqlite://{}", text(&file));
    let doctor = |options: &[&str]| {
        let output =
            run(&mut binary(), &[&["doctor", "--listen", "127.0.0.1:0"], options].concat());
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    for options in [["--data", text(place.path())], ["--store", &own]] {
        let (success, found) = doctor(&options);
        assert!(success && found.contains("store: none yet"), "{found}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "{found}");
    }
    let (success, found) = doctor(&["--store", "sqlite:///proc/no-such-place/own.db"]);
    assert!(!success && found.contains("disk: /proc/no-such-place: "), "{found}");
    let made = run(&mut binary(), &["keys", "list", "--store", &own]);
    assert!(made.status.success());
    let (success, found) = doctor(&["--store", &own]);
    assert!(success && found.contains("store: ok"), "{found}");
}

#[test]
fn what_is_wrong_with_the_certificate_is_told() {
    let place = tempfile::tempdir().unwrap();
    let data = text(place.path());
    let [own, other] = ["own", "other"].map(|name| Certificate::make(place.path(), name));
    let (certificate, key) = (text(&own.file), text(&own.key));
    for (certificate, key, why) in [
        ("nowhere.crt", key, "nowhere.crt: the certificate cannot be read"),
        (certificate, "nowhere.key", "nowhere.key: the key cannot be read"),
        (certificate, certificate, "own.crt: the key cannot be read"),
        (certificate, text(&other.key), "other.key: the key is not the certificate's"),
    ] {
        is_told(&["--data", data, "--tls-cert", certificate, "--tls-key", key], why);
    }
}

#[test]
fn a_port_in_use_is_told_before_keys_are_made() {
    let place = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let options = ["--data", text(place.path()), "--listen", &address];
    let output = run(&mut binary(), &[&["serve"], options.as_slice()].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.starts_with(&format!("epilogue-collector: {address}: ")), "{said}");
    assert!(output.stdout.is_empty());
    // With a server that runs the same is no fault.
    let output = run(&mut binary(), &[&["doctor"], options.as_slice()].concat());
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && found.contains("address: in use"), "{found}");
    assert!(Process::start(place.path()).keys.is_some(), "the first keys are still to come");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for (option, value) in [
        ("--max-connections", "0"),
        ("--max-connections", "99999999999999999999"),
        ("--header-timeout-seconds", "18446744073709551615"),
        ("--body-timeout-seconds", "0"),
        ("--shutdown-timeout-seconds", "0"),
        ("--max-record-bytes", "18446744073709551615"),
        ("--max-request-bytes", "0"),
        ("--max-record-bytes", "268435457"),
        ("--max-request-records", "18446744073709551615"),
        ("--rate", "0"),
        ("--listen", "nowhere"),
        ("--nonsense", "1"),
    ] {
        let output = run(&mut binary(), &["serve", "--data", "/proc/no-such-place", option, value]);
        let said = String::from_utf8(output.stderr).unwrap();
        // As every command line of this kind: 2 is for how it was called.
        assert_eq!(output.status.code(), Some(2), "{option} {value}: {said}");
        assert!(said.starts_with("error: ") && said.contains(option), "{said}");
    }
}

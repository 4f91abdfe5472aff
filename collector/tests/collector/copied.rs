//! Whoever moves to another store finds everything there as it was, whatever happens on the way.

mod answers;
mod filled;
mod killed;
mod months;
mod refused;
mod same;
mod settled;
mod tampered;

use std::process::{Command, Output};

use crate::database::Database;
use crate::home::{Home, store_of};
use crate::process::binary;

/// Stores to move to: in a file, and in a database where there is a server for it.
fn targets() -> Vec<Home> {
    let database = Database::fresh().map(Home::over);
    database.into_iter().chain([Home::embedded()]).collect()
}

/// The address of a store.
fn address(home: &Home) -> String {
    let file = || format!("sqlite://{}", home.path().join("epilogue.db").display());
    store_of(home.path()).unwrap_or_else(file)
}

/// The command that copies from one address to another.
fn copying(from: &str, to: &str) -> Command {
    let mut command = binary();
    command.args(["copy", "--from", from, "--to", to]);
    command
}

/// What such a command says in the end: on standard output, and on standard error.
fn said(Output { stdout, stderr, .. }: &Output) -> (String, String) {
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    (stdout, stderr)
}

/// Copies, and gives what is said.
fn copy(from: &Home, to: &Home) -> String {
    let output = copying(&address(from), &address(to)).output().unwrap();
    let (told, errors) = said(&output);
    assert!(output.status.success(), "{told}{errors}");
    assert!(told.contains("differences: 0"), "{told}{errors}");
    told
}

/// The number behind a word of what was said.
fn figure(told: &str, name: &str) -> u64 {
    let line =
        told.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{told}"));
    let digits: String = line.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

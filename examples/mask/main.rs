//! Masks JSON: one value a line on standard input, one masked value a line on standard output.
//!
//! `cargo run --example mask < values.jsonl` masks with the default policy, in the order of the
//! input; the hashes are keyed by `LOG_COLLECTOR_MASK_KEY` where it is set. A line that is no JSON
//! is named by its number on standard error; the others are masked all the same, and the exit
//! status is 1.
//!
//! `mask --speed FILE` (release build) masks the JSON lines of a file, plain or gzipped, again and
//! again in turns with `serde_json` writing them as they are, and prints the medians as one line
//! of JSON. `mask --sample clean|long|personal` prints lines to measure with: prose in messages, in
//! one long text a line, and in messages with one byte in a hundred personal. `mask --worst` times texts that are made to
//! cost much, beside prose, and a record that tells a thousand names, beside one that tells none.

mod sample;
mod speed;
mod worst;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use epilogue::mask::{MaskKey, Policy};
use serde_json::value::RawValue;

use self::sample::Kind;

const VARIABLE: &str = "LOG_COLLECTOR_MASK_KEY";
const BUFFER_BYTES: usize = 64 << 10;
const USAGE: &str = "usage: mask [--speed FILE | --sample clean|long|personal | --worst]";

/// The default policy, with the environment's key where there is one.
fn policy() -> Result<Policy, Box<dyn Error>> {
    let policy = Policy::default();
    let Some(key) = std::env::var_os(VARIABLE) else {
        return Ok(policy);
    };
    let key = key.into_string().map_err(|_| format!("{VARIABLE} is not Unicode"))?;
    if key.trim().is_empty() {
        return Ok(policy);
    }
    let key = MaskKey::new(key.trim()).map_err(|error| format!("{VARIABLE}: {error}"))?;
    Ok(policy.with_key(key))
}

/// The masked value of one line. As raw JSON it keeps its numbers' text and its keys' order.
fn mask_line(policy: &Policy, line: &[u8]) -> Result<String, &'static str> {
    let value: &RawValue = serde_json::from_slice(line).map_err(|_| "is no JSON")?;
    let masked = policy.mask(value).map_err(|_| "cannot be masked")?;
    Ok(masked.into_json())
}

/// Masks every line, and tells whether all of them could be.
fn mask_lines(policy: &Policy, mut lines: impl BufRead, mut out: impl Write) -> io::Result<bool> {
    let mut is_complete = true;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match mask_line(policy, &line) {
            Ok(masked) => writeln!(out, "{masked}")?,
            Err(why) => {
                eprintln!("mask: line {number} {why}");
                is_complete = false;
            }
        }
    }
    out.flush()?;
    Ok(is_complete)
}

fn print_sample(kind: &str) -> Result<bool, Box<dyn Error>> {
    let kind = match kind {
        "clean" => Kind::Clean,
        "long" => Kind::Long,
        "personal" => Kind::Personal,
        _ => return Err(USAGE.into()),
    };
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    for run in sample::runs(kind) {
        writeln!(out, "{run}")?;
    }
    out.flush()?;
    Ok(true)
}

fn run() -> Result<bool, Box<dyn Error>> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    match arguments[..] {
        [] => {
            let out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
            Ok(mask_lines(&policy()?, io::stdin().lock(), out)?)
        }
        ["--speed", file] => {
            let speed = speed::of_file(&policy()?, Path::new(file))?;
            println!("{}", serde_json::to_string(&speed)?);
            Ok(true)
        }
        ["--sample", kind] => print_sample(kind),
        ["--worst"] => {
            for cost in worst::costs(&policy()?)? {
                println!("{}", serde_json::to_string(&cost)?);
            }
            Ok(true)
        }
        _ => Err(USAGE.into()),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mask: {error}");
            ExitCode::FAILURE
        }
    }
}

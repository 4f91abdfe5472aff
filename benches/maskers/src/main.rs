//! Other masking engines beside epilogue, over the same texts: how right, and how fast.
//!
//! `epilogue-maskers mask ENGINE` masks JSON lines, for a scorer; `epilogue-maskers speed` measures all
//! engines on one thread, in rounds that alternate; `epilogue-maskers texts` prints the texts that
//! it measures with, one JSON text a line.

mod engine;
mod speed;
mod texts;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use engine::Engine;
use serde_json::Value;

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["mask", name] => match engine::all().into_iter().find(|engine| engine.name() == name) {
            Some(engine) => mask_lines(&*engine)?,
            None => return Ok(ExitCode::FAILURE),
        },
        ["speed"] => speed::measure(),
        ["texts"] => {
            let mut out = io::stdout().lock();
            for text in texts::KINDS.iter().flat_map(|kind| kind.texts()) {
                writeln!(out, "{}", Value::String(text))?;
            }
        }
        _ => {
            eprintln!("usage: epilogue-maskers mask ENGINE | speed | texts");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn mask_lines(engine: &dyn Engine) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let value: Value = serde_json::from_str(&line?)?;
        writeln!(out, "{}", engine.value(value))?;
    }
    out.flush()
}

//! A collector in a child process, so that its work is not counted as the host's.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use epilogue::testing::MockCollector;

/// The argument with which this executable is a collector and nothing else.
pub(crate) const HIDDEN_ARGUMENT: &str = "--be-the-collector";

/// The child process; it ends when this is dropped, or with this process.
#[derive(Debug)]
pub(crate) struct CollectorProcess {
    child: Child,
    pub(crate) url: String,
}

impl CollectorProcess {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(HIDDEN_ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        let collector = Self { child, url: url.trim().to_owned() };
        if collector.url.is_empty() {
            return Err("the collector's process did not start".into());
        }
        Ok(collector)
    }
}

impl Drop for CollectorProcess {
    fn drop(&mut self) {
        // The end of its input ends the child.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What the child does: it collects until the pipe from its parent closes.
pub(crate) fn collect() -> Result<(), Box<dyn Error>> {
    let collector = MockCollector::builder().counting_only().start()?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", collector.url())?;
    stdout.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

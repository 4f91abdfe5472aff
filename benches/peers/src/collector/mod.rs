//! The collector's process, as the one that measures sees it.

mod body;
mod protocol;
mod server;
mod tally;

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use self::protocol::EPILOGUE_PATH;
pub(crate) use self::server::serve;
pub(crate) use self::tally::Counted;
use crate::scenario::{Fault, Scenario};

/// The argument that makes this executable a collector.
pub(crate) const ROLE: &str = "collector";

/// How long the count must stay what it is before it is believed.
const QUIET: Duration = Duration::from_millis(200);
/// How long it may go on changing.
const PATIENCE: Duration = Duration::from_secs(10);

/// The child process; it ends when this is dropped, or with this process.
#[derive(Debug)]
pub(crate) struct Collector {
    child: Child,
    /// Where clients send to.
    pub(crate) url: String,
    /// Where the count is asked for, whatever the collector does to its clients.
    control: String,
}

impl Collector {
    /// Starts one that knows the records of this run; its fault begins at once.
    pub(crate) fn start(scenario: &Scenario, run: &str) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([ROLE, scenario.name, run])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let (address, control) = line.trim().split_once(' ').unwrap_or_default();
        let url = format!("http://{address}");
        let collector = Self { child, url, control: control.to_owned() };
        if collector.control.is_empty() {
            return Err("the collector's process did not start".into());
        }
        Ok(collector)
    }

    /// What has arrived, once nothing more arrives.
    pub(crate) fn counted(&self) -> Result<Counted, Box<dyn Error>> {
        let by = Instant::now() + PATIENCE;
        let mut before = self.ask()?;
        loop {
            thread::sleep(QUIET);
            let now = self.ask()?;
            if now == before || Instant::now() >= by {
                return Ok(now);
            }
            before = now;
        }
    }

    fn ask(&self) -> Result<Counted, Box<dyn Error>> {
        let mut stream = TcpStream::connect(&self.control)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: collector\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer from the collector")?;
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // The end of its input ends the child.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// How the collector behaves from `started` on.
#[derive(Clone, Copy, Debug)]
struct Behaviour {
    started: Instant,
    fault: Fault,
}

impl Behaviour {
    /// For how long it still hangs; `None` where it answers.
    fn hangs_for(self) -> Option<Duration> {
        let Fault::Hangs(during) = self.fault else {
            return None;
        };
        during.checked_sub(self.started.elapsed())
    }

    fn answers_after(self) -> Duration {
        let Fault::AnswersAfter(delay) = self.fault else {
            return Duration::ZERO;
        };
        delay
    }
}

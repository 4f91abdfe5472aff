//! A tiny HTTP client that can also send what no good client would.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use epilogue::testing::MockCollector;

/// No test waits this long; it only keeps a failing one from hanging.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// A valid record; the number makes its id.
pub(crate) fn record(number: u32) -> String {
    format!(
        r#"{{"schema_version":1,"record_id":"{}","kind":"workflow","client_id":"demo","executed_at":"2026-01-31T12:00:00.000Z","status":"SUCCESS","level":"METRICS_ONLY"}}"#,
        id(number)
    )
}

/// The id of [`record`].
pub(crate) fn id(number: u32) -> String {
    format!("019a9e3c-7d10-7cc1-8b5e-{number:012x}")
}

/// One request before it is sent.
#[derive(Clone)]
pub(crate) struct Post {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Post {
    /// A request that keeps the contract, with this record.
    pub(crate) fn single(number: u32) -> Self {
        Self::json(record(number)).header("idempotency-key", &id(number))
    }

    /// A request with this JSON body and no `Idempotency-Key`.
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        let post =
            Self { line: "POST /v1/logs".to_owned(), headers: Vec::new(), body: body.into() };
        post.header("host", "localhost")
            .header("x-api-key", "key")
            .header("user-agent", "epilogue/0.1.0")
            .header("content-type", "application/json")
    }

    /// A request with these records, one a line.
    pub(crate) fn lines(records: &[String]) -> Self {
        Self::json(records.join("\n")).header("content-type", "application/x-ndjson")
    }

    /// Sets a header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        let mut post = self.without(name);
        post.headers.push((name.to_owned(), value.to_owned()));
        post
    }

    /// Removes a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Sets method and path.
    pub(crate) fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// The request as it is sent, with its `Content-Length`.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let length = self.body.len().to_string();
        let mut bytes = self.clone().header("content-length", &length).head();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The head alone, with the headers that were set.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = format!("{} HTTP/1.1\r\n", self.line);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// One connection to the collector.
pub(crate) struct Producer(BufReader<TcpStream>);

impl Producer {
    pub(crate) fn connect(collector: &MockCollector) -> Self {
        let stream = TcpStream::connect(collector.address()).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a request and reads its answer.
    pub(crate) fn exchange(&mut self, post: &Post) -> Answer {
        self.send(&post.to_bytes());
        self.answer().unwrap()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// Reads one answer; an error where it is none or not whole.
    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let line = self.text_line()?;
        let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or(io::ErrorKind::InvalidData)?;
        let mut answer = Answer { status, headers: Vec::new(), body: String::new() };
        loop {
            let line = self.text_line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            answer.headers.push((name.to_owned(), value.to_owned()));
        }
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        answer.body = String::from_utf8(body).unwrap();
        Ok(answer)
    }

    /// Reads all that comes until the other side closes.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest)?;
        Ok(rest)
    }

    /// Reads this many bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn text_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line)?;
        let line = line.strip_suffix(b"\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        String::from_utf8(line.to_vec()).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

/// Sends one request on a connection of its own.
pub(crate) fn exchange(collector: &MockCollector, post: &Post) -> Answer {
    Producer::connect(collector).exchange(post)
}

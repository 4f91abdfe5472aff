//! Reading of HTTP/1.1 requests from a socket, never a byte further than asked.

use std::io::{self, Read};
use std::net::TcpStream;

/// The largest head of a request, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// The most headers of a request.
const MAX_HEADERS: usize = 100;

/// The request line and the headers.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) path: String,
    /// Names are lower-case.
    pub(super) headers: Vec<(String, String)>,
    /// Whether the connection ends with the answer.
    pub(super) closes: bool,
}

/// How the body's end is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Neither `Content-Length` nor `Transfer-Encoding`: no body.
    Absent,
    Length(u64),
    Chunked,
    /// A `Content-Length` that is no number, or several that differ.
    Invalid,
}

/// Why no head could be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum HeadError {
    /// The peer closed, or the socket was shut down.
    #[error("the connection ended")]
    Ended(#[from] io::Error),
    /// More than the largest head.
    #[error("the head is too large")]
    TooLarge,
    /// Not HTTP/1.
    #[error("the head is not HTTP")]
    Malformed,
}

impl Head {
    /// The value of the first header of this lower-case name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn framing(&self) -> Framing {
        if self.header("transfer-encoding").is_some() {
            return Framing::Chunked;
        }
        let mut lengths = self.all("content-length");
        let Some(first) = lengths.next() else {
            return Framing::Absent;
        };
        let differs = lengths.any(|other| other != first);
        let digits = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        match first.parse() {
            Ok(length) if digits && !differs => Framing::Length(length),
            _ => Framing::Invalid,
        }
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(super) fn expects_continue(&self) -> bool {
        self.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
    }
}

/// Reads one head and leaves the body in the socket.
///
/// Peeking first keeps the unread body in the kernel: a socket that is closed over unread data
/// is what makes the kernel send a reset.
pub(super) fn read_head(mut stream: &TcpStream) -> Result<Head, HeadError> {
    let mut head = Vec::new();
    let mut window = [0; 4096];
    loop {
        let seen = peek(stream, &mut window)?;
        let before = head.len();
        head.extend_from_slice(&window[..seen]);
        let end = end_of_head(&head, before);
        let taken = end.map_or(seen, |end| end - before);
        stream.read_exact(&mut window[..taken])?;
        head.truncate(before + taken);
        if end.is_some() {
            return parse(&head);
        }
        if head.len() > MAX_HEAD_BYTES {
            return Err(HeadError::TooLarge);
        }
    }
}

/// Waits for bytes without taking them; an error at the end of the stream.
pub(super) fn peek(stream: &TcpStream, window: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.peek(window) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Reads this many bytes of the body; fewer are an error.
pub(super) fn read_body(stream: &TcpStream, length: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let read = stream.take(length).read_to_end(&mut body)?;
    if (read as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(body)
}

/// The place after the empty line, looked for from where `fresh` bytes begin.
fn end_of_head(head: &[u8], fresh: usize) -> Option<usize> {
    let from = fresh.saturating_sub(3);
    let found = head[from..].windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(from + found + 4)
}

fn parse(bytes: &[u8]) -> Result<Head, HeadError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let complete = parsed.parse(bytes).map_err(|_| HeadError::Malformed)?.is_complete();
    let (Some(method), Some(path), true) = (parsed.method, parsed.path, complete) else {
        return Err(HeadError::Malformed);
    };
    let mut head = Head {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: parsed.headers.iter().map(owned).collect(),
        closes: false,
    };
    let connection = head.header("connection").unwrap_or_default().to_ascii_lowercase();
    head.closes = connection.contains("close") || parsed.version == Some(0);
    Ok(head)
}

fn owned(header: &httparse::Header<'_>) -> (String, String) {
    let value = String::from_utf8_lossy(header.value).into_owned();
    (header.name.to_ascii_lowercase(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn names_become_lower_case_and_values_stay() {
        let head = head("POST /v1/logs HTTP/1.1\r\nX-API-Key: Abc\r\n\r\n");
        assert_eq!(head.header("x-api-key"), Some("Abc"));
        assert!(!head.closes);
    }

    #[test]
    fn the_end_is_found_across_reads() {
        assert_eq!(end_of_head(b"a\r\n\r\nbody", 4), Some(5));
        assert_eq!(end_of_head(b"a\r\n\r", 3), None);
    }

    #[test]
    fn framing_is_strict() {
        let framing = |lines: &str| head(&format!("POST / HTTP/1.1\r\n{lines}\r\n")).framing();
        assert_eq!(framing(""), Framing::Absent);
        assert_eq!(framing("content-length: 12\r\n"), Framing::Length(12));
        assert_eq!(framing("content-length: +12\r\n"), Framing::Invalid);
        assert_eq!(framing("content-length: 1\r\ncontent-length: 2\r\n"), Framing::Invalid);
        let both = "content-length: 1\r\ntransfer-encoding: chunked\r\n";
        assert_eq!(framing(both), Framing::Chunked);
    }

    #[test]
    fn noise_is_malformed() {
        assert!(matches!(parse(b"\x16\x03\x01\r\n\r\n"), Err(HeadError::Malformed)));
    }
}

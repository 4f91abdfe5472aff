//! A value of the host's as plain JSON, read twice: once to be compared and once to be masked.
//! What is read here is compared in memory and goes nowhere.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::mask;

use super::super::super::value::Value;

/// The largest value that is compared, in bytes of JSON.
const MAX_BYTES: usize = 8 << 20;
/// How deep it may be nested: below the 128 levels at which `serde_json` stops reading.
const MAX_DEPTH: usize = 120;

/// A value that can be read without being masked.
pub(super) trait Plain: Send + Sync {
    /// `None` where its `Serialize` fails, or it is too large or too deep.
    fn read(&self) -> Option<Read>;
}

/// A value as it was read.
pub(super) struct Read {
    pub(super) value: serde_json::Value,
    /// Nothing in it shows itself to the masking alone.
    pub(super) is_whole: bool,
}

/// The same value to be compared, and to be masked.
pub(super) fn shared<T: Serialize + Send + 'static>(value: T) -> (Box<dyn Plain>, Value) {
    let shared = Arc::new(Mutex::new(value));
    (Box::new(Shared(Arc::clone(&shared))), Value::new(Shared(shared)))
}

struct Shared<T>(Arc<Mutex<T>>);

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A value that panicked before is asked again.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).serialize(serializer)
    }
}

impl<T: Serialize + Send> Plain for Shared<T> {
    fn read(&self) -> Option<Read> {
        let mut json = Bounded(Vec::new());
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut json, Shallow { depth: 0 });
        let (written, is_whole) = mask::shown_all(|| self.serialize(&mut serializer));
        written.ok()?;
        Some(Read { value: serde_json::from_slice(&json.0).ok()?, is_whole })
    }
}

/// Takes no more than can be compared.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Goes no deeper than can be read again; on the way down a value uses the stack.
struct Shallow {
    depth: usize,
}

impl Shallow {
    fn enter(&mut self) -> io::Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(()) }
    }
}

impl Formatter for Shallow {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter()?;
        writer.write_all(b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(b"]")
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter()?;
        writer.write_all(b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(b"}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_too_large_or_too_deep_is_not_read() {
        let read = |value: serde_json::Value| shared(value).0.read().map(|read| read.value);
        let mut deep = json!(1);
        for _ in 0..MAX_DEPTH {
            deep = json!([deep]);
        }
        assert_eq!(read(deep.clone()), Some(deep.clone()));
        assert_eq!(read(json!([deep])), None);
        assert_eq!(read(json!("x".repeat(MAX_BYTES))), None);
        assert_eq!(read(json!({"a": [null, 1.5]})), Some(json!({"a": [null, 1.5]})));
    }
}

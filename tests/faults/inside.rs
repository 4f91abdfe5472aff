//! A collector inside of the process, as a transport of the host's: it sees each request begin
//! and end.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use epilogue::transport::{BoxFuture, Transport, TransportError};
use epilogue::wire::Envelope;
use epilogue::{Client, ClientBuilder};
use http::{Request, Response};

use crate::common::{API_KEY, CLIENT_ID, SHORT};

/// How it takes requests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Conduct {
    /// Stores, and offers to take several records at once.
    Stores,
    /// Stores nothing and answers this status.
    Answers(u16),
    /// Stores nothing and asks to be left alone for as long as it may.
    AsksForPatience,
    /// Stores nothing and never answers.
    Hangs,
    /// The connection breaks.
    Breaks,
    /// Stores after a while.
    Slow(Duration),
    /// Answers this status, with a body whose end panics on the worker.
    Explodes(u16),
}

#[derive(Clone, Default)]
pub(crate) struct Inside(Arc<Shared>);

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// What it has seen so far.
#[derive(Default)]
pub(crate) struct Seen {
    conduct: Option<Conduct>,
    /// The stored records, each once, in the order of their arrival.
    pub(crate) stored: Vec<Envelope>,
    /// The bytes of the requests that stored something.
    pub(crate) stored_bytes: usize,
    pub(crate) duplicates: usize,
    under_way: usize,
    /// For each request how many were under way with it when it began.
    pub(crate) crowds: Vec<usize>,
}

/// A request under way, until its future is dropped.
struct UnderWay(Arc<Shared>);

/// An answer's body that cannot be given back.
struct Explosive;

impl Inside {
    /// A client of this collector.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .url("https://logs.example.com/v1/logs")
            .api_key(API_KEY)
            .client_id(CLIENT_ID)
            .timeout(SHORT)
            .transport(self.clone())
    }

    pub(crate) fn set(&self, conduct: Conduct) {
        self.seen().conduct = Some(conduct);
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap()
    }

    /// Waits until so many requests have begun, and gives how many have.
    pub(crate) fn wait_for_requests(&self, requests: usize, within: Duration) -> usize {
        let is_missing = |seen: &mut Seen| seen.crowds.len() < requests;
        let seen = self.0.changed.wait_timeout_while(self.seen(), within, is_missing).unwrap().0;
        seen.crowds.len()
    }

    fn begin(&self) -> (UnderWay, Conduct) {
        let mut seen = self.seen();
        seen.under_way += 1;
        let crowd = seen.under_way;
        seen.crowds.push(crowd);
        self.0.changed.notify_all();
        (UnderWay(Arc::clone(&self.0)), seen.conduct.unwrap_or(Conduct::Stores))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.seen.lock().unwrap().under_way -= 1;
    }
}

impl Transport for Inside {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
        let (under_way, conduct) = self.begin();
        Box::pin(async move {
            match conduct {
                Conduct::Hangs => std::future::pending().await,
                Conduct::Breaks => return Err(TransportError::Broken),
                Conduct::Slow(pause) => tokio::time::sleep(pause).await,
                _ => {}
            }
            let status = match conduct {
                Conduct::Answers(status) | Conduct::Explodes(status) => status,
                Conduct::AsksForPatience => 503,
                _ => 200,
            };
            if status == 200 {
                under_way.0.seen.lock().unwrap().store(request.body());
            }
            Ok(answer(status, conduct))
        })
    }
}

fn answer(status: u16, conduct: Conduct) -> Response<Bytes> {
    let answer = Response::builder().status(status);
    let answer = answer.header("accept-post", "application/json, application/x-ndjson");
    let answer = match conduct {
        Conduct::AsksForPatience => answer.header("retry-after", u64::MAX.to_string()),
        _ => answer,
    };
    let body = match conduct {
        Conduct::Explodes(_) => Bytes::from_owner(Explosive),
        _ => Bytes::new(),
    };
    answer.body(body).unwrap()
}

impl Seen {
    fn store(&mut self, body: &Bytes) {
        self.stored_bytes += body.len();
        let records = serde_json::Deserializer::from_slice(body).into_iter::<Envelope>();
        for record in records.map(|record| record.expect("a record")) {
            if self.stored.iter().any(|stored| stored.record_id == record.record_id) {
                self.duplicates += 1;
            } else {
                self.stored.push(record);
            }
        }
    }
}

impl AsRef<[u8]> for Explosive {
    fn as_ref(&self) -> &[u8] {
        b"{}"
    }
}

impl Drop for Explosive {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "on purpose");
    }
}

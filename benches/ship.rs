//! What one `ship` costs the host: the hand-over alone, at three sizes of the state. It must not
//! grow with the trace.

#[path = "../examples/overhead/state.rs"]
mod state;

use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use epilogue::Client;
use epilogue::transport::{BoxFuture, Transport, TransportError};
use http::header::HeaderName;
use http::{HeaderValue, Request, Response};

use state::State;

/// Records between two waits for the worker; half of what the shortest queue takes.
const BATCH: u64 = 32;

/// Stores every record at once, without a socket.
struct AtOnce;

impl Transport for AtOnce {
    fn send(&self, _: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
        let mut response = Response::new(Bytes::new());
        let batches = HeaderValue::from_static("application/json, application/x-ndjson");
        response.headers_mut().insert(HeaderName::from_static("accept-post"), batches);
        Box::pin(async move { Ok(response) })
    }
}

fn client() -> Client {
    let builder = Client::builder().url("http://127.0.0.1/v1/logs").api_key("k").client_id("demo");
    builder.transport(AtOnce).build().expect("the settings are right")
}

/// Hands clones of the state over, and counts nothing but that.
fn ship_all(logs: &Client, template: &State, records: u64) -> Duration {
    let mut took = Duration::ZERO;
    let mut left = records;
    while left > 0 {
        let batch = left.min(BATCH);
        left -= batch;
        let mut states: Vec<State> = (0..batch).map(|_| template.clone()).collect();
        for (state, ticket) in states.iter_mut().zip(left..) {
            // A host that ships a state has just worked on it.
            state.ticket_id = format!("T-{ticket}");
        }
        let started = Instant::now();
        for state in states {
            logs.ship(state);
        }
        took += started.elapsed();
        let drained = logs.flush_blocking(Duration::from_secs(30));
        assert!(drained.is_complete(), "the worker must keep up");
    }
    took
}

fn ship(criterion: &mut Criterion) {
    let logs = client();
    let mut group = criterion.benchmark_group("ship");
    for kilobytes in [2, 20, 200] {
        let template = State::of_bytes(kilobytes * 1_000);
        group.bench_with_input(
            BenchmarkId::from_parameter(format!("{kilobytes} KB")),
            &template,
            |bencher, template| {
                bencher.iter_custom(|records| ship_all(&logs, template, records));
            },
        );
    }
    group.finish();
    assert_eq!(logs.stats().lost(), 0, "a full queue would have measured something else");
}

criterion_group!(benches, ship);
criterion_main!(benches);

//! What one `ship` costs the host: the hand-over alone, at three sizes of the state. It must not
//! grow with the trace.

mod at_once;
#[path = "../examples/overhead/state.rs"]
mod state;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use epilogue::Client;

use at_once::{BATCH, client};
use state::State;

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

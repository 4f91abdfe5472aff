//! What a run costs its host: 50 steps of three types with their fields, and the hand-over. Beside
//! it the same run where the client is disabled.

mod at_once;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use epilogue::{Client, Status};

use at_once::{BATCH, client};

/// Rounds of a run, five steps each.
const ROUNDS: u32 = 10;

/// A run with 50 steps, as an agent makes them.
fn run_once(logs: &Client, ticket: &str) {
    let run = logs.run(ticket);
    run.category("BILLING").metric("overall_confidence", 0.82);
    for round in 1..=ROUNDS {
        let react = run.react_iteration(round);
        let answer = react.llm_call("openai", "gpt-4o");
        answer.input_tokens(812).output_tokens(64).finish_reason("tool_calls");
        drop(answer);
        let call = react.tool_call("lookup_order");
        call.arguments(black_box(17_u32)).result("charged twice");
        drop(call);
        react.retrieval("faq").query("refund").document("d-17", 0.5);
        react.node("decide").decision("go on");
        react.thought("the order was charged twice").observation("so it is");
    }
    run.finish(Status::Success);
}

/// Counts nothing but what the host pays for.
fn run_all(logs: &Client, runs: u64) -> Duration {
    let mut took = Duration::ZERO;
    let mut left = runs;
    while left > 0 {
        let batch = left.min(BATCH);
        left -= batch;
        let started = Instant::now();
        for _ in 0..batch {
            run_once(logs, "12345");
        }
        took += started.elapsed();
        let drained = logs.flush_blocking(Duration::from_secs(30));
        assert!(drained.is_complete(), "the worker must keep up");
    }
    took
}

fn runs(criterion: &mut Criterion) {
    let logs = client();
    let disabled = Client::disabled();
    let mut group = criterion.benchmark_group("run");
    group.bench_function("50 steps", |bencher| bencher.iter_custom(|runs| run_all(&logs, runs)));
    group.bench_function("50 steps, disabled", |bencher| {
        bencher.iter_custom(|runs| run_all(&disabled, runs));
    });
    group.finish();
    assert_eq!(logs.stats().lost(), 0, "a full queue would have measured something else");
}

criterion_group!(benches, runs);
criterion_main!(benches);

//! What a span costs its host: under no layer, under epilogue's and under tracing-opentelemetry's.

mod layers;
mod spans;

use rustix::time::{ClockId, clock_gettime};
use tracing::Dispatch;

use layers::Contender;

/// Runs that are measured together: long enough for the clock, short enough for a record.
const RUNS: u32 = 32;
/// Steps of a run.
const STEPS: u32 = 50;
/// Rounds, where the command line names no number.
const ROUNDS: usize = 41;

/// What is measured.
struct Case {
    name: &'static str,
    /// A run goes on meanwhile, of which this is no part.
    is_beside_a_run: bool,
    run: fn(),
}

const fn case(name: &'static str, run: fn()) -> Case {
    Case { name, is_beside_a_run: false, run }
}

const CASES: [Case; 5] = [
    case("a tool call with six fields", || spans::run(STEPS, spans::tool_call)),
    case("a call of a model with eight fields", || spans::run(STEPS, spans::llm_call)),
    case("a span without fields", || spans::run(STEPS, spans::plain)),
    case("a tool call outside of runs", || spans::outside(STEPS)),
    Case { name: "a tool call beside a run", is_beside_a_run: true, run: || spans::outside(STEPS) },
];

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let contenders = layers::all();
    println!("ns a span | {}", contenders.iter().map(|c| c.name).collect::<Vec<_>>().join(" | "));
    println!("---{}", " | ---:".repeat(contenders.len()));
    for case in CASES {
        let medians = medians(&contenders, &case, rounds);
        let cells: Vec<_> = medians.iter().map(|median| format!("{median:.0}")).collect();
        println!("{} | {}", case.name, cells.join(" | "));
    }
}

/// The median of all rounds for each; in every round each has its turn, so that a busy time of the
/// machine falls on all.
fn medians(contenders: &[Contender], case: &Case, rounds: usize) -> Vec<f64> {
    let mut taken = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..=rounds {
        for (contender, taken) in contenders.iter().zip(&mut taken) {
            let nanoseconds = measure(&contender.dispatch, case);
            (contender.settle)();
            // The first round warms up.
            if round > 0 {
                taken.push(nanoseconds / f64::from(RUNS * STEPS));
            }
        }
    }
    taken.into_iter().map(median).collect()
}

/// What it takes of this thread's time: what else the machine does is not in it.
fn measure(dispatch: &Dispatch, case: &Case) -> f64 {
    tracing::dispatcher::with_default(dispatch, || {
        let _beside = case.is_beside_a_run.then(spans::open_run);
        let started = thread_nanoseconds();
        for _ in 0..RUNS {
            (case.run)();
        }
        thread_nanoseconds() - started
    })
}

fn thread_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

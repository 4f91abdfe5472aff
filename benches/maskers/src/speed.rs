//! How many megabytes a second each engine takes, on one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::engine::{self, Engine};
use crate::texts;

const ROUNDS: usize = 9;
/// How long an engine works in each round, at least.
const TURN: Duration = Duration::from_millis(300);

/// Prints the median of all rounds; the engines take turns, so that a busy machine slows all.
pub(crate) fn measure() {
    for kind in texts::KINDS {
        let texts = kind.texts();
        let engines = engine::all();
        let mut rates: Vec<Vec<f64>> = engines.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (engine, rates) in engines.iter().zip(&mut rates) {
                rates.push(rate(&**engine, &texts));
            }
        }
        for (engine, mut rates) in engines.iter().zip(rates) {
            rates.sort_by(f64::total_cmp);
            println!("{:14} {:12} {:9.2} MB/s", kind.name, engine.name(), rates[ROUNDS / 2]);
        }
    }
}

fn rate(engine: &dyn Engine, texts: &[String]) -> f64 {
    let (started, mut bytes) = (Instant::now(), 0);
    for text in texts.iter().cycle() {
        black_box(engine.json(black_box(text)));
        bytes += text.len();
        if started.elapsed() >= TURN {
            break;
        }
    }
    bytes as f64 / 1e6 / started.elapsed().as_secs_f64()
}

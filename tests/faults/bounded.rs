//! Every wait has a bound: a flush, a shutdown and a guard end in time in any trouble.

use std::time::{Duration, Instant};

use epilogue::Drained;
use epilogue::Loss;
use tokio::runtime::Builder;

use crate::common::{BOUND, SHORT, add_up, traced};
use crate::trouble::{Setting, in_all, is_met};

/// Runs it; a wait that hangs is far over this.
fn in_time<T>(run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = run();
    assert!(began.elapsed() < 2 * BOUND, "it took {:?}", began.elapsed());
    result
}

fn is_partial(drained: Drained) {
    assert!(!drained.is_complete());
}

#[test]
fn whatever_the_trouble_a_flush_and_a_shutdown_end_in_time() {
    in_all(|trouble| {
        let (_setting, client) = Setting::in_trouble(trouble);
        client.ship(traced("1"));
        is_met(&client);
        is_partial(in_time(|| client.flush_blocking(SHORT)));
        is_partial(in_time(|| client.flush_blocking(Duration::ZERO)));
        assert_eq!(client.stats().pending(), 1);
        is_partial(in_time(|| client.shutdown_blocking(SHORT)));
        assert_eq!((client.stats().pending(), client.stats().lost_by(Loss::Shutdown)), (0, 1));
        add_up(&client.stats());
    });
}

#[test]
fn whatever_the_trouble_the_async_waits_end_in_time() {
    in_all(|trouble| {
        let (_setting, client) = Setting::in_trouble(trouble);
        let runtime = Builder::new_current_thread().build().unwrap();
        client.ship(traced("1"));
        is_met(&client);
        is_partial(in_time(|| runtime.block_on(client.flush(SHORT))));
        is_partial(in_time(|| runtime.block_on(client.shutdown(SHORT))));
        assert_eq!(client.stats().lost_by(Loss::Shutdown), 1);
    });
}

#[test]
fn whatever_the_trouble_a_guard_ends_in_time_and_the_drop_of_a_client_at_once() {
    in_all(|trouble| {
        let (_setting, client) = Setting::in_trouble(trouble);
        client.ship(traced("1"));
        is_met(&client);
        let guard = client.guard();
        in_time(|| drop(guard));
        assert_eq!(client.stats().lost_by(Loss::Shutdown), 1);

        let (_setting, client) = Setting::in_trouble(trouble);
        client.ship(traced("1"));
        is_met(&client);
        in_time(|| drop(client));
    });
}

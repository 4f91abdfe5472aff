//! `ship` never blocks: a host finishes while its collector has not answered once.

use std::sync::mpsc;
use std::thread;

use epilogue::{Client, Loss, Record};
use tokio::runtime::{Builder, Runtime};

use crate::common::{LONG, SHORT, add_up};
use crate::proxy::Way;
use crate::trouble::{Setting, Trouble, in_all};

const MANY: u64 = 10_000;

fn ship_many(client: &Client) {
    for number in 0..MANY {
        client.ship(Record::workflow(number.to_string()));
    }
}

/// The host does its work on a thread of its own and comes to its end, though nothing that it
/// ships is answered.
fn finishes(client: &Client, host: impl FnOnce(Client) + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let shipping = client.clone();
    thread::spawn(move || {
        host(shipping);
        // The test may have failed meanwhile.
        let _ = done.send(());
    });
    is_done.recv_timeout(LONG).expect("the host comes to its end");
    let stats = client.stats();
    assert_eq!((stats.produced(), stats.delivered()), (MANY, 0), "{stats}");
    add_up(&stats);
}

/// Ends it in trouble, and ships as many again.
fn goes_on_after_the_end(client: &Client) {
    assert!(!client.shutdown_blocking(SHORT).is_complete());
    ship_many(client);
    let stats = client.stats();
    assert_eq!((stats.produced(), stats.pending(), stats.lost()), (2 * MANY, 0, 2 * MANY));
    assert!(stats.lost_by(Loss::Shutdown) >= MANY);
    add_up(&stats);
}

#[test]
fn a_thread_without_a_runtime_finishes_whatever_the_trouble() {
    in_all(|trouble| {
        let (_setting, client) = Setting::in_trouble(trouble);
        finishes(&client, |client| ship_many(&client));
        goes_on_after_the_end(&client);
    });
}

fn black_hole() -> (Setting, Client) {
    Setting::in_trouble(&Trouble::OnTheWay(Way::BlackHole))
}

fn runtimes() -> [Runtime; 2] {
    let multi_thread = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    [Builder::new_current_thread().enable_all().build().unwrap(), multi_thread.unwrap()]
}

#[test]
fn a_task_finishes_in_any_runtime() {
    for runtime in runtimes() {
        let (_setting, client) = black_hole();
        finishes(&client, move |client| runtime.block_on(async move { ship_many(&client) }));
        goes_on_after_the_end(&client);
    }
}

#[test]
fn tasks_beside_each_other_finish_in_any_runtime() {
    for runtime in runtimes() {
        let (_setting, client) = black_hole();
        finishes(&client, move |client| {
            let ship = |client: Client| async move {
                for number in 0..MANY / 4 {
                    client.ship(Record::workflow(number.to_string()));
                    tokio::task::yield_now().await;
                }
            };
            let tasks: Vec<_> = (0..4).map(|_| runtime.spawn(ship(client.clone()))).collect();
            runtime.block_on(async {
                for task in tasks {
                    task.await.unwrap();
                }
            });
        });
        goes_on_after_the_end(&client);
    }
}

#[test]
fn threads_beside_each_other_finish_while_others_wait_for_the_client() {
    let (_setting, client) = black_hole();
    let waiting = client.clone();
    let waiting = thread::spawn(move || waiting.flush_blocking(SHORT * 5));
    finishes(&client, |client| {
        thread::scope(|scope| {
            for _ in 0..4 {
                let ship = || (0..MANY / 4).for_each(|_| client.ship(Record::workflow("1")));
                scope.spawn(ship);
            }
        });
    });
    // Where it asked before anything was shipped there was nothing to wait for.
    let _ = waiting.join().unwrap();
    goes_on_after_the_end(&client);
}

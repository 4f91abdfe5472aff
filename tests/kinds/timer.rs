//! The timer of calls: what it ships of each end of a call, and that the result stays what it is.

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use epilogue::Client;
use epilogue::record::{Action, Event};
use epilogue::wire::Envelope;

use super::common::{client, collector, keeps_the_contract, settle};

/// The record of what a task does with the client.
fn shipped_by(task: impl FnOnce(&Client)) -> Envelope {
    let collector = collector();
    let client = client(&collector);
    task(&client);
    settle(&client);
    keeps_the_contract(&collector);
    collector.records().remove(0)
}

/// How a call ended, and what was said about it.
fn told(record: &Envelope) -> (&str, &str) {
    let own = record.own().unwrap();
    let message = own.get("error_message").and_then(|message| message.as_str());
    assert!(own.contains_key("execution_time_ms") && record.execution_time_seconds.is_some());
    (record.status.as_deref().unwrap(), message.unwrap_or_default())
}

/// Polls until it is ready, without any runtime.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Waits once before it answers.
async fn slowly<T>(answer: T) -> T {
    let mut is_first = true;
    std::future::poll_fn(|context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
    answer
}

#[test]
fn a_call_that_answers_is_a_success_and_its_answer_stays_what_it_is() {
    let record = shipped_by(|client| {
        let timer = client.action("crm_create", "hubspot").with(|event| event.ticket_id("12345"));
        assert_eq!(wait(timer.run(slowly(Ok::<_, io::Error>(vec![17])))).unwrap(), [17]);
    });
    assert_eq!(told(&record), ("success", ""));
    assert_eq!(record.ticket_id.as_deref(), Some("12345"));
    assert_eq!(record.own().unwrap()["provider_name"], "hubspot");
    let record = shipped_by(|client| {
        let answer = client.action("crm_create", "hubspot").run_blocking(|| Ok::<_, String>(17));
        assert_eq!(answer, Ok(17));
    });
    assert_eq!(told(&record), ("success", ""));
}

#[test]
fn an_error_is_a_failure_that_says_masked_what_went_wrong() {
    let record = shipped_by(|client| {
        let error = io::Error::other("maria@example.com exists");
        let answer = wait(client.action("a", "b").run(slowly(Err::<(), _>(error))));
        assert_eq!(answer.unwrap_err().to_string(), "maria@example.com exists");
    });
    let (status, message) = told(&record);
    assert_eq!(status, "failure");
    assert!(message.starts_with("[EMAIL:") && message.ends_with("] exists"), "{message}");
}

#[test]
fn an_error_that_says_so_is_a_timeout() {
    let ended = |kind: io::ErrorKind| {
        shipped_by(|client| {
            let timer = client.action("a", "b");
            assert!(timer.run_blocking(|| Err::<(), _>(io::Error::from(kind))).is_err());
        })
    };
    assert_eq!(told(&ended(io::ErrorKind::TimedOut)), ("timeout", "timed out"));
    assert_eq!(told(&ended(io::ErrorKind::NotFound)).0, "failure");
    let record = shipped_by(|client| {
        let timer = client.action("a", "b").timeout_when(|status: &u16| *status == 504);
        assert_eq!(timer.run_blocking(|| Err::<(), _>(504)), Err(504));
    });
    assert_eq!(told(&record), ("timeout", "504"));
}

#[test]
fn of_a_limit_of_time_around_a_call_both_results_are_looked_at() {
    let ended = |output: Result<Result<u32, &'static str>, &'static str>| {
        shipped_by(|client| {
            let timer = client.action("a", "b").time_limited();
            assert_eq!(timer.run_blocking(|| output), output);
        })
    };
    assert_eq!(told(&ended(Ok(Ok(17)))), ("success", ""));
    assert_eq!(told(&ended(Ok(Err("blocked")))), ("failure", "blocked"));
    assert_eq!(told(&ended(Err("too late"))), ("timeout", "too late"));
    let record = shipped_by(|client| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let ended = runtime.block_on(async {
            let never = tokio::time::timeout(Duration::ZERO, std::future::pending::<()>());
            client.action("a", "b").run(never).await
        });
        assert!(ended.is_err());
    });
    assert_eq!(told(&record).0, "timeout");
}

#[test]
fn any_output_can_be_judged() {
    let judge = |sent: &Option<u32>, event: Event<Action>| match sent {
        Some(id) => event.succeeded().response_data(*id),
        None => event.retried("blocked"),
    };
    let record = shipped_by(|client| {
        assert_eq!(wait(client.action("a", "b").judged(judge).run(slowly(Some(17)))), Some(17));
    });
    assert_eq!(told(&record), ("success", ""));
    assert_eq!(record.trace.as_ref().unwrap()["response_data"], 17);
    let record = shipped_by(|client| {
        assert_eq!(client.action("a", "b").judged(judge).run_blocking(|| None), None);
    });
    assert_eq!(told(&record), ("retry", "blocked"));
}

#[test]
fn a_call_that_is_dropped_or_panics_is_told() {
    let record = shipped_by(|client| {
        let call = client.action("a", "b").run(slowly(Ok::<_, String>(())));
        let mut call = Box::pin(call);
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(call);
    });
    assert_eq!(told(&record), ("failure", "cancelled: the call was dropped before it ended"));
    let record = shipped_by(|client| {
        let call = || -> Result<(), String> { panic!("on purpose") };
        let timer = client.action("a", "b");
        assert!(catch_unwind(AssertUnwindSafe(|| timer.run_blocking(call))).is_err());
    });
    assert_eq!(told(&record), ("failure", "the call panicked"));
}

#[test]
fn a_call_that_never_begins_is_nothing_that_happened() {
    let collector = collector();
    let client = client(&collector);
    drop(client.action("a", "b").run(slowly(Ok::<_, String>(()))));
    drop(client.action("a", "b"));
    settle(&client);
    assert_eq!(client.stats().produced(), 0);
}

/// An error whose text cannot be had.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("on purpose")
    }
}

#[test]
fn an_error_whose_text_panics_does_not_reach_the_host() {
    let record = shipped_by(|client| {
        assert!(client.action("a", "b").run_blocking(|| Err::<(), _>(Unspeakable)).is_err());
    });
    assert_eq!(told(&record).0, "failure");
}

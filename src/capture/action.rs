//! Times a call of an outside provider and ships what became of it.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::future::Future;
use std::io;
use std::thread;
use std::time::{Instant, SystemTime};

use crate::client::Client;
use crate::mask::caught;
use crate::record::{Action, Event, Record};

/// Times one call of an outside provider: ships a record of it when it is over, and gives the
/// result back as it is. Made by [`Client::action`].
///
/// A call that ends in `Err` is a `failure`, with what the error says as its message, masked; it is a
/// `timeout` where the error is Tokio's `Elapsed` or an [`io::Error`] of the kind `TimedOut`, and where
/// [`timeout_when`](Self::timeout_when) says so. Of a result in a result, as a limit of time around a
/// call gives it, [`time_limited`](Self::time_limited) looks at both. A call that never ends, because
/// its future is dropped or it panics, is a `failure` as well, and says so.
#[must_use = "a call is made by `run` or `run_blocking`"]
pub struct ActionTimer<J = ByResult> {
    client: Client,
    names: Names,
    event: Event<Action>,
    judge: J,
}

/// What is asked, and of whom.
#[derive(Clone)]
struct Names {
    action_type: Cow<'static, str>,
    provider_name: Cow<'static, str>,
}

impl Client {
    /// A timer for one call of an outside provider: what is asked (`crm_create`, `email_send`, …)
    /// and of whom.
    ///
    /// ```
    /// # async fn create_contact() -> Result<u64, std::io::Error> { Ok(17) }
    /// # async fn example(logs: epilogue::Client) -> Result<(), std::io::Error> {
    /// let contact = logs
    ///     .action("crm_create", "hubspot")
    ///     .with(|event| event.ticket_id("12345"))
    ///     .run(create_contact())
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn action(
        &self,
        action_type: impl Into<Cow<'static, str>>,
        provider_name: impl Into<Cow<'static, str>>,
    ) -> ActionTimer {
        let (action_type, provider_name) = (action_type.into(), provider_name.into());
        let event = Record::action(action_type.clone(), provider_name.clone());
        let names = Names { action_type, provider_name };
        ActionTimer { client: self.clone(), names, event, judge: ByResult }
    }
}

impl<J> ActionTimer<J> {
    /// Adds what is known before the call, such as its ticket or what is asked.
    pub fn with(self, change: impl FnOnce(Event<Action>) -> Event<Action>) -> Self {
        Self { event: change(self.event), ..self }
    }

    /// Says by its error whether a call that failed was a `timeout`.
    ///
    /// # Default
    /// Tokio's `Elapsed` and an [`io::Error`] of the kind `TimedOut` are.
    ///
    /// ```
    /// #[derive(Debug)]
    /// struct HttpError { status: u16 }
    /// # impl std::fmt::Display for HttpError {
    /// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{}", self.status) }
    /// # }
    /// let logs = epilogue::Client::disabled();
    /// let answer = logs
    ///     .action("crm_create", "hubspot")
    ///     .timeout_when(|error: &HttpError| error.status == 504)
    ///     .run_blocking(|| Err::<u64, _>(HttpError { status: 504 }));
    /// assert!(answer.is_err());
    /// ```
    pub fn timeout_when<E, P>(self, is_timeout: P) -> ActionTimer<TimeoutWhen<P>>
    where
        P: FnOnce(&E) -> bool,
    {
        self.judged_by(TimeoutWhen(is_timeout))
    }

    /// The call has a limit of time around it, which gives a result in a result: the outer one is `Err`
    /// where the time was over (a `timeout`), the inner one is the call's own.
    ///
    /// ```
    /// use std::time::Duration;
    /// # async fn create_contact() -> Result<u64, std::io::Error> { Ok(17) }
    /// # async fn example(logs: epilogue::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let call = tokio::time::timeout(Duration::from_secs(2), create_contact());
    /// let contact = logs.action("crm_create", "hubspot").time_limited().run(call).await??;
    /// # Ok(())
    /// # }
    /// ```
    pub fn time_limited(self) -> ActionTimer<TimeLimited> {
        self.judged_by(TimeLimited)
    }

    /// Says what the record tells of the output; for outputs that are no `Result`, or to add what
    /// was answered.
    ///
    /// ```
    /// let logs = epilogue::Client::disabled();
    /// let sent = logs
    ///     .action("email_send", "sendgrid")
    ///     .judged(|sent: &Option<u64>, event| match sent {
    ///         Some(id) => event.succeeded().response_data(*id),
    ///         None => event.failed("the address is blocked"),
    ///     })
    ///     .run_blocking(|| Some(17));
    /// assert_eq!(sent, Some(17));
    /// ```
    pub fn judged<T, F>(self, judge: F) -> ActionTimer<F>
    where
        F: FnOnce(&T, Event<Action>) -> Event<Action>,
    {
        self.judged_by(judge)
    }

    fn judged_by<K>(self, judge: K) -> ActionTimer<K> {
        let Self { client, names, event, .. } = self;
        ActionTimer { client, names, event, judge }
    }

    /// Makes the call and waits for it, on any runtime.
    pub async fn run<T>(self, call: impl Future<Output = T>) -> T
    where
        J: Judge<T>,
    {
        let under_way = UnderWay::begin(self.client, self.names, self.event);
        let output = call.await;
        under_way.end(self.judge, &output);
        output
    }

    /// Makes the call on this thread.
    pub fn run_blocking<T>(self, call: impl FnOnce() -> T) -> T
    where
        J: Judge<T>,
    {
        let under_way = UnderWay::begin(self.client, self.names, self.event);
        let output = call();
        under_way.end(self.judge, &output);
        output
    }
}

impl<J> fmt::Debug for ActionTimer<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionTimer").field("event", &self.event).finish_non_exhaustive()
    }
}

/// Says what the record of a call tells of its output; also any closure does, by
/// [`ActionTimer::judged`].
#[diagnostic::on_unimplemented(
    message = "a call that gives `{T}` does not tell by itself how it ended",
    label = "no `Result` whose error prints",
    note = "say how it ended with `judged(|output: &…, event| …)` before the call"
)]
pub trait Judge<T> {
    /// The event with what the output says about it. One that panics leaves a `failure` without
    /// what was known before the call.
    fn judge(self, output: &T, event: Event<Action>) -> Event<Action>;
}

/// `Ok` is a success, `Err` a failure that says what went wrong, or a timeout where it is known for one.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByResult;

/// As [`ByResult`] for the inner of two results; where the outer one is `Err` the time was over.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeLimited;

/// As [`ByResult`], but an `Err` of which this holds is a timeout.
#[derive(Clone, Copy)]
pub struct TimeoutWhen<P>(P);

impl<P> fmt::Debug for TimeoutWhen<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeoutWhen").finish_non_exhaustive()
    }
}

impl<T, F> Judge<T> for F
where
    F: FnOnce(&T, Event<Action>) -> Event<Action>,
{
    fn judge(self, output: &T, event: Event<Action>) -> Event<Action> {
        self(output, event)
    }
}

impl<T, E: Display + 'static> Judge<Result<T, E>> for ByResult {
    fn judge(self, output: &Result<T, E>, event: Event<Action>) -> Event<Action> {
        TimeoutWhen(|error: &E| is_known_for_timeout(error)).judge(output, event)
    }
}

impl<T, E: Display, P: FnOnce(&E) -> bool> Judge<Result<T, E>> for TimeoutWhen<P> {
    fn judge(self, output: &Result<T, E>, event: Event<Action>) -> Event<Action> {
        match output {
            Ok(_) => event.succeeded(),
            Err(error) if (self.0)(error) => event.timed_out().error_message(error.to_string()),
            Err(error) => event.failed(error.to_string()),
        }
    }
}

impl<T, E: Display + 'static, L: Display> Judge<Result<Result<T, E>, L>> for TimeLimited {
    fn judge(self, output: &Result<Result<T, E>, L>, event: Event<Action>) -> Event<Action> {
        match output {
            Ok(output) => ByResult.judge(output, event),
            Err(limit) => event.timed_out().error_message(limit.to_string()),
        }
    }
}

fn is_known_for_timeout(error: &dyn Any) -> bool {
    let is_io = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    error.is::<tokio::time::error::Elapsed>() || error.downcast_ref().is_some_and(is_io)
}

/// A call that has begun. However it ends, it is shipped.
struct UnderWay {
    client: Client,
    names: Names,
    /// `None` only once it has ended.
    event: Option<Event<Action>>,
    began: Instant,
}

impl UnderWay {
    fn begin(client: Client, names: Names, event: Event<Action>) -> Self {
        let event = event.started_at(SystemTime::now());
        Self { client, names, event: Some(event), began: Instant::now() }
    }

    fn end<T>(mut self, judge: impl Judge<T>, output: &T) {
        let took = self.began.elapsed();
        let Some(event) = self.event.take().map(|event| event.took(took)) else {
            return;
        };
        // What the host says of its output is code of the host's, and the output is not ours.
        let judged = caught(|| judge.judge(output, event));
        let Names { action_type, provider_name } = &self.names;
        self.client.ship(judged.unwrap_or_else(|| {
            let event = Record::action(action_type.clone(), provider_name.clone());
            event.took(took).failed("what came of the call could not be told")
        }));
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(event) = self.event.take() {
            let why = if thread::panicking() {
                "the call panicked"
            } else {
                "cancelled: the call was dropped before it ended"
            };
            self.client.ship(event.took(self.began.elapsed()).failed(why));
        }
    }
}

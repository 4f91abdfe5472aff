//! What waits for a writer, and how it is gathered: what has come from all requests in the meantime
//! goes into one transaction, which is synced before any of them is answered.
//!
//! `C` is the connection that a store writes by.

use std::fmt;

use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;

use super::{BoxFuture, Entry, StoreError, Stored};
use crate::auth::{ClientId, Holder};

/// How many records one transaction takes before it is committed; one request's are never split.
const GROUP_RECORDS: usize = 2_000;

/// What a request waits for.
pub(in crate::store) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// Records to be stored, each with its client.
pub(in crate::store) type Owned = Vec<(ClientId, Entry)>;

/// What an act changes; it gives back the records that tell of it, or that it carries.
pub(in crate::store) type Work<C> =
    Box<dyn for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, Result<Owned, StoreError>> + Send>;

/// What the writer is asked to do.
#[derive(Debug)]
pub(in crate::store) enum Order<C> {
    /// Store records.
    Append(Append),
    /// Change something else, and store the records of it.
    Act(Act<C>),
}

/// Records of one request.
#[derive(Debug)]
pub(in crate::store) struct Append {
    /// What gave the right to store them. They are stored while it stands.
    pub(in crate::store) holder: Holder,
    /// Whose records they are.
    pub(in crate::store) client: ClientId,
    pub(in crate::store) entries: Vec<Entry>,
    pub(in crate::store) answer: Answer<Vec<Stored>>,
}

/// What is done in a transaction of its own, together with the records that tell of it.
pub(in crate::store) struct Act<C> {
    /// The session that gave the right to it. It is done while that stands.
    pub(in crate::store) session: Option<i64>,
    /// Whether keys change by it.
    pub(in crate::store) changes_keys: bool,
    /// Whether it may take longer than a request is waited for.
    pub(in crate::store) is_long: bool,
    pub(in crate::store) work: Work<C>,
    pub(in crate::store) answer: Answer<()>,
}

/// What whoever asked for an act waits for.
pub(in crate::store) struct Done<T> {
    pub(in crate::store) committed: oneshot::Receiver<Result<(), StoreError>>,
    value: oneshot::Receiver<T>,
}

impl<C> Act<C> {
    /// An act that changes something, answers with a value, and tells of it by these records.
    pub(in crate::store) fn new<T: Send + 'static>(
        session: Option<i64>,
        change: impl for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, Result<(T, Vec<Entry>), StoreError>>
        + Send
        + 'static,
    ) -> (Self, Done<T>)
    where
        C: Send + 'static,
    {
        Self::carrying(session, move |writer| {
            Box::pin(async move {
                let (value, records) = change(writer).await?;
                let own = |record| (ClientId::collector(), record);
                Ok((value, records.into_iter().map(own).collect()))
            })
        })
    }

    /// The same with records of any client.
    pub(in crate::store) fn carrying<T: Send + 'static>(
        session: Option<i64>,
        change: impl for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, Result<(T, Owned), StoreError>>
        + Send
        + 'static,
    ) -> (Self, Done<T>)
    where
        C: Send + 'static,
    {
        let (answer, committed) = oneshot::channel();
        let (told, value) = oneshot::channel();
        let work: Work<C> = Box::new(move |writer| {
            Box::pin(async move {
                let (value, records) = change(writer).await?;
                // Who no longer waits for it need not know.
                let _ = told.send(value);
                Ok(records)
            })
        });
        (
            Self { session, changes_keys: false, is_long: false, work, answer },
            Done { committed, value },
        )
    }

    /// An act that changes keys.
    pub(in crate::store) fn of_keys(self) -> Self {
        Self { changes_keys: true, ..self }
    }

    /// An act that may take longer than a request is waited for.
    pub(in crate::store) fn long(self) -> Self {
        Self { is_long: true, ..self }
    }
}

impl<C> Order<C> {
    /// Tells whoever waits for it that it cannot be done.
    pub(in crate::store) fn refuse(self, why: &StoreError) {
        // Who no longer waits for it need not know.
        match self {
            Self::Append(Append { answer, .. }) => drop(answer.send(Err(why.clone()))),
            Self::Act(Act { answer, .. }) => drop(answer.send(Err(why.clone()))),
        }
    }
}

impl<T> Done<T> {
    /// The value, once the act is committed.
    pub(in crate::store) fn value(mut self) -> Result<T, StoreError> {
        self.value.try_recv().map_err(|_| StoreError::Closed)
    }
}

impl<C> fmt::Debug for Act<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Act").finish_non_exhaustive()
    }
}

/// What else is waiting, up to an order of another sort. Requests that could go on at once are let
/// by first: a commit costs the same for one of them as for all.
pub(in crate::store) async fn gather<C>(
    orders: &mut mpsc::Receiver<Order<C>>,
    first: Append,
) -> (Vec<Append>, Option<Order<C>>) {
    let mut records = first.entries.len();
    let mut group = vec![first];
    let mut before = 0;
    while records < GROUP_RECORDS {
        match orders.try_recv() {
            Ok(Order::Append(more)) => {
                records += more.entries.len();
                group.push(more);
            }
            Ok(other) => return (group, Some(other)),
            Err(_) if before < group.len() => {
                before = group.len();
                yield_now().await;
            }
            Err(_) => break,
        }
    }
    (group, None)
}

/// Tells each request what became of its records: of so many that belong to it.
pub(in crate::store) fn answer(
    waiting: Vec<(usize, Answer<Vec<Stored>>)>,
    result: Result<Vec<Option<Stored>>, StoreError>,
) {
    let mut outcomes = match result {
        Ok(outcomes) => outcomes.into_iter(),
        Err(error) => {
            for (_, answer) in waiting {
                let _ = answer.send(Err(error.clone()));
            }
            return;
        }
    };
    for (records, answer) in waiting {
        // All of them are taken, also behind one that is missing: what follows is another's.
        let own: Vec<_> = outcomes.by_ref().take(records).collect();
        let own = own.into_iter().collect::<Option<Vec<_>>>();
        let _ = answer.send(own.ok_or(StoreError::Revoked));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_request_is_told_what_became_of_its_own_records() {
        let revoked = vec![None; 3];
        let requests = [
            vec![Some(Stored::New)],
            revoked.clone(),
            vec![Some(Stored::Duplicate), Some(Stored::New)],
            vec![Some(Stored::New)],
            revoked,
        ];
        let (answers, answered): (Vec<_>, Vec<_>) = requests
            .iter()
            .map(|own| {
                let (answer, answered) = oneshot::channel();
                ((own.len(), answer), answered)
            })
            .unzip();
        answer(answers, Ok(requests.concat()));
        let mut told = Vec::new();
        for answered in answered {
            told.push(answered.await.unwrap());
        }
        let new = Ok(vec![Stored::New]);
        let both = Ok(vec![Stored::Duplicate, Stored::New]);
        let refused = Err(StoreError::Revoked);
        assert_eq!(told, [new.clone(), refused.clone(), both, new, refused]);
    }
}

//! The way to whoever writes: short, so that nobody waits long without knowing.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::orders::{Act, Append, Done, Order};
use super::{Entry, StoreError, Stored};
use crate::auth::{ClientId, Holder};
use crate::metrics;

/// How many requests may wait for the writer.
const WAITING: usize = 1_024;

/// Where orders are handed in.
#[derive(Debug)]
pub(in crate::store) struct Queue<C> {
    /// `None` once the store was closed.
    orders: Mutex<Option<mpsc::Sender<Order<C>>>>,
}

impl<C> Queue<C> {
    /// A queue, and where its orders come out.
    pub(in crate::store) fn new() -> (Self, mpsc::Receiver<Order<C>>) {
        let (orders, waiting) = mpsc::channel(WAITING);
        (Self { orders: Mutex::new(Some(orders)) }, waiting)
    }

    /// Has records stored with what else is waiting. Where too much is, whoever asks may come again:
    /// nobody keeps the others waiting.
    pub(in crate::store) async fn store(
        &self,
        holder: Holder,
        client: ClientId,
        entries: Vec<Entry>,
    ) -> Result<Vec<Stored>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let order = Order::Append(Append { holder, client, entries, answer });
        let orders = self.orders()?;
        let sent = orders.try_send(order);
        // Told here as well: a writer that hangs tells nothing.
        metrics::waiting(orders.max_capacity() - orders.capacity());
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has something done. Waits for room: whoever asks is a person, and in no hurry.
    pub(in crate::store) async fn act<T>(
        &self,
        (act, mut done): (Act<C>, Done<T>),
    ) -> Result<T, StoreError> {
        self.orders()?.send(Order::Act(act)).await.map_err(|_| StoreError::Closed)?;
        (&mut done.committed).await.unwrap_or(Err(StoreError::Closed))?;
        done.value()
    }

    /// Whether nobody takes orders any more.
    pub(in crate::store) fn is_closed(&self) -> bool {
        self.orders().map_or(true, |orders| orders.is_closed())
    }

    /// Takes no more orders; those that were handed in are done.
    pub(in crate::store) fn close(&self) {
        drop(self.orders.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn orders(&self) -> Result<mpsc::Sender<Order<C>>, StoreError> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.clone().ok_or(StoreError::Closed)
    }
}

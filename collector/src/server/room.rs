//! Places for connections: where all are taken, whoever has been idle longest gives up its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// How long an idle connection is left alone: its next request may be on the way.
const ON_THE_WAY: Duration = Duration::from_secs(1);
/// After which time more connections are told to go, where those that were told have not gone.
const AGAIN: Duration = Duration::from_millis(100);
/// Instead of a time: a request is under way.
const BUSY: u64 = u64::MAX;

/// So many places, and who has one.
#[derive(Debug)]
pub(super) struct Room {
    size: u32,
    places: Arc<Semaphore>,
    opened: Instant,
    guests: Arc<Guests>,
}

/// Who has a place and was not told to go, by number.
#[derive(Debug, Default)]
struct Guests(Mutex<HashMap<u64, Arc<Guest>>>);

/// One connection, as far as the others have to know of it.
#[derive(Debug)]
pub(super) struct Guest {
    /// From when times are counted, in milliseconds.
    opened: Instant,
    /// Since when it is idle, or `BUSY`.
    idle_since: AtomicU64,
    go: Notify,
}

/// A connection's place, which is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    number: u64,
    guest: Arc<Guest>,
    guests: Arc<Guests>,
    _place: OwnedSemaphorePermit,
}

/// A request that is under way, its answer included; its connection is idle again when this is
/// dropped.
#[derive(Debug)]
pub(super) struct Working(Arc<Guest>);

impl Room {
    pub(super) fn new(size: u32) -> Self {
        Self {
            size,
            places: Arc::new(Semaphore::new(size as usize)),
            opened: Instant::now(),
            guests: Arc::default(),
        }
    }

    /// A place for the connection of this number, once there is one.
    pub(super) async fn seat(&self, number: u64) -> Seat {
        let mut many = 1_usize;
        loop {
            if self.places.available_permits() == 0 {
                self.make_room(many);
            }
            let place = Arc::clone(&self.places).acquire_owned();
            if let Ok(Ok(place)) = timeout(AGAIN, place).await {
                return self.seated(number, place);
            }
            // Who is in the middle of a head goes at its end only, and must not keep this one.
            many = many.saturating_mul(2);
        }
    }

    /// Tells so many to go, first those that have been idle longest.
    pub(super) fn make_room(&self, many: usize) {
        let since = self.opened.elapsed().saturating_sub(ON_THE_WAY);
        self.guests.dismiss(millis(since), many);
    }

    /// Tells everybody to go, and is ready when they have. No request is cut off.
    pub(super) async fn empty(&self) {
        self.guests.dismiss(BUSY, usize::MAX);
        // An error would mean that the semaphore was closed, which nobody does.
        let _ = self.places.acquire_many(self.size).await;
    }

    fn seated(&self, number: u64, place: OwnedSemaphorePermit) -> Seat {
        let (opened, go) = (self.opened, Notify::new());
        let idle_since = AtomicU64::new(millis(opened.elapsed()));
        let guest = Arc::new(Guest { opened, idle_since, go });
        self.guests.present().insert(number, Arc::clone(&guest));
        Seat { number, guest, guests: Arc::clone(&self.guests), _place: place }
    }
}

impl Guests {
    fn present(&self) -> MutexGuard<'_, HashMap<u64, Arc<Guest>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells those to go that have been idle since then or longer.
    fn dismiss(&self, since: u64, many: usize) {
        let mut present = self.present();
        let mut idle: Vec<_> = present
            .iter()
            .map(|(number, guest)| (guest.idle_since.load(Ordering::Relaxed), *number))
            .filter(|(idle_since, _)| *idle_since <= since)
            .collect();
        idle.sort_unstable();
        for (_, number) in idle.into_iter().take(many) {
            if let Some(guest) = present.remove(&number) {
                guest.go.notify_one();
            }
        }
    }
}

impl Seat {
    /// Ready when the connection is to end, at the end of the request that is under way.
    pub(super) async fn told_to_go(&self) {
        self.guest.go.notified().await;
    }

    /// Ready when nothing has been worked on here for so long.
    pub(super) async fn is_idle_for(&self, long: Duration) {
        loop {
            sleep(long).await;
            let since = self.guest.idle_since.load(Ordering::Relaxed);
            if since.saturating_add(millis(long)) <= millis(self.guest.opened.elapsed()) {
                return;
            }
        }
    }

    /// For whom requests are worked on here.
    pub(super) fn guest(&self) -> Arc<Guest> {
        Arc::clone(&self.guest)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guests.present().remove(&self.number);
    }
}

impl Guest {
    /// A request begins.
    pub(super) fn work(self: &Arc<Self>) -> Working {
        self.idle_since.store(BUSY, Ordering::Relaxed);
        Working(Arc::clone(self))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.idle_since.store(millis(self.0.opened.elapsed()), Ordering::Relaxed);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(BUSY - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_told(seat: &Seat) -> bool {
        !seat.guests.present().contains_key(&seat.number)
    }

    #[tokio::test]
    async fn those_idle_longest_go_first_and_those_at_work_stay() {
        let room = Room::new(4);
        let mut seats = Vec::new();
        for (number, idle_since) in [(0, 30), (1, 10), (2, 20), (3, BUSY)] {
            let seat = room.seat(number).await;
            seat.guest.idle_since.store(idle_since, Ordering::Relaxed);
            seats.push(seat);
        }
        let told = || seats.iter().map(is_told).collect::<Vec<_>>();
        room.guests.dismiss(30, 1);
        assert_eq!(told(), [false, true, false, false]);
        room.guests.dismiss(20, 9);
        assert_eq!(told(), [false, true, true, false]);
        room.guests.dismiss(BUSY - 1, 9);
        assert_eq!(told(), [true, true, true, false]);
        seats[1].told_to_go().await;
    }

    #[tokio::test]
    async fn a_request_keeps_its_connection() {
        let room = Room::new(1);
        let seat = room.seat(0).await;
        let working = seat.guest().work();
        room.guests.dismiss(BUSY - 1, 1);
        assert!(!is_told(&seat));
        drop(working);
        room.guests.dismiss(BUSY - 1, 1);
        assert!(is_told(&seat));
    }
}

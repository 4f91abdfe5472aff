//! Every trouble that a test can make between a client and its store, and its end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use epilogue::testing::{Fault, MockCollector};
use epilogue::wire::Envelope;
use epilogue::{Client, ClientBuilder, Stats};

use crate::common::{self, API_KEY, CLIENT_ID, LONG, SHORT, add_up};
use crate::proxy::{After, Proxy, Way};

/// What is wrong.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The collector misbehaves.
    Collector(Fault),
    /// The way to it is spoiled.
    OnTheWay(Way),
    /// Nobody listens.
    Refused,
}

/// All troubles in which no request ever gets a whole answer that says that it was stored.
pub(crate) fn all() -> Vec<Trouble> {
    let collector = [
        Fault::Hang,
        Fault::HangInHead,
        Fault::HangInBody,
        Fault::Reset,
        Fault::HalfBody,
        Fault::HangUp,
        Fault::StoreThenHangUp,
        Fault::Garbage,
        Fault::EndlessHeader,
        Fault::WrongLength,
        Fault::Delay(LONG),
        Fault::status(500).into(),
        Fault::status(503).body("<html>busy</html>").into(),
        Fault::status(429).retry_after("soon").into(),
    ];
    let way = [
        Way::BlackHole,
        Way::Reset,
        Way::HalfClosed,
        Way::CutAnswer(0),
        Way::CutAnswer(20),
        Way::Slow(SHORT),
        Way::Says(b"\0\xff no HTTP at all\r\n\r\n".to_vec(), After::Close),
        Way::Says(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), After::Repeat(25)),
    ];
    let collector = collector.into_iter().map(Trouble::Collector);
    let way = way.into_iter().map(Trouble::OnTheWay);
    collector.chain(way).chain([Trouble::Refused]).collect()
}

/// Runs it once for each trouble, side by side.
pub(crate) fn in_all(run: impl Fn(&Trouble) + Sync) {
    thread::scope(|scope| {
        let running: Vec<_> = all()
            .into_iter()
            .map(|trouble| {
                let run = &run;
                (format!("{trouble:?}"), scope.spawn(move || run(&trouble)))
            })
            .collect();
        for (trouble, running) in running {
            assert!(running.join().is_ok(), "in trouble: {trouble}");
        }
    });
}

/// A collector, and the way to it.
pub(crate) struct Setting {
    pub(crate) collector: MockCollector,
    pub(crate) proxy: Proxy,
    /// The setting's own: a client of another test may outlive it, and meet a port that was its
    /// collector's once.
    api_key: String,
}

impl Setting {
    pub(crate) fn new() -> Self {
        static SETTINGS: AtomicUsize = AtomicUsize::new(0);
        let api_key = format!("{API_KEY}-{}", SETTINGS.fetch_add(1, Ordering::Relaxed));
        let collector = MockCollector::builder().api_key(&api_key).start().expect("a port");
        let proxy = Proxy::start(collector.address());
        Self { collector, proxy, api_key }
    }

    /// A setting that is in trouble from the start, and a client in it.
    pub(crate) fn in_trouble(trouble: &Trouble) -> (Self, Client) {
        let setting = Self::new();
        setting.make(trouble);
        let client = setting.builder(trouble).build().expect("the settings are complete");
        (setting, client)
    }

    /// A builder of a client that this trouble reaches, whose requests do not hang long.
    pub(crate) fn builder(&self, trouble: &Trouble) -> ClientBuilder {
        // Only the collector itself can stop listening.
        let url = match trouble {
            Trouble::Refused => self.collector.url(),
            _ => self.proxy.url(),
        };
        Client::builder().url(url).api_key(&*self.api_key).client_id(CLIENT_ID).timeout(SHORT * 2)
    }

    pub(crate) fn make(&self, trouble: &Trouble) {
        match trouble {
            Trouble::Collector(fault) => self.collector.always(fault.clone()),
            Trouble::OnTheWay(way) => self.proxy.set(way.clone()),
            Trouble::Refused => self.collector.refuse(),
        }
    }

    pub(crate) fn mend(&self) {
        self.collector.heal();
        self.collector.come_back().expect("the port is still free");
        self.proxy.set(Way::Open);
    }

    /// No ticket and no id is in the store twice; gives what is there.
    pub(crate) fn store(&self) -> Vec<Envelope> {
        let records = self.collector.records();
        is_unique(&records);
        records
    }
}

/// No ticket and no id is there twice: a record that is tried again is the same record.
pub(crate) fn is_unique(records: &[Envelope]) {
    let mut ids: Vec<_> = records.iter().map(|record| record.record_id).collect();
    let mut tickets: Vec<_> = records.iter().map(common::ticket).collect();
    ids.sort_unstable();
    ids.dedup();
    tickets.sort_unstable();
    tickets.dedup();
    assert_eq!((ids.len(), tickets.len()), (records.len(), records.len()), "{tickets:?}");
}

/// Waits until a trouble has met a request of this client.
pub(crate) fn is_met(client: &Client) -> Stats {
    let began = std::time::Instant::now();
    while client.stats().requests() == 0 {
        assert!(began.elapsed() < LONG, "no request: {client:?}");
        // Whoever waits for a record hurries it.
        assert!(!client.flush_blocking(Duration::from_millis(10)).is_complete());
    }
    client.stats()
}

/// Waits until everything is settled. Asking again and again cuts the pauses of an outage short.
pub(crate) fn settle(client: &Client) {
    let began = std::time::Instant::now();
    while !client.flush_blocking(SHORT).is_complete() {
        assert!(began.elapsed() < LONG, "{client:?}");
        add_up(&client.stats());
    }
    add_up(&client.stats());
    assert_eq!(client.stats().pending(), 0);
}

//! Fills a store with records as a busy installation has them, so that its queries can be measured.
//!
//! `cargo run --release -p epilogue-collector --example fill -- STORE [--records 100000]
//! [--clients 20] [--days 30] [--bytes 600] [--seed 1] [--until 2026-11-21T12:00:00Z]`: STORE is a
//! directory, or the address of a database. The records of all kinds belong to tickets, spread over
//! so many days before `until`, which is the present where it is not given. The same seed and `until`
//! give the same records, whatever the store: only the keys that the example makes for itself differ.
//! A provider key for reading is printed.

mod chance;
mod story;

use std::error::Error;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use epilogue_collector::store::{self, Entry, Store};
use epilogue_collector::{Auth, ClientId, Ingest, KeyScope, Operator, create_key};

use self::story::Teller;

/// How many records one transaction stores.
const GROUP: usize = 2_000;
const DAY: i64 = 86_400_000;

/// What the command line says.
#[derive(Debug)]
struct Options {
    place: String,
    records: usize,
    clients: usize,
    days: i64,
    bytes: usize,
    seed: u64,
    until: SystemTime,
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options {
        place: arguments.next()?,
        records: 100_000,
        clients: 20,
        days: 30,
        bytes: 600,
        seed: 1,
        until: SystemTime::now(),
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--records" => options.records = value.parse().ok()?,
            "--clients" => options.clients = value.parse().ok().filter(|clients| *clients > 0)?,
            "--days" => options.days = value.parse().ok().filter(|days| *days > 0)?,
            "--bytes" => options.bytes = value.parse().ok()?,
            "--seed" => options.seed = value.parse().ok()?,
            "--until" => options.until = humantime::parse_rfc3339(&value).ok()?,
            _ => return None,
        }
    }
    Some(options)
}

async fn open(place: &str) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    if place.contains("://") {
        return Ok(store::open(Some(place), ".".as_ref()).await?);
    }
    std::fs::create_dir_all(place)?;
    Ok(store::open(None, place.as_ref()).await?)
}

/// The right to store as each client.
async fn rights(store: &Arc<dyn Store>, clients: usize) -> Result<Vec<Ingest>, Box<dyn Error>> {
    let auth = Auth::new(Arc::clone(store), None);
    let mut rights = Vec::new();
    for number in 0..clients {
        let client = ClientId::new(&story::client(number)).ok_or("a client has no name")?;
        let operator = Operator::at_the_command_line();
        let key = create_key(store.as_ref(), &operator, client, KeyScope::Ingest).await?;
        rights.push(auth.ingest(Some(key.reveal().as_bytes())).await?);
    }
    Ok(rights)
}

/// Stores what has gathered of each client.
async fn flush(
    store: &Arc<dyn Store>,
    rights: &[Ingest],
    gathered: &mut [Vec<Entry>],
) -> Result<(), Box<dyn Error>> {
    let appending = rights.iter().zip(gathered).filter(|(_, entries)| !entries.is_empty());
    // Orders that wait together share a transaction.
    let appending = appending
        .map(|(rights, entries)| store.append(rights.clone(), std::mem::take(entries)))
        .collect::<Vec<_>>();
    for stored in futures_util::future::join_all(appending).await {
        stored?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = options().ok_or("usage: fill STORE [options], see the source's head")?;
    let until = i64::try_from(options.until.duration_since(UNIX_EPOCH)?.as_millis())?;
    let store = open(&options.place).await?;
    let rights = rights(&store, options.clients).await?;
    let mut teller = Teller::new(options.seed, options.clients, options.bytes);
    let mut gathered = vec![Vec::new(); options.clients];
    let (begun, mut told, mut waiting) = (Instant::now(), 0, 0);
    while told < options.records {
        // Tickets come one after the other, so that the store grows as it does in life.
        let part = told as f64 / options.records as f64;
        #[expect(clippy::cast_possible_truncation, reason = "a part of the time")]
        let opened = until - options.days * DAY + (part * (options.days * DAY) as f64) as i64;
        for (client, entry) in teller.ticket(opened, until) {
            gathered[client].push(entry);
            waiting += 1;
            told += 1;
        }
        if waiting >= GROUP || told >= options.records {
            waiting = 0;
            flush(&store, &rights, &mut gathered).await?;
        }
    }
    let provider = ClientId::new("fill").ok_or("a client has no name")?;
    let operator = Operator::at_the_command_line();
    let key = create_key(store.as_ref(), &operator, provider, KeyScope::Provider).await?;
    store.close().await;
    println!("{told} records in {:.1} s", begun.elapsed().as_secs_f64());
    println!("provider key: {}", key.reveal());
    Ok(())
}

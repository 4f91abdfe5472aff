//! What every store promises whoever copies it, or copies to it.

use epilogue_collector::store::{Begun, Belongings, Stretch};
use epilogue_collector::{ClientId, KeyHash, KeyScope, Mover, Role};

use super::people::{NOW, PASSWORD, desk, entered, name};
use super::{Shared, entry, key, reader, value};

fn client(name: &str) -> ClientId {
    ClientId::new(name).unwrap()
}

pub(super) async fn a_stretch_is_taken_once_and_in_its_order(store: Shared) {
    let mover = Mover::at_the_command_line();
    let source = store.identity(&mover).await.unwrap();
    assert_eq!(store.identity(&mover).await.unwrap(), source);
    assert_eq!(store.settled(&mover).await.unwrap(), 0);
    assert_eq!(store.copied_through(&mover, &source).await.unwrap(), None);
    let clients = ["a", "b", "a", "b", "a"].map(client);
    let records: Vec<_> =
        clients.into_iter().zip((5..10).rev()).map(|(client, at)| (client, entry(at))).collect();
    let stretch = Stretch { after: 0, through: 17 };
    let early = store.take(&mover, &source, stretch, records.clone()).await;
    assert!(!early.unwrap(), "no copy was begun");
    for expected in [Begun::Now, Begun::Before(0)] {
        assert_eq!(store.begin_copy(&mover, &source, entry(1)).await.unwrap(), expected);
    }
    // What has no whole, and what was there before, is taken as well.
    let mut gone = entry(5);
    gone.payload.clear();
    let all = [records.clone(), vec![(client("a"), gone.clone()), records[0].clone()]].concat();
    assert!(store.take(&mover, &source, stretch, all).await.unwrap());
    let other = vec![(client("a"), entry(1))];
    for wrong in [stretch, Stretch { after: 16, through: 20 }] {
        assert!(!store.take(&mover, &source, wrong, other.clone()).await.unwrap());
    }
    assert_eq!(store.copied_through(&mover, &source).await.unwrap(), Some(17));
    let settled = store.settled(&mover).await.unwrap();
    let lines = store.stretch(&mover, 0, settled, 100).await.unwrap();
    let stored: Vec<_> = lines[1..].iter().map(|line| (&line.client, &line.row)).collect();
    let sent = records.iter().map(|(client, entry)| (client, &entry.row));
    let a = client("a");
    let sent: Vec<_> = sent.chain([(&a, &gone.row)]).collect();
    assert_eq!(stored, sent);
    assert!(lines.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let some = store.stretch(&mover, lines[1].seq, lines[5].seq, 3).await.unwrap();
    assert_eq!(some, lines[2..5]);
    let asked = [
        (client("b"), records[1].1.row.record_id),
        (client("a"), records[1].1.row.record_id),
        (client("a"), gone.row.record_id),
    ];
    let mut found = store.find(&mover, &asked).await.unwrap();
    found.sort_by_key(|line| line.seq);
    assert_eq!(found, [lines[2].clone(), lines[6].clone()]);
    let mut counts = store.counts(&mover).await.unwrap();
    counts.sort_by_key(|(client, ..)| client.as_str().to_owned());
    let counts: Vec<_> =
        counts.iter().map(|(client, _, count)| (client.as_str(), *count)).collect();
    assert_eq!(counts, [("_collector", 1), ("a", 4), ("b", 2)]);
    let scope = reader(&store, "a", KeyScope::Read).await;
    assert_eq!(store.record(&scope, gone.row.record_id).await.unwrap(), None);
    let line = store.line(&scope, gone.row.record_id).await.unwrap().unwrap();
    assert_eq!(line.row, gone.row);
    let whole = store.record(&scope, records[0].1.row.record_id).await.unwrap().unwrap();
    assert_eq!(value(&whole), value(&records[0].1.payload));
}

/// What somebody else is and has, as it is given.
async fn given(store: &Shared) -> Belongings {
    store.belongings(&Mover::at_the_command_line()).await.unwrap()
}

pub(super) async fn what_belongs_to_people_is_given_and_taken(store: Shared) {
    let mover = Mover::at_the_command_line();
    key(&store, "a", KeyScope::Ingest).await;
    let (_, token) = entered(&store, "maria", Role::Provider).await;
    drop(token);
    let first = given(&store).await;
    assert_eq!((first.keys.len(), first.people.len()), (1, 1));
    // What is taken again changes nothing.
    store.take_belongings(&mover, first.clone()).await.unwrap();
    assert_eq!(format!("{:?}", given(&store).await), format!("{first:?}"));
    // What is new is there with its number, and what is made then has the next one.
    let mut more = first.clone();
    let mut own = more.keys[0].clone();
    own.id = 7;
    own.hash = KeyHash::of(b"another");
    own.revoked_at = Some(5);
    more.keys.push(own);
    let mut peter = more.people[0].clone();
    (peter.account.user.id, peter.account.user.name) = (9, name("peter"));
    peter.codes = vec![(KeyHash::of(b"a code"), Some(3))];
    more.people.push(peter);
    more.people[0].account.user.must_change = true;
    store.take_belongings(&mover, more).await.unwrap();
    key(&store, "b", KeyScope::Read).await;
    let then = given(&store).await;
    assert_eq!(then.keys.iter().map(|key| key.id).collect::<Vec<_>>(), [1, 7, 8]);
    assert_eq!(then.keys[1].revoked_at, Some(5));
    assert_eq!(then.people[1].codes.len(), 1);
    assert!(then.people[0].account.user.must_change);
    // Who logs in here is as they are here from then on, and what was revoked stays so.
    let later = desk(&store, NOW + 1_000);
    later.login("peter", PASSWORD).await.unwrap();
    let mut old = then.clone();
    old.keys[1].revoked_at = None;
    old.people[1].account.user.must_change = true;
    store.take_belongings(&mover, old).await.unwrap();
    let last = given(&store).await;
    assert_eq!(last.keys[1].revoked_at, Some(5));
    assert!(!last.people[1].account.user.must_change);
    // A number is never given to another.
    let mut clash = first;
    clash.keys[0].hash = KeyHash::of(b"a third");
    assert!(store.take_belongings(&mover, clash).await.is_err());
}

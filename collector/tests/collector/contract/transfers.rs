//! What every store promises whoever copies it, or copies to it.

use epilogue_collector::store::{Begun, Belongings, Stretch};
use epilogue_collector::{ClientId, KeyHash, KeyScope, Mover, Operator, Role, disable_user};

use super::people::{NOW, PASSWORD, desk, entered, name, reset};
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
        let begun = store.begin_copy(&mover, &source, Belongings::default(), entry(1)).await;
        assert_eq!(begun.unwrap(), expected);
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
    let (desk, token) = entered(&store, "maria", Role::Provider).await;
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
    more.people[0].changed_at += 1;
    assert!(desk.visit(&token).await.unwrap().is_some());
    store.take_belongings(&mover, more).await.unwrap();
    assert!(desk.visit(&token).await.unwrap().is_none(), "she came in by what it was before");
    key(&store, "b", KeyScope::Read).await;
    let then = given(&store).await;
    assert_eq!(then.keys.iter().map(|key| key.id).collect::<Vec<_>>(), [1, 7, 8]);
    assert_eq!(then.keys[1].revoked_at, Some(5));
    assert_eq!(then.people[1].codes.len(), 1);
    assert!(then.people[0].account.user.must_change);
    // What was changed here later stays as it is here, and what was revoked stays so.
    reset(&store, "peter").await.unwrap();
    let here = given(&store).await;
    assert!(here.people[1].changed_at > then.people[1].changed_at);
    let mut old = then.clone();
    old.keys[1].revoked_at = None;
    old.people[1].account.user.disabled_at = Some(7);
    store.take_belongings(&mover, old.clone()).await.unwrap();
    assert_eq!(format!("{:?}", given(&store).await), format!("{here:?}"));
    // What was changed there later is as it is there, but a code that was used here stays used.
    let (ahead, code) = (i64::MAX / 2, KeyHash::of(b"a code of hers"));
    old.people[0].changed_at = ahead;
    old.people[0].codes = vec![(code, Some(6))];
    store.take_belongings(&mover, old.clone()).await.unwrap();
    old.people[0].changed_at += 1;
    old.people[0].codes[0].1 = None;
    old.people[0].account.password = here.people[1].account.password.clone();
    store.take_belongings(&mover, old.clone()).await.unwrap();
    assert_eq!(given(&store).await.people[0].codes[0].1, Some(6));
    let later = self::desk(&store, NOW + 1_000);
    assert!(later.login("maria", PASSWORD).await.is_err());
    // Whoever is shut out here stays so, and what is done here is later than what was there, also
    // where the clock there is ahead.
    disable_user(store.as_ref(), &Operator::at_the_command_line(), name("maria")).await.unwrap();
    assert_eq!(given(&store).await.people[0].changed_at, ahead + 2);
    old.people[0].changed_at = ahead + 9;
    store.take_belongings(&mover, old).await.unwrap();
    assert!(given(&store).await.people[0].account.user.disabled_at.is_some());
    // A number is never given to another.
    let mut clash = first;
    clash.keys[0].hash = KeyHash::of(b"a third");
    assert!(store.take_belongings(&mover, clash).await.is_err());
}

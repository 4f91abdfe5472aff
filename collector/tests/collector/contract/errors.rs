//! What every store promises of errors: how often one was seen and where, to whoever may know.

use epilogue_collector::KeyScope;
use epilogue_collector::store::{Entry, Fingerprint, Row, Sighting};
use uuid::Uuid;

use super::{Shared, entry, reader, writer};

fn with_errors(at: i64, version: &str, errors: &[Fingerprint]) -> Entry {
    let mut entry = entry(at);
    let row = Row { workflow_version: Some(version.to_owned()), ..entry.row };
    entry.payload = format!("{{\"record_id\":\"{}\"}}", row.record_id);
    Entry { row, errors: errors.to_vec(), ..entry }
}

pub(super) async fn an_error_is_told_by_how_often_it_was_seen(store: Shared) {
    let [often, once, never] = ["often", "once", "never"].map(|it| Fingerprint::of("Error", it));
    let own = [
        with_errors(20, "2", &[often, once]),
        with_errors(10, "1", &[often]),
        with_errors(20, "3", &[often]),
    ];
    let theirs = with_errors(5, "0", &[often]);
    store.append(writer(&store, "a").await, own.to_vec()).await.unwrap();
    // What is stored already counts once.
    store.append(writer(&store, "a").await, vec![own[0].clone()]).await.unwrap();
    store.append(writer(&store, "b").await, vec![theirs.clone()]).await.unwrap();
    let told = |error, records, since, version: &str| Sighting {
        error,
        records,
        since,
        version: Some(version.to_owned()),
    };
    let [ids @ .., other] = [&own[2], &own[0], &own[1], &theirs].map(|it| it.row.record_id);
    for (client, scope, expected, listed) in [
        ("a", KeyScope::Read, vec![told(often, 3, 10, "1"), told(once, 1, 20, "2")], ids.to_vec()),
        ("b", KeyScope::Read, vec![told(often, 1, 5, "0")], vec![other]),
        (
            "p",
            KeyScope::Provider,
            vec![told(often, 4, 5, "0"), told(once, 1, 20, "2")],
            [&ids[..], &[other]].concat(),
        ),
        ("c", KeyScope::Read, vec![], vec![]),
    ] {
        let scope = reader(&store, client, scope).await;
        let seen = store.sightings(&scope, &[often, never, once]).await.unwrap();
        assert_eq!(seen, expected, "for {client}");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.with_error(&scope, often, after, 1).await.unwrap();
            found.extend(page.items.iter().map(|item| item.row.record_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, listed, "for {client}");
    }
}

pub(super) async fn a_line_is_told_within_the_scope(store: Shared) {
    let own = entry(7);
    store.append(writer(&store, "a").await, vec![own.clone()]).await.unwrap();
    for (client, scope, sees) in
        [("a", KeyScope::Read, true), ("b", KeyScope::Read, false), ("p", KeyScope::Provider, true)]
    {
        let scope = reader(&store, client, scope).await;
        let line = store.line(&scope, own.row.record_id).await.unwrap();
        let told = line.map(|line| (line.client.as_str().to_owned(), line.row));
        assert_eq!(told, sees.then(|| ("a".to_owned(), own.row.clone())), "for {client}");
        assert_eq!(store.line(&scope, Uuid::nil()).await.unwrap(), None);
    }
}

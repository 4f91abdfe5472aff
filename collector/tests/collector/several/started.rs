//! Collectors that start at the same moment on an empty database make everything once.

use super::balanced::{free_address, started};
use crate::home::Home;
use crate::process::binary_over;
use crate::server::{id, record};

/// How many start at once, and how often.
const COLLECTORS: usize = 5;
const ROUNDS: usize = 3;

/// What a command over this database prints.
fn printed(data: &Home, arguments: &[&str]) -> String {
    let output = binary_over(data.path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_come_up_and_one_shows_the_first_keys() {
    for _ in 0..ROUNDS {
        let Some(data) = Home::in_a_database() else { return };
        let addresses: Vec<_> = (0..COLLECTORS).map(|_| free_address()).collect();
        let all = started(data.path(), &addresses).await;
        let shown: Vec<_> = all.iter().filter_map(|process| process.keys.as_ref()).collect();
        assert_eq!(shown.len(), 1, "one of them shows the keys, once");
        let [ingest, read] = shown[0];
        // The first line is the head of a table.
        assert_eq!(printed(&data, &["keys", "list"]).lines().count(), 1 + 2);
        let users = printed(&data, &["users", "list"]);
        assert!(users.contains("\nadmin\t") && users.lines().count() == 1 + 1, "{users}");
        let sent = record("demo");
        assert_eq!(all[0].post(ingest, sent.to_string()).await.unwrap().0, 200);
        for process in &all {
            let (status, whole) = process.get(read, &format!("/v1/logs/{}", id(&sent))).await;
            assert_eq!((status.as_u16(), whole), (200, sent.clone()));
        }
    }
}

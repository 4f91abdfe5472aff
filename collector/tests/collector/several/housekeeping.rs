//! What has to be done once for all is done by one collector, and by another where that one is gone.

use sqlx::Executor;

use super::balanced::Collectors;
use crate::process::{Process, until};
use crate::server::{id, record_with};
use crate::sums;
use serde_json::{Value, json};

/// How many records are sent at a time.
const RECORDS: usize = 200;

impl Collectors {
    /// Stores records with a word at one of them, and waits until somebody has indexed all words, and
    /// has folded all sums.
    async fn is_kept_in_order(&self, taker: &Process, word: &str) {
        let records: Vec<_> =
            (0..RECORDS).map(|_| record_with("demo", &json!({"category": word}))).collect();
        let body = Value::from(records.clone()).to_string();
        assert_eq!(taker.post(&self.ingest, body).await.unwrap().0, 200);
        until("all words are indexed, and all sums folded", async || {
            let sql =
                "SELECT (SELECT count(*) FROM unindexed) + (SELECT count(*) FROM rollup_parts)";
            self.number(sql).await == 0
        })
        .await;
        let mut found = taker.shown(&self.read, &format!("&q={word}")).await;
        found.sort_unstable();
        let mut sent: Vec<_> = records.iter().map(id).collect();
        sent.sort_unstable();
        assert!(found == sent, "{} of {}", found.len(), sent.len());
        sums::agree(self.data()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_left_keeps_house() {
    let Some(mut collectors) = Collectors::start().await else { return };
    for number in 0..collectors.all.len() {
        collectors.is_kept_in_order(&collectors.all[number], &format!("word{number}")).await;
    }
    while collectors.all.len() > 1 {
        // In the middle of it: there is something to do for whoever comes next.
        let more: Vec<_> = (0..RECORDS).map(|_| record_with("demo", &json!({}))).collect();
        let body = Value::from(more).to_string();
        assert_eq!(collectors.all[0].post(&collectors.ingest, body).await.unwrap().0, 200);
        collectors.all.remove(0).kill();
        let word = format!("left{}", collectors.all.len());
        collectors.is_kept_in_order(&collectors.all[0], &word).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_starts_makes_months_and_forgets_what_is_over() {
    let Some(mut collectors) = Collectors::start().await else { return };
    let months = "SELECT count(*) FROM pg_inherits \
         WHERE inhparent = 'workflow_logs'::regclass";
    let made = collectors.number(months).await;
    assert!(made >= 5, "this month, three more, and one for all others: {made}");
    let mut shell = collectors.shell().await;
    let sql = "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON oid = inhrelid \
         WHERE inhparent = 'workflow_logs'::regclass AND relname <> 'workflow_logs_others' \
         ORDER BY relname DESC LIMIT 1";
    let last: String = sqlx::query_scalar(sql).fetch_one(&mut shell).await.unwrap();
    shell.execute(format!("DROP TABLE {last}").as_str()).await.unwrap();
    let over = "INSERT INTO sessions (hash, user_id, stage, created_at, seen_at, expires_at) \
         SELECT decode(repeat('00', 32), 'hex'), id, 'full', 1, 1, 2 FROM users; \
         INSERT INTO login_attempts VALUES (decode(repeat('00', 32), 'hex'), 5, 1)";
    shell.execute(over).await.unwrap();
    let left = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM login_attempts)";
    assert_eq!(collectors.number(left).await, 2);
    collectors.kill_and_start(1).await;
    assert_eq!(collectors.number(months).await, made);
    until("what is over is forgotten", async || collectors.number(left).await == 0).await;
}

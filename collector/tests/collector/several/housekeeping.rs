//! What has to be done once for all is done by one collector, and by another where that one is gone.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use sqlx::Executor;
use uuid::{Builder, Uuid};

use super::balanced::Collectors;
use crate::process::{Process, until};
use crate::server::{id, record_with};
use crate::sums;

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
    let left = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM login_attempts)";
    let meanwhile = async |own: &Collectors| {
        let mut shell = own.shell().await;
        let sql = "SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON oid = inhrelid \
             WHERE inhparent = 'workflow_logs'::regclass AND relname <> 'workflow_logs_others' \
             ORDER BY relname DESC LIMIT 1";
        let last: String = sqlx::query_scalar(sql).fetch_one(&mut shell).await.unwrap();
        shell.execute(format!("DROP TABLE {last}").as_str()).await.unwrap();
        let over = "INSERT INTO sessions (hash, user_id, stage, created_at, seen_at, expires_at) \
             SELECT decode(repeat('00', 32), 'hex'), id, 'full', 1, 1, 2 FROM users; \
             INSERT INTO login_attempts VALUES (decode(repeat('00', 32), 'hex'), 5, 1)";
        shell.execute(over).await.unwrap();
        assert_eq!(own.number(left).await, 2);
    };
    collectors.all_start_again_behind(meanwhile).await;
    assert_eq!(collectors.number(months).await, made);
    until("what is over is forgotten", async || collectors.number(left).await == 0).await;
}

/// When a clock that is years ahead makes records: nobody has made the tables of its months.
const AHEAD: u64 = 2_000_000_000_000;

/// So many records, made then.
fn records_ahead(count: usize) -> Vec<Value> {
    let random = || Uuid::now_v7().into_bytes()[6..].try_into().unwrap();
    let id = || Builder::from_unix_timestamp_millis(AHEAD, &random()).into_uuid();
    let record = |_| record_with("demo", &json!({"record_id": id(), "category": "ahead"}));
    (0..count).map(record).collect()
}

impl Collectors {
    /// How many rows the tables of records hold in this part of each.
    async fn rows_in(&self, part: &str) -> i64 {
        let sql = format!(
            "SELECT (SELECT count(*) FROM workflow_logs_{part}) \
             + (SELECT count(*) FROM payloads_{part}) + (SELECT count(*) FROM record_words_{part})"
        );
        self.number(&sql).await
    }

    /// Makes the tables of that month, as the owner does.
    async fn make_month_ahead(&self) {
        let mut shell = self.shell().await;
        shell.execute("SET ROLE epilogue_owner").await.unwrap();
        for table in ["workflow_logs", "payloads", "record_words"] {
            let sql = format!("SELECT make_month('{table}', to_timestamp({AHEAD}::float8 / 1000))");
            shell.execute(sql.as_str()).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_its_month_was_made_moves_into_it() {
    let Some(collectors) = Collectors::start().await else { return };
    let first = records_ahead(2);
    let body = Value::from(first.clone()).to_string();
    assert_eq!(collectors.all[0].post(&collectors.ingest, body.clone()).await.unwrap().0, 200);
    until("they lie among all others", async || collectors.rows_in("others").await == 6).await;
    // Others store meanwhile, before, while and after it is made.
    let (made, mut sent) = (AtomicBool::new(false), first.len());
    let sending = async {
        while !made.load(Ordering::SeqCst) || sent < 40 {
            let body = Value::from(records_ahead(1)).to_string();
            let answer = collectors.all[1].post(&collectors.ingest, body).await.unwrap();
            assert_eq!(answer.0, 200);
            sent += 1;
        }
    };
    let making = async {
        collectors.make_month_ahead().await;
        made.store(true, Ordering::SeqCst);
    };
    tokio::join!(sending, making);
    // They are found as before, and each of them is still one.
    assert_eq!(collectors.all[1].post(&collectors.ingest, body).await.unwrap().0, 200);
    let all = i64::try_from(3 * sent).unwrap();
    until("all are where they belong", async || {
        collectors.rows_in("others").await == 0 && collectors.rows_in("2033_05").await == all
    })
    .await;
    for query in ["&category=ahead", "&q=ahead"] {
        let shown = collectors.all[2].shown(&collectors.read, query).await;
        assert_eq!(shown.len(), sent, "{query}");
    }
    let path = format!("/v1/logs/{}", id(&first[0]));
    assert_eq!(collectors.all[0].get(&collectors.read, &path).await.0, 200);
}

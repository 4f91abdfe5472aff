//! What is not the same afterwards is found, and told without what it holds.

use super::filled::{CLIENTS, filled};
use super::{address, copy, copying, said, targets};
use crate::home::Home;
use crate::shells::run_sql;

/// What the comparison says of a target that somebody has changed, and with which code it ends.
async fn found(sqlite: &str, postgres: &str) -> Vec<String> {
    let mut all = Vec::new();
    for target in targets() {
        let (source, _) = filled(Home::embedded()).await;
        copy(&source, &target);
        run_sql(target.path(), sqlite, postgres).await;
        let mut command = copying(&address(&source), &address(&target));
        let output = command.arg("--verify").output().unwrap();
        let (told, errors) = said(&output);
        assert_eq!(output.status.code(), Some(3), "{told}{errors}");
        assert!(!errors.contains("reimbursement"), "{errors}");
        // Copying again gives nothing back, and says the same.
        let again = copying(&address(&source), &address(&target)).output().unwrap();
        assert_eq!(again.status.code(), Some(3), "{:?}", said(&again));
        all.push(errors);
    }
    all
}

/// As the server's user, for whom no policy holds.
fn both(sql: &str) -> (String, String) {
    let tables = ["workflow_logs", "payloads", "rollups", "rollup_parts", "api_keys", "users"];
    let names = |sql: String, table: &str| {
        sql.replace(&format!(" {table} "), &format!(" epilogue.{table} "))
    };
    (sql.to_owned(), tables.into_iter().fold(sql.to_owned(), names))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_record_is_found() {
    let client = CLIENTS[0];
    let which = format!(
        "WHERE seq = (SELECT min(seq) FROM workflow_logs WHERE client_id = '{client}' \
         AND kind = 'audit')"
    );
    let (sqlite, postgres) = (
        format!("UPDATE payloads SET payload = replace(payload, 'order 0', 'order 9') {which}"),
        format!(
            "UPDATE epilogue.payloads SET payload = replace(payload::text, 'order 0', 'order 9')::jsonb \
             {}",
            both(&which).1
        ),
    );
    for errors in found(&sqlite, &postgres).await {
        let told = |line: &&str| !line.starts_with("compared ");
        let lines: Vec<_> = errors.lines().filter(told).collect();
        let line = lines[0];
        let month = &epilogue_collector::rfc3339(now())[..7];
        let what =
            format!("records of {client}, audit, made in {month}: 5 in the source, 5 of them");
        assert!(line.starts_with(&what), "{errors}");
        assert!(line.ends_with("1 of these not the same"), "{errors}");
        assert_eq!(lines.len(), 2, "{errors}");
    }
}

fn now() -> i64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_record_and_a_changed_row_are_found() {
    let (sqlite, postgres) = both(
        "DELETE FROM payloads WHERE seq = (SELECT max(seq) FROM workflow_logs WHERE kind = 'action'); \
         UPDATE workflow_logs SET status = 'X' WHERE kind = 'task_sync'",
    );
    for errors in found(&sqlite, &postgres).await {
        let told = |what: &str| errors.lines().filter(|line| line.contains(what)).count();
        assert_eq!((told(", action, "), told(", task_sync, ")), (1, CLIENTS.len()), "{errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_sum_a_key_and_a_user_are_found() {
    let (sqlite, postgres) = (
        "UPDATE rollups SET errors = errors + 1 WHERE span = 0 AND client_id = 'initech'; \
         UPDATE api_keys SET scope = 'provider' WHERE id = 1; \
         UPDATE users SET role = 'provider', client_id = NULL WHERE name = 'carla'; \
         UPDATE users SET totp_secret = NULL, changed_at = changed_at - 1 \
         WHERE name = 'maria'",
        // Folded into the sums by now, or not yet.
        "UPDATE epilogue.rollups SET errors = errors + 1 WHERE client_id = 'initech'; \
         UPDATE epilogue.rollup_parts SET errors = errors + 1 WHERE client_id = 'initech'; \
         UPDATE epilogue.api_keys SET scope = 'provider' WHERE id = 1; \
         UPDATE epilogue.users SET role = 'provider', client_id = NULL WHERE name = 'carla'; \
         UPDATE epilogue.users SET totp_secret = NULL, changed_at = changed_at - 1 \
         WHERE name = 'maria'",
    );
    for target in targets() {
        let (source, _) = filled(Home::embedded()).await;
        copy(&source, &target);
        run_sql(target.path(), sqlite, postgres).await;
        let mut command = copying(&address(&source), &address(&target));
        let output = command.arg("--verify").output().unwrap();
        let (_, errors) = said(&output);
        assert_eq!(output.status.code(), Some(3), "{errors}");
        for what in ["sums of initech, ", "key 1 ", "user maria ", "user carla "] {
            assert!(errors.contains(what), "{what}: {errors}");
        }
    }
}

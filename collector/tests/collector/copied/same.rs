//! Everything that was in the one store is in the other, and people and programs go on as before.

use epilogue_collector::KeyScope;

use super::answers::answers;
use super::filled::{CLIENTS, config, filled, with_many_digits};
use super::{copy, figure, said, targets};
use crate::browser::{Browser, PASSWORD};
use crate::database::Database;
use crate::home::Home;
use crate::process::binary_over;
use crate::server::Server;

/// How many records of a filled source are clients'.
const RECORDS: usize = 39 * CLIENTS.len();

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered_as_before() {
    for target in targets() {
        let (source, filled) = filled(Home::embedded()).await;
        let told = copy(&source, &target);
        let copied = figure(&told, "copied:");
        assert!(copied > RECORDS as u64, "with those of the collector's own: {told}");
        assert_eq!(figure(&told, "compared:"), copied, "{told}");
        assert!(told.contains("sums: compared"), "{told}");
        assert!(told.contains("to switch: "), "{told}");
        let source = Server::over(source, config(&filled.clock)).await;
        let target = Server::over(target, config(&filled.clock)).await;
        let (before, after) = tokio::join!(answers(&source, &filled), answers(&target, &filled));
        for ((question, before), (asked, after)) in before.iter().zip(&after) {
            assert_eq!((question, before), (asked, after));
        }
        assert_eq!(before.len(), after.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_programs_go_on_as_before() {
    for target in targets() {
        let (source, filled) = filled(Home::embedded()).await;
        copy(&source, &target);
        let server = Server::over(target, config(&filled.clock)).await;
        filled.clock.go_on(60);
        let mut maria = Browser::new(&server);
        assert_eq!(maria.log_in("maria", PASSWORD).await.status, 303);
        let halfway = maria.get("/tickets").await;
        assert!(halfway.location().starts_with("/login/code"), "{halfway:?}");
        maria.get("/login/code").await;
        // A recovery code is good once, and was used up before.
        let used = maria.post("/login/code", &[("code", &filled.codes[0])]).await;
        assert_eq!(used.status, 422);
        let code = filled.secret.code(filled.clock.now());
        let entered = maria.post("/login/code", &[("code", &code)]).await;
        assert_eq!(entered.location(), "/", "{}", entered.text);
        assert_eq!(maria.get("/users").await.status, 200);
        let mut other = Browser::new(&server);
        other.log_in("maria", PASSWORD).await;
        other.get("/login/code").await;
        let again = other.post("/login/code", &[("code", &filled.codes[1])]).await;
        assert_eq!(again.location(), "/");
        for (name, status) in [("carla", 303), ("gone", 422)] {
            assert_eq!(Browser::new(&server).log_in(name, PASSWORD).await.status, status, "{name}");
        }
        let record = crate::server::record(CLIENTS[0]).to_string();
        assert_eq!(server.post(&filled.ingest, record).await.0, 200);
        assert_eq!(server.get(&filled.revoked, "/v1/logs").await.0, 401);
        let old = server.store.keys(&epilogue_collector::Operator::server()).await.unwrap();
        // What is made from now on has a number of its own.
        server.key("new", KeyScope::Read).await;
        let new = server.store.keys(&epilogue_collector::Operator::server()).await.unwrap();
        assert_eq!(new.last().unwrap().id, old.last().unwrap().id + 1);
        crate::browser::new_user(&server, "another", epilogue_collector::Role::Provider).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_many_digits_are_the_same_or_the_nearest() {
    for target in targets() {
        let (source, filled) = filled(Home::embedded()).await;
        let server = Server::over(source, config(&filled.clock)).await;
        let (status, answer) = server.post(&filled.ingest, with_many_digits(CLIENTS[0])).await;
        assert_eq!(status, 200, "{answer}");
        let source = server.end().await;
        let told = copy(&source, &target);
        let digest = |of: &str| {
            let line = told.lines().find_map(|line| line.strip_prefix(of)).unwrap().to_owned();
            assert_eq!(line.len(), 33, "{told}");
            line
        };
        assert_eq!(digest("digest of the source:"), digest("digest of the target:"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_can_be_copied_back() {
    let Some(database) = Database::fresh() else { return };
    let (source, filled) = filled(Home::embedded()).await;
    let (first, second, third) =
        (Home::over(database), Home::over(Database::fresh().unwrap()), Home::embedded());
    let mut records = figure(&copy(&source, &first), "copied:");
    for (from, to) in [(&first, &second), (&second, &third)] {
        let copied = figure(&copy(from, to), "copied:");
        assert!(copied > records, "each copy tells of itself: {copied} {records}");
        records = copied;
    }
    let source = Server::over(source, config(&filled.clock)).await;
    let target = Server::over(third, config(&filled.clock)).await;
    for (client, key) in CLIENTS.iter().zip(&filled.keys) {
        for path in ["/v1/logs?limit=1000&sort=duration", "/v1/stats?group_by=kind"] {
            let (before, after) = (source.get(key, path).await, target.get(key, path).await);
            assert_eq!(before, after, "{client} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_recorded() {
    for target in targets() {
        let (source, filled) = filled(Home::embedded()).await;
        copy(&source, &target);
        assert_eq!(figure(&copy(&source, &target), "copied:"), 0);
        let server = Server::over(target, config(&filled.clock)).await;
        let path = "/v1/logs?client_id=_collector&action_type=copy&order=asc";
        let (_, list) = server.get(&filled.keys[3], path).await;
        let mut steps = Vec::new();
        for item in list["items"].as_array().unwrap() {
            assert_eq!((&item["user_id"], &item["status"]), (&"cli".into(), &"success".into()));
            let path = format!("/v1/logs/{}", item["record_id"].as_str().unwrap());
            let (_, record) = server.get(&filled.keys[3], &path).await;
            steps.push(record["trace"]["metadata"]["step"].as_str().unwrap().to_owned());
        }
        assert_eq!(steps, ["begun", "verified", "verified"]);
    }
}

/// What a command over a store prints.
fn printed(home: &Home, arguments: &[&str]) -> String {
    let output = binary_over(home.path()).args(arguments).output().unwrap();
    let (told, errors) = said(&output);
    assert!(output.status.success(), "{told}{errors}");
    told
}

fn is_disabled(home: &Home, name: &str) -> bool {
    let all = printed(home, &["users", "list"]);
    let line = all.lines().find(|line| line.split('\t').next() == Some(name)).unwrap();
    !line.ends_with("\t-")
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_as_they_were_last_changed_on_either_side() {
    for target in targets() {
        let (source, _) = filled(Home::embedded()).await;
        copy(&source, &target);
        printed(&source, &["users", "disable", "carla"]);
        copy(&source, &target);
        assert!(is_disabled(&target, "carla"));
        // Who was disabled in the target is let in again by a reset there alone, and that is no
        // difference.
        printed(&source, &["users", "reset", "carla"]);
        copy(&source, &target);
        assert!(!is_disabled(&source, "carla") && is_disabled(&target, "carla"));
        printed(&target, &["users", "reset", "carla"]);
        copy(&source, &target);
        assert!(!is_disabled(&target, "carla"));
        printed(&target, &["users", "disable", "newcomer"]);
        copy(&source, &target);
        assert!(is_disabled(&target, "newcomer"));
    }
}

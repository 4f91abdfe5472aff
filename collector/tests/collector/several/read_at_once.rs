//! What one collector has answered, every other shows at once.

use serde_json::{Value, json};

use super::balanced::Collectors;
use crate::browser::{Browser, PASSWORD};
use crate::process::until;
use crate::server::{id, record_with};

/// How many records are sent, to each collector in turn.
const RECORDS: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_answered_the_others_show() {
    let Some(collectors) = Collectors::start().await else { return };
    let mut browser = Browser::at(&collectors.all[0].url);
    let create = ["users", "create", "--name", "maria", "--role", "provider"];
    let first = collectors.command(&create).await;
    assert_eq!(browser.log_in("maria", &first).await.location(), "/");
    browser.choose_password(&first, PASSWORD).await;
    let count = collectors.all.len();
    for number in 0..RECORDS {
        let sent = record_with("demo", &json!({"ticket_id": format!("ticket-{number}")}));
        let (ticket, id) = (&sent["ticket_id"], id(&sent));
        let taker = &collectors.all[number % count];
        let answer = taker.post(&collectors.ingest, sent.to_string()).await.unwrap();
        assert_eq!(answer.0, 200);
        // The one that is asked first is another each time.
        for step in 1..=count {
            let asked = &collectors.all[(number + step) % count];
            let get = async |path: String| {
                let (status, answer) = asked.get(&collectors.read, &path).await;
                assert_eq!(status, 200, "{path}: {answer}");
                answer
            };
            let is_alone = |list: &Value| {
                let items = list["items"].as_array().unwrap();
                items.len() == 1 && crate::server::id(&items[0]) == id
            };
            assert_eq!(get(format!("/v1/logs/{id}")).await, sent);
            let ticket = ticket.as_str().unwrap();
            let listed = get(format!("/v1/logs?ticket_id={ticket}")).await;
            assert!(is_alone(&listed), "{listed}");
            let of_ticket = get(format!("/v1/tickets/{ticket}")).await;
            assert!(is_alone(&of_ticket), "{of_ticket}");
            let stats = get("/v1/stats?kind=workflow".to_owned()).await;
            assert_eq!(stats["total"]["records"], json!(number + 1));
            browser.go_to(&asked.url);
            let page = browser.get(&format!("/runs/{id}")).await;
            assert!(page.status == 200 && page.text.contains(ticket), "{}", page.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_one_are_found_by_all() {
    let Some(collectors) = Collectors::start().await else { return };
    for (number, taker) in collectors.all.iter().enumerate() {
        let word = format!("unheard{number}of");
        let sent = record_with("demo", &json!({"category": word}));
        assert_eq!(taker.post(&collectors.ingest, sent.to_string()).await.unwrap().0, 200);
        for asked in &collectors.all {
            until("the words are indexed", async || {
                let (_, list) = asked.get(&collectors.read, &format!("/v1/logs?q={word}")).await;
                list["items"].as_array().is_some_and(|items| items.len() == 1)
            })
            .await;
        }
    }
}

//! One client never sees another's: whatever is described is asked in every way it describes.

mod parties;
mod questions;

use std::collections::{BTreeMap, BTreeSet};

use epilogue_collector::store::Dimension;
use epilogue_collector::{KeyScope, Operator, revoke_key};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use self::parties::{NAMES, Party, words};
use self::questions::{Question, Values, period};
use crate::description::{Description, Operation};
use crate::process::until;
use crate::server::{Server, id};

/// A server with the records of two clients, all of whose words are indexed.
async fn filled() -> (Server, [Party; 2]) {
    let server = Server::start().await;
    let shared = Uuid::now_v7().to_string();
    let [a, b] = NAMES;
    let parties = [Party::new(&server, a, &shared).await, Party::new(&server, b, &shared).await];
    let provider = server.key("p", KeyScope::Provider).await;
    until("all words are found", async || {
        let mut found = 0;
        for word in words() {
            let (_, list) = server.get(&provider, &format!("/v1/logs?q={word}")).await;
            found += list["items"].as_array().unwrap().len();
        }
        found == parties.iter().map(|party| party.sent.len()).sum::<usize>()
    })
    .await;
    (server, parties)
}

/// What came back: one page of a list, or something else.
struct Answer {
    status: u16,
    /// Heads and body.
    text: String,
    /// The body, as far as it is made of values: each line of an export is one.
    values: Vec<Value>,
}

impl Answer {
    async fn to(server: &Server, key: &str, question: &Question) -> Self {
        let request = server.request(Method::GET, &question.address(), key);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let heads = response.headers().clone();
        let body = response.text().await.unwrap();
        let media_type = heads["content-type"].to_str().unwrap();
        let values = match media_type.split(';').next().unwrap() {
            "application/json" => vec![serde_json::from_str(&body).unwrap()],
            "application/x-ndjson" => {
                body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
            }
            "text/csv" => csv::Reader::from_reader(body.as_bytes())
                .deserialize::<BTreeMap<String, String>>()
                .map(|row| json!(row.unwrap()))
                .collect(),
            "text/plain" => Vec::new(),
            other => panic!("{question:?} is answered as {other}"),
        };
        Self { status, text: format!("{heads:?}\n{body}"), values }
    }

    /// All answers to a question: every page, up to the last.
    async fn all(server: &Server, key: &str, question: &Question) -> Vec<Self> {
        let mut answers = vec![Self::to(server, key, question).await];
        while let Some(next) = answers.last().and_then(Self::next) {
            assert!(answers.len() < 100, "{question:?} comes to no end");
            let question = question.clone().after(next);
            answers.push(Self::to(server, key, &question).await);
        }
        answers
    }

    fn next(&self) -> Option<&str> {
        self.values.first()?["next_cursor"].as_str()
    }

    /// Every client that is named as somebody's.
    fn clients(&self) -> BTreeSet<&str> {
        fn collect<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
            match value {
                Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
                Value::Object(fields) => {
                    found.extend(fields.get("client_id").and_then(Value::as_str));
                    fields.values().for_each(|value| collect(value, found));
                }
                _ => {}
            }
        }
        let mut found = BTreeSet::new();
        self.values.iter().for_each(|value| collect(value, &mut found));
        found
    }
}

/// One client on its way through everything that is described.
struct Walk<'w> {
    party: &'w Party,
    /// What tells of this client's records, and of the other's.
    own: BTreeSet<String>,
    others: BTreeSet<String>,
    /// Places in lists that this client was told of.
    cursors: BTreeSet<String>,
    /// Parameters by which it has found something of its own, each with its path.
    finding: BTreeSet<(String, String)>,
    /// What no answer has told it yet of its own.
    unseen: BTreeSet<String>,
    asked: usize,
}

impl<'w> Walk<'w> {
    fn new(party: &'w Party, other: &Party) -> Self {
        let marks = |of: &Party| of.own_ids().chain([of.name.to_owned()]).collect();
        Self {
            party,
            own: marks(party),
            others: marks(other),
            cursors: BTreeSet::new(),
            finding: BTreeSet::new(),
            unseen: party.canaries().into_iter().collect(),
            asked: 0,
        }
    }

    /// Asks, and looks at all that comes back.
    async fn ask(&mut self, server: &Server, path: &str, question: &Question) {
        for answer in Answer::all(server, &self.party.read, question).await {
            self.asked += 1;
            let Answer { status, text, .. } = &answer;
            assert!(matches!(status, 200 | 400 | 404), "{question:?}: {text}");
            let foreign = self.others.iter().find(|mark| text.contains(*mark));
            assert_eq!(foreign, None, "{} is told by {question:?}: {text}", self.party.name);
            let clients = answer.clients();
            assert!(clients.iter().all(|it| *it == self.party.name), "{question:?}: {clients:?}");
            if *status == 200 && self.own.iter().any(|mark| text.contains(mark)) {
                let names = question.names().map(|name| (path.to_owned(), name.to_owned()));
                self.finding.extend(names);
            }
            self.unseen.retain(|canary| !text.contains(canary));
            self.cursors.extend(answer.next().map(ToOwned::to_owned));
        }
    }
}

/// Every reading, with a key or without.
fn readings(description: &Description) -> Vec<Operation<'_>> {
    let operations = description.operations().into_iter();
    operations.filter(|operation| operation.method == Method::GET).collect()
}

/// Asks everything that can be asked, first for all that there is, then from every place of the
/// other's lists.
async fn walked<'w>(
    server: &Server,
    readings: &[Operation<'_>],
    [a, b]: &'w [Party; 2],
) -> [Walk<'w>; 2] {
    let mut walks = [Walk::new(a, b), Walk::new(b, a)];
    let ids = [id(&a.sent[0])].into_iter().chain(a.own_ids()).chain(b.own_ids());
    let mut values = Values { ids: ids.collect(), ..Values::default() };
    for reading in readings {
        for question in values.questions(reading) {
            for walk in &mut walks {
                walk.ask(server, reading.path, &question).await;
            }
        }
    }
    for at in [0, 1] {
        let theirs = walks[1 - at].cursors.clone();
        values.cursors = theirs.iter().cloned().collect();
        walks[at].others.extend(theirs);
        for reading in readings {
            let questions = values.questions(reading).into_iter();
            for question in questions.filter(|it| it.names().any(|name| name == "cursor")) {
                walks[at].ask(server, reading.path, &question).await;
            }
        }
    }
    walks
}

#[tokio::test]
async fn nothing_that_is_described_shows_a_client_anothers_records() {
    let (server, parties) = filled().await;
    let description = Description::of(&server).await;
    let readings = readings(&description);
    let walks = walked(&server, &readings, &parties).await;
    let mut parameters = BTreeSet::new();
    for reading in readings.iter().filter(|it| it.needs_key()) {
        let own = reading.parameters();
        parameters.extend(own.iter().map(|it| (reading.path.to_owned(), it.name.to_owned())));
    }
    let names: BTreeSet<_> = parameters.iter().map(|(_, name)| name).collect();
    for walk in walks {
        // What finds nothing of one's own says nothing of what it would find of another's.
        let idle: Vec<_> = parameters.difference(&walk.finding).collect();
        assert!(idle.is_empty(), "{} finds nothing by {idle:?}", walk.party.name);
        assert!(walk.unseen.is_empty(), "{} never sees {:?}", walk.party.name, walk.unseen);
        assert!(walk.asked >= readings.len() * names.len(), "{} are few", walk.asked);
    }
}

/// How many records statistics tell of, in all or over time.
fn records(of: &Value) -> u64 {
    match of["points"].as_array() {
        Some(points) => points.iter().map(records).sum(),
        None => of["records"].as_u64().unwrap(),
    }
}

/// How many records there are in all, and how many each value of a dimension has.
fn counted(answer: &Value, dimension: &str) -> (u64, BTreeMap<String, u64>) {
    let value = |group: &Value| group[dimension].as_str().unwrap().to_owned();
    let groups = answer["groups"].as_array().unwrap().iter();
    let groups = groups.map(|group| (value(group), records(group))).collect();
    (records(answer.get("total").unwrap_or(answer)), groups)
}

#[tokio::test]
async fn anothers_records_add_to_no_sum() {
    let (server, [a, b]) = filled().await;
    let [since, until] = period();
    let period = format!("&since={since}&until={until}");
    for (party, other) in [(&a, &b), (&b, &a)] {
        let (_, list) = server.get(&party.read, "/v1/logs?limit=1000").await;
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), party.sent.len());
        for dimension in Dimension::ALL.map(Dimension::as_str) {
            let mut expected = (0, BTreeMap::new());
            for item in items {
                let value = item[dimension].as_str().unwrap_or_default();
                expected.0 += 1;
                *expected.1.entry(value.to_owned()).or_default() += 1;
            }
            for (path, period) in [
                ("/v1/stats?limit=100", ""),
                ("/v1/stats?limit=100", &period),
                ("/v1/stats/series?bucket=hour&limit=100", ""),
                ("/v1/stats/series?bucket=day&limit=100", &period),
            ] {
                let path = format!("{path}{period}&group_by={dimension}");
                let (_, own) = server.get(&party.read, &path).await;
                assert_eq!(counted(&own, dimension), expected, "{path}: {own}");
                let path = format!("{path}&client_id={}", other.name);
                let (_, theirs) = server.get(&party.read, &path).await;
                let none = (0, BTreeMap::new());
                assert_eq!(counted(&theirs, dimension), none, "{path}: {theirs}");
            }
        }
    }
}

#[tokio::test]
async fn a_provider_sees_both() {
    let (server, parties) = filled().await;
    let description = Description::of(&server).await;
    let provider = server.key("p", KeyScope::Provider).await;
    let ids = parties.iter().flat_map(Party::own_ids).collect();
    let values = Values { ids, ..Values::default() };
    for reading in readings(&description).iter().filter(|it| it.needs_key()) {
        let mut told = String::new();
        for question in values.plain(reading) {
            for answer in Answer::all(&server, &provider, &question).await {
                told += &answer.text;
            }
        }
        for name in NAMES {
            assert!(told.contains(name), "{} does not tell of {name}: {told}", reading.path);
        }
    }
}

#[tokio::test]
async fn a_key_is_for_what_it_is_for() {
    let (server, [a, _]) = filled().await;
    let description = Description::of(&server).await;
    let values = Values { ids: vec![id(&a.sent[0])], ..Values::default() };
    let revoked = server.key(a.name, KeyScope::Read).await;
    let operator = Operator::at_the_command_line();
    let number = server.store.keys(&operator).await.unwrap().last().unwrap().id;
    assert!(revoke_key(server.store.as_ref(), &operator, number).await.unwrap());
    for reading in readings(&description).iter().filter(|it| it.needs_key()) {
        for question in values.plain(reading) {
            let address = question.address();
            let bare = server.http.get(server.url(&address)).send().await.unwrap();
            assert_eq!(bare.status(), 401, "{address}");
            for (key, status) in [(&a.ingest, 403), (&revoked, 401), (&"none".to_owned(), 401)] {
                assert_eq!(Answer::to(&server, key, &question).await.status, status, "{address}");
            }
        }
    }
    let provider = server.key("p", KeyScope::Provider).await;
    let body = json!(a.sent).to_string();
    for (key, status) in [(&a.read, 403), (&provider, 403), (&revoked, 401), (&a.ingest, 200)] {
        assert_eq!(server.post(key, body.clone()).await.0, status);
    }
}

//! A collector in this process, and what the tests send to it.

use std::future::pending;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use epilogue_collector::store::{self, Store};
use epilogue_collector::{ClientId, Config, KeyScope, Operator, create_key, run};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::home::{Home, store_of};

/// A server on a port of its own, with a store that goes with it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) http: Client,
    data: Home,
    end: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::over(Home::new(), config).await
    }

    /// A server over a file, for what is true of SQLite alone.
    pub(crate) async fn embedded() -> Self {
        Self::over(Home::embedded(), Config::default()).await
    }

    /// A server over a store that may be there already.
    pub(crate) async fn over(data: Home, config: Config) -> Self {
        let address = store_of(data.path());
        let store = store::open(address.as_deref(), data.path()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let running = tokio::spawn(run(listener, Arc::clone(&store), config, async {
            // Without an end the server runs as long as the test.
            if ended.await.is_err() {
                pending::<()>().await;
            }
        }));
        let http = Client::builder().no_proxy().build().unwrap();
        Self { address, store, http, data, end: Some(end), running }
    }

    /// A new key of this client.
    pub(crate) async fn key(&self, client: &str, scope: KeyScope) -> String {
        let client = ClientId::new(client).unwrap();
        let operator = Operator::at_the_command_line();
        create_key(self.store.as_ref(), &operator, client, scope).await.unwrap().reveal().to_owned()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).header("x-api-key", key)
    }

    /// Sends a body as JSON.
    pub(crate) async fn post(
        &self,
        key: &str,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, Value) {
        let request = self.request(Method::POST, "/v1/logs", key);
        answer(request.header("content-type", "application/json").body(body)).await
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path, key)).await
    }

    /// Where the store is.
    pub(crate) fn directory(&self) -> &Path {
        self.data.path()
    }

    /// Tells the server to end, and waits until it has.
    pub(crate) async fn end(mut self) -> Home {
        self.end.take().unwrap().send(()).unwrap();
        self.running.await.unwrap();
        self.data
    }
}

/// Sends a request; every answer is JSON.
pub(crate) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let bytes = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// A valid record of this client.
pub(crate) fn record(client: &str) -> Value {
    json!({
        "schema_version": 1, "record_id": Uuid::now_v7(), "kind": "workflow",
        "client_id": client, "ticket_id": "12345", "executed_at": "2026-01-31T12:00:00.000Z",
        "execution_time_seconds": 1.5, "status": "SUCCESS", "category": "PRODUCT_SUPPORT",
        "metrics": {"overall_confidence": 0.82, "step_count": 4}, "level": "METRICS_ONLY",
    })
}

/// The same with some fields set, or taken away where `null` is given.
pub(crate) fn record_with(client: &str, fields: &Value) -> Value {
    let mut record = record(client);
    let own = record.as_object_mut().unwrap();
    for (name, value) in fields.as_object().unwrap() {
        if value.is_null() {
            own.remove(name);
        } else {
            own.insert(name.clone(), value.clone());
        }
    }
    record
}

pub(crate) fn id(record: &Value) -> String {
    record["record_id"].as_str().unwrap().to_owned()
}

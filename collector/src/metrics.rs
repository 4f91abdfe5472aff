//! What the server counts of itself, for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use epilogue::wire::Answer;
use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

/// Bounds of the buckets of times, in seconds.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];
/// Bounds of the buckets of records in one transaction.
const RECORDS: [f64; 7] = [1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0];

/// Everything that was counted, as Prometheus reads it. Counting begins with the first call, for
/// all servers of a process together.
pub(crate) fn exposition() -> String {
    counted().map(PrometheusHandle::render).unwrap_or_default()
}

/// Begins to count, and makes room for what comes.
pub(crate) fn tidy() {
    if let Some(counted) = counted() {
        counted.run_upkeep();
    }
}

/// `None` where the host of the library counts by a recorder of its own.
fn counted() -> Option<&'static PrometheusHandle> {
    static COUNTED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let begin = || {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .and_then(|it| it.set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &RECORDS))
            .and_then(PrometheusBuilder::install_recorder)
            .ok()
    };
    COUNTED.get_or_init(begin).as_ref()
}

/// What was counted by client: in a recorder of its own, since not everybody is told of clients.
pub(crate) fn exposition_by_client() -> String {
    by_client().handle().render()
}

fn by_client() -> &'static PrometheusRecorder {
    static BY_CLIENT: OnceLock<PrometheusRecorder> = OnceLock::new();
    BY_CLIENT.get_or_init(|| PrometheusBuilder::new().build_recorder())
}

/// How a request to store was answered, and how long that took.
pub(crate) fn ingest(status: u16, took: Duration) {
    counter!("epilogue_ingest_requests_total", "status" => status.to_string()).increment(1);
    histogram!("epilogue_ingest_seconds").record(took.as_secs_f64());
}

/// A transaction: so many records, and how long until they were synced.
pub(crate) fn commit(records: usize, took: Duration) {
    histogram!("epilogue_commit_size").record(records as f64);
    histogram!("epilogue_commit_seconds").record(took.as_secs_f64());
}

/// How many requests wait for the writer.
pub(crate) fn waiting(requests: usize) {
    gauge!("epilogue_write_queue_requests").set(requests as f64);
}

/// Bytes of a body, as it was sent.
pub(crate) fn received(bytes: usize) {
    counter!("epilogue_received_bytes_total").increment(bytes as u64);
}

/// A task of the store failed, for one of the few reasons that there are.
pub(crate) fn store_failed(reason: &'static str) {
    counter!("epilogue_store_failures_total", "reason" => reason).increment(1);
}

/// How many records are stored whose words are not indexed yet.
pub(crate) fn text_lag(records: i64) {
    gauge!("epilogue_text_index_lag_records").set(records as f64);
}

/// What became of the records of a client's request.
pub(crate) fn answered(client: &str, answer: &Answer) {
    let rejected = answer.rejected.len() as u64;
    for (outcome, records) in
        [("accepted", answer.accepted), ("duplicate", answer.duplicates), ("rejected", rejected)]
    {
        if records > 0 {
            counter!("epilogue_records_total", "outcome" => outcome).increment(records);
            with_local_recorder(by_client(), || {
                let labels = [("client", client.to_owned()), ("outcome", outcome.to_owned())];
                counter!("epilogue_client_records_total", &labels).increment(records);
            });
        }
    }
}

/// How many records all producers together say that they have lost so far for a reason.
pub(crate) fn lost(reason: String, records: u64) {
    counter!("epilogue_producer_lost_records_total", "reason" => reason).absolute(records);
}

/// The same of one client's producers.
pub(crate) fn lost_by(client: &str, reason: String, records: u64) {
    with_local_recorder(by_client(), || {
        let labels = [("client", client.to_owned()), ("reason", reason)];
        counter!("epilogue_client_lost_records_total", &labels).absolute(records);
    });
}

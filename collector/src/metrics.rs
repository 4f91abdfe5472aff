//! What the server counts of itself, for Prometheus.

use epilogue::wire::Answer;
use metrics::counter;

/// Bytes of a body, as it was sent.
pub(crate) fn received(bytes: usize) {
    counter!("epilogue_received_bytes_total").increment(bytes as u64);
}

/// What became of a request's records.
pub(crate) fn answered(answer: &Answer) {
    let rejected = answer.rejected.len() as u64;
    for (outcome, records) in
        [("accepted", answer.accepted), ("duplicate", answer.duplicates), ("rejected", rejected)]
    {
        if records > 0 {
            counter!("epilogue_records_total", "outcome" => outcome).increment(records);
        }
    }
}

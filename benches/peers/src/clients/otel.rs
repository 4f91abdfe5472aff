//! OpenTelemetry's logs by OTLP over HTTP: the JSON text as body, a batch processor, shut down.

use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry_otlp::{LogExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};

use super::{Ship, Started, text};
use crate::state::State;

struct Otel {
    provider: SdkLoggerProvider,
    logger: SdkLogger,
}

pub(super) fn start_protobuf(url: &str) -> Started {
    start(url, Protocol::HttpBinary)
}

pub(super) fn start_json(url: &str) -> Started {
    start(url, Protocol::HttpJson)
}

fn start(url: &str, protocol: Protocol) -> Started {
    let exporter = LogExporter::builder()
        .with_http()
        .with_protocol(protocol)
        .with_endpoint(format!("{url}/v1/logs"))
        .build()?;
    let provider = SdkLoggerProvider::builder().with_batch_exporter(exporter).build();
    let logger = provider.logger("peers");
    Ok(Box::new(Otel { provider, logger }))
}

impl Ship for Otel {
    fn ship(&self, state: State) {
        let mut record = self.logger.create_log_record();
        record.set_severity_number(Severity::Info);
        record.set_body(AnyValue::from(text(&state)));
        self.logger.emit(record);
    }

    fn finish(self: Box<Self>) {
        // What could not be sent in time is missing at the collector, which counts.
        let _ = self.provider.shutdown();
    }
}

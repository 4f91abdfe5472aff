//! fastrace: a root span with the JSON text as property, reported by OTLP over HTTP, flushed.

use std::borrow::Cow;

use fastrace::Span;
use fastrace::collector::{Config, SpanContext};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;

use super::{Ship, Started, text};
use crate::state::State;

struct Fastrace;

pub(super) fn start(url: &str) -> Started {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{url}/v1/traces"))
        .build()?;
    let reporter = OpenTelemetryReporter::new(
        exporter,
        Cow::Owned(Resource::builder().build()),
        InstrumentationScope::builder("peers").build(),
    );
    fastrace::set_reporter(reporter, Config::default());
    Ok(Box::new(Fastrace))
}

impl Ship for Fastrace {
    fn ship(&self, state: State) {
        let span = Span::root("run", SpanContext::random());
        span.add_property(|| ("state", text(&state)));
    }

    fn finish(self: Box<Self>) {
        fastrace::flush();
    }
}

//! The layers that take part, each over a registry of its own.

use std::time::Duration;

use bytes::Bytes;
use epilogue::Client;
use epilogue::transport::{BoxFuture, Transport, TransportError};
use http::header::HeaderName;
use http::{HeaderValue, Request, Response};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use tracing::Dispatch;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

/// A layer under measurement.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) dispatch: Dispatch,
    /// Waits until nothing of what was measured is still being worked on.
    pub(crate) settle: Box<dyn Fn()>,
}

pub(crate) fn all() -> Vec<Contender> {
    vec![none(), ours(), otel(), lean_otel()]
}

fn none() -> Contender {
    Contender { name: "no layer", dispatch: Dispatch::new(registry()), settle: Box::new(|| ()) }
}

fn ours() -> Contender {
    let logs = client();
    let layer = epilogue::capture::layer(logs.clone());
    let settle = move || {
        assert!(logs.flush_blocking(Duration::from_secs(30)).is_complete());
        assert_eq!(logs.stats().lost(), 0, "a full queue would have measured something else");
    };
    Contender {
        name: "epilogue",
        dispatch: Dispatch::new(registry().with(layer)),
        settle: Box::new(settle),
    }
}

fn otel() -> Contender {
    let (tracer, settle) = tracer();
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    let dispatch = Dispatch::new(registry().with(layer));
    Contender { name: "tracing-opentelemetry", dispatch, settle }
}

/// Without what its layer records beyond the fields.
fn lean_otel() -> Contender {
    let (tracer, settle) = tracer();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false);
    let dispatch = Dispatch::new(registry().with(layer));
    Contender { name: "the same, fields alone", dispatch, settle }
}

/// A batch processor as services have it, in front of an exporter that answers at once.
fn tracer() -> (SdkTracer, Box<dyn Fn()>) {
    let provider = SdkTracerProvider::builder().with_batch_exporter(AtOnce).build();
    let tracer = provider.tracer("layers");
    let settle = move || provider.force_flush().expect("the exporter answers");
    (tracer, Box::new(settle))
}

/// Stores everything at once, without a socket.
#[derive(Debug)]
struct AtOnce;

impl SpanExporter for AtOnce {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

impl Transport for AtOnce {
    fn send(&self, _: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
        let mut response = Response::new(Bytes::new());
        let batches = HeaderValue::from_static("application/json, application/x-ndjson");
        response.headers_mut().insert(HeaderName::from_static("accept-post"), batches);
        Box::pin(async move { Ok(response) })
    }
}

fn client() -> Client {
    let builder = Client::builder().url("http://127.0.0.1/v1/logs").api_key("k").client_id("demo");
    builder.transport(AtOnce).build().expect("the settings are right")
}

//! Styles, scripts and pictures: a part of the program, under addresses that change with them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use sha2::{Digest, Sha256};

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// What there is: its name, its media type, and what it holds.
const FILES: &[(&str, &str, &[u8])] = &[
    ("app.css", CSS, include_bytes!("../../assets/app.css")),
    ("ask.js", JAVASCRIPT, include_bytes!("../../assets/ask.js")),
    ("chart-axes.js", JAVASCRIPT, include_bytes!("../../assets/chart-axes.js")),
    ("chart-table.js", JAVASCRIPT, include_bytes!("../../assets/chart-table.js")),
    ("chart-tip.js", JAVASCRIPT, include_bytes!("../../assets/chart-tip.js")),
    ("charts.js", JAVASCRIPT, include_bytes!("../../assets/charts.js")),
    ("icon.svg", SVG, include_bytes!("../../assets/icon.svg")),
    ("run.css", CSS, include_bytes!("../../assets/run.css")),
    ("run.js", JAVASCRIPT, include_bytes!("../../assets/run.js")),
    ("run-find.js", JAVASCRIPT, include_bytes!("../../assets/run-find.js")),
    ("run-keys.js", JAVASCRIPT, include_bytes!("../../assets/run-keys.js")),
    ("run-outline.js", JAVASCRIPT, include_bytes!("../../assets/run-outline.js")),
    ("run-parts.js", JAVASCRIPT, include_bytes!("../../assets/run-parts.js")),
    ("theme.js", JAVASCRIPT, include_bytes!("../../assets/theme.js")),
    ("uplot.css", CSS, include_bytes!("../../assets/uplot/uPlot.min.css")),
    ("uplot.js", JAVASCRIPT, include_bytes!("../../assets/uplot/uPlot.iife.min.js")),
];

/// Stands for all of them: one that changes changes every address, so that scripts which import
/// each other by name are never of two versions.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, bytes) in FILES {
        hash.update(name.as_bytes());
        hash.update(bytes);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut version, byte| {
        let _ = write!(version, "{byte:02x}");
        version
    })
});

/// The address of one of them.
pub(crate) fn asset(name: &str) -> String {
    debug_assert!(FILES.iter().any(|(own, ..)| *own == name), "{name}");
    format!("/assets/{}/{name}", *VERSION)
}

/// `GET /assets/{version}/{name}`.
pub(super) async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    let file = FILES.iter().find(|(own, ..)| *own == name && version == *VERSION);
    let Some((_, media_type, bytes)) = file else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, *media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, Body::from(*bytes)).into_response()
}

//! The description of the interface, as `/openapi.json` gives it to whoever asks.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use epilogue::wire::{API_KEY_HEADER, JSON};

/// Everything that is answered. A new path is one line here.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        crate::ingest::post,
        crate::query::list::list,
        crate::query::list::failed,
        crate::query::record::record,
        crate::query::tickets::ticket,
        crate::query::timeline::timeline,
        crate::query::audit::audit,
        crate::query::export::export,
        crate::query::stats::stats,
        crate::query::series::series,
        super::health::alive,
        super::health::ready,
        super::health::counted,
        description,
    ),
    components(schemas(crate::error::Refused)),
    modifiers(&Key),
    tags(
        (name = "ingest", description = "Storing records, with a key of the scope `ingest`."),
        (name = "query", description = "Reading records, with a key of the scope `read`, which \
            sees one client's, or `provider`, which sees all."),
        (name = "watching", description = "How the server is; without a key."),
    ),
)]
struct Description;

/// How a caller is known.
struct Key;

impl Modify for Key {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            API_KEY_HEADER,
            "A key as `epilogue-collector keys create` prints it.",
        )));
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("key", key);
    }
}

/// Describes every path.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "watching",
    responses((status = 200, description = "This description (OpenAPI 3.1).", body = Object)),
)]
pub(super) async fn description() -> Response {
    static JSON_TEXT: LazyLock<String> =
        LazyLock::new(|| Description::openapi().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, JSON)], JSON_TEXT.as_str()).into_response()
}

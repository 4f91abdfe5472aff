//! The pages about people themselves: how they come in, their accounts, and who may come in at all.

pub(super) mod account;
pub(super) mod code;
pub(super) mod factor;
pub(super) mod keys;
pub(super) mod login;
pub(super) mod password;
pub(super) mod users;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use crate::login::LoginError;

use super::failure::{PageError, sentence};

/// What is said on the page itself, where somebody may try again.
///
/// # Errors
/// What is a page of its own.
fn said(error: LoginError, wrong: &str) -> Result<String, PageError> {
    match error {
        LoginError::Wrong => Ok(wrong.to_owned()),
        LoginError::Unfit(why) => Ok(sentence(&why.to_string())),
        error => Err(error.into()),
    }
}

/// A form once more, with what is wrong about it.
fn once_more(template: &impl Template) -> Result<Response, PageError> {
    let html = template.render().map_err(|_| PageError::Internal)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response())
}

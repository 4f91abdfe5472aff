//! `/account/second-factor`: setting one up, and removing it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::auth::{Due, Passcode, TotpSecret};
use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::next::Next;
use crate::dashboard::page::page;
use crate::dashboard::posted::Posted;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::{Guest, Viewer};

use super::{once_more, said};

const WRONG: &str = "The code is not right. An authenticator shows a new one every 30 seconds; if none \
    is, its clock may be wrong.";
const WRONG_OR_USED: &str = "The code is not right, or was used before.";

#[derive(Template)]
#[template(path = "people/enrol.html")]
struct EnrolPage {
    frame: Frame,
    csrf: String,
    is_due: bool,
    next: Next,
    /// The picture that an authenticator reads, which holds nothing but squares.
    picture: String,
    secret: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "people/codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<Passcode>,
    next: Next,
}

#[derive(Template)]
#[template(path = "people/remove.html")]
struct RemovePage {
    frame: Frame,
    csrf: String,
    problem: Option<String>,
}

impl EnrolPage {
    fn new(
        guest: &Guest,
        secret: &TotpSecret,
        next: Next,
        problem: Option<String>,
    ) -> Result<Self, PageError> {
        Ok(Self {
            frame: Frame::for_strangers("Set up a second factor"),
            csrf: guest.csrf().to_owned(),
            is_due: guest.visit().due() == Some(Due::Enrolment),
            next,
            picture: picture(&secret.uri(&guest.visit().user().name))?,
            secret: grouped(&secret.reveal()),
            problem,
        })
    }
}

/// An address as a QR code: an element of the page, which needs no style and no file.
fn picture(address: &str) -> Result<String, PageError> {
    let code = QrCode::new(address).map_err(|_| PageError::Internal)?;
    let image = code.render::<svg::Color<'_>>().module_dimensions(4, 4).build();
    let element = image.find("<svg").and_then(|at| image.get(at..));
    element.map(str::to_owned).ok_or(PageError::Internal)
}

/// In groups of four letters, as people copy them.
fn grouped(secret: &str) -> String {
    let letters: Vec<_> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// Shows what an authenticator has to know.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    guest: Guest,
    uri: Uri,
) -> Result<Response, PageError> {
    let next = Next::asked(Address::of(&uri).get("next").unwrap_or_default());
    match guest.visit().due() {
        None | Some(Due::Enrolment) => {}
        Some(due) => return Err(PageError::Due(due, next)),
    }
    if guest.visit().user().has_second_factor {
        return Ok(next.go());
    }
    let secret = dashboard.desk.propose(guest.visit()).await?;
    page(&EnrolPage::new(&guest, &secret, next, None)?)
}

/// Sets it up, and shows the recovery codes.
pub(in crate::dashboard) async fn enrol(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Guest>,
) -> Result<Response, PageError> {
    let Posted { who, fields } = posted;
    let next = Next::asked(fields.get("next"));
    match dashboard.desk.enrol(who.visit(), fields.get("code")).await {
        Ok(codes) => {
            page(&CodesPage { frame: Frame::for_strangers("Recovery codes"), codes, next })
        }
        Err(error) => {
            let problem = Some(said(error, WRONG)?);
            let secret = dashboard.desk.propose(who.visit()).await?;
            once_more(&EnrolPage::new(&who, &secret, next, problem)?)
        }
    }
}

/// Asks whether it is to be removed.
pub(in crate::dashboard) async fn ask(viewer: Viewer) -> Result<Response, PageError> {
    if !viewer.visit().user().has_second_factor {
        return Ok(Redirect::to("/account").into_response());
    }
    page(&RemovePage::new(&viewer, None))
}

/// Removes it.
pub(in crate::dashboard) async fn remove(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Viewer>,
) -> Result<Response, PageError> {
    let code = posted.fields.get("code");
    match dashboard.desk.remove_factor(posted.who.visit(), code).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(error) => {
            let problem = Some(said(error, WRONG_OR_USED)?);
            once_more(&RemovePage::new(&posted.who, problem))
        }
    }
}

impl RemovePage {
    fn new(viewer: &Viewer, problem: Option<String>) -> Self {
        let frame = Frame::new(viewer, Section::Other, "Remove the second factor");
        Self { frame, csrf: viewer.csrf().to_owned(), problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_an_element_without_styles_or_scripts() {
        let picture = picture("otpauth://totp/epilogue:maria?secret=GEZDGNBV").unwrap();
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>"));
        for word in ["style", "script", "href", "GEZD", "?xml"] {
            assert!(!picture.contains(word), "{word}");
        }
        assert_eq!(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}

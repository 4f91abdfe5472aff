//! Reading a body: never more of it than the limit, neither as it arrives nor as it unfolds.

use std::io::{self, Read};
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::budget::Share;
use super::refusal::Refusal;

/// The codings that are taken, as an answer offers them.
pub(super) const CODINGS: &str = "zstd, gzip";
/// The window that a zstd frame may ask for, as a power of two: what the largest request needs.
const ZSTD_WINDOW_LOG: u32 = 23;

/// How long the rest of a refused body may take to arrive.
const LINGER: Duration = Duration::from_secs(5);

/// How a body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
    Zstd,
}

impl Coding {
    /// The coding that the head names.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let Some(coding) = headers.get(header::CONTENT_ENCODING) else {
            return Ok(Self::Plain);
        };
        match coding.as_bytes().trim_ascii() {
            name if name.eq_ignore_ascii_case(b"identity") => Ok(Self::Plain),
            name if name.eq_ignore_ascii_case(b"gzip") => Ok(Self::Gzip),
            name if name.eq_ignore_ascii_case(b"zstd") => Ok(Self::Zstd),
            _ => Err(Refusal::unsupported("the coding is not taken")),
        }
    }
}

/// A body as it arrives.
#[derive(Debug)]
pub(super) struct Arriving {
    body: Body,
    /// Whoever waits to be asked for the body is asked with the first look at it.
    is_awaited: bool,
}

impl Arriving {
    pub(super) fn new(body: Body, head: &HeaderMap) -> Self {
        Self { body, is_awaited: !head.contains_key(header::EXPECT) }
    }
}

/// The body as it was sent, and the room that is kept for it.
pub(super) async fn read(
    arriving: &mut Arriving,
    limit: usize,
    patience: Duration,
    mut share: Share,
) -> Result<(Bytes, Share), Refusal> {
    arriving.is_awaited = true;
    let body = &mut arriving.body;
    let mut frames = Frames::default();
    // One limit for the whole body: a sender that drips would never end otherwise.
    let reading = async {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::malformed("the body broke off"))?;
            let Ok(data) = frame.into_data() else { continue };
            if frames.len() + data.len() > limit {
                return Err(too_large());
            }
            share.grow(data.len())?;
            frames.push(data);
        }
        Ok(())
    };
    timeout(patience, reading).await.map_err(|_| Refusal::timeout())??;
    Ok((frames.joined(), share))
}

/// Lets the rest of a body arrive, and drops it: as long as a client sends, it does not look for the
/// answer, and a connection that is closed under it takes the answer along. What nobody was asked for
/// is not sent, and not waited for.
pub(super) async fn let_pass(Arriving { mut body, is_awaited }: Arriving, most: usize) {
    if !is_awaited {
        return;
    }
    let mut passed = 0;
    let passing = async {
        while let Some(Ok(frame)) = body.frame().await {
            passed += frame.data_ref().map_or(0, Bytes::len);
            if passed > most {
                return;
            }
        }
    };
    // Whoever takes longer goes without the answer.
    let _ = timeout(LINGER, passing).await;
}

/// What has arrived; most bodies are one frame, which is not copied.
#[derive(Debug, Default)]
enum Frames {
    #[default]
    None,
    One(Bytes),
    Several(BytesMut),
}

impl Frames {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(frame) => frame.len(),
            Self::Several(frames) => frames.len(),
        }
    }

    fn push(&mut self, frame: Bytes) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(frame),
            Self::One(first) => {
                let mut frames = BytesMut::with_capacity(2 * (first.len() + frame.len()));
                frames.extend_from_slice(&first);
                frames.extend_from_slice(&frame);
                Self::Several(frames)
            }
            Self::Several(mut frames) => {
                frames.extend_from_slice(&frame);
                Self::Several(frames)
            }
        };
    }

    fn joined(self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::One(frame) => frame,
            Self::Several(frames) => frames.freeze(),
        }
    }
}

/// The body without its coding.
pub(super) fn decoded(
    coding: Coding,
    body: Bytes,
    limit: usize,
    share: &mut Share,
) -> Result<Bytes, Refusal> {
    match coding {
        Coding::Plain => Ok(body),
        Coding::Gzip => unfold(MultiGzDecoder::new(&body[..]), limit, share),
        Coding::Zstd => {
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(&body[..]).map_err(not_coded)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(not_coded)?;
            unfold(decoder, limit, share)
        }
    }
}

/// Reads step by step, so that a bomb is stopped where it passes the limit.
fn unfold(source: impl Read, limit: usize, share: &mut Share) -> Result<Bytes, Refusal> {
    const STEP: usize = 256 << 10;
    let mut source = source.take((limit as u64).saturating_add(1));
    let (mut all, mut room) = (Vec::new(), 0);
    loop {
        share.grow(STEP)?;
        room += STEP;
        let read = source.by_ref().take(STEP as u64).read_to_end(&mut all).map_err(not_coded)?;
        if all.len() > limit {
            return Err(too_large());
        }
        if read < STEP {
            share.shrink(room - all.len());
            return Ok(all.into());
        }
    }
}

fn too_large() -> Refusal {
    Refusal::request_too_large("the request is too large")
}

fn not_coded(_: io::Error) -> Refusal {
    Refusal::malformed("the body is not in its coding")
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;
    use crate::config::Limits;

    fn share(body_budget_bytes: usize) -> Share {
        let limits = Limits { body_budget_bytes, ..Limits::default() };
        Budget::new(&limits).share(1)
    }

    fn unfolded(coding: Coding, body: Vec<u8>, limit: usize) -> Result<Bytes, Refusal> {
        decoded(coding, body.into(), limit, &mut share(1 << 30))
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = zstd::encode_all(&vec![b' '; 50 << 20][..], 3).unwrap();
        assert!(bomb.len() < 50_000);
        assert_eq!(unfolded(Coding::Zstd, bomb.clone(), 8 << 20).unwrap_err().status, 413);
        assert_eq!(unfolded(Coding::Zstd, bomb, 50 << 20).unwrap().len(), 50 << 20);
    }

    #[test]
    fn frames_are_joined_in_their_order() {
        for count in 0..5_u8 {
            let mut frames = Frames::default();
            (0..count).for_each(|byte| frames.push(Bytes::from(vec![byte])));
            assert_eq!(frames.joined(), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn noise_is_in_no_coding() {
        for coding in [Coding::Gzip, Coding::Zstd] {
            assert_eq!(unfolded(coding, b"noise".to_vec(), 100).unwrap_err().status, 400);
        }
    }

    #[test]
    fn what_unfolds_needs_room_as_well() {
        let body = zstd::encode_all(&vec![b' '; 4 << 20][..], 3).unwrap();
        let refused = decoded(Coding::Zstd, body.into(), 8 << 20, &mut share(1 << 20));
        assert_eq!(refused.unwrap_err().status, 503);
    }
}

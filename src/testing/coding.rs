//! Decoding of compressed bodies, within a limit that holds while decoding.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// The codings that this build decodes, the preferred one first.
#[cfg(feature = "zstd")]
pub(super) const SUPPORTED: &[&str] = &["zstd", "gzip"];
/// The codings that this build decodes, the preferred one first.
#[cfg(not(feature = "zstd"))]
pub(super) const SUPPORTED: &[&str] = &["gzip"];

/// Why a body could not be decoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecodeError {
    /// This build does not know the coding.
    #[error("the coding is not known")]
    UnknownCoding,
    /// The decoded body is larger than the limit.
    #[error("the decoded body is too large")]
    TooLarge,
    /// The body is not in the coding that it names.
    #[error("the body is not in its coding")]
    Malformed(#[source] io::Error),
}

/// Decodes a body of this coding up to `limit` bytes.
pub(super) fn decode(coding: &str, body: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
    match coding {
        "gzip" => read_within(MultiGzDecoder::new(body), limit),
        #[cfg(feature = "zstd")]
        "zstd" => {
            let decoder = zstd::Decoder::with_buffer(body).map_err(DecodeError::Malformed)?;
            read_within(decoder, limit)
        }
        _ => Err(DecodeError::UnknownCoding),
    }
}

fn read_within(source: impl Read, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut decoded = Vec::new();
    // One byte more than allowed tells "too large" from "just as large as allowed".
    let mut bounded = source.take(limit as u64 + 1);
    bounded.read_to_end(&mut decoded).map_err(DecodeError::Malformed)?;
    if decoded.len() > limit {
        return Err(DecodeError::TooLarge);
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_read_back() {
        assert_eq!(decode("gzip", &gzip(b"record"), 6).unwrap(), b"record");
    }

    #[cfg(feature = "zstd")]
    #[test]
    fn zstd_is_read_back() {
        let encoded = zstd::encode_all(&b"record"[..], 0).unwrap();
        assert_eq!(decode("zstd", &encoded, 6).unwrap(), b"record");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 1 << 20]);
        assert!(matches!(decode("gzip", &bomb, 1024), Err(DecodeError::TooLarge)));
    }

    #[test]
    fn noise_and_unknown_codings_are_told_apart() {
        assert!(matches!(decode("gzip", b"noise", 99), Err(DecodeError::Malformed(_))));
        assert!(matches!(decode("br", b"noise", 99), Err(DecodeError::UnknownCoding)));
    }
}

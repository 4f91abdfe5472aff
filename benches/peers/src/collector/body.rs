//! Bodies as they were before the client compressed them.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// The body without its coding (`Content-Encoding`), whatever that was.
pub(super) fn decoded<'a>(body: &'a [u8], coding: Option<&str>) -> io::Result<Cow<'a, [u8]>> {
    let decoded = match coding {
        None | Some("identity") => return Ok(Cow::Borrowed(body)),
        Some("gzip") => read(MultiGzDecoder::new(body))?,
        Some("deflate") => read(ZlibDecoder::new(body))?,
        Some("zstd") => zstd::stream::decode_all(body)?,
        // Loki's is the block format of snappy, not that of its streams.
        Some("snappy") => snap::raw::Decoder::new().decompress_vec(body)?,
        Some(_) => return Err(io::ErrorKind::Unsupported.into()),
    };
    Ok(Cow::Owned(decoded))
}

fn read(mut plain: impl Read) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    plain.read_to_end(&mut decoded)?;
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_body_is_read_in_every_coding() {
        let text = b"rec-1-00000001 and what is told of it".as_slice();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).expect("a vector takes all");
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(text).expect("a vector takes all");
        let bodies = [
            (None, text.to_vec()),
            (Some("gzip"), gzip.finish().expect("a vector takes all")),
            (Some("deflate"), zlib.finish().expect("a vector takes all")),
            (Some("zstd"), zstd::stream::encode_all(text, 1).expect("a slice is read")),
            (Some("snappy"), snap::raw::Encoder::new().compress_vec(text).expect("it is short")),
        ];
        for (coding, body) in bodies {
            assert_eq!(&*decoded(&body, coding).expect("a known coding"), text, "{coding:?}");
        }
        assert!(decoded(text, Some("compress")).is_err());
        assert!(decoded(text, Some("gzip")).is_err());
    }
}

//! A certificate for 127.0.0.1 that signs itself, made for one test.
//!
//! It is written by hand in DER (X.690) after the profile of RFC 5280: the crates that make
//! certificates bring twenty others.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const TEXT: u8 = 0x0c;
const TIME: u8 = 0x18;
/// Parts of a certificate that are marked by their number.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// An address among the subject's other names.
const ADDRESS: u8 = 0x87;

/// A certificate and its key, as files.
pub(crate) struct Certificate {
    pub(crate) pem: String,
    pub(crate) file: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Makes both in this directory, under this name.
    pub(crate) fn make(directory: &Path, name: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let key = pair.to_pkcs8v1().unwrap();
        let pem = pem("CERTIFICATE", &signed(&pair));
        let [file, key_file] = ["crt", "key"].map(|end| directory.join(format!("{name}.{end}")));
        fs::write(&file, &pem).unwrap();
        fs::write(&key_file, self::pem("PRIVATE KEY", key.as_ref())).unwrap();
        Self { pem, file, key: key_file }
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// The certificate with its signature.
fn signed(pair: &EcdsaKeyPair) -> Vec<u8> {
    // ecdsa-with-SHA256, RFC 5758.
    let algorithm = der(SEQUENCE, &[der(OBJECT, &[&[42, 134, 72, 206, 61, 4, 3, 2]])]);
    let content = content(pair.public_key().as_ref(), &algorithm);
    let signature = pair.sign(&SystemRandom::new(), &content).unwrap();
    der(SEQUENCE, &[content, algorithm, bits(signature.as_ref())])
}

fn content(public: &[u8], algorithm: &[u8]) -> Vec<u8> {
    let common_name = der(OBJECT, &[&[85, 4, 3]]);
    let attribute = der(SEQUENCE, &[common_name, der(TEXT, &[b"epilogue test"])]);
    let name = der(SEQUENCE, &[der(SET, &[attribute])]);
    let times = [b"20250101000000Z", b"21250101000000Z"].map(|time| der(TIME, &[time]));
    // id-ecPublicKey on prime256v1, RFC 5480.
    let curve = [&[42, 134, 72, 206, 61, 2, 1][..], &[42, 134, 72, 206, 61, 3, 1, 7]];
    let curve = der(SEQUENCE, &curve.map(|object| der(OBJECT, &[object])));
    let names = der(SEQUENCE, &[der(ADDRESS, &[&[127, 0, 0, 1]])]);
    let other_names = der(SEQUENCE, &[der(OBJECT, &[&[85, 29, 17]]), der(OCTET_STRING, &[names])]);
    der(
        SEQUENCE,
        &[
            der(VERSION, &[der(INTEGER, &[&[2]])]),
            der(INTEGER, &[&[1]]),
            algorithm.to_vec(),
            name.clone(),
            der(SEQUENCE, &times),
            name,
            der(SEQUENCE, &[curve, bits(public)]),
            der(EXTENSIONS, &[der(SEQUENCE, &[other_names])]),
        ],
    )
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    der(BIT_STRING, &[&[0], bytes])
}

/// A tag, the length of what follows, and the parts that follow.
fn der(tag: u8, parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let content: Vec<u8> = parts.iter().flat_map(AsRef::as_ref).copied().collect();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut out = vec![tag];
    match length {
        [0, short @ 0..=0x7f] => out.push(short),
        [0, byte] => out.extend([0x81, byte]),
        both => out.extend([[0x82].as_slice(), &both].concat()),
    }
    out.extend(content);
    out
}

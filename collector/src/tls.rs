//! A certificate and its key, for https.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// How to serve https: by rustls, with TLS 1.2 or 1.3.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
}

/// A certificate or its key cannot be used. Final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file of the certificate is missing or not PEM.
    #[error("the certificate cannot be read as PEM")]
    Certificate,
    /// The file of the key is missing or not PEM.
    #[error("the key cannot be read as PEM")]
    Key,
    /// The two do not belong together.
    #[error("the key is not the certificate's")]
    Mismatch,
}

impl Tls {
    /// Reads a certificate with its chain, and its private key.
    ///
    /// # Errors
    /// Where one of them cannot be read, or they do not belong together.
    pub fn from_pem_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate)
            .map_err(|_| TlsError::Certificate)?
            .collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(TlsError::Certificate)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|_| TlsError::Key)?;
        let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(|_| TlsError::Mismatch)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|_| TlsError::Mismatch)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config) })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls([redacted])")
    }
}

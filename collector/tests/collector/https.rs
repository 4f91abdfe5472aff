//! With a certificate the server speaks https, and who speaks anything else does it no harm.

use std::path::Path;

use reqwest::{Certificate as Root, Client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::certificate::Certificate;
use crate::home::Home;
use crate::process::{Process, binary};
use crate::server::record;

fn over_tls(data: &Path, certificate: &Certificate) -> Process {
    let mut command = binary();
    command.env("EPILOGUE_TLS_CERT", &certificate.file);
    command.env("EPILOGUE_TLS_KEY", &certificate.key);
    let mut process = Process::run(&mut command, data);
    let root = Root::from_pem(certificate.pem.as_bytes()).unwrap();
    process.http = Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn https_is_served_and_plain_http_does_no_harm() {
    let data = Home::new();
    let process = over_tls(data.path(), &Certificate::make(data.path(), "own"));
    assert!(process.url.starts_with("https://"), "{}", process.url);
    let [ingest, read] = process.keys.clone().unwrap();
    let page = process.http.get(format!("{}/login", process.url)).send().await.unwrap();
    assert_eq!(page.headers()["strict-transport-security"], "max-age=31536000");
    assert_eq!(process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    // Somebody who was told the wrong address, and somebody who sends noise.
    let address = process.url.strip_prefix("https://").unwrap();
    for odd in [b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), vec![0x16; 5_000]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(&odd).await;
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP"), "{said:?}");
    }
    // Somebody who trusts another.
    let other = Certificate::make(data.path(), "other");
    let root = Root::from_pem(other.pem.as_bytes()).unwrap();
    let stranger = Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    assert!(stranger.get(format!("{}/healthz", process.url)).send().await.is_err());
    assert_eq!(process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    assert_eq!(process.shown(&read, "").await.len(), 2);
    // A handshake that nobody goes on with does not hold up the end.
    let _silent = TcpStream::connect(address).await.unwrap();
    process.terminate();
    assert!(process.ended().await.success());
}

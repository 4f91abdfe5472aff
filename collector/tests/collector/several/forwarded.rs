//! A collector behind nginx is told who asks, by every way through it.

use std::net::{IpAddr, Ipv4Addr};

use reqwest::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::balanced::Balancer;

/// Who asks, and whom it claims to ask for.
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const CLAIMED: &str = "198.51.100.7, 127.0.0.1";

/// Answers every request with its own head.
async fn echo(mut stream: TcpStream) {
    let (mut head, mut part) = (Vec::new(), [0; 4_096]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend(&part[..read]),
        }
    }
    let length = head.len();
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // nginx may have gone by then.
    let _ = stream.write_all(&[answer.as_bytes(), &head[..]].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_cannot_say_that_it_is_another() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    });
    let addresses = [address.clone(), address.clone(), address];
    let Some(balancer) = Balancer::over(&addresses).await else { return };
    let http = Client::builder().no_proxy().local_address(CALLER).build().unwrap();
    for path in ["/", "/v1/logs", "/v1/stats", "/login", "/readyz"] {
        let request =
            http.get(format!("{}{path}", balancer.url)).header("x-forwarded-for", CLAIMED);
        let head = request.send().await.unwrap().text().await.unwrap().to_lowercase();
        let told: Vec<_> =
            head.lines().filter_map(|line| line.strip_prefix("x-forwarded-for: ")).collect();
        assert_eq!(told, [CALLER.to_string()], "{path}: {head}");
        let own = balancer.url.strip_prefix("http://").unwrap();
        assert!(head.contains(&format!("\r\nhost: {own}\r\n")), "{path}: {head}");
    }
}

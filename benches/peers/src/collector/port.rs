//! Ports that stay free while nobody listens on them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

/// Below what Linux gives to outgoing connections (`ip_local_port_range`, from 32768): one of those
/// could get the very port that it connects to, and would then be connected to itself.
const FIRST: u16 = 20_000;
const LAST: u16 = 32_000;

/// Listens on a free port of this machine alone.
pub(super) async fn listen() -> io::Result<TcpListener> {
    let offset = u16::try_from(std::process::id() % u32::from(LAST - FIRST)).unwrap_or_default();
    for port in (FIRST + offset..LAST).chain(FIRST..FIRST + offset) {
        if let Ok(listener) = listen_on(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await {
            return Ok(listener);
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

pub(super) async fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

//! How often somebody may try to log in from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;

/// How many attempts there may be within the period.
const MOST: u32 = 20;
/// A minute, in milliseconds.
const PERIOD: i64 = 60 * 1_000;
/// How many addresses are counted apart. Beyond that the new ones are counted as one.
const ADDRESSES: usize = 10_000;

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// By which a proxy tells who asked it; each adds to the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

impl Peer {
    /// Whoever connects; where that is one of these proxies, whoever it tells of.
    pub(crate) fn of(connected: IpAddr, proxies: &[IpAddr], headers: &HeaderMap) -> Self {
        let mut peer = connected.to_canonical();
        let told: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        let told = told.iter().flat_map(|value| value.to_str().unwrap_or_default().split(','));
        let told: Vec<_> = told.map(|address| address.trim().parse::<IpAddr>()).collect();
        for address in told.into_iter().rev() {
            // What stands before was told to somebody who is not known.
            let is_known = proxies.iter().any(|proxy| proxy.to_canonical() == peer);
            let (true, Ok(address)) = (is_known, address) else { break };
            peer = address.to_canonical();
        }
        Self(peer)
    }

    /// What one host has all of: its address, or the network that it picks its addresses from
    /// (RFC 4291, 2.5.1).
    fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits((address.to_bits() >> 64) << 64).into(),
            address @ IpAddr::V4(_) => address,
        }
    }
}

/// The attempts from one address.
#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    since: i64,
}

impl Tries {
    fn is_over(self, now: i64) -> bool {
        self.since.saturating_add(PERIOD) <= now
    }
}

/// The attempts of the last minute by address, in memory: each leaves a record, also under names that
/// nobody has.
#[derive(Debug, Default)]
pub(super) struct Peers(Mutex<HashMap<Option<IpAddr>, Tries>>);

impl Peers {
    /// Counts an attempt; an error tells how long to wait.
    pub(super) fn check(&self, peer: Peer, now: i64) -> Result<(), Duration> {
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = Some(peer.network());
        if peers.len() >= ADDRESSES && !peers.contains_key(&own) {
            peers.retain(|_, tries| !tries.is_over(now));
            own = own.filter(|_| peers.len() < ADDRESSES);
        }
        let fresh = Tries { count: 0, since: now };
        let tries = peers.entry(own).or_insert(fresh);
        if tries.is_over(now) {
            *tries = fresh;
        }
        if tries.count >= MOST {
            let left = tries.since.saturating_add(PERIOD).saturating_sub(now);
            return Err(Duration::from_millis(left.unsigned_abs()));
        }
        tries.count += 1;
        Ok(())
    }

    /// Forgets what is over.
    pub(super) fn tidy(&self, now: i64) {
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        peers.retain(|_, tries| !tries.is_over(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Peer {
        Peer(address.parse().unwrap())
    }

    #[test]
    fn proxies_alone_are_believed() {
        let of = |connected: &str, told: &[&str]| {
            let mut headers = HeaderMap::new();
            for told in told {
                headers.append(FORWARDED_FOR, told.parse().unwrap());
            }
            let proxies = ["10.0.0.1", "::ffff:10.0.0.2"].map(|own| own.parse().unwrap());
            Peer::of(connected.parse().unwrap(), &proxies, &headers).0.to_string()
        };
        for (connected, told, expected) in [
            ("192.0.2.1", &["192.0.2.9"][..], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.9"], "192.0.2.9"),
            ("::ffff:10.0.0.1", &["::ffff:192.0.2.9"], "192.0.2.9"),
            ("10.0.0.1", &["192.0.2.7, 192.0.2.9"], "192.0.2.9"),
            ("10.0.0.1", &["192.0.2.7", "192.0.2.9 , 10.0.0.2"], "192.0.2.9"),
            ("10.0.0.1", &["192.0.2.7, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
        ] {
            assert_eq!(of(connected, told), expected, "{connected} {told:?}");
        }
    }

    fn tried(peers: &Peers, address: &str, times: u32) {
        for _ in 0..times {
            assert_eq!(peers.check(peer(address), 7), Ok(()));
        }
    }

    #[test]
    fn each_address_may_try_so_often_in_a_minute() {
        let peers = Peers::default();
        tried(&peers, "10.0.0.1", MOST);
        let wait = Err(Duration::from_secs(60));
        assert_eq!(peers.check(peer("10.0.0.1"), 7), wait);
        assert_eq!(peers.check(peer("::ffff:10.0.0.1"), 7), wait);
        tried(&peers, "10.0.0.2", 1);
        assert_eq!(peers.check(peer("10.0.0.1"), 7 + PERIOD), Ok(()));
        tried(&peers, "2001:db8::1", MOST);
        assert_eq!(peers.check(peer("2001:db8::ffff:1"), 7), wait, "of the same network");
        tried(&peers, "2001:db8:0:1::1", 1);
    }

    #[test]
    fn memory_is_bounded_however_many_there_are() {
        let peers = Peers::default();
        for number in 0..u32::try_from(ADDRESSES).unwrap() {
            assert!(peers.check(Peer(IpAddr::V4(number.into())), 7).is_ok());
        }
        tried(&peers, "10.0.0.1", MOST);
        assert!(peers.check(peer("10.0.0.2"), 7).is_err(), "the new ones are counted as one");
        assert_eq!(peers.0.lock().unwrap().len(), ADDRESSES + 1);
        assert!(peers.check(peer("10.0.0.2"), 7 + PERIOD).is_ok());
        peers.tidy(7 + 2 * PERIOD);
        assert!(peers.0.lock().unwrap().is_empty());
    }
}

//! A collector that answers nonsense never harms the client: its records are tried again, or
//! counted as it said, and the next one gets through.

use std::thread;

use epilogue::Loss;

use crate::common::{LONG, SHORT, add_up, traced};
use crate::proxy::{After, Way};
use crate::trouble::{Setting, Trouble, settle};

/// What becomes of a record after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It is no answer: the record is tried again.
    Again,
    /// It says that the record is stored, and is believed.
    Believed,
    /// It says that the record will never be stored, and is believed.
    Dropped,
}

use After::{Close, Hang, Repeat};
use Then::{Again, Believed, Dropped};

#[rustfmt::skip]
const ANSWERS: &[(&str, After, Then)] = &[
    // No HTTP.
    ("", Close, Again),
    ("\0\0\0\0", Hang, Again),
    ("220 mail.example.com ESMTP\r\n", Hang, Again),
    ("HTTP/1.1 OK 200\r\n\r\n", Close, Again),
    ("HTTP/9.9 200 OK\r\n\r\n", Close, Again),
    ("HTTP/1.1 000 Nothing\r\n\r\n", Close, Again),
    ("HTTP/1.1 20000 OK\r\n\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Close, Again),
    // No end of the head, or none that is in sight.
    ("HTTP/1.1 200 OK\r\nserver: x", Close, Again),
    ("HTTP/1.1 200 OK\r\nserver: x", Hang, Again),
    ("HTTP/1.1 200 OK\r\nx: y\r\n", Repeat(6), Again),
    ("HTTP/1.1 200 OK\r\nx: yyyyyyyyyyyyyyyy", Repeat(16), Again),
    ("HTTP/1.1 100 Continue\r\n\r\n", Hang, Again),
    ("HTTP/1.1 103 Early Hints\r\n\r\n", Repeat(28), Again),
    // Lengths that cannot be.
    ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", Close, Again),
    ("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{}", Close, Again),
    ("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{}", Hang, Again),
    ("HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551614\r\n\r\n{}", Close, Again),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", Close, Again),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", Hang, Again),
    // Bodies that have no end are read as far as an answer can matter.
    ("HTTP/1.1 200 OK\r\n\r\nhello hello hello hello ", Repeat(24), Believed),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nhello \r\n\r\n", Repeat(13), Believed),
    // Strange, but HTTP; a body is the collector's own affair.
    ("HTTP/1.0 200\r\n\r\n", Close, Believed),
    ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 500 No\r\n\r\n", Hang, Believed),
    ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"rejecte", Hang, Believed),
    ("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{\"accepted\":0,\"rejected\":[{\"index\":-1}]}", Hang, Believed),
    ("HTTP/1.1 200 OK\r\ncontent-length: 58\r\n\r\n{\"accepted\":0,\"rejected\":[{\"index\":18446744073709551615}]}", Hang, Believed),
    ("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}", Hang, Believed),
    ("HTTP/1.1 200 OK\r\naccept-encoding: zstd;q=x, , \u{ff}\r\naccept-post: *\r\ncontent-length: 0\r\n\r\n", Hang, Believed),
    ("HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello", Hang, Believed),
    // An answer that says no.
    ("HTTP/1.1 200 OK\r\ncontent-length: 39\r\n\r\n{\"accepted\":0,\"rejected\":[{\"index\":0}]}", Hang, Dropped),
    ("HTTP/1.1 999 Unheard of\r\ncontent-length: 0\r\n\r\n", Hang, Dropped),
    ("HTTP/1.1 300 Choices\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", Hang, Dropped),
    // Patience that cannot be measured is asked for in vain.
    ("HTTP/1.1 503 No\r\nretry-after: -5\r\ncontent-length: 0\r\n\r\n", Hang, Again),
    ("HTTP/1.1 503 No\r\nretry-after: 1e9\r\ncontent-length: 0\r\n\r\n", Hang, Again),
    ("HTTP/1.1 503 No\r\nretry-after: 99999999999999999999\r\ncontent-length: 0\r\n\r\n", Hang, Again),
    ("HTTP/1.1 503 No\r\nretry-after: \u{ff}\r\ncontent-length: 0\r\n\r\n", Hang, Again),
    ("HTTP/1.1 503 No\r\nretry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n", Hang, Again),
];

fn meets(answer: Vec<u8>, after: After, then: Then) {
    let way = Trouble::OnTheWay(Way::Says(answer, after));
    let (setting, client) = Setting::in_trouble(&way);
    client.ship(traced("1"));
    assert!(setting.proxy.wait_for_connections(1, LONG) >= 1);
    if then == Again {
        assert!(!client.flush_blocking(SHORT).is_complete());
        assert_eq!((client.stats().pending(), client.stats().lost()), (1, 0));
    } else {
        settle(&client);
    }
    setting.mend();
    client.ship(traced("2"));
    settle(&client);
    let (stats, stored) = (client.stats(), setting.store().len());
    let expected = match then {
        Again => (2, 0, 2),
        Believed => (2, 0, 1),
        Dropped => (1, 1, 1),
    };
    assert_eq!((stats.delivered(), stats.lost_by(Loss::Rejected), stored), expected, "{stats}");
    add_up(&stats);
}

/// Each of these answers, side by side.
fn each(answers: impl IntoIterator<Item = (Vec<u8>, After, Then)>) {
    thread::scope(|scope| {
        let running: Vec<_> = answers
            .into_iter()
            .map(|(answer, after, then)| {
                let head: Vec<u8> = answer.iter().copied().take(120).collect();
                let told = format!("{:?} and {after:?}", String::from_utf8_lossy(&head));
                (told, scope.spawn(move || meets(answer, after, then)))
            })
            .collect();
        for (told, running) in running {
            assert!(running.join().is_ok(), "after {told}");
        }
    });
}

#[test]
fn an_answer_that_is_none_is_asked_for_again_and_one_that_is_strange_is_believed() {
    each(ANSWERS.iter().map(|(answer, after, then)| (answer.as_bytes().to_vec(), *after, *then)));
}

#[test]
fn an_answer_of_any_size_does_no_harm() {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let body = |body: String| (head(body.len()) + &body).into_bytes();
    let rejections =
        format!("{{\"accepted\":0,\"rejected\":[{}]}}", r#"{"index":0},"#.repeat(100_000));
    let headers = "x-many: y\r\n".repeat(5_000);
    each([
        (body("[".repeat(60_000)), Hang, Believed),
        (body(rejections), Hang, Believed),
        (body("\0".repeat(10 << 20)), Hang, Believed),
        (format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes(), Hang, Again),
        (format!("HTTP/1.1 200 {}\r\n\r\n", "OK".repeat(1 << 20)).into_bytes(), Close, Again),
    ]);
}

//! Tokens told by their parts: a bot's number and its secret (Telegram), an identifier with time and
//! mark (Discord).

use std::ops::Range;

use super::super::Finding;
use super::super::boundary::is_word_start;
use super::charset::Charset;
use super::value;

/// Telegram, "Authorizing your bot": the number of the bot, a colon and 35 characters; the token
/// that the documentation shows has 34.
const BOT_NUMBER: std::ops::RangeInclusive<usize> = 5..=16;
const BOT_SECRET: std::ops::RangeInclusive<usize> = 34..=35;

/// Discord, "Authentication": the identifier in base64, six characters for the time, and the HMAC.
const DISCORD_ID: std::ops::RangeInclusive<usize> = 24..=26;
const DISCORD_TIME: usize = 6;
const DISCORD_HMAC: std::ops::RangeInclusive<usize> = 27..=38;

/// Appends the tokens of Telegram and Discord bots in a run without blanks.
pub(super) fn find(bytes: &[u8], run: Range<usize>, findings: &mut Vec<Finding>) {
    let mut from = run.start;
    for at in memchr::memchr2_iter(b':', b'.', &bytes[run.clone()]).map(|at| run.start + at) {
        if at < from {
            continue;
        }
        let token = if bytes[at] == b':' { telegram(bytes, at) } else { discord(bytes, at) };
        let Some(finding) = token else { continue };
        from = finding.end;
        findings.push(finding);
    }
}

fn telegram(bytes: &[u8], colon: usize) -> Option<Finding> {
    let number = run_before(bytes, colon, Charset::Digits, BOT_NUMBER.end() + 1);
    let start = colon - number;
    if !BOT_NUMBER.contains(&number) || !begins_bot(bytes, start) {
        return None;
    }
    let length = Charset::Url.run(&bytes[colon + 1..], BOT_SECRET.end() + 1);
    let secret = &bytes[colon + 1..colon + 1 + length];
    let is_secret = BOT_SECRET.contains(&length)
        && !value::is_filling(secret)
        && secret.iter().any(u8::is_ascii_digit)
        && secret.iter().any(u8::is_ascii_alphabetic);
    is_secret.then(|| Finding::secret(start, colon + 1 + length, "telegram"))
}

/// Only in the path of the API does anything stand right before the number.
fn begins_bot(bytes: &[u8], start: usize) -> bool {
    is_word_start(bytes, start) || bytes[..start].ends_with(b"/bot")
}

/// Whether `value` is built like the token of a bot, of whatever length: a number and a colon.
pub(super) fn is_bot_like(value: &[u8]) -> bool {
    let number = Charset::Digits.run(value, value.len());
    number > 0 && value.get(number) == Some(&b':')
}

/// Whether `value` is the token of a Telegram bot.
pub(super) fn is_bot(value: &[u8]) -> bool {
    let number = Charset::Digits.run(value, value.len());
    telegram(value, number).is_some_and(|token| token.start == 0 && token.end == value.len())
}

/// The identifier is a decimal number, so its base64 begins with `M`, `N` or `O`.
fn discord(bytes: &[u8], point: usize) -> Option<Finding> {
    if bytes.get(point + 1 + DISCORD_TIME) != Some(&b'.') {
        return None;
    }
    let start = point - run_before(bytes, point, Charset::Url, DISCORD_ID.end() + 1);
    let hmac = point + DISCORD_TIME + 2;
    let length = Charset::Url.run(bytes.get(hmac..)?, DISCORD_HMAC.end() + 1);
    let is_token = DISCORD_ID.contains(&(point - start))
        && DISCORD_HMAC.contains(&length)
        && matches!(bytes[start], b'M'..=b'O')
        && is_word_start(bytes, start)
        && Charset::Url.run(&bytes[point + 1..], DISCORD_TIME) == DISCORD_TIME;
    is_token.then(|| Finding::secret(start, hmac + length, "discord"))
}

fn run_before(bytes: &[u8], at: usize, charset: Charset, max: usize) -> usize {
    bytes[..at].iter().rev().take(max).take_while(|&&b| charset.holds(b)).count()
}

#[cfg(test)]
mod tests {
    use super::{find, is_bot, is_bot_like};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text.as_bytes(), 0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn bot_tokens_are_found() {
        let telegram = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
        assert_eq!(found(&format!("bot {telegram}.")), [telegram]);
        assert_eq!(found(&format!("/bot{telegram}/getMe")), [telegram]);
        assert!(is_bot(telegram.as_bytes()));
        let discord = "MTIzNDU2Nzg5MDEyMzQ1Njc4.AbCdEf.abcdefghijklmnopqrstuvwxyz0";
        assert_eq!(found(&format!("({discord})")), [discord]);
    }

    #[test]
    fn times_names_and_hashes_are_not() {
        for text in
            ["12:30:45", "1700000000:da39a3ee5e6b4b0d3255bfef95601890afd80709", "a.bcdefg.h"]
        {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn a_bot_has_a_secret_of_one_length_and_its_number_stands_alone() {
        for text in [
            "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew1",
            "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew1111",
            "1234:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
            "robot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
            assert!(!is_bot(text.as_bytes()));
        }
        assert!(is_bot_like(b"1234:ABC"));
    }
}

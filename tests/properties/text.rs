//! Pieces that texts are made of where somebody means ill: parts of formats, what stands between
//! them, and what masking itself writes.

/// What hostile texts are made of.
#[rustfmt::skip] // Packed, as the lists of words are.
pub(crate) const PIECES: [&str; 119] = [
    // Signs and what separates.
    "@", ".", ":", "::", "=", "-", "--", "+", "/", "://", "?", "&", "#2", "%", "(", ")", "[", "]",
    "{", "}", "<", ">", ",", ";", "'", "\"", "\\", "\\\"", "\\n", "\\u0041", "\\ud800", " ", "  ",
    "\t", "\n", "\r\n", "\0", "\u{1b}", "\u{7f}",
    // Digits.
    "0", "1", "4", "19", "123", "4111", "1111 ", "-1111", "555-01", "0143", "999999999999",
    "1e999", "-0.0", "0x1f", "4111111111111111", "4111 1111 1111 1111", "+1 202 555 0143",
    "(202) 555-0143", "219-09-1234", "1990-01-02", "198.51.100.7", "1.1.1.1", "2001:db8::7",
    "02:00:5e:10:00:01", "DE75512108001245126199", "NL91 ABNA 0417 1643 00",
    // Addresses, prefixes and words of secrets.
    "ann@example.org", "@example.org", "ann", "Ann Toro", "xn--p1ai", "Bearer ", "Basic ",
    "YW5uOnNlc2FtZQ==", "AKIAQWERTYUIOPASDFGH", "ghp_", "sk-ant-", "eyJhbGciOiJub25lIn0",
    ".eyJzdWIiOiJhbm4ifQ.c2ln", "abcdefghijABCDEFGHIJ0123456789", "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----", "https://ann:sesame@db.example/", "?sig=", "data:;base64,",
    "password", "password=", "secret", "token", "api_key", "phone ", "ssn ", "dob: ", "Dear ",
    "Hi Ann,", "my name is ", "--user ",
    // What masking writes, and what only looks like it.
    "[EMAIL:0123456789abcdef]", "[CARD]", "[NAME]", "[REMOVED]", "[SECRET:aws]", "[PHONE:",
    "[EMAIL:ann@example.org]", "[BLOB:9]",
    // JSON.
    "{\"a\":1}", "[1,2]", "{\"password\":", "{\"name\":\"Ann\"", "{\"customer\":{\"name\":\"Ann\"}}",
    "[\"authorization\",\"x\"]", "null", "true",
    // Beyond ASCII.
    "\u{e9}", "e\u{301}", "\u{200b}", "\u{202e}", "\u{ff11}\u{ff12}\u{ff13}", "\u{ff20}", "\u{1f642}",
];

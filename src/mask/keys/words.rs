//! The words that the names of fields are made of.

/// Last segments that make a measure, a reference or a description of what stands before them.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const DESCRIPTIONS: [&str; 68] = [
    "algorithm", "allowed", "arn", "at", "attempts", "available", "body", "budget", "changed",
    "confirmed", "cost", "count", "counts", "created", "embd", "embedding", "embeddings",
    "enabled", "endpoint", "error", "errors", "exists", "expired", "expires", "field", "file",
    "filename", "format", "has", "id", "ids", "index", "kind", "label", "layer", "len", "length",
    "limit", "limits", "max", "min", "mode", "model", "name", "path", "policy", "present",
    "price", "rate", "reset", "required", "sent", "size", "status", "strength", "subject",
    "template", "ttl", "type", "types", "updated", "url", "usage", "used", "uri", "valid",
    "verified", "version",
];

/// First segments that make a claim or a switch of a name, or deny it.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const NEGATIONS: [&str; 11] = [
    "has", "hide", "is", "no", "non", "not", "require", "show", "use", "with", "without",
];

/// Segments that are a secret wherever they stand.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const SECRET_WORDS: [&str; 36] = [
    "password", "passwords", "passwd", "passwort", "pwd", "pass", "passphrase", "passcode",
    "secret", "secrets", "credential", "credentials", "apikey", "apikeys", "authtoken", "creds",
    "cred", "accesstoken", "refreshtoken", "secretkey", "privatekey", "accesskey", "clientsecret",
    "userpassword", "userpass", "bearer", "jwt", "otp", "totp", "cvv", "cvc", "cvv2", "cvc2",
    "pin", "pincode", "mnemonic",
];

/// Words whose value tells a person or opens an account wherever it stands, so it is looked for
/// in the rest of the record too.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const CARRIED_WORDS: [&str; 12] = [
    "password", "passwords", "passwd", "passwort", "pwd", "passphrase", "passcode", "secret",
    "secrets", "apikey", "clientsecret", "secretkey",
];

/// Ends of names in small letters only: `dbpassword`, `myapikey`.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const SECRET_ENDS: [&str; 9] = [
    "password", "passwd", "passphrase", "apikey", "secretkey", "accesskey", "privatekey",
    "accesstoken", "clientsecret",
];

/// Segments before `key` that make it a secret one.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const SECRET_KEYS: [&str; 26] = [
    "access", "account", "admin", "api", "app", "application", "auth", "authorization",
    "consumer", "crypto", "decryption", "deploy", "encryption", "functions", "hmac", "license",
    "master", "private", "root", "secret", "service", "shared", "signing", "ssh", "storage",
    "subscription",
];

/// Segments before a plural `tokens` that make them credentials and not a count.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const SECRET_TOKENS: [&str; 12] = [
    "access", "api", "auth", "bearer", "csrf", "device", "id", "oauth", "push", "refresh",
    "secret", "session",
];

/// Segments before `token` that make it a mark of a language model or of a page of results.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const PLAIN_TOKENS: [&str; 26] = [
    "bos", "cls", "continuation", "cursor", "each", "end", "eos", "first", "image", "last",
    "mask", "next", "nr", "num", "output", "input", "pad", "page", "per", "prompt", "sep",
    "special", "start", "stop", "unk", "max",
];

/// Containers that hold one person.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const PEOPLE: [&str; 62] = [
    "account", "adult", "agent", "applicant", "appointee", "assignee", "attendee", "author",
    "beneficiary", "borrower", "buyer", "candidate", "caller", "cardholder", "child", "client",
    "colleague", "companion", "contact", "creator", "customer", "driver", "employee", "father",
    "friend", "guardian", "guest", "holder", "human", "individual", "insured", "lead", "manager",
    "member", "mother", "owner", "parent", "participant", "passenger", "patient", "payee",
    "payer", "people", "person", "profile", "recipient", "referrer", "renter", "reporter",
    "representative", "requester", "sender", "shopper", "signatory", "spouse", "student",
    "subscriber", "tenant", "traveler", "traveller", "user", "visitor",
];

/// What stands before `name` in a person's name, beside the people themselves.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const NAME_PARTS: [&str; 14] = [
    "first", "last", "full", "middle", "given", "family", "maiden", "sur", "legal", "preferred",
    "birth", "real", "nick", "fore",
];

/// Names of people written as one word.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const NAME_WORDS: [&str; 12] = [
    "firstname", "lastname", "fullname", "surname", "givenname", "familyname", "middlename",
    "nickname", "forename", "cardholder", "customername", "passengername",
];

/// Under an address everything tells where somebody lives, but these addresses are no homes.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const OTHER_ADDRESSES: [&str; 14] = [
    "bind", "contract", "hardware", "listen", "mac", "memory", "net", "network", "physical",
    "server", "virtual", "wallet", "web", "bus",
];

/// Words for the address of a home.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const ADDRESS_WORDS: [&str; 12] = [
    "address", "addresses", "address1", "address2", "street", "streetaddress", "postcode",
    "zipcode", "zip", "postal", "homeaddress", "addressline",
];

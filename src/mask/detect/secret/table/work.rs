//! Keys of work tools, data services and identity.

use super::super::charset::Charset::{Alnum, Base32, Base64, Dotted, Hex, Lower, Url};
use super::{Format, behind, f};

pub(super) static FORMATS: &[Format] = &[
    // Notion, Linear, Airtable, Figma, Postman, Typeform, ReadMe, Frame.io, Contentful: the token
    // pages of each.
    f("notion", "ntn_", Alnum, 46, 46),
    f("notion", "secret_", Alnum, 43, 43),
    f("linear", "lin_api_", Alnum, 40, 40),
    f("linear", "lin_oauth_", Alnum, 40, 64),
    f("airtable", "pat", Dotted, 79, 79),
    f("figma", "figd_", Url, 40, 50),
    f("postman", "PMAK-", Url, 59, 59),
    f("postman", "PMAT-", Base32, 26, 26),
    f("typeform", "tfp_", Dotted, 59, 59),
    f("readme", "rdme_", Lower, 70, 70),
    f("frameio", "fio-u-", Base64, 64, 64),
    f("contentful", "CFPAT-", Url, 43, 43),
    f("adobe", "p8e-", Alnum, 32, 32),
    // HubSpot, Beamer, Mapbox, MaxMind, 42, SettleMint: the token pages of each.
    f("hubspot", "pat-na1-", Url, 36, 36),
    f("hubspot", "pat-eu1-", Url, 36, 36),
    f("beamer", "b_", Base64, 44, 44),
    f("mapbox", "sk.eyJ", Dotted, 60, 200),
    f("mapbox", "pk.eyJ", Dotted, 60, 200),
    behind(36, f("maxmind", "_mmk", Url, 0, 0)),
    f("intra42", "s-s4t2ud-", Hex, 64, 64),
    f("intra42", "s-s4t2af-", Hex, 64, 64),
    f("settlemint", "sm_pat_", Alnum, 16, 32),
    f("settlemint", "sm_aat_", Alnum, 16, 32),
    f("settlemint", "sm_sat_", Alnum, 16, 32),
    // Authress, "Access keys"; a JSON web token (RFC 7519) in base64 once more.
    f("authress", "sc_", Dotted, 60, 120),
    f("authress", "ext_", Dotted, 60, 120),
    f("authress", "scauth_", Dotted, 60, 120),
    f("authress", "authress_", Dotted, 60, 120),
    f("jwt", "ZXlKaGJHY2k", Base64, 40, 4096),
    f("jwt", "ZXlKMGVYQWk", Base64, 40, 4096),
    f("jwt", "ZXlKcmFXUWk", Base64, 40, 4096),
    f("jwt", "ZXlKbGJtTWk", Base64, 40, 4096),
];

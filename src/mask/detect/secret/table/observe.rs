//! Keys of observability and analytics.

use super::super::charset::Charset::{Alnum, Base64, Dotted, Hex, Url};
use super::{Format, LONG, f};

pub(super) static FORMATS: &[Format] = &[
    // Grafana, "Service account tokens"; New Relic, "API keys"; Sentry, "Auth tokens".
    f("grafana", "glc_", Base64, 32, 400),
    f("grafana", "glsa_", Url, 41, 41),
    f("grafana", "eyJrIjoi", Base64, 64, 400),
    f("newrelic", "NRAK-", Alnum, 27, 27),
    f("newrelic", "NRJS-", Hex, 19, 19),
    f("newrelic", "NRII-", Url, 32, 32),
    f("newrelic", "NRBR-", Hex, 19, 19),
    f("sentry", "sntrys_", Base64, 60, LONG),
    f("sentry", "sntryu_", Hex, 64, 64),
    f("sentry", "sntrya_", Hex, 64, 64),
    f("sentry", "sntryi_", Hex, 64, 64),
    // Dynatrace, "Token format"; Honeycomb; PostHog.
    f("dynatrace", "dt0c01.", Dotted, 89, 89),
    f("dynatrace", "dt0s01.", Dotted, 89, 89),
    f("honeycomb", "hcaik_", Alnum, 58, 58),
    f("posthog", "phx_", Alnum, 40, 50),
    f("posthog", "phc_", Alnum, 40, 50),
];

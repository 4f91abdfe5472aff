//! The formats of keys that are told by their form: prefix, alphabet, length.
//!
//! A row says what the issuer documents or issues; `kind` is what the placeholder names.

use super::charset::Charset::{
    self, Alnum, Base32, Base64, Digits, Dotted, Hex, Loose, Lower, Unreserved, Url,
};

/// One format: a prefix and so many characters of an alphabet behind it.
#[derive(Clone, Copy)]
pub(super) struct Format {
    pub(super) kind: &'static str,
    pub(super) prefix: &'static str,
    pub(super) charset: Charset,
    pub(super) min: usize,
    pub(super) max: usize,
    /// Characters of the key before the prefix, where that is a mark in its middle.
    pub(super) before: usize,
    /// Further proof that the characters behind the prefix are a key.
    pub(super) check: fn(&[u8]) -> bool,
}

const fn f(
    kind: &'static str,
    prefix: &'static str,
    charset: Charset,
    min: usize,
    max: usize,
) -> Format {
    Format { kind, prefix, charset, min, max, before: 0, check: any }
}

/// A format with `before` characters of the same alphabet before its mark.
const fn behind(before: usize, format: Format) -> Format {
    Format { before, ..format }
}

const fn checked(format: Format, check: fn(&[u8]) -> bool) -> Format {
    Format { check, ..format }
}

/// Longer than any key that is no blob.
const LONG: usize = 512;

pub(super) static FORMATS: &[Format] = &[
    // Amazon Web Services: IAM user guide, "Understanding unique ID prefixes"; Bedrock API keys.
    f("aws", "AKIA", Base32, 16, 16),
    f("aws", "ASIA", Base32, 16, 16),
    f("aws", "ABIA", Base32, 16, 16),
    f("aws", "ACCA", Base32, 16, 16),
    f("aws", "A3T", Base32, 17, 17),
    checked(f("aws", "ABSK", Base64, 108, 270), has_mixed_case),
    f("aws", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", Base64, 0, LONG),
    f("aws", "amzn.mws.", Url, 36, 36),
    f("aws", "amzn1.oa2-cs.v1.", Hex, 64, 64),
    // Google Cloud: API keys; OAuth client secrets and tokens.
    checked(f("gcp", "AIza", Url, 35, 35), has_mixed_case),
    f("gcp", "GOCSPX-", Url, 28, 28),
    f("gcp", "ya29.", Url, 30, LONG),
    f("gcp", "1//0", Url, 40, LONG),
    f("gcp", "GOOG1E", Base32, 55, 55),
    // GitHub: "Behind GitHub's new authentication token formats" (CRC-32 in the last six).
    f("github", "ghp_", Alnum, 36, 255),
    f("github", "gho_", Alnum, 36, 255),
    f("github", "ghu_", Alnum, 36, 255),
    f("github", "ghs_", Dotted, 36, LONG),
    f("github", "ghr_", Alnum, 36, 255),
    f("github", "github_pat_", Url, 36, 255),
    // GitLab: "Token prefixes" in the token overview.
    f("gitlab", "glpat-", Dotted, 20, 300),
    f("gitlab", "gldt-", Url, 20, 64),
    f("gitlab", "glptt-", Url, 40, 40),
    f("gitlab", "glrt-", Dotted, 20, 300),
    f("gitlab", "glrtr-", Dotted, 20, 300),
    f("gitlab", "glcbt-", Url, 20, 64),
    f("gitlab", "glft-", Url, 20, 64),
    f("gitlab", "glffct-", Url, 20, 64),
    f("gitlab", "glimt-", Url, 20, 64),
    f("gitlab", "glsoat-", Url, 20, 64),
    f("gitlab", "glagent-", Url, 50, 1024),
    f("gitlab", "gloas-", Url, 64, 64),
    f("gitlab", "glwt-", Url, 20, 64),
    f("gitlab", "GR1348941", Url, 20, 50),
    f("gitlab", "_gitlab_session=", Url, 32, 32),
    // Bitbucket, Atlassian: API tokens.
    f("bitbucket", "ATBB", Alnum, 28, 40),
    f("bitbucket", "BBDC-", Base64, 40, 50),
    f("atlassian", "ATATT3", Dotted, 150, LONG),
    f("atlassian", "ATCTT3", Dotted, 60, LONG),
    f("atlassian", "ATSTT3", Dotted, 60, LONG),
    // Model providers: the key pages of each.
    f("anthropic", "sk-ant-", Url, 32, 255),
    checked(f("openai", "sk-", Url, 20, 255), has_digit),
    f("openai", "sk-proj-", Url, 20, 255),
    f("openai", "sk-svcacct-", Url, 20, 255),
    f("openai", "sk-admin-", Url, 20, 255),
    f("openai", "sess-", Alnum, 40, 40),
    f("openrouter", "sk-or-v1-", Hex, 64, 64),
    f("huggingface", "hf_", Alnum, 34, 37),
    f("huggingface", "api_org_", Alnum, 34, 34),
    f("langsmith", "lsv2_pt_", Url, 32, 64),
    f("langsmith", "lsv2_sk_", Url, 32, 64),
    f("langsmith", "ls__", Hex, 32, 32),
    f("langfuse", "sk-lf-", Url, 36, 36),
    f("groq", "gsk_", Alnum, 48, 64),
    f("perplexity", "pplx-", Alnum, 40, 64),
    f("replicate", "r8_", Alnum, 37, 40),
    f("xai", "xai-", Alnum, 70, 90),
    f("fireworks", "fw_", Alnum, 22, 40),
    f("cerebras", "csk-", Alnum, 40, 64),
    f("nvidia", "nvapi-", Url, 60, 80),
    f("tavily", "tvly-", Url, 20, 64),
    f("firecrawl", "fc-", Hex, 32, 32),
    f("elevenlabs", "sk_", Hex, 48, 48),
    f("voyage", "pa-", Url, 40, 50),
    f("wandb", "wandb_v1_", Url, 60, 120),
    f("together", "tgp_v1_", Url, 40, 60),
    f("pinecone", "pcsk_", Url, 60, 80),
    // Payment: Stripe, Square, Shopify, and others.
    f("stripe", "sk_live_", Alnum, 10, 247),
    f("stripe", "sk_test_", Alnum, 10, 247),
    f("stripe", "sk_prod_", Alnum, 10, 247),
    f("stripe", "rk_live_", Alnum, 10, 247),
    f("stripe", "rk_test_", Alnum, 10, 247),
    f("stripe", "rk_prod_", Alnum, 10, 247),
    f("stripe", "pk_test_", Alnum, 10, 247),
    f("stripe", "whsec_", Base64, 32, 64),
    f("square", "sq0atp-", Url, 22, 60),
    f("square", "sq0csp-", Url, 43, 60),
    f("square", "sq0idp-", Url, 22, 60),
    f("square", "EAAA", Url, 60, 60),
    f("shopify", "shpat_", Hex, 32, 32),
    f("shopify", "shpca_", Hex, 32, 32),
    f("shopify", "shppa_", Hex, 32, 32),
    f("shopify", "shpss_", Hex, 32, 32),
    f("razorpay", "rzp_live_", Alnum, 14, 24),
    f("razorpay", "rzp_test_", Alnum, 14, 24),
    f("braintree", "access_token$production$", Loose, 40, 80),
    f("plaid", "access-sandbox-", Hex, 8, 8),
    f("plaid", "access-production-", Url, 36, 36),
    f("plaid", "access-development-", Url, 36, 36),
    f("plaid", "access-sandbox-", Url, 36, 36),
    f("flutterwave", "FLWSECK_TEST-", Url, 12, 40),
    f("flutterwave", "FLWSECK-", Url, 12, 40),
    f("flutterwave", "FLWPUBK_TEST-", Url, 32, 40),
    f("flutterwave", "FLWPUBK-", Url, 32, 40),
    checked(f("gocardless", "live_", Base64, 40, 40), has_digit),
    f("easypost", "EZAK", Alnum, 54, 54),
    f("easypost", "EZTK", Alnum, 54, 54),
    f("shippo", "shippo_live_", Hex, 40, 40),
    f("shippo", "shippo_test_", Hex, 40, 40),
    f("duffel", "duffel_live_", Base64, 43, 43),
    f("duffel", "duffel_test_", Base64, 43, 43),
    // Chat: Slack ("Token types"), Telegram ("Authorizing your bot"), Discord, Teams.
    checked(f("slack", "xoxb-", Url, 20, LONG), is_slack),
    checked(f("slack", "xoxp-", Url, 20, LONG), is_slack),
    checked(f("slack", "xoxe-", Url, 20, LONG), is_slack),
    checked(f("slack", "xoxe.xoxp-", Url, 20, LONG), is_slack),
    checked(f("slack", "xoxe.xoxb-", Url, 20, LONG), is_slack),
    checked(f("slack", "xoxa-", Url, 10, LONG), is_slack),
    checked(f("slack", "xoxr-", Url, 10, LONG), is_slack),
    checked(f("slack", "xoxs-", Url, 10, LONG), is_slack),
    checked(f("slack", "xoxo-", Url, 10, LONG), is_slack),
    checked(f("slack", "xoxc-", Url, 20, LONG), is_slack),
    f("slack", "xoxd-", Loose, 40, LONG),
    checked(f("slack", "xapp-", Url, 20, LONG), has_digit),
    f("slack", "hooks.slack.com/services/", Base64, 40, 60),
    f("slack", "hooks.slack.com/workflows/", Base64, 40, 80),
    f("slack", "hooks.slack.com/triggers/", Base64, 40, 80),
    f("discord", "discord.com/api/webhooks/", Base64, 60, 120),
    f("discord", "discordapp.com/api/webhooks/", Base64, 60, 120),
    f("teams", "webhook.office.com/webhookb2/", Loose, 100, 260),
    f("telegram", "api.telegram.org/bot", Loose, 40, 60),
    // Mail and messaging: SendGrid, Mailgun, Mailchimp, Sendinblue/Brevo, Twilio, Resend.
    f("sendgrid", "SG.", Dotted, 66, 67),
    f("mailgun", "key-", Hex, 32, 32),
    f("mailgun", "pubkey-", Hex, 32, 32),
    behind(32, f("mailchimp", "-us", Digits, 1, 2)),
    f("brevo", "xkeysib-", Url, 81, 81),
    f("twilio", "AC", Hex, 32, 32),
    f("twilio", "SK", Hex, 32, 32),
    f("resend", "re_", Url, 20, 40),
    // Package registries: npm, PyPI, RubyGems, crates.io, NuGet, Clojars.
    f("npm", "npm_", Alnum, 36, 36),
    f("pypi", "pypi-AgE", Url, 50, LONG),
    f("rubygems", "rubygems_", Hex, 48, 48),
    f("crates", "cio", Alnum, 32, 32),
    f("nuget", "oy2", Lower, 43, 43),
    f("clojars", "CLOJARS_", Hex, 60, 60),
    f("clojars", "CLOJARS_", Lower, 60, 60),
    f("artifactory", "AKCp", Alnum, 10, 80),
    f("artifactory", "cmVmd", Alnum, 59, 59),
    // Infrastructure and hosting.
    // Microsoft identity platform: client secrets, with a mark behind the third character.
    behind(4, f("azure", "Q~", Unreserved, 31, 34)),
    f("azure", "AccountKey=", Base64, 80, 90),
    f("azure", "SharedAccessKey=", Base64, 40, 90),
    f("databricks", "dapi", Dotted, 32, 36),
    f("digitalocean", "dop_v1_", Hex, 64, 64),
    f("digitalocean", "doo_v1_", Hex, 64, 64),
    f("digitalocean", "dor_v1_", Hex, 64, 64),
    f("doppler", "dp.pt.", Alnum, 40, 48),
    f("doppler", "dp.st.", Dotted, 40, 80),
    f("doppler", "dp.ct.", Alnum, 40, 48),
    f("doppler", "dp.sa.", Alnum, 40, 48),
    f("doppler", "dp.scim.", Alnum, 40, 48),
    f("doppler", "dp.audit.", Alnum, 40, 48),
    f("flyio", "fo1_", Url, 43, 43),
    f("flyio", "fm1a_", Base64, 100, 4096),
    f("flyio", "fm1r_", Base64, 100, 4096),
    f("flyio", "fm2_", Base64, 100, 4096),
    f("heroku", "HRKU-", Url, 36, 64),
    f("vault", "hvs.", Url, 24, 300),
    f("vault", "hvb.", Url, 100, 300),
    f("vault", "hvr.", Url, 24, 300),
    checked(f("vault", "s.", Alnum, 24, 24), is_random),
    behind(14, f("terraform", ".atlasv1.", Base64, 60, 70)),
    f("cloudflare", "v1.0-", Url, 140, 180),
    f("netlify", "nfp_", Alnum, 36, 40),
    f("render", "rnd_", Alnum, 24, 40),
    f("supabase", "sbp_", Hex, 40, 40),
    f("supabase", "sb_secret_", Url, 31, 40),
    f("planetscale", "pscale_tkn_", Dotted, 32, 64),
    f("planetscale", "pscale_oauth_", Dotted, 32, 64),
    f("planetscale", "pscale_pw_", Dotted, 32, 64),
    f("pulumi", "pul-", Hex, 40, 40),
    f("prefect", "pnu_", Alnum, 36, 36),
    f("openshift", "sha256~", Url, 43, 43),
    f("scalingo", "tk-us-", Url, 48, 48),
    f("scalingo", "tk-eu-", Url, 48, 48),
    f("alibaba", "LTAI", Alnum, 17, 26),
    f("tencent", "AKID", Alnum, 28, 36),
    f("yandex", "AQVN", Url, 35, 38),
    f("yandex", "t1.", Dotted, 90, 300),
    f("tailscale", "tskey-", Url, 20, 80),
    f("ngrok", "ngrok_", Alnum, 40, 60),
    f("dnkey", "dnkey-", Dotted, 26 + 1 + 52, 26 + 1 + 52),
    f("age", "AGE-SECRET-KEY-1", Base32, 58, 58),
    f("onepassword", "ops_ey", Base64, 100, 2048),
    checked(f("onepassword", "A3-", Url, 36, 37), is_onepassword),
    f("softlayer", "api.softlayer.com/soap/v3.1/", Hex, 64, 64),
    // Observability: Grafana, New Relic, Sentry, Dynatrace, Datadog, Honeycomb.
    f("grafana", "glc_", Base64, 32, 400),
    f("grafana", "glsa_", Url, 41, 41),
    f("grafana", "eyJrIjoi", Base64, 64, 400),
    f("newrelic", "NRAK-", Alnum, 27, 27),
    f("newrelic", "NRJS-", Hex, 19, 19),
    f("newrelic", "NRII-", Url, 32, 32),
    f("newrelic", "NRBR-", Hex, 19, 19),
    f("sentry", "sntrys_", Base64, 60, LONG),
    f("sentry", "sntryu_", Hex, 64, 64),
    f("dynatrace", "dt0c01.", Dotted, 89, 89),
    f("dynatrace", "dt0s01.", Dotted, 89, 89),
    f("honeycomb", "hcaik_", Alnum, 58, 58),
    f("posthog", "phx_", Alnum, 40, 50),
    f("posthog", "phc_", Alnum, 40, 50),
    f("sourcegraph", "sgp_", Hex, 40, 40),
    f("sourcegraph", "sgp_local_", Hex, 40, 40),
    checked(f("sourcegraph", "sgp_", Url, 57, 57), has_digit),
    f("snyk", "snyk_uat.", Dotted, 30, 120),
    f("sonar", "sqp_", Hex, 40, 40),
    f("sonar", "squ_", Hex, 40, 40),
    f("sonar", "sqa_", Hex, 40, 40),
    f("sonar", "sqb_", Hex, 40, 40),
    checked(f("infracost", "ico-", Alnum, 32, 32), has_mixed_case),
    f("buildkite", "bkua_", Hex, 40, 40),
    f("circleci", "CCIPAT_", Url, 40, 80),
    f("circleci", "CCIPRJ_", Url, 40, 80),
    f("harness", "pat.", Dotted, 60, 80),
    f("harness", "sat.", Dotted, 60, 80),
    f("docker", "dckr_pat_", Url, 27, 32),
    f("docker", "dckr_oat_", Url, 27, 40),
    f("octopus", "API-", Base32, 26, 32),
    f("launchdarkly", "sdk-", Url, 36, 36),
    f("launchdarkly", "api-", Url, 36, 36),
    // Work tools: Notion, Linear, Airtable, Figma, Postman, Asana, Typeform, ReadMe, Frame.io.
    f("notion", "ntn_", Alnum, 46, 46),
    f("notion", "secret_", Alnum, 43, 43),
    f("linear", "lin_api_", Alnum, 40, 40),
    f("linear", "lin_oauth_", Alnum, 40, 64),
    f("airtable", "pat", Dotted, 79, 79),
    f("figma", "figd_", Url, 40, 50),
    f("postman", "PMAK-", Url, 59, 59),
    f("typeform", "tfp_", Dotted, 59, 59),
    f("readme", "rdme_", Lower, 70, 70),
    f("frameio", "fio-u-", Base64, 64, 64),
    f("contentful", "CFPAT-", Url, 43, 43),
    f("intra42", "s-s4t2ud-", Hex, 64, 64),
    f("intra42", "s-s4t2af-", Hex, 64, 64),
    f("settlemint", "sm_pat_", Alnum, 16, 32),
    f("settlemint", "sm_aat_", Alnum, 16, 32),
    f("settlemint", "sm_sat_", Alnum, 16, 32),
    f("clickhouse", "4b1d", Alnum, 38, 38),
    f("authress", "sc_", Dotted, 60, 120),
    f("authress", "ext_", Dotted, 60, 120),
    f("beamer", "b_", Base64, 44, 44),
    f("hubspot", "pat-na1-", Url, 36, 36),
    f("hubspot", "pat-eu1-", Url, 36, 36),
    f("dropbox", "sl.", Url, 60, LONG),
    behind(15, f("facebook", "|", Url, 27, 27)),
    f("facebook", "EAACEdEose0cBA", Alnum, 20, LONG),
    f("facebook", "EAAM", Alnum, 60, LONG),
    f("facebook", "EAAC", Alnum, 60, LONG),
    f("meta", "IGQV", Url, 60, LONG),
    behind(36, f("maxmind", "_mmk", Url, 0, 0)),
    f("mapbox", "sk.eyJ", Dotted, 60, 200),
    f("mapbox", "pk.eyJ", Dotted, 60, 200),
    f("lob", "live_pub_", Hex, 31, 31),
    f("lob", "test_pub_", Hex, 31, 31),
];

fn any(_: &[u8]) -> bool {
    true
}

fn has_digit(body: &[u8]) -> bool {
    body.iter().any(u8::is_ascii_digit)
}

fn has_mixed_case(body: &[u8]) -> bool {
    body.iter().any(u8::is_ascii_lowercase) && body.iter().any(u8::is_ascii_uppercase)
}

/// A key that is drawn at random has digits and letters of both cases.
fn is_random(body: &[u8]) -> bool {
    has_digit(body) && has_mixed_case(body)
}

/// Slack: the numbers of the workspace and of the app, or the version, stand before the secret.
fn is_slack(body: &[u8]) -> bool {
    body.first().is_some_and(u8::is_ascii_digit)
        && body.iter().filter(|b| b.is_ascii_digit()).count() > 1
}

/// 1Password: groups of capitals and digits, the first one of six.
fn is_onepassword(body: &[u8]) -> bool {
    body.get(6) == Some(&b'-') && body.iter().all(|b| *b == b'-' || Charset::Base32.holds(*b))
}

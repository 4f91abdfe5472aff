//! Keys of clouds, hosting, networks and stores of secrets.

use super::super::charset::Charset::{Alnum, Base32, Base64, Dotted, Hex, Unreserved, Url};
use super::checks::{has_mixed_case, is_onepassword, is_random};
use super::{Format, LONG, behind, checked, f};

pub(super) static FORMATS: &[Format] = &[
    // Amazon Web Services: IAM user guide, "Understanding unique ID prefixes"; Bedrock, "API keys";
    // Marketplace Web Service and Login with Amazon.
    f("aws", "AKIA", Base32, 16, 16),
    f("aws", "ASIA", Base32, 16, 16),
    f("aws", "ABIA", Base32, 16, 16),
    f("aws", "ACCA", Base32, 16, 16),
    f("aws", "A3T", Base32, 17, 17),
    checked(f("aws", "ABSK", Base64, 108, 270), has_mixed_case),
    f("aws", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", Base64, 0, LONG),
    f("aws", "amzn.mws.", Url, 36, 36),
    f("aws", "amzn1.oa2-cs.v1.", Hex, 64, 64),
    // Google Cloud: "Use API keys to access APIs"; OAuth client secrets and tokens; "HMAC keys".
    checked(f("gcp", "AIza", Url, 35, 35), has_mixed_case),
    f("gcp", "GOCSPX-", Url, 28, 28),
    f("gcp", "ya29.", Url, 30, LONG),
    f("gcp", "1//0", Url, 40, LONG),
    f("gcp", "GOOG1E", Base32, 55, 55),
    // Microsoft identity platform: client secrets, with a mark behind the third character; connection
    // strings of Azure Storage and Service Bus.
    behind(4, f("azure", "Q~", Unreserved, 31, 34)),
    f("azure", "AccountKey=", Base64, 80, 90),
    f("azure", "SharedAccessKey=", Base64, 40, 90),
    // Alibaba, Tencent, Yandex and IBM Cloud: access keys.
    f("alibaba", "LTAI", Alnum, 17, 26),
    f("tencent", "AKID", Alnum, 28, 36),
    f("yandex", "AQVN", Url, 35, 38),
    f("yandex", "t1.", Dotted, 90, 300),
    f("softlayer", "api.softlayer.com/soap/v3.1/", Hex, 64, 64),
    // DigitalOcean, Fly.io, Heroku, Netlify, Render, Scalingo, Vercel: "API tokens" of each.
    f("digitalocean", "dop_v1_", Hex, 64, 64),
    f("digitalocean", "doo_v1_", Hex, 64, 64),
    f("digitalocean", "dor_v1_", Hex, 64, 64),
    f("flyio", "fo1_", Url, 43, 43),
    f("flyio", "fm1a_", Base64, 100, 4096),
    f("flyio", "fm1r_", Base64, 100, 4096),
    f("flyio", "fm2_", Base64, 100, 4096),
    f("heroku", "HRKU-", Url, 36, 64),
    f("netlify", "nfp_", Alnum, 36, 40),
    f("render", "rnd_", Alnum, 24, 40),
    f("scalingo", "tk-us-", Url, 48, 48),
    f("scalingo", "tk-eu-", Url, 48, 48),
    f("vercel", "vercel_blob_rw_", Url, 40, 64),
    // Cloudflare, "Origin CA keys"; Tailscale, "Key prefixes"; ngrok; Defined Networking.
    f("cloudflare", "v1.0-", Url, 140, 180),
    f("tailscale", "tskey-", Url, 20, 80),
    f("ngrok", "ngrok_", Alnum, 40, 60),
    f("dnkey", "dnkey-", Dotted, 26 + 1 + 52, 26 + 1 + 52),
    // Databases: Databricks, PlanetScale, Supabase, ClickHouse Cloud.
    f("databricks", "dapi", Dotted, 32, 36),
    f("planetscale", "pscale_tkn_", Dotted, 32, 64),
    f("planetscale", "pscale_oauth_", Dotted, 32, 64),
    f("planetscale", "pscale_pw_", Dotted, 32, 64),
    f("supabase", "sbp_", Hex, 40, 40),
    f("supabase", "sb_secret_", Url, 31, 40),
    f("clickhouse", "4b1d", Alnum, 38, 38),
    // Secrets and infrastructure as code: Vault, "Token prefix"; Terraform; Doppler, "Token formats";
    // Pulumi; Prefect; OpenShift, "sha256~" tokens; age(1); 1Password.
    f("vault", "hvs.", Url, 24, 300),
    f("vault", "hvb.", Url, 100, 300),
    f("vault", "hvr.", Url, 24, 300),
    checked(f("vault", "s.", Alnum, 24, 24), is_random),
    behind(14, f("terraform", ".atlasv1.", Base64, 60, 70)),
    f("doppler", "dp.pt.", Alnum, 40, 48),
    f("doppler", "dp.st.", Dotted, 40, 80),
    f("doppler", "dp.ct.", Alnum, 40, 48),
    f("doppler", "dp.sa.", Alnum, 40, 48),
    f("doppler", "dp.scim.", Alnum, 40, 48),
    f("doppler", "dp.audit.", Alnum, 40, 48),
    f("pulumi", "pul-", Hex, 40, 40),
    f("prefect", "pnu_", Alnum, 36, 36),
    f("openshift", "sha256~", Url, 43, 43),
    f("age", "AGE-SECRET-KEY-1", Base32, 58, 58),
    f("onepassword", "ops_ey", Base64, 100, 2048),
    checked(f("onepassword", "A3-", Url, 36, 37), is_onepassword),
];

//! Keys of payment, shops and shipping.

use super::super::charset::Charset::{Alnum, Base64, Hex, Loose, Url};
use super::checks::has_digit;
use super::{Format, checked, f};

pub(super) static FORMATS: &[Format] = &[
    // Stripe, "API keys" and "Webhook signatures".
    f("stripe", "sk_live_", Alnum, 10, 247),
    f("stripe", "sk_test_", Alnum, 10, 247),
    f("stripe", "sk_prod_", Alnum, 10, 247),
    f("stripe", "rk_live_", Alnum, 10, 247),
    f("stripe", "rk_test_", Alnum, 10, 247),
    f("stripe", "rk_prod_", Alnum, 10, 247),
    f("stripe", "pk_test_", Alnum, 10, 247),
    f("stripe", "whsec_", Base64, 32, 64),
    // Square, "Access tokens"; Shopify, "API access token format".
    f("square", "sq0atp-", Url, 22, 60),
    f("square", "sq0csp-", Url, 43, 60),
    f("square", "sq0idp-", Url, 22, 60),
    f("square", "EAAA", Url, 60, 60),
    f("shopify", "shpat_", Hex, 32, 32),
    f("shopify", "shpca_", Hex, 32, 32),
    f("shopify", "shppa_", Hex, 32, 32),
    f("shopify", "shpss_", Hex, 32, 32),
    // Razorpay, Braintree, Plaid, Flutterwave, GoCardless: "API keys" of each.
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
    // EasyPost, Shippo, Duffel, Lob: "Authentication" of each.
    f("easypost", "EZAK", Alnum, 54, 54),
    f("easypost", "EZTK", Alnum, 54, 54),
    f("shippo", "shippo_live_", Hex, 40, 40),
    f("shippo", "shippo_test_", Hex, 40, 40),
    f("duffel", "duffel_live_", Base64, 43, 43),
    f("duffel", "duffel_test_", Base64, 43, 43),
    f("lob", "live_pub_", Hex, 31, 31),
    f("lob", "test_pub_", Hex, 31, 31),
    f("lob", "live_", Hex, 35, 35),
    f("lob", "test_", Hex, 35, 35),
];

//! Keys of chat, mail, messaging and social networks.

use super::super::charset::Charset::{Alnum, Base64, Digits, Dotted, Hex, Loose, Url};
use super::checks::{has_escape, is_random, is_slack, is_slack_app};
use super::{Format, LONG, behind, checked, f};

pub(super) static FORMATS: &[Format] = &[
    // Slack: "Token types" and "Incoming webhooks".
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
    checked(f("slack", "xapp-", Url, 12, LONG), is_slack_app),
    f("slack", "hooks.slack.com/services/", Base64, 26, 60),
    f("slack", "hooks.slack.com/workflows/", Base64, 40, 80),
    f("slack", "hooks.slack.com/triggers/", Base64, 40, 80),
    // Discord and Teams: "Webhooks"; Telegram: "Making requests".
    f("discord", "discord.com/api/webhooks/", Base64, 60, 120),
    f("discord", "discordapp.com/api/webhooks/", Base64, 60, 120),
    f("teams", "webhook.office.com/webhookb2/", Loose, 100, 260),
    f("telegram", "api.telegram.org/bot", Loose, 40, 60),
    // SendGrid, Mailgun, Mailchimp, Brevo, Twilio, Resend: "API keys" of each.
    f("sendgrid", "SG.", Dotted, 66, 67),
    f("mailgun", "key-", Hex, 32, 32),
    f("mailgun", "pubkey-", Hex, 32, 32),
    behind(32, f("mailchimp", "-us", Digits, 1, 2)),
    f("brevo", "xkeysib-", Url, 81, 81),
    f("brevo", "xsmtpsib-", Url, 81, 81),
    f("twilio", "AC", Hex, 32, 32),
    f("twilio", "SK", Hex, 32, 32),
    f("resend", "re_", Url, 20, 40),
    // Meta: "Access tokens"; X: "Bearer tokens"; Dropbox: "OAuth guide".
    behind(15, f("facebook", "|", Url, 27, 27)),
    f("facebook", "EAACEdEose0cBA", Alnum, 20, LONG),
    f("facebook", "EAAM", Alnum, 60, LONG),
    f("facebook", "EAAC", Alnum, 60, LONG),
    checked(f("facebook", "EAA", Alnum, 100, LONG), is_random),
    f("meta", "IGQV", Url, 60, LONG),
    checked(f("twitter", "AAAAAAAAAAAAAAAAAAAAA", Loose, 60, 120), has_escape),
    f("dropbox", "sl.", Url, 60, LONG),
];

//! The policy in words: what is logged and what is not, told from the rules themselves.

use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::super::detect::secret;
use super::super::entity::Entity;
use super::super::pack::Pack;
use super::super::placeholder;
use super::texts::{Finder, TextRule, TextRules};
use super::{Action, Policy, Treatment};

/// The most words of a kept list that are told.
const MAX_WORDS: usize = 20;

/// Field names as records have them; what becomes of each is asked of the rules.
#[rustfmt::skip] // Packed, as the lists of words are.
const FIELDS: [&str; 48] = [
    "password", "client_secret", "access_token", "api_key", "private_key", "authorization",
    "cookie", "session_id", "otp", "pin", "cvv", "card_number", "expiry", "iban",
    "account_number", "tax_id", "ssn", "passport_number", "date_of_birth", "home_address",
    "postal_code", "first_name", "surname", "customer_name", "email", "phone", "mobile", "fax",
    "client_ip", "username", "login", "name", "id", "ticket_id", "user_id", "order_id", "status",
    "category", "priority", "model", "temperature", "max_tokens", "token_count", "public_key",
    "key_id", "created_at", "file_name", "version",
];

const LOGGED: &str = "\
## What is logged

One record for each run. At the level `METRICS_ONLY`:

- which run it was: `schema_version`, `record_id`, `kind`, `client_id`, `environment`,
  `workflow_name`, `workflow_version`, `ticket_id`, `attempt`, `executed_at`;
- how it ended: `status`, `status_reason`, `category`, `tags`, `execution_time_seconds`;
- numbers: `metrics`, with a `currency`;
- what was done to the record: `level`, `masking`, `truncation`, `degraded`, `sdk`.

At `FULL_TRACE` also the `trace`: input, steps, errors, final response and the state that the
service adds. Every text, number and field name of it is masked before it leaves the process, and
so are the texts above; a record that cannot be masked goes without them.
";

const OPT_OUT: &str = "\
## How to opt out

- Nothing is sent: `LOG_COLLECTOR_LEVEL=OFF`, or no `LOG_COLLECTOR_URL`.
- No trace, only the fields above it: `LOG_COLLECTOR_LEVEL=METRICS_ONLY`.
- Hashes that join nothing outside of one process: no `LOG_COLLECTOR_MASK_KEY`.
- While the process runs: `Client::set_level`, which goes for what still waits as well; by how a run
  ended: `ClientBuilder::level_rule`.
";

impl Policy {
    /// The policy in Markdown, for whoever has to know what leaves the process: what is logged,
    /// what is masked, how it is found and what stands in its place, the host's rules, and how to
    /// opt out.
    ///
    /// It is told from the rules themselves, and tells no secret: of the hashing key its id alone,
    /// of a list of words that are masked only how many they are.
    ///
    /// ```
    /// use epilogue::mask::{Action, Policy};
    ///
    /// let policy = Policy::builder().name("airline/3").path("trace.input", Action::Drop).build()?;
    /// let told = policy.describe();
    /// assert!(told.contains("`airline/3`") && told.contains("drop what stands at `trace.input`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn describe(&self) -> String {
        let mut told = String::with_capacity(8 << 10);
        self.introduce(&mut told);
        told.push_str(LOGGED);
        self.tell_entities(&mut told);
        self.tell_fields(&mut told);
        self.tell_packs(&mut told);
        self.tell_host_rules(&mut told);
        told.push('\n');
        told.push_str(OPT_OUT);
        told
    }

    fn tell_packs(&self, told: &mut String) {
        line(told, "\n### National identifiers\n");
        let packs = || Pack::ALL.iter().filter(|pack| self.packs().has(**pack));
        if packs().next().is_none() {
            line(told, "Masked where a pack for them is part of the policy. This policy has none.");
            return;
        }
        line(told, "| country | what is masked | becomes |");
        line(told, "| --- | --- | --- |");
        for pack in packs() {
            let becomes = self.placeholder(Entity::National, pack.code(), "");
            let (country, finds) = (pack.country(), pack.finds());
            line(told, format_args!("| {country} | {finds} | {} |", code(&becomes)));
        }
    }

    fn introduce(&self, told: &mut String) {
        let validity = if self.key_id() == "ephemeral" {
            "made by each process for itself: hashes of two processes do not join"
        } else {
            "the service's own"
        };
        line(told, "# What leaves this process, and what does not\n");
        line(told, format_args!("- Policy: {}", code(self.name())));
        line(told, format_args!("- SDK: `epilogue` {}", env!("CARGO_PKG_VERSION")));
        line(told, format_args!("- Hashing key: {}, {validity}\n", code(self.key_id())));
    }

    fn tell_entities(&self, told: &mut String) {
        line(told, "\n## What is masked\n");
        line(told, "| what | found by | for example | becomes |");
        line(told, "| --- | --- | --- | --- |");
        // National identifiers have a table of their own.
        for entity in Entity::ALL.into_iter().filter(|entity| *entity != Entity::National) {
            let entity = entity.documented();
            let becomes = code(&self.example(entity.example)).replace('|', "\\|");
            let example = code(entity.example);
            line(
                told,
                format_args!("| {} | {} | {example} | {becomes} |", entity.what, entity.found_by),
            );
        }
        line(told, format_args!("\nKeys and tokens known by their form: {}.\n", secrets()));
        told.push_str(
            "A hash is an HMAC-SHA-256 with the hashing key: equal values have equal hashes, and\n\
             nobody without the key can look one up. A name, an address or a number that a record\n\
             tells under such a field is masked wherever else the same record tells it.\n",
        );
    }

    /// What the policy makes of an example.
    fn example(&self, json: &str) -> String {
        let masked =
            RawValue::from_string(json.to_owned()).ok().and_then(|raw| self.mask(&raw).ok());
        masked.map_or_else(|| "[REMOVED]".to_owned(), |masked| without_hashes(masked.json()))
    }

    fn tell_fields(&self, told: &mut String) {
        line(told, "\n### By field name\n");
        line(
            told,
            "Compared by segment, so `api_key`, `apiKey` and `X-Api-Key` are one. For example:\n",
        );
        let treatments = FIELDS.map(|field| (field, self.traits_of(field).decided()));
        let mut before = Vec::new();
        for (_, treatment) in treatments {
            let meaning = meaning(treatment);
            if before.contains(&meaning) {
                continue;
            }
            let fields = treatments
                .iter()
                .filter(|(_, treatment)| self::meaning(*treatment) == meaning)
                .map(|(field, _)| code(field));
            line(told, format_args!("- {meaning}: {}", fields.collect::<Vec<_>>().join(", ")));
            before.push(meaning);
        }
    }

    fn tell_host_rules(&self, told: &mut String) {
        line(told, "\n## Rules of this service\n");
        let start = told.len();
        for (key, treatment) in &self.rules.keys {
            line(told, format_args!("- {} the field {}", verb(*treatment), code(key)));
        }
        for (path, treatment) in &self.rules.written_paths {
            line(told, format_args!("- {} what stands at {}", verb(*treatment), code(path)));
        }
        let rules = self.texts().map(TextRules::rules).unwrap_or_default();
        let (kept, hidden): (Vec<_>, Vec<_>) =
            rules.iter().partition(|rule| rule.action == Action::Keep);
        for rule in hidden {
            line(told, text_rule(rule));
        }
        if self.rules.card_last_four {
            line(told, "- show the last four digits of a card");
        }
        if told.len() == start {
            line(told, "None: the default rules alone.");
        }
        if !kept.is_empty() {
            line(told, "\n### What the default rules leave\n");
        }
        for rule in kept {
            line(told, text_rule(rule));
        }
    }
}

fn line(told: &mut String, line: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = writeln!(told, "{line}");
}

fn secrets() -> String {
    secret::known_formats().join(", ")
}

fn text_rule(rule: &TextRule) -> String {
    let what = match &rule.finder {
        Finder::Pattern(pattern) => format!("what matches {}", code(pattern)),
        // A list of what is masked may be a list of customers.
        Finder::Words(words) if rule.action != Action::Keep => {
            format!("each of {} words", words.len())
        }
        Finder::Words(words) => {
            let told: Vec<_> = words.iter().take(MAX_WORDS).map(|word| code(word)).collect();
            let more = words.len().saturating_sub(MAX_WORDS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            told.join(", ") + &more
        }
        Finder::Detector(_) => "what the service's own detector finds".to_owned(),
    };
    let verb = match rule.action {
        Action::Drop => "remove every text with".to_owned(),
        action => action.to_string(),
    };
    format!("- {}: {verb} {what}", code(&rule.name))
}

/// What a rule by field name or path does.
fn verb(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Keep => "keep",
        Treatment::Drop => "drop",
        Treatment::Length => "tell only the length of",
        Treatment::Id => "hash",
        _ => "mask",
    }
}

/// What a field name says about the value under it.
fn meaning(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Scan => "looked through for anything personal",
        Treatment::Keep => "kept as it is",
        Treatment::Remove | Treatment::RemoveEverywhere => "removed",
        Treatment::Length => "its length alone",
        Treatment::Drop => "left out",
        Treatment::Name => "a person's name",
        Treatment::Email => "an email address",
        Treatment::Phone => "a telephone number",
        Treatment::Card => "a card number",
        Treatment::Ssn => "a social security number",
        Treatment::Iban => "a bank account number",
        Treatment::Ip => "an IP address",
        Treatment::UserName | Treatment::Id => "hashed",
        Treatment::National(_) => "a national identifier",
    }
}

/// The text as Markdown code on one line, whatever it holds.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text with the word `hash` in place of each hash.
fn without_hashes(text: &str) -> String {
    let (mut plain, mut at) = (String::with_capacity(text.len()), 0);
    while let Some((start, end)) = placeholder::next(text, at) {
        plain.push_str(&text[at..start]);
        plain.push_str(&placeholder::with_hash_named(&text[start..end]));
        at = end;
    }
    plain.push_str(&text[at..]);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_code_whatever_it_holds() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b\n"), "```a``b ```");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn no_hash_is_told() {
        assert_eq!(
            without_hashes("a [IP:0123456789abcdef] [CARD:1111]"),
            "a [IP:hash] [CARD:1111]"
        );
    }

    #[test]
    fn every_meaning_of_a_field_is_told() {
        let told = Policy::default().describe();
        for treatment in [
            Treatment::Scan,
            Treatment::Remove,
            Treatment::Name,
            Treatment::Email,
            Treatment::Phone,
            Treatment::Card,
            Treatment::Ssn,
            Treatment::Iban,
            Treatment::Ip,
            Treatment::UserName,
        ] {
            assert!(told.contains(&format!("\n- {}: `", meaning(treatment))), "{treatment:?}");
        }
    }
}

//! What holds for every country: right numbers are found, wrong ones are not, and what was masked
//! stays as it is.

use proptest::prelude::*;

use super::super::super::entity::Entity;
use super::super::super::pack::{Pack, Packs};
use super::super::super::placeholder;
use super::super::{Finding, Search};
use super::{Number, form, numbers};

/// A number as it is written, the word that tells it, and whether its checksum shows every change
/// of one of the digits that are counted from `first` to the end.
struct Sample {
    pack: Pack,
    text: &'static str,
    word: &'static str,
    /// `None` where the checksum, or the lack of one, lets some changes through.
    shows_from: Option<usize>,
}

const fn sample(
    pack: Pack,
    text: &'static str,
    word: &'static str,
    shows_from: Option<usize>,
) -> Sample {
    Sample { pack, text, word, shows_from }
}

#[rustfmt::skip] // Packed, so that a number is one line.
const SAMPLES: [Sample; 52] = [
    sample(Pack::Australia, "123 456 782", "TFN", Some(0)),
    sample(Pack::Australia, "37118629", "tax file number", Some(0)),
    sample(Pack::Australia, "2123 45670 1", "", None),
    sample(Pack::Austria, "1237 010180", "", Some(0)),
    sample(Pack::Austria, "1237010180", "SVNR", Some(0)),
    sample(Pack::Belgium, "85.07.30-033.28", "", None),
    sample(Pack::Belgium, "17073003384", "", None),
    sample(Pack::Brazil, "390.533.447-05", "", None),
    sample(Pack::Brazil, "39053344705", "CPF", None),
    sample(Pack::Brazil, "16.727.230/0001-97", "", None),
    sample(Pack::Brazil, "12.ABC.345/01DE-35", "", None),
    sample(Pack::Canada, "046-454-286", "", Some(0)),
    sample(Pack::Canada, "046 454 286", "social insurance number", Some(0)),
    sample(Pack::China, "11010519491231002X", "", Some(0)),
    sample(Pack::Czechia, "710319/2745", "", None),
    sample(Pack::Czechia, "530112123", "rodné číslo", None),
    sample(Pack::Denmark, "211062-5629", "", Some(0)),
    sample(Pack::Denmark, "2110525629", "CPR-nr.", None),
    sample(Pack::Finland, "131052-308T", "", Some(0)),
    sample(Pack::Finland, "131052A308T", "", Some(0)),
    sample(Pack::France, "2 95 10 99 126 111 93", "", Some(0)),
    sample(Pack::France, "253072B07300470", "", Some(0)),
    sample(Pack::France, "2951099126111", "Sécurité sociale", None),
    sample(Pack::Germany, "36 574 261 809", "", Some(0)),
    sample(Pack::Germany, "86095742719", "", Some(0)),
    sample(Pack::Germany, "10 010490 A 443", "", None),
    sample(Pack::Germany, "L01X00T471", "Personalausweisnummer", None),
    sample(Pack::India, "2341 2341 2346", "", Some(0)),
    sample(Pack::India, "ACUPA7085R", "", None),
    sample(Pack::Israel, "039337423", "Teudat Zehut", Some(0)),
    sample(Pack::Italy, "RSSMRA85T10A562S", "", Some(0)),
    sample(Pack::Japan, "1234 5678 9018", "", None),
    sample(Pack::Japan, "123456789018", "マイナンバー", None),
    sample(Pack::Mexico, "BOXW310820HNERXN09", "", None),
    sample(Pack::Netherlands, "111222333", "BSN", Some(0)),
    sample(Pack::Netherlands, "1112.22.333", "", Some(0)),
    sample(Pack::Norway, "151086 95088", "", Some(0)),
    sample(Pack::Poland, "44051401359", "PESEL", Some(0)),
    sample(Pack::Portugal, "501 964 843", "NIF", None),
    sample(Pack::Singapore, "S1234567D", "", Some(0)),
    sample(Pack::Slovakia, "710319/2745", "", None),
    sample(Pack::Slovakia, "530112/123", "rodného čísla", None),
    sample(Pack::SouthAfrica, "750330 5044 089", "", Some(0)),
    sample(Pack::SouthKorea, "971013-9019902", "", None),
    sample(Pack::Spain, "12345678Z", "", Some(0)),
    sample(Pack::Spain, "X-1234567-L", "", Some(0)),
    sample(Pack::Sweden, "880320-0016", "", Some(0)),
    sample(Pack::Sweden, "198803200016", "personnummer", Some(2)),
    sample(Pack::Switzerland, "756.9217.0769.85", "", Some(0)),
    sample(Pack::UnitedKingdom, "943 476 5919", "", Some(0)),
    sample(Pack::UnitedKingdom, "AB 12 34 56 C", "", None),
    sample(Pack::UnitedStates, "912-90-3456", "", None),
];

/// Prose around a number, with the place for it.
const PROSE: [(&str, &str); 6] = [
    ("", ""),
    ("My ", ", please update it."),
    ("please note ", " and call me back"),
    ("(", ")"),
    ("{\"value\": \"", "\"}"),
    ("Ordered 12 items for 30 EUR; ", "; thanks\n-- \nAnn"),
];

fn packs(pack: Pack) -> Packs {
    let mut packs = Packs::default();
    packs.add(pack);
    packs
}

fn every_pack() -> Packs {
    let mut packs = Packs::default();
    for pack in Pack::ALL {
        packs.add(*pack);
    }
    packs
}

fn found(packs: Packs, text: &str) -> Vec<Finding> {
    let mut search = Search::new(packs);
    search.find_unfolded(text);
    search.findings().to_vec()
}

/// Whether a text is a number of the same kind as the sample.
fn is_right(sample: &Sample, text: &str) -> bool {
    let is_such =
        |n: &&&Number| n.pack == sample.pack && n.whole(sample.text.as_bytes()) == Some(true);
    let number = numbers().iter().find(is_such).expect("the sample is right");
    number.whole(text.as_bytes()) == Some(true)
}

/// Another right number of the same form: digits are changed until the checksum agrees.
fn another(sample: &Sample, seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    let digits: Vec<usize> =
        sample.text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|d| d.0).collect();
    for _ in 0..20_000 {
        let mut text = sample.text.as_bytes().to_vec();
        for _ in 0..3 {
            text[digits[random.usize(..digits.len())]] = random.u8(b'0'..=b'9');
        }
        let text = String::from_utf8(text).expect("digits stay digits");
        if text != sample.text && is_right(sample, &text) {
            return text;
        }
    }
    sample.text.to_owned()
}

fn in_prose(sample: &Sample, number: &str, prose: usize) -> (String, usize) {
    let (before, behind) = PROSE[prose];
    let before = format!("{before}{}: ", sample.word);
    (format!("{before}{number}{behind}"), before.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn right_numbers_are_found_in_running_text(
        place in 0..SAMPLES.len(), seed in any::<u64>(), prose in 0..PROSE.len(),
    ) {
        let sample = &SAMPLES[place];
        let number = another(sample, seed);
        let (text, start) = in_prose(sample, &number, prose);
        let expected = Finding::national(start, start + number.len(), sample.pack.code());
        let findings = found(packs(sample.pack), &text);
        // A number that happens to be a card number as well is masked as one.
        let is_card = findings.iter().any(|f| f.entity == Entity::Card);
        prop_assert!(is_card || findings.contains(&expected), "{text}: {findings:?}");
    }

    #[test]
    fn with_every_pack_the_number_is_masked_for_some_country(
        place in 0..SAMPLES.len(), seed in any::<u64>(), prose in 0..PROSE.len(),
    ) {
        let sample = &SAMPLES[place];
        let number = another(sample, seed);
        let (text, start) = in_prose(sample, &number, prose);
        let findings = found(every_pack(), &text);
        let covers = |f: &Finding| f.start <= start && start + number.len() <= f.end;
        prop_assert!(findings.iter().any(covers), "{text}: {findings:?}");
    }

    #[test]
    fn a_number_with_one_digit_changed_is_not_found(
        place in 0..SAMPLES.len(), seed in any::<u64>(), at in any::<prop::sample::Index>(), by in 1_u8..10,
    ) {
        let sample = &SAMPLES[place];
        let Some(first) = sample.shows_from else {
            return Ok(());
        };
        let mut number = another(sample, seed).into_bytes();
        let digits: Vec<_> = (first..number.len()).filter(|at| number[*at].is_ascii_digit()).collect();
        let at = digits[at.index(digits.len())];
        number[at] = b'0' + (number[at] - b'0' + by) % 10;
        let number = String::from_utf8(number).expect("digits stay digits");
        prop_assert!(!is_right(sample, &number), "{number}");
    }

    #[test]
    fn placeholders_are_left_alone(place in 0..SAMPLES.len(), prose in 0..PROSE.len()) {
        let sample = &SAMPLES[place];
        let (text, start) = in_prose(sample, sample.text, prose);
        let placeholder = format!("[NATIONAL:{}]", sample.pack.code());
        let masked = text.replace(sample.text, &placeholder);
        prop_assert!(placeholder::is_whole(&placeholder));
        prop_assert_eq!(placeholder::len_at(&masked, start), Some(placeholder.len()));
        prop_assert_eq!(found(every_pack(), &masked), Vec::<Finding>::new());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9A-Z ./+-]{0,60}|\\PC{0,60}") {
        found(every_pack(), &text);
    }
}

#[test]
fn without_packs_nothing_is_found() {
    for sample in &SAMPLES {
        let (text, _) = in_prose(sample, sample.text, 1);
        let is_national = |f: &Finding| f.entity == Entity::National;
        assert!(!found(Packs::default(), &text).iter().any(is_national), "{text}");
    }
}

#[test]
fn every_number_has_a_sample_and_forms_that_can_be_read() {
    assert!(numbers().len() <= 64);
    for number in numbers() {
        let is_sampled =
            |s: &&Sample| s.pack == number.pack && number.whole(s.text.as_bytes()) == Some(true);
        assert!(SAMPLES.iter().any(|s| is_sampled(&s)), "{} {:?}", number.name, number.pack);
        for form in number.forms {
            assert!(form.bytes().all(|b| b"9AX ".contains(&b)), "{form}");
            assert!(form.bytes().filter(|b| *b != b' ').count() <= form::MAX_LEN, "{form}");
        }
        assert!(!number.words.is_empty());
    }
}

#[test]
fn everyday_numbers_are_no_national_ones() {
    for text in [
        "at 1730000000 and 1730000000123, 202411211530",
        "order 4051234567, invoice 20241121-0042, 12.05.2024",
        "550e8400-e29b-41d4-a716-446655440000",
        "version 10.0.19045.3803 build 190453803",
        "123 456 789 visitors, 1 234 567 890 bytes",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit ab123456c",
        "0.85073003328",
    ] {
        let findings = found(every_pack(), text);
        assert!(findings.iter().all(|f| f.entity != Entity::National), "{text}: {findings:?}");
    }
}

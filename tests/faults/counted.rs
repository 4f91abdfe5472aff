//! No record is lost uncounted, and none is stored twice, whatever happens on the way.

use epilogue::{Level, Loss, Record, Status};

use crate::common::{LONG, SHORT, add_up, keeps_the_contract, numbered};
use crate::trouble::{Setting, in_all, is_met, settle};

/// Records of many sizes and both outcomes.
fn records(prefix: &str) -> impl Iterator<Item = Record> {
    let tickets = numbered(40).into_iter().enumerate();
    let prefix = prefix.to_owned();
    tickets.map(move |(number, ticket)| {
        let status = if number % 3 == 0 { Status::Failed } else { Status::Success };
        let state = "word ".repeat(number * number);
        Record::workflow(format!("{prefix}-{ticket}")).status(status).state(state)
    })
}

#[test]
fn whatever_the_trouble_all_are_delivered_once_it_is_over() {
    in_all(|trouble| {
        let (setting, client) = Setting::in_trouble(trouble);
        records("during").for_each(|record| client.ship(record));
        client.set_level(Level::Off);
        client.set_level(Level::FullTrace);
        let withdrawn = 40;
        records("again").for_each(|record| client.ship(record));
        let stats = is_met(&client);
        assert_eq!((stats.delivered(), stats.lost()), (0, 0), "{stats}");
        add_up(&stats);

        setting.mend();
        records("after").for_each(|record| client.ship(record));
        settle(&client);
        let (stats, store) = (client.stats(), setting.store());
        assert_eq!((stats.produced(), stats.lost()), (120, 0), "{stats}");
        assert_eq!(stats.skipped() + stats.delivered(), 120, "{stats}");
        assert!(stats.skipped() <= withdrawn && stats.delivered() >= 80, "{stats}");
        // What was under way when the level was lowered may have been stored without an answer.
        let stored = store.len() as u64;
        assert!(stored >= stats.delivered() && stored <= 120, "{stored} stored, {stats}");
        keeps_the_contract(&setting.collector);
    });
}

#[test]
fn whatever_the_trouble_an_end_in_the_midst_of_it_counts_each_record_once() {
    in_all(|trouble| {
        let setting = Setting::new();
        let client = setting.builder(trouble).build().unwrap();
        records("before").for_each(|record| client.ship(record));
        assert!(client.flush_blocking(LONG).is_complete());
        assert_eq!(client.stats().delivered(), 40);

        setting.make(trouble);
        records("during").for_each(|record| client.ship(record));
        assert!(!client.shutdown_blocking(SHORT).is_complete());
        let stats = client.stats();
        assert_eq!((stats.delivered(), stats.lost_by(Loss::Shutdown)), (40, 40), "{stats}");
        records("late").for_each(|record| client.ship(record));
        setting.mend();

        let stats = client.stats();
        assert_eq!((stats.produced(), stats.delivered(), stats.pending()), (120, 40, 0));
        assert_eq!((stats.lost(), stats.lost_by(Loss::Shutdown)), (80, 80), "{stats}");
        add_up(&stats);
        assert!(setting.store().len() >= 40);
    });
}

//! What a kind other than `workflow` tells at every level, under a field named after it.

use crate::mask::{Identities, Known, Policy, Unserializable};

use super::super::Record;
use super::super::told::{self, FirstWalk, People, Place};
use super::Writer;

/// Learns whom the fields tell of.
pub(super) fn collect(
    record: &Record,
    policy: &Policy,
    known: &mut Known,
) -> Result<(), Unserializable> {
    let Some(own) = &record.own else {
        return Ok(());
    };
    let mut place = Place::field(record.kind);
    let fields = own.fields(record.took);
    told::learn(policy, &fields, &mut place, FirstWalk::NamesOnly, known).map(drop)
}

impl<'a> Writer<'a> {
    pub(super) fn own(&mut self, record: &Record, nobody: &'a Identities) {
        let Some(own) = &record.own else {
            return;
        };
        let people = People { known: self.identities, nobody, are_all_known: self.names_are_known };
        let writer = told::Writer::new(self.policy, people, Vec::new());
        // Nothing that the host serializes stands here, so it cannot fail.
        let Ok(written) = writer.write(&own.fields(record.took), Place::field(record.kind)) else {
            return;
        };
        self.in_texts = self.in_texts.merged(&written.report);
        self.cuts.fields.extend(written.cuts);
        if written.json != b"{}" {
            self.name(record.kind);
            self.json.extend_from_slice(&written.json);
        }
    }
}

//! Comparing two stores: every record of the source with that of the target, then the sums, and what
//! belongs to those who use them.

use std::collections::{BTreeSet, HashMap};

use super::ledger::{Difference, Ledger, Sum};
use super::read::{Stretches, Whole, wholes};
use super::rounds::Progress;
use super::sums::{Weights, grouping};
use super::{Copier, CopyError, meaning};
use crate::auth::{Account, KeyHash, StoredKey};
use crate::store::{Belongings, Loss, Person, Selection, StoreError};

/// What a comparison has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many records of the source were compared.
    pub records: u64,
    /// The sum of what they mean, modulo 2¹²⁸.
    pub source_digest: u128,
    /// The same of those that the target has of them.
    pub target_digest: u128,
    /// How many records the target has beside them: its own, and what it has taken in by itself.
    pub beside: u64,
    /// Whether the sums for statistics were compared: they are where the source has nothing more than
    /// what was copied.
    pub has_sums: bool,
    /// What is not the same; nothing where all is well.
    pub differences: Vec<Difference>,
}

impl Copier {
    /// Compares up to a number of the source.
    pub(super) async fn compared(
        &self,
        through: i64,
        carried: Option<Belongings>,
        tell: &mut impl FnMut(Progress),
    ) -> Result<Verified, CopyError> {
        let (mut ledger, mut weights) = (Ledger::default(), Weights::default());
        let mut stretches = Stretches::new(self.source.as_ref(), &self.mover, 0, through);
        let mut done = 0;
        let mut next = stretches.next().await.map_err(CopyError::Source)?;
        while let Some(last) = next.last().map(|whole| whole.line.seq) {
            let (compared, following) =
                tokio::join!(self.compare(&next, &mut ledger, &mut weights), stretches.next());
            compared?;
            done += next.len() as u64;
            next = following.map_err(CopyError::Source)?;
            tell(Progress { compares: true, done, left: through.abs_diff(last) });
        }
        let (source, target) = ledger.totals();
        let mut differences: Vec<_> = ledger.differences().collect();
        let sums = self.sums(through, &weights).await?;
        differences.extend(sums.iter().flatten().cloned());
        differences.extend(self.differing(carried).await?);
        let has_sums = sums.is_some();
        Ok(verified(source, target, self.beside(target.records).await?, has_sums, differences))
    }

    /// Compares one stretch.
    async fn compare(
        &self,
        records: &[Whole],
        ledger: &mut Ledger,
        weights: &mut Weights,
    ) -> Result<(), CopyError> {
        let theirs = self.theirs(records).await.map_err(CopyError::Target)?;
        let mut meanings = HashMap::with_capacity(theirs.len());
        for Whole { line, payload } in &theirs {
            // What is not even JSON is certainly not the same.
            let meaning = meaning::of_record(line, payload.as_deref()).unwrap_or_default();
            meanings.insert((line.client.as_str(), line.row.record_id), meaning);
        }
        for Whole { line, payload } in records {
            // The target cannot keep more than it keeps.
            let kept = payload.as_deref().map(|payload| self.target.kept(payload));
            let own = meaning::of_record(line, kept.as_deref());
            let own = own.map_err(|_| CopyError::Unreadable(line.row.record_id))?;
            let place = (line.client.as_str(), line.row.record_id);
            ledger.enter(line, own, meanings.get(&place).copied());
            weights.add(line);
        }
        Ok(())
    }

    /// The same records in the target.
    async fn theirs(&self, records: &[Whole]) -> Result<Vec<Whole>, StoreError> {
        let id = |Whole { line, .. }: &Whole| (line.client.clone(), line.row.record_id);
        let asked: Vec<_> = records.iter().map(id).collect();
        let lines = self.target.find(&self.mover, &asked).await?;
        wholes(self.target.as_ref(), &self.mover, lines).await
    }

    /// Where the sums differ; `None` where the source has more by now.
    async fn sums(
        &self,
        through: i64,
        weights: &Weights,
    ) -> Result<Option<Vec<Difference>>, CopyError> {
        let (scope, all, grouping) = (self.mover.scope(), Selection::default(), grouping());
        let source = self.source.statistics(scope, &all, &grouping).await;
        let target = self.target.statistics(scope, &all, &grouping).await;
        let (source, target) =
            (source.map_err(CopyError::Source)?, target.map_err(CopyError::Target)?);
        let more = self.source.stretch(&self.mover, through, i64::MAX, 1).await;
        let goes_on = !more.map_err(CopyError::Source)?.is_empty();
        Ok((!goes_on).then(|| weights.differences(&source, &target)))
    }

    /// What of keys, users and losses differs.
    async fn differing(&self, carried: Option<Belongings>) -> Result<Vec<Difference>, CopyError> {
        let source = match carried {
            // What was changed since is for the next copy.
            Some(carried) => carried,
            None => self.belongings().await?,
        };
        let target = self.target.belongings(&self.mover).await.map_err(CopyError::Target)?;
        Ok(differing(&source, &target))
    }

    /// How many records the target has beside these.
    async fn beside(&self, records: u64) -> Result<u64, CopyError> {
        let counts = self.target.counts(&self.mover).await.map_err(CopyError::Target)?;
        let all: u64 = counts.iter().map(|(.., count)| count).sum();
        Ok(all.saturating_sub(records))
    }
}

fn verified(
    source: Sum,
    target: Sum,
    beside: u64,
    has_sums: bool,
    differences: Vec<Difference>,
) -> Verified {
    let (source_digest, target_digest) = (source.digest, target.digest);
    let records = source.records;
    Verified { records, source_digest, target_digest, beside, has_sums, differences }
}

/// What the target does not have as the source has it.
fn differing(source: &Belongings, target: &Belongings) -> Vec<Difference> {
    let keys = source.keys.iter().filter(|own| {
        !target.keys.iter().any(|its| {
            let who = |key: &StoredKey| (key.id, key.scope, key.created_at);
            who(own) == who(its)
                && own.client == its.client
                && own.hash.as_bytes() == its.hash.as_bytes()
                && (own.revoked_at.is_none() || its.revoked_at.is_some())
        })
    });
    let people = source
        .people
        .iter()
        .filter(|own| !target.people.iter().any(|its| is_the_same_person(own, its)));
    let place = |it: &Loss| (it.client.clone(), it.instance.clone(), it.reason.clone());
    let theirs: HashMap<_, _> = target.losses.iter().map(|it| (place(it), it.records)).collect();
    let is_less = |own: &&Loss| theirs.get(&place(own)).is_none_or(|its| *its < own.records);
    let losses = source.losses.iter().filter(is_less).map(|own| own.client.as_str().to_owned());
    let losses: BTreeSet<_> = losses.collect();
    keys.map(|key| Difference::Key(key.id))
        .chain(people.map(|own| Difference::User(own.account.user.name.as_str().to_owned())))
        .chain(losses.into_iter().map(Difference::Losses))
        .collect()
}

/// An account that was changed at the target since is right there; nobody changes a role.
fn is_the_same_person(own: &Person, its: &Person) -> bool {
    let who = |person: &Person| {
        let user = &person.account.user;
        (user.id, user.name.clone(), user.role.clone(), user.created_at)
    };
    let account = |person: &Person| {
        let Account { user, password, secret } = &person.account;
        let secret = secret.as_ref().map(|secret| secret.as_bytes().to_vec());
        let codes = person.codes.iter().map(|(hash, _)| hash.as_bytes().to_vec());
        let codes: BTreeSet<_> = codes.collect();
        let password = password.as_str().to_owned();
        (user.must_change, password, secret, codes)
    };
    let is_unused =
        |(hash, used): &(KeyHash, Option<i64>)| used.is_none().then(|| hash.as_bytes().to_vec());
    let unused =
        |person: &Person| person.codes.iter().filter_map(is_unused).collect::<BTreeSet<_>>();
    // Whoever is disabled in the target stays so.
    let is_kept_out =
        own.account.user.disabled_at.is_none() || its.account.user.disabled_at.is_some();
    let is_as_used = own.totp_step <= its.totp_step && unused(its).is_subset(&unused(own));
    let has_gone_on = its.changed_at > own.changed_at;
    who(own) == who(its)
        && (has_gone_on || (account(own) == account(its) && is_as_used && is_kept_out))
}

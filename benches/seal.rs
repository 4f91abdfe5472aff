//! How many bytes a second become a masked record, beside what `serde_json` alone takes for the
//! same value.

#[path = "../examples/overhead/state.rs"]
mod state;

use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use epilogue::mask::Policy;
use epilogue::{Level, Record};
use serde::{Serialize, Serializer};

use state::State;

/// A state that is borrowed by every record, so that dropping it is not measured.
struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

fn compare<T: Serialize + Send + Sync + 'static>(criterion: &mut Criterion, name: &str, value: T) {
    let value = Shared(Arc::new(value));
    let json = serde_json::to_vec(&value).expect("it serializes");
    let mut group = criterion.benchmark_group(format!("seal {name}"));
    group.throughput(Throughput::Bytes(json.len() as u64));
    let policy = Policy::default();
    group.bench_function("epilogue", |bencher| {
        bencher.iter_batched(
            || Record::workflow("12345").state(value.clone()),
            |record| record.seal(&policy, Level::FullTrace).render(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("serde_json", |bencher| {
        bencher.iter_with_large_drop(|| serde_json::to_vec(&value));
    });
    group.finish();
}

fn seal(criterion: &mut Criterion) {
    for kilobytes in [2, 20, 200] {
        compare(criterion, &format!("{kilobytes} KB"), State::of_bytes(kilobytes * 1_000));
    }
    compare(criterion, "prose 20 KB", state::prose(20_000));
}

criterion_group!(benches, seal);
criterion_main!(benches);

//! A record is committed and synced before it is answered 200.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Process, binary, until};
use crate::server::{id, record};

/// A collector whose syncs wait for as long as a file is there.
pub(crate) struct Held {
    pub(crate) process: Process,
    hold: PathBuf,
}

impl Held {
    /// Starts a collector over this directory; `tools` is another one.
    pub(crate) fn start(data: &Path, tools: &Path) -> Self {
        let (library, hold) = (tools.join("hold_syncs.so"), tools.join("hold"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/collector/hold_syncs.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
        assert!(compiler.status().unwrap().success(), "what SQLite was compiled with is there");
        let mut command = binary();
        command.env("LD_PRELOAD", &library).env("HOLD_SYNCS", &hold);
        Self { process: Process::run(&mut command, data), hold }
    }

    /// From now on syncs wait.
    pub(crate) fn hold(&self) {
        let _ = fs::remove_file(self.reached_path());
        fs::write(&self.hold, "").unwrap();
    }

    /// Ready when one waits.
    pub(crate) async fn reached(&self) {
        let path = self.reached_path();
        until("a sync is reached", async || path.exists()).await;
    }

    pub(crate) fn let_go(&self) {
        fs::remove_file(&self.hold).unwrap();
    }

    fn reached_path(&self) -> PathBuf {
        self.hold.with_extension("reached")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_comes_before_the_sync() {
    let [data, tools] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let held = Held::start(data.path(), tools.path());
    let process = &held.process;
    let [ingest, read] = process.keys.clone().unwrap();
    assert_eq!(process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    held.hold();
    let sent = record("demo");
    let path = format!("/v1/logs/{}", id(&sent));
    let mut answer = std::pin::pin!(process.post(&ingest, sent.to_string()));
    tokio::select! {
        _ = answer.as_mut() => panic!("answered without a sync"),
        () = held.reached() => {}
    }
    // The store answers others all the while, and does not show what may still be lost.
    for _ in 0..20 {
        let shown = tokio::select! {
            _ = answer.as_mut() => panic!("answered before the sync was done"),
            (status, _) = process.get(&read, &path) => status,
        };
        assert_eq!(shown, 404);
    }
    held.let_go();
    assert_eq!(answer.await.unwrap().0, 200);
    assert_eq!(process.get(&read, &path).await.0, 200);
}

//! The disk of PostgreSQL is full: a small one of the test's own, which only root can make.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use sqlx::Executor;
use tempfile::TempDir;

use super::house::House;
use super::load::Load;
use crate::cluster::{Cluster, shell};
use crate::database::Database;
use crate::home::{Home, store_of};
use crate::process::until;

/// A disk of so many bytes, which goes with the test.
struct Disk(TempDir);

impl Disk {
    /// `None` where none can be made.
    fn of(bytes: usize) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let options = format!("size={bytes},mode=0777");
        let mounting = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(place.path())
            .output();
        if mounting.is_ok_and(|it| it.status.success()) {
            return Some(Self(place));
        }
        eprintln!("NO DISK IS FULL: only root can make a small one");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = File::create(self.path().join("filler")).unwrap();
        for bytes in [1 << 20, 4 << 10, 1] {
            let piece = vec![b'x'; bytes];
            while file.write_all(&piece).is_ok() {}
        }
    }

    /// Gives it back.
    fn clear(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[cfg(unix)]
fn give_to_the_owner_of(own: &Path, path: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    let owner = fs::metadata(own).unwrap();
    chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_what_is_new_and_shows_what_is_there() {
    let Some(cluster) = Cluster::start("") else { return };
    let Some(disk) = Disk::of(64 << 20) else { return };
    let place = disk.path().join("data");
    fs::create_dir(&place).unwrap();
    give_to_the_owner_of(cluster.path(), &place);
    let place = place.to_str().unwrap();
    cluster.run(&format!("CREATE TABLESPACE small LOCATION '{place}'")).await;
    let home = Home::over(Database::of(cluster.server.clone()));
    let name = store_of(home.path()).unwrap().rsplit_once('/').unwrap().1.to_owned();
    cluster.run(&format!("ALTER DATABASE {name} SET TABLESPACE small")).await;
    let house = House::over(home, str::to_owned);
    let load = Load::start(&house);
    load.goes_on(20).await;
    let told = house.told();
    disk.fill();
    house.cannot_write().await;
    for path in ["/v1/logs", "/v1/stats"] {
        assert_eq!(house.get(path).send().await.unwrap().status(), 200, "{path}");
    }
    disk.clear();
    house.is_back().await;
    load.goes_on(20).await;
    house.told_once_since(told);
    let taken = load.finish().await;
    house.holds(&taken).await;
}

/// Without room for its log PostgreSQL ends at once, and may not come up again by itself.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_log_ends_postgresql_and_costs_nothing() {
    let Some(disk) = Disk::of(48 << 20) else { return };
    let place = disk.path().join("wal");
    // Whoever starts PostgreSQL makes it.
    let initdb = format!("--wal-segsize=1 -X {}", place.display());
    let options = "-c min_wal_size=4MB -c max_wal_size=16MB";
    let Some(cluster) = Cluster::make(options, &initdb) else { return };
    let house = House::on(&cluster.server);
    let load = Load::start(&house);
    load.goes_on(20).await;
    let told = house.told();
    disk.fill();
    // Whoever else writes fills up what is left of the log.
    let mut other = shell(&cluster.server).await;
    let write = "CREATE TABLE own AS SELECT md5(i::text) AS w FROM generate_series(1, 600000) AS i";
    let written = other.execute(write).await;
    assert!(written.is_err(), "the log has room for all of it");
    house.cannot_write().await;
    house.cannot_read().await;
    disk.clear();
    until("PostgreSQL is down or up", async || {
        if !cluster.runs() {
            cluster.resume();
        }
        house.get("/readyz").send().await.unwrap().status() == 200
    })
    .await;
    house.is_back().await;
    load.goes_on(20).await;
    let [failed, worked] = house.told();
    assert!(failed > told[0] && failed == worked);
    let taken = load.finish().await;
    house.holds(&taken).await;
}

//! PostgreSQL by TLS: whom its address trusts is connected to, and nobody else; and roles that pass over
//! what keeps clients apart are refused.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::certificate::Certificate;
use crate::cluster::{Cluster, shell};
use crate::database::Database;
use crate::home::{Home, store_of};
use crate::process::{Process, binary};
use crate::server::record;

/// Puts the certificate where PostgreSQL reads it, and has it read.
#[cfg(unix)]
async fn serve_by(cluster: &Cluster, certificate: &Certificate) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let data = cluster.path().join("data");
    let owner = fs::metadata(&data).unwrap();
    for (from, name) in [(&certificate.file, "server.crt"), (&certificate.key, "server.key")] {
        let to = data.join(name);
        fs::copy(from, &to).unwrap();
        chown(&to, Some(owner.uid()), Some(owner.gid())).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
    }
    cluster.run("ALTER SYSTEM SET ssl = on").await;
    cluster.run("SELECT pg_reload_conf()").await;
}

/// The line that says why a server does not start over this store; `doctor` says the same.
fn refused(address: &str) -> String {
    let run = |command: &str| -> Output {
        let mut command_line = binary();
        command_line.args([command, "--listen", "127.0.0.1:0", "--store", address]);
        command_line.output().unwrap()
    };
    let served = run("serve");
    let told = String::from_utf8(served.stderr).unwrap();
    assert_eq!((served.status.code(), told.lines().count()), (Some(1), 1), "{told}");
    let why = told.trim().strip_prefix("epilogue-collector: ").unwrap();
    let found = String::from_utf8(run("doctor").stdout).unwrap();
    assert!(found.contains(&format!("store: {why}")), "{found} {why}");
    why.to_owned()
}

fn with(address: &str, mode: &str, root: &Path) -> String {
    format!("{address}?sslmode={mode}&sslrootcert={}", root.display())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn who_is_trusted_is_connected_to_by_tls_and_nobody_else() {
    let Some(cluster) = Cluster::start("") else { return };
    let place = tempfile::tempdir().unwrap();
    let [own, other] = ["own", "other"].map(|name| Certificate::make(place.path(), name));
    let home = Home::over(Database::of(cluster.server.clone()));
    let address = store_of(home.path()).unwrap();
    assert!(refused(&with(&address, "verify-full", &own.file)).contains("reached by TLS"));
    serve_by(&cluster, &own).await;
    assert!(refused(&with(&address, "verify-full", &other.file)).contains("certificate of Post"));
    assert!(refused(&with(&address, "verify-ca", &other.file)).contains("certificate of Post"));
    assert!(refused(&with(&address, "verify-full", Path::new("/no/such.crt"))).contains("a file"));
    // The certificate is for an address, and not for a name.
    let by_name = address.replace("@127.0.0.1:", "@localhost:");
    assert!(refused(&with(&by_name, "verify-full", &own.file)).contains("to be for this host"));

    let store = with(&address, "verify-full", &own.file);
    let mut command = binary();
    command.args(["--store", &store]);
    let process = Process::run(&mut command, home.path());
    let [ingest, _] = process.keys.clone().unwrap();
    assert_eq!(process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'epilogue-collector'";
    let mut shell = shell(&cluster.server).await;
    assert!(sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut shell).await.unwrap());
    drop(process);

    // The roles belong to the whole server: nobody else's is to be spoiled by this.
    for (role, may) in [("epilogue_reader", "BYPASSRLS"), ("epilogue_writer", "SUPERUSER")] {
        cluster.run(&format!("ALTER ROLE {role} {may}")).await;
        assert!(refused(&store).contains("NOSUPERUSER NOBYPASSRLS"), "{role}");
        cluster.run(&format!("ALTER ROLE {role} NO{may}")).await;
    }
    drop(Process::run(binary().args(["--store", &store]), home.path()));
}

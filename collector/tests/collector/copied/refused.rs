//! What cannot be copied is told in one line, with the way out and without passwords.

use std::path::Path;

use super::filled::filled;
use super::{address, copy, copying, said, targets};
use crate::database::Database;
use crate::home::Home;
use crate::process::binary_over;
use crate::shells::run_sql;

/// What such a command says where it fails.
fn refused(from: &str, to: &str, options: &[&str]) -> String {
    let output = copying(from, to).args(options).output().unwrap();
    let (told, errors) = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors
}

fn file(path: &Path) -> String {
    format!("sqlite:{}", path.join("epilogue.db").display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_not_there_is_not_made() {
    let (place, target) = (tempfile::tempdir().unwrap(), Home::embedded());
    let said = refused(&file(place.path()), &address(&target), &[]);
    assert!(said.contains("the source: ") && said.contains("there is none"), "{said}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "nothing was made");
    assert_eq!(std::fs::read_dir(target.path()).unwrap().count(), 0, "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_to_be_another_and_empty() {
    let (source, _) = filled(Home::embedded()).await;
    let same = format!("sqlite://{}/./epilogue.db", source.path().display());
    assert!(refused(&address(&source), &same, &[]).contains("the same store"));
    for target in targets() {
        let verified = refused(&address(&source), &address(&target), &["--verify"]);
        assert!(verified.contains("no copy of this source was begun"), "{verified}");
    }
    for target in targets() {
        let mut command = binary_over(target.path());
        command.args(["keys", "create", "--client", "a", "--scope", "read"]);
        assert!(command.output().unwrap().status.success());
        let occupied = refused(&address(&source), &address(&target), &[]);
        assert!(occupied.contains("empty database"), "{occupied}");
        let verified = refused(&address(&source), &address(&target), &["--verify"]);
        assert!(verified.contains("no copy of this source was begun"), "{verified}");
    }
    for target in targets() {
        let (another, _) = filled(Home::embedded()).await;
        copy(&another, &target);
        let occupied = refused(&address(&source), &address(&target), &[]);
        assert!(occupied.contains("empty database"), "{occupied}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_another_version_is_told_and_left_alone() {
    for (version, said) in [("7", "an older version"), ("1000", "a newer version")] {
        let (source, _) = filled(Home::embedded()).await;
        run_sql(source.path(), &format!("PRAGMA user_version = {version}"), "").await;
        let told = refused(&address(&source), &address(&Home::embedded()), &[]);
        assert!(told.contains(said), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_were_given_twice_are_told() {
    for target in targets() {
        let (source, _) = filled(Home::embedded()).await;
        copy(&source, &target);
        for home in [&source, &target] {
            let mut command = binary_over(home.path());
            command.args(["keys", "create", "--client", "a", "--scope", "read"]);
            assert!(command.output().unwrap().status.success());
        }
        let told = refused(&address(&source), &address(&target), &[]);
        assert!(told.contains("make them in one of the two alone"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_never_shown() {
    const SECRET: &str = "top-secret-word";
    let (source, _) = filled(Home::embedded()).await;
    let own = address(&source);
    for wrong in [
        format!("postgres://me:{SECRET}@127.0.0.1:1/x"),
        format!("postgres://me:{SECRET}@[x/y"),
        format!("mysql://me:{SECRET}@127.0.0.1/x"),
    ] {
        for (from, to) in [(&own, &wrong), (&wrong, &own)] {
            let said = refused(from, to, &[]);
            assert!(!said.contains(SECRET), "{said}");
            let side = if *from == own { "the target: " } else { "the source: " };
            assert!(said.contains(side), "{said}");
        }
    }
    let Some(database) = Database::fresh() else { return };
    let (target, mut help) = (Home::over(database), crate::process::binary());
    help.args(["copy", "--help"]).env("EPILOGUE_COPY_TO", address(&target));
    let password = url::Url::parse(&address(&target)).unwrap().password().unwrap().to_owned();
    assert!(!said(&help.output().unwrap()).0.contains(&password));
    assert!(!copy(&source, &target).contains(&password));
}

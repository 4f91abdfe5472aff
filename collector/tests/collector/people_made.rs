//! The first start makes a user, and the command line makes, resets and disables others.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};

use crate::home::Home;
use crate::process::{Process, binary_over};

fn users(data: &Path, arguments: &[&str]) -> Output {
    binary_over(data).arg("users").args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}

/// What the server says until it listens.
fn first_lines(data: &Path) -> Vec<String> {
    let mut child = binary_over(data)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
        lines.push(line);
        if lines.last().unwrap().starts_with("listening on ") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines
}

/// Whether somebody gets in.
async fn gets_in(process: &Process, name: &str, password: &str) -> bool {
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("name", name).append_pair("password", password);
    let request = http.post(format!("{}/login", process.url)).body(form.finish());
    request.send().await.unwrap().status() == 303
}

#[test]
fn a_store_without_users_gets_one_which_is_shown_once() {
    let data = Home::new();
    let lines = first_lines(data.path());
    let starts: Vec<_> = lines.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(starts[..4], ["api key", "read key", "dashboard login", "dashboard"]);
    let login = lines[2].strip_prefix("dashboard login: admin ").unwrap();
    assert!(login.len() == 19 && login.split('-').count() == 4, "{login}");
    let address = lines[4].strip_prefix("listening on ").unwrap();
    assert_eq!(lines[3], format!("dashboard: {address}/"));
    assert_eq!(first_lines(data.path()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_makes_users_of_a_running_server() {
    let data = Home::new();
    let process = Process::start(data.path());
    let first = told(&users(data.path(), &["create", "--name", "Maria", "--role", "provider"]));
    assert!(gets_in(&process, "maria", &first).await);
    let client = ["create", "--name", "carla", "--role", "client", "--client", "demo"];
    let carlas = told(&users(data.path(), &client));
    assert!(gets_in(&process, "carla", &carlas).await);
    let second = told(&users(data.path(), &["reset", "carla"]));
    assert!(!gets_in(&process, "carla", &carlas).await);
    assert!(gets_in(&process, "carla", &second).await);
    told(&users(data.path(), &["disable", "carla"]));
    assert!(!gets_in(&process, "carla", &second).await);
    let list = told(&users(data.path(), &["list"]));
    let lines: Vec<Vec<_>> = list.lines().map(|line| line.split('\t').collect()).collect();
    let names: Vec<_> = lines.iter().map(|line| &line[..4]).collect();
    assert_eq!(
        names[1..],
        [
            ["admin", "provider", "-", "off"],
            ["carla", "client", "demo", "off"],
            ["maria", "provider", "-", "off"],
        ]
    );
    assert!(lines[2][6] != "-" && lines[3][6] == "-" && lines[3][5] != "-");
    assert!(!list.contains(&first) && !list.contains("argon2"));
}

#[test]
fn what_makes_no_sense_makes_nobody() {
    let data = Home::new();
    for arguments in [
        &["create", "--name", "a b", "--role", "provider"][..],
        &["create", "--name", "a", "--role", "king"],
        &["create", "--name", "a", "--role", "client"],
        &["create", "--name", "a", "--role", "provider", "--client", "demo"],
        &["create", "--name", "a", "--role", "client", "--client", " "],
        &["disable", "nobody"],
        &["reset", "nobody"],
    ] {
        let output = users(data.path(), arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    }
    told(&users(data.path(), &["create", "--name", "a", "--role", "provider"]));
    assert!(!users(data.path(), &["create", "--name", "A", "--role", "provider"]).status.success());
    assert_eq!(told(&users(data.path(), &["list"])).lines().count(), 2);
}

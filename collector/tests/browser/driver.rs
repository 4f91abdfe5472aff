//! A browser without a window, and what a person does with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use nix::unistd::geteuid;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

/// How long a page may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts browsers; ends with the test.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (Debian: chromium-driver)");
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        Self { process, port: port.expect("chromedriver tells its port") }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends the browsers as well, which a driver that is killed would leave behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        connection.write_all(b"GET /shutdown HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")?;
        connection.read(&mut [0; 64]).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.shut_down();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A browser with a profile of its own.
pub(crate) struct Browser {
    page: Client,
    base: String,
    downloads: TempDir,
    // Before it goes the browser is closed.
    _driver: Driver,
}

/// How wide and high a window is.
pub(crate) const DESK: (u32, u32) = (1280, 900);
pub(crate) const PHONE: (u32, u32) = (380, 800);

impl Browser {
    /// A browser for the pages of this server.
    pub(crate) async fn open(base: &str) -> Self {
        let driver = Driver::start();
        let downloads = tempfile::tempdir().unwrap();
        let capabilities = capabilities(&downloads);
        let mut builder =
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        let page = builder.capabilities(capabilities).connect(&driver.url()).await.unwrap();
        let browser = Self { page, base: base.to_owned(), downloads, _driver: driver };
        browser.resize(DESK).await;
        browser
    }

    /// Closes the browser; one that is only dropped ends with its driver.
    pub(crate) async fn close(self) {
        self.page.close().await.unwrap();
    }

    pub(crate) async fn resize(&self, (width, height): (u32, u32)) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Light or dark, as the system of the person has it.
    pub(crate) async fn prefer(&self, theme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": theme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// With or without scripts, from the next page on.
    pub(crate) async fn scripts(&self, run: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": !run})).await;
    }

    /// Without a network but that of this machine nothing is to be fetched from elsewhere; what the
    /// page asked for all the same is told here.
    pub(crate) async fn fetched(&self) -> Vec<String> {
        let names = "return performance.getEntriesByType('resource').map(entry => entry.name)";
        let names = self.run(names).await;
        names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn goto(&self, path: &str) {
        self.page.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// The address that is shown, without the server.
    pub(crate) async fn path(&self) -> String {
        let url = self.page.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.base).unwrap_or(url.as_str()).to_owned()
    }

    pub(crate) async fn title(&self) -> String {
        self.page.title().await.unwrap()
    }

    /// All that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        self.find("body").await.text().await.unwrap()
    }

    /// The first of these, as soon as it is there.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let wait = self.page.wait().at_most(PATIENCE);
        wait.for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn all(&self, css: &str) -> Vec<Element> {
        self.page.find_all(Locator::Css(css)).await.unwrap()
    }

    pub(crate) async fn text_of(&self, css: &str) -> String {
        let mut text = self.find(css).await.text().await;
        // A page that is still coming puts another in its place, which it does not do for ever.
        for _ in 0..20 {
            if !text.as_ref().is_err_and(CmdError::is_stale_element_reference) {
                break;
            }
            text = self.find(css).await.text().await;
        }
        text.unwrap()
    }

    /// Waits until something on the page is so.
    pub(crate) async fn until(&self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let waiting = async {
            while !holds(self).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "waited in vain until {what}: {}", self.text().await);
    }

    /// Follows a link, by the text that it shows.
    pub(crate) async fn follow(&self, text: &str) {
        let wait = self.page.wait().at_most(PATIENCE);
        let link = wait.for_element(Locator::LinkText(text)).await;
        link.unwrap_or_else(|error| panic!("{text}: {error}")).click().await.unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Presses the button that says this.
    pub(crate) async fn press(&self, text: &str) {
        let button = format!("//button[normalize-space()='{text}']");
        let wait = self.page.wait().at_most(PATIENCE);
        let button = wait.for_element(Locator::XPath(&button)).await;
        button.unwrap_or_else(|error| panic!("{text}: {error}")).click().await.unwrap();
    }

    /// Types into the field of this name.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("[name='{name}']:not([type='hidden'])")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses one of what a field offers.
    pub(crate) async fn choose(&self, name: &str, value: &str) {
        let field = self.find(&format!("select[name='{name}']")).await;
        field.select_by_value(value).await.unwrap();
    }

    /// Types wherever the focus is.
    pub(crate) async fn keys(&self, keys: &str) {
        self.page.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Goes from one thing that can be used to the next, as with the keyboard, until this is it.
    pub(crate) async fn tab_to(&self, css: &str) {
        for _ in 0..200 {
            self.keys(&Key::Tab.to_string()).await;
            let is_there = format!("return document.activeElement.matches({})", json!(css));
            if self.run(&is_there).await == json!(true) {
                return;
            }
        }
        panic!("{css} cannot be reached by the keyboard");
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap()
    }

    /// What a download holds, once it is there.
    pub(crate) async fn download(&self, ends_with: &str) -> String {
        let directory = self.downloads.path();
        // An empty file keeps the name free, until what was loaded takes its place.
        let is_whole = |path: &PathBuf| {
            let has_name = path.to_str().unwrap().ends_with(ends_with);
            has_name && path.metadata().is_ok_and(|own| own.len() > 0)
        };
        let whole = || {
            let mut files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
            files.find(is_whole)
        };
        self.until(&format!("{ends_with} is there"), async |_| whole().is_some()).await;
        std::fs::read_to_string(whole().unwrap()).unwrap()
    }

    /// What the browser complained of since it was last asked: refused scripts, broken ones, what
    /// could not be loaded.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.send("se/log", json!({"type": "browser"})).await;
        let entries = log.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        self.send("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await;
    }

    async fn send(&self, path: &'static str, body: Value) -> Value {
        self.page.issue_cmd(Extension { path, body }).await.unwrap()
    }
}

/// A command of this browser's own.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn capabilities(downloads: &TempDir) -> Capabilities {
    let mut arguments = vec!["--headless=new", "--disable-gpu", "--disable-dev-shm-usage"];
    // Chromium has no sandbox for root, which tests in a container run as.
    if geteuid().is_root() {
        arguments.push("--no-sandbox");
    }
    let options = json!({
        "args": arguments,
        "prefs": {
            "download.default_directory": downloads.path(),
            "download.prompt_for_download": false,
        },
    });
    let capabilities = json!({
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL"},
    });
    capabilities.as_object().unwrap().clone()
}

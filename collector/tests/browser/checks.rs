//! What holds for every page, looked at in the browser itself.

use serde_json::Value;

use crate::driver::{Browser, PHONE};

/// The most that a page may weigh as it is transferred, in bytes, with all that it loads.
const HEAVIEST: f64 = 200_000.0;

/// Holds a page against all that every page promises.
pub(crate) async fn holds(browser: &Browser, path: &str) {
    for theme in ["light", "dark"] {
        browser.prefer(theme).await;
        browser.goto(path).await;
        nothing_is_pale(browser, path, theme).await;
    }
    everything_has_a_name(browser, path).await;
    nothing_moves(browser, path).await;
    is_light(browser, path).await;
    comes_from_here(browser, path).await;
    assert_eq!(browser.complaints().await, [""; 0], "{path}");
    fits_a_phone(browser, path).await;
}

/// The contrast of every text with what lies behind it is that of WCAG 2.2, level AA: 4.5, and 3 for
/// large text (success criterion 1.4.3).
async fn nothing_is_pale(browser: &Browser, path: &str, theme: &str) {
    let pale = browser.run(include_str!("contrast.js")).await;
    assert_eq!(pale, Value::Array(Vec::new()), "{path} in {theme}");
}

/// Whoever cannot see the page hears what each field, button, picture and table is.
async fn everything_has_a_name(browser: &Browser, path: &str) {
    let nameless = browser.run(include_str!("names.js")).await;
    assert_eq!(nameless, Value::Array(Vec::new()), "{path}");
}

/// Nothing on the page changes its place while it loads.
async fn nothing_moves(browser: &Browser, path: &str) {
    let script = "return new Promise(done => { \
         new PerformanceObserver(list => \
         done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))\
         .observe({type: 'layout-shift', buffered: true}); \
         setTimeout(() => done(0), 300) })";
    let moved = browser.run(script).await.as_f64().unwrap();
    assert!(moved < 0.001, "{path} moves: {moved}");
}

async fn is_light(browser: &Browser, path: &str) {
    let script = "return [...performance.getEntriesByType('navigation'), \
         ...performance.getEntriesByType('resource')]\
         .reduce((sum, entry) => sum + entry.encodedBodySize, 0)";
    let bytes = browser.run(script).await.as_f64().unwrap();
    assert!(bytes > 0.0 && bytes < HEAVIEST, "{path} weighs {bytes} bytes");
}

/// Nothing is fetched from elsewhere.
async fn comes_from_here(browser: &Browser, path: &str) {
    let origin = browser.run("return location.origin + '/'").await;
    for address in browser.fetched().await {
        assert!(address.starts_with(origin.as_str().unwrap()), "{path} fetches {address}");
    }
}

/// At 380 pixels the page itself never scrolls to the side.
async fn fits_a_phone(browser: &Browser, path: &str) {
    browser.resize(PHONE).await;
    browser.goto(path).await;
    let script = "const root = document.documentElement; \
         return [root.scrollWidth, root.clientWidth]";
    let widths = browser.run(script).await;
    browser.resize(crate::driver::DESK).await;
    assert!(widths[0].as_f64() <= widths[1].as_f64(), "{path} is too wide: {widths}");
}

//! A headless Chromium, driven through chromedriver.

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use super::files::TempFolder;
use super::process::{Guarded, Stop};

/// Flags for a browser that runs as root in a container and talks to nobody but the page under test.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser window of its own; browser and driver end when it is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    /// The window.
    pub(crate) page: Client,
    _driver: Guarded,
}

impl Browser {
    /// Opens a window of `width` by `height` pixels that asks for pages in `language`.
    ///
    /// # Panics
    /// Where chromium and chromedriver are not installed.
    pub(crate) async fn open(width: u32, height: u32, language: &str) -> Self {
        let folder = TempFolder::new();
        let port = |line: &str| line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok();
        let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
        let folder = folder.hand_over();
        let started = Guarded::start(&["chromedriver", "--port=0"], Stop::Group("KILL"), Some(&folder), None, port);
        let (driver, port): (Guarded, u16) = started.unwrap_or_else(|why| {
            panic!(
                "chromedriver is needed (tests/run installs it; by hand: apt-get install chromium chromium-driver), and no \
                 memory cap (ulimit -v), as a browser reserves far more than it uses: {why}"
            )
        });
        let own = [profile, format!("--window-size={width},{height}"), format!("--accept-lang={language}")];
        let flags: Vec<&str> = FLAGS.into_iter().chain(own.iter().map(String::as_str)).collect();
        let wishes = json!({ "goog:chromeOptions": { "args": flags } });
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(wishes.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser opens a window");
        Self { page, _driver: driver }
    }
}

#[tokio::test]
async fn a_page_can_be_opened_and_read() {
    let browser = Browser::open(400, 800, "es").await;
    browser.page.goto("data:text/html,<title>Accord</title><h1>Hola</h1>").await.unwrap();
    assert_eq!(browser.page.title().await.unwrap(), "Accord");
    let language = browser.page.execute("return navigator.language", Vec::new()).await.unwrap();
    assert_eq!(language, "es");
}

//! A headless Chromium, driven through chromedriver, used as a person uses it: by what links, buttons and labels say.
//!
//! Every page that is opened is looked at: one heading, nothing wider than the window, no complaint of the browser (a
//! blocked script, a missing file). Where `ACCORD_TEST_SCREENSHOTS` names a folder, each page is kept there as PNG.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::files::TempFolder;
use super::process::{Guarded, Stop};
use super::tongue::Tongue;

/// Flags for a browser that runs as root in a container and talks to nobody but the page under test.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];
/// Pixels; a longer page is “too large” for the browser's picture of it.
const LONGEST_PICTURE: u64 = 16_000;
/// Where pages are kept.
const KEEP: &str = "ACCORD_TEST_SCREENSHOTS";
/// How long a page may take after it was asked for.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the browser complains of that is no fault of a page: the status of the answer, which the test reads itself.
const NO_FAULT: &str = "the server responded with a status of";

/// What kind of window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Names the folder of its pages.
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// As in `Accept-Language`.
    pub(crate) language: &'static str,
    pub(crate) has_scripts: bool,
    pub(crate) hands: Hands,
}

/// What the person uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hands {
    Mouse,
    Keyboard,
}

impl Window {
    pub(crate) const DESK: Self =
        Self { name: "desk", width: 1280, height: 900, language: "en", has_scripts: true, hands: Hands::Mouse };
    pub(crate) const KEYBOARD: Self = Self { name: "keyboard", hands: Hands::Keyboard, ..Self::DESK };
    pub(crate) const PHONE_WITHOUT_SCRIPTS: Self =
        Self { name: "phone", width: 390, height: 844, has_scripts: false, ..Self::DESK };
    pub(crate) const SPANISH_PHONE: Self =
        Self { name: "telefono", language: "es", has_scripts: true, ..Self::PHONE_WITHOUT_SCRIPTS };

    fn wishes(&self, profile: &str) -> Value {
        let own = [profile.to_owned(), format!("--accept-lang={}", self.language)];
        let flags: Vec<&str> = FLAGS.into_iter().chain(own.iter().map(String::as_str)).collect();
        let scripts = if self.has_scripts { 1 } else { 2 };
        json!({
            "goog:chromeOptions": {
                "args": flags,
                "prefs": { "profile.managed_default_content_settings.javascript": scripts },
            },
            // What judges a page looks at each element of it, and one page has thousands.
            "timeouts": { "script": 180_000 },
            "goog:loggingPrefs": { "browser": "ALL" },
        })
    }
}

/// The colours that a person's system asks pages for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colours {
    Light,
    Dark,
}

/// A browser window of its own; browser and driver end when it is dropped.
pub(crate) struct Browser {
    /// The window.
    pub(crate) page: Client,
    hands: Hands,
    tongue: Option<Tongue>,
    kept: Option<PathBuf>,
    pages: AtomicUsize,
    /// What pages are laid out for, in pixels.
    width: AtomicU32,
    _driver: Guarded,
}

/// A command of chromedriver beyond the standard of drivers.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &url::Url) -> (hyper::Method, Option<String>) {
        (hyper::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Opens a window.
    ///
    /// # Panics
    /// Where chromium and chromedriver are not installed.
    pub(crate) async fn open(window: Window) -> Self {
        // The driver asks for one port of two addresses and gives up where the second is taken: then another.
        let started = start_driver().or_else(|_| start_driver()).or_else(|_| start_driver());
        let (driver, port, profile) = started.unwrap_or_else(|why| {
            panic!(
                "chromedriver is needed (tests/run installs it; by hand: apt-get install chromium chromium-driver), and no \
                 memory cap (ulimit -v), as a browser reserves far more than it uses: {why}"
            )
        });
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(window.wishes(&profile).as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser opens a window");
        let kept = std::env::var_os(KEEP).map(|folder| PathBuf::from(folder).join(window.name));
        if let Some(folder) = &kept {
            std::fs::create_dir_all(folder).expect("the folder for pages can be written");
        }
        let (hands, tongue) = (window.hands, Tongue::of(window.language));
        let (pages, width) = (AtomicUsize::new(0), AtomicU32::new(window.width));
        let browser = Self { page, hands, tongue, kept, pages, width, _driver: driver };
        browser.look_as(Colours::Light, window.width, window.height).await;
        browser
    }

    /// What may stand on the page for these English words.
    pub(crate) fn said(&self, words: &str) -> Vec<String> {
        self.tongue.as_ref().map_or_else(|| vec![words.to_owned()], |tongue| tongue.all(words))
    }

    /// Types an address.
    pub(crate) async fn visit(&self, url: &str) {
        self.page.goto(url).await.unwrap();
        self.look().await;
    }

    /// Types an address that may lead to a file: says whether it is a page.
    pub(crate) async fn visit_if_page(&self, url: &str) -> bool {
        self.page.goto(url).await.unwrap();
        let is_page = self.run("return document.contentType").await == "text/html";
        if is_page {
            self.look().await;
        }
        is_page
    }

    /// Presses what says this and waits for where it leads: a button of the page, else a link of the page, else one of the
    /// frame around it.
    pub(crate) async fn press(&self, words: &str) {
        let said = self.said(words);
        let in_main =
            |kind: &str| format!("//main//{kind}[not(@aria-hidden)][{}]", one_of("normalize-space(.)", &said));
        let mut leaves = self.displayed(&in_main("button")).await;
        if leaves.is_none() {
            leaves = self.displayed(&in_main("a")).await;
        }
        let leaves = match leaves {
            Some(leaves) => leaves,
            None => self.found(&clickable(&said)).await,
        };
        let old = self.page.find(Locator::Css("html")).await.unwrap();
        self.use_of(&leaves, words).await;
        self.arrive(&old, words).await;
    }

    /// Asks for the same page again, as the reload button does.
    pub(crate) async fn reload(&self) {
        let old = self.page.find(Locator::Css("html")).await.unwrap();
        self.page.refresh().await.unwrap();
        self.arrive(&old, "reload").await;
    }

    /// Presses an entry of the main menu, which lies behind a button on a small screen.
    pub(crate) async fn menu(&self, words: &str) {
        if let Some(closed) = self.displayed(&clickable(&self.said("Menu"))).await {
            self.use_of(&closed, "Menu").await;
        }
        self.press(words).await;
    }

    /// Opens a part of the page that is folded.
    pub(crate) async fn unfold(&self, words: &str) {
        let folded = self.found(&clickable(&self.said(words))).await;
        self.use_of(&folded, words).await;
    }

    async fn use_of(&self, target: &Element, words: &str) {
        match self.hands {
            Hands::Mouse => {
                target.clone().click().await.unwrap_or_else(|error| panic!("“{words}” cannot be pressed: {error}"));
            }
            Hands::Keyboard => self.enter(target).await,
        }
    }

    /// Types into the field with this label, in place of what stands there.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.labelled(label).await;
        match self.hands {
            Hands::Mouse => {
                field.clear().await.unwrap();
                field.send_keys(text).await.unwrap();
            }
            Hands::Keyboard => self.type_into(&field, text).await,
        }
    }

    /// Chooses in the list with this label.
    pub(crate) async fn pick(&self, label: &str, option: &str) {
        let list = self.labelled(label).await;
        let said = self.said(option);
        if self.hands == Hands::Keyboard {
            return self.pick_by_key(&list, &said).await;
        }
        for one in &said {
            if list.select_by_label(one).await.is_ok() {
                return;
            }
        }
        panic!("{label}: no option {said:?}");
    }

    /// Presses the label of a box or a choice that is not ticked yet.
    pub(crate) async fn tick(&self, label: &str) {
        let path = labels(&self.said(label));
        let input = self.labelled(label).await;
        if !input.is_selected().await.unwrap() {
            self.take(&path).await;
        }
        assert!(input.is_selected().await.unwrap(), "“{label}” is ticked");
    }

    /// Presses the label of one of the choices under this heading.
    pub(crate) async fn choose(&self, heading: &str, label: &str) {
        let group = format!("//fieldset[legend[{}]]", one_of("normalize-space(text()[1])", &self.said(heading)));
        self.take(&format!("{group}{}", labels(&self.said(label)))).await;
    }

    /// Takes the choice with the label at this path.
    async fn take(&self, path: &str) {
        let label = self.found(path).await;
        match self.hands {
            Hands::Mouse => label.click().await.unwrap(),
            Hands::Keyboard => self.tick_by_key(&self.field_of(&label).await).await,
        }
    }

    /// Presses the label of every box of a form, as who agrees to all of it.
    pub(crate) async fn tick_all(&self, form: &str) {
        let boxes = format!("{form} .choice:has(input[type=checkbox]) label");
        let boxes = self.page.find_all(Locator::Css(&boxes)).await.unwrap();
        assert!(!boxes.is_empty(), "{form} has boxes");
        for label in boxes {
            match self.hands {
                Hands::Mouse => label.click().await.unwrap(),
                Hands::Keyboard => self.tick_by_key(&self.field_of(&label).await).await,
            }
        }
    }

    /// What the page says, as it is seen.
    pub(crate) async fn words(&self) -> String {
        self.page.find(Locator::Css("main")).await.unwrap().text().await.unwrap()
    }

    /// Checks that the page says this, in its language.
    pub(crate) async fn sees(&self, words: &str) {
        self.sees_one_of(self.said(words)).await;
    }

    /// Checks that the page shows what somebody typed, to the letter.
    pub(crate) async fn sees_typed(&self, words: &str) {
        self.sees_one_of(vec![words.to_owned()]).await;
    }

    async fn sees_one_of(&self, said: Vec<String>) {
        let page = self.words().await;
        assert!(
            said.iter().any(|words| page.contains(words)),
            "“{said:?}” is not on the page {}:\n{page}",
            self.page.current_url().await.unwrap()
        );
    }

    /// Checks that the page says this nowhere, also not where it is not seen.
    pub(crate) async fn sees_nowhere(&self, words: &str) {
        assert!(!self.page.source().await.unwrap().contains(words), "“{words}” is on the page");
    }

    /// The text of the one element that is meant.
    pub(crate) async fn text_of(&self, css: &str) -> String {
        self.page.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}")).text().await.unwrap()
    }

    /// What stands beside this name in a list of facts.
    pub(crate) async fn fact(&self, name: &str) -> String {
        let path = format!("//dt[{}]/following-sibling::dd[1]", one_of("normalize-space(.)", &self.said(name)));
        self.found(&path).await.text().await.unwrap()
    }

    /// Where the links of the page lead.
    pub(crate) async fn links(&self) -> Vec<String> {
        let found =
            self.run("return [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))").await;
        found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Runs a script of the test's own on the page; what it promises is waited for.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("a script of the test: {error}"))
    }

    /// Shows the same page in these colours at this size.
    ///
    /// A window itself is never narrower than 500 pixels; what a page is laid out for may be. (The driver's own
    /// `mobileEmulation` would come back with each page.)
    pub(crate) async fn look_as(&self, colours: Colours, width: u32, height: u32) {
        self.recolour(colours).await;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let wish = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        self.own("goog/cdp/execute", wish).await.unwrap();
        self.width.store(width, Ordering::Relaxed);
    }

    /// Shows the same page in these colours; nothing is asked for again.
    pub(crate) async fn recolour(&self, colours: Colours) {
        let scheme = match colours {
            Colours::Light => "light",
            Colours::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        let wish = json!({ "cmd": "Emulation.setEmulatedMedia", "params": media });
        self.own("goog/cdp/execute", wish).await.unwrap();
        let is_so = self.run(&format!("return matchMedia('(prefers-color-scheme: {scheme})').matches")).await;
        assert_eq!(is_so, true, "the page is asked for in {scheme} colours");
    }

    /// Gives the page what a person would be asked for.
    pub(crate) async fn allow(&self, permissions: &Value) {
        let wish = json!({ "cmd": "Browser.grantPermissions", "params": permissions });
        self.own("goog/cdp/execute", wish).await.unwrap();
    }

    async fn labelled(&self, label: &str) -> Element {
        let shown = self.found(&labels(&self.said(label))).await;
        self.field_of(&shown).await
    }

    async fn field_of(&self, label: &Element) -> Element {
        let id = label.attr("for").await.unwrap().expect("a label names its field");
        self.page.find(Locator::Id(&id)).await.unwrap_or_else(|error| panic!("the field {id}: {error}"))
    }

    /// Where the link with these words leads.
    pub(crate) async fn link(&self, words: &str) -> String {
        let link = self.found(&clickable(&self.said(words))).await;
        link.attr("href").await.unwrap().unwrap_or_else(|| panic!("“{words}” leads nowhere"))
    }

    async fn displayed(&self, path: &str) -> Option<Element> {
        for element in self.page.find_all(Locator::XPath(path)).await.unwrap() {
            if element.is_displayed().await.unwrap() {
                return Some(element);
            }
        }
        None
    }

    async fn found(&self, path: &str) -> Element {
        let found = self.displayed(path).await;
        match found {
            Some(element) => element,
            None => panic!("nothing on the page is {path}:\n{}", self.words().await),
        }
    }

    /// Waits until the page that holds `old` has gone and the next one is there.
    async fn arrive(&self, old: &Element, words: &str) {
        let gone = async { while old.tag_name().await.is_ok() {} };
        tokio::time::timeout(PATIENCE, gone).await.unwrap_or_else(|_| panic!("“{words}” leads nowhere"));
        let wait = self.page.wait().at_most(PATIENCE).every(Duration::from_millis(20));
        wait.for_element(Locator::Css("main h1")).await.unwrap_or_else(|error| panic!("after “{words}”: {error}"));
        self.look().await;
    }

    /// What must hold on every page.
    async fn look(&self) {
        let title = self.page.title().await.unwrap();
        self.keep(&title).await;
        let headings = self.page.find_all(Locator::Css("h1")).await.unwrap().len();
        assert_eq!(headings, 1, "“{title}” has one main heading");
        let measure = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]";
        let widths = self.page.execute(measure, Vec::new()).await.unwrap();
        let asked = u64::from(self.width.load(Ordering::Relaxed));
        assert_eq!(widths[1].as_u64(), Some(asked), "“{title}” is laid out for the window that was asked for");
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "“{title}” is wider than the window: {widths}");
        let said = self.own("se/log", json!({ "type": "browser" })).await.unwrap();
        let complaints = said.as_array().unwrap().iter().filter(|line| !line["message"].to_string().contains(NO_FAULT));
        assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&Value>::new(), "complaints on “{title}”");
    }

    /// Keeps the page from top to end, or to where the browser can draw no longer picture.
    async fn keep(&self, title: &str) {
        let Some(folder) = &self.kept else { return };
        let number = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        let title = title.split(" – ").next().unwrap_or_default().to_lowercase();
        let name: String = title.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
        let measure = "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]";
        let size = self.page.execute(measure, Vec::new()).await.unwrap();
        let height = size[1].as_u64().map(|height| height.min(LONGEST_PICTURE));
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": height, "scale": 1 });
        let params = json!({ "captureBeyondViewport": true, "clip": clip });
        let wish = json!({ "cmd": "Page.captureScreenshot", "params": params });
        let shot = self.own("goog/cdp/execute", wish).await.unwrap();
        let image = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{number:02}-{name}.png")), image).unwrap();
    }

    async fn own(&self, path: &'static str, body: Value) -> Result<Value, CmdError> {
        self.page.issue_cmd(Own { path, body }).await
    }
}

/// The driver, its port and the flag that names the browser's own folder.
fn start_driver() -> Result<(Guarded, u16, String), String> {
    let folder = TempFolder::new();
    let port = |line: &str| line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let folder = folder.hand_over();
    let (driver, port) = Guarded::start(&["chromedriver", "--port=0"], Stop::Group("KILL"), Some(&folder), None, port)?;
    Ok((driver, port, profile))
}

/// A condition of `XPath`: this is one of these words.
fn one_of(what: &str, words: &[String]) -> String {
    let each = |words: &String| {
        assert!(!words.contains('"'), "{words}");
        format!("{what}=\"{words}\"")
    };
    words.iter().map(each).collect::<Vec<_>>().join(" or ")
}

/// Links, buttons and what folds, by their words; not what is there for the Enter key alone.
fn clickable(words: &[String]) -> String {
    let named = one_of("normalize-space(.)", words);
    format!("//*[self::a or self::button or self::summary][not(@aria-hidden)][{named}]")
}

/// Labels by their words, whether or not “(optional)” follows.
fn labels(words: &[String]) -> String {
    format!("//label[{}]", one_of("normalize-space(text()[1])", words))
}

#[tokio::test]
async fn a_page_can_be_opened_and_read_with_scripts_and_without() {
    let page = "data:text/html,<meta name=viewport content='width=device-width'><title>Accord</title><h1>Hola</h1>\
                <main id=said>off</main><script>said.textContent='on'</script>";
    for (has_scripts, said) in [(true, "on"), (false, "off")] {
        let window = Window { language: "es", has_scripts, ..Window::PHONE_WITHOUT_SCRIPTS };
        let browser = Browser::open(window).await;
        browser.visit(page).await;
        assert_eq!(browser.page.title().await.unwrap(), "Accord");
        browser.sees(said).await;
        let facts = "return [navigator.language, document.documentElement.clientWidth]";
        assert_eq!(browser.page.execute(facts, Vec::new()).await.unwrap(), json!(["es", 390]));
    }
}

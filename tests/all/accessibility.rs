//! Every page in a real browser, held against WCAG 2.2 AA by axe-core: at a desk in English and light colours, on a phone
//! in Spanish and dark ones; then each as it stands in the other colours, by the rules that those can break. The pages are
//! found as people find them, by their links, each kind of page once.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::harness::browser::{Browser, Colours, Window};
use super::harness::demo::Demo;

/// Names the file of axe-core.
const AXE: &str = "ACCORD_TEST_AXE";

/// Who looks, and where they begin beside the start page.
const PEOPLE: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "/login",
            "/register",
            "/forgot-password",
            "/keys/kill",
            "/report-misuse",
            "/check-agreement",
            "/check-eligibility?dataset=parking-occupancy&measures=no&uses=tracking",
            "/register?next=%2Fapplications%2Fnew",
            "/terms/standard/1/changes",
            "/nothing-here",
        ],
    ),
    (
        "maria@people.example",
        &["/account", "/account/close", "/account/messages", "/applications/new?project=Bays&purpose=x"],
    ),
    ("lin.chen@university.example", &["/agreements", "/my-cases", "/letters"]),
    (
        "rosa.marino@norwalk.example",
        &[
            "/cases?show=all",
            "/complaints?show=all",
            "/dataset-pauses",
            "/review?show=all",
            "/review/load",
            "/review/away",
            "/review/texts",
            "/review/department",
            "/stewardship/import",
        ],
    ),
    ("clara.whitfield@norwalk.example", &["/clerk", "/clerk/holds", "/records?show=all", "/calendar/days"]),
    (
        "ivan.petrov@norwalk.example",
        &[
            "/audit",
            "/audit/stories",
            "/audit/readers?dataset=parking-occupancy",
            "/audit/usage?by=key",
            "/views",
            "/audit/anomalies?days=90",
            "/audit/access-log",
            "/audit/exports",
            "/audit/verify?run=yes",
        ],
    ),
    (
        "ada.alvarez@norwalk.example",
        &[
            "/admin",
            "/admin/outbox",
            "/admin/profile",
            "/admin/profile/check",
            "/admin/system",
            "/admin/terms/standard/draft",
        ],
    ),
];

/// The rules of WCAG 2.2 at levels A and AA, and axe-core's best practices.
const ALL_RULES: &str =
    "{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }";

/// Those of them that a page can break by its colours alone.
const RULES_OF_COLOURS: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";

/// The whole page.
const ALL_OF_IT: &str = "return document";

/// One of each kind of text that is seen: of the same ink, size and weight, on the same grounds above each other. What
/// axe-core says of one it says of all, and a page has a hundred times as many.
const ONE_OF_EACH: &str = "
    const grounds = new Map(), kinds = new Map();
    const groundOf = (one) => {
        if (!one) return '';
        if (!grounds.has(one)) {
            const style = getComputedStyle(one);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.position,
                style.clipPath, one.matches('[disabled], [aria-disabled]')];
            grounds.set(one, own.join() + '/' + groundOf(one.parentElement));
        }
        return grounds.get(one);
    };
    const all = new Set(document.querySelectorAll('input, select, textarea'));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (texts.currentNode.data.trim()) all.add(texts.currentNode.parentElement);
    for (const one of all) {
        if (!one.checkVisibility({ visibilityProperty: true })) continue;
        const style = getComputedStyle(one);
        const ink = [style.color, style.fontSize, style.fontWeight, style.textDecorationLine, style.textShadow];
        const around = getComputedStyle(one.parentElement).color;
        const kind = [one.localName, ...ink, around, groundOf(one)].join();
        if (!kinds.has(kind)) kinds.set(kind, one);
    }
    return { include: [...kinds.values()] }";

/// The two ways of looking; what is seen is then seen in the other colours too.
const LOOKS: [(&str, Colours, u32, u32); 2] = [("en", Colours::Light, 1280, 900), ("es", Colours::Dark, 390, 844)];

/// The colours that these are not.
const fn other(colours: Colours) -> Colours {
    match colours {
        Colours::Light => Colours::Dark,
        Colours::Dark => Colours::Light,
    }
}

/// The script of axe-core, from where `tests/run` puts it.
fn axe() -> Option<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/proxies/axe.min.js");
    let named = std::env::var_os(AXE).map(PathBuf::from);
    if named.is_none() && !own.is_file() {
        eprintln!("axe-core is not here: no page was looked at ({AXE} names it; tests/run installs it)");
        return None;
    }
    let path = named.unwrap_or(own);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{AXE} names {}: {error}", path.display())))
}

/// A path with its ids, numbers and names of datasets taken out: pages of one kind are alike.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut before = "";
    let parts = path.split('/').map(|part| {
        let names_a_thing = matches!(before, "datasets" | "stewardship") && !matches!(part, "new" | "import");
        before = part;
        if names_a_thing || part.contains(|letter: char| letter.is_ascii_digit()) { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Files are no pages, and the switch of languages is followed elsewhere.
fn is_page(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let is_file = [".pdf", ".csv", ".json", ".zip", ".atom", ".txt", "/text", "/packet", "/file"]
        .iter()
        .any(|end| path.ends_with(end));
    href.starts_with('/')
        && !href.starts_with("//")
        && !href.starts_with("/language/")
        && !path.contains("/files/")
        && !is_file
}

/// An import from where nobody answers: its page and its row in the list are there to be looked at.
async fn fail_an_import(demo: &Demo, browser: &Browser) {
    browser.visit(&format!("{}/stewardship/import", demo.portal)).await;
    browser.pick("Department", "Norwalk Parking Authority").await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    browser.fill("Address of the catalogue", &format!("http://{closed}/data.json")).await;
    browser.press("Import").await;
}

/// What axe-core says by these rules against what of the open page is chosen.
async fn against(browser: &Browser, (chosen, rules): (&str, &str)) -> Vec<String> {
    let ask = format!(
        "const chosen = (() => {{ {chosen} }})();
         return axe.run(chosen, {{ resultTypes: ['violations'], runOnly: {rules} }}).then(found => found.violations.map(
            one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).slice(0, 3).join(' | ')))"
    );
    let found = browser.run(&ask).await;
    let found = found.as_array().expect("axe-core answers with what is broken");
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Judges the open page as it looks, and by its colours alone in the other ones.
async fn judged(browser: &Browser, axe: &str, colours: Colours) -> Vec<String> {
    browser.run(axe).await;
    let mut broken = Vec::new();
    for (colours, asked) in [(colours, (ALL_OF_IT, ALL_RULES)), (other(colours), (ONE_OF_EACH, RULES_OF_COLOURS))] {
        browser.recolour(colours).await;
        broken.extend(against(browser, asked).await.into_iter().map(|rule| format!("{colours:?}: {rule}")));
    }
    broken
}

#[actix_web::test]
async fn no_page_breaks_a_rule_of_wcag_in_light_or_dark_wide_or_narrow() {
    let Some(axe) = axe() else { return };
    let demo = Demo::start("");
    let browser = Browser::open(Window::DESK).await;
    let (mut seen, mut files, mut broken) = (BTreeSet::new(), 0, Vec::new());
    for (email, starts) in PEOPLE {
        if !email.is_empty() {
            browser.visit(&format!("{}/login", demo.portal)).await;
            browser.fill("Mail address", email).await;
            browser.fill("Password", &demo.password).await;
            browser.press("Sign in").await;
        }
        if email.starts_with("rosa.") {
            fail_an_import(&demo, &browser).await;
        }
        let mut ahead: VecDeque<String> =
            std::iter::once("/").chain(starts.iter().copied()).map(str::to_owned).collect();
        while let Some(path) = ahead.pop_front() {
            // The start page and the account differ with who looks; everything else is one page for all who see it.
            let of_person = if matches!(path.as_str(), "/" | "/account") { email } else { "" };
            if !seen.insert((kind(&path), of_person)) {
                continue;
            }
            let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            for (language, colours, width, height) in LOOKS {
                browser.look_as(colours, width, height).await;
                if !browser.visit_if_page(&format!("{}/language/{language}?back={back}", demo.portal)).await {
                    files += 1;
                    break;
                }
                ahead.extend(browser.links().await.into_iter().filter(|href| is_page(href)));
                let found = judged(&browser, &axe, colours).await;
                broken.extend(found.into_iter().map(|rule| format!("{path} ({language}, {width}) {rule}")));
            }
        }
        browser.look_as(Colours::Light, 1280, 900).await;
        browser.visit(&format!("{}/language/en", demo.portal)).await;
        if !email.is_empty() {
            browser.press("Sign out").await;
        }
    }
    let pages = seen.len() - files;
    println!("{pages} kinds of pages looked at");
    assert!(pages > 100, "the walk is broken: {seen:?}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    browser.page.clone().close().await.unwrap();
}

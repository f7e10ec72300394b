//! Every form that people meet, sent as nobody should send it: empty, too long, hostile, with a stale proof, and twice.
//! No answer is ever a fault of ours, what was typed comes back as text, and each complaint leads to its field.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{demos, of_demo};
use crate::portal::testing::{Browser, Portal};
use crate::web::testing::Answer;

/// Who is walked with, and from where.
const WALKS: &[(&str, &[&str])] = &[
    ("", &["/", "/register", "/login", "/forgot-password", "/keys/kill", "/report-misuse", "/records/new", "/reuse"]),
    ("maria", &["/account", "/applications", "/applications/new", "/agreements", "/keys", "/records", "/letters"]),
    ("rosa", &["/review", "/cases?show=all", "/stewardship", "/stewardship/import", "/dataset-pauses"]),
    ("clara", &["/clerk", "/records?show=all", "/calendar"]),
    ("ada", &["/admin", "/admin/terms/standard/draft", "/admin/profile/check", "/admin/staff/invite"]),
];

/// Pages opened in one walk.
const PAGES_MAX: usize = 40;
/// A text longer than any field takes, and shorter than any form may be.
const LONG: usize = 50_000;
/// Typed as it is shown, so that one sees whether it was kept.
const PLAIN: &str = "-1e309";
/// What no field takes as it stands, or shows as anything but text.
const HOSTILE: &[&str] = &[
    "\"><script>alert(1)</script>",
    "a\u{0}b",
    "\u{202e}gnp.exe",
    "𝕱𝖔𝖗𝖒 😀 漢字",
    "line\r\nSet-Cookie: a=b\u{7}\u{1b}[2J",
    "{{ 7 * 7 }}${7*7}{% raw %}",
    "' OR 1=1; --",
    PLAIN,
];

/// A form as it stands on a page: where it goes, and its fields with what they hold.
#[derive(Clone, Debug)]
struct Found {
    page: String,
    action: String,
    fields: BTreeMap<String, String>,
    /// Whether something is written in it, other than secrets.
    is_written: bool,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
    let value = rest.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#x2F;", "/").replace("&quot;", "\"").replace("&#x27;", "'"))
}

fn forms(page: &str, body: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for part in body.split("<form method=\"post\"").skip(1) {
        let form = part.split("</form>").next().unwrap_or_default();
        let Some(action) = attribute(form, "action") else { continue };
        if form.contains("type=\"file\"") {
            // Forms with files are read by another door; `web::upload` has their tests.
            continue;
        }
        let mut fields = BTreeMap::new();
        for kind in ["<input", "<textarea", "<select", "<button"] {
            for tag in form.split(kind).skip(1) {
                let tag = tag.split('>').next().unwrap_or_default();
                if let Some(name) = attribute(tag, "name").filter(|name| name != "csrf" && name != "once") {
                    fields.entry(name).or_insert_with(|| attribute(tag, "value").unwrap_or_default());
                }
            }
        }
        let is_written = form.contains("<textarea") || form.contains("type=\"text\"");
        found.push(Found { page: page.to_owned(), action, fields, is_written });
    }
    found
}

/// Every kind of form that this person meets: one for each action without its ids.
async fn met(browser: &Browser<'_>, starts: &[&str]) -> Vec<Found> {
    let mut seen: BTreeSet<String> = starts.iter().map(|start| (*start).to_owned()).collect();
    let mut ahead: VecDeque<String> = seen.iter().cloned().collect();
    let mut kinds = BTreeMap::new();
    let mut count = 0;
    while let Some(path) = ahead.pop_front() {
        let answer = browser.get(&path).await;
        if answer.status != 200 || !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        for form in forms(&path, &answer.body) {
            kinds.entry(kind_of(&form.action)).or_insert(form);
        }
        let hrefs = answer.body.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for href in hrefs.map(|href| href.split('#').next().unwrap_or_default().replace("&amp;", "&")) {
            let is_ours = href.starts_with('/')
                && !["/assets", "/demo", "/language", "/api", "/datasets"].iter().any(|no| href.starts_with(no));
            let shape = kind_of(href.split('?').next().unwrap_or_default());
            // One page of each kind is enough.
            if is_ours && seen.insert(shape) {
                ahead.push_back(href);
            }
        }
        count += 1;
        if count == PAGES_MAX {
            break;
        }
    }
    kinds.into_values().filter(|form| !form.action.starts_with("/logout")).collect()
}

/// An address without what names one thing of many.
fn kind_of(path: &str) -> String {
    let is_id = |part: &str| part.len() > 20 && part.contains('-') || part.chars().any(|sign| sign.is_ascii_digit());
    let parts: Vec<&str> = path.split('/').map(|part| if is_id(part) { "{}" } else { part }).collect();
    parts.join("/")
}

/// What holds for every answer to a form, whatever was in it.
fn is_civil(who: &str, form: &Found, what: &str, answer: &Answer) {
    let place = format!("{who} {} from {} with {what}", form.action, form.page);
    assert!(answer.status < 500, "{place}: {} {}", answer.status, answer.body);
    assert!(!answer.body.contains("<script>alert(1)"), "{place}: what was typed became markup");
    assert!(answer.header("set-cookie").find("a=b").is_none(), "{place}: what was typed became a header");
    if answer.status == 422 {
        let is_kept = what != PLAIN || !form.is_written || answer.body.contains(PLAIN);
        assert!(is_kept, "{place}: what was typed is lost: {}", answer.body);
        for link in answer.body.split("<li><a href=\"#f-").skip(1).filter_map(|rest| rest.split('"').next()) {
            let id = format!("id=\"f-{link}\"");
            assert!(answer.body.contains(&id), "{place}: the complaint about {link} leads nowhere: {}", answer.body);
        }
    }
}

fn filled(form: &Found, value: &str) -> Vec<(String, String)> {
    let is_kept = |name: &str| ["version", "token", "act"].contains(&name);
    let fields = form.fields.iter();
    fields.map(|(name, held)| (name.clone(), if is_kept(name) { held.clone() } else { value.to_owned() })).collect()
}

fn as_pairs(fields: &[(String, String)]) -> Vec<(&str, String)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
}

async fn tried(browser: &Browser<'_>, who: &str, form: &Found) {
    let bare = browser.bare(&form.action, &as_pairs(&filled(form, "x"))).await;
    is_civil(who, form, "no proof", &bare);
    assert!([303, 403].contains(&bare.status), "{who} {}: {} without a proof", form.action, bare.status);
    let long = "x".repeat(LONG / form.fields.len().max(1));
    let values = std::iter::once("").chain(HOSTILE.iter().copied()).chain([long.as_str()]);
    for value in values {
        let page = browser.get(&form.page).await;
        if page.status != 200 || !page.body.contains("name=\"csrf\"") {
            // What was sent before has ended the thing; its page has no form any more.
            return;
        }
        let what = value.chars().take(24).collect::<String>();
        let fields = filled(form, value);
        let answer = browser.send(&form.page, &form.action, &as_pairs(&fields)).await;
        is_civil(who, form, &what, &answer);
    }
    let page = browser.get(&form.page).await;
    if page.status == 200 && page.body.contains("name=\"csrf\"") {
        let stale = [filled(form, "x"), vec![("csrf".to_owned(), "0".repeat(64))]].concat();
        let stale = browser.bare(&form.action, &as_pairs(&stale)).await;
        is_civil(who, form, "a stale proof", &stale);
        assert!([303, 403].contains(&stale.status), "{who} {}: {} with a stale proof", form.action, stale.status);
    }
}

async fn walked(portal: &Portal, who: &str, starts: &[&str]) -> usize {
    let browser = if who.is_empty() { portal.browser() } else { of_demo(portal, who).await };
    let found = met(&browser, starts).await;
    // What ends the session comes last.
    for form in &found {
        tried(&browser, who, form).await;
    }
    found.len()
}

#[actix_web::test]
async fn no_form_falls_over_whatever_is_sent() {
    // What differs between the databases is below the pages and has tests of its own: the first is enough.
    for portal in demos().into_iter().take(1) {
        for (who, starts) in WALKS {
            let count = walked(&portal, who, starts).await;
            assert!(count >= 3, "{who} met {count} forms only");
        }
    }
}

//! Every form that people meet, sent as nobody should send it: empty, hostile, too long, without its proof and with a
//! stale one. No answer is ever a fault of ours, what was typed comes back as text, and each complaint leads to its field.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::harness::client::{Answer, Visitor};
use crate::harness::demo::Demo;

/// Who is walked with, and from where.
const WALKS: &[(&str, &[&str])] = &[
    ("", &["/", "/register", "/login", "/forgot-password", "/keys/kill", "/report-misuse", "/records/new"]),
    ("maria@people.example", &["/account", "/applications", "/applications/new", "/agreements", "/my-cases"]),
    ("rosa.marino@norwalk.example", &["/review", "/review?show=all", "/cases?show=all", "/stewardship"]),
    ("clara.whitfield@norwalk.example", &["/clerk", "/records?show=all", "/calendar/days"]),
    ("ada.alvarez@norwalk.example", &["/admin", "/admin/terms/standard/draft", "/admin/profile/check"]),
];

/// Pages opened in one walk, at most.
const PAGES_MAX: usize = 60;
/// A text longer than any field takes, and shorter than any form may be.
const LONG: usize = 50_000;
/// Typed as it is shown, so that one sees whether it was kept.
const PLAIN: &str = "-1e309";
/// What no field takes as it stands, or shows as anything but text.
const HOSTILE: [&str; 3] = [
    "\"><script>alert(1)</script> {{ 7 * 7 }}${7*7}{% raw %} ' OR 1=1; -- \u{202e}gnp.exe 𝕱 😀 漢字",
    "a\u{0}b",
    "line\r\nSet-Cookie: a=b\u{7}\u{1b}[2J",
];

/// A form as it stands on a page: where it goes, and its fields with what they hold.
#[derive(Clone, Debug)]
struct Form {
    page: String,
    action: String,
    fields: BTreeMap<String, String>,
    /// Whether something is written in it, other than secrets.
    is_written: bool,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    let signs = [("&amp;", "&"), ("&#x2F;", "/"), ("&quot;", "\""), ("&#x27;", "'")];
    Some(signs.into_iter().fold(value.to_owned(), |value, (code, sign)| value.replace(code, sign)))
}

fn forms(page: &str, body: &str) -> Vec<Form> {
    let mut found = Vec::new();
    for part in body.split("<form method=\"post\"").skip(1) {
        let form = part.split("</form>").next().unwrap_or_default();
        let Some(action) = attribute(form, "action") else { continue };
        if form.contains("type=\"file\"") {
            // Forms with files are read by another door, which has tests of its own.
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
        let is_secret = fields.keys().any(|name| name.ends_with("secret"));
        let is_written = !is_secret && (form.contains("<textarea") || form.contains("type=\"text\""));
        found.push(Form { page: page.to_owned(), action, fields, is_written });
    }
    found
}

/// Every kind of form that this person meets: one for each action without its ids. What ends the session comes last.
async fn met(visitor: &Visitor, starts: &[&str]) -> Vec<Form> {
    let mut seen: BTreeSet<String> = starts.iter().map(|start| (*start).to_owned()).collect();
    let mut ahead: VecDeque<String> = starts.iter().map(|start| (*start).to_owned()).collect();
    let mut kinds = BTreeMap::new();
    let mut count = 0;
    while let Some(path) = ahead.pop_front().filter(|_| count < PAGES_MAX) {
        let answer = visitor.get(&path).await;
        if answer.status != 200 || !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        count += 1;
        for form in forms(&path, &answer.body) {
            kinds.entry(kind_of(&form.action)).or_insert(form);
        }
        let hrefs = answer.body.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for href in hrefs.map(|href| href.split('#').next().unwrap_or_default().replace("&amp;", "&")) {
            let elsewhere = ["/assets", "/demo", "/language", "/api", "/datasets", "/developers"];
            let is_ours = href.starts_with('/') && !elsewhere.iter().any(|other| href.starts_with(other));
            // One page of each kind is enough.
            if is_ours && seen.insert(kind_of(href.split('?').next().unwrap_or_default())) {
                ahead.push_back(href);
            }
        }
    }
    let mut found: Vec<Form> = kinds.into_values().filter(|form| form.action != "/logout").collect();
    found.sort_by_key(|form| ["session", "password", "close"].iter().any(|word| form.action.contains(word)));
    found
}

/// An address without what names one thing of many.
fn kind_of(path: &str) -> String {
    let is_id = |part: &str| part.len() > 20 && part.contains('-') || part.chars().any(|sign| sign.is_ascii_digit());
    let parts: Vec<&str> = path.split('/').map(|part| if is_id(part) { "*" } else { part }).collect();
    parts.join("/")
}

/// What is wrong with an answer to a form, whatever was in it; mostly nothing.
fn faults(form: &Form, what: &str, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    let mut fault = |is_so: bool, words: &str| {
        if is_so {
            found.push(format!("{} from {} with {what}: {words} ({})", form.action, form.page, answer.status));
        }
    };
    let needs_proof = ["no proof", "a stale proof"].contains(&what);
    fault(answer.status >= 500, "a fault of ours");
    fault(answer.body.contains("<script>alert(1)"), "what was typed became markup");
    fault(answer.header("set-cookie").contains("a=b"), "what was typed became a header");
    fault(needs_proof && ![303, 403, 429].contains(&answer.status), "taken without a proof");
    if answer.status == 422 {
        fault(what == PLAIN && form.is_written && !answer.body.contains(PLAIN), "what was typed is lost");
        for link in answer.body.split("<li><a href=\"#f-").skip(1).filter_map(|rest| rest.split('"').next()) {
            let leads = answer.body.contains(&format!("id=\"f-{link}\""));
            fault(!leads, &format!("the complaint about {link} leads nowhere"));
        }
    }
    found
}

/// Every field filled with the same, but for what the page itself put there to be sent back.
fn filled<'a>(form: &'a Form, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let is_kept = |name: &str| ["version", "token", "act"].contains(&name);
    let fields = form.fields.iter();
    fields.map(|(name, held)| (name.as_str(), if is_kept(name) { held.as_str() } else { value })).collect()
}

async fn tried(visitor: &Visitor, form: &Form) -> Vec<String> {
    let bare = visitor.post(&form.action, &filled(form, "x")).await;
    let mut found = faults(form, "no proof", &bare);
    let long = "x".repeat(LONG / form.fields.len().max(1));
    for value in ["", PLAIN, long.as_str()].into_iter().chain(HOSTILE) {
        let page = visitor.get(&form.page).await;
        if page.status != 200 || !forms(&form.page, &page.body).iter().any(|there| there.action == form.action) {
            // What was sent before has ended the thing; its page has no form any more.
            return found;
        }
        let (csrf, once) = (page.field("csrf"), page.field("once"));
        let mut fields = filled(form, value);
        fields.extend(
            [("csrf", csrf.as_str()), ("once", once.as_str())].into_iter().filter(|(_, text)| !text.is_empty()),
        );
        let answer = visitor.post(&form.action, &fields).await;
        let what = if value == long { "too much".to_owned() } else { value.escape_debug().to_string() };
        found.extend(faults(form, &what, &answer));
    }
    let stale_proof = "0".repeat(64);
    let stale = visitor.post(&form.action, &[filled(form, "x"), vec![("csrf", &stale_proof)]].concat()).await;
    found.extend(faults(form, "a stale proof", &stale));
    found
}

#[tokio::test]
async fn no_form_falls_over_whatever_is_sent() {
    let demo = Demo::start("");
    let (mut found, mut count) = (Vec::new(), 0);
    for (email, starts) in WALKS {
        let visitor = if email.is_empty() { Visitor::new(&demo) } else { Visitor::signed_in(&demo, email).await };
        let forms = met(&visitor, starts).await;
        println!("{email}: {} kinds of forms", forms.len());
        count += forms.len();
        for form in &forms {
            found.extend(tried(&visitor, form).await.into_iter().map(|fault| format!("{email} {fault}")));
        }
    }
    assert!(count > 60, "the walk is broken: {count} kinds of forms");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

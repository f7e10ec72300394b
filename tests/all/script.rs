//! The one script, in a real browser: what it adds, and that nothing of it is there where scripts are off.

use std::time::Duration;

use fantoccini::Locator;
use serde_json::{Value, json};

use super::harness::browser::{Browser, Window};
use super::harness::demo::Demo;

const MARIA: &str = "maria@people.example";
const TYPED: &str = "A page that shows which chargers are free.";
const KEPT: &str = "What you typed before is still here.";

/// Asks the page until it answers true.
async fn until(browser: &Browser, question: &str) {
    let mut answers = 0;
    while browser.run(&format!("return Boolean({question})")).await != Value::Bool(true) {
        answers += 1;
        assert!(answers < 2_000, "never true: {question}\n{}", browser.words().await);
        tokio::task::yield_now().await;
    }
}

async fn leave(browser: &Browser) {
    let old = browser.page.find(Locator::Css("html")).await.unwrap();
    browser.page.find(Locator::Css("a.brand")).await.unwrap().click().await.unwrap();
    let gone = async { while old.tag_name().await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    until(browser, "location.pathname === '/' && document.readyState === 'complete'").await;
}

#[actix_web::test]
async fn what_is_there_to_be_copied_has_a_button_where_scripts_are_on() {
    let demo = Demo::start("");
    for window in [Window::DESK, Window::PHONE_WITHOUT_SCRIPTS] {
        let browser = Browser::open(window).await;
        browser.visit(&format!("{}/datasets/ev-chargers", demo.portal)).await;
        let calls = browser.page.find_all(Locator::Css(".snippet")).await.unwrap().len();
        assert_eq!(calls, 4, "curl, Python, JavaScript and R");
        browser.sees("$ACCORD_KEY").await;
        let buttons = browser.page.find_all(Locator::Css(".snippet .copy")).await.unwrap();
        assert_eq!(buttons.len(), if window.has_scripts { calls } else { 0 }, "{window:?}");
        if let Some(first) = buttons.first() {
            assert_eq!(
                browser.run("return document.querySelector('.copy').textContent").await,
                json!("Copy Call in curl")
            );
            let grant = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
            browser.allow(&grant).await;
            first.click().await.unwrap();
            until(&browser, "document.querySelector('.copy').textContent.startsWith('Copied')").await;
            until(
                &browser,
                "[...document.querySelectorAll('[role=status]')].some(one => one.textContent === 'Copied')",
            )
            .await;
            let copied = browser.run("return navigator.clipboard.readText()").await;
            assert!(copied.as_str().is_some_and(|text| text.starts_with("curl -H")), "{copied}");
        }
        browser.page.clone().close().await.unwrap();
    }
}

#[actix_web::test]
async fn the_catalogue_is_searched_as_one_types() {
    let demo = Demo::start("");
    let browser = Browser::open(Window::DESK).await;
    browser.visit(&format!("{}/datasets", demo.portal)).await;
    let all = browser.page.find_all(Locator::Css(".results > li")).await.unwrap().len();
    browser.run("window.samePage = true").await;
    browser.fill("Words", "charging").await;
    until(&browser, "location.search === '?q=charging'").await;
    let left = browser.page.find_all(Locator::Css(".results > li")).await.unwrap().len();
    assert!((1..all).contains(&left), "{left} of {all}");
    browser.sees("Electric vehicle chargers in public lots").await;
    assert!(browser.text_of("#found[role=status]").await.contains(&left.to_string()), "the count is announced");
    assert_eq!(browser.run("return [document.activeElement.id, window.samePage]").await, json!(["f-q", true]));
    browser.fill("Words", "nothing is called so").await;
    until(&browser, "document.querySelector('#results .empty')").await;
    browser.reload().await;
    browser.sees("Show all datasets").await;
    browser.page.clone().close().await.unwrap();
}

#[actix_web::test]
async fn what_was_typed_can_be_restored_until_it_is_sent() {
    let demo = Demo::start("");
    let browser = Browser::open(Window::DESK).await;
    let address = format!("{}/report-misuse", demo.portal);
    browser.visit(&address).await;
    let field = "document.getElementById('f-text').value";
    browser.fill("What happened", TYPED).await;
    leave(&browser).await;
    browser.visit(&address).await;
    browser.sees(KEPT).await;
    assert_eq!(browser.run(&format!("return {field}")).await, json!(""), "nothing is filled in unasked");
    browser.unfold("Restore it").await;
    assert_eq!(browser.run(&format!("return {field}")).await, json!(TYPED));
    browser.sees_nowhere(KEPT_LINE).await;
    leave(&browser).await;
    browser.visit(&address).await;
    browser.unfold("Discard it").await;
    browser.visit(&address).await;
    browser.sees_nowhere(KEPT_LINE).await;
    assert_eq!(browser.run("return sessionStorage.length").await, json!(0));
    browser.page.clone().close().await.unwrap();
}

/// What marks the offer in the page's source.
const KEPT_LINE: &str = "typed-before";

async fn sign_in(browser: &Browser, demo: &Demo) {
    browser.fill("Mail address", MARIA).await;
    browser.fill("Password", &demo.password).await;
    browser.press("Sign in").await;
}

#[actix_web::test]
async fn a_lost_session_loses_nothing_typed_and_signing_out_forgets_it() {
    let demo = Demo::start("");
    let browser = Browser::open(Window::DESK).await;
    browser.visit(&format!("{}/applications/new?dataset=ev-chargers", demo.portal)).await;
    sign_in(&browser, &demo).await;
    assert_eq!(browser.run("return sessionStorage.length").await, json!(0), "passwords are never kept");
    browser.tick("Electric vehicle chargers in public lots").await;
    browser.press("Begin a draft").await;
    browser.tick("Latest values (ev-chargers:read)").await;
    browser.press("Save and continue").await;
    let form = browser.page.current_url().await.unwrap();
    browser.fill("What will you use the data for?", TYPED).await;
    browser.page.delete_all_cookies().await.unwrap();
    browser.press("Save and continue").await;
    browser.visit(&format!("{}/login", demo.portal)).await;
    sign_in(&browser, &demo).await;
    browser.visit(form.as_str()).await;
    browser.sees(KEPT).await;
    browser.unfold("Restore it").await;
    browser.fill("Project title", "Chargers near the station").await;
    browser.press("Save and continue").await;
    browser.visit(form.as_str()).await;
    let typed = "return [...document.querySelectorAll('textarea')].map(one => one.value)";
    let shown = browser.run(typed).await;
    assert!(shown.to_string().contains(TYPED), "{shown}");
    browser.fill("Project title", "Another").await;
    until(&browser, "sessionStorage.length > 0").await;
    browser.press("Sign out").await;
    assert_eq!(browser.run("return sessionStorage.length").await, json!(0));
    browser.page.clone().close().await.unwrap();
}

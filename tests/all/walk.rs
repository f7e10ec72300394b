//! The main job as people do it: in a real browser, on the running demo, from the search for a dataset to the auditor who
//! reads the story. As at a desk with scripts on, on a phone with scripts off, on a phone in Spanish, and with the keyboard
//! alone.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::harness::browser::{Browser, Window};
use super::harness::demo::Demo;

const MARIA: &str = "maria@people.example";
const ROSA: &str = "rosa.marino@norwalk.example";
const IVAN: &str = "ivan.petrov@norwalk.example";
const PROJECT: &str = "Where can I charge near the station?";

/// A step of the form: its title, what is typed into which field, and what is chosen under which heading.
type Step = (&'static str, Answers, Answers);
type Answers = &'static [(&'static str, &'static str)];

/// The answers.
const STEPS: &[Step] = &[
    (
        "Your project",
        &[
            ("Project title", PROJECT),
            ("What will you use the data for?", "A page that shows which public chargers are free right now."),
            ("Who benefits, and how?", "Drivers of electric cars search less; the city learns where ports are short."),
        ],
        &[("Purpose category", "App or service for the public")],
    ),
    ("The data you need", &[("Expected calls per day", "1500"), ("Expected calls per minute at the peak", "30")], &[]),
    (
        "How you will handle it",
        &[
            ("Where and how will the data be stored?", "One server in Connecticut, disk encrypted."),
            ("How will you protect it and the keys?", "The key lies in the server's secret store; TLS everywhere."),
            ("How many days will you keep raw data?", "7"),
            ("How will you delete it?", "A nightly job deletes what is older; I check its log."),
            ("E-mail for incidents", "maria@people.example"),
        ],
        &[],
    ),
    (
        "Sharing and publishing",
        &[("What will you publish?", "The page itself: free ports at this moment.")],
        &[
            ("Who else will get the data?", "Published as aggregates"),
            ("Will the data train machine-learning models?", "No"),
            ("Is the use commercial?", "No"),
        ],
    ),
    (
        "Who signs",
        &[("Name of the person who signs", "Maria Gonzalez"), ("Their title", "Owner")],
        &[("You apply as", "Individual")],
    ),
];

struct Walk {
    demo: Demo,
    browser: Browser,
    client: reqwest::Client,
}

#[actix_web::test]
async fn the_main_job_is_walked_at_a_desk_with_scripts() {
    walk(Window::DESK).await;
}

#[actix_web::test]
async fn the_main_job_is_walked_on_a_phone_without_scripts() {
    walk(Window::PHONE_WITHOUT_SCRIPTS).await;
}

#[actix_web::test]
async fn the_main_job_is_walked_on_a_phone_in_spanish() {
    walk(Window::SPANISH_PHONE).await;
}

#[actix_web::test]
async fn the_main_job_is_walked_with_the_keyboard_alone() {
    walk(Window::KEYBOARD).await;
}

async fn walk(window: Window) {
    let demo = Demo::start("");
    let walk = Walk { demo, browser: Browser::open(window).await, client: reqwest::Client::new() };
    walk.find_and_begin(window).await;
    walk.answer_step_by_step().await;
    let number = walk.review_and_sign().await;
    walk.decide_with_conditions().await;
    let agreement = walk.sign_the_offer(&number).await;
    let (key, url) = walk.make_a_key().await;
    let (status, body) = walk.call(&url, &key).await;
    assert_eq!(status, 200, "{body}");
    assert!(serde_json::from_str::<Value>(&body).is_ok_and(|data| data.to_string().contains("ports_in_use")), "{body}");
    walk.suspend(&agreement, &key).await;
    let (status, body) = walk.call(&url, &key).await;
    let refusal: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"));
    assert_eq!((status, refusal["code"].as_str()), (403, Some("key_suspended")), "the very next call: {body}");
    walk.read_the_story(&agreement, &key).await;
    walk.browser.page.clone().close().await.unwrap();
}

/// How pages tell keys apart.
fn hint(key: &str) -> String {
    let secret = key.rsplit('_').next().unwrap();
    format!("{}…{}", &secret[..4], &secret[secret.len() - 4..])
}

impl Walk {
    async fn sign_in(&self, email: &str) {
        let browser = &self.browser;
        browser.fill("Mail address", email).await;
        browser.fill("Password", &self.demo.password).await;
        browser.press("Sign in").await;
    }

    /// Somebody else sits down.
    async fn sign_in_as(&self, email: &str) {
        self.browser.press("Sign out").await;
        self.browser.visit(&format!("{}/login", self.demo.portal)).await;
        self.sign_in(email).await;
    }

    async fn call(&self, url: &str, key: &str) -> (u16, String) {
        let answer = self.client.get(url).bearer_auth(key).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A document of the portal for who is signed in, byte by byte.
    async fn document(&self, link: &str) -> Vec<u8> {
        let path = self.browser.link(link).await;
        let cookies = self.browser.page.get_all_cookies().await.unwrap();
        let cookies: Vec<_> = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        let request = self.client.get(format!("{}{path}", self.demo.portal)).header("cookie", cookies.join("; "));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    async fn find_and_begin(&self, window: Window) {
        let browser = &self.browser;
        browser.visit(&self.demo.portal).await;
        if window.language == "es" {
            browser.press("Español").await; // Over what each account says.
        }
        browser.press("Look through the catalogue").await;
        browser.fill("Words", "charging").await;
        browser.press("Search").await;
        browser.press("Electric vehicle chargers in public lots").await;
        browser.sees_typed("load_kw").await;
        browser.press("Apply for this dataset").await;
        browser.sees("Sign in to open the page you asked for.").await;
        self.sign_in(MARIA).await;
        browser.tick("Electric vehicle chargers in public lots").await;
        browser.press("Begin a draft").await;
    }

    async fn answer_step_by_step(&self) {
        let browser = &self.browser;
        browser.tick("Latest values (ev-chargers:read)").await;
        browser.press("Save and continue").await;
        for (step, typed, chosen) in STEPS {
            browser.sees(step).await;
            for (label, text) in *typed {
                browser.fill(label, text).await;
            }
            for (heading, label) in *chosen {
                browser.choose(heading, label).await;
            }
            let is_last = *step == "Who signs";
            browser.press(if is_last { "Save and check everything" } else { "Save and continue" }).await;
        }
    }

    /// Reads what will be signed, signs it, and gives the application's number.
    async fn review_and_sign(&self) -> String {
        let browser = &self.browser;
        browser
            .sees("Read everything once more. You can change any answer; after that, sign at the end of this page.")
            .await;
        browser.sees_typed(PROJECT).await;
        self.same_text_as_hashed().await;
        let number = browser.text_of("main p.when").await;
        browser.press("Sign and send").await;
        browser.sees("There is a problem").await;
        self.sign("Sign and send").await;
        browser.sees("The city is reviewing it").await;
        number
    }

    /// The text to be signed is the text of which the hash stands on the page.
    async fn same_text_as_hashed(&self) {
        let shown = self.browser.fact("Hash of this text").await;
        let text = self.document("plain text").await;
        let hash = accord::domain::audit::hex(&Sha256::digest(&text));
        assert!(shown.starts_with(&hash), "{shown} is not {hash} of\n{}", String::from_utf8_lossy(&text));
    }

    async fn sign(&self, button: &str) {
        let browser = &self.browser;
        browser.tick_all("form#sign").await;
        browser.fill("Your full name, typed as your signature", "Maria Gonzalez").await;
        browser.fill("Your title", "Owner").await;
        browser.press(button).await;
    }

    async fn decide_with_conditions(&self) {
        let browser = &self.browser;
        self.sign_in_as(ROSA).await;
        browser.menu("Review").await;
        browser.press(PROJECT).await;
        browser.sees_typed("A page that shows which public chargers are free right now.").await;
        browser.choose("Your decision", "Approve with conditions").await;
        browser.fill("Reasons in words", "Useful to drivers, and no wider than it needs to be.").await;
        browser.unfold("Conditions, for an approval with conditions").await;
        browser.pick("Kind", "Lower limits").await;
        browser.fill("Value", "30/minute, 1000/day").await;
        browser.fill("Sentence for the agreement", "At most 1,000 calls a day, 30 a minute.").await;
        browser.press("Decide").await;
        browser.sees("Offered, not signed yet").await;
    }

    /// Signs the offer and gives the agreement's number.
    async fn sign_the_offer(&self, application: &str) -> String {
        let browser = &self.browser;
        self.sign_in_as(MARIA).await;
        browser.menu("My applications").await;
        browser.press(PROJECT).await;
        browser.sees_typed(application).await;
        browser.press("Read and answer the offer").await;
        browser.sees_typed("At most 1,000 calls a day, 30 a minute.").await;
        self.same_text_as_hashed().await;
        let hash = browser.fact("Hash of this text").await;
        self.sign("Sign the agreement").await;
        browser.sees("30 calls a minute").await;
        assert_eq!(browser.fact("Hash of this text").await, hash, "what was offered is what is in force");
        browser.fact("Number").await
    }

    /// Makes a key; gives its text and the address that the page says it opens.
    async fn make_a_key(&self) -> (String, String) {
        let browser = &self.browser;
        browser.press("Make a key").await;
        browser.fill("What do you call it?", "web server").await;
        browser.press("Make the key").await;
        browser.sees("This text is shown only now").await;
        let key = browser.text_of(".snippet code, .snippet pre").await;
        assert!(key.starts_with("nwk_live_"), "{key}");
        let words = browser.words().await;
        let mut printed = words.split_whitespace().map(|word| word.trim_matches('\''));
        let url = printed.find(|word| word.starts_with(&self.demo.gate)).unwrap().to_owned();
        browser.reload().await;
        browser.sees("The text was shown before").await;
        browser.sees_nowhere(&key).await;
        browser.press("I have copied it: open the key").await;
        browser.sees_nowhere(&key).await;
        (key, url)
    }

    async fn suspend(&self, agreement: &str, key: &str) {
        let browser = &self.browser;
        self.sign_in_as(ROSA).await;
        browser.menu("Review").await;
        browser.press("Agreements of your department").await;
        browser.press(agreement).await;
        browser.choose("Reason", "Misuse, suspected or found").await;
        browser.pick("What is suspended", &format!("Only the key “web server” ({})", hint(key))).await;
        browser.fill("The facts", "The page was seen to show single sites at full precision.").await;
        browser.press("Suspend").await;
        browser.sees("Suspended").await;
    }

    async fn read_the_story(&self, agreement: &str, key: &str) {
        let browser = &self.browser;
        self.sign_in_as(IVAN).await;
        browser.menu("Audit").await;
        browser.press("Stories").await;
        browser.pick("Kind of thing", "Agreement").await;
        browser.fill("Which one", agreement).await;
        browser.press("Read its story").await;
        browser.sees_typed("agreement.execute").await;
        browser.press(&format!("web server ({})", hint(key))).await;
        for act in ["key.issue", "hold.place"] {
            browser.sees_typed(act).await;
        }
        browser.sees_typed("The page was seen to show single sites at full precision.").await;
        browser.menu("Audit").await;
        browser.press("Check the chain").await;
        browser.press("Check every entry").await;
        browser.sees("The chain is whole").await;
    }
}

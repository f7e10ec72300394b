//! Asking, writing, noting, stepping aside and advising.

use crate::portal::testing::Browser;
use crate::portal::tests::{NOTHING, Office, complains, offices, pairs};

/// Each way to write something: the act, its field, what is missing, what it is called in the audit.
const WAYS: [(&str, &str, &str, &str); 4] = [
    ("ask", "question", "Write your question.", "application.ask"),
    ("message", "message", "Write your message.", "application.message"),
    ("note", "note", "Write your note.", "application.note"),
    ("recuse", "recusal", "Say why", "application.recuse"),
];

struct Case<'a> {
    browser: Browser<'a>,
    here: String,
    department: String,
}

impl Case<'_> {
    async fn write(&self, act: &str, field: &str, text: &str) -> crate::web::testing::Answer {
        let fields = pairs(&[(field, text), ("department", &self.department)]);
        self.browser.send(&self.here, &format!("{}/{act}", self.here), &fields).await
    }
}

async fn case_of<'a>(office: &'a Office, name: &str) -> (Case<'a>, crate::domain::id::ApplicationId) {
    let id = office.sent(&["parking"]);
    let department = office.city.departments[0].to_string();
    (Case { browser: office.of(name).await, here: format!("/review/{id}"), department }, id)
}

#[actix_web::test]
async fn an_empty_or_over_long_text_is_refused_at_its_field_and_kept() {
    for office in offices() {
        let (case, _) = case_of(&office, "Rita Reviewer").await;
        let entries = office.entries();
        let long = "y".repeat(5_001);
        for (act, field, message, _) in WAYS {
            complains(&case.write(act, field, " ").await, field, message, &[]);
            complains(&case.write(act, field, &long).await, field, "Use at most 5000 characters", &[&long]);
            let odd = case.write(act, field, "bell\u{7}").await;
            complains(&odd, field, "control character", &["bell"]);
        }
        assert_eq!(office.entries(), entries, "nothing was done");
    }
}

#[actix_web::test]
async fn each_text_is_kept_shown_and_audited_under_the_reviewers_role() {
    for office in offices() {
        let (case, id) = case_of(&office, "Rita Reviewer").await;
        for (act, field, _, name) in WAYS.into_iter().rev() {
            let text = format!("A text to {act} <b>boldly</b>");
            let done = case.write(act, field, &text).await;
            let page = case.browser.follow(&done).await;
            assert!(page.contains(&format!("A text to {act} &lt;b&gt;boldly&lt;")), "{act}: {page}");
            assert_eq!(office.last_act(), (name.to_owned(), "reviewer".to_owned()));
        }
        assert_eq!(office.application(id).state.as_str(), "info_requested");
        let again = case.write("ask", "question", "And the nights?").await;
        assert_eq!(again.status, 409, "the page has no such form any more: {}", again.body);
        for kept in ["the application is waiting for an answer", "And the nights?", &format!("href=\"{}\"", case.here)]
        {
            assert!(again.body.contains(kept), "{kept}: {}", again.body);
        }
        assert!(!again.body.contains(&case.department), "nobody typed an id");
    }
}

#[actix_web::test]
async fn a_form_from_elsewhere_does_nothing() {
    for office in offices() {
        let (case, id) = case_of(&office, "Manager 0").await;
        let item = office.item(id, "parking");
        let entries = office.entries();
        let decide = pairs(&[("outcome", "approve"), ("statement", "Yes"), ("seen", "1")]);
        let advise = pairs(&[("advice", "approve"), ("advice_text", "Yes")]);
        let items = format!("items/{item}");
        let mut forged = vec![(format!("{items}/decide"), decide), (format!("{items}/recommend"), advise)];
        for (act, field, _, _) in WAYS {
            forged.push((act.to_owned(), pairs(&[(field, "Text"), ("department", &case.department)])));
        }
        for (act, mut fields) in forged {
            let path = format!("{}/{act}", case.here);
            assert_eq!(case.browser.bare(&path, &fields).await.status, 403, "{act} without proof");
            fields.push(("csrf", "00112233445566778899aabbccddeeff".to_owned()));
            assert_eq!(case.browser.bare(&path, &fields).await.status, 403, "{act} with a forged proof");
        }
        assert_eq!(office.entries(), entries);
    }
}

#[actix_web::test]
async fn fields_and_ids_that_the_page_does_not_have_are_refused() {
    for office in offices() {
        let (case, id) = case_of(&office, "Rita Reviewer").await;
        let entries = office.entries();
        let ask = format!("{}/ask", case.here);
        let odd = pairs(&[("question", "Why?"), ("department", &case.department), ("state", "executed")]);
        let odd = case.browser.send(&case.here, &ask, &odd).await;
        assert_eq!((odd.status, odd.body.contains("“state”")), (400, true), "{}", odd.body);
        for department in [office.city.departments[1].to_string(), NOTHING.to_owned(), "mine".to_owned()] {
            let fields = pairs(&[("question", "Why?"), ("department", &department)]);
            assert_eq!(case.browser.send(&case.here, &ask, &fields).await.status, 404, "{department}");
        }
        let advise = pairs(&[("advice", "approve"), ("advice_text", "Yes")]);
        let foreign = office.item(office.sent(&["air-quality"]), "air-quality");
        for item in [foreign.to_string(), NOTHING.to_owned(), "x".to_owned()] {
            let path = format!("{}/items/{item}/recommend", case.here);
            assert_eq!(case.browser.send(&case.here, &path, &advise).await.status, 404, "{item}");
        }
        assert_eq!(office.entries(), entries + 3, "the draft and the sending of the other application only");
        assert_eq!(office.application(id).state.as_str(), "submitted");
    }
}

#[actix_web::test]
async fn advice_needs_a_choice_and_a_reason_and_is_shown_to_the_manager() {
    for office in offices() {
        let (case, id) = case_of(&office, "Rita Reviewer").await;
        let path = format!("{}/items/{}/recommend", case.here, office.item(id, "parking"));
        let advise = async |advice: &str, text: &str| {
            case.browser.send(&case.here, &path, &pairs(&[("advice", advice), ("advice_text", text)])).await
        };
        for odd in ["", "perhaps"] {
            complains(&advise(odd, "As last year.").await, "advice", "Choose what you recommend.", &["As last year."]);
        }
        complains(&advise("deny", "").await, "advice_text", "Say why", &["value=\"deny\" checked"]);
        let done = advise("approve_with_conditions", "Hourly means will do.").await;
        assert!(case.browser.follow(&done).await.contains("Your recommendation is kept."));
        let page = office.of("Manager 0").await.page(&case.here).await;
        assert!(page.contains("Recommended: Approve with conditions") && page.contains("Hourly means will do."));
        assert!(page.contains("Rita Reviewer, reviewer"), "by whom, in which role: {page}");
    }
}

#[actix_web::test]
async fn who_stepped_aside_reads_but_neither_advises_nor_decides() {
    for office in offices() {
        let (case, id) = case_of(&office, "Manager 0").await;
        let before = case.browser.page(&case.here).await;
        assert!(before.contains("<legend>Your decision") && before.contains("Step aside from this application"));
        let done = case.write("recuse", "recusal", "She is my neighbour.").await;
        let page = case.browser.follow(&done).await;
        assert!(page.contains("You have stepped aside") && page.contains("She is my neighbour."), "{page}");
        for gone in ["<legend>Your decision", "Recommend to the manager", "Step aside from this application"] {
            assert!(!page.contains(gone), "{gone}: {page}");
        }
        let item = format!("{}/items/{}", case.here, office.item(id, "parking"));
        let decide = pairs(&[("outcome", "approve"), ("statement", "Still good."), ("seen", "1")]);
        let decided = case.browser.send(&case.here, &format!("{item}/decide"), &decide).await;
        assert!(decided.status == 403 && decided.body.contains("You stepped aside"), "{}", decided.body);
        assert!(decided.body.contains("Still good."), "what was typed is kept: {}", decided.body);
        let advise = pairs(&[("advice", "approve"), ("advice_text", "Still good.")]);
        let advised = case.browser.send(&case.here, &format!("{item}/recommend"), &advise).await;
        assert!(advised.status == 403 && advised.body.contains("You stepped aside"), "{}", advised.body);
        assert_eq!(office.application(id).state.as_str(), "submitted");
        let second = office.of("Second Manager").await.page(&case.here).await;
        assert!(second.contains("<legend>Your decision"), "a colleague decides: {second}");
    }
}

//! Letters read before they are sent, at their forms: the page shows the letter and does nothing, leads back to the form
//! with what was typed, and sends in earnest.

use super::{Office, offices, pairs};
use crate::cases::appeals::{self, Wish, desk as appeal_desk};
use crate::cases::apply_tests::deny;
use crate::cases::conduct::open::{Opening, Origin, open};
use crate::cases::records::{self, Wish as RecordsWish};
use crate::cases::{Caller, Intent};
use crate::domain::appeal::Appealed;
use crate::domain::misuse::Class;
use crate::domain::people::Actor;
use crate::portal::testing::Browser;
use crate::store::people;

/// A form of staff that sends a letter, filled in.
struct Filled<'a> {
    page: String,
    action: String,
    fields: Vec<(&'a str, &'a str)>,
    /// What the letter says, and in which language it is.
    says: (&'a str, &'a str),
}

/// Reads the letter, goes back, and sends it from the page that shows it.
async fn reads_and_sends(office: &Office, who: &Browser<'_>, filled: &Filled<'_>) {
    let Filled { page, action, fields, says: (words, language) } = filled;
    assert!(who.page(page).await.contains("name=\"preview\" value=\"yes\""), "{page} has the button");
    let entries = office.entries();
    let press = async |button: &'static str| {
        let mut all = pairs(fields);
        all.push(("preview", button.to_owned()));
        who.send(page, action, &all).await
    };
    let shown = press("yes").await;
    assert_eq!(shown.status, 200, "{action}: {}", shown.body);
    for wanted in ["Nothing was sent, and nothing was done", words, &format!("lang=\"{language}\""), "Send it now"] {
        assert!(shown.body.contains(wanted), "{action}: {wanted} in {}", shown.body);
    }
    let back = press("back").await;
    assert_eq!(back.status, 200, "{action}: {}", back.body);
    assert!(back.body.contains("What you typed is still in the form"), "{action}: {}", back.body);
    let typed = fields.iter().map(|(_, value)| *value).filter(|value| !value.is_empty());
    for value in typed {
        assert!(shown.body.contains(&format!("value=\"{value}\"")), "{action}: {value} is carried: {}", shown.body);
        assert!(back.body.contains(value), "{action}: {value} is kept: {}", back.body);
    }
    assert_eq!(press("maybe").await.status, 400, "{action}");
    assert_eq!(office.entries(), entries, "{action}: nothing was done so far");
    let mut carried = pairs(fields);
    carried.extend([("csrf", shown.hidden("csrf")), ("once", shown.hidden("once"))]);
    let sent = who.bare(action, &carried).await;
    assert_eq!(sent.status, 303, "{action}: {}", sent.body);
    assert!(office.entries() > entries, "{action}: now it is done");
}

fn filled<'a>(page: &str, act: &str, fields: &[(&'a str, &'a str)], says: (&'a str, &'a str)) -> Filled<'a> {
    Filled { page: page.to_owned(), action: format!("{page}/{act}"), fields: fields.to_vec(), says }
}

#[actix_web::test]
async fn the_letter_of_a_decision_is_read_in_the_language_of_its_reader() {
    for office in offices() {
        let maria = office.caller("Maria Gonzalez").actor.account.unwrap();
        let set = |conn: &mut crate::store::AnyConnection| {
            let account = people::account_by_id(conn, maria)?;
            people::update_account(conn, &people::Account { language: "es".to_owned(), ..account })
        };
        office.desk().store.write(set).unwrap();
        let manager = office.of("Manager 0").await;
        let id = office.sent(&["parking"]);
        let cites = office.desk().profile.ground("D7").unwrap().must_cite[0].name.as_str().to_owned();
        let cite = format!("cite.D7.{cites}");
        let fields = [
            ("seen", "1"),
            ("outcome", "deny"),
            ("statement", "It is too fine."),
            ("ground.D7", "yes"),
            (cite.as_str(), "hourly means"),
            ("explanation.D7", "Hourly data will do."),
            ("remedy", "Ask for hourly data."),
        ];
        let page = format!("/review/{id}");
        let act = format!("items/{}/decide", office.item(id, "parking"));
        reads_and_sends(&office, &manager, &filled(&page, &act, &fields, ("Si no está de acuerdo", "es"))).await;

        let id = office.sent(&["parking"]);
        let action = format!("/review/{id}/items/{}/decide", office.item(id, "parking"));
        let plain = [("seen", "1"), ("outcome", "approve"), ("statement", "A good use."), ("preview", "yes")];
        let shown = manager.send(&format!("/review/{id}"), &action, &pairs(&plain)).await;
        assert!(
            shown.body.contains("No letter is sent for this") && shown.body.contains("Do it now"),
            "{}",
            shown.body
        );
        assert_eq!(office.application(id).state.as_str(), "submitted");
        let missing = [("seen", "1"), ("outcome", "approve"), ("statement", ""), ("preview", "yes")];
        let wrong = manager.send(&format!("/review/{id}"), &action, &pairs(&missing)).await;
        assert_eq!(wrong.status, 422, "what is wrong is said as without a preview");
    }
}

#[actix_web::test]
async fn the_letters_of_a_suspension_and_of_an_end_are_read_first() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let (manager, clerk) = (office.of("Manager 0").await, office.of("Clara Clerk").await);
        let page = format!("/review/agreements/{}", agreement.id);
        let fields = [("target", "agreement"), ("reason", "misuse"), ("explanation", "500 refused calls.")];
        let says = ("A suspension is no finding", "en");
        reads_and_sends(&office, &manager, &filled(&page, "suspend", &fields, says)).await;
        let fields = [
            ("number", &*agreement.number),
            ("target", "agreement"),
            ("reason", "misuse"),
            ("explanation", "More refused calls."),
        ];
        let place = Filled {
            page: "/clerk/holds".to_owned(),
            action: "/clerk/holds".to_owned(),
            fields: fields.to_vec(),
            says,
        };
        reads_and_sends(&office, &clerk, &place).await;
        let department = office.city.departments[0].to_string();
        let fields = [("department", &*department), ("end_reason", "It is over.")];
        let says = ("The duties that outlive the agreement", "en");
        reads_and_sends(&office, &manager, &filled(&page, "terminate", &fields, says)).await;
    }
}

#[actix_web::test]
async fn the_letters_of_a_misuse_case_are_read_first() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let opening = Opening {
            origin: Origin::Staff,
            agreement: agreement.number,
            key: None,
            dataset: "parking".to_owned(),
            class: Some(Class::M5),
            summary: "Copies stand on a site.".to_owned(),
            at_once: None,
        };
        let case = open(office.desk(), &office.caller("Rita Reviewer"), &opening).unwrap();
        let (rita, manager) = (office.of("Rita Reviewer").await, office.of("Manager 0").await);
        let page = format!("/cases/{}", case.id);
        let fields = [("facts", "Copies stand on a site."), ("clause", "Clause 7."), ("cure", "Take them down.")];
        reads_and_sends(&office, &rita, &filled(&page, "notify", &fields, ("Notice of violation", "en"))).await;
        let fields = [("order_kind", "cease"), ("order", "Stop copying today.")];
        reads_and_sends(&office, &manager, &filled(&page, "order", &fields, ("Stop copying today.", "en"))).await;
        let fields = [("dismiss_reasons", "It was somebody else.")];
        reads_and_sends(&office, &manager, &filled(&page, "dismiss", &fields, ("It was somebody else.", "en"))).await;
    }
}

#[actix_web::test]
async fn the_decision_on_an_appeal_is_read_first() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        deny(&office.city, &office.city.managers[0], id, "parking");
        let (maria, clara) = (office.caller("Maria Gonzalez"), office.caller("Clara Clerk"));
        let of = Appealed::Denial { application: id, item: office.item(id, "parking") };
        let wish = Wish { of, grounds: "Hourly will not do.".to_owned(), wanted: String::new() };
        let appeal = appeals::file(office.desk(), &maria, &wish).unwrap().id;
        appeal_desk::acknowledge(office.desk(), &clara, appeal, "").unwrap();
        appeal_desk::compile(office.desk(), &clara, appeal).unwrap();
        let clerk = office.of("Clara Clerk").await;
        let fields = [("outcome", "affirmed"), ("reasons", "The record shows it."), ("instructions", "")];
        let page = format!("/clerk/appeals/{appeal}");
        reads_and_sends(&office, &clerk, &filled(&page, "decide", &fields, ("The record shows it.", "en"))).await;
    }
}

#[actix_web::test]
async fn an_answer_about_records_is_read_first_and_files_are_chosen_again() {
    for office in offices() {
        let visitor = Caller {
            actor: Actor::visitor(Some([203, 0, 113, 9].into())),
            intent: Intent::Act,
            idempotency: None,
            ..office.caller("Maria Gonzalez")
        };
        let all = office.desk().read(people::departments).unwrap();
        let wish = RecordsWish {
            email: "vera@people.example".to_owned(),
            department: all.into_iter().find(|known| known.id == office.city.departments[0]).unwrap().slug,
            description: "Counts of bicycles.".to_owned(),
            language: "es".to_owned(),
            ..RecordsWish::default()
        };
        let id = records::file(office.desk(), &visitor, &wish).unwrap().request.id;
        let manager = office.of("Manager 0").await;
        let page = format!("/records/{id}");
        let fields = [("word", "We look for it.")];
        reads_and_sends(&office, &manager, &filled(&page, "acknowledge", &fields, ("We look for it.", "es"))).await;
        let fields = [("pages", "30"), ("page_price", "0.50")];
        reads_and_sends(&office, &manager, &filled(&page, "estimate", &fields, ("$15.00", "es"))).await;
        let fields = [("outcome", "produced"), ("answer_text", "It is at the desk.")];
        let shown = manager.page(&page).await;
        assert!(shown.contains("enctype=\"multipart/form-data\""));
        reads_and_sends(&office, &manager, &filled(&page, "answer", &fields, ("Los documentos se entregan", "es")))
            .await;
    }
}

#[actix_web::test]
async fn an_act_without_a_letter_has_no_preview_and_does_not_happen_by_the_wish_for_one() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let manager = office.of("Manager 0").await;
        let (page, entries) = (format!("/review/{id}"), office.entries());
        let department = office.city.departments[0].to_string();
        let fields = [("note", "For us."), ("department", &*department), ("preview", "yes")];
        let refused = manager.send(&page, &format!("{page}/note"), &pairs(&fields)).await;
        assert_eq!((refused.status, office.entries()), (400, entries), "{}", refused.body);
    }
}

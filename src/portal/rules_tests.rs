//! The rule book for everybody, and the signals for those whose data it is.

use crate::cases::keys::{self, form::KeyForm};
use crate::cases::misuse::Watch;
use crate::portal::tests::{Office, offices};
use crate::store::usage::{self, Counted, UsageBatch, UsageCount};

/// A key of Maria's, used where it opens nothing, and the signal about it.
fn probed(office: &Office) -> String {
    let (desk, agreement) = (office.desk(), office.executed(&["parking"]));
    let scopes = agreement.scopes();
    let form = KeyForm { name: "script".to_owned(), scopes, ..KeyForm::default() };
    let wish = form.read(desk.profile.zone).unwrap();
    let key = keys::create(desk, &office.caller("Maria Gonzalez"), agreement.id, &wish).unwrap().key;
    let of = Counted {
        key: Some(key.id),
        agreement: Some(agreement.id),
        dataset: Some(agreement.schedules[0].dataset),
        operation: String::new(),
        outcome: "scope_denied".to_owned(),
    };
    let now = desk.clock.now();
    let count = UsageCount { minute: now, of, calls: 70, bytes: 1, latency_us: 1 };
    let batch = UsageBatch { counts: vec![count], ..UsageBatch::default() };
    assert!(desk.store.write(|conn| usage::write(conn, ("test", 1), &batch, desk.profile.zone, now)).unwrap());
    assert_eq!(Watch::default().round(desk).unwrap(), 1);
    key.hint
}

#[actix_web::test]
async fn everybody_reads_every_rule_in_english_and_spanish() {
    for office in offices() {
        let browser = office.portal.browser();
        let page = browser.page("/rules").await;
        let (english, spanish) = page.split_once("<section id=\"es\" lang=\"es\"").unwrap();
        for rule in &office.desk().profile.rules {
            assert!(english.contains(&format!("id=\"{}\"", rule.id)), "{}", rule.id);
            assert!(spanish.contains(rule.title.text("es")), "{}", rule.id);
        }
        assert!(english.contains("1000 calls outside the scopes or more within 5 minutes"));
        assert!(spanish.contains("1000 llamadas fuera de los alcances o más en 5 minutos. Se suspende la clave."));
        assert!(browser.page("/").await.contains("href=\"/rules\""), "from the foot of every page");
    }
}

#[actix_web::test]
async fn signals_are_shown_to_the_offices_they_concern() {
    for office in offices() {
        assert!(office.of("Ivan Auditor").await.page("/signals").await.contains("No signals"));
        let hint = probed(&office);
        for name in ["Manager 0", "Rita Reviewer", "Clara Clerk", "Ivan Auditor"] {
            let page = office.of(name).await.page("/signals").await;
            for wanted in [&*hint, "70 calls outside the scopes within 10 minutes", "Holder warned", "scope_denied: 70"]
            {
                assert!(page.contains(wanted), "{name} {wanted}: {page}");
            }
        }
        assert!(!office.of("Manager 1").await.page("/signals").await.contains(&hint), "another department");
        for name in ["Maria Gonzalez", "Ada Admin"] {
            assert_eq!(office.of(name).await.get("/signals").await.status, 403, "{name}");
        }
        assert_eq!(office.portal.browser().get("/signals").await.status, 303);
        let lost = office.of("Ivan Auditor").await.page("/signals?cursor=nonsense").await;
        assert!(lost.contains(&hint), "a cursor of nobody's is the first page");
    }
}

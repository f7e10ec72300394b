//! An appeal at its pages, from the letter's button to the decision: what was typed is kept, both dates stand side by
//! side, and each page is for its own side only.

use crate::cases::apply_tests::deny;
use crate::portal::tests::{NOTHING, complains, looks_like_nothing, offices, pairs};

#[actix_web::test]
async fn an_appeal_goes_from_the_letter_to_the_decision() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        deny(&office.city, &office.city.managers[0], id, "parking");
        let maria = office.of("Maria Gonzalez").await;
        let clerk = office.of("Clara Clerk").await;
        assert!(clerk.page("/clerk/appeals").await.contains("No open appeals"));
        assert!(maria.page("/appeals").await.contains("No appeals"));
        let letter = maria.page(&format!("/applications/{id}/letter")).await;
        let form = format!("/appeals/new?of=denial:{id}:{}", office.item(id, "parking"));
        assert!(letter.contains(&form), "the letter has the button: {letter}");
        let page = maria.page(&form).await;
        let clocks = office.desk().profile.denial_clocks("2026-11-23".parse().unwrap());
        for day in [clocks.clerk_by, clocks.foic_by] {
            assert!(page.contains(&day.to_string()), "{day}: {page}");
        }
        let of = form.split('=').nth(1).unwrap();
        let file = async |grounds: &str| {
            let fields = [("of", of), ("grounds", grounds), ("wanted", "Grant it as I asked.")];
            maria.send(&form, "/appeals", &pairs(&fields)).await
        };
        complains(&file("").await, "grounds", "", &["Grant it as I asked."]);
        let filed = file("Hourly data <b>will not</b> do.").await;
        let own = filed.header("location").to_owned();
        let page = maria.follow(&filed).await;
        for wanted in ["APL-2026-0001", "Papers for the State commission", "&lt;b&gt;will not&lt;", "Take it back"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(maria.page(&form).await.contains("There is an appeal from this decision"));
        assert_eq!(file("Once more.").await.status, 422);

        let appeal = own.strip_prefix("/appeals/").unwrap();
        let desk = format!("/clerk/appeals/{appeal}");
        assert!(clerk.page("/clerk/appeals").await.contains(&desk));
        let act = async |what: &str, fields: &[(&str, &str)]| {
            clerk.send(&desk, &format!("{desk}/{what}"), &pairs(fields)).await
        };
        assert_eq!(act("decide", &[("outcome", "reversed"), ("reasons", "x")]).await.status, 409, "not ready");
        clerk.follow(&act("acknowledge", &[("word", "We have it.")]).await).await;
        assert!(clerk.follow(&act("record", &[]).await).await.contains("03-decision.txt"));
        let typed = [("hearing_on", "2026-12-25"), ("hearing_place", "10 AM, City Hall")];
        complains(&act("hearing", &typed).await, "hearing_on", "closed on that day", &["10 AM, City Hall"]);
        let typed = [("hearing_on", "2026-12-10"), ("hearing_place", "10 AM, City Hall")];
        assert!(clerk.follow(&act("hearing", &typed).await).await.contains("10 AM, City Hall"));
        let none = [("reasons", "The record shows it."), ("instructions", "")];
        complains(&act("decide", &none).await, "outcome", "Choose how it is decided", &["The record shows it."]);
        let ruled = [("outcome", "reversed"), none[0], none[1]];
        let page = clerk.follow(&act("decide", &ruled).await).await;
        assert!(page.contains("open for review again"), "{page}");
        assert_eq!(office.application(id).state.as_str(), "submitted");
        assert!(maria.page(&own).await.contains("The decision does not stand."));
        assert!(clerk.page("/clerk/appeals?show=all").await.contains("APL-2026-0001"));

        for name in ["Manager 0", "Rita Reviewer", "Ivan Auditor", "Ada Admin"] {
            let other = office.of(name).await;
            assert_eq!(other.get(&desk).await.status, 403, "{name}");
            looks_like_nothing(&other, &own, &format!("/appeals/{NOTHING}")).await;
        }
        assert_eq!(maria.get(&desk).await.status, 403);
        looks_like_nothing(&maria, "/appeals/new?of=denial:x", &format!("/appeals/new?of=suspension:{NOTHING}")).await;
    }
}

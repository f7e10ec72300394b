//! Asking: links with answers, earlier applications, offers answered condition by condition.

use super::testing::cities;
use super::tests::well_formed;
use super::usage::OUTCOMES;
use crate::gate::verdict::Outcome;

/// The names of the fields that answer an offer: choices, and texts.
pub(super) fn answers(offered: &crate::domain::application::Application) -> (Vec<String>, Vec<String>) {
    let all = offered.items.iter().flat_map(|item| {
        (0..item.state.conditions().len())
            .map(|at| (format!("answer.{}.{at}", item.id), format!("counter.{}.{at}", item.id)))
    });
    all.unzip()
}

#[actix_web::test]
async fn one_condition_is_countered_and_the_department_decides_again() {
    for city in cities() {
        let offered = city.application("jo", "offered");
        let here = format!("/applications/{}", offered.id);
        let (choices, texts) = answers(&offered);
        let mut fields: Vec<(&str, &str)> = choices.iter().map(|name| (name.as_str(), "accept")).collect();
        fields[0].1 = "propose";
        fields.push((texts[0].as_str(), "Two years, please."));
        let sent = city.post("jo", &format!("{here}/counter"), &fields).await;
        let page = city.follow("jo", &sent).await;
        assert!(page.body.contains("Two years, please."), "{}", page.body);
        let again = city.application("jo", "submitted");
        let countered: Vec<_> = again.items.iter().flat_map(|item| &item.countered).collect();
        assert_eq!((countered.len(), countered[0].proposal.as_str()), (1, "Two years, please."));
    }
}

#[actix_web::test]
async fn a_link_suggests_answers_and_begins_nothing_by_itself() {
    for city in cities() {
        let before = city.applications("maria").len();
        let link = "/applications/new?dataset=parking-occupancy&dataset=nowhere&project=Free+bays&purpose=fun\
                    &use=Show+them.&speed=9&utm_source=mail";
        let page = city.get("maria", link).await;
        well_formed(&page, link);
        for wanted in ["value=\"Free bays\"", "Show them.", "“nowhere” is no dataset", "Purpose category", "no “speed”"]
        {
            assert!(page.body.contains(wanted), "{wanted} in {}", page.body);
        }
        assert!(!page.body.contains("utm_source") && page.body.contains("value=\"parking-occupancy\" checked"));
        assert_eq!(city.applications("maria").len(), before, "looking begins nothing");
        let fields =
            [("datasets", "parking-occupancy"), ("prefill.title", "Free bays by the sea"), ("prefill.purpose", "")];
        let begun = city.post("maria", "/applications", &fields).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let id = begun.header("location").split('/').nth(2).unwrap().to_owned();
        let all = city.applications("maria");
        let draft = all.iter().find(|one| one.id.to_string() == id).unwrap();
        assert_eq!((draft.answers.get("title"), draft.answers.get("purpose")), ("Free bays by the sea", ""));
        let strange =
            city.post("maria", "/applications", &[("datasets", "parking-occupancy"), ("prefill.nothing", "x")]).await;
        assert_eq!(strange.status, 422, "{}", strange.body);
    }
}

#[actix_web::test]
async fn an_earlier_application_lends_its_answers_and_no_signature() {
    for city in cities() {
        let earlier = city.application("maria", "executed");
        let here = format!("/applications/{}", earlier.id);
        assert!(city.get("maria", &here).await.body.contains("Use it as a template"));
        let begun = city.post("maria", &format!("{here}/copy"), &[]).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let id = begun.header("location").split('/').nth(2).unwrap().to_owned();
        let all = city.applications("maria");
        let copy = all.iter().find(|one| one.id.to_string() == id).unwrap();
        assert_eq!(copy.answers.get("title"), earlier.answers.get("title"));
        assert_eq!(copy.items[0].asked, earlier.items[0].asked);
        assert!(copy.submissions.is_empty() && copy.follows.is_none() && copy.amends.is_none());
        assert_eq!(copy.answers.get("signatory_title"), "", "who signs is asked anew");
        let chosen = [("copy", earlier.id.to_string()), ("prefill.title", "The same again".to_owned())];
        let chosen: Vec<(&str, &str)> = chosen.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let begun = city.post("maria", "/applications", &chosen).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        assert!(city.applications("maria").iter().any(|one| one.answers.get("title") == "The same again"));
        assert_eq!(city.post("chen", &format!("{here}/copy"), &[]).await.status, 404, "not from others");
    }
}

#[test]
fn every_outcome_of_the_gate_has_its_words_and_what_to_do() {
    let told: Vec<&str> = OUTCOMES.iter().map(|(code, _, _)| *code).collect();
    for outcome in Outcome::ALL {
        assert!(told.contains(&outcome.as_str()), "{}", outcome.as_str());
    }
    assert_eq!(told.len(), Outcome::ALL.len());
    for (code, words, todo) in OUTCOMES {
        assert!(!words.is_empty() && todo.is_empty() == (code == "ok"), "{code}");
    }
}

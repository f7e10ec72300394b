//! A signed agreement as a file to keep.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::testing::{caller_of, cities};
use crate::cases::copies;
use crate::portal::copies as copies_page;

/// What is said in a Markdown text, without its spaces.
fn said(markdown: &str) -> String {
    let (mut said, mut last, mut link) = (String::new(), String::new(), String::new());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                said.push_str(&text);
                last = text.to_string();
            }
            Event::Start(Tag::Link { dest_url, .. }) => link = dest_url.to_string(),
            Event::End(TagEnd::Link) if link != last => said.push_str(&format!("({link})")),
            Event::Start(_)
            | Event::End(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    said.split_whitespace().collect()
}

#[actix_web::test]
async fn an_agreement_as_pdf_is_the_text_signed_and_then_what_proves_it() {
    for city in cities() {
        let agreement = city.live("maria");
        let here = format!("/agreements/{}/agreement.pdf", agreement.id);
        for nick in ["maria", "rosa", "ivan", "clara"] {
            let file = city.get(nick, &here).await;
            assert_eq!((file.status, file.header("content-type")), (200, "application/pdf"), "{nick}: {}", file.body);
            assert!(file.body.starts_with("%PDF-1.7"), "{nick}");
            assert!(file.header("content-disposition").contains(&agreement.number));
        }
        assert_eq!(city.get("jo", &here).await.status, 404, "a stranger");
        assert_eq!(city.get("", &here).await.status, 303, "nobody");
        assert!(city.get("maria", &format!("/agreements/{}", agreement.id)).await.body.contains(&here));

        let copy = copies::of_agreement(city.desk(), &caller_of(city.desk(), "maria"), agreement.id).unwrap();
        let pages = copies_page::pages(&city.desk().profile, &copy, "https://city.example");
        let first = pages.iter().position(|page| page.starts_with("Evidence for")).unwrap();
        let printed: String = pages[..first].concat().split_whitespace().collect();
        assert_eq!(printed, said(&copy.view.text), "the whole text signed, and nothing else");
        let proof: String = pages[first..].concat().split_whitespace().collect();
        let evidence = &agreement.execution().unwrap().signature;
        let terms = &copy.signatures[0].1;
        for wanted in [
            evidence.name.clone(),
            evidence.address.clone(),
            evidence.agent.clone(),
            evidence.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            evidence.consent.clone(),
            agreement.text_hash.clone(),
            evidence.terms_hash.clone(),
            evidence.reviewed.clone(),
            format!("version {}", terms.number),
            copy.view.signature.clone().unwrap(),
            copy.view.public_key.clone(),
            "https://city.example/check-agreement".to_owned(),
        ] {
            let wanted: String = wanted.split_whitespace().collect();
            assert!(!wanted.is_empty() && proof.contains(&wanted), "{wanted} in {proof}");
        }
        assert!(!copy.decisions.is_empty());
        for decided in &copy.decisions {
            for wanted in [&decided.department, &decided.words, &decided.by] {
                let wanted: String = wanted.split_whitespace().collect();
                assert!(proof.contains(&wanted), "{wanted} in {proof}");
            }
        }
        let offered = city.agreements("maria").into_iter().find(|one| one.execution().is_none());
        if let Some(offered) = offered {
            let path = format!("/agreements/{}/agreement.pdf", offered.id);
            assert_eq!(city.get("maria", &path).await.status, 404, "nothing is signed yet");
        }
    }
}

//! The department's texts, from the browser.

use crate::cases::desk_texts;
use crate::portal::tests::{offices, pairs};

const LIST: &str = "/review/texts";

#[actix_web::test]
async fn a_text_is_put_in_after_what_was_typed_with_the_facts_of_the_case_in_it() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let number = office.application(id).number;
        let department = office.city.departments[0].to_string();
        let manager = office.of("Manager 0").await;
        let fields = [
            ("department", department.as_str()),
            ("kind", "message"),
            ("ground", ""),
            ("title", "Hours"),
            ("english", "{number}: which hours, {applicant}?"),
            ("spanish", ""),
        ];
        assert_eq!(manager.send(LIST, LIST, &pairs(&fields)).await.status, 303);
        let text = desk_texts::list(office.desk(), &office.caller("Manager 0")).unwrap()[0].id.to_string();
        let rita = office.of("Rita Reviewer").await;
        assert!(rita.page(LIST).await.contains("which hours, {applicant}?"));
        let (case, put_in) = (format!("/review/{id}"), format!("/review/{id}/put-in"));
        let filled = format!("{number}: which hours, Maria Gonzalez?");
        assert!(rita.page(&case).await.contains(&format!("data-text=\"{filled}\"")));
        let typed = [("question", "Dear Maria,"), ("about", "purpose"), ("text.question", &text), ("put", "question")];
        let page = rita.send(&case, &put_in, &pairs(&typed)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains(&format!("Dear Maria,\n\n{filled}</textarea>")), "{}", page.body);
        assert!(page.body.contains("value=\"purpose\" selected"), "what was typed beside it is kept: {}", page.body);
        let none = rita.send(&case, &put_in, &pairs(&[("question", "Dear"), ("put", "question")])).await;
        assert!(
            none.body.contains("Choose a text to put in.") && none.body.contains("Dear</textarea>"),
            "{}",
            none.body
        );
        let unfit = [("note", ""), ("text.note", text.as_str()), ("put", "note")];
        let unfit = rita.send(&case, &put_in, &pairs(&unfit)).await;
        assert!(unfit.body.contains("That text is not kept any more."), "{}", unfit.body);
        let sent = [("question", "Which?"), ("about", ""), ("text.question", &text), ("department", &department)];
        assert_eq!(rita.send(&case, &format!("{case}/ask"), &pairs(&sent)).await.status, 303);
        let rex = office.of("Rex Reviewer").await;
        assert!(!rex.page(LIST).await.contains("which hours"), "another department's texts are not shown");
        assert_eq!(rex.send(LIST, &put_in, &pairs(&[("text.note", &text), ("put", "note")])).await.status, 404);
    }
}

#[actix_web::test]
async fn a_reason_goes_to_its_coded_ground_and_what_a_case_cannot_say_is_pointed_out() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let manager = office.of("Manager 0").await;
        let department = office.city.departments[0].to_string();
        let write = |title: &'static str, ground: &'static str, english: &'static str| {
            let fields = [("department", department.as_str()), ("kind", "reason"), ("ground", ground)];
            pairs(&[fields.as_slice(), &[("title", title), ("english", english), ("spanish", "")]].concat())
        };
        for (title, ground, english) in [("Fine", "D7", "Hourly data will do."), ("Any", "", "Considered.")] {
            assert_eq!(manager.send(LIST, LIST, &write(title, ground, english)).await.status, 303);
        }
        let wrong = manager.send(LIST, LIST, &write("Fine", "", "Dear {aplicant}")).await;
        assert!(wrong.body.contains("“{aplicant}” is not a placeholder."), "{}", wrong.body);
        assert!(wrong.body.contains("Dear {aplicant}</textarea>"), "what was typed is kept: {}", wrong.body);
        let texts = desk_texts::list(office.desk(), &office.caller("Manager 0")).unwrap();
        let [any, fine] = [&texts[0], &texts[1]].map(|text| text.id.to_string());
        let (case, item) = (format!("/review/{id}"), office.item(id, "parking"));
        let put_in = format!("{case}/put-in?item={item}");
        let typed = [("outcome", "deny"), ("ground.D7", "yes"), ("text.explanation.D7", &fine), ("seen", "1")];
        let page =
            manager.send(&case, &put_in, &pairs(&[typed.as_slice(), &[("put", "explanation.D7")]].concat())).await;
        assert!(page.body.contains("Hourly data will do.</textarea>"), "{}", page.body);
        let page = manager.send(&case, &put_in, &pairs(&[("text.statement", &any), ("put", "statement")])).await;
        assert!(page.body.contains("Considered.</textarea>"), "{}", page.body);
        let one = format!("{LIST}/{any}");
        let fields =
            [("kind", "note"), ("ground", ""), ("title", "Day"), ("english", "By {deadline}."), ("spanish", "")];
        let fields = [fields.as_slice(), &[("version", "1")]].concat();
        assert_eq!(manager.send(&one, &one, &pairs(&fields)).await.status, 303);
        assert_eq!(office.of("Rita Reviewer").await.get(&one).await.status, 403);
        let ask = [("question", "Which?"), ("about", ""), ("department", department.as_str())];
        assert_eq!(manager.send(&case, &format!("{case}/ask"), &pairs(&ask)).await.status, 303);
        let page = manager.send(&case, &put_in, &pairs(&[("note", "N"), ("text.note", &any), ("put", "note")])).await;
        assert!(page.body.contains("This case has nothing to put in for {deadline}"), "{}", page.body);
        assert!(page.body.contains("N\n\nBy {deadline}.</textarea>"), "{}", page.body);
        let gone = manager.send(&one, &format!("{one}/delete"), &pairs(&[("version", "2")])).await;
        assert_eq!((gone.status, office.last_act().0.as_str()), (303, "desk_text.delete"));
        assert!(!manager.page(LIST).await.contains("By {deadline}."));
    }
}

#[actix_web::test]
async fn a_coded_ground_is_named_in_the_readers_language() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let department = office.city.departments[0].to_string();
        let fields = [("department", department.as_str()), ("kind", "reason"), ("ground", "D1"), ("title", "Cerrado")];
        let fields = pairs(&[fields.as_slice(), &[("english", "Closed."), ("spanish", "Cerrado.")]].concat());
        assert_eq!(manager.send(LIST, LIST, &fields).await.status, 303);
        let text = desk_texts::list(office.desk(), &office.caller("Manager 0")).unwrap()[0].id.to_string();
        let one = format!("{LIST}/{text}");
        for (language, said, not_said) in [
            ("en", "D1: A statute prohibits it", "Una ley lo prohíbe"),
            ("es", "D1: Una ley lo prohíbe", "A statute prohibits it"),
        ] {
            assert_eq!(manager.get(&format!("/language/{language}?back={LIST}")).await.status, 303);
            let page = manager.page(LIST).await;
            let row = page.split("<tbody>").nth(1).and_then(|rows| rows.split("</tbody>").next()).unwrap();
            assert!(row.contains(said), "in the list: {row}");
            let choices = manager.page(&one).await;
            assert!(choices.contains(&format!("{said}</option>")), "in the form: {choices}");
            assert!(!page.contains(not_said) && !choices.contains(not_said), "{page}{choices}");
        }
        let (case, item) = (office.sent(&["parking"]), "parking");
        let href = format!("/review/{case}?item={}", office.item(case, item));
        let page = manager.page(&href).await;
        assert!(page.contains("D1: Una ley lo prohíbe") && !page.contains("A statute prohibits it"), "{page}");
        let exemption = &office.desk().profile.exemptions[0];
        let named = |language: &str| format!("{}: {}", exemption.code, exemption.title.text(language));
        assert!(page.contains(&named("es")) && !page.contains(&named("en")), "{page}");
    }
}

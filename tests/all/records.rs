//! Requests for records from outside, in the running city: asked without an account, answered with a file, and a reuse
//! statement that becomes part of the catalogue.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::harness::client::{Program, Visitor};
use super::harness::demo::Demo;

#[actix_web::test]
async fn a_stranger_gets_records_by_a_private_link_and_a_dataset_its_reuse_statement() {
    let demo = Demo::start("");
    let stranger = Program::nobody(&demo);
    let rosa = Program::of(&demo, "rosa.marino@norwalk.example").await;
    let clara = Program::of(&demo, "clara.whitfield@norwalk.example").await;

    let wish = json!({ "description": "Counts of East Avenue, 2025.", "email": "vera@people.example" });
    let filed = stranger.post("/records-requests", &wish).await;
    assert_eq!(filed.status, 201, "{}", filed.body);
    let filed = filed.json();
    let (id, token) = (filed["request"]["id"].as_str().unwrap(), filed["token"].as_str().unwrap());
    let again = stranger.post("/records-requests", &wish).await;
    assert_eq!((again.status, again.code()), (409, "already_filed".to_owned()));
    assert_eq!(stranger.post("/records-followed", &json!({ "key": id })).await.status, 404, "an id is no key");
    assert_eq!(rosa.get(&format!("/records-desk/{id}")).await.status, 404, "nobody said yet whose it is");

    let departments = clara.get("/departments").await.json();
    let all = departments["items"].as_array().unwrap();
    let rosas = rosa.get("/steward/datasets").await.json()["items"][0]["department"].clone();
    let slug = all.iter().find(|known| known["id"] == rosas || known["slug"] == rosas).unwrap()["slug"].clone();
    let act = async |who: &Program, what: &str, body: serde_json::Value| {
        let done = who.post(&format!("/records-desk/{id}/{what}"), &body).await;
        assert!(done.status == 200 || done.status == 204, "{what}: {}", done.body);
    };
    act(&clara, "department", json!({ "department": slug })).await;
    act(&rosa, "acknowledgement", json!({ "text": "" })).await;
    let search = rosa.post(&format!("/records-desk/{id}/estimate"), &json!({ "search_minutes": 5 })).await;
    assert_eq!(search.status, 422, "{}", search.body);
    let denied = json!({ "outcome": "denied", "withheld": [] });
    assert_eq!(rosa.post(&format!("/records-desk/{id}/answer"), &denied).await.status, 422, "no ground, no denial");
    let file = json!({ "name": "counts.csv", "content": STANDARD.encode("hour,count\n1,2\n") });
    act(&rosa, "answer", json!({ "outcome": "produced", "text": "In the file.", "files": [file] })).await;

    let seen = stranger.post("/records-followed", &json!({ "key": token })).await.json();
    assert_eq!(seen["state"], "produced");
    let key = json!({ "key": token, "file": seen["files"][0]["id"] });
    let taken = stranger.post("/records-followed/file", &key).await.json();
    assert_eq!(STANDARD.decode(taken["content"].as_str().unwrap()).unwrap(), b"hour,count\n1,2\n");
    let page = Visitor::new(&demo).get(&format!("/records/follow?token={token}")).await;
    assert!(page.status == 200 && page.body.contains("counts.csv"), "{}", page.body);

    let datasets = rosa.get("/steward/datasets").await.json();
    let all = datasets["items"].as_array().unwrap();
    let mut asked = None;
    for dataset in all {
        let slug = dataset["slug"].as_str().unwrap();
        let answer = stranger.post(&format!("/datasets/{slug}/reuse-requests"), &json!({})).await;
        if answer.status == 201 {
            asked = Some((slug.to_owned(), answer.json()));
            break;
        }
    }
    let (slug, task) = asked.expect("a dataset without a statement");
    let path = format!("/reuse-requests/{}/answer", task["id"].as_str().unwrap());
    let done = rosa.post(&path, &json!({ "text": "Name the city.", "license": "" })).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let page = Visitor::new(&demo).get(&format!("/datasets/{slug}")).await;
    assert!(page.body.contains("Name the city."), "{}", page.body);
}

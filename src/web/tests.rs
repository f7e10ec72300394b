//! The room from outside: a small application under every kind of bad request.

use actix_web::test::TestRequest;

use super::testing::ask;

const CITY: &str = "https://data.example.gov";

#[actix_web::test]
async fn every_part_of_the_templates_renders() {
    let answer = ask(CITY, TestRequest::get().uri("/sample").cookie(cookie("manager"))).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    if let Ok(path) = std::env::var("LOOK") {
        std::fs::write(path, &answer.body).unwrap();
    }
}

fn cookie(name: &str) -> actix_web::cookie::Cookie<'static> {
    actix_web::cookie::Cookie::new("__Host-accord", name.to_owned())
}

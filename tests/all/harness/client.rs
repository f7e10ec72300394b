//! Programs and people without a browser: requests to the running portal, answers to look at.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::demo::Demo;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    async fn to(request: RequestBuilder) -> Self {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: answer.text().await.unwrap() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The code of a problem document.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The value of the first field of this name.
    pub(crate) fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        self.body
            .split_once(&start)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map_or_else(String::new, |(value, _)| value.to_owned())
    }
}

/// Somebody at the portal's pages, with the cookies they were given; redirects are not followed.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) client: Client,
    pub(crate) portal: String,
}

impl Visitor {
    pub(crate) fn new(demo: &Demo) -> Self {
        let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, portal: demo.portal.clone() }
    }

    /// Somebody who signed in by the sign-in page.
    pub(crate) async fn signed_in(demo: &Demo, email: &str) -> Self {
        let visitor = Self::new(demo);
        let answer = visitor.fill("/login", "/login", &[("email", email), ("password", &demo.password)]).await;
        assert_eq!(answer.status, 303, "{email}: {}", answer.body);
        visitor
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("{}{path}", self.portal))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.ask("GET", path)).await
    }

    /// Fills in a form of the page at `path`: its hidden proof and these fields go to `action`.
    pub(crate) async fn fill(&self, path: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        let mut form: Vec<(&str, &str)> = fields.to_vec();
        let (csrf, once) = (page.field("csrf"), page.field("once"));
        form.push(("csrf", &csrf));
        if !once.is_empty() {
            form.push(("once", &once));
        }
        self.post(action, &form).await
    }

    /// Sends a form as it is.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::to(self.ask("POST", path).form(fields)).await
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::to(request).await
    }
}

/// A program with a token of somebody.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    client: Client,
    api: String,
    token: String,
}

impl Program {
    /// A program without a token.
    pub(crate) fn nobody(demo: &Demo) -> Self {
        Self { client: Client::new(), api: format!("{}/api/v1", demo.portal), token: String::new() }
    }

    pub(crate) async fn of(demo: &Demo, email: &str) -> Self {
        let nobody = Self::nobody(demo);
        let login = serde_json::json!({ "email": email, "password": demo.password });
        let answer = nobody.post("/sessions", &login).await;
        assert_eq!(answer.status, 201, "{email}: {}", answer.body);
        Self { token: answer.json()["token"].as_str().unwrap().to_owned(), ..nobody }
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.api));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::to(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.ask("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.ask("POST", path).json(body)).await
    }

    /// The items of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()["items"].as_array().cloned().unwrap_or_else(|| panic!("{path} is no list: {}", answer.body))
    }
}

/// The people of the demo, by what they are.
pub(crate) const MARIA: &str = "maria@people.example";
pub(crate) const OMAR: &str = "omar@bayfinder.example";
pub(crate) const ROSA: &str = "rosa.marino@norwalk.example";
pub(crate) const RITA: &str = "rita.osei@norwalk.example";
pub(crate) const CLARA: &str = "clara.whitfield@norwalk.example";
pub(crate) const IVAN: &str = "ivan.petrov@norwalk.example";
pub(crate) const ADA: &str = "ada.alvarez@norwalk.example";

/// One person of each kind, as the matrix of routes calls them.
pub(crate) async fn everybody(demo: &Demo) -> BTreeMap<&'static str, Program> {
    let mut all = BTreeMap::from([("visitor", Program::nobody(demo))]);
    for (kind, email) in [
        ("requester", OMAR),
        ("reviewer", RITA),
        ("manager", ROSA),
        ("clerk", CLARA),
        ("auditor", IVAN),
        ("administrator", ADA),
    ] {
        all.insert(kind, Program::of(demo, email).await);
    }
    all
}

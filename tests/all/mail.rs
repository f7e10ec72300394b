//! Mail as it leaves the running program: to servers that speak TLS from the first byte or after STARTTLS, with
//! certificates of the city's own authority; and not at all to a server that cannot prove its name.

use std::cell::RefCell;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::harness::begin;
use super::harness::demo::PROGRAM;
use super::harness::files::TempFolder;
use super::harness::mail_server::{Authority, MailServer, Speaks};
use super::harness::process::{Guarded, Stop};

const ADA: &str = "ada@city.example";
const PASSWORD: &str = "lantern harbor plover 27";
/// A year whose last day no certificate of these tests outlives.
const FAR: i32 = 4_000;
/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program on a store of its own, with an administrator.
struct City {
    client: reqwest::Client,
    api: String,
    token: String,
    _program: Guarded,
    _folder: TempFolder,
}

impl City {
    /// Starts it with this address of a mail server; `authority` is the text of the file that vouches for it.
    async fn start(smtp_url: &str, authority: Option<&Authority>) -> Self {
        let folder = TempFolder::new();
        let data = folder.path().display().to_string();
        let mut settings = format!(
            "[portal]\nlisten = '127.0.0.1:0'\n[gate]\nlisten = '127.0.0.1:0'\n[accounts]\nargon2_memory_kib = 64\n\
             argon2_iterations = 1\n[log]\nlevel = 'error'\n[mail]\nfrom = 'Accord <accord@city.example>'\n\
             smtp_url = '{smtp_url}'\n"
        );
        if let Some(authority) = authority {
            let file = folder.path().join("authority.pem");
            std::fs::write(&file, authority.pem()).unwrap();
            settings.push_str(&format!("ca_file = '{}'\n", file.display()));
        }
        std::fs::write(folder.path().join("accord.toml"), settings).unwrap();
        add_administrator(&data);
        let portal = RefCell::new(None);
        let program = [PROGRAM, "serve", "--data", &data];
        let (program, ()) = Guarded::start(&program, Stop::Program("TERM"), None, None, |line| {
            if let Some(url) = line.strip_prefix("portal") {
                portal.replace(Some(url.trim().trim_end_matches('/').to_owned()));
            }
            line.starts_with("gate").then_some(())
        })
        .unwrap();
        let api = format!("{}/api/v1", portal.into_inner().unwrap());
        let mut city =
            Self { client: reqwest::Client::new(), api, token: String::new(), _program: program, _folder: folder };
        let session = city.post("/sessions", json!({ "email": ADA, "password": PASSWORD })).await;
        city.token = session["token"].as_str().unwrap().to_owned();
        city
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.api)).json(&body);
        let request = if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.api)).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The newest message, once this is so of it.
    async fn newest(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = begin();
        loop {
            let newest = self.get("/outbox?limit=1").await["items"][0].clone();
            if is_so(&newest) {
                return newest;
            }
            assert!(begun.elapsed() < PATIENCE, "{newest}");
        }
    }

    /// Somebody registers and confirms with the link of the mail that arrived.
    async fn register(&self, server: &mut MailServer, email: &str) {
        let wish = json!({ "name": "Maria Lopez", "email": email, "password": PASSWORD });
        self.client.post(format!("{}/registrations", self.api)).json(&wish).send().await.unwrap();
        let mail = server.next().await;
        assert!(mail.contains(&format!("To: \"Maria Lopez\" <{email}>")), "{mail}");
        let token = mail.split_once("/verify-email?token=").unwrap().1.lines().next().unwrap();
        let confirm = self.client.post(format!("{}/email-confirmations", self.api));
        let answer = confirm.json(&json!({ "token": token })).send().await.unwrap();
        assert_eq!(answer.status(), 204, "{mail}");
    }
}

fn add_administrator(data: &str) {
    let words = ["user", "add", "--name", "Ada Alvarez", "--email", ADA, "--role", "administrator", "--data", data];
    let mut command = Command::new(PROGRAM).args(words).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut command.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
    assert!(command.wait().unwrap().success());
}

fn header(mail: &str, name: &str) -> String {
    let (head, _) = mail.split_once("\n\n").unwrap();
    let start = format!("{name}: ");
    head.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default().to_owned()
}

/// Mails of one life: a link to confirm, a mail that one click stops, one that is put off and comes again.
async fn mails_arrive_whole(city: &City, server: &mut MailServer) {
    city.register(server, "maria@people.example").await;
    city.register(server, "ben@people.example").await;
    let harbor = city.post("/organisations", json!({ "name": "Harbor Labs" })).await;
    let members = format!("/organisations/{}/members", harbor["id"].as_str().unwrap());
    city.post(&members, json!({ "email": "maria@people.example", "reason": "On its letter paper" })).await;
    let joined = server.next().await;
    assert_eq!(header(&joined, "List-Unsubscribe"), "", "what has effect cannot be stopped");

    server.put_off(2);
    city.post(&members, json!({ "email": "ben@people.example", "reason": "On its letter paper" })).await;
    let first = [server.next().await, server.next().await];
    let of_maria = |mails: &[String]| mails.iter().find(|mail| mail.contains("maria@people.example")).cloned().unwrap();
    let told = of_maria(&first);
    for wanted in
        ["MIME-Version: 1.0", "multipart/alternative", "text/plain; charset=utf-8", "text/html; charset=utf-8"]
    {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    let (head, _) = told.split_once("\n\n").unwrap();
    assert_eq!(head.matches("Content-Type:").count(), 1, "what it is, is said once: {head}");
    assert_eq!(header(&told, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let leave = header(&told, "List-Unsubscribe");
    let leave = leave.trim_matches(['<', '>']);
    assert!(leave.contains("/mails/stop?token="), "{leave}");

    let begun = begin();
    let late = loop {
        let waiting = city.get("/outbox?state=waiting").await["items"].as_array().cloned().unwrap();
        if waiting.iter().all(|message| message["error"].as_str().unwrap().contains("come later")) {
            break waiting;
        }
        assert!(begun.elapsed() < PATIENCE, "{waiting:?}");
    };
    assert_eq!(late.len(), 2);
    for message in &late {
        city.post(&format!("/outbox/{}/try-again", message["id"].as_str().unwrap()), json!({})).await;
    }
    let second = [server.next().await, server.next().await];
    let (before, after) = (header(&told, "Message-ID"), header(&of_maria(&second), "Message-ID"));
    assert!(before == after && before.ends_with("@city.example>"), "{before} {after}");

    let stop = city.client.post(leave).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
    assert_eq!(stop.status(), 200, "one click of a mail program is enough");
    city.newest(|message| message["state"] == "sent").await;
    assert!(!server.has_mail());
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_leaves_under_tls_from_the_first_byte() {
    let authority = Authority::new("The city’s own authority");
    let mut server = MailServer::start(Speaks::TlsAtOnce(authority.vouches("localhost", FAR))).await;
    let url = format!("smtps://accord:secret@localhost:{}", server.port);
    let city = City::start(&url, Some(&authority)).await;
    mails_arrive_whole(&city, &mut server).await;
    assert!(server.sign_ins() > 0 && server.in_the_clear().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_leaves_after_starttls_and_nothing_but_that_is_said_in_the_clear() {
    let authority = Authority::new("The city’s own authority");
    let mut server = MailServer::start(Speaks::TlsWhenAsked(authority.vouches("127.0.0.1", FAR))).await;
    let url = format!("smtp://accord:secret@127.0.0.1:{}?tls=required", server.port);
    let city = City::start(&url, Some(&authority)).await;
    mails_arrive_whole(&city, &mut server).await;
    assert!(server.sign_ins() > 0);
    let clear = server.in_the_clear();
    assert!(!clear.is_empty() && clear.iter().all(|verb| ["EHLO", "STARTTLS"].contains(&verb.as_str())), "{clear:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_prove_its_name_gets_nothing_and_the_outbox_tells_why() {
    let (ours, other) = (Authority::new("The city’s own authority"), Authority::new("Somebody’s authority"));
    let rows = [
        (Speaks::TlsAtOnce(ours.vouches("mail.elsewhere.example", FAR)), "smtps", "", Some(&ours), "for another name"),
        (Speaks::TlsAtOnce(ours.vouches("localhost", 2_020)), "smtps", "", Some(&ours), "has expired"),
        (Speaks::TlsAtOnce(other.vouches("localhost", FAR)), "smtps", "", Some(&ours), "not trusted here"),
        (Speaks::TlsWhenAsked(ours.vouches("localhost", FAR)), "smtp", "?tls=required", None, "not trusted here"),
        (Speaks::NoTls, "smtp", "?tls=required", Some(&ours), "offers no STARTTLS"),
    ];
    for (speaks, scheme, tls, authority, why) in rows {
        let mut server = MailServer::start(speaks).await;
        let url = format!("{scheme}://accord:secret@localhost:{}{tls}", server.port);
        let city = City::start(&url, authority).await;
        city.post("/password-resets", json!({ "email": ADA })).await;
        let message = city.newest(|message| message["error"].as_str().is_some_and(|error| !error.is_empty())).await;
        let error = message["error"].as_str().unwrap();
        assert!(error.starts_with("Not sent: ") && error.contains(why), "{why}: {message}");
        assert_eq!(message["state"], "waiting", "{why}: it is tried again when the server is mended");
        let clear = server.in_the_clear();
        let harmless = ["EHLO", "STARTTLS", "QUIT"];
        assert!(clear.iter().all(|verb| harmless.contains(&verb.as_str())), "{why}: {clear:?}");
        assert!(!server.has_mail() && server.sign_ins() == 0, "{why}");
    }
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_refused_before_the_start() {
    let folder = TempFolder::new();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let good = file("good.pem", &Authority::new("The city’s own authority").pem());
    let rows = [
        ("smtps://mail.city.example", "nowhere.pem".to_owned(), "nowhere.pem: No such file"),
        ("smtps://mail.city.example", file("empty.pem", "nothing"), "there is no certificate in it"),
        (
            "smtps://mail.city.example",
            file("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "bad.pem: ",
        ),
        ("smtp://localhost", good.clone(), "asks for no TLS"),
    ];
    let check = |url: &str, file: &str| {
        let mut command = Command::new(PROGRAM);
        command.args(["check-config", "--data"]).arg(folder.path());
        command.env("ACCORD_MAIL__SMTP_URL", url).env("ACCORD_MAIL__CA_FILE", file).output().unwrap()
    };
    for (url, file, part) in rows {
        let output = check(url, &file);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("mail.ca_file: ") && said.contains(part), "{part}: {said}");
    }
    for url in ["smtps://mail.city.example", "smtp://mail.city.example?tls=required"] {
        let output = check(url, &good);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("good.pem"), "it is shown");
    }
}

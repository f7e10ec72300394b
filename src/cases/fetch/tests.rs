//! Fetching from servers of the tests' own.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::domain::net::CidrList;

fn loopback() -> UpstreamNetworks {
    UpstreamNetworks::opening(CidrList::parse("127.0.0.0/8 ::1").unwrap())
}

fn limits(bytes: usize) -> FetchLimits {
    FetchLimits { bytes, time: Duration::from_secs(5) }
}

async fn fetched(url: &str, limits: FetchLimits) -> Result<Vec<u8>, FetchError> {
    fetch_catalogue(url, &loopback(), (limits, &Meter::default())).await
}

/// Answers one request with `answer` and gives back what was asked.
async fn server(answer: String) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.unwrap());
        }
        let _client_may_be_gone = stream.write_all(answer.as_bytes()).await;
        String::from_utf8(asked).unwrap()
    });
    (at, asked)
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn addresses_that_may_not_be_reached_are_refused_at_sight() {
    let rule = UpstreamNetworks::default();
    let code = |text: &str| check_address("url", text, &rule).err().map(|invalid| invalid.code);
    for closed in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://localhost:8080/",
        "http://a.localhost./",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest",
        "https://10.0.0.8/data.json",
        "http://169.254.169.254/latest/meta-data",
        "http://example.org:25/",
        "https://example.org:22/",
    ] {
        assert_eq!(code(closed), Some("address_not_allowed"), "{closed}");
    }
    for other in [
        "ftp://example.org/",
        "file:///etc/passwd",
        "data.json",
        "https://",
        "http://me:pw@example.org/",
        "http://e.org/#x",
    ] {
        assert_eq!(code(other), Some("not_a_web_address"), "{other}");
    }
    for open in ["https://example.org/data.json", "http://example.org:8080/", "http://8.8.8.8/"] {
        assert_eq!(code(open), None, "{open}");
    }
    assert!(check_address("url", "http://127.0.0.1:9080/x", &loopback()).is_ok());
}

#[tokio::test]
async fn a_body_comes_whole_and_under_the_name_asked_for() {
    let (at, asked) = server(ok("[1]")).await;
    let url = format!("http://localhost:{}/data.json?all=1", at.port());
    let body = fetched(&url, limits(3)).await.unwrap();
    assert_eq!(body, b"[1]");
    let asked = asked.await.unwrap().to_lowercase();
    assert!(asked.starts_with("get /data.json?all=1 http/1.1\r\n"), "{asked}");
    assert!(asked.contains(&format!("host: localhost:{}\r\n", at.port())), "{asked}");
}

#[tokio::test]
async fn a_name_that_leads_to_a_closed_network_is_not_connected_to() {
    let url = Url::parse("http://localhost:9/").unwrap();
    let refused = resolve(&url, &UpstreamNetworks::default()).await.unwrap_err();
    assert_eq!(refused, FetchError::Forbidden("localhost".to_owned()));
}

#[tokio::test]
async fn a_long_body_ends_at_the_limit_with_or_without_a_length() {
    for answer in [ok("12345"), "HTTP/1.1 200 OK\r\n\r\n12345".to_owned()] {
        let (at, _asked) = server(answer).await;
        let came = fetched(&format!("http://{at}/"), limits(4)).await;
        assert_eq!(came, Err(FetchError::TooLong(4)));
    }
}

#[tokio::test]
async fn other_answers_than_success_are_told_apart() {
    let answers = [
        (
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
            FetchError::Redirected("http://127.0.0.1/".to_owned()),
        ),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", FetchError::Status(403)),
        (
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            FetchError::Packed("gzip".to_owned()),
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", FetchError::Broken),
    ];
    for (answer, expected) in answers {
        let (at, _asked) = server(answer.to_owned()).await;
        let came = fetched(&format!("http://{at}/"), limits(99)).await;
        assert_eq!(came, Err(expected));
    }
}

#[tokio::test]
async fn silence_ends_at_the_time_limit_and_nobody_there_is_said_so() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = silent.local_addr().unwrap();
    let time = Duration::from_millis(50);
    let came = fetched(&format!("http://{at}/"), FetchLimits { bytes: 9, time }).await;
    assert_eq!(came, Err(FetchError::TooSlow(time)));
    drop(silent);
    let came = fetched(&format!("http://{at}/"), limits(9)).await;
    assert!(matches!(came, Err(FetchError::Unreachable { .. })), "{came:?}");
}

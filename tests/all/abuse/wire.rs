//! Bytes that two readers could take for different requests, at the gate and at the portal.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::super::harness::demo::Demo;

/// Sends bytes on a connection of their own and reads until the server hangs up or stays silent.
fn talk(address: &str, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(1_500))).unwrap();
    stream.write_all(sent).unwrap();
    let mut got = Vec::new();
    let _until_closed_or_silent = stream.read_to_end(&mut got);
    String::from_utf8_lossy(&got).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok()).unwrap_or(0)
}

#[actix_web::test]
async fn an_ambiguous_path_reaches_no_dataset() {
    let demo = Demo::start("");
    let ask = |path: &[u8]| {
        let head =
            format!(" HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n", demo.key);
        talk(&demo.gate, &[b"GET ", path, head.as_bytes()].concat())
    };
    assert_eq!(status(&ask(b"/parking-occupancy/latest")), 200);
    let tricks: [&[u8]; 26] = [
        b"/parking-occupancy/../plate-readers/latest",
        b"/parking-occupancy/%2e%2e/plate-readers/latest",
        b"/parking-occupancy/.%2e/plate-readers/latest",
        b"/parking-occupancy/..%2fplate-readers/latest",
        b"/parking-occupancy%2flatest",
        b"/parking-occupancy/..%5cplate-readers",
        b"/parking-occupancy/\\..\\plate-readers",
        b"/parking-occupancy;x=1/latest",
        b"/parking-occupancy/latest;a=b",
        b"//parking-occupancy/latest",
        b"/parking-occupancy//latest",
        b"/parking-occupancy/./latest",
        b"/parking-occupancy/latest/.",
        b"/parking-occupancy/latest%00",
        b"/parking-occupancy/%252e%252e/plate-readers",
        b"/parking-occupancy/%c0%ae%c0%ae/plate-readers",
        b"/parking-occupancy/%e0%80%ae/plate-readers",
        b"/parking-occupancy/%ef%bc%8e%ef%bc%8e/plate-readers",
        b"/parking-occupancy/\xef\xbc\x8e\xef\xbc\x8e/plate-readers",
        b"/parking-occupancy/latest%",
        b"/parking-occupancy/latest%zz",
        b"/parking-occupancy/latest\t",
        b"http://evil.example/parking-occupancy/latest",
        b"http://user@gate/parking-occupancy/latest",
        b"*",
        b"parking-occupancy/latest",
    ];
    for path in tricks {
        let answer = ask(path);
        assert_eq!(status(&answer), 400, "{}: {answer}", String::from_utf8_lossy(path));
    }
    for path in [&b"/Parking-Occupancy/latest"[..], b"/parking-occupancy/LATEST", b"/parking-occupancy", b"/"] {
        assert_eq!(status(&ask(path)), 403, "{}", String::from_utf8_lossy(path));
    }
}

#[actix_web::test]
async fn a_request_framed_in_two_ways_is_refused_at_both_doors() {
    let demo = Demo::start("");
    let body = "0\r\n\r\nGET /parking-occupancy/latest HTTP/1.1\r\nHost: x\r\n\r\n";
    let heads = [
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\n",
        "X-Folded: a\r\n b\r\n",
        "X Space: a\r\n",
        "Host: other\r\n",
    ];
    let key = format!("Authorization: Bearer {}\r\n", demo.key);
    for (door, path) in [(&demo.gate, "/parking-occupancy/latest"), (&demo.portal, "/login")] {
        for (head, key) in heads.iter().flat_map(|head| [(head, key.as_str()), (head, "")]) {
            let sent = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{key}{head}Connection: close\r\n\r\n{body}");
            let answer = talk(door, sent.as_bytes());
            // Who shows no key may be told just that; nobody is told anything twice.
            let is_refused = matches!(status(&answer), 400 | 501) || key.is_empty() && status(&answer) == 401;
            assert!(is_refused && answer.matches("HTTP/1.1 ").count() == 1, "{path} {head:?}: {answer}");
        }
        let nul = format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b\r\n\r\n");
        assert_eq!(status(&talk(door, nul.as_bytes())), 400, "{path}: a NUL");
        let bare = format!("GET {path} HTTP/1.1\r\n\r\n");
        assert_eq!(status(&talk(door, bare.as_bytes())), 400, "{path}: no host");
    }
}

#[actix_web::test]
async fn only_methods_of_the_table_are_answered() {
    let demo = Demo::start("");
    for method in ["TRACE", "CONNECT", "OPTIONS", "FOO", "get", "PROPFIND"] {
        let sent = format!("{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = talk(&demo.portal, sent.as_bytes());
        assert!(matches!(status(&answer), 400 | 405), "portal {method}: {answer}");
        let sent = format!(
            "{method} /parking-occupancy/latest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nX-Secret: s3cr3t\r\n\
             Connection: close\r\n\r\n",
            demo.key
        );
        let answer = talk(&demo.gate, sent.as_bytes());
        assert!((400..500).contains(&status(&answer)), "gate {method}: {answer}");
        assert!(!answer.contains("s3cr3t") && !answer.contains(&demo.key), "nothing is echoed: {answer}");
    }
}

//! The outbox sent to a mail server of the tests, and clocks that ring and stop.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::digest::gather_due;
use super::mail::{Letters, MailOptions, Postman, send_due};
use super::{ring, stopping};
use crate::cases::testing::{TestDesk, desks};
use crate::cases::{CaseError, Desk, notices};
use crate::clock::Clock;
use crate::domain::notice::{Delivery, Group, Notice, NoticeKind, Recipient, digest_after};
use crate::store::outbox::{self, Message};
use crate::words::Voice;

/// Tries before a message is put aside.
const TRIES_MAX: i64 = 10;

/// How the mail server of the tests answers to a recipient.
#[derive(Clone, Copy)]
enum Manner {
    Takes,
    RefusesForGood,
    AsksToComeLater,
}

/// A mail server on a free port of the loopback; returns its port and what it was given.
async fn mail_server(manner: Manner) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                write.write_all(b"220 test\r\n").await.unwrap();
                let mut mail: Option<String> = None;
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some(text) = &mut mail {
                        if line != "." {
                            text.push_str(&line);
                            text.push('\n');
                            continue;
                        }
                        kept.lock().unwrap().push(mail.take().unwrap());
                        write.write_all(b"250 taken\r\n").await.unwrap();
                        continue;
                    }
                    let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
                    let answer: &[u8] = match (verb.as_str(), manner) {
                        ("RCPT", Manner::RefusesForGood) => b"550 no such mailbox\r\n",
                        ("RCPT", Manner::AsksToComeLater) => b"451 come later\r\n",
                        ("DATA", _) => {
                            mail = Some(String::new());
                            b"354 go on\r\n"
                        }
                        ("QUIT", _) => b"221 bye\r\n",
                        _ => b"250 test\r\n",
                    };
                    if write.write_all(answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, taken)
}

fn office(smtp: Option<String>) -> (Arc<Letters>, Postman) {
    let options = MailOptions {
        from: "Accord <accord@norwalk.example>".to_owned(),
        public_url: "https://data.norwalk.example".to_owned(),
        service: "Norwalk Sensor Data".to_owned(),
        smtp: smtp.map(SecretString::from),
        ca_file: None,
    };
    let postman = Postman::new(&options).unwrap();
    (Arc::new(Letters::new(options, Voice::of_place([]).unwrap()).unwrap()), postman)
}

fn owe(test: &TestDesk, notice: &Notice) {
    let (desk, now) = (&test.desk, test.desk.clock.now());
    desk.store
        .write(|conn| outbox::owe(conn, notice, (now, digest_after(desk.profile.zone, now)), || desk.new_id(now)))
        .unwrap();
}

fn withdrawn(address: &str) -> Notice {
    Notice::new(Recipient::Address(address.to_owned()), NoticeKind::Withdrawn)
        .with("number", "APP-2026-0042")
        .with("title", "Find a bay")
        .with("path", "/review/1")
}

fn only(desk: &Desk) -> Message {
    let mut all = desk.read(|conn| outbox::newest(conn, None, 10)).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[tokio::test]
async fn a_message_leaves_once_with_both_parts_and_a_stable_id() {
    for test in desks() {
        let (port, taken) = mail_server(Manner::Takes).await;
        let (letters, postman) = office(Some(format!("smtp://127.0.0.1:{port}")));
        owe(&test, &withdrawn("parking@norwalk.example"));
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 1, "{}", test.backend);
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 0, "it is sent");
        let message = only(&test.desk);
        assert_eq!((message.state.as_str(), message.attempts, message.error.as_str()), ("sent", 1, ""));
        let mails = taken.lock().unwrap().clone();
        assert_eq!(mails.len(), 1);
        for wanted in [
            "From: Accord <accord@norwalk.example>",
            "To: parking@norwalk.example",
            "Subject: APP-2026-0042: withdrawn",
            &format!("Message-ID: <{}@norwalk.example>", message.id),
            "text/plain",
            "text/html",
            "https://data.norwalk.example/review/1",
        ] {
            assert!(mails[0].contains(wanted), "{wanted}: {}", mails[0]);
        }
    }
}

#[tokio::test]
async fn two_processes_on_one_outbox_send_each_message_once() {
    for test in desks() {
        let (port, taken) = mail_server(Manner::Takes).await;
        for at in 0..20 {
            owe(&test, &withdrawn(&format!("office-{at}@norwalk.example")));
        }
        let one = office(Some(format!("smtp://127.0.0.1:{port}")));
        let other = office(Some(format!("smtp://127.0.0.1:{port}")));
        let (first, second) =
            tokio::join!(send_due(&test.desk, &one.0, &one.1), send_due(&test.desk, &other.0, &other.1));
        assert_eq!(first.unwrap() + second.unwrap(), 20, "{}", test.backend);
        assert_eq!(taken.lock().unwrap().len(), 20);
        assert_eq!(test.desk.read(outbox::counts).unwrap().sent, 20);
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again_with_growing_pauses_and_given_up_in_the_end() {
    for test in desks() {
        let (port, _) = mail_server(Manner::AsksToComeLater).await;
        let (letters, postman) = office(Some(format!("smtp://127.0.0.1:{port}")));
        owe(&test, &withdrawn("parking@norwalk.example"));
        let clock = &test.desk.clock;
        let mut pauses = Vec::new();
        for attempt in 1..=TRIES_MAX {
            assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 0);
            let message = only(&test.desk);
            assert_eq!(message.attempts, attempt);
            assert!(message.error.contains("not available"), "{}", message.error);
            if attempt == TRIES_MAX {
                break;
            }
            assert_eq!(message.state, "waiting");
            let mut minutes = 0;
            while test.desk.read(|conn| outbox::due(conn, clock.now(), 1)).unwrap().is_empty() {
                assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 0, "not before its time");
                clock.set(clock.now() + chrono::Duration::minutes(1));
                minutes += 1;
            }
            pauses.push(minutes);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256], "{}", test.backend);
        assert_eq!(only(&test.desk).state, "dead");
        clock.set(clock.now() + chrono::Duration::days(9));
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 0, "put aside is not tried again");
        assert_eq!(only(&test.desk).attempts, TRIES_MAX);
    }
}

#[tokio::test]
async fn a_final_no_is_not_tried_again() {
    for test in desks() {
        let (port, taken) = mail_server(Manner::RefusesForGood).await;
        let (letters, postman) = office(Some(format!("smtp://127.0.0.1:{port}")));
        owe(&test, &withdrawn("gone@norwalk.example"));
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 0);
        let refused = only(&test.desk);
        assert_eq!((refused.state.as_str(), refused.attempts), ("dead", 1), "{}", test.backend);
        assert!(refused.error.contains("refused"), "{}", refused.error);
        assert!(taken.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_put_aside_and_the_others_leave() {
    for test in desks() {
        let (port, taken) = mail_server(Manner::Takes).await;
        let (letters, postman) = office(Some(format!("smtp://127.0.0.1:{port}")));
        owe(&test, &withdrawn("not an address"));
        owe(&test, &withdrawn("parking@norwalk.example"));
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 1);
        let counts = test.desk.read(outbox::counts).unwrap();
        assert_eq!((counts.sent, counts.dead, counts.waiting), (1, 1, 0), "{}", test.backend);
        assert_eq!(taken.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn without_a_mail_server_mail_is_caught() {
    for test in desks() {
        let (letters, postman) = office(None);
        owe(&test, &withdrawn("parking@norwalk.example"));
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 1);
        assert_eq!(only(&test.desk).state, "sent");
    }
}

#[tokio::test]
async fn a_clock_rings_at_once_goes_on_after_a_failure_and_ends_its_round_when_stopped() {
    let (stopper, stop) = stopping(&Clock::system());
    let kept = stop.rounds();
    let (rang, mut heard) = mpsc::unbounded_channel();
    let rounds = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&rounds);
    let clock = ring("test", Duration::from_micros(1), stop, move || {
        let round = count.fetch_add(1, Ordering::SeqCst);
        let rang = rang.clone();
        async move {
            rang.send(round).unwrap();
            if round == 1 { Err(CaseError::Stale) } else { Ok(round) }
        }
    });
    for round in 0..4 {
        assert_eq!(heard.recv().await, Some(round), "a failed round ends nothing");
    }
    stopper.stop();
    clock.await.unwrap();
    let last = rounds.load(Ordering::SeqCst);
    heard.close();
    while heard.recv().await.is_some() {}
    assert_eq!(rounds.load(Ordering::SeqCst), last, "stopped is stopped");
    let round = kept.last().remove(0);
    assert_eq!((round.job, round.count, round.took_ms.is_some()), ("test", last - 1, true), "what it came to is kept");
}

#[tokio::test]
async fn a_clock_whose_keeper_is_gone_stops() {
    let (stopper, mut stop) = stopping(&Clock::system());
    drop(stopper);
    stop.wait().await;
}

#[tokio::test]
async fn a_digest_leaves_at_seven_with_a_line_and_a_link_for_each_message() {
    for test in desks() {
        let (port, taken) = mail_server(Manner::Takes).await;
        let (letters, postman) = office(Some(format!("smtp://127.0.0.1:{port}")));
        let ana = test.person("Ana Diaz", &[]);
        let account = ana.actor.account.unwrap();
        notices::choose(&test.desk, &ana, &[(Group::Members, Delivery::Daily)]).unwrap();
        for name in ["Ben Brown", "Carl Clay"] {
            let notice = Notice::new(Recipient::Account(account), NoticeKind::OrganisationChanged)
                .with("organisation", "Harbor Labs")
                .with("name", name)
                .with("change", "joined")
                .with("path", "/organisation");
            owe(&test, &notice);
        }
        assert_eq!(gather_due(&test.desk, &letters).await.unwrap(), 0, "not before seven");
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 0, "nothing leaves by itself");
        test.desk.clock.set(test.desk.clock.now() + chrono::Duration::hours(19));
        assert_eq!(gather_due(&test.desk, &letters).await.unwrap(), 1, "{}", test.backend);
        assert_eq!(gather_due(&test.desk, &letters).await.unwrap(), 0, "one a day");
        assert_eq!(send_due(&test.desk, &letters, &postman).await.unwrap(), 1);
        let mails = taken.lock().unwrap().clone();
        assert_eq!(mails.len(), 1);
        let mail = mails[0].replace("=\n", "");
        assert_eq!(
            mail.matches("https://data.norwalk.example/organisation").count(),
            6,
            "two in text, four in HTML: {mail}"
        );
        for wanted in ["Subject: 2 new messages", "List-Unsubscribe: <https://data.norwalk.example/account/notices>"] {
            assert!(mail.contains(wanted), "{wanted}: {mail}");
        }
        let states: Vec<_> = notices::messages(&test.desk, &ana).unwrap().into_iter().map(|one| one.state).collect();
        assert_eq!(states, ["sent", "sent", "sent"]);
    }
}

#[tokio::test]
async fn two_processes_write_one_digest() {
    for test in desks() {
        let (letters, _) = office(None);
        for at in 0..8 {
            let person = test.person(&format!("Person {at}"), &[]);
            notices::choose(&test.desk, &person, &[(Group::Quotas, Delivery::Daily)]).unwrap();
            owe(&test, &Notice::new(Recipient::Account(person.actor.account.unwrap()), NoticeKind::QuotaReached));
        }
        test.desk.clock.set(test.desk.clock.now() + chrono::Duration::days(1));
        let (one, other) = tokio::join!(gather_due(&test.desk, &letters), gather_due(&test.desk, &letters));
        assert_eq!(one.unwrap() + other.unwrap(), 8, "{}", test.backend);
        let all = test.desk.read(|conn| outbox::newest(conn, None, 100)).unwrap();
        assert_eq!(all.iter().filter(|message| message.kind == NoticeKind::Digest).count(), 8);
    }
}

#[tokio::test]
async fn where_tls_is_asked_for_no_mail_leaves_without_it() {
    for test in desks() {
        let (port, taken) = mail_server(Manner::Takes).await;
        for url in [format!("smtp://127.0.0.1:{port}?tls=required"), format!("smtps://127.0.0.1:{port}")] {
            let (letters, postman) = office(Some(url.clone()));
            owe(&test, &withdrawn("parking@norwalk.example"));
            let sending = send_due(&test.desk, &letters, &postman);
            assert_eq!(sending.await.unwrap(), 0, "{} {url}", test.backend);
            let message = test.desk.read(|conn| outbox::newest(conn, None, 1)).unwrap().remove(0);
            assert!(message.state == "waiting" && !message.error.is_empty(), "{url}: {message:?}");
        }
        assert!(taken.lock().unwrap().is_empty(), "nothing was said in the clear");
    }
}

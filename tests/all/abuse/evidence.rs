//! The record: what was changed behind its back is found, and who looks leaves a trace.

use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use serde_json::Value;

use super::super::harness::client::{IVAN, MARIA, Program, ROSA, Visitor};
use super::super::harness::demo::{Demo, PROGRAM};
use super::super::harness::files::TempFolder;

/// `accord audit verify` on a copy of the store: whether it is content, and what it says.
fn verify(home: &std::path::Path, head: Option<&str>) -> (bool, String) {
    let mut command = Command::new(PROGRAM);
    command.args(["audit", "verify", "--data"]).arg(home);
    if let Some(head) = head {
        command.args(["--head", head]);
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|stream| String::from_utf8_lossy(&stream).into_owned()).concat();
    (output.status.success(), said)
}

#[actix_web::test]
async fn a_chain_changed_in_the_database_itself_is_found_and_the_entry_named() {
    let demo = Demo::start("");
    let ivan = Program::of(&demo, IVAN).await;
    let head = ivan.get("/audit/head").await.json();
    let home = demo.home();
    let kept = head_text(&home);
    let number: i64 = kept.split(':').next().unwrap().parse().unwrap();
    assert!(number > 100, "{head}");
    let _folder = demo.stop();
    let rows = [
        ("an edited name", "UPDATE audit SET name = 'Nobody' WHERE number = 40".to_owned(), Some(40)),
        ("an edited reason", "UPDATE audit SET reason = 'x' WHERE number = 41".to_owned(), Some(41)),
        ("a removed entry", "DELETE FROM audit WHERE number = 42".to_owned(), None),
        (
            "two swapped",
            "UPDATE audit SET number = -1 WHERE number = 43; UPDATE audit SET number = 43 WHERE number = 44; \
                         UPDATE audit SET number = 44 WHERE number = -1"
                .to_owned(),
            Some(43),
        ),
        ("the end cut off", format!("DELETE FROM audit WHERE number > {}", number - 5), None),
        (
            "the end cut off and the head set back",
            format!(
                "DELETE FROM audit WHERE number > {0}; UPDATE audit_head SET number = {0}, \
             hash = (SELECT hash FROM audit WHERE number = {0})",
                number - 5
            ),
            None,
        ),
    ];
    for (what, tampering, named) in rows {
        let copy = TempFolder::new();
        copy_store(&home, copy.path());
        let mut conn = SqliteConnection::establish(&copy.path().join("accord.db").display().to_string()).unwrap();
        let free = drop_triggers(&mut conn);
        conn.batch_execute(&free).unwrap();
        conn.batch_execute(&tampering).unwrap_or_else(|error| panic!("{what}: {error}"));
        drop(conn);
        let (is_content, said) = verify(copy.path(), Some(&kept));
        assert!(!is_content, "{what} went unnoticed: {said}");
        if let Some(number) = named {
            assert!(said.contains(&number.to_string()), "{what}: {said}");
        }
    }
    let copy = TempFolder::new();
    copy_store(&home, copy.path());
    let (is_content, said) = verify(copy.path(), Some(&kept));
    assert!(is_content, "the chain as it was: {said}");
}

fn drop_triggers(conn: &mut SqliteConnection) -> String {
    use diesel::prelude::*;
    let names = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(
        "(SELECT coalesce(group_concat('DROP TRIGGER ' || name, '; '), '') FROM sqlite_master WHERE type = 'trigger')",
    ));
    let dropped: String = names.get_result(conn).unwrap();
    dropped
}

fn head_text(home: &std::path::Path) -> String {
    let output = Command::new(PROGRAM).args(["audit", "head", "--data"]).arg(home).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.split_whitespace()
        .find(|word| word.contains(':') && word.len() > 64)
        .unwrap_or_else(|| panic!("{said}"))
        .to_owned()
}

fn copy_store(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[actix_web::test]
async fn who_takes_data_out_or_looks_at_whole_addresses_leaves_an_entry() {
    let demo = Demo::start("");
    let ivan = Program::of(&demo, IVAN).await;
    let page = Visitor::signed_in(&demo, IVAN).await;
    let newest = || async {
        let entries = ivan.list("/audit/entries?limit=10").await;
        entries.iter().map(|entry| entry["act"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for path in ["/audit/entries.csv", "/audit/usage.csv", "/audit/access-log.csv", "/audit/access-log"] {
        let before = head_number(&ivan).await;
        assert_eq!(page.get(path).await.status, 200, "{path}");
        assert!(head_number(&ivan).await > before, "{path} left no entry: {:?}", newest().await);
    }
    // The auditor changes nothing: every write that is not their own account's is closed.
    let maria = Program::of(&demo, MARIA).await;
    let key = maria.list("/keys").await[0]["id"].as_str().unwrap().to_owned();
    let wish = serde_json::json!({ "target": "key", "target_id": key, "reason": "misuse", "explanation": "x" });
    assert_eq!(ivan.post("/holds", &wish).await.status, 403);
    assert_eq!(Program::of(&demo, ROSA).await.get("/audit/entries").await.status, 403, "and nobody else reads it");
}

async fn head_number(ivan: &Program) -> i64 {
    let head: Value = ivan.get("/audit/head").await.json();
    head["number"].as_i64().unwrap_or_else(|| panic!("{head}"))
}

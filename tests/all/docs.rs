//! What the documents name must exist: rooms, files, commands.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name} must be there: {error}"))
}

fn exists(path: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists()
}

/// Words between backticks, and the lines of code blocks.
fn spans(text: &str) -> Vec<&str> {
    let mut spans = Vec::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_block = !is_block;
        } else if is_block {
            spans.push(line.trim());
        } else {
            spans.extend(line.split('`').skip(1).step_by(2));
        }
    }
    spans
}

/// The program's own list of commands: the first word of each line under `Commands:`.
fn commands() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_accord")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let list =
        help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// The command named by `accord NAME ...` or `cargo run ... -- NAME ...`.
fn command_of(span: &str) -> Option<&str> {
    let span = span.strip_prefix("$ ").unwrap_or(span);
    let rest = match span.split_once(" -- ") {
        Some((cargo, rest)) if cargo.starts_with("cargo run") => rest,
        _ => span.strip_prefix("accord ").or_else(|| span.strip_prefix("./target/release/accord "))?,
    };
    rest.split_whitespace().next().filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()))
}

#[test]
fn the_map_shows_every_room_and_no_room_that_is_gone() {
    let map = read("ARCHITECTURE.md");
    let library = read("src/lib.rs");
    for room in library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(
            map.contains(&format!("`{room}/`")) || map.contains(&format!("`{room}.rs`")),
            "{room} is not on the map"
        );
    }
    for row in map.lines().filter(|line| line.starts_with("| `")) {
        let name = row.split('`').nth(1).unwrap();
        let is_there = match name.strip_suffix(".rs") {
            Some(room) => exists(&format!("src/{name}")) || exists(&format!("src/{room}/mod.rs")),
            None => !name.ends_with('/') || exists(&format!("src/{name}")),
        };
        assert!(is_there, "the map names {name}, which does not exist");
    }
}

#[test]
fn files_that_the_documents_name_exist() {
    let kept = ["src/", "tests/", "config/", "templates/", "migrations/", "deploy/", "benches/"];
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = read(document);
        for span in spans(&text) {
            for word in span.split_whitespace() {
                let path = word.trim_matches(|letter: char| "(),;:".contains(letter));
                let is_plain = !path.contains(['*', '{', '<', '$', '='])
                    && !path.chars().any(|letter| letter.is_ascii_uppercase());
                if is_plain && kept.iter().any(|folder| path.starts_with(folder)) {
                    assert!(exists(path), "{document} names {path}, which does not exist");
                }
            }
        }
    }
}

#[test]
fn commands_that_the_documents_name_exist() {
    let known = commands();
    for document in ["README.md", "ARCHITECTURE.md"] {
        for command in spans(&read(document)).into_iter().filter_map(command_of) {
            assert!(known.contains(command), "{document} names “accord {command}”; there are {known:?}");
        }
    }
}

#[test]
fn commands_are_found_in_spans_and_blocks() {
    assert_eq!(command_of("accord audit verify"), Some("audit"));
    assert_eq!(command_of("cargo run --release -- demo --fresh"), Some("demo"));
    assert_eq!(command_of("accord --help"), None);
    assert_eq!(spans("a `b` c\n```sh\nd e\n```\n`f`"), ["b", "d e", "f"]);
}

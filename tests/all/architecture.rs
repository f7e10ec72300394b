//! The house's own rules, read off the source: who may import whom, who may name which library, and what no file may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may import. `room::part` permits only that part of it. The reasons stand in ARCHITECTURE.md;
/// a new arrow belongs there first.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("clock", &["domain::time"]),
    ("config", &["domain"]),
    ("domain", &[]),
    (
        "gate",
        &[
            "domain::catalogue",
            "domain::hold",
            "domain::id",
            "domain::key",
            "domain::limits",
            "domain::net",
            "domain::path",
            "domain::redaction",
            "domain::scope",
            "domain::tier",
            "domain::time",
            "domain::token",
            "domain::usage",
            "clock",
        ],
    ),
    ("store", &["domain"]),
    ("cases", &["domain", "store", "clock", "gate::redact", "words"]),
    ("feed", &["domain", "store", "gate", "clock", "cases::GrantSink", "cases::Touched", "cases::trial"]),
    ("words", &["domain"]),
    ("web", &["domain", "cases", "store::StoreError", "clock", "words"]),
    ("portal", &["web", "cases", "store", "domain"]),
    ("api", &["web", "cases", "store", "domain"]),
    ("jobs", &["cases", "feed", "store", "domain", "clock", "words"]),
    ("telemetry", &["config", "clock", "domain"]),
    ("demo", &["app::profile_files", "cases", "store", "domain", "clock", "config", "gate", "feed"]),
    ("app", EVERY_ROOM),
    ("main", EVERY_ROOM),
    ("commands", EVERY_ROOM),
];

const EVERY_ROOM: &[&str] = &[
    "api",
    "app",
    "cases",
    "clock",
    "config",
    "demo",
    "domain",
    "feed",
    "gate",
    "jobs",
    "portal",
    "store",
    "telemetry",
    "web",
    "words",
];

/// Libraries that belong to some rooms only.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("governor", &["gate"]),
    ("argon2", &["cases"]),
    ("lettre", &["jobs"]),
    ("rustls", &["jobs"]),
    ("similar", &["domain"]),
    ("actix_web", &["app", "api", "demo", "gate", "main", "commands", "portal", "telemetry", "web"]),
    ("hyper", &["app", "cases", "gate"]),
];

/// Crates that were decided against: each has another way that the project took, or an open advisory.
const UNWANTED: &[&str] = &["openssl-sys", "native-tls", "h2"];

const LINES_MAX: usize = 500;
const REASON: &str = "// Longer than 500 lines because";

/// One source file: its room, its path from the top of the repository, and its text.
struct Source {
    room: String,
    path: PathBuf,
    text: String,
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the repository whose name ends so, without what builds and runs leave there.
fn files(ending: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![top().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if entry.file_type().unwrap().is_dir() {
                if !["target", "var", ".git"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if ending.iter().any(|ending| name.ends_with(ending)) {
                found.push((path.strip_prefix(top()).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Whether a file of `src` holds tests only: they may build what the room itself may not.
fn is_test(path: &Path) -> bool {
    let name = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    name == "tests" || name == "testing" || name.ends_with("_tests") || path.iter().any(|folder| folder == "tests")
}

/// What the program is made of: `src` without tests.
fn sources() -> Vec<Source> {
    let of_src = files(&[".rs"]).into_iter().filter(|(path, _)| path.starts_with("src") && !is_test(path));
    of_src
        .map(|(path, text)| {
            let room = path.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
            Source { room, path, text }
        })
        .filter(|source| !["lib", "build"].contains(&source.room.as_str()))
        .collect()
}

/// The code without comments. A `//` inside a string goes too, with the rest of its line, which holds no import.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// What follows each `prefix` in the code: `a::b` gives `a::b`, `{a::b, c}` gives `a::b` and `c`. Two names deep at most.
fn paths_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        if before.is_alphanumeric() || before == '_' || before == ':' {
            continue;
        }
        found.extend(names(&code[at + prefix.len()..]));
    }
    found
}

fn names(rest: &str) -> Vec<String> {
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let (path, after) = rest.split_at(rest.find(|letter| !is_path(letter)).unwrap_or(rest.len()));
    let Some(group) = after.strip_prefix('{').filter(|_| path.is_empty() || path.ends_with("::")) else {
        return vec![two_names(path)];
    };
    let mut depth = 0;
    let mut items = vec![String::new()];
    for letter in group.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => items.push(String::new()),
            _ => {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                items.last_mut().unwrap().push(letter);
            }
        }
    }
    let items = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    items.flat_map(names).map(|name| two_names(&format!("{path}{name}"))).collect()
}

fn two_names(path: &str) -> String {
    path.split("::").filter(|name| !name.is_empty()).take(2).collect::<Vec<_>>().join("::")
}

/// Arrows of one file to other rooms.
fn imports(source: &Source) -> BTreeSet<String> {
    let code = code(&source.text);
    let mut found = paths_after(&code, "crate::");
    found.extend(paths_after(&code, "accord::"));
    // The file of a room itself stands right under the root: there, `super` leads to the other rooms.
    if source.path.iter().count() == 2 || source.path.ends_with("mod.rs") && source.path.iter().count() == 3 {
        found.extend(paths_after(&code, "super::"));
    }
    found.retain(|path| {
        let room = path.split("::").next().unwrap_or_default();
        room != source.room && EVERY_ROOM.contains(&room)
    });
    found
}

/// What may be imported, held against what is: `domain` covers `domain::time`, `domain::time` covers only itself.
fn is_covered(import: &str, permitted: &[&str]) -> bool {
    permitted.iter().any(|room| import == *room || import.strip_prefix(room).is_some_and(|rest| rest.starts_with("::")))
}

#[test]
fn rooms_import_only_what_the_table_permits() {
    let table: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(permitted) = table.get(source.room.as_str()) else {
            wrong.push(format!("{}: the room {} has no row in the table", source.path.display(), source.room));
            continue;
        };
        for import in imports(&source) {
            if !is_covered(&import, permitted) {
                wrong.push(format!("{}: {} may not import {import}", source.path.display(), source.room));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_crate_has_a_row_and_every_row_a_room() {
    let library = std::fs::read_to_string(top().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<_> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared, EVERY_ROOM.iter().copied().collect());
    let rows: BTreeSet<_> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    assert!(declared.is_subset(&rows));
}

#[test]
fn libraries_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        let code = code(&source.text);
        for (library, rooms) in LIBRARIES {
            if !rooms.contains(&source.room.as_str()) && !paths_after(&code, &format!("{library}::")).is_empty() {
                wrong.push(format!("{}: {library} belongs to {}", source.path.display(), rooms.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn pages_and_json_change_nothing_but_through_cases() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| ["portal", "api", "web"].contains(&source.room.as_str())) {
        if ["write(|", "write(move |"].iter().any(|call| code(&source.text).contains(&format!("store.{call}"))) {
            wrong.push(format!("{}: writes to the store; call a case", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn long_files_say_why() {
    let mut wrong = Vec::new();
    for (path, text) in files(&[".rs"]) {
        let lines = text.lines().count();
        if lines > LINES_MAX && !text.lines().take(5).any(|line| line.starts_with(REASON)) {
            wrong.push(format!("{}: {lines} lines; split it, or begin with “{REASON} ...”", path.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_module_begins_with_what_it_is_for() {
    let is_silent = |source: &Source| !source.text.lines().take(6).any(|line| line.starts_with("//! "));
    let silent: Vec<_> =
        sources().into_iter().filter(is_silent).map(|source| source.path.display().to_string()).collect();
    assert!(silent.is_empty(), "no //! at the top of:\n{}", silent.join("\n"));
}

#[test]
fn no_file_holds_unfinished_work_or_a_path_of_somebodys_machine() {
    // Put together here, so that this file does not find itself.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["todo", "!("], ["unimplemented", "!("], ["#[ig", "nore"]]
        .map(|parts| parts.concat());
    let places =
        [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/fa", "rm/"], ["/Us", "ers/"]].map(|parts| parts.concat());
    let mut wrong = Vec::new();
    let endings =
        [".rs", ".toml", ".html", ".txt", ".sql", ".css", ".sh", ".md", ".yaml", ".yml", ".conf", "Dockerfile", "run"];
    for (path, text) in files(&endings) {
        for (number, line) in text.lines().enumerate() {
            let is_place = |place: &String| {
                line.match_indices(place.as_str())
                    .any(|(at, _)| !line[..at].ends_with(|letter: char| letter.is_alphanumeric()))
            };
            if marks.iter().any(|mark| line.contains(mark.as_str())) || places.iter().any(is_place) {
                wrong.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_lock_file_has_no_crate_that_was_decided_against() {
    let lock = std::fs::read_to_string(top().join("Cargo.lock")).unwrap();
    let found: Vec<_> = UNWANTED.iter().filter(|name| lock.contains(&format!("\nname = \"{name}\"\n"))).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_reader_of_imports_sees_groups_comments_and_depth() {
    let text = "use crate::{domain::time::Day, store::{audit, people}, web};\nuse crate::feed::{grants, usage::Drain};\n// use crate::gate::x\nlet a = crate::cases::keys::roll(b);\n";
    let source = Source { room: "portal".to_owned(), path: PathBuf::new(), text: text.to_owned() };
    let found: Vec<_> = imports(&source).into_iter().collect();
    assert_eq!(
        found,
        ["cases::keys", "domain::time", "feed::grants", "feed::usage", "store::audit", "store::people", "web"]
    );
    assert!(is_covered("domain::time", &["domain"]) && is_covered("domain::time", &["domain::time"]));
    assert!(!is_covered("domain::terms", &["domain::time"]) && !is_covered("domains", &["domain"]));
}

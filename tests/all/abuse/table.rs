//! The table of this module, held against the tests that there are.

use std::collections::BTreeSet;
use std::path::Path;

fn is_of_test(attribute: &str) -> bool {
    attribute.ends_with("test]") || attribute.starts_with("#[tokio::test(")
}

/// Names of functions under an attribute that makes them tests, in every file below `folder`.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for pair in lines.windows(2).filter(|pair| is_of_test(pair[0])) {
                let name =
                    pair[1].trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next());
                found.extend(name.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_case_names_tests_that_exist() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    tests_below(&top.join("src"), &mut tests);
    tests_below(&top.join("tests"), &mut tests);
    let rows: Vec<&str> =
        include_str!("mod.rs").lines().filter(|line| line.starts_with("//! |") && line.contains('`')).collect();
    assert!(rows.len() >= 40, "{} cases", rows.len());
    let mut gone = Vec::new();
    for row in rows {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test: {row}");
        gone.extend(named.into_iter().filter(|name| !tests.contains(*name)));
    }
    assert_eq!(gone, Vec::<&str>::new(), "named in the table and nowhere else");
}

//! The command line as a newcomer meets it, in a folder of its own: the set-up that README promises, and what is said
//! when something is wrong.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::harness::files::TempFolder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_accord");
const PASSPHRASE: &str = "a long passphrase of several words\n";

/// What a command came to.
struct Done {
    is_good: bool,
    printed: String,
    said: String,
}

/// Runs `accord` with these words in this folder, with `input` on its standard input.
fn run(folder: &TempFolder, words: &[&str], input: &str) -> Done {
    let mut command = Command::new(PROGRAM);
    command.args(words).current_dir(folder.path()).env("ACCORD_ACCOUNTS__ARGON2_MEMORY_KIB", "64");
    command.env_remove("ACCORD_DATA").env_remove("ACCORD_CONFIG").env("ACCORD_LOG__LEVEL", "off");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read its input may have ended.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { is_good: output.status.success(), printed: text(output.stdout), said: text(output.stderr) }
}

fn good(folder: &TempFolder, words: &[&str], input: &str) -> String {
    let done = run(folder, words, input);
    assert!(done.is_good, "{words:?}: {}", done.said);
    done.printed
}

fn bad(folder: &TempFolder, words: &[&str], input: &str, part: &str) {
    let done = run(folder, words, input);
    assert!(!done.is_good && done.said.contains(part), "{words:?}: {} {}", done.printed, done.said);
}

#[test]
fn a_full_set_up_needs_no_browser() {
    let folder = TempFolder::new();
    let here = |words: &[&str], input: &str| good(&folder, words, input);
    assert_eq!(here(&["migrate"], ""), "the database is up to date\n");
    assert!(here(&["department", "list"], "").contains("parking-authority"), "set up from the profile");
    here(&["department", "add", "--slug", "mobility", "--name", "Mobility", "--email", "m@city.example"], "");
    let ada = ["user", "add", "--name", "Ada Alvarez", "--email", "ada@city.example", "--role", "administrator"];
    assert_eq!(here(&ada, PASSPHRASE).trim().len(), 36, "an id");
    let rosa = ["user", "add", "--name", "Rosa Marino", "--email", "rosa@city.example", "--role", "manager:mobility"];
    here(&rosa, PASSPHRASE);
    let catalogue = format!("{}/tests/fixtures/data.json", env!("CARGO_MANIFEST_DIR"));
    let report = here(&["catalog", "import", &catalogue, "--department", "mobility"], "");
    assert!(report.contains("records: "), "{report}");
    assert!(here(&["catalog", "export"], "").contains("\"conformsTo\""));
    std::fs::write(folder.path().join("terms.md"), "# Terms\n\n## 1 Use\n\nUse it well.\n").unwrap();
    let publish = ["terms", "publish", "--family", "standard", "--title", "Standard terms", "--file", "terms.md"];
    assert!(here(&publish, "").starts_with("standard 2 "));
    let later = [&publish[..], &["--material", "--effective", "2099-01-01"]].concat();
    assert!(here(&later, "").contains("binds from 2099-01-01 05:00 UTC"), "a day of the city");
    assert_eq!(here(&["terms", "list"], "").lines().filter(|line| line.starts_with("standard")).count(), 3);
    let service = run(&folder, &["service", "add", "--name", "nginx"], "");
    assert!(service.printed.starts_with("acs_") && service.printed.lines().count() == 1, "{}", service.printed);
    assert!(service.said.contains("only time"), "{}", service.said);
    let head = here(&["audit", "head"], "");
    assert!(here(&["audit", "verify", "--head", head.trim()], "").contains("the chain is whole"));
    let elsewhere = folder.path().join("var").display().to_string();
    assert_eq!(here(&["audit", "head", "--data", &elsewhere], ""), head, "--data names the same folder");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let folder = TempFolder::new();
    good(&folder, &["migrate"], "");
    std::fs::write(folder.path().join("terms.md"), "# Terms\n\nUse it well.\n").unwrap();
    let user = |role: &str, input: &str, part: &str| {
        let words = ["user", "add", "--name", "Bo Lee", "--email", "bo@city.example", "--role", role];
        bad(&folder, &words, input, part);
    };
    user("king", PASSPHRASE, "give administrator, auditor, clerk, manager:DEPARTMENT or reviewer:DEPARTMENT");
    user("manager", PASSPHRASE, "manager needs its department: manager:DEPARTMENT; `accord department list`");
    user("manager:nowhere", PASSPHRASE, "there is no department “nowhere”; `accord department list`");
    user("clerk:it", PASSPHRASE, "clerk is for the whole city");
    user("clerk", "short\n", "Use at least 15 characters");
    user("clerk", "", "no password was given on standard input");
    let terms = |family: &str, effective: &str, part: &str| {
        let words =
            ["terms", "publish", "--family", family, "--title", "T", "--file", "terms.md", "--effective", effective];
        bad(&folder, &words, "", part);
    };
    terms("other", "2099-01-01", "give standard, click_through or restricted");
    terms("standard", "2099-13-01", "give a day such as 2027-01-01, or an instant");
    bad(&folder, &["audit", "verify", "--head", "5:abc"], "", "give number:hash");
    bad(&folder, &["migrate", "--data", "terms.md"], "", "terms.md: this is a file; --data names a folder");
    bad(
        &folder,
        &["healthcheck", "--url", "nonsense"],
        "",
        "give a whole address, such as http://127.0.0.1:8080/readyz",
    );
}

#[test]
fn commands_that_read_refuse_a_folder_that_holds_nothing_and_make_nothing_there() {
    let folder = TempFolder::new();
    let commands: [&[&str]; 6] = [
        &["audit", "verify"],
        &["audit", "head"],
        &["department", "list"],
        &["terms", "list"],
        &["catalog", "export"],
        &["gate", "--port", "0"],
    ];
    for words in commands {
        bad(&folder, &[words, &["--data", "mistyped"]].concat(), "", "mistyped: there is no secret.key here");
        assert!(!folder.path().join("mistyped").exists(), "{words:?}");
    }
    let half = folder.path().join("half");
    std::fs::create_dir(&half).unwrap();
    std::fs::write(half.join("secret.key"), "0".repeat(64)).unwrap();
    bad(&folder, &["audit", "verify", "--data", "half"], "", "there is no database here: run `accord migrate` first");
    assert!(!half.join("accord.db").exists());
}

#[test]
fn settings_that_name_something_unusable_are_refused_before_the_start() {
    let folder = TempFolder::new();
    for (name, value, part) in [
        ("ACCORD_LOG__LEVEL", "a=b=c", "log.level: "),
        ("ACCORD_DATABASE__URL", "mysql://x", "database.url: "),
        ("ACCORD_MAIL__SMTP_URL", "mail.example", "mail.smtp_url: "),
        ("ACCORD_MAIL__FROM", "nobody", "mail.from: nobody: "),
        ("ACCORD_MAIL__CA_FILE", "nowhere.pem", "mail.ca_file: names who may vouch"),
        ("ACCORD_PLACE__PROFILE", "atlantis", "place.profile: "),
    ] {
        let output =
            Command::new(PROGRAM).args(["check-config", "--data"]).arg(folder.path()).env(name, value).output();
        let said = String::from_utf8(output.unwrap().stderr).unwrap();
        assert!(said.contains(part), "{name}: {said}");
    }
    // A password in the environment is no fault of the file.
    std::fs::write(folder.path().join("accord.toml"), "[log]\nlevel = 'info'\n").unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["check-config", "--data"]).arg(folder.path());
    command.env("ACCORD_MAIL__SMTP_URL", "smtp://user:password@mail.example");
    let shown = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(!shown.contains("everybody may read it") && !shown.contains("user:password"), "{shown}");
    assert!(shown.contains("# settings file: ") && shown.contains("accord.toml"), "{shown}");
}

#[test]
fn a_reader_of_a_pipe_may_stop_reading() {
    let mut child = Command::new(PROGRAM).arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_backup_is_whole_recorded_and_never_written_over_another() {
    let folder = TempFolder::new();
    good(&folder, &["migrate"], "");
    let made = good(&folder, &["backup", "--to", "copy.db"], "");
    assert!(made.starts_with("copy.db ") && made.contains(", verified"), "{made}");
    bad(&folder, &["backup", "--to", "copy.db"], "", "there already");
    bad(&folder, &["backup"], "", "--to");
    std::fs::write(folder.path().join("dump.sql"), "a dump").unwrap();
    let recorded = good(&folder, &["backup", "--recorded", "dump.sql"], "");
    assert!(recorded.starts_with("dump.sql 6 bytes") && !recorded.contains("verified"), "{recorded}");
    let head = good(&folder, &["audit", "head"], "");
    std::fs::create_dir(folder.path().join("restored")).unwrap();
    let copy = |from: &str, to: &str| std::fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    copy("copy.db", "restored/accord.db");
    copy("var/secret.key", "restored/secret.key");
    let whole = good(&folder, &["audit", "verify", "--data", "restored"], "");
    assert!(whole.starts_with("the chain is whole") && !whole.contains(head.trim()), "{whole}: before it was recorded");
}

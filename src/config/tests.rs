//! Settings from file and environment, and every mistake in them.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("accord-config-{}-{number}.toml", std::process::id()));
    std::fs::write(&path, file).unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let done = Settings::load(Some(&path), environment);
    std::fs::remove_file(&path).unwrap();
    done
}

#[test]
fn the_defaults_load_and_warn_of_what_is_weak() {
    let settings = load("", &[]).unwrap();
    assert_eq!(settings.portal.listen.port(), 8080);
    assert_eq!(settings.warnings().len(), 2, "{:?}", settings.warnings());
    assert_eq!(settings.database_url(Path::new("d")), "sqlite:d/accord.db");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let settings = load("[portal]\nlisten = '127.0.0.1:1'", &[("ACCORD_PORTAL__LISTEN", "127.0.0.1:2")]).unwrap();
    assert_eq!(settings.portal.listen.port(), 2);
    let settings = load("", &[("ACCORD_NETWORK__UPSTREAM_NETWORKS", "10.0.0.0/8, 127.0.0.0/8")]).unwrap();
    assert!(settings.warnings().iter().any(|warning| warning.contains("loopback")));
}

#[test]
fn each_mistake_is_refused_with_its_place() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let rows: [Case<'_>; 13] = [
        ("[portal]\nlisten_on = 'x'", &[], "portal.listen_on"),
        ("[portals]\nlisten = 'x'", &[], "portals"),
        ("portal = 1", &[], "[portal] must be a section"),
        ("[portal", &[], "TOML"),
        ("[portal]\nlisten = 'nowhere'", &[], "portal.listen"),
        ("[portal]\nform_kib = 'big'", &[], "portal.form_kib"),
        ("[log]\nformat = 'xml'", &[], "log.format"),
        ("[network]\ntrusted_proxies = ['10.0.0.0/99']", &[], "network.trusted_proxies"),
        ("[gate]\npoll_ms = -1", &[], "gate.poll_ms"),
        ("[portal]\npublic_url = 'data.example'", &[], "portal.public_url"),
        ("", &[("ACCORD_GATE__POLL", "1")], "gate.poll"),
        ("", &[("ACCORD_GATE__POLL_MS", "often")], "whole number"),
        ("[accounts]\nargon2_iterations = 0", &[], "argon2"),
    ];
    for (file, environment, part) in rows {
        let error = load(file, environment).unwrap_err().to_string();
        assert!(error.contains(part), "{file:?} {environment:?}: {error}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let settings = load("[mail]\nsmtp_url = 'smtps://u:hunter2@mail.example'", &[]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    let environment = [
        ("ACCORD_MAIL__SMTP_URL".to_owned(), "smtps://u:hunter2@mail.example".to_owned()),
        ("ACCORD_DATABASE__URL".to_owned(), "postgres://a@db.example/accord?password=hunter2".to_owned()),
    ];
    let shown = Settings::shown(None, environment).unwrap();
    assert!(!shown.contains("hunter2") && shown.contains("mail.example") && shown.contains("poll_ms"), "{shown}");
}

/// A file that sets one number.
fn with(place: &str, number: u64) -> String {
    let (section, name) = place.split_once('.').unwrap();
    format!("[{section}]\n{name} = {number}")
}

#[test]
fn every_number_has_a_range_and_what_lies_outside_is_refused_by_name() {
    let settings = load("", &[]).unwrap();
    let ranges = settings.numbers();
    let defaults: Table = DEFAULTS.parse().unwrap();
    for (section, values) in &defaults {
        for (name, value) in values.as_table().unwrap() {
            let place = format!("{section}.{name}");
            let has_range = ranges.iter().any(|(known, ..)| *known == place);
            assert_eq!(has_range, value.is_integer(), "{place}");
        }
    }
    for (place, _, range) in ranges {
        let outside = [range.start().checked_sub(1), Some(range.end() + 1)];
        for number in outside.into_iter().flatten() {
            let error = load(&with(place, number), &[]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{place}: give a number from")), "{number}: {error}");
        }
        // Two of them must also fit to others.
        if !["gate.poll_ms", "gate.stale_seconds", "accounts.argon2_parallelism", "accounts.argon2_memory_kib"]
            .contains(&place)
        {
            for number in [*range.start(), *range.end()] {
                load(&with(place, number), &[]).unwrap();
            }
        }
    }
}

#[test]
fn waits_after_wrong_passwords_are_read_and_bad_ones_refused() {
    let seconds = |settings: &Settings, failures| settings.delays().unwrap().wait_after(failures).num_seconds();
    assert_eq!([2, 3, 50].map(|failures| seconds(&load("", &[]).unwrap(), failures)), [0, 2, 600]);
    let set = load("", &[("ACCORD_ACCOUNTS__LOGIN_WAITS", "1:7, 2:9")]).unwrap();
    assert_eq!([0, 1, 2].map(|failures| seconds(&set, failures)), [0, 7, 9]);
    for bad in ["login_waits = []", "login_waits = ['often']", "login_waits = ['3:2', '2:5']", "login_waits = ['3:0']"]
    {
        let error = load(&format!("[accounts]\n{bad}"), &[]).unwrap_err().to_string();
        assert!(error.starts_with("accounts.login_waits: "), "{bad}: {error}");
    }
}

#[test]
fn what_is_shown_holds_every_setting() {
    let shown: Table = Settings::shown(None, []).unwrap().parse().unwrap();
    assert_eq!(shown, DEFAULTS.parse::<Table>().unwrap());
}

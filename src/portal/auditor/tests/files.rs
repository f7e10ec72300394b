//! Use of the gate, the access log, and everything as files for spreadsheets.

use super::{CLIENT, call, keyed};
use crate::cases::agree;
use crate::cases::exports::maker;
use crate::portal::tests::{complains, offices, pairs};
use crate::store::audit;

#[actix_web::test]
async fn use_is_counted_by_key_agreement_dataset_operation_outcome_and_day() {
    for office in offices() {
        let (agreement, key, _) = keyed(&office);
        let now = office.desk().clock.now();
        let before = now - chrono::Duration::days(2);
        let calls = [(now, "ok", "/parking"), (now, "rate_limited", "/parking"), (before, "ok", "/parking")];
        call(&office, (&agreement, key), &calls);
        let ivan = office.of("Ivan Auditor").await;
        for (by, label) in [
            ("key", "web map"),
            ("agreement", &*agreement.number),
            ("dataset", "parking"),
            ("operation", "read"),
            ("outcome", "rate_limited"),
            ("day", "2026-11-21"),
        ] {
            let page = ivan.page(&format!("/audit/usage?by={by}")).await;
            let rows = page.split_once("<tbody>").unwrap_or_else(|| panic!("{by}: {page}")).1;
            assert!(rows.contains(label), "{by} {label}: {page}");
            assert!(page.contains("<p class=\"stat-value\">3</p>"), "three calls in all: {page}");
            let file = ivan.get(&format!("/audit/usage.csv?by={by}")).await.body;
            assert!(file.starts_with("of,calls,ok,refused_or_failed,bytes,mean_ms,id\n"), "{file}");
            let sum: i64 =
                file.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse::<i64>().unwrap()).sum();
            assert_eq!(sum, 3, "{by}: {file}");
        }
        assert!(ivan.page("/audit/usage").await.contains("value=\"dataset\" selected"), "the form says what is shown");
        let one_day = ivan.page("/audit/usage?from=2026-11-23&to=2026-11-23&by=day").await;
        assert!(one_day.contains("<p class=\"stat-value\">2</p>"), "{one_day}");
        let none = ivan.page("/audit/usage?from=2020-01-01&to=2020-01-31").await;
        assert!(none.contains("No calls in these days"), "{none}");
        let of_key = ivan.page(&format!("/audit/usage?key={key}&by=outcome&outcome=rate_limited")).await;
        assert!(of_key.contains("<p class=\"stat-value\">1</p>"), "two filters hold together: {of_key}");
        assert!(
            of_key.contains(&format!("/audit/usage?by=outcome&amp;key={key}\"")),
            "one filter is left out: {of_key}"
        );
        let narrowed = ivan.page("/audit/usage?by=dataset&outcome=ok").await;
        let dataset = agreement.schedules[0].dataset;
        assert!(narrowed.contains(&format!("by=key&amp;dataset={dataset}&amp;outcome=ok\"")), "{narrowed}");
        for (name, typed) in [("holder", "nobody%40people.example"), ("dataset", "nothing"), ("key", "x")] {
            let missed = ivan.get(&format!("/audit/usage?{name}={typed}")).await;
            assert_eq!(missed.status, 422, "{name}");
            assert!(missed.body.contains(&format!("href=\"#f-{name}\"")), "{name}: {}", missed.body);
        }
    }
}

#[actix_web::test]
async fn whole_addresses_are_shown_to_auditors_and_each_look_leaves_an_entry() {
    for office in offices() {
        let (agreement, key, _) = keyed(&office);
        let now = office.desk().clock.now();
        call(&office, (&agreement, key), &[(now, "ok", "/parking/latest"), (now, "rate_limited", "/parking/spots")]);
        let hers = office.of("Maria Gonzalez").await.page(&format!("/keys/{key}")).await;
        assert!(!hers.contains(CLIENT), "the holder sees addresses cut: {hers}");
        let ivan = office.of("Ivan Auditor").await;
        for (path, lines) in [
            ("/audit/access-log".to_owned(), 2),
            ("/audit/access-log?outcome=rate_limited".to_owned(), 1),
            (format!("/audit/access-log?kind=key&of={key}&request=r-4711"), 2),
            ("/audit/access-log?request=r-1".to_owned(), 0),
            ("/audit/access-log.csv".to_owned(), 2),
        ] {
            let entries = office.entries();
            let answer = ivan.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.body.matches(CLIENT).count(), lines, "{path}: {}", answer.body);
            assert_eq!(office.entries(), entries + 1, "{path}");
            let entry = office.desk().read(|conn| audit::after(conn, entries, 1)).unwrap().remove(0);
            assert_eq!((entry.act.as_str(), entry.name.as_str()), ("access_log.read", "Ivan Auditor"));
            assert!(entry.after.contains(&format!("\"lines\":{lines}")), "what was looked at: {}", entry.after);
        }
        assert!(ivan.page("/audit/access-log?request=r-1").await.contains("No call fits"));
        let wrong = ivan.get("/audit/access-log?from=soon").await;
        complains(&wrong, "from", "year-month-day", &["value=\"soon\""]);
        assert!(!wrong.body.contains(CLIENT), "{}", wrong.body);
    }
}

#[actix_web::test]
async fn what_people_typed_does_not_run_in_a_spreadsheet() {
    for office in offices() {
        let (agreement, key, _) = keyed(&office);
        let now = office.desk().clock.now();
        call(&office, (&agreement, key), &[(now, "ok", "/parking")]);
        let name = "=HYPERLINK(\"http://evil.example\")";
        let version = crate::cases::keys::view(office.desk(), &office.city.maria, key).unwrap().stored.key.version;
        crate::cases::keys::rename(office.desk(), &office.city.maria, key, name, version).unwrap();
        agree::terminate(office.desk(), &office.city.maria, agreement.id, None, "+1+cmd|' /C calc'!A0").unwrap();
        let ivan = office.of("Ivan Auditor").await;
        for (path, made) in [
            ("/audit/entries.csv?act=agreement.terminate", "'+1+cmd|' /C calc'!A0"),
            ("/audit/usage.csv?by=key", "'=HYPERLINK(\"http://evil.example\")"),
        ] {
            let file = ivan.get(path).await.body;
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let cells: Vec<String> =
                reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
            assert!(cells.iter().any(|cell| cell.starts_with(made)), "{path}: {cells:?}");
            let starts = |cell: &String| cell.starts_with(['=', '+', '@', '\t']) && cell.parse::<f64>().is_err();
            assert!(!cells.iter().any(starts), "{path}: {cells:?}");
        }
    }
}

#[actix_web::test]
async fn the_file_of_entries_holds_what_the_search_finds_and_their_hashes() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let ivan = office.of("Ivan Auditor").await;
        let file = ivan.get(&format!("/audit/entries.csv?kind=application&of={id}")).await.body;
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let heads = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let cell = |row: &csv::StringRecord, head: &str| {
            row.get(heads.iter().position(|known| known == head).unwrap()).unwrap().to_owned()
        };
        let acts: Vec<_> = rows.iter().map(|row| cell(row, "act")).collect();
        assert_eq!(acts, ["application.submit", "application.save", "application.start"], "newest first");
        let number: i64 = cell(&rows[0], "number").parse().unwrap();
        let entry = office.desk().read(|conn| audit::after(conn, number - 1, 1)).unwrap().remove(0);
        assert_eq!(cell(&rows[0], "hash"), crate::domain::audit::hex(&entry.hash));
        assert_eq!((cell(&rows[0], "name"), cell(&rows[0], "capacity")), ("Maria Gonzalez".into(), "requester".into()));
    }
}

#[actix_web::test]
async fn a_long_table_is_asked_for_watched_called_off_and_downloaded_by_who_asked() {
    for office in offices() {
        let ivan = office.of("Ivan Auditor").await;
        let list = "/audit/exports";
        assert!(!ivan.page(list).await.contains("http-equiv=\"refresh\""), "nothing is being made");
        let wish = pairs(&[("what", "agreements"), ("format", "csv"), ("how", "made")]);
        let asked = ivan.fill(list, &wish).await;
        let page = ivan.follow(&asked).await;
        assert!(page.contains("http-equiv=\"refresh\"") && page.contains("Waits for its turn"), "{page}");
        assert!(!page.contains("name=\"what\""), "what is typed would be lost when the page looks again");
        let still = ivan.page("/audit/exports?still=yes").await;
        assert!(still.contains("name=\"what\"") && !still.contains("http-equiv=\"refresh\""), "{still}");
        let id = page.split("/audit/exports/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let off = ivan.send("/audit/exports?still=yes", &format!("{list}/{id}/cancel"), &[]).await;
        assert!(ivan.follow(&off).await.contains("Called off"));
        let again = ivan.send("/audit/exports?still=yes", &format!("{list}/{id}/cancel"), &[]).await;
        assert_eq!(again.status, 409, "{}", again.body);
        ivan.fill(list, &wish).await;
        maker::round(office.desk(), &|| false).unwrap();
        let ready = ivan.page(list).await;
        let file =
            ready.split("href=\"").find_map(|rest| rest.split('"').next().filter(|href| href.ends_with("/file")));
        let file = file.unwrap().replace("&#x2F;", "/");
        let answer = ivan.get(&file).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(answer.body.starts_with("id,number,"), "{}", answer.body);
        let wrong = ivan.fill(list, &pairs(&[("what", "keys"), ("from", "soon"), ("how", "now")])).await;
        complains(&wrong, "from", "year-month-day", &["value=\"soon\""]);
        let now = ivan.fill(list, &pairs(&[("what", "keys"), ("format", "json"), ("how", "now")])).await;
        assert_eq!((now.status, now.header("location")), (303, "/audit/exports/file?what=keys&format=json"));
        office.city.desk.person("Iris Auditor", &office.caller("Ivan Auditor").actor.roles);
        assert_eq!(office.of("Manager 0").await.get(&file).await.status, 403);
    }
}

//! The papers for the state's commission about a request for records: a ZIP of plain texts with a manifest that names the
//! SHA-256 of each. The same request always makes the same bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Followed;
use crate::cases::CaseError;
use crate::domain::audit::{Hash, hex};
use crate::domain::calendar::in_words;
use crate::domain::profile::Profile;
use crate::domain::records::RecordsRequest;
use crate::store::StoreError;

/// The packet as a file.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Its name.
    pub name: String,
    /// Its texts, by name.
    pub texts: Vec<(String, String)>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

pub(super) fn make(profile: &Profile, followed: &Followed) -> Result<Packet, CaseError> {
    let texts = texts(profile, followed);
    let request = &followed.request;
    let bytes =
        zipped(request, &texts).map_err(|error| StoreError::Corrupt { what: "packet", why: error.to_string() })?;
    Ok(Packet { name: format!("{}-packet.zip", request.number), texts, bytes })
}

fn texts(profile: &Profile, followed: &Followed) -> Vec<(String, String)> {
    let request = &followed.request;
    let office = followed.department.as_deref().unwrap_or("not known yet");
    let state = &profile.appeals.state;
    let mut filed = format!(
        "Request for records {}\nReceived on {} by {}\nOffice: {office}\nForm asked for: {}\n\n{}\n",
        request.number,
        in_words(request.received_on),
        profile.name,
        request.format.in_words(),
        request.description
    );
    for line in [&request.requester.name, &request.requester.email, &request.requester.other_way] {
        if !line.is_empty() {
            let _infallible = write!(filed, "\nFrom: {line}");
        }
    }
    let mut dates = format!("Last day to answer\n{}\n\nAppeal to {}\n", request.clocks.due.explain(), state.name);
    for deadline in request.appeals() {
        let _infallible = writeln!(dates, "{}", deadline.explain());
    }
    let _infallible = write!(dates, "\n{}\n{}, {}\n", state.text.text("en"), state.address, state.email);
    let mut steps = String::new();
    for step in &request.steps {
        let at = step.at.with_timezone(&profile.zone).format("%Y-%m-%d %H:%M %Z");
        let _infallible = writeln!(steps, "{at}  {} ({})\n{}\n", step.title, step.by_name, step.text);
    }
    let mut found = vec![
        ("01-request.txt".to_owned(), filed),
        ("02-dates.txt".to_owned(), dates),
        ("03-what-happened.txt".to_owned(), steps),
    ];
    found.extend(answer(profile, request).map(|text| ("04-answer.txt".to_owned(), text)));
    for (number, letter) in (5_u32..).zip(&followed.letters) {
        found.push((format!("{number:02}-letter-{}.md", letter.kind.as_str()), letter.markdown.clone()));
    }
    found
}

fn answer(profile: &Profile, request: &RecordsRequest) -> Option<String> {
    let answer = request.answer()?;
    let mut text = format!(
        "{}\n{}, {} ({})\n\n{}\n",
        answer.outcome.sentence(),
        in_words(answer.on),
        answer.by_name,
        answer.by_role,
        answer.text
    );
    for row in &answer.withheld {
        let title = profile.exemption(&row.exemption).map_or("", |known| known.title.text("en"));
        let _infallible = write!(
            text,
            "\nWithheld: {}, {}\nUnder {} {title}\n{}\n",
            row.record, row.field, row.exemption, row.sentence
        );
    }
    Some(text)
}

fn zipped(request: &RecordsRequest, texts: &[(String, String)]) -> Result<Vec<u8>, zip::result::ZipError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut parts = Vec::new();
    for (name, text) in texts {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(text.as_bytes())?;
        let sum: Hash = Sha256::digest(text.as_bytes()).into();
        parts.push(json!({ "name": name, "sha256": hex(&sum), "bytes": text.len() }));
    }
    let manifest = json!({
        "request": request.number, "state": request.state.as_str(), "answer_due": request.clocks.due.due,
        "appeal_by": request.appeals().iter().map(|deadline| deadline.due).collect::<Vec<_>>(), "parts": parts,
    });
    writer.start_file("manifest.json", options)?;
    writer.write_all(serde_json::to_string_pretty(&manifest).unwrap_or_default().as_bytes())?;
    Ok(writer.finish()?.into_inner())
}

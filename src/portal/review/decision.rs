//! The decision form: its rows of conditions and coded reasons, and how they are read. The rules are the domain's; this
//! only turns text into values and puts each complaint to the field it is about.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cases::review::{Decided, GroundTyped};
use crate::cases::trial::Under;
use crate::domain::catalogue::Dataset;
use crate::domain::limits::Limits;
use crate::domain::net::CidrList;
use crate::domain::profile::Profile;
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::time::Day;
use crate::portal::shared::Choice;
use crate::web::{Form, FormErrors};

/// Rows for conditions shown at once; as many again lie under "More conditions".
const ROWS_SHOWN: usize = 3;
/// What stands before the name of a redaction profile in the kind of a condition.
const REDACTION: &str = "redaction:";
/// Rows for conditions in all.
const ROWS_MAX: usize = 12;

/// The names that the form may send.
pub(super) const FIELDS: &[&str] = &[
    "outcome",
    "condition.*",
    "ground.*",
    "cite.*",
    "exemption.*",
    "explanation.*",
    "remedy",
    "statement",
    "seen",
    "trial.*",
    "text.*",
];

/// What the form offers.
#[derive(Debug, Serialize)]
pub(super) struct DecisionForm {
    pub(super) action: String,
    /// Where the effect of the decision as typed is shown; empty where nothing could be opened.
    pub(super) effect: String,
    pub(super) methods: Vec<Choice>,
    pub(super) seen: usize,
    pub(super) outcomes: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) whens: Vec<Choice>,
    pub(super) rows: Vec<usize>,
    pub(super) more_rows: Vec<usize>,
    /// The parts in which something was typed or is wrong: `conditions`, `more`, `denial`.
    pub(super) open: Vec<&'static str>,
    pub(super) takes_conditions: bool,
    pub(super) grounds: Vec<GroundView>,
    pub(super) exemptions: Vec<Choice>,
    pub(super) operations: String,
    pub(super) limits: String,
}

/// One coded reason of the profile.
#[derive(Debug, Serialize)]
pub(super) struct GroundView {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) sentence: String,
    pub(super) remedy: String,
    pub(super) cites: Vec<Choice>,
    pub(super) needs_exemption: bool,
    pub(super) is_open: bool,
}

/// What the item under decision allows.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// There is a first approval to confirm (tier 3), so conditions cannot be written anew.
    pub(super) is_second: bool,
    /// The law lets nobody approve.
    pub(super) is_prohibited: bool,
    /// What its dataset can take out.
    pub(super) redactions: Redactions,
}

/// What a dataset can take out before a holder sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Redactions {
    /// Name and title of each profile that may be named.
    pub(super) profiles: Vec<(String, String)>,
    /// Whether a delay can be judged without a profile.
    pub(super) has_time_field: bool,
}

impl Redactions {
    pub(super) fn of(dataset: &Dataset) -> Self {
        let profiles = dataset.redactions_offered().map(|profile| (profile.name.clone(), profile.title.clone()));
        Self { profiles: profiles.collect(), has_time_field: dataset.time_field.is_some() }
    }
}

impl DecisionForm {
    pub(super) fn new(profile: &Profile, action: String, seen: usize, offer: &Offer, typed: Option<&Form>) -> Self {
        let grounds = profile.grounds.iter().map(|ground| {
            let code = ground.code.as_str();
            GroundView {
                code: code.to_owned(),
                title: ground.title.text("en").to_owned(),
                sentence: ground.sentence.text("en").to_owned(),
                remedy: ground.remedy.text("en").to_owned(),
                cites: ground
                    .must_cite
                    .iter()
                    .map(|field| Choice::new(field.name.as_str(), field.label.text("en")))
                    .collect(),
                needs_exemption: ground.needs_subsection,
                is_open: typed.is_some_and(|form| {
                    form.has(&format!("ground.{code}"))
                        || !form.text(&format!("explanation.{code}")).is_empty()
                        || form.starting(&format!("cite.{code}.")).any(|(_, text)| !text.is_empty())
                }),
            }
        });
        let exemptions = profile.exemptions.iter().map(|exemption| {
            let label = format!("{}: {}", exemption.code, exemption.title.text("en"));
            Choice::new(exemption.code.as_str(), label)
        });
        Self {
            effect: if offer.is_prohibited { String::new() } else { action.replace("/decide", "/effect") },
            methods: super::effect::methods(),
            action,
            seen,
            outcomes: outcomes(offer),
            kinds: kinds(&offer.redactions),
            whens: vec![
                Choice::new("while", "While the agreement lives"),
                Choice::new("before", "Before the first key"),
            ],
            rows: (1..=ROWS_SHOWN).collect(),
            more_rows: (ROWS_SHOWN + 1..=ROWS_MAX).collect(),
            open: typed.map(open_parts).unwrap_or_default(),
            takes_conditions: !offer.is_second && !offer.is_prohibited,
            grounds: grounds.collect(),
            exemptions: exemptions.collect(),
            operations: String::new(),
            limits: String::new(),
        }
    }
}

/// The parts of the form that must not be folded away.
fn open_parts(form: &Form) -> Vec<&'static str> {
    let typed_in = |start: &str| form.starting(start).any(|(_, text)| !text.is_empty());
    let is_denial = form.text("outcome") == "deny" || !form.text("remedy").is_empty();
    let parts: [(&str, bool); 4] = [
        ("conditions", form.text("outcome") == "conditions" || has_conditions(form)),
        ("more", (ROWS_SHOWN + 1..=ROWS_MAX).any(|row| is_filled(form, row))),
        ("effect", typed_in("trial.path")),
        ("denial", is_denial || typed_in("ground.") || typed_in("explanation.")),
    ];
    parts.into_iter().filter(|(_, is_open)| *is_open).map(|(part, _)| part).collect()
}

fn outcomes(offer: &Offer) -> Vec<Choice> {
    let deny = Choice::new("deny", "Deny").hint("Choose coded reasons below; the letter is written from them.");
    if offer.is_prohibited {
        return vec![deny];
    }
    if offer.is_second {
        let hint = "The second approval takes the first one's conditions as they stand above.";
        return vec![Choice::new("confirm", "Confirm the first approval and its conditions").hint(hint), deny];
    }
    vec![
        Choice::new("approve", "Approve as asked").hint("The applicant's signature covers this; nothing more to sign."),
        Choice::new("conditions", "Approve with conditions").hint("The applicant signs the changed text first."),
        deny,
    ]
}

/// The kinds of conditions; each redaction profile of the dataset is one to choose.
fn kinds(redactions: &Redactions) -> Vec<Choice> {
    let late =
        if redactions.has_time_field { "Delivered late" } else { "Delivered late (needs a profile with a delay)" };
    let fixed = [
        ("promise", "A promise in words"),
        ("limits", "Lower limits"),
        ("ends_on", "Ends on a day"),
        ("networks", "Only from networks"),
        ("operations", "Only some operations"),
        ("hours", "Only at some hours"),
        ("delay", late),
    ];
    let profile = |(name, title): &(String, String)| {
        Choice::new(format!("{REDACTION}{name}"), format!("Redaction profile {name}: {title}"))
    };
    let fixed = fixed.into_iter().map(|(value, label)| Choice::new(value, label));
    fixed.chain(redactions.profiles.iter().map(profile)).collect()
}

/// Puts what the dataset cannot take out to the condition that asks for it.
pub(super) fn at_conditions(form: &Form, found: &FormErrors) -> FormErrors {
    let row_of = |kind: &str| (1..=ROWS_MAX).find(|row| form.text(&format!("condition.{row}.kind")).starts_with(kind));
    let mut errors = FormErrors::default();
    for error in found.iter() {
        let row = match error.code.as_ref() {
            "redaction_unknown" | "redaction_retired" => row_of("redaction"),
            "delay_unmeasured" => row_of("delay"),
            _ => None,
        };
        let field = row.map_or_else(|| error.field.clone(), |row| format!("condition.{row}.kind"));
        errors.add_coded(field, error.code.clone(), error.message.clone());
    }
    errors
}

/// Reads the whole form. `Ok` only when `errors` stays empty.
pub(super) fn read(form: &Form, profile: &Profile, errors: &mut FormErrors) -> Option<Decided> {
    if form.text("statement").is_empty() {
        errors.add("statement", "Give your reasons in words; they go into the letter.");
    }
    let decided = match form.text("outcome") {
        "approve" => {
            if has_conditions(form) {
                errors
                    .add("outcome", "Conditions are filled in below: choose “Approve with conditions” or empty them.");
            }
            Decided::Approve(Vec::new())
        }
        "conditions" => Decided::Approve(conditions(form, errors)),
        "deny" => deny(form, profile, errors),
        "confirm" => Decided::Confirm,
        _ => {
            errors.add("outcome", "Choose what you decide.");
            return None;
        }
    };
    errors.is_empty().then_some(decided)
}

/// The conditions under which the effect of the decision as typed is looked at.
pub(super) fn under(form: &Form, errors: &mut FormErrors) -> Option<Under> {
    let under = match form.text("outcome") {
        "confirm" => Under::FirstApproval,
        "deny" => {
            errors.add("outcome", "A denial opens nothing. Choose an approval to see what it would open.");
            return None;
        }
        _ if has_conditions(form) => Under::Conditions(conditions(form, errors)),
        _ => Under::Conditions(Vec::new()),
    };
    errors.is_empty().then_some(under)
}

fn has_conditions(form: &Form) -> bool {
    (1..=ROWS_MAX).any(|row| is_filled(form, row))
}

fn is_filled(form: &Form, row: usize) -> bool {
    ["kind", "value", "text", "basis"].iter().any(|part| !form.text(&format!("condition.{row}.{part}")).is_empty())
}

fn conditions(form: &Form, errors: &mut FormErrors) -> Vec<Condition> {
    let mut found = Vec::new();
    for row in (1..=ROWS_MAX).filter(|row| is_filled(form, *row)) {
        let name = |part: &str| format!("condition.{row}.{part}");
        let text = form.text(&name("text")).to_owned();
        if text.is_empty() {
            errors.add(name("text"), format!("Condition {row}: write the sentence that enters the agreement."));
        }
        if form.text(&name("kind")).is_empty() {
            errors.add(name("kind"), format!("Condition {row}: choose its kind."));
            continue;
        }
        match kind(form.text(&name("kind")), form.text(&name("value"))) {
            Ok(kind) => found.push(Condition {
                text,
                kind,
                basis: form.text(&name("basis")).to_owned(),
                is_precedent: form.text(&name("when")) == "before",
            }),
            Err(message) => errors.add(name("value"), format!("Condition {row}: {message}")),
        }
    }
    if found.is_empty() && errors.is_empty() {
        errors.add("condition.1.kind", "Fill in at least one condition, or approve as asked.");
    }
    found
}

/// The data of a condition from what was typed beside its kind.
fn kind(word: &str, value: &str) -> Result<ConditionKind, String> {
    if let Some(profile) = word.strip_prefix(REDACTION) {
        if !value.is_empty() {
            return Err("leave the value empty: the profile says everything.".to_owned());
        }
        return Ok(ConditionKind::Redaction { profile: profile.to_owned() });
    }
    Ok(match word {
        "limits" => {
            let limits = Limits::parse(value).map_err(|problem| format!("{problem}."))?;
            if limits.is_empty() {
                return Err("give the limits, such as 60/minute, 5000/day.".to_owned());
            }
            ConditionKind::Limits { limits }
        }
        "ends_on" => {
            let day: Option<Day> = value.parse().ok();
            ConditionKind::EndsOn { day: day.ok_or("give the last day as year-month-day, such as 2027-06-30.")? }
        }
        "networks" => {
            let networks = CidrList::parse(value).map_err(|problem| format!("{problem}."))?;
            if networks.is_empty() {
                return Err("give addresses or networks, such as 203.0.113.0/24.".to_owned());
            }
            ConditionKind::Networks { networks }
        }
        "operations" => {
            let operations: Vec<String> = words(value);
            if operations.is_empty() {
                return Err("name the operations that remain, such as read.".to_owned());
            }
            ConditionKind::Operations { operations }
        }
        "hours" => {
            let hours = value.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
            let (from_minute, to_minute) = hours.ok_or("give two times of the day, such as 06:00-22:00.")?;
            ConditionKind::Hours { from_minute, to_minute }
        }
        "delay" => {
            let minutes: Option<u32> = value.parse().ok().filter(|minutes| *minutes > 0);
            ConditionKind::Delay { minutes: minutes.ok_or("give whole minutes, such as 30.")? }
        }
        "promise" => {
            if !value.is_empty() {
                return Err("a promise has no value; write it as the sentence.".to_owned());
            }
            ConditionKind::Promise
        }
        _ => return Err("choose one of the listed kinds.".to_owned()),
    })
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `17:30` as minutes after midnight; `24:00` ends the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && all <= 1440).then_some(all)
}

fn deny(form: &Form, profile: &Profile, errors: &mut FormErrors) -> Decided {
    let mut grounds = Vec::new();
    for (code, _) in form.starting("ground.") {
        let cited: BTreeMap<String, String> = form
            .starting(&format!("cite.{code}."))
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect();
        let exemption = Some(form.text(&format!("exemption.{code}")).to_owned()).filter(|text| !text.is_empty());
        let explanation = form.text(&format!("explanation.{code}")).to_owned();
        if explanation.is_empty() {
            errors.add(format!("explanation.{code}"), format!("Reason {code}: state the facts, in plain words."));
        }
        // The case checks this again; here each gap is put to its own field.
        if let Err(gaps) = profile.check_ground(code, &cited, exemption.as_deref()) {
            for gap in gaps {
                let field = match gap.field.strip_prefix("cite.") {
                    Some(name) => format!("cite.{code}.{name}"),
                    None if gap.field == "ground" => format!("ground.{code}"),
                    None => format!("{}.{code}", gap.field),
                };
                errors.add_coded(field, gap.code, gap.message);
            }
        }
        grounds.push(GroundTyped { code: code.to_owned(), cited, exemption, explanation });
    }
    if grounds.is_empty() {
        let first = profile.grounds.first().map_or("D1", |ground| ground.code.as_str());
        errors.add(format!("ground.{first}"), "Choose at least one coded reason for the denial.");
    }
    if form.text("remedy").is_empty() {
        errors.add("remedy", "Say what would change the answer.");
    }
    Decided::Deny { grounds, remedy: form.text("remedy").to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_condition_is_read_from_its_value() {
        let rows = [
            ("limits", "60/minute, 5000/day", true),
            ("limits", "", false),
            ("limits", "many", false),
            ("ends_on", "2027-06-30", true),
            ("ends_on", "30.6.2027", false),
            ("networks", "203.0.113.0/24 198.51.100.7", true),
            ("networks", "here", false),
            ("operations", "read, history", true),
            ("operations", " , ", false),
            ("hours", "06:00-22:00", true),
            ("hours", "06:00 - 24:00", true),
            ("hours", "06:00", false),
            ("hours", "06:60-07:00", false),
            ("hours", "99999:00-07:00", false),
            ("redaction:coarse-position", "", true),
            ("redaction:coarse-position", "x", false),
            ("redaction", "coarse-position", false),
            ("delay", "30", true),
            ("delay", "0", false),
            ("delay", "soon", false),
            ("promise", "", true),
            ("promise", "30", false),
            ("gift", "", false),
        ];
        for (word, value, is_good) in rows {
            assert_eq!(kind(word, value).is_ok(), is_good, "{word} {value}");
        }
    }
}

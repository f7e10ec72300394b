//! The misuse rules at work: looks at what the gates counted, writes a signal where a threshold is crossed, takes the
//! rule's first step and tells the holder. Never revokes, and never finds a violation: that is for people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use chrono::Duration;
use serde_json::json;

use super::writing::in_spanish;
use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::Agreement;
use crate::domain::audit::{About, Act};
use crate::domain::hold::HoldTarget;
use crate::domain::id::{AgreementId, DepartmentId, KeyId, SignalId};
use crate::domain::misuse::{
    Facts, Finding, Grain, Mode, Rule, Signal, SignalKind, SignalState, Slice, Step, StepTaken, judge, offence,
};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::time::Instant;
use crate::store::misuse::{self as books, Whose};
use crate::store::{AnyConnection, StoreError, agreements, applications, keys};

/// Minutes of the books looked at for keys that called since the last round; what gates write later than this is seen
/// with the key's next call.
const RECENT_MINUTES: i64 = 10;
/// The first round after a start looks this far back, as far as any rule.
const WIDEST_WINDOW_MINUTES: i64 = 24 * 60;
/// Keys whose books are in memory at once.
const KEYS_AT_ONCE: usize = 100;
/// Signals on one page.
pub const SIGNALS_MAX: i64 = 100;

/// Looks at usage as it is stored. Remembers only how many calls each key had made when it was last looked at; what a
/// restart forgets, the cool-downs in the store remember.
#[derive(Debug, Default)]
pub struct Watch {
    seen: Mutex<Option<BTreeMap<KeyId, i64>>>,
}

/// A key that called, and its agreement.
type Active = (KeyId, AgreementId);

impl Watch {
    /// One round: judges every key that called since the last one. Returns how many signals it wrote.
    ///
    /// # Errors
    /// What the store says; the next round looks again.
    pub fn round(&self, desk: &Desk) -> Result<usize, CaseError> {
        if desk.profile.rules.is_empty() {
            return Ok(0);
        }
        let now = desk.clock.now();
        let before = self.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        let back = |minutes| desk.read(|conn| books::active(conn, now - Duration::minutes(minutes)));
        // Read before anything is judged, so that a call written meanwhile is looked at in the next round.
        let recent = back(RECENT_MINUTES)?;
        let changed: Vec<Active> = match before {
            Some(before) => {
                let is_news = |(key, _, calls): &&(KeyId, AgreementId, i64)| before.get(key) != Some(calls);
                recent.iter().filter(is_news).map(|(key, agreement, _)| (*key, *agreement)).collect()
            }
            None => back(WIDEST_WINDOW_MINUTES)?.into_iter().map(|(key, agreement, _)| (key, agreement)).collect(),
        };
        let mut written = 0;
        for some in changed.chunks(KEYS_AT_ONCE) {
            written += look_at(desk, some, now)?;
        }
        // Kept only now: after a failure the next round looks at all of them again.
        let seen = recent.into_iter().map(|(key, _, calls)| (key, calls)).collect();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(written)
    }
}

/// A threshold crossed by a key or an agreement.
struct Crossed<'a> {
    rule: &'a Rule,
    key: KeyId,
    agreement: AgreementId,
    finding: Finding,
}

impl Crossed<'_> {
    /// What the rule judged.
    fn subject(&self) -> String {
        subject(self.rule, self.key, self.agreement)
    }
}

fn subject(rule: &Rule, key: KeyId, agreement: AgreementId) -> String {
    if rule.is_of_agreement() { agreement.to_string() } else { key.to_string() }
}

fn look_at(desk: &Desk, active: &[Active], now: Instant) -> Result<usize, CaseError> {
    let subjects: Vec<String> =
        active.iter().flat_map(|(key, agreement)| [key.to_string(), agreement.to_string()]).collect();
    let silent = desk.read(|conn| books::cooling(conn, &subjects, now))?;
    let mut written = 0;
    for rule in desk.profile.rules.iter().filter(|rule| rule.grain() != Grain::Event) {
        let is_due =
            |(key, agreement): &&Active| !silent.contains(&(rule.id.to_string(), subject(rule, *key, *agreement)));
        let due: Vec<Active> = active.iter().filter(is_due).copied().collect();
        if due.is_empty() {
            continue;
        }
        let crossed = desk.store.read(|conn| crossings(desk, conn, rule, &due, now))?;
        for crossed in crossed {
            written += usize::from(raise(desk, &crossed)?);
        }
    }
    Ok(written + use_of_canaries(desk, active)?)
}

/// Keys that were planted for nobody, and called all the same.
fn use_of_canaries(desk: &Desk, active: &[Active]) -> Result<usize, CaseError> {
    let planted = desk.read(books::canaries)?;
    let used = planted.iter().filter(|canary| active.iter().any(|(key, _)| *key == canary.key));
    let mut written = 0;
    for canary in used {
        let note = format!("The key planted at {} was used.", canary.planted);
        let told = |work: &mut Work<'_>| work.tell_event(SignalKind::CanaryKey, canary.key, &note);
        written += desk.act(&Caller::service("misuse rules"), told)?;
    }
    Ok(written)
}

fn crossings<'a>(
    desk: &Desk,
    conn: &mut AnyConnection,
    rule: &'a Rule,
    due: &[Active],
    now: Instant,
) -> Result<Vec<Crossed<'a>>, CaseError> {
    let whose = whose(rule, due);
    let slices = books::slices(conn, rule.grain(), now - rule.window(), &whose, desk.profile.zone)?;
    let mut by_subject: BTreeMap<String, Vec<&Slice>> = BTreeMap::new();
    for slice in &slices {
        by_subject.entry(subject(rule, slice.key, slice.agreement)).or_default().push(slice);
    }
    let mut found = Vec::new();
    for slices in by_subject.into_values() {
        let Some(agreement) = slices.first().map(|slice| slice.agreement) else { continue };
        let declared = declared(conn, rule, agreement)?;
        let facts = Facts::of(slices);
        if let (Some(finding), Some(key)) = (judge(rule, &facts, declared), facts.busiest()) {
            found.push(Crossed { rule, key, agreement, finding });
        }
    }
    Ok(found)
}

fn whose(rule: &Rule, active: &[Active]) -> Whose {
    if rule.is_of_agreement() {
        let of: BTreeSet<AgreementId> = active.iter().map(|(_, agreement)| *agreement).collect();
        Whose::Agreements(of.into_iter().collect())
    } else {
        Whose::Keys(active.iter().map(|(key, _)| *key).collect())
    }
}

/// How many calls a day the application of an agreement named, where the rule asks.
pub(super) fn declared(
    conn: &mut AnyConnection,
    rule: &Rule,
    agreement: AgreementId,
) -> Result<Option<i64>, StoreError> {
    if !rule.is_of_agreement() {
        return Ok(None);
    }
    let application = agreements::by_id(conn, agreement)?.application;
    let answers = applications::by_id(conn, application)?.answers;
    Ok(answers.get("calls_per_day").parse().ok().filter(|calls: &i64| *calls > 0))
}

/// Writes one signal and takes the first step, in one transaction; false when somebody else did so meanwhile.
fn raise(desk: &Desk, crossed: &Crossed<'_>) -> Result<bool, CaseError> {
    desk.act(&Caller::service("misuse rules"), |work| work.raise(crossed, ""))
}

/// The departments of the datasets that were touched; of the whole agreement where the calls named none of them.
fn departments(agreement: &Agreement, finding: &Finding) -> BTreeSet<DepartmentId> {
    let all = || agreement.schedules.iter();
    let touched = all().filter(|schedule| finding.datasets.contains(&schedule.dataset));
    let touched: BTreeSet<DepartmentId> = touched.map(|schedule| schedule.department).collect();
    if touched.is_empty() { all().map(|schedule| schedule.department).collect() } else { touched }
}

fn signal_act(signal: &Signal, agreement: &Agreement) -> Act {
    let about = About {
        application: Some(agreement.application),
        agreement: Some(agreement.id),
        key: Some(signal.key),
        dataset: None,
        person: Some(agreement.requester),
    };
    let after = json!({
        "rule": signal.rule, "profile": signal.profile, "class": signal.class, "mode": signal.mode,
        "taken": signal.taken, "offence": signal.offence, "finding": signal.finding,
    });
    let act = Act::new("misuse.signal", Capacity::Service, "signal", signal.id).about(about);
    act.change(json!(null), after).because(signal.sentence())
}

impl Work<'_> {
    fn raise(&mut self, crossed: &Crossed<'_>, note: &str) -> Result<bool, CaseError> {
        let (rule, subject) = (crossed.rule, crossed.subject());
        let until = self.now + rule.cool_down();
        if !books::claim(self.conn, (rule.id.as_str(), &subject), until, self.now)? {
            return Ok(false);
        }
        let (stored, agreement) = self.locked_key(crossed.key)?;
        let class = (rule.class, agreement.id);
        let (same, of_class) = books::newest(self.conn, (rule.id.as_str(), &subject), class)?;
        let mut signal = Signal {
            id: self.new_id(),
            at: self.now,
            rule: rule.id.to_string(),
            profile: self.desk.profile.version.to_string(),
            class: rule.class,
            kind: rule.signal,
            window_minutes: rule.window_minutes,
            mode: rule.mode,
            first_step: rule.first_step,
            taken: StepTaken::Shadow,
            state: SignalState::Trial,
            offence: offence(rule, same, of_class, self.now),
            key: stored.key.id,
            key_hint: stored.key.hint.clone(),
            agreement: agreement.id,
            agreement_number: agreement.number.clone(),
            finding: crossed.finding.clone(),
            note: note.to_owned(),
        };
        if rule.mode == Mode::Live {
            signal.state = SignalState::Open;
            signal.taken = self.take_first_step(rule, &signal)?;
        }
        let departments = departments(&agreement, &signal.finding);
        books::insert(self.conn, &signal, &subject, &departments)?;
        self.record(signal_act(&signal, &agreement))?;
        if rule.mode == Mode::Live {
            self.tell(rule, &signal, &agreement, &departments)?;
        }
        Ok(true)
    }

    /// Something happened that a rule of the book is about: each such rule speaks. Returns how many did.
    pub(super) fn tell_event(&mut self, kind: SignalKind, key: KeyId, note: &str) -> Result<usize, CaseError> {
        let desk = self.desk;
        let agreement = keys::by_id(self.conn, key)?.key.agreement;
        let mut written = 0;
        for rule in desk.profile.rules.iter().filter(|rule| rule.signal == kind) {
            let crossed = Crossed { rule, key, agreement, finding: Finding::event() };
            written += usize::from(self.raise(&crossed, note)?);
        }
        Ok(written)
    }

    fn take_first_step(&mut self, rule: &Rule, signal: &Signal) -> Result<StepTaken, CaseError> {
        Ok(match rule.first_step {
            Step::Inform => StepTaken::Informed,
            Step::Warn => StepTaken::Warned,
            Step::Throttle => {
                let target = if rule.is_of_agreement() {
                    HoldTarget::Agreement(signal.agreement)
                } else {
                    HoldTarget::Key(signal.key)
                };
                let explanation = self.explained(rule, signal, "slowed it down");
                self.throttle_by_rule(target, explanation)?
                    .map_or(StepTaken::Warned, |hold| StepTaken::Throttled(hold.id))
            }
            Step::Suspend => {
                let explanation = self.explained(rule, signal, "suspended the key");
                match self.suspend_by_rule(signal.key, explanation)? {
                    Some(hold) => StepTaken::Suspended(hold.id),
                    None => StepTaken::StoppedBefore,
                }
            }
        })
    }

    /// What the holder reads of a rule's step.
    fn explained(&self, rule: &Rule, signal: &Signal, did: &str) -> String {
        let language = self.desk.profile.languages.first().map_or("en", |language| language.as_str());
        format!(
            "{}. {}. Rule “{}” of the rule book: {}\nThe service {did} by itself, and nobody has found a violation. \
             Answer the department that provides the data; its manager or the clerk hears you promptly and can lift \
             this.",
            rule.title.text(language),
            signal.sentence(),
            rule.id,
            rule.text.text(language),
        )
    }

    /// Tells the holder, unless the throttle or suspension did, and the departments.
    fn tell(
        &mut self,
        rule: &Rule,
        signal: &Signal,
        agreement: &Agreement,
        departments: &BTreeSet<DepartmentId>,
    ) -> Result<(), CaseError> {
        let language = self.desk.profile.languages.first().map_or("en", |language| language.as_str());
        let facts = |to: Recipient, kind: NoticeKind| {
            Notice::new(to, kind)
                .with("title", rule.title.text(language))
                .with("number", &agreement.number)
                .with("hint", &signal.key_hint)
                .with("explanation", signal.sentence())
        };
        match signal.taken {
            StepTaken::Informed | StepTaken::Warned | StepTaken::StoppedBefore => {
                let warning = if signal.taken == StepTaken::Informed { "" } else { "yes" };
                let notice = facts(agreement.holder(), NoticeKind::MisuseNoticed);
                let path = format!("/rules#{}", rule.id);
                let text = rule.text.text(language);
                self.notify(&notice.with("text", text).with("warning", warning).with("path", path))?;
            }
            StepTaken::Throttled(_) | StepTaken::Suspended(_) | StepTaken::Shadow => {}
        }
        for department in departments {
            let notice = facts(Recipient::Office(*department), NoticeKind::MisuseSignal);
            self.notify(&notice.with("change", signal.taken.as_str()).with("path", "/signals"))?;
        }
        Ok(())
    }
}

/// What the holder reads of a rule's step, in Spanish; `None` where no rule of the book said it.
pub(super) fn explained_in_spanish(rules: &[Rule], english: &str) -> Option<String> {
    let rule = rules.iter().find(|rule| english.contains(&format!(". Rule “{}” of the rule book: ", rule.id)))?;
    let rest = english.strip_prefix(rule.title.text("en"))?.strip_prefix(". ")?;
    let (figures, _) = rest.split_once(". Rule “")?;
    let (_, end) = english.rsplit_once('\n')?;
    Some(format!(
        "{}. {}. Regla “{}” del reglamento: {}\n\n{}",
        rule.title.text("es"),
        in_spanish(figures),
        rule.id,
        rule.text.text("es"),
        in_spanish(end),
    ))
}

/// Signals that the caller's office may see, newest first: managers and reviewers those about data of their departments,
/// the clerk and auditors all.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn signals(
    desk: &Desk,
    caller: &Caller,
    below: Option<(Instant, SignalId)>,
    limit: i64,
) -> Result<Vec<Signal>, CaseError> {
    let sees_all = [Role::Clerk, Role::Auditor].into_iter().any(|role| caller.actor.holds_anywhere(role));
    let ours = caller.actor.departments(super::review::DESK);
    if !sees_all && ours.is_empty() {
        return Err(CaseError::Missing);
    }
    let departments = (!sees_all).then_some(ours.as_slice());
    desk.read(|conn| books::list(conn, departments, below, limit.clamp(1, SIGNALS_MAX + 1)))
}

//! The letters that acts owe, as drafts: suspension, revocation, offer, decision on an appeal. Says what the act says, in
//! both languages where the words are ours; decides nothing.

use super::letters::routes;
use super::misuse::explained_in_spanish;
use super::post::LetterDraft;
use super::{CaseError, Work};
use crate::domain::agreement::Agreement;
use crate::domain::appeal::{Appeal, Outcome, Ruling};
use crate::domain::application::{Application, ItemState};
use crate::domain::audit::About;
use crate::domain::calendar::{Span, in_words_of};
use crate::domain::hold::{Hold, HoldReason, Office, Throttle};
use crate::domain::id::{AccountId, AgreementId, DepartmentId, OrganisationId};
use crate::domain::key::Key;
use crate::domain::language::Language;
use crate::domain::letter::{Addressee, LetterAbout, LetterKind, Piece, Section, Values};
use crate::domain::people::{Capacity, Role};
use crate::domain::review::Verdict;
use crate::domain::time::{Instant, day_in};
use crate::store::people;
use crate::words::{Voice, moment_in_words};

/// Whose thing a letter is about.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// The requester.
    pub requester: AccountId,
    /// Their organisation.
    pub organisation: Option<OrganisationId>,
    /// The agreement, where it is about one.
    pub agreement: Option<AgreementId>,
    /// The short number of what it is about.
    pub number: String,
    /// The departments whose data it touches.
    pub departments: Vec<DepartmentId>,
}

impl Side {
    /// The side of an agreement.
    pub(super) fn of(agreement: &Agreement) -> Self {
        Self {
            requester: agreement.requester,
            organisation: agreement.organisation,
            agreement: Some(agreement.id),
            number: agreement.number.clone(),
            departments: agreement.schedules.iter().map(|schedule| schedule.department).collect(),
        }
    }

    fn draft(&self, kind: LetterKind, about: LetterAbout, capacity: Capacity, values: Values) -> LetterDraft {
        let touches = About { agreement: self.agreement, person: Some(self.requester), ..About::default() };
        let to = Addressee::Party { requester: self.requester, organisation: self.organisation };
        LetterDraft { kind, about, touches, to, departments: self.departments.clone(), capacity, values }
    }
}

/// A sentence or name of ours, which the record holds in English, for letters in both languages.
pub(super) fn said(english: &str) -> Piece {
    Piece::both(english, in_spanish(english))
}

/// The same in Spanish; as it is where it is none of ours.
pub(super) fn in_spanish(english: &str) -> String {
    Voice::of_place([]).map_or_else(|_| english.to_owned(), |voice| voice.say(Language::Spanish, english))
}

/// What an agreement is called in a letter.
pub(super) fn agreement_named(number: &str) -> Piece {
    Piece::both(format!("Agreement {number}"), format!("el convenio {number}"))
}

/// What a key under the agreement with this number is called in a letter.
pub(super) fn key_named(key: &Key, number: &str) -> Piece {
    let (name, hint) = (&key.name, &key.hint);
    Piece::both(
        format!("Key “{name}” ({hint}) of {number}"),
        format!("la clave “{name}” ({hint}) del convenio {number}"),
    )
}

fn reason(hold: &Hold) -> Piece {
    if hold.throttle.is_some() {
        // The letter has a sentence of its own for it.
        return Piece::both("", "");
    }
    let reason = hold.reason;
    let spanish = match reason {
        HoldReason::Misuse => "Suspendido mientras se examina un posible incumplimiento del convenio",
        HoldReason::Leaked => "Suspendido porque otros llegaron a conocer el texto de la clave",
        HoldReason::Emergency => "Suspendido de inmediato para evitar un daño; se le escuchará sin demora",
        HoldReason::TermsNotAccepted => "No se aceptaron los nuevos términos; al aceptarlos se levanta esta suspensión",
        HoldReason::HolderRequest => "Pausado porque lo pidió su titular",
        HoldReason::Administrative => "Suspendido por una oficina de la ciudad",
    };
    Piece::both(format!("{}.", reason.sentence()), format!("{spanish}."))
}

impl Work<'_> {
    fn office_name(&mut self, office: Office) -> Result<Piece, CaseError> {
        Ok(match office {
            Office::Department(department) => {
                let name = people::department_by_id(self.conn, department)?.name;
                Piece::both(name.as_str(), format!("el departamento {name}"))
            }
            Office::Clerk => Piece::both(self.desk.profile.appeals.clerk.name.as_str(), "la Secretaría Municipal"),
            Office::Holder => Piece::both("its holder", "su titular"),
            Office::Service => {
                Piece::both("the published misuse rules", "el servicio, según las reglas publicadas sobre uso indebido")
            }
        })
    }

    /// Why somebody stopped it in their words, or a rule in ours.
    fn explanation(&self, hold: &Hold) -> Piece {
        let english = hold.explanation.as_str();
        let by_rule = (hold.office == Office::Service).then(|| explained_in_spanish(&self.desk.profile.rules, english));
        match by_rule.flatten() {
            Some(spanish) => Piece::both(english, spanish),
            None => english.into(),
        }
    }

    /// A moment, in the city's time.
    fn moment(&self, at: Instant) -> Piece {
        let here = at.with_timezone(&self.desk.profile.zone);
        Piece::both(moment_in_words(Language::English, &here), moment_in_words(Language::Spanish, &here))
    }

    /// The letter about a suspension, or about a throttle.
    pub(super) fn suspension_letter(
        &mut self,
        hold: &Hold,
        (what, path): (Piece, &str),
        side: &Side,
        capacity: Capacity,
    ) -> Result<LetterDraft, CaseError> {
        let clocks = self.desk.profile.denial_clocks(day_in(self.desk.profile.zone, hold.since));
        let values = Values::new()
            .local("what", what)
            .local("since", self.moment(hold.since))
            .local("reason", reason(hold))
            .local("explanation", self.explanation(hold))
            .local("office", self.office_name(hold.office)?);
        let about = LetterAbout::new("hold", hold.id, &side.number, path);
        let values = routes(values, &self.desk.profile, (&clocks.clerk, &clocks.foic));
        let Some(Throttle { percent, until }) = hold.throttle else {
            return Ok(side.draft(LetterKind::Suspension, about, capacity, values));
        };
        let values = values.line("percent", percent.to_string()).day("until", until);
        Ok(side.draft(LetterKind::Throttling, about, capacity, values))
    }

    /// The letter about a key that an office revoked, or an agreement that it ended.
    pub(super) fn revocation_letter(
        &self,
        (what, path, why): (Piece, &str, &str),
        about: (&'static str, &str),
        side: &Side,
        capacity: Capacity,
    ) -> LetterDraft {
        let clocks = self.desk.profile.denial_clocks(day_in(self.desk.profile.zone, self.now));
        let is_key = about.0 == "key";
        let duties = if is_key {
            Piece::both(
                "Remove the key from your programs. The agreement itself stays in force: its duties bind you as before, and you may make another key unless a suspension says otherwise.",
                "Quite la clave de sus programas. El convenio sigue vigente: sus deberes le obligan como antes, y puede crear otra clave salvo que una suspensión diga otra cosa.",
            )
        } else {
            Piece::both(
                "Stop using the data. The duties that outlive the agreement bind you: delete what it tells you to delete, confirm it where it asks you to, and identify nobody.",
                "Deje de usar los datos. Los deberes que sobreviven al convenio le obligan: borre lo que manda borrar, confírmelo donde lo pide y no identifique a nadie.",
            )
        };
        let values = Values::new()
            .local("what", what)
            .local("since", self.moment(self.now))
            .paragraphs("explanation", why)
            .local("duties", duties);
        let values = routes(values, &self.desk.profile, (&clocks.clerk, &clocks.foic));
        let about = LetterAbout::new(about.0, about.1, &side.number, path);
        side.draft(LetterKind::Revocation, about, capacity, values)
    }

    /// The letter that offers an agreement, with what was added to what was asked.
    pub(super) fn offer_letter(&self, application: &Application, number: &str, capacity: Capacity) -> LetterDraft {
        let profile = &self.desk.profile;
        let days = Span::calendar(profile.agreement.offer_lapses_days);
        let sign_by = profile.calendar.after(day_in(profile.zone, self.now), days);
        let parts = application.items.iter().filter_map(|item| match &item.state {
            ItemState::Approved { decision, .. } => {
                let conditions = match &decision.verdict {
                    Verdict::Approve { conditions } => conditions.as_slice(),
                    Verdict::Deny { .. } => &[],
                };
                let basis = |text: &str| if text.is_empty() { String::new() } else { format!(" ({text})") };
                let on = |language: &str| in_words_of(day_in(profile.zone, decision.at), language);
                let who = |language: &str| format!("{}, {}", decision.by_name, on(language));
                Some(Section {
                    heading: item.title.as_str().into(),
                    before: vec![Piece::both(who("en"), who("es")), decision.statement.as_str().into()],
                    bullets: conditions.iter().map(|one| format!("{}{}", one.text, basis(&one.basis)).into()).collect(),
                    after: Vec::new(),
                })
            }
            ItemState::Granted { .. } => Some(Section {
                heading: item.title.as_str().into(),
                before: vec![Piece::both("Granted as asked.", "Concedido como se pidió.")],
                bullets: Vec::new(),
                after: Vec::new(),
            }),
            ItemState::Pending { .. } | ItemState::Denied { .. } => None,
        });
        let path = format!("/applications/{}", application.id);
        LetterDraft {
            kind: LetterKind::Offer,
            about: LetterAbout::new("application", application.id, &application.number, path),
            touches: About {
                application: Some(application.id),
                person: Some(application.requester),
                ..About::default()
            },
            to: Addressee::Party { requester: application.requester, organisation: application.organisation },
            departments: application.items.iter().map(|item| item.department).collect(),
            capacity,
            values: Values::new()
                .line("title", application.answers.get("title"))
                .line("agreement", number)
                .sections("parts", parts.collect())
                .deadline(["sign_by", "sign_by_working"], &sign_by),
        }
    }

    /// The letter with the decision on an appeal.
    pub(super) fn ruling_letter(&self, appeal: &Appeal, ruling: &Ruling) -> LetterDraft {
        let profile = &self.desk.profile;
        let outcome = match ruling.outcome {
            Outcome::Affirmed => "La decisión se mantiene.",
            Outcome::Modified => "La decisión se mantiene en parte.",
            Outcome::Reversed => "La decisión no se mantiene.",
            Outcome::Remanded => "La oficina que decidió debe volver a examinarla.",
        };
        let values = Values::new()
            .local("appealed", said(&appeal.contested.what))
            .day("decided_on", day_in(profile.zone, appeal.contested.at))
            .local("outcome", Piece::both(ruling.outcome.sentence(), outcome))
            .paragraphs("reasons", ruling.reasons.as_str())
            .local("effect", said(&ruling.effect))
            .paragraphs("instructions", ruling.instructions.as_str());
        let side = Side {
            requester: appeal.requester,
            organisation: appeal.organisation,
            agreement: appeal.contested.agreement,
            number: appeal.number.clone(),
            departments: appeal.contested.office.into_iter().collect(),
        };
        let about = LetterAbout::new("appeal", appeal.id, &appeal.number, appeal.path());
        let values = routes(values, profile, (&appeal.clocks.ask_by, &appeal.clocks.state_by));
        side.draft(LetterKind::AppealDecision, about, Capacity::Staff { role: Role::Clerk, department: None }, values)
    }
}

//! The questions of an application and the answers as typed. Drafts keep anything; submitting checks everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::text::{Invalid, readable};

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// One line.
    Line,
    /// Several lines.
    Prose,
    /// A whole number within bounds.
    Number {
        /// Smallest allowed.
        min: u64,
        /// Largest allowed.
        max: u64,
    },
    /// One of the profile's purpose categories.
    Purpose,
    /// One of fixed words.
    Choice(&'static [(&'static str, &'static str)]),
    /// An e-mail address.
    Email,
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in forms and JSON.
    pub name: &'static str,
    /// The page of the form it stands on: `project`, `data`, `handling`, `sharing`, `people`.
    pub step: &'static str,
    /// The label.
    pub label: &'static str,
    /// The hint under the label.
    pub hint: &'static str,
    /// How a good answer may read; empty where the choices say it all.
    pub example: &'static str,
    /// What it takes.
    pub kind: AnswerKind,
    /// Whether submitting needs it.
    pub is_required: bool,
    /// Longest answer, in characters.
    pub max: usize,
}

const YES_NO: &[(&str, &str)] = &[("no", "No"), ("yes", "Yes")];
const REQUESTERS: &[(&str, &str)] = &[
    ("individual", "Individual"),
    ("startup", "Startup"),
    ("company", "Company"),
    ("university", "University or research institute"),
    ("non_profit", "Non-profit"),
    ("press", "Press"),
    ("government", "Government"),
];
const SHARING: &[(&str, &str)] = &[
    ("none", "With nobody"),
    ("contractors", "With contractors bound by the same terms"),
    ("aggregates", "Published as aggregates"),
    ("open", "Published openly"),
];

const fn line(step: &'static str, name: &'static str, label: &'static str, hint: &'static str) -> Question {
    Question { name, step, label, hint, example: "", kind: AnswerKind::Line, is_required: true, max: 200 }
}

const fn prose(step: &'static str, name: &'static str, label: &'static str, hint: &'static str) -> Question {
    Question { name, step, label, hint, example: "", kind: AnswerKind::Prose, is_required: true, max: 4_000 }
}

const fn choice(
    step: &'static str,
    name: &'static str,
    label: &'static str,
    (hint, options): (&'static str, &'static [(&'static str, &'static str)]),
) -> Question {
    let kind = AnswerKind::Choice(options);
    Question { name, step, label, hint, example: "", kind, is_required: true, max: 40 }
}

const fn number(
    step: &'static str,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    (min, max): (u64, u64),
) -> Question {
    let kind = AnswerKind::Number { min, max };
    Question { name, step, label, hint, example: "", kind, is_required: true, max: 12 }
}

const fn optional(question: Question) -> Question {
    Question { is_required: false, ..question }
}

const fn such_as(question: Question, example: &'static str) -> Question {
    Question { example, ..question }
}

/// The pages of the form, in order, with their titles.
pub const STEPS: &[(&str, &str)] = &[
    ("project", "Your project"),
    ("data", "The data you need"),
    ("handling", "How you will handle it"),
    ("sharing", "Sharing and publishing"),
    ("people", "Who signs"),
];

/// Every question, in order (domain notes, B5).
pub const QUESTIONS: &[Question] = &[
    such_as(
        line("project", "title", "Project title", "A short name that the department will recognise."),
        "Free bays near the station",
    ),
    Question {
        name: "purpose_category",
        step: "project",
        label: "Purpose category",
        hint: "The closest match. Data may be used for this purpose only.",
        example: "",
        kind: AnswerKind::Purpose,
        is_required: true,
        max: 60,
    },
    such_as(
        prose("project", "purpose", "What will you use the data for?", "Say what you will build or study and how."),
        "A phone app shows free bays on a map, refreshed each minute, so that drivers stop circling.",
    ),
    such_as(
        prose("project", "public_benefit", "Who benefits, and how?", "Residents, visitors, the city, research."),
        "Drivers find a bay sooner; the streets around the station have less traffic.",
    ),
    such_as(
        number("data", "calls_per_day", "Expected calls per day", "Your best estimate.", (1, 10_000_000)),
        "one call a minute is 1440 a day",
    ),
    such_as(
        number(
            "data",
            "peak_per_minute",
            "Expected calls per minute at the peak",
            "The busiest minute of a usual day, all your programs together.",
            (1, 100_000),
        ),
        "10",
    ),
    such_as(
        optional(prose(
            "data",
            "coarser",
            "Would coarser, delayed or aggregated data do?",
            "If not, say why. Coarser data is granted faster.",
        )),
        "No: a count for each street would not show which bay is free.",
    ),
    such_as(
        prose("handling", "storage", "Where and how will the data be stored?", "Provider, country, encryption."),
        "One server in Connecticut, disk encrypted, no copies elsewhere.",
    ),
    such_as(
        prose(
            "handling",
            "security",
            "How will you protect it and the keys?",
            "Access control, TLS, key storage, logs.",
        ),
        "Two named administrators, keys in a vault, TLS only, access logged for 90 days.",
    ),
    such_as(
        number("handling", "retention_days", "How many days will you keep raw data?", "0 if not at all.", (0, 3_650)),
        "30",
    ),
    such_as(
        line("handling", "deletion", "How will you delete it?", "Method, and who confirms it."),
        "Overwritten each night; the administrator checks the log weekly",
    ),
    such_as(
        Question {
            name: "incident_contact",
            step: "handling",
            label: "E-mail for incidents",
            hint: "Read every day; we write here when a key misbehaves.",
            example: "",
            kind: AnswerKind::Email,
            is_required: true,
            max: 254,
        },
        "security@your-project.example",
    ),
    choice(
        "sharing",
        "sharing",
        "Who else will get the data?",
        ("Count everybody outside your own team, also who only stores it for you.", SHARING),
    ),
    such_as(
        optional(prose("sharing", "publication", "What will you publish?", "Apps, papers, maps; name the form.")),
        "The app, and a yearly report with averages for each street.",
    ),
    such_as(
        optional(prose("sharing", "linking", "Which other data will you join it with?", "Leave empty if none.")),
        "Street names and opening hours; nothing about people.",
    ),
    choice(
        "sharing",
        "ai_training",
        "Will the data train machine-learning models?",
        ("Also if a provider of yours may do so under its terms.", YES_NO),
    ),
    choice(
        "sharing",
        "commercial",
        "Is the use commercial?",
        ("Yes, if you or somebody else earns with what is made of it.", YES_NO),
    ),
    choice(
        "people",
        "requester_type",
        "You apply as",
        ("Who will be bound by the agreement, not who pays for the work.", REQUESTERS),
    ),
    such_as(
        optional(line(
            "people",
            "organisation",
            "Legal name of the organisation",
            "Leave empty if you apply for yourself.",
        )),
        "Harbor Mobility Lab, Inc.",
    ),
    such_as(
        optional(prose(
            "people",
            "users",
            "Named users",
            "One person a line: name, role. Needed for restricted datasets.",
        )),
        "Ana Diaz, data engineer",
    ),
    such_as(
        line("people", "signatory", "Name of the person who signs", "As it should stand in the agreement."),
        "Ana Diaz",
    ),
    such_as(
        line("people", "signatory_title", "Their title", "What makes them able to sign."),
        "owner, professor, director",
    ),
];

/// The question with this name.
#[must_use]
pub fn question(name: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.name == name)
}

/// Answers as typed, by question name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, String>);

/// One answer that differs between two submissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The question's name, or `scopes of <dataset>`.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What it said.
    pub before: String,
    /// What it says.
    pub after: String,
}

impl Answers {
    /// Keeps what was typed for a known question; a draft may be incomplete or wrong, but never unbounded.
    ///
    /// # Errors
    /// `unknown_field`, `too_long`, `control_character`, `hidden_character`.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), Invalid> {
        let Some(question) = question(name) else {
            return Err(Invalid::new(name, "unknown_field", "This form has no such question."));
        };
        self.0.insert(name.to_owned(), readable(name, text, question.max)?);
        Ok(())
    }

    /// The answer, empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A number answer; 0 when there is none.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or(0)
    }

    /// Every answer given, in the order of the questions.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Question, &str)> {
        QUESTIONS.iter().map(|question| (question, self.get(question.name)))
    }

    /// Everything that keeps these answers from being submitted.
    #[must_use]
    pub fn problems(&self, purposes: &[String], names_users: bool) -> Vec<Invalid> {
        let mut problems: Vec<_> =
            self.iter().filter_map(|(question, text)| check(question, text, purposes).err()).collect();
        if names_users && self.get("users").is_empty() {
            problems.push(Invalid::new("users", "required", "Name the people who will use the restricted data."));
        }
        if self.get("requester_type") != "individual" && self.get("organisation").is_empty() {
            let message = "Give the legal name of the organisation, or apply as an individual.";
            problems.push(Invalid::new("organisation", "required", message));
        }
        problems
    }

    /// The answers that differ from `earlier`.
    #[must_use]
    pub fn differences_from(&self, earlier: &Self) -> Vec<Difference> {
        self.iter()
            .filter(|(question, text)| earlier.get(question.name) != *text)
            .map(|(question, text)| Difference {
                name: question.name.to_owned(),
                label: question.label.to_owned(),
                before: earlier.get(question.name).to_owned(),
                after: text.to_owned(),
            })
            .collect()
    }
}

pub(super) fn check(question: &Question, text: &str, purposes: &[String]) -> Result<(), Invalid> {
    if text.is_empty() {
        if question.is_required {
            return Err(Invalid::new(question.name, "required", format!("Answer “{}”.", question.label)));
        }
        return Ok(());
    }
    let fits = match question.kind {
        AnswerKind::Line if text.contains('\n') => Err("Use one line.".to_owned()),
        AnswerKind::Prose | AnswerKind::Line => Ok(()),
        AnswerKind::Number { min, max } => match text.parse::<u64>() {
            Ok(value) if (min..=max).contains(&value) => Ok(()),
            Ok(_) | Err(_) => Err(format!("Enter a whole number from {min} to {max}.")),
        },
        AnswerKind::Purpose if purposes.iter().any(|purpose| purpose == text) => Ok(()),
        AnswerKind::Purpose => Err("Choose one of the purposes in the list.".to_owned()),
        AnswerKind::Choice(options) if options.iter().any(|(word, _)| *word == text) => Ok(()),
        AnswerKind::Choice(_) => Err("Choose one of the options.".to_owned()),
        AnswerKind::Email => match crate::domain::text::Email::parse(question.name, text) {
            Ok(_) => Ok(()),
            Err(invalid) => Err(invalid.message),
        },
    };
    fits.map_err(|message| Invalid::new(question.name, "invalid", message))
}

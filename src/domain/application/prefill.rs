//! Answers that a link brings along, and those that an earlier application lends. Both are suggestions: somebody looks at
//! them and says so before they stand in a draft, and neither ever brings a signature.

use super::form::{Answers, QUESTIONS, check};
use super::{Application, question};
use crate::domain::text::{Invalid, readable};

/// What a link may bring: the name in the address, and the question it answers. `dataset` and `copy` stand apart.
pub const PARAMETERS: &[(&str, &str)] = &[
    ("project", "title"),
    ("purpose", "purpose_category"),
    ("use", "purpose"),
    ("benefit", "public_benefit"),
    ("calls_per_day", "calls_per_day"),
    ("peak_per_minute", "peak_per_minute"),
    ("coarser", "coarser"),
    ("retention_days", "retention_days"),
    ("sharing", "sharing"),
    ("publication", "publication"),
    ("ai_training", "ai_training"),
    ("commercial", "commercial"),
    ("requester_type", "requester_type"),
    ("organisation", "organisation"),
];

/// Datasets that one link may name.
const DATASETS_MAX: usize = 20;
/// Who signs is asked of the person who does, each time anew.
const NEVER_LENT: [&str; 2] = ["signatory", "signatory_title"];

/// What a link brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefill {
    /// Slugs of datasets, each once; whether there are such, the catalogue knows.
    pub datasets: Vec<String>,
    /// Answers that fit their questions, by the question's name.
    pub answers: Vec<(&'static str, String)>,
    /// The earlier application to begin from.
    pub copy: Option<String>,
    /// Everything that could not be taken, with the name from the address.
    pub wrong: Vec<Invalid>,
}

impl Prefill {
    /// Reads what stands in an address. Nothing is dropped in silence.
    #[must_use]
    pub fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, purposes: &[String]) -> Self {
        let mut found = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            if !value.is_empty() {
                found.take(name, value, purposes);
            }
        }
        found
    }

    fn take(&mut self, name: &str, value: &str, purposes: &[String]) {
        let name: String = name.chars().take(80).collect();
        match name.as_str() {
            "dataset" if self.datasets.iter().any(|known| known == value) => {}
            "dataset" if self.datasets.len() >= DATASETS_MAX => {
                let message = format!("A link names at most {DATASETS_MAX} datasets.");
                self.wrong.push(Invalid::new(name, "too_many", message));
            }
            "dataset" => self.datasets.push(value.to_owned()),
            // Tags of campaigns say nothing to us, and nobody is told of them.
            tag if tag.starts_with("utm_") => {}
            "copy" => self.copy = Some(value.to_owned()),
            _ => match self.answer(&name, value, purposes) {
                Ok(answer) => self.answers.push(answer),
                Err(problem) => self.wrong.push(problem),
            },
        }
    }

    fn answer(&self, name: &str, value: &str, purposes: &[String]) -> Result<(&'static str, String), Invalid> {
        let known = PARAMETERS.iter().find(|(parameter, _)| *parameter == name);
        let asked = known.and_then(|(_, asked)| question(asked));
        let Some(asked) = asked else {
            return Err(Invalid::new(name, "unknown_field", format!("The form has no “{name}”.")));
        };
        if self.answers.iter().any(|(other, _)| *other == asked.name) {
            return Err(Invalid::new(
                name,
                "repeated",
                format!("“{name}” stands twice in the link; the first counts."),
            ));
        }
        let text = readable(name, value, asked.max)?;
        check(asked, &text, purposes).map_err(|problem| {
            Invalid::new(name, problem.code, format!("The answer to “{}”: {}", asked.label, problem.message))
        })?;
        Ok((asked.name, text))
    }
}

impl Application {
    /// The answers that this application lends to a new one: all but who signs.
    #[must_use]
    pub fn lent(&self) -> Vec<(&'static str, String)> {
        // What was sent counts; what was typed afterwards and never sent does not.
        let answers: &Answers = self.submitted().map_or(&self.answers, |sent| &sent.answers);
        QUESTIONS
            .iter()
            .filter(|question| !NEVER_LENT.contains(&question.name))
            .map(|question| (question.name, answers.get(question.name).to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_suggests_what_fits_and_what_does_not_is_told() {
        type Row<'a> = (&'a [(&'a str, &'a str)], usize, &'a [&'a str]);
        let purposes = ["research".to_owned()];
        let long = "x".repeat(201);
        let rows: &[Row<'_>] = &[
            (&[], 0, &[]),
            (&[("project", "Find a bay"), ("purpose", "research"), ("commercial", "no")], 3, &[]),
            (&[("purpose", "fun")], 0, &["invalid"]),
            (&[("calls_per_day", "many")], 0, &["invalid"]),
            (&[("calls_per_day", "2000")], 1, &[]),
            (&[("project", &long)], 0, &["too_long"]),
            (&[("project", "A"), ("project", "B")], 1, &["repeated"]),
            (&[("signatory", "Maria")], 0, &["unknown_field"]),
            (&[("title", "A"), ("csrf", "1")], 0, &["unknown_field", "unknown_field"]),
            (&[("project", "  "), ("utm_source", "mail")], 0, &[]),
        ];
        for (pairs, answers, wrong) in rows {
            let found = Prefill::read(pairs.iter().copied(), &purposes);
            assert_eq!(found.answers.len(), *answers, "{pairs:?}");
            assert_eq!(found.wrong.iter().map(|one| one.code).collect::<Vec<_>>(), *wrong, "{pairs:?}");
        }
        let named = [("dataset", "parking"), ("dataset", "parking"), ("dataset", "air"), ("copy", "7")];
        let found = Prefill::read(named.into_iter(), &purposes);
        assert_eq!(
            (found.datasets.as_slice(), found.copy.as_deref()),
            (["parking", "air"].map(str::to_owned).as_slice(), Some("7"))
        );
        let many: Vec<String> = (0..30).map(|at| format!("d{at}")).collect();
        let found = Prefill::read(many.iter().map(|slug| ("dataset", slug.as_str())), &purposes);
        assert_eq!((found.datasets.len(), found.wrong.len()), (20, 10));
    }

    #[test]
    fn every_parameter_names_a_question_and_none_of_who_signs() {
        for (parameter, asked) in PARAMETERS {
            assert!(question(asked).is_some() && !NEVER_LENT.contains(asked), "{parameter}");
        }
    }
}

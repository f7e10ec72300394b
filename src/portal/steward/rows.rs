//! The fields of a dataset with their sensitivity, one row each.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::dataset::{save_part, sensitivity_words, show_part};
use crate::cases::catalogue::Edit;
use crate::domain::catalogue::{FIELDS_MAX, Field, Sensitivity};
use crate::portal::shared::Choice;
use crate::web::case::DeskData;
use crate::web::{Form, FormErrors, FormView, Posted, WebError};

/// Empty rows below the last field.
const SPARE_ROWS: usize = 5;
/// Most rows that a form may hold.
const ROWS_MAX: usize = FIELDS_MAX + SPARE_ROWS;

#[derive(Debug, Serialize)]
pub(super) struct FieldsView {
    pub(super) rows: Vec<usize>,
    pub(super) count: usize,
    pub(super) sensitivities: Vec<Choice>,
    pub(super) fields: Vec<Row>,
}

/// A field, for who only reads.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) description: String,
    pub(super) sensitivity: &'static str,
}

/// The page.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show(&request, &desk, &slug, None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    slug: &str,
    typed: Option<(&Form, &FormErrors)>,
) -> Result<HttpResponse, WebError> {
    show_part(request, desk, slug, "fields", typed, |read, typed| {
        let fields = &read.dataset.fields;
        let count = typed.map_or(fields.len(), |form| filled(form).last().map_or(0, |last| last + 1));
        let mut values = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            values.push((format!("fields.{at}.name"), field.name.clone()));
            values.push((format!("fields.{at}.kind"), field.kind.clone()));
            values.push((format!("fields.{at}.description"), field.description.clone()));
            values.push((format!("fields.{at}.sensitivity"), field.sensitivity.as_str().to_owned()));
        }
        let shown = |field: &Field| Row {
            name: field.name.clone(),
            kind: field.kind.clone(),
            description: field.description.clone(),
            sensitivity: sensitivity_words(field.sensitivity),
        };
        let view = FieldsView {
            rows: (0..(count + SPARE_ROWS).min(ROWS_MAX)).collect(),
            count,
            sensitivities: Sensitivity::ALL
                .into_iter()
                .map(|one| Choice::new(one.as_str(), sensitivity_words(one)))
                .collect(),
            fields: fields.iter().map(shown).collect(),
        };
        (view, FormView::with(values))
    })
    .await
}

/// Rows with something in them, apart from those to be taken away.
fn filled(form: &Form) -> Vec<usize> {
    (0..ROWS_MAX)
        .filter(|row| {
            ["name", "kind", "description"].iter().any(|part| !form.text(&format!("fields.{row}.{part}")).is_empty())
        })
        .filter(|row| !form.has(&format!("fields.{row}.remove")))
        .collect()
}

/// Saves them.
pub(super) async fn save(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["fields.*", "version"])?;
    let version = form.version()?;
    let rows = filled(&form);
    let mut errors = FormErrors::default();
    let mut fields = Vec::new();
    for row in &rows {
        let part = |part: &str| form.text(&format!("fields.{row}.{part}")).to_owned();
        let Some(sensitivity) = Sensitivity::from_word(&part("sensitivity")) else {
            errors.add(format!("fields.{row}.sensitivity"), "Choose how sensitive this field is.");
            continue;
        };
        fields.push(Field { name: part("name"), kind: part("kind"), description: part("description"), sensitivity });
    }
    if errors.is_empty() {
        let saved =
            save_part(&request, &desk, &slug, (Edit::Fields(fields), version), ("fields", "The fields are saved."));
        match saved.await? {
            Ok(done) => return Ok(done),
            Err(found) => {
                for error in found.iter() {
                    let field = error.field.strip_prefix("fields.").map(|rest| at_row("fields", rest, &rows));
                    errors.add_coded(field.unwrap_or_default(), error.code.clone(), error.message.clone());
                }
            }
        }
    }
    show(&request, &desk, &slug, Some((&form, &errors))).await
}

/// The form's name of a part of the n-th filled row, from `n.part`.
pub(super) fn at_row(list: &str, rest: &str, rows: &[usize]) -> String {
    let placed = rest.split_once('.').and_then(|(at, part)| Some((rows.get(at.parse::<usize>().ok()?)?, part)));
    placed.map_or_else(|| format!("{list}.{rest}"), |(row, part)| format!("{list}.{row}.{part}"))
}

//! Earlier decisions of a department that are like the one to be made.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Api, id_in};
use crate::cases::review::{self, Similar};
use crate::domain::id::{ApplicationId, ItemId};
use crate::domain::people::Role;
use crate::domain::review::{Condition, Verdict};
use crate::domain::similar::decision;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, WebError};

const DESK: Access = Access::Staff(&[Role::Reviewer, Role::Manager]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/review/{id}/items/{item}/similar", DESK, "Decisions of your department most like this one", similar)
        .gives::<SimilarDecisions>(200)
}

/// Earlier decisions, the most alike first.
#[derive(Debug, Serialize, ToSchema)]
struct SimilarDecisions {
    items: Vec<SimilarDecision>,
}

/// One earlier decision, and what it has in common with this one.
#[derive(Debug, Serialize, ToSchema)]
struct SimilarDecision {
    application: String,
    /// Such as `APP-2026-0001`.
    number: String,
    /// The title of the dataset.
    dataset: String,
    /// `approved`, `approved_with_conditions` or `denied`.
    state: &'static str,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<String>,
    statement: Option<String>,
    #[schema(value_type = Vec<super::parts::Condition>)]
    conditions: Vec<Condition>,
    /// Codes of the reasons of a denial.
    grounds: Vec<String>,
    same_dataset: bool,
    same_purpose: bool,
    operations_in_common: usize,
    words_in_common: usize,
}

impl From<&Similar> for SimilarDecision {
    fn from(earlier: &Similar) -> Self {
        let decided = decision(&earlier.item);
        let grounds = match decided.map(|decision| &decision.verdict) {
            Some(Verdict::Deny { grounds, .. }) => grounds.iter().map(|ground| ground.code.clone()).collect(),
            Some(Verdict::Approve { .. }) | None => Vec::new(),
        };
        Self {
            application: earlier.application.id.to_string(),
            number: earlier.application.number.clone(),
            dataset: earlier.item.title.clone(),
            state: earlier.item.state.as_str(),
            decided_at: decided.map(|decision| decision.at),
            decided_by: decided.map(|decision| decision.by_name.clone()),
            statement: decided.map(|decision| decision.statement.clone()),
            conditions: earlier.item.state.conditions().to_vec(),
            grounds,
            same_dataset: earlier.likeness.dataset,
            same_purpose: earlier.likeness.purpose,
            operations_in_common: earlier.likeness.operations,
            words_in_common: earlier.likeness.words,
        }
    }
}

async fn similar(
    request: HttpRequest,
    desk: DeskData,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let who = caller(&request);
    let found = desk.run(move |desk| review::similar(desk, &who, id, item)).await?;
    Ok(HttpResponse::Ok().json(SimilarDecisions { items: found.iter().map(Into::into).collect() }))
}

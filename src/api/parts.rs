//! Shapes of things that the rules themselves read and write as JSON: limits, operations, fields, conditions, reasons,
//! schedules. Only the document knows these; a test holds them against what is really answered.

use utoipa::ToSchema;

/// A limit: so many calls in each window.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Limit {
    /// Its name in headers; unique among the limits it stands with.
    #[schema(example = "day")]
    name: String,
    /// Calls allowed in each window.
    #[schema(example = 5000)]
    max: u64,
    /// `day`, `month`: a quota of the city's calendar. `second`, `minute`, `hour`: a rate.
    window: String,
    /// Calls that may come at once, for a rate; `max` where left out.
    #[schema(example = json!(null))]
    burst: Option<u64>,
}

/// An operation: these methods on these paths under the dataset.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Operation {
    /// `read`, `history`, `bulk` or another word; the scope is `dataset:name`.
    name: String,
    #[schema(example = json!(["GET"]))]
    methods: Vec<String>,
    /// Path patterns: `{name}` is one segment, `**` at the end any number.
    #[schema(example = json!(["/latest", "/zones/{zone}"]))]
    paths: Vec<String>,
}

/// A field of a dataset.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Field {
    /// Its name in the feed.
    #[schema(example = "free_bays")]
    name: String,
    /// `number`, `string`, `geometry`, `datetime` or another word.
    kind: String,
    /// What it means, with units.
    #[schema(example = "Free bays in the zone.")]
    description: String,
    /// `none`, `indirect`, `sensitive` or `prohibited`.
    sensitivity: String,
}

/// A condition of an approval. Its kind says which of the last fields it has.
#[derive(ToSchema)]
#[schema(example = json!({
    "text": "At most 1,000 calls a day.", "kind": "limits", "basis": "clause 13", "is_precedent": false,
    "limits": [{ "name": "day", "max": 1000, "window": "day" }]
}))]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Condition {
    /// The sentence that enters the agreement.
    text: String,
    /// `limits`, `ends_on`, `networks`, `operations`, `hours`, `redaction`, `delay` or `promise`.
    kind: String,
    /// On what it rests: clause, law, policy.
    basis: String,
    /// Must be met before the first key, rather than while it lives.
    is_precedent: bool,
    /// For `limits`: narrower ones.
    #[schema(required = false)]
    limits: Vec<Limit>,
    /// For `ends_on`: the last day.
    #[schema(required = false)]
    day: String,
    /// For `networks`: CIDRs.
    #[schema(required = false)]
    networks: Vec<String>,
    /// For `operations`: names of those that stay.
    #[schema(required = false)]
    operations: Vec<String>,
    /// For `hours`: the first minute of the city's day, 0 to 1439.
    #[schema(required = false)]
    from_minute: u16,
    /// For `hours`: the first minute no longer allowed, 1 to 1440.
    #[schema(required = false)]
    to_minute: u16,
    /// For `redaction`: its name.
    #[schema(required = false)]
    profile: String,
    /// For `delay`: minutes.
    #[schema(required = false)]
    minutes: u32,
}

/// A coded reason of a denial.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Ground {
    /// `D1` to `D15` of the place's profile.
    code: String,
    /// What is cited: section, field, custodian.
    cites: String,
    /// The facts, in plain words.
    explanation: String,
}

/// What a reviewer advised.
#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "only its shape is used, which is what JSON has")]
pub(super) struct Advice {
    /// `approve`, `approve_with_conditions` or `deny`.
    advice: String,
    text: String,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
}

/// What changed between two submissions.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Difference {
    /// The question's name, or `scopes of DATASET`.
    #[schema(example = "calls_per_day")]
    name: String,
    /// What people read.
    #[schema(example = "Calls per day")]
    label: String,
    #[schema(example = "2000")]
    before: String,
    #[schema(example = "500")]
    after: String,
}

/// The part of an agreement about one dataset: what it grants, and how far.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Schedule {
    dataset: String,
    title: String,
    department: String,
    /// `0`, `1`, `2`, `3`.
    #[schema(example = "2")]
    tier: String,
    #[schema(example = json!(["read"]))]
    operations: Vec<String>,
    /// Shared by every key of the agreement.
    limits: Vec<Limit>,
    /// CIDRs that calls may come from; null for any.
    networks: Option<Vec<String>>,
    /// First minute of the city's day, and the first no longer allowed; null for always.
    #[schema(example = json!([360, 1320]))]
    hours: Option<Vec<u16>>,
    /// The redaction profile applied, by name.
    redaction: Option<String>,
    /// Its revision when signed.
    #[schema(example = 1)]
    redaction_revision: Option<u32>,
    /// What is taken out before the holder sees it, as signed.
    redactions: Vec<RedactionRule>,
    conditions: Vec<Condition>,
}

/// One rule of a redaction profile. Its treatment says which of the last fields it has.
#[derive(ToSchema)]
#[schema(example = json!({
    "path": "properties.plate", "treatment": "keyed_hash", "rotates": "day", "reason": "A plate names its owner."
}))]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct RedactionRule {
    /// The field: names with dots, `*` for any one, `**` for any depth, `[*]` and `[3]` for elements.
    path: String,
    /// `drop`, `mask`, `keyed_hash`, `coarsen_position`, `round_time` or `delay`.
    treatment: String,
    /// Why; it stands in the agreement.
    reason: String,
    /// For `mask`: what stands there instead; `***` where left out.
    #[schema(required = false)]
    with: String,
    /// For `keyed_hash`: `day` or `month`, when the code changes; a day where left out.
    #[schema(required = false)]
    rotates: String,
    /// For `coarsen_position`: the grid in feet; 1,750 where left out.
    #[schema(required = false)]
    grid_feet: u32,
    /// For `round_time` and `delay`.
    #[schema(required = false)]
    minutes: u32,
}

/// The holder's signature and how it was given.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Evidence {
    name: String,
    title: String,
    has_authority: bool,
    /// The version of the consent to sign electronically.
    consent: String,
    terms: String,
    terms_hash: String,
    text_hash: String,
    signed_at: chrono::DateTime<chrono::Utc>,
    #[schema(example = "America/New_York")]
    zone: String,
    #[schema(example = "192.0.2.7")]
    address: String,
    agent: String,
}

//! What somebody can expect before they ask: from a dataset's tier and a few answers. Says how it would go and what would
//! stand in the way; decides nothing, and binds no department.

use serde::Serialize;

use super::tier::Tier;

/// Which way leads to a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is open: no key, no account.
    NoKey,
    /// A key at once, under click-through terms.
    ClickThrough,
    /// A person decides; on restricted data two.
    Decision,
    /// The law forbids a key; existing records can be asked for.
    Prohibited,
    /// The department has not said yet how it may be shared.
    Undecided,
}

impl Way {
    /// The word for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::ClickThrough => "click_through",
            Self::Decision => "decision",
            Self::Prohibited => "prohibited",
            Self::Undecided => "undecided",
        }
    }

    const fn of(tier: Option<Tier>) -> Self {
        match tier {
            None => Self::Undecided,
            Some(Tier::Open) => Self::NoKey,
            Some(Tier::Registered) => Self::ClickThrough,
            Some(Tier::Conditioned | Tier::Restricted) => Self::Decision,
            Some(Tier::Prohibited) => Self::Prohibited,
        }
    }

    /// Whether it ends in an agreement.
    #[must_use]
    pub const fn needs_agreement(self) -> bool {
        match self {
            Self::ClickThrough | Self::Decision => true,
            Self::NoKey | Self::Prohibited | Self::Undecided => false,
        }
    }
}

/// What would stand in the way of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hurdle {
    /// A use that no agreement may allow, by its id in the profile.
    ProhibitedUse(String),
    /// The security measures of the terms are not met.
    Measures,
    /// Each user must be named, and cannot be.
    NamedUsers,
    /// Fields that need a reason each, by name.
    SensitiveFields(Vec<String>),
}

impl Hurdle {
    /// The word for JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ProhibitedUse(_) => "prohibited_use",
            Self::Measures => "measures",
            Self::NamedUsers => "named_users",
            Self::SensitiveFields(_) => "sensitive_fields",
        }
    }

    /// Whether an agreement is out of the question with it, rather than more work.
    #[must_use]
    pub const fn stops(&self) -> bool {
        match self {
            Self::ProhibitedUse(_) | Self::Measures | Self::NamedUsers => true,
            Self::SensitiveFields(_) => false,
        }
    }
}

/// What somebody says of their plan. What they have not answered stands in no way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Uses that no agreement may allow and that they plan all the same, by id.
    pub prohibited_uses: Vec<String>,
    /// Whether they can encrypt, restrict access and delete in time.
    pub meets_measures: Option<bool>,
    /// Whether they can name each person who would use the data.
    pub names_users: Option<bool>,
}

/// How it would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The way.
    pub way: Way,
    /// How many different people would have to approve.
    pub approvals: u8,
    /// What would stand in it.
    pub hurdles: Vec<Hurdle>,
}

impl Outlook {
    /// Whether it is worth to ask with this plan.
    #[must_use]
    pub fn is_worth_asking(&self) -> bool {
        self.way.needs_agreement() && !self.hurdles.iter().any(Hurdle::stops)
    }
}

/// How asking for a dataset of this tier would go with this plan. `sensitive` are its fields that need a reason.
#[must_use]
pub fn outlook(tier: Option<Tier>, sensitive: &[String], plan: &Plan) -> Outlook {
    let way = Way::of(tier);
    let mut hurdles = Vec::new();
    if way.needs_agreement() {
        hurdles.extend(plan.prohibited_uses.iter().cloned().map(Hurdle::ProhibitedUse));
        if plan.meets_measures == Some(false) {
            hurdles.push(Hurdle::Measures);
        }
        if tier == Some(Tier::Restricted) && plan.names_users == Some(false) {
            hurdles.push(Hurdle::NamedUsers);
        }
        if !sensitive.is_empty() {
            hurdles.push(Hurdle::SensitiveFields(sensitive.to_vec()));
        }
    }
    let approvals = tier.and_then(Tier::approvals_needed).unwrap_or(0);
    Outlook { way, approvals, hurdles }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tier_says_the_way_and_the_plan_what_stands_in_it() {
        let fine = Plan { meets_measures: Some(true), names_users: Some(true), ..Plan::default() };
        let tracking = Plan { prohibited_uses: vec!["tracking".to_owned()], ..fine.clone() };
        let careless = Plan { meets_measures: Some(false), ..fine.clone() };
        let anonymous = Plan { names_users: Some(false), ..fine.clone() };
        let silent = Plan::default();
        let none: &[&str] = &[];
        let rows = [
            (Some(Tier::Open), &tracking, Way::NoKey, 0, none),
            (Some(Tier::Registered), &fine, Way::ClickThrough, 0, none),
            (Some(Tier::Registered), &tracking, Way::ClickThrough, 0, &["prohibited_use"]),
            (Some(Tier::Registered), &anonymous, Way::ClickThrough, 0, none),
            (Some(Tier::Conditioned), &silent, Way::Decision, 1, none),
            (Some(Tier::Conditioned), &careless, Way::Decision, 1, &["measures"]),
            (Some(Tier::Conditioned), &anonymous, Way::Decision, 1, none),
            (Some(Tier::Restricted), &anonymous, Way::Decision, 2, &["named_users"]),
            (Some(Tier::Prohibited), &careless, Way::Prohibited, 0, none),
            (None, &tracking, Way::Undecided, 0, none),
        ];
        for (tier, plan, way, approvals, hurdles) in rows {
            let found = outlook(tier, &[], plan);
            let words: Vec<_> = found.hurdles.iter().map(Hurdle::as_str).collect();
            assert_eq!((found.way, found.approvals, words.as_slice()), (way, approvals, hurdles), "{tier:?} {plan:?}");
            assert_eq!(found.is_worth_asking(), way.needs_agreement() && hurdles.is_empty(), "{tier:?} {plan:?}");
        }
    }

    #[test]
    fn a_sensitive_field_is_more_work_and_no_end() {
        let fields = ["plate".to_owned()];
        let found = outlook(Some(Tier::Conditioned), &fields, &Plan::default());
        assert_eq!(found.hurdles, [Hurdle::SensitiveFields(fields.to_vec())]);
        assert!(found.is_worth_asking());
        assert!(outlook(Some(Tier::Open), &fields, &Plan::default()).hurdles.is_empty(), "nobody asks for a reason");
    }
}

//! The tables, as both databases have them, by room. A test loads every table on both.

mod catalogue;
mod clerking;
mod conduct;
mod granting;
mod people;
mod record;
mod usage;

use diesel::{allow_tables_to_appear_in_same_query, joinable};

pub use catalogue::{
    dataset_pauses, dataset_samples, datasets, feed_checks, feed_states, imports, terms, terms_drafts, upstream_secrets,
};
pub use clerking::{appeal_parts, appeals, calendar_days, records_fees, records_requests, reuse_requests};
pub use conduct::{
    complaints, misuse_case_departments, misuse_case_parts, misuse_cases, misuse_cool_downs, misuse_signal_departments,
    misuse_signals,
};
pub use granting::{
    agreement_datasets, agreement_texts, agreements, application_items, applications, assignments, canary_keys,
    desk_texts, destructions, grant_changes, holds, keys, remarks, renewals, token_keys,
};
pub use people::{
    absences, accounts, departments, idempotency, links, notice_choices, organisations, role_grants, services,
    sessions, throttles,
};
pub use record::{
    attachments, audit, audit_head, chain_checks, counters, errands, letters, outbox, outbox_tries, reminders,
    saved_views,
};
pub use usage::{
    access_log, gates, quota_levels, usage_city_days, usage_city_hours, usage_days, usage_hours, usage_key_days,
    usage_minutes, usage_months, usage_sights,
};

joinable!(application_items -> applications (application_id));
joinable!(application_items -> datasets (dataset_id));
joinable!(applications -> accounts (requester_id));
joinable!(agreements -> accounts (requester_id));
joinable!(agreement_datasets -> agreements (agreement_id));
joinable!(keys -> agreements (agreement_id));
joinable!(keys -> accounts (holder_id));
joinable!(datasets -> departments (department_id));
joinable!(role_grants -> accounts (account_id));
joinable!(saved_views -> accounts (owner_id));
joinable!(sessions -> accounts (account_id));

allow_tables_to_appear_in_same_query!(
    departments,
    organisations,
    accounts,
    role_grants,
    absences,
    sessions,
    links,
    throttles,
    counters,
    datasets,
    upstream_secrets,
    imports,
    terms,
    token_keys,
    applications,
    application_items,
    remarks,
    assignments,
    desk_texts,
    agreement_texts,
    agreements,
    agreement_datasets,
    keys,
    holds,
    services,
    grant_changes,
    idempotency,
    reminders,
    usage_minutes,
    usage_hours,
    usage_days,
    usage_months,
    usage_city_days,
    usage_city_hours,
    access_log,
    quota_levels,
    usage_sights,
    usage_key_days,
    misuse_signals,
    misuse_signal_departments,
    misuse_cool_downs,
    audit,
    audit_head,
    outbox,
    notice_choices,
    attachments,
    letters,
    calendar_days,
    canary_keys,
    appeals,
    appeal_parts,
    records_requests,
    records_fees,
    reuse_requests,
    renewals,
    destructions,
    misuse_cases,
    misuse_case_departments,
    misuse_case_parts,
    complaints,
    dataset_pauses,
    dataset_samples,
    feed_checks,
    feed_states,
    gates,
    chain_checks,
    saved_views,
    errands,
);

//! The tables, as both databases have them. A test loads every table on both.
// Longer than 500 lines because it is one list, of every table there is.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    departments (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        email -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

table! {
    organisations (id) {
        id -> Text,
        name -> Text,
        name_key -> Text,
        created_at -> Timestamp,
    }
}

table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        language -> Text,
        verified_at -> Nullable<Timestamp>,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

table! {
    role_grants (account_id, role, department_id) {
        account_id -> Text,
        role -> Text,
        department_id -> Text,
        granted_at -> Timestamp,
    }
}

table! {
    sessions (id) {
        id -> Text,
        token_digest -> Text,
        account_id -> Text,
        kind -> Text,
        label -> Text,
        address -> Text,
        agent -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

table! {
    links (id) {
        id -> Text,
        purpose -> Text,
        account_id -> Nullable<Text>,
        email -> Text,
        facts -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        replaced_at -> Nullable<Timestamp>,
    }
}

table! {
    throttles (subject) {
        subject -> Text,
        failures -> BigInt,
        last_at -> Timestamp,
        blocked_until -> Timestamp,
    }
}

table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

table! {
    datasets (id) {
        id -> Text,
        slug -> Text,
        department_id -> Text,
        title -> Text,
        tier -> Nullable<Text>,
        is_published -> Bool,
        identifier -> Text,
        keywords -> Text,
        search_text -> Text,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    upstream_secrets (dataset_id) {
        dataset_id -> Text,
        sealed -> Text,
        updated_at -> Timestamp,
    }
}

table! {
    imports (id) {
        id -> Text,
        at -> Timestamp,
        by_name -> Text,
        department_id -> Text,
        source -> Text,
        created -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        repaired -> BigInt,
        skipped -> BigInt,
        report -> Text,
    }
}

table! {
    terms (id) {
        id -> Text,
        family -> Text,
        number -> BigInt,
        published_at -> Timestamp,
        effective_at -> Timestamp,
        body -> Text,
    }
}

table! {
    applications (id) {
        id -> Text,
        number -> Text,
        requester_id -> Text,
        organisation_id -> Nullable<Text>,
        title -> Text,
        state -> Text,
        submitted_at -> Nullable<Timestamp>,
        lapses_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    application_items (id) {
        id -> Text,
        application_id -> Text,
        dataset_id -> Text,
        department_id -> Text,
        tier -> Text,
        state -> Text,
    }
}

table! {
    remarks (id) {
        id -> Text,
        application_id -> Text,
        department_id -> Nullable<Text>,
        author_id -> Nullable<Text>,
        author_name -> Text,
        from_requester -> Bool,
        kind -> Text,
        text -> Text,
        at -> Timestamp,
    }
}

table! {
    agreement_texts (hash) {
        hash -> Text,
        text -> Text,
        created_at -> Timestamp,
    }
}

table! {
    agreements (id) {
        id -> Text,
        number -> Text,
        application_id -> Text,
        requester_id -> Text,
        organisation_id -> Nullable<Text>,
        title -> Text,
        state -> Text,
        text_hash -> Text,
        executed_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
        terms_id -> Nullable<Text>,
    }
}

table! {
    agreement_datasets (agreement_id, dataset_id) {
        agreement_id -> Text,
        dataset_id -> Text,
        department_id -> Text,
    }
}

table! {
    keys (id) {
        id -> Text,
        agreement_id -> Text,
        holder_id -> Text,
        digest -> Text,
        hint -> Text,
        name -> Text,
        state -> Text,
        expires_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    holds (id) {
        id -> Text,
        target_kind -> Text,
        target_id -> Text,
        reason -> Text,
        since -> Timestamp,
        lifted_at -> Nullable<Timestamp>,
        body -> Text,
    }
}

table! {
    services (id) {
        id -> Text,
        name -> Text,
        digest -> Text,
        hint -> Text,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

table! {
    grant_changes (number) {
        number -> BigInt,
        kind -> Text,
        id -> Text,
        at -> Timestamp,
    }
}

table! {
    reminders (subject, mark) {
        subject -> Text,
        mark -> Text,
        at -> Timestamp,
    }
}

table! {
    idempotency (account_id, idempotency_key) {
        account_id -> Text,
        idempotency_key -> Text,
        act -> Text,
        fingerprint -> Text,
        result -> Text,
        at -> Timestamp,
    }
}

table! {
    usage_minutes (at, key_id, dataset_id, operation, outcome) {
        at -> Timestamp,
        key_id -> Text,
        agreement_id -> Text,
        dataset_id -> Text,
        operation -> Text,
        outcome -> Text,
        calls -> BigInt,
        bytes -> BigInt,
        latency_us -> BigInt,
    }
}

table! {
    usage_hours (at, key_id, dataset_id, operation, outcome) {
        at -> Timestamp,
        key_id -> Text,
        agreement_id -> Text,
        dataset_id -> Text,
        operation -> Text,
        outcome -> Text,
        calls -> BigInt,
        bytes -> BigInt,
        latency_us -> BigInt,
    }
}

table! {
    usage_days (day, key_id, dataset_id, operation, outcome) {
        day -> Text,
        key_id -> Text,
        agreement_id -> Text,
        dataset_id -> Text,
        operation -> Text,
        outcome -> Text,
        calls -> BigInt,
        bytes -> BigInt,
        latency_us -> BigInt,
    }
}

table! {
    access_log (id) {
        id -> Text,
        at -> Timestamp,
        request_id -> Text,
        key_id -> Text,
        agreement_id -> Text,
        dataset_id -> Text,
        scope -> Text,
        method -> Text,
        path -> Text,
        outcome -> Text,
        status -> Integer,
        bytes -> BigInt,
        latency_us -> BigInt,
        client -> Text,
    }
}

table! {
    quota_levels (owner_kind, owner_id, dataset_id, limit_name, period) {
        owner_kind -> Text,
        owner_id -> Text,
        dataset_id -> Text,
        limit_name -> Text,
        period -> Text,
        window_start -> Text,
        used -> BigInt,
        told_percent -> BigInt,
        updated_at -> Timestamp,
    }
}

table! {
    audit (number) {
        number -> BigInt,
        at -> Timestamp,
        account_id -> Nullable<Text>,
        name -> Text,
        capacity -> Text,
        department_id -> Nullable<Text>,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        act -> Text,
        subject_kind -> Text,
        subject -> Text,
        application_id -> Nullable<Text>,
        agreement_id -> Nullable<Text>,
        key_id -> Nullable<Text>,
        dataset_id -> Nullable<Text>,
        person_id -> Nullable<Text>,
        state_before -> Text,
        state_after -> Text,
        reason -> Nullable<Text>,
        previous -> Binary,
        hash -> Binary,
    }
}

table! {
    audit_head (id) {
        id -> BigInt,
        number -> BigInt,
        hash -> Binary,
    }
}

table! {
    token_keys (kid) {
        kid -> Text,
        jwk -> Text,
        sealed -> Nullable<Text>,
        made_at -> Timestamp,
        signs_from -> Timestamp,
        signs_until -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

table! {
    notice_choices (account_id, notice_group) {
        account_id -> Text,
        notice_group -> Text,
        delivery -> Text,
    }
}

table! {
    outbox (id) {
        id -> Text,
        created_at -> Timestamp,
        account_id -> Nullable<Text>,
        address -> Text,
        name -> Text,
        language -> Text,
        kind -> Text,
        facts -> Text,
        link_id -> Nullable<Text>,
        state -> Text,
        attempts -> BigInt,
        next_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        error -> Text,
    }
}

table! {
    usage_sights (at, key_id, kind, sight) {
        at -> Timestamp,
        key_id -> Text,
        agreement_id -> Text,
        kind -> Text,
        sight -> Text,
    }
}

table! {
    misuse_signals (id) {
        id -> Text,
        at -> Timestamp,
        rule -> Text,
        class -> Text,
        mode -> Text,
        state -> Text,
        key_id -> Text,
        agreement_id -> Text,
        subject -> Text,
        body -> Text,
    }
}

table! {
    misuse_signal_departments (signal_id, department_id) {
        signal_id -> Text,
        department_id -> Text,
    }
}

table! {
    misuse_cool_downs (rule, subject) {
        rule -> Text,
        subject -> Text,
        until -> Timestamp,
    }
}

joinable!(application_items -> applications (application_id));
joinable!(application_items -> datasets (dataset_id));
joinable!(applications -> accounts (requester_id));
joinable!(agreements -> accounts (requester_id));
joinable!(agreement_datasets -> agreements (agreement_id));
joinable!(keys -> agreements (agreement_id));
joinable!(keys -> accounts (holder_id));
joinable!(datasets -> departments (department_id));
joinable!(role_grants -> accounts (account_id));
joinable!(sessions -> accounts (account_id));

table! {
    appeals (id) {
        id -> Text,
        number -> Text,
        contested -> Text,
        open_about -> Nullable<Text>,
        requester_id -> Text,
        organisation_id -> Nullable<Text>,
        state -> Text,
        filed_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    appeal_parts (appeal_id, position) {
        appeal_id -> Text,
        position -> BigInt,
        name -> Text,
        text -> Text,
    }
}

table! {
    renewals (id) {
        id -> Text,
        agreement_id -> Text,
        pending_for -> Nullable<Text>,
        requester_id -> Text,
        organisation_id -> Nullable<Text>,
        state -> Text,
        lapses_at -> Nullable<Timestamp>,
        made_id -> Nullable<Text>,
        opened_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    attachments (id) {
        id -> Text,
        owner_kind -> Text,
        owner_id -> Text,
        at -> Timestamp,
        by_account -> Nullable<Text>,
        sha256 -> Text,
        body -> Text,
        content -> Binary,
    }
}

table! {
    destructions (agreement_id) {
        agreement_id -> Text,
        state -> Text,
        due -> Text,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    letters (id) {
        id -> Text,
        at -> Timestamp,
        kind -> Text,
        about_kind -> Text,
        about_id -> Text,
        requester_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        body -> Text,
    }
}

table! {
    misuse_cases (id) {
        id -> Text,
        number -> Text,
        class -> Text,
        state -> Text,
        source -> Text,
        signal_id -> Nullable<Text>,
        complaint_id -> Nullable<Text>,
        agreement_id -> Text,
        requester_id -> Text,
        organisation_id -> Nullable<Text>,
        is_open -> Bool,
        opened_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    misuse_case_departments (case_id, department_id) {
        case_id -> Text,
        department_id -> Text,
    }
}

table! {
    misuse_case_parts (case_id, position) {
        case_id -> Text,
        position -> BigInt,
        name -> Text,
        text -> Text,
    }
}

table! {
    complaints (id) {
        id -> Text,
        number -> Text,
        department_id -> Nullable<Text>,
        state -> Text,
        fingerprint -> Text,
        received_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    dataset_pauses (id) {
        id -> Text,
        number -> Text,
        dataset_id -> Text,
        in_force_on -> Nullable<Text>,
        since -> Timestamp,
        body -> Text,
    }
}

table! {
    calendar_days (day) {
        day -> Text,
        body -> Text,
        at -> Timestamp,
        by_name -> Text,
    }
}

table! {
    canary_keys (key_id) {
        key_id -> Text,
        planted -> Text,
        at -> Timestamp,
        by_name -> Text,
    }
}

table! {
    records_requests (id) {
        id -> Text,
        number -> Text,
        link_id -> Text,
        filing_print -> Text,
        requester_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        department_id -> Nullable<Text>,
        application_id -> Nullable<Text>,
        state -> Text,
        is_open -> Bool,
        due_on -> Text,
        received_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

table! {
    records_fees (request_id, position) {
        request_id -> Text,
        position -> BigInt,
        at -> Timestamp,
        kind -> Text,
        cents -> BigInt,
        text -> Text,
        by_name -> Text,
    }
}

table! {
    reuse_requests (id) {
        id -> Text,
        number -> Text,
        dataset_id -> Text,
        open_for -> Nullable<Text>,
        department_id -> Text,
        due_on -> Text,
        asked_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
        body -> Text,
    }
}

allow_tables_to_appear_in_same_query!(
    departments,
    organisations,
    accounts,
    role_grants,
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
    access_log,
    quota_levels,
    usage_sights,
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
);

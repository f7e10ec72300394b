//! People: accounts, their roles, sessions and links, departments and organisations, services.

use diesel::table;

table! {
    departments (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        email -> Text,
        created_at -> Timestamp,
        version -> BigInt,
        decision_days -> Nullable<BigInt>,
        cover_id -> Nullable<Text>,
        replies -> Text,
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
        closed_at -> Nullable<Timestamp>,
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
    notice_choices (account_id, notice_group) {
        account_id -> Text,
        notice_group -> Text,
        delivery -> Text,
    }
}

table! {
    absences (account_id) {
        account_id -> Text,
        first_day -> Text,
        last_day -> Text,
        cover_id -> Nullable<Text>,
    }
}

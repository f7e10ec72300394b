//! What is kept and sent: audit, letters, attached files, the outbox, reminders and counters, views of pages.

use diesel::table;

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
    chain_checks (id) {
        id -> BigInt,
        at -> Timestamp,
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
    outbox_tries (message_id, number) {
        message_id -> Text,
        number -> BigInt,
        at -> Timestamp,
        error -> Text,
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
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

table! {
    saved_views (id) {
        id -> Text,
        owner_id -> Text,
        room -> Text,
        name -> Text,
        query -> Text,
        shared -> Bool,
        made_at -> Timestamp,
    }
}

table! {
    errands (id) {
        id -> Text,
        kind -> Text,
        owner_id -> Text,
        asked_at -> Timestamp,
        state -> Text,
        runs -> BigInt,
        step -> Text,
        done -> BigInt,
        total -> BigInt,
        moved_at -> Timestamp,
        keep_until -> Nullable<Timestamp>,
        version -> BigInt,
        body -> Text,
        payload -> Nullable<Text>,
    }
}

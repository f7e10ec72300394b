//! The catalogue: datasets, their upstream secrets, imports, pauses and the terms of the city.

use diesel::table;

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
        frequency -> Nullable<Text>,
        formats -> Text,
        has_positions -> Bool,
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
    terms_drafts (family) {
        family -> Text,
        title -> Text,
        markdown -> Text,
        is_material -> Bool,
        effective_on -> Nullable<Text>,
        by_account -> Nullable<Text>,
        by_name -> Text,
        saved_at -> Timestamp,
        version -> BigInt,
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
    dataset_samples (dataset_id, is_released) {
        dataset_id -> Text,
        is_released -> Bool,
        has_positions -> Bool,
        taken_at -> Timestamp,
        hash -> Text,
        body -> Text,
    }
}

table! {
    feed_checks (dataset_id, at) {
        dataset_id -> Text,
        at -> Timestamp,
        is_ok -> Bool,
        millis -> BigInt,
        bytes -> BigInt,
        why -> Text,
    }
}

table! {
    feed_states (dataset_id) {
        dataset_id -> Text,
        checked_at -> Timestamp,
        is_down -> Bool,
        version -> BigInt,
        body -> Text,
    }
}

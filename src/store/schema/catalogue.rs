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

//! What the gate counted and logged, and what gates say of themselves.

use diesel::table;

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
    usage_months (month, key_id, agreement_id, dataset_id, operation, outcome) {
        month -> Text,
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
    usage_city_days (day, dataset_id, operation, outcome) {
        day -> Text,
        dataset_id -> Text,
        operation -> Text,
        outcome -> Text,
        calls -> BigInt,
        bytes -> BigInt,
        latency_us -> BigInt,
    }
}

table! {
    usage_city_hours (at, dataset_id, operation, outcome) {
        at -> Timestamp,
        dataset_id -> Text,
        operation -> Text,
        outcome -> Text,
        calls -> BigInt,
        bytes -> BigInt,
        latency_us -> BigInt,
    }
}

table! {
    usage_key_days (day, key_id) {
        day -> Text,
        key_id -> Text,
        calls -> BigInt,
        refused -> BigInt,
        hours -> BigInt,
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
    gates (run) {
        run -> Text,
        heard_at -> Timestamp,
        body -> Text,
    }
}

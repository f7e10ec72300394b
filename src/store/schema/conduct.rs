//! Misuse: signals, cases and complaints.

use diesel::table;

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

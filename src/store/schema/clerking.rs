//! The clerk's desk: appeals, records and reuse requests, days of the calendar.

use diesel::table;

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

table! {
    calendar_days (day) {
        day -> Text,
        body -> Text,
        at -> Timestamp,
        by_name -> Text,
    }
}

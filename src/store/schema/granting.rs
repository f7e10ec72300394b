//! From application to key: applications, agreements, renewals, keys and holds.

use diesel::table;

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
        about -> Nullable<Text>,
    }
}

table! {
    assignments (application_id, department_id) {
        application_id -> Text,
        department_id -> Text,
        account_id -> Text,
        by_name -> Text,
        at -> Timestamp,
    }
}

table! {
    desk_texts (id) {
        id -> Text,
        department_id -> Text,
        kind -> Text,
        ground -> Nullable<Text>,
        title -> Text,
        english -> Text,
        spanish -> Nullable<Text>,
        version -> BigInt,
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
    grant_changes (number) {
        number -> BigInt,
        kind -> Text,
        id -> Text,
        at -> Timestamp,
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

//! Words of the document that are no field's own: the groups of operations, and what parameters mean.

/// A group of operations: its name, what it is for, and the first segments of its paths.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    segments: &'static [&'static str],
}

/// Every group, in the order in which a newcomer meets them.
pub(super) const GROUPS: &[Group] = &[
    Group {
        name: "Signing in",
        about: "Register, confirm an address, sign in for a bearer token, end sessions, reset a password.",
        segments: &[
            "sessions",
            "tokens",
            "registrations",
            "email-confirmations",
            "password-resets",
            "passwords",
            "invitation-acceptances",
        ],
    },
    Group { name: "Your account", about: "Who you are, and what you may change of it.", segments: &["account"] },
    Group {
        name: "Catalogue",
        about: "Datasets, departments and terms, as anybody may read them; publishing terms is for administrators.",
        segments: &["datasets", "departments", "terms", "terms-previews", "terms-drafts", "eligibility"],
    },
    Group {
        name: "Applications",
        about: "From a draft to a signature: start, save, review what you would sign, submit, answer, sign the offer.",
        segments: &["applications"],
    },
    Group {
        name: "Agreements",
        about: "Agreements in force and past, with text, schedules and evidence; the public check of a copy.",
        segments: &["agreements", "agreement-checks"],
    },
    Group {
        name: "Keys and holds",
        about: "Keys are made under an agreement and shown once. A hold stops a key, an agreement or a requester.",
        segments: &["keys", "key-kills", "holds"],
    },
    Group {
        name: "Use of the gate",
        about: "What was counted and what was logged: your own, your department's, or all of it for auditors.",
        segments: &["usage", "usage.csv", "access-log", "access-log.csv"],
    },
    Group {
        name: "Review desk",
        about: "What a department's reviewers and managers do with applications and agreements.",
        segments: &[
            "review",
            "review-agreements",
            "review-assignments",
            "review-load",
            "review-absences",
            "review-texts",
            "review-departments",
        ],
    },
    Group {
        name: "Stewardship",
        about: "A department's datasets: description, fields, tier, operations, limits, upstream and its feed, redactions, samples, changes, imports.",
        segments: &["steward"],
    },
    Group {
        name: "Rule book",
        about: "The rules against misuse, for anybody; rules tried over past usage; the signals that they wrote, for the offices.",
        segments: &["rules", "signals"],
    },
    Group {
        name: "Misuse cases",
        about: "Notice, answer, decision and measures; reports from anybody; datasets paused for every key.",
        segments: &["cases", "my-cases", "complaints", "dataset-pauses"],
    },
    Group {
        name: "Appeals",
        about: "Appeals from denials, conditions, suspensions, revocations and ends, with both dates; their decision.",
        segments: &["appeals", "appeal-prospects", "clerk-appeals"],
    },
    Group {
        name: "Records requests",
        about: "Public records: asked for without an account, followed by a private token, answered by their office.",
        segments: &["records-requests", "records-followed", "records-desk"],
    },
    Group {
        name: "Reuse statements",
        about: "What visitors ask about the reuse of datasets, as tasks of their departments.",
        segments: &["reuse-requests"],
    },
    Group {
        name: "Endings",
        about: "Renewals of agreements; at the departments' desks also certificates of destruction.",
        segments: &["renewals", "review-renewals", "review-destructions"],
    },
    Group {
        name: "Public register",
        about: "Agreements in force, and how the city decides; no individual is named.",
        segments: &["public-register"],
    },
    Group {
        name: "Deadlines",
        about: "What is due, and the city's calendar with the days that it closed or opened.",
        segments: &["deadlines", "calendar"],
    },
    Group { name: "Letters", about: "Letters from the city, as they were sent.", segments: &["letters"] },
    Group { name: "Clerk", about: "Denials with both appeal dates.", segments: &["clerk-board", "denials"] },
    Group {
        name: "Audit",
        about: "Entries of the chain, whole stories, the head to keep elsewhere, the check of the chain.",
        segments: &["audit"],
    },
    Group { name: "Views", about: "Questions of list pages kept under a name.", segments: &["views"] },
    Group {
        name: "Administration",
        about: "Staff, accounts, organisations, credentials of gate clients, mail, the profile, the state of the service.",
        segments: &[
            "staff",
            "accounts",
            "organisations",
            "services",
            "outbox",
            "outbox-tries",
            "profile",
            "profile-checks",
            "system",
        ],
    },
    Group { name: "This API", about: "Its own description.", segments: &["openapi.json"] },
];

/// The group of a path below `/api/v1`; a path of none is a group of its own, named after its first segment.
pub(super) fn group(path: &str) -> &str {
    let segment = path.split('/').nth(3).unwrap_or("api");
    GROUPS.iter().find(|group| group.segments.contains(&segment)).map_or(segment, |group| group.name)
}

/// What a parameter in a path means.
pub(super) fn in_path(path: &str, name: &str) -> &'static str {
    match name {
        "id" => "Its id.",
        "item" => "The id of one dataset in the application.",
        "slug" => "The short name of the dataset.",
        "name" if path.contains("/redactions/") => "The name of the redaction profile.",
        "name" => "The name of the piece of evidence, such as 06-agreement.txt.",
        "file" => "The id of the file.",
        "application" => "The id of the application.",
        "department" => "The id of the department that gets records without a known publisher.",
        "day" => "The day, such as 2026-12-24.",
        "account" => "The id of the account.",
        "kind" => "application, agreement, key, dataset or person.",
        "family" => "standard, click_through or restricted.",
        "number" if path.contains("/changes/") => "The number of the announcement, such as CHG-2026-0004.",
        "number" if path.contains("/terms/") => "The number of the version.",
        "number" => "The number of the entry.",
        _ => "",
    }
}

/// What a parameter in a query or header means; empty for one that speaks for itself.
#[expect(clippy::too_many_lines, reason = "a list of names, one to a line")]
pub(super) fn parameter(path: &str, name: &str) -> &'static str {
    let is_log = path.contains("access-log");
    match name {
        "days" => "The last so many days: 7 (the default), 30 or 90.",
        "q" => "Words to look for.",
        "page" => "entries, usage, access-log or review.",
        "of" if path.ends_with("/appeal-prospects") => "The decision, such as suspension: and the id of the hold.",
        "answered" => "true: also those that were answered.",
        "closed" => "true: also those that ended.",
        "done" => "true: also those looked at already.",
        "department" if path.ends_with("/datasets") => "The short name of a department.",
        "department" => "The id of a department: only what concerns its datasets.",
        "tier" => "0, 1, 2, 3, X, or unset.",
        "published" => "true or false.",
        "keyword" => "One keyword.",
        "frequency" => "How often it is renewed, such as R/PT1M.",
        "format" if path.contains("/exports/") => "csv, json or ndjson.",
        "format" => "A format in which it is offered, such as API or CSV.",
        "positions" => "true: only what says where its records are.",
        "sample" => "true: only what has a sample to look at.",
        "state" if path.ends_with("/outbox") => "waiting, sent, dead, gathered, kept or given_up.",
        "kind" if path.ends_with("/outbox") => "A kind of message, such as key_created.",
        "address" => "A part of the mail address.",
        "since" => "The number of an earlier version; the one before by default.",
        "against" => "The number of a version; the one that binds now by default.",
        "state" => "Only those in this state.",
        "item" => "The id of one dataset in the application; the first of yours by default.",
        "assigned" => "me (with whom you cover for today), nobody, or the id of a colleague's account.",
        "open" => "true: only what waits for a decision of yours.",
        "who" => "everyone: also people without a staff role.",
        "act" => "An act, or its beginning: key. or key.roll.",
        "account" => "The id of the account that acted.",
        "about" => "application, agreement, key, dataset or person; give id too.",
        "id" => "The id of what the entries are about.",
        "kind" => "application, agreement, key, dataset or person.",
        "of" => "A number, short name, mail address or id.",
        "request" => "The id of one request.",
        "by" if path.contains("/audit/usage") => {
            "key, agreement, holder, organisation, dataset, department, operation, outcome, hour, day or month."
        }
        "by" => "key, agreement, dataset, operation, outcome or day (the default).",
        "key" => "The id of a key.",
        "agreement" => "The id of an agreement.",
        "dataset" if path.ends_with("/eligibility") => "The short name of a dataset; may stand several times.",
        "use" => "The id of a use that no agreement may allow and that you plan; may stand several times.",
        "measures" => "yes or no: whether you can keep the security measures of the terms.",
        "names" => "yes or no: whether you can name each person who would use the data.",
        "dataset" => "The id of a dataset.",
        "outcome" => "One outcome of the gate, such as ok or rate_limited.",
        "from" if path.contains("/exports/") => "The first day; from the beginning by default.",
        "to" if path.contains("/exports/") => "The last day, included; today by default.",
        "what" => "entries, usage, access-log, agreements or keys.",
        "at" => "The instant that is asked about; or give from and until.",
        "until" => "Before this instant; at most 366 days after from.",
        "order" => "What the rows are sorted by, such as calls or refused.",
        "from_hour" => "The first hour of the first day, 0 to 23.",
        "to_hour" => "The last hour of the last day, 0 to 23, included.",
        "holder" => "The id of an account: only calls by its keys.",
        "organisation" => "The id of an organisation: only calls by its keys.",
        "operation" => "One operation, such as read.",
        "from" if path.contains("/usage") => "The first day, such as 2026-11-01; 27 days before the last by default.",
        "to" if path.contains("/usage") => "The last day, included; today by default.",
        "from" => "From this instant on, such as 2026-11-23T00:00:00Z.",
        "to" => "Before this instant.",
        "head" => "A head that was kept elsewhere, number:hash.",
        "limit" if is_log => "How many lines, 1 to 500; 100 by default.",
        "limit" => "How many, 1 to 100; 25 by default.",
        "cursor" => "The next of the page before.",
        "preview" => {
            "true: nothing is done; the answer is the letters that would be sent, as application/vnd.accord.preview+json."
        }
        "If-Match" => "The ETag of the version that was changed, such as \"v3\".",
        "Idempotency-Key" => {
            "Your own name for this attempt, 1 to 255 characters. Sent again with the same request, nothing happens \
             twice and the answer is the same; at the same moment, the second waits for the first."
        }
        _ => "",
    }
}

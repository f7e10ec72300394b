//! Everything a person can do in the portal can be done by the API: each page and form has its operation, or a reason
//! why it needs none. A new page without a row fails here, and so does a row whose page or operation is gone.

use std::collections::BTreeSet;

use accord::app::portal::routes;
use accord::web::Room;

/// What stands against a page or form.
enum By {
    /// One operation or several, as `METHOD /path` below `/api/v1`.
    Operation(&'static [&'static str]),
    /// It needs none.
    Nothing(&'static str),
}

use By::{Nothing, Operation};

const FORM: By = Nothing("an empty form");
const WORDS: By = Nothing("a text for people");
const MACHINE: By = Nothing("is for programs already");
const DEMO: By = Nothing("the demonstration only");

const ROWS: &[(&str, By)] = &[
    ("GET /", WORDS),
    ("GET /.well-known/change-password", MACHINE),
    ("GET /.well-known/security.txt", MACHINE),
    ("GET /accessibility", WORDS),
    ("GET /account", Operation(&["GET /account", "GET /sessions"])),
    ("GET /account/password", FORM),
    ("POST /account/password", Operation(&["PUT /account/password"])),
    ("GET /account/profile", Operation(&["GET /account"])),
    ("POST /account/profile", Operation(&["PATCH /account"])),
    ("POST /account/sessions/end-others", Operation(&["DELETE /sessions"])),
    ("POST /account/sessions/{session}/end", Operation(&["DELETE /sessions/{id}"])),
    ("GET /account/tokens/new", FORM),
    ("POST /account/tokens/new", Operation(&["POST /tokens"])),
    ("GET /admin", WORDS),
    ("GET /admin/departments", Operation(&["GET /departments"])),
    ("GET /admin/departments/new", FORM),
    ("POST /admin/departments/new", Operation(&["POST /departments"])),
    ("GET /admin/departments/{department}", Operation(&["GET /departments"])),
    ("POST /admin/departments/{department}", Operation(&["PATCH /departments/{id}"])),
    ("GET /admin/organisations", Operation(&["GET /organisations"])),
    ("POST /admin/organisations", Operation(&["POST /organisations"])),
    ("GET /admin/organisations/{organisation}", Operation(&["GET /organisations/{id}"])),
    ("POST /admin/organisations/{organisation}/members", Operation(&["POST /organisations/{id}/members"])),
    (
        "POST /admin/organisations/{organisation}/members/{account}/remove",
        Operation(&["POST /organisations/{id}/members/{account}/remove"]),
    ),
    ("GET /admin/outbox", Operation(&["GET /outbox"])),
    ("GET /admin/services", Operation(&["GET /services"])),
    ("POST /admin/services", Operation(&["POST /services"])),
    ("POST /admin/services/{service}/revoke", Operation(&["DELETE /services/{id}"])),
    ("GET /admin/staff", Operation(&["GET /staff"])),
    ("GET /admin/staff/invite", FORM),
    ("POST /admin/staff/invite", Operation(&["POST /staff/invitations"])),
    ("GET /admin/staff/{account}", Operation(&["GET /staff/{id}"])),
    ("POST /admin/staff/{account}", Operation(&["PUT /staff/{id}/roles"])),
    ("POST /admin/staff/{account}/disable", Operation(&["POST /accounts/{id}/disable"])),
    ("POST /admin/staff/{account}/enable", Operation(&["POST /accounts/{id}/enable"])),
    ("GET /admin/system", Operation(&["GET /system"])),
    ("GET /admin/terms", Operation(&["GET /terms/{family}"])),
    ("GET /admin/terms/new", FORM),
    ("POST /admin/terms/new", Operation(&["POST /terms", "POST /terms-previews"])),
    ("GET /agreements", Operation(&["GET /agreements"])),
    ("GET /agreements/{agreement}", Operation(&["GET /agreements/{id}", "GET /usage", "GET /agreements/{id}/keys"])),
    ("GET /agreements/{agreement}/text", Operation(&["GET /agreements/{id}"])),
    ("POST /agreements/{agreement}/terminate", Operation(&["POST /agreements/{id}/terminate"])),
    ("POST /agreements/{agreement}/renew", Operation(&["POST /agreements/{id}/renewals"])),
    ("GET /renewals/{renewal}", Operation(&["GET /renewals/{id}"])),
    ("POST /renewals/{renewal}/answers", Operation(&["PUT /renewals/{id}/answers"])),
    ("GET /renewals/{renewal}/review", Operation(&["GET /renewals/{id}/draft"])),
    ("GET /renewals/{renewal}/review/text", Operation(&["GET /renewals/{id}/draft"])),
    ("POST /renewals/{renewal}/sign", Operation(&["POST /renewals/{id}/sign"])),
    ("POST /renewals/{renewal}/withdraw", Operation(&["POST /renewals/{id}/withdraw"])),
    ("GET /agreements/{agreement}/terms", Operation(&["GET /agreements/{id}/terms-owed"])),
    ("GET /agreements/{agreement}/terms/text", Operation(&["GET /agreements/{id}/terms-owed"])),
    ("POST /agreements/{agreement}/terms", Operation(&["POST /agreements/{id}/terms-acceptances"])),
    ("GET /agreements/{agreement}/destruction", Operation(&["GET /agreements/{id}/destruction"])),
    ("POST /agreements/{agreement}/destruction/check", Operation(&["POST /agreements/{id}/destruction-texts"])),
    ("POST /agreements/{agreement}/destruction", Operation(&["POST /agreements/{id}/destruction"])),
    ("GET /agreements/{agreement}/keys/new", FORM),
    ("POST /agreements/{agreement}/keys", Operation(&["POST /agreements/{id}/keys"])),
    ("GET /appeals", Operation(&["GET /appeals"])),
    ("GET /appeals/new", Operation(&["GET /appeal-prospects"])),
    ("POST /appeals", Operation(&["POST /appeals"])),
    ("GET /appeals/{appeal}", Operation(&["GET /appeals/{id}"])),
    ("GET /appeals/{appeal}/packet.zip", Operation(&["GET /appeals/{id}/packet"])),
    ("POST /appeals/{appeal}/withdraw", Operation(&["POST /appeals/{id}/withdraw"])),
    ("GET /applications", Operation(&["GET /applications"])),
    ("POST /applications", Operation(&["POST /applications"])),
    ("GET /applications/new", Operation(&["GET /datasets"])),
    ("GET /applications/{application}", Operation(&["GET /applications/{id}", "GET /applications/{id}/remarks"])),
    ("GET /applications/{application}/edit/datasets", Operation(&["GET /applications/{id}"])),
    ("POST /applications/{application}/edit/datasets", Operation(&["PATCH /applications/{id}"])),
    ("GET /applications/{application}/edit/{step}", Operation(&["GET /applications/{id}"])),
    ("POST /applications/{application}/edit/{step}", Operation(&["PATCH /applications/{id}"])),
    ("GET /applications/{application}/review", Operation(&["GET /applications/{id}/review"])),
    ("GET /applications/{application}/review/text", Operation(&["GET /applications/{id}/review"])),
    ("POST /applications/{application}/submit", Operation(&["POST /applications/{id}/submit"])),
    ("POST /applications/{application}/answer", Operation(&["POST /applications/{id}/answers"])),
    ("POST /applications/{application}/message", Operation(&["POST /applications/{id}/messages"])),
    ("POST /applications/{application}/withdraw", Operation(&["POST /applications/{id}/withdraw"])),
    ("POST /applications/{application}/reopen", Operation(&["POST /applications/{id}/reopen"])),
    ("GET /applications/{application}/letter", Operation(&["GET /applications/{id}/letter"])),
    ("GET /applications/{application}/offer", Operation(&["GET /applications/{id}/offer"])),
    ("POST /applications/{application}/sign", Operation(&["POST /applications/{id}/sign"])),
    ("POST /applications/{application}/counter", Operation(&["POST /applications/{id}/counter"])),
    ("GET /assets/{file}", WORDS),
    ("GET /audit", Operation(&["GET /audit/entries"])),
    ("GET /audit/access-log", Operation(&["GET /access-log"])),
    ("GET /audit/access-log.csv", Operation(&["GET /access-log.csv"])),
    ("GET /audit/entries.csv", Operation(&["GET /audit/entries.csv"])),
    ("GET /audit/entries/{number}", Operation(&["GET /audit/entries/{number}"])),
    ("GET /audit/stories", Operation(&["GET /audit/stories"])),
    ("GET /audit/stories/{kind}/{id}", Operation(&["GET /audit/stories/{kind}/{id}"])),
    ("GET /audit/usage", Operation(&["GET /usage"])),
    ("GET /audit/usage.csv", Operation(&["GET /usage.csv"])),
    ("GET /audit/verify", Operation(&["GET /audit/verification", "GET /audit/head"])),
    ("GET /check-agreement", FORM),
    ("POST /check-agreement", Operation(&["POST /agreement-checks"])),
    ("GET /clerk", Operation(&["GET /denials", "GET /holds"])),
    ("GET /clerk/denials/{application}", Operation(&["GET /denials/{application}"])),
    ("POST /clerk/holds", Operation(&["POST /holds"])),
    ("POST /clerk/holds/lift", Operation(&["POST /holds/{id}/lift"])),
    ("GET /clerk/appeals", Operation(&["GET /clerk-appeals"])),
    ("GET /clerk/appeals/{appeal}", Operation(&["GET /clerk-appeals/{id}"])),
    ("POST /clerk/appeals/{appeal}/admit", Operation(&["POST /clerk-appeals/{id}/admit"])),
    ("POST /clerk/appeals/{appeal}/turn-away", Operation(&["POST /clerk-appeals/{id}/turn-away"])),
    ("POST /clerk/appeals/{appeal}/acknowledge", Operation(&["POST /clerk-appeals/{id}/acknowledge"])),
    ("POST /clerk/appeals/{appeal}/record", Operation(&["POST /clerk-appeals/{id}/record"])),
    ("POST /clerk/appeals/{appeal}/hearing", Operation(&["POST /clerk-appeals/{id}/hearing"])),
    ("POST /clerk/appeals/{appeal}/decide", Operation(&["POST /clerk-appeals/{id}/decision"])),
    ("GET /data.json", MACHINE),
    ("GET /datasets", Operation(&["GET /datasets"])),
    ("GET /datasets/{dataset}", Operation(&["GET /datasets/{slug}"])),
    ("GET /demo/mailbox", DEMO),
    ("GET /demo/mailbox/{message}", DEMO),
    ("GET /developers/api", Operation(&["GET /openapi.json"])),
    ("GET /forgot-password", FORM),
    ("POST /forgot-password", Operation(&["POST /password-resets"])),
    ("GET /forgot-password/sent", WORDS),
    ("GET /healthz", MACHINE),
    ("GET /help", WORDS),
    ("GET /invitation", FORM),
    ("POST /invitation", Operation(&["POST /invitation-acceptances"])),
    ("GET /keys/kill", FORM),
    ("POST /keys/kill", Operation(&["POST /key-kills"])),
    ("GET /keys/{key}", Operation(&["GET /keys/{id}", "GET /usage"])),
    ("POST /keys/{key}/roll", Operation(&["POST /keys/{id}/roll"])),
    ("POST /keys/{key}/revoke", Operation(&["POST /keys/{id}/revoke"])),
    ("POST /keys/{key}/network", Operation(&["PUT /keys/{id}/networks"])),
    ("POST /keys/{key}/name", Operation(&["PATCH /keys/{id}"])),
    ("POST /keys/{key}/pause", Operation(&["POST /keys/{id}/pause"])),
    ("POST /keys/{key}/resume", Operation(&["POST /holds/{id}/lift"])),
    ("GET /login", FORM),
    ("POST /login", Operation(&["POST /sessions"])),
    ("POST /logout", Operation(&["DELETE /sessions/current"])),
    ("GET /privacy", WORDS),
    ("GET /readyz", MACHINE),
    ("GET /public-register", Operation(&["GET /public-register"])),
    ("GET /public-register.json", MACHINE),
    ("GET /public-register.atom", MACHINE),
    ("GET /public-register/{table}.csv", MACHINE),
    ("GET /register", FORM),
    ("POST /register", Operation(&["POST /registrations"])),
    ("GET /register/sent", WORDS),
    ("GET /reset-password", FORM),
    ("POST /reset-password", Operation(&["POST /passwords"])),
    ("GET /review", Operation(&["GET /review"])),
    ("GET /review/agreements", Operation(&["GET /review-agreements"])),
    (
        "GET /review/agreements/{agreement}",
        Operation(&["GET /review-agreements/{id}", "GET /agreements/{id}/keys", "GET /holds"]),
    ),
    ("POST /review/agreements/{agreement}/suspend", Operation(&["POST /holds"])),
    ("POST /review/agreements/{agreement}/lift", Operation(&["POST /holds/{id}/lift"])),
    ("POST /review/agreements/{agreement}/revoke", Operation(&["POST /keys/{id}/revoke-for-department"])),
    ("POST /review/agreements/{agreement}/terminate", Operation(&["POST /review-agreements/{id}/terminate"])),
    ("GET /review/endings", Operation(&["GET /review-renewals", "GET /review-destructions"])),
    ("GET /review/renewals/{renewal}", Operation(&["GET /review-renewals/{id}"])),
    ("POST /review/renewals/{renewal}/confirm", Operation(&["POST /review-renewals/{id}/confirm"])),
    ("POST /review/renewals/{renewal}/return", Operation(&["POST /review-renewals/{id}/return"])),
    ("POST /review/renewals/{renewal}/refuse", Operation(&["POST /review-renewals/{id}/refuse"])),
    ("GET /review/destructions/{agreement}", Operation(&["GET /review-destructions/{id}"])),
    ("POST /review/destructions/{agreement}/accept", Operation(&["POST /review-destructions/{id}/accept"])),
    ("POST /review/destructions/{agreement}/ask-again", Operation(&["POST /review-destructions/{id}/ask-again"])),
    ("GET /review/{application}", Operation(&["GET /review/{id}", "GET /review/{id}/remarks"])),
    ("POST /review/{application}/ask", Operation(&["POST /review/{id}/questions"])),
    ("POST /review/{application}/message", Operation(&["POST /review/{id}/messages"])),
    ("POST /review/{application}/note", Operation(&["POST /review/{id}/notes"])),
    ("POST /review/{application}/recuse", Operation(&["POST /review/{id}/recusals"])),
    (
        "POST /review/{application}/items/{item}/recommend",
        Operation(&["POST /review/{id}/items/{item}/recommendation"]),
    ),
    ("POST /review/{application}/items/{item}/decide", Operation(&["POST /review/{id}/items/{item}/decision"])),
    ("GET /rules", Operation(&["GET /rules"])),
    ("GET /signals", Operation(&["GET /signals"])),
    ("GET /stewardship", Operation(&["GET /steward/datasets", "GET /steward/imports"])),
    ("GET /stewardship/new", FORM),
    ("POST /stewardship/new", Operation(&["POST /steward/datasets"])),
    ("GET /stewardship/import", FORM),
    ("POST /stewardship/import", Operation(&["POST /steward/imports", "POST /steward/imports/{department}/data.json"])),
    ("GET /stewardship/imports/{import}", Operation(&["GET /steward/imports/{id}"])),
    ("GET /stewardship/{slug}", Operation(&["GET /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/about", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/about", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/fields", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/fields", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/tier", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/tier", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/operations", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/operations", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/limits", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/limits", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/publish", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/publish", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/upstream", Operation(&["GET /steward/datasets/{slug}"])),
    ("POST /stewardship/{slug}/upstream", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /stewardship/{slug}/redactions", Operation(&["GET /steward/datasets/{slug}/redactions"])),
    ("GET /stewardship/{slug}/new-redaction", FORM),
    ("GET /stewardship/{slug}/redactions/{name}", Operation(&["GET /steward/datasets/{slug}/redactions"])),
    (
        "POST /stewardship/{slug}/redactions",
        Operation(&[
            "PUT /steward/datasets/{slug}/redactions/{name}",
            "POST /steward/datasets/{slug}/redaction-previews",
        ]),
    ),
    (
        "POST /stewardship/{slug}/redactions/{name}/retire",
        Operation(&["DELETE /steward/datasets/{slug}/redactions/{name}"]),
    ),
    ("POST /stewardship/{slug}/time-field", Operation(&["PUT /steward/datasets/{slug}/time-field"])),
    ("POST /stewardship/{slug}/credential", Operation(&["PUT /steward/datasets/{slug}/credential"])),
    ("POST /stewardship/{slug}/query-key", Operation(&["PATCH /steward/datasets/{slug}"])),
    ("GET /terms", Operation(&["GET /terms"])),
    ("GET /terms/{family}", Operation(&["GET /terms/{family}"])),
    ("GET /terms/{family}/{number}", Operation(&["GET /terms/{family}/{number}"])),
    ("GET /terms/{family}/{number}/text", Operation(&["GET /terms/{family}/{number}"])),
    ("GET /verify-email", FORM),
    ("POST /verify-email", Operation(&["POST /email-confirmations"])),
];

#[test]
fn everything_a_person_can_do_in_the_portal_can_be_done_by_the_api() {
    let rows = routes(true).rows();
    let named = |room: Room| -> BTreeSet<String> {
        rows.iter().filter(|row| row.room == room).map(|row| format!("{} {}", row.method, row.path)).collect()
    };
    let (pages, operations) = (named(Room::Portal), named(Room::Api));
    let listed: BTreeSet<String> = ROWS.iter().map(|(page, _)| (*page).to_owned()).collect();
    let missing: Vec<_> = pages.difference(&listed).collect();
    assert!(missing.is_empty(), "say by which operation these are done, or why none is needed: {missing:#?}");
    let gone: Vec<_> = listed.difference(&pages).collect();
    assert!(gone.is_empty(), "these pages are gone: {gone:#?}");
    for (page, by) in ROWS {
        let named: &[&str] = match by {
            Operation(named) => named,
            Nothing(why) => {
                assert!(!why.is_empty() && (page.starts_with("GET ")), "{page}: an act needs an operation");
                &[]
            }
        };
        for operation in named {
            let (method, path) = operation.split_once(' ').unwrap();
            assert!(operations.contains(&format!("{method} /api/v1{path}")), "{page}: there is no {operation}");
        }
    }
}

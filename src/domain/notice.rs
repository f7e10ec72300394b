//! Which notice an event owes to whom. Written to the outbox in the transaction of the act, sent later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, DepartmentId, LinkId, OrganisationId};
use super::people::Role;

mod choice;
mod mail_state;

pub use choice::{DIGEST_HOUR, Delivery, Group, digest_after};
pub use mail_state::MailState;

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recipient {
    /// One person.
    Account(AccountId),
    /// The side that a thing was made for: its requester; where it was made for an organisation, the requester while
    /// they are a member, and once they are not, every member.
    Party(AccountId, Option<OrganisationId>),
    /// Everybody with one of these roles in a department.
    Department(DepartmentId, Vec<Role>),
    /// The department itself: its contact address, and everybody who reviews or decides there.
    Office(DepartmentId),
    /// Everybody who holds a city-wide role.
    Everybody(Role),
    /// An address that has no account yet.
    Address(String),
}

/// What they are told. Each kind has a template of its own under `templates/mail/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Confirm your e-mail address (with a link).
    VerifyEmail,
    /// Somebody tried to register an address that has an account.
    AlreadyRegistered,
    /// Choose a new password (with a link).
    ResetPassword,
    /// Your password was changed.
    PasswordChanged,
    /// You closed your account.
    AccountClosed,
    /// You are invited as staff (with a link).
    StaffInvitation,
    /// Your roles changed.
    RolesChanged,
    /// To the requester: we have your application.
    ApplicationReceived,
    /// To the department: a new application.
    ApplicationToReview,
    /// To the department: an application that was sent again, with changed answers.
    ApplicationResubmitted,
    /// To the requester: a question.
    QuestionAsked,
    /// To the department: an answer or a message.
    AnswerGiven,
    /// To the requester: a message.
    MessageToRequester,
    /// To the department: a second, different manager must approve.
    SecondApprovalNeeded,
    /// To the requester: one item was decided.
    ItemDecided,
    /// To the requester: the denial letter.
    Denied,
    /// To the requester: an offer to sign.
    Offered,
    /// To the department: an offer was countered.
    OfferCountered,
    /// To the holder: the agreement is executed.
    Executed,
    /// To the department: an agreement with its data is executed.
    AgreementBegun,
    /// To the department: withdrawn or declined.
    Withdrawn,
    /// To the requester: the offer lapsed.
    OfferLapsed,
    /// To the department: nobody signed its offer in time.
    OfferUnsigned,
    /// To the holder: the agreement ends soon.
    AgreementEnding,
    /// To the holder: the agreement ended.
    AgreementEnded,
    /// To the department: an agreement with its data ended.
    AgreementOver,
    /// To the holder: a key was made.
    KeyCreated,
    /// To the holder: a key was rolled.
    KeyRolled,
    /// To the holder: a key was revoked.
    KeyRevoked,
    /// To the holder: a key expires soon.
    KeyExpiring,
    /// To the holder: a suspension.
    Suspended,
    /// To the holder: a key or an agreement was slowed down.
    Throttled,
    /// To the holder: a suspension was lifted.
    Lifted,
    /// To the holder: 80 % or 100 % of a quota is used.
    QuotaReached,
    /// To the holder: a misuse rule noticed something.
    MisuseNoticed,
    /// To the department: a misuse rule wrote a signal about its data.
    MisuseSignal,
    /// To the holder: new terms to accept.
    TermsPublished,
    /// To the holder: what is taken out of a dataset changed.
    RedactionChanged,
    /// To the holder: a step of a misuse case.
    CaseMoved,
    /// To the offices: the holder did something in a misuse case, or did not in time.
    CaseAnswered,
    /// To the offices: something in a misuse case is due.
    CaseDue,
    /// To the offices: a misuse case was opened about their data.
    CaseOpened,
    /// To who complained: we have it, with its number.
    ComplaintReceived,
    /// To the department or the clerks: a complaint came in.
    ComplaintToRead,
    /// To who complained: a case was opened.
    ComplaintTakenUp,
    /// To who complained: it was set aside, with the reason.
    ComplaintSetAside,
    /// To whom a letter is addressed: the letter itself.
    LetterSent,
    /// To a person: the city made them a member of an organisation.
    OrganisationJoined,
    /// To a person: the city ended their membership.
    OrganisationLeft,
    /// To the other members: somebody joined or left.
    OrganisationChanged,
    /// To the appellant: we have your appeal, with both dates.
    AppealReceived,
    /// To the clerks and the office that decided: an appeal came in.
    AppealFiled,
    /// To the appellant: a step of the appeal.
    AppealMoved,
    /// To both sides: the decision on the appeal.
    AppealDecided,
    /// To the office: it must look again, with instructions.
    AppealReturned,
    /// To the clerks: the day by which an appeal is to be decided comes near.
    AppealDue,
    /// To who asked for records: it came in, with the dates.
    RecordsReceived,
    /// To the office that has the records: a request came in, or was given to it.
    RecordsFiled,
    /// To who asked for records, or to the office: what happened to the request.
    RecordsMoved,
    /// To the state's commissioner: a safety question is referred.
    RecordsReferred,
    /// To the office: the last day to answer is near.
    RecordsDue,
    /// To the office and the clerks: silence became a denial.
    RecordsOverdue,
    /// To the department: somebody asks for a reuse statement.
    ReuseAsked,
    /// To who asked for a reuse statement: the answer.
    ReuseAnswered,
    /// To the department: the holder of an agreement signed its renewal.
    RenewalToConfirm,
    /// To the holder: a renewal came back, was refused or lapsed.
    RenewalMoved,
    /// To the holder: a certificate of destruction is owed.
    CertificateDue,
    /// To the department: a certificate of destruction was not given in time.
    CertificateMissing,
    /// To the department: a certificate of destruction to look at.
    CertificateGiven,
    /// To the holder: what became of their certificate.
    CertificateAnswered,
    /// To the holder: new terms are still to be accepted.
    TermsDue,
    /// To the holder: data that they call, or may call, will change, be switched off or end.
    ChangeAnnounced,
    /// To the holder: what was announced does not happen.
    ChangeWithdrawn,
    /// To the department: a feed does not answer any more.
    FeedDown,
    /// To the department: a feed answers again.
    FeedBack,
    /// To the department: a feed sends other fields than were declared.
    FieldsDrifted,
    /// To administrators and auditors: the audit chain does not hold.
    ChainBroken,
    /// To a member of staff: work was given to them.
    Assigned,
    /// To who covers: work was given to a colleague who is away.
    AssignedToCovered,
    /// To a member of staff: they cover for a colleague.
    CoverNamed,
    /// To a person: what they chose to read once a day.
    Digest,
}

impl NoticeKind {
    /// Every kind; the mail templates are tested against it.
    pub const ALL: &'static [Self] = &[
        Self::VerifyEmail,
        Self::AlreadyRegistered,
        Self::ResetPassword,
        Self::PasswordChanged,
        Self::AccountClosed,
        Self::StaffInvitation,
        Self::RolesChanged,
        Self::ApplicationReceived,
        Self::ApplicationToReview,
        Self::ApplicationResubmitted,
        Self::QuestionAsked,
        Self::AnswerGiven,
        Self::MessageToRequester,
        Self::SecondApprovalNeeded,
        Self::ItemDecided,
        Self::Denied,
        Self::Offered,
        Self::OfferCountered,
        Self::Executed,
        Self::AgreementBegun,
        Self::Withdrawn,
        Self::OfferLapsed,
        Self::OfferUnsigned,
        Self::AgreementEnding,
        Self::AgreementEnded,
        Self::AgreementOver,
        Self::KeyCreated,
        Self::KeyRolled,
        Self::KeyRevoked,
        Self::KeyExpiring,
        Self::Suspended,
        Self::Throttled,
        Self::Lifted,
        Self::QuotaReached,
        Self::MisuseNoticed,
        Self::MisuseSignal,
        Self::TermsPublished,
        Self::RedactionChanged,
        Self::LetterSent,
        Self::OrganisationJoined,
        Self::OrganisationLeft,
        Self::OrganisationChanged,
        Self::AppealReceived,
        Self::AppealFiled,
        Self::AppealMoved,
        Self::AppealDecided,
        Self::AppealReturned,
        Self::AppealDue,
        Self::RecordsReceived,
        Self::RecordsFiled,
        Self::RecordsMoved,
        Self::RecordsReferred,
        Self::RecordsDue,
        Self::RecordsOverdue,
        Self::ReuseAsked,
        Self::ReuseAnswered,
        Self::RenewalToConfirm,
        Self::RenewalMoved,
        Self::CertificateDue,
        Self::CertificateMissing,
        Self::CertificateGiven,
        Self::CertificateAnswered,
        Self::TermsDue,
        Self::ChangeAnnounced,
        Self::ChangeWithdrawn,
        Self::FeedDown,
        Self::FeedBack,
        Self::FieldsDrifted,
        Self::ChainBroken,
        Self::Assigned,
        Self::AssignedToCovered,
        Self::CoverNamed,
        Self::Digest,
        Self::CaseMoved,
        Self::CaseAnswered,
        Self::CaseDue,
        Self::CaseOpened,
        Self::ComplaintReceived,
        Self::ComplaintToRead,
        Self::ComplaintTakenUp,
        Self::ComplaintSetAside,
    ];

    /// The name of the template and the column.
    #[expect(clippy::too_many_lines, reason = "one line for each kind of notice")]
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::AlreadyRegistered => "already_registered",
            Self::ResetPassword => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::AccountClosed => "account_closed",
            Self::StaffInvitation => "staff_invitation",
            Self::RolesChanged => "roles_changed",
            Self::ApplicationReceived => "application_received",
            Self::ApplicationToReview => "application_to_review",
            Self::ApplicationResubmitted => "application_resubmitted",
            Self::QuestionAsked => "question_asked",
            Self::AnswerGiven => "answer_given",
            Self::MessageToRequester => "message_to_requester",
            Self::SecondApprovalNeeded => "second_approval_needed",
            Self::ItemDecided => "item_decided",
            Self::Denied => "denied",
            Self::Offered => "offered",
            Self::OfferCountered => "offer_countered",
            Self::Executed => "executed",
            Self::AgreementBegun => "agreement_begun",
            Self::Withdrawn => "withdrawn",
            Self::OfferLapsed => "offer_lapsed",
            Self::OfferUnsigned => "offer_unsigned",
            Self::AgreementEnding => "agreement_ending",
            Self::AgreementEnded => "agreement_ended",
            Self::AgreementOver => "agreement_over",
            Self::KeyCreated => "key_created",
            Self::KeyRolled => "key_rolled",
            Self::KeyRevoked => "key_revoked",
            Self::KeyExpiring => "key_expiring",
            Self::Suspended => "suspended",
            Self::Throttled => "throttled",
            Self::Lifted => "lifted",
            Self::QuotaReached => "quota_reached",
            Self::MisuseNoticed => "misuse_noticed",
            Self::MisuseSignal => "misuse_signal",
            Self::TermsPublished => "terms_published",
            Self::RedactionChanged => "redaction_changed",
            Self::CaseMoved => "case_moved",
            Self::CaseAnswered => "case_answered",
            Self::CaseDue => "case_due",
            Self::CaseOpened => "case_opened",
            Self::ComplaintReceived => "complaint_received",
            Self::ComplaintToRead => "complaint_to_read",
            Self::ComplaintTakenUp => "complaint_taken_up",
            Self::ComplaintSetAside => "complaint_set_aside",
            Self::LetterSent => "letter_sent",
            Self::OrganisationJoined => "organisation_joined",
            Self::OrganisationLeft => "organisation_left",
            Self::OrganisationChanged => "organisation_changed",
            Self::AppealReceived => "appeal_received",
            Self::AppealFiled => "appeal_filed",
            Self::AppealMoved => "appeal_moved",
            Self::AppealDecided => "appeal_decided",
            Self::AppealReturned => "appeal_returned",
            Self::AppealDue => "appeal_due",
            Self::RecordsReceived => "records_received",
            Self::RecordsFiled => "records_filed",
            Self::RecordsMoved => "records_moved",
            Self::RecordsReferred => "records_referred",
            Self::RecordsDue => "records_due",
            Self::RecordsOverdue => "records_overdue",
            Self::ReuseAsked => "reuse_asked",
            Self::ReuseAnswered => "reuse_answered",
            Self::RenewalToConfirm => "renewal_to_confirm",
            Self::RenewalMoved => "renewal_moved",
            Self::CertificateDue => "certificate_due",
            Self::CertificateMissing => "certificate_missing",
            Self::CertificateGiven => "certificate_given",
            Self::CertificateAnswered => "certificate_answered",
            Self::TermsDue => "terms_due",
            Self::ChangeAnnounced => "change_announced",
            Self::ChangeWithdrawn => "change_withdrawn",
            Self::FeedDown => "feed_down",
            Self::FeedBack => "feed_back",
            Self::FieldsDrifted => "fields_drifted",
            Self::ChainBroken => "chain_broken",
            Self::Assigned => "assigned",
            Self::AssignedToCovered => "assigned_to_covered",
            Self::CoverNamed => "cover_named",
            Self::Digest => "digest",
        }
    }

    /// Reads the name written by [`NoticeKind::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// A notice owed. Its facts hold no secret: a link is named by id and its token is minted when the mail is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// To whom.
    pub to: Recipient,
    /// What.
    pub kind: NoticeKind,
    /// The facts its template prints; `path` is the page to open.
    pub facts: BTreeMap<String, String>,
    /// The one-use link it carries.
    pub link: Option<LinkId>,
}

impl Notice {
    /// A notice with no facts yet.
    #[must_use]
    pub const fn new(to: Recipient, kind: NoticeKind) -> Self {
        Self { to, kind, facts: BTreeMap::new(), link: None }
    }

    /// Adds a fact.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over numbers and days, which are Copy, and words alike"
    )]
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), fact.to_string());
        self
    }

    /// Adds the one-use link.
    #[must_use]
    pub const fn with_link(mut self, link: LinkId) -> Self {
        self.link = Some(link);
        self
    }
}

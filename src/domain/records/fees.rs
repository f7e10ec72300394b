//! What copies may cost: caps, actual cost of electronic data, mandatory waivers, and the ledger of what is owed and
//! paid. Money is counted in whole cents. Searching and retrieving is never charged for, whoever asks.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Format;
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::domain::time::Instant;

/// An amount of money in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(u64);

/// The most that one amount may be: a million.
const CENTS_MAX: u64 = 100_000_000;

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many cents.
    #[must_use]
    pub const fn new(cents: u64) -> Self {
        Self(cents)
    }

    /// The bare number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, never below nothing.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times this.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// Reads `12`, `12.5` or `12.50`; at most a million.
    ///
    /// # Errors
    /// An [`Invalid`] for anything else.
    pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new(field, "not_money", "Give an amount such as 12.50.");
        let text = text.trim().trim_start_matches('$');
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.len() <= 9 && text.chars().all(|c| c.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > 2 {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_too_long| wrong())?;
        let part: u64 = format!("{part:0<2}").parse().map_err(|_too_long| wrong())?;
        let cents = whole.saturating_mul(100).saturating_add(part);
        if cents > CENTS_MAX {
            return Err(Invalid::new(field, "too_much", "This is more than any copy may cost."));
        }
        Ok(Self(cents))
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The caps of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeRules {
    /// The most a page may cost.
    pub page_max: Cents,
    /// Certifying the first page.
    pub certified_first: Cents,
    /// Certifying each further page.
    pub certified_further: Cents,
    /// One use of a hand-held scanner of one's own.
    pub scanner_max: Cents,
    /// Prepayment may be asked from this estimate on.
    pub prepayment_from: Cents,
}

/// Why no fee is asked: each of these the law makes mandatory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverGround {
    /// A person who cannot pay.
    Indigent,
    /// The records were found exempt.
    Exempt,
    /// In the office's judgment it benefits the general welfare.
    GeneralWelfare,
    /// An elected official, certified, for their duties.
    ElectedOfficial,
    /// A public defender or assigned counsel, certified, for their duties.
    PublicDefender,
}

impl WaiverGround {
    /// Every ground.
    pub const ALL: [Self; 5] =
        [Self::Indigent, Self::Exempt, Self::GeneralWelfare, Self::ElectedOfficial, Self::PublicDefender];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Indigent => "indigent",
            Self::Exempt => "exempt",
            Self::GeneralWelfare => "general_welfare",
            Self::ElectedOfficial => "elected_official",
            Self::PublicDefender => "public_defender",
        }
    }

    /// Reads the word written by [`WaiverGround::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == word)
    }

    /// What a person reads.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Indigent => "I cannot afford it",
            Self::Exempt => "The records were found exempt",
            Self::GeneralWelfare => "It benefits the general welfare",
            Self::ElectedOfficial => "Elected official, for official duties",
            Self::PublicDefender => "Public defender or assigned counsel, for their duties",
        }
    }

    /// Whether a requester may name it; that records are exempt is for the office to find.
    #[must_use]
    pub const fn is_for_requesters(self) -> bool {
        match self {
            Self::Exempt => false,
            Self::Indigent | Self::GeneralWelfare | Self::ElectedOfficial | Self::PublicDefender => true,
        }
    }
}

/// What an estimate is made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EstimateDraft {
    /// Pages of copies.
    pub pages: u32,
    /// What one page costs here.
    pub page_price: Cents,
    /// Pages that are certified.
    pub certified_pages: u32,
    /// Uses of a hand-held scanner.
    pub scanner_uses: u32,
    /// Minutes that staff format data or write a program for it.
    pub staff_minutes: u32,
    /// The hourly salary of that staff.
    pub staff_hourly: Cents,
    /// Media.
    pub media: Cents,
    /// An outside copying service.
    pub outside: Cents,
    /// Computer time of a contractor who hosts the data.
    pub computer: Cents,
    /// Minutes of searching and retrieving; anything but none is refused.
    pub search_minutes: u32,
    /// Whether prepayment is asked.
    pub asks_prepayment: bool,
}

/// One line of an estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeLine {
    /// What for, with its arithmetic.
    pub what: String,
    /// How much.
    pub cents: Cents,
}

/// What copies cost at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Line by line.
    pub lines: Vec<FeeLine>,
    /// Together.
    pub total: Cents,
    /// Whether it must be paid before copies are made.
    pub prepayment: bool,
    /// When it was made.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
}

impl EstimateDraft {
    /// Computes the estimate; inspection is free.
    ///
    /// # Errors
    /// One [`Invalid`] per fault: `search_not_chargeable`, `above_cap`, `too_much`, `prepayment_too_small`.
    pub fn compute(&self, rules: &FeeRules, format: Format) -> Result<(Vec<FeeLine>, Cents, bool), Vec<Invalid>> {
        let mut faults = Vec::new();
        if self.search_minutes > 0 {
            let message = "Searching for records and retrieving them may not be charged for. Leave it out.";
            faults.push(Invalid::new("search_minutes", "search_not_chargeable", message));
        }
        if self.page_price > rules.page_max {
            let message = format!("A page may cost at most {}.", rules.page_max);
            faults.push(Invalid::new("page_price", "above_cap", message));
        }
        let lines = if format == Format::Inspection { Vec::new() } else { self.lines(rules) };
        let total = lines.iter().fold(Cents::ZERO, |sum, line| sum.plus(line.cents));
        if total.get() > CENTS_MAX {
            faults.push(Invalid::new("pages", "too_much", "This is more than any copy may cost."));
        }
        if self.asks_prepayment && total < rules.prepayment_from {
            let message = format!(
                "Prepayment may be asked from {} on; this estimate is {total}. Take the tick out.",
                rules.prepayment_from
            );
            faults.push(Invalid::new("asks_prepayment", "prepayment_too_small", message));
        }
        if faults.is_empty() { Ok((lines, total, self.asks_prepayment)) } else { Err(faults) }
    }

    fn lines(&self, rules: &FeeRules) -> Vec<FeeLine> {
        let copies = self.page_price.times(self.pages.into());
        let further = self.certified_pages.saturating_sub(1);
        let certified = if self.certified_pages == 0 {
            Cents::ZERO
        } else {
            rules.certified_first.plus(rules.certified_further.times(further.into()))
        };
        // Rounded down: never more than the actual cost.
        let staff = Cents(self.staff_hourly.times(self.staff_minutes.into()).get() / 60);
        let all = [
            (format!("Copies: {} pages at {}", self.pages, self.page_price), copies),
            (format!("Certifying {} pages", self.certified_pages), certified),
            (format!("Scanner: {} times", self.scanner_uses), rules.scanner_max.times(self.scanner_uses.into())),
            (
                format!("Formatting and programming: {} minutes at {} an hour", self.staff_minutes, self.staff_hourly),
                staff,
            ),
            ("Media".to_owned(), self.media),
            ("Outside copying service".to_owned(), self.outside),
            ("Computer time of the contractor who hosts the data".to_owned(), self.computer),
        ];
        all.into_iter().filter(|(_, cents)| !cents.is_zero()).map(|(what, cents)| FeeLine { what, cents }).collect()
    }
}

/// What an entry of the ledger says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// Owed for copies.
    Charge,
    /// Paid.
    Payment,
    /// No longer owed.
    Waiver,
}

impl LedgerKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Charge, Self::Payment, Self::Waiver];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Payment => "payment",
            Self::Waiver => "waiver",
        }
    }

    /// Reads the word written by [`LedgerKind::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What a person reads.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Charge => "Charged",
            Self::Payment => "Paid",
            Self::Waiver => "Waived",
        }
    }
}

/// An entry of the ledger; none is ever changed or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// What it says.
    pub kind: LedgerKind,
    /// How much.
    pub cents: Cents,
    /// What for; the number of the receipt; the ground.
    pub text: String,
    /// When.
    pub at: Instant,
    /// Who wrote it.
    pub by_name: String,
}

/// What is still owed.
#[must_use]
pub fn balance(entries: &[LedgerEntry]) -> Cents {
    sum(entries, LedgerKind::Charge).less(sum(entries, LedgerKind::Payment)).less(sum(entries, LedgerKind::Waiver))
}

fn sum(entries: &[LedgerEntry], kind: LedgerKind) -> Cents {
    entries.iter().filter(|entry| entry.kind == kind).fold(Cents::ZERO, |sum, entry| sum.plus(entry.cents))
}

/// Whether an entry may follow the others: nobody owes more than the estimate said, and nobody pays more than they owe.
///
/// # Errors
/// `amount_needed`, `estimate_missing`, `above_estimate`, `fee_waived`, `above_balance`.
pub fn may_enter(
    entries: &[LedgerEntry],
    (kind, cents): (LedgerKind, Cents),
    estimate: Option<&Estimate>,
    waived: Option<WaiverGround>,
) -> Result<(), Refusal> {
    if cents.is_zero() {
        return Err(Refusal::new("amount_needed", "Give an amount above zero."));
    }
    match kind {
        LedgerKind::Charge => {
            if waived.is_some() {
                return Err(Refusal::new("fee_waived", "The fee was waived, so nothing is charged."));
            }
            let Some(estimate) = estimate else {
                return Err(Refusal::new(
                    "estimate_missing",
                    "Make the estimate first; nobody is charged without one.",
                ));
            };
            let charged = sum(entries, LedgerKind::Charge).plus(cents);
            if charged > estimate.total {
                let detail = format!("The estimate was {}; this would make {charged}.", estimate.total);
                return Err(Refusal::new("above_estimate", detail));
            }
        }
        LedgerKind::Payment | LedgerKind::Waiver => {
            let owed = balance(entries);
            if cents > owed {
                return Err(Refusal::new("above_balance", format!("Only {owed} is owed.")));
            }
        }
    }
    Ok(())
}

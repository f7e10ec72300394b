//! Fees: money as text, caps for any numbers, and the ledger.

use proptest::prelude::*;

use super::*;

#[test]
fn money_is_read_and_written_in_cents() {
    for (text, cents) in [("12", 1_200), ("12.5", 1_250), ("$0.07", 7), (" 1000000 ", 100_000_000), ("0", 0)] {
        assert_eq!(Cents::parse("amount", text).unwrap(), Cents::new(cents), "{text}");
    }
    for text in ["", ".", "1.", ".5", "1.234", "-1", "1,50", "1e3", "٣", "99999999999999999999"] {
        assert_eq!(Cents::parse("amount", text).unwrap_err().code, "not_money", "{text}");
    }
    assert_eq!(Cents::parse("amount", "1000000.01").unwrap_err().code, "too_much");
    assert_eq!(Cents::new(1_205).to_string(), "$12.05");
}

#[test]
fn searching_is_never_charged_and_prepayment_only_from_ten_dollars_on() {
    let rules = profile().fees.rules();
    let fifty =
        EstimateDraft { pages: 20, page_price: Cents::new(50), asks_prepayment: true, ..EstimateDraft::default() };
    let codes = |draft: EstimateDraft| {
        let faults = draft.compute(&rules, Format::Paper).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    assert!(codes(fifty).is_empty(), "ten dollars are enough");
    assert_eq!(codes(EstimateDraft { pages: 19, ..fifty }), ["prepayment_too_small"]);
    assert_eq!(codes(EstimateDraft { page_price: Cents::new(51), ..fifty }), ["above_cap"]);
    assert_eq!(codes(EstimateDraft { search_minutes: 1, ..fifty }), ["search_not_chargeable"]);
    let free = EstimateDraft { asks_prepayment: false, ..fifty }.compute(&rules, Format::Inspection).unwrap();
    assert_eq!(free, (Vec::new(), Cents::ZERO, false), "looking costs nothing");
    let certified = EstimateDraft { certified_pages: 3, ..EstimateDraft::default() };
    assert_eq!(certified.compute(&rules, Format::Certified).unwrap().1, Cents::new(200));
}

#[test]
fn the_ledger_holds_no_more_than_was_estimated_and_takes_no_more_than_is_owed() {
    let entry = |kind, cents| LedgerEntry {
        kind,
        cents: Cents::new(cents),
        text: "x".to_owned(),
        at: now(),
        by_name: "Mona".to_owned(),
    };
    let code = |entries: &[LedgerEntry], kind, cents, estimated: Option<&Estimate>, waived| {
        may_enter(entries, (kind, Cents::new(cents)), estimated, waived).err().map(|refusal| refusal.code)
    };
    let twelve = estimate(1_200);
    let charged = [entry(LedgerKind::Charge, 700)];
    assert_eq!(code(&[], LedgerKind::Charge, 0, Some(&twelve), None), Some("amount_needed"));
    assert_eq!(code(&[], LedgerKind::Charge, 1, None, None), Some("estimate_missing"));
    assert_eq!(code(&charged, LedgerKind::Charge, 500, Some(&twelve), None), None);
    assert_eq!(code(&charged, LedgerKind::Charge, 501, Some(&twelve), None), Some("above_estimate"));
    assert_eq!(code(&[], LedgerKind::Charge, 1, Some(&twelve), Some(WaiverGround::Exempt)), Some("fee_waived"));
    assert_eq!(code(&charged, LedgerKind::Payment, 700, Some(&twelve), None), None);
    assert_eq!(code(&charged, LedgerKind::Payment, 701, Some(&twelve), None), Some("above_balance"));
    let paid = [entry(LedgerKind::Charge, 700), entry(LedgerKind::Payment, 300), entry(LedgerKind::Waiver, 400)];
    assert!(balance(&paid).is_zero());
    for kind in LedgerKind::ALL {
        assert_eq!(LedgerKind::from_word(kind.as_str()), Some(kind));
    }
    for ground in WaiverGround::ALL {
        assert_eq!(WaiverGround::from_word(ground.as_str()), Some(ground));
    }
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.as_str()), Some(format));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::from_word(outcome.as_str()), Some(outcome));
    }
}

prop_compose! {
    fn any_draft()(
        pages in 0_u32..5_000, page_price in 0_u64..60, certified_pages in 0_u32..500, scanner_uses in 0_u32..5,
        staff_minutes in 0_u32..10_000, staff_hourly in 0_u64..20_000, media in 0_u64..5_000, outside in 0_u64..50_000,
        computer in 0_u64..50_000, search_minutes in 0_u32..2, asks_prepayment in any::<bool>(),
    ) -> EstimateDraft {
        EstimateDraft {
            pages, page_price: Cents::new(page_price), certified_pages, scanner_uses, staff_minutes,
            staff_hourly: Cents::new(staff_hourly), media: Cents::new(media), outside: Cents::new(outside),
            computer: Cents::new(computer), search_minutes, asks_prepayment,
        }
    }
}

proptest! {
    #[test]
    fn no_estimate_is_above_the_caps_whatever_is_typed(draft in any_draft()) {
        let rules = profile().fees.rules();
        match draft.compute(&rules, Format::Paper) {
            Ok((lines, total, prepayment)) => {
                prop_assert_eq!(draft.search_minutes, 0);
                let sum = lines.iter().fold(Cents::ZERO, |sum, line| sum.plus(line.cents));
                prop_assert_eq!(sum, total);
                let pages = rules.page_max.times(draft.pages.into());
                let certified = rules.certified_further.times(draft.certified_pages.into()).plus(rules.certified_first);
                let scanner = rules.scanner_max.times(draft.scanner_uses.into());
                // Never more than the actual cost, not even by rounding.
                let staff = draft.staff_hourly.times(draft.staff_minutes.into()).get() / 60;
                let others = draft.media.plus(draft.outside).plus(draft.computer).plus(Cents::new(staff));
                prop_assert!(total <= pages.plus(certified).plus(scanner).plus(others));
                prop_assert!(!prepayment || total >= rules.prepayment_from);
            }
            Err(faults) => {
                let why: Vec<_> = faults.iter().map(|fault| fault.code).collect();
                let is_due = draft.search_minutes > 0 || draft.page_price > rules.page_max || draft.asks_prepayment;
                prop_assert!(is_due, "{:?}", why);
            }
        }
    }

    #[test]
    fn what_is_owed_never_passes_the_estimate_and_never_falls_below_nothing(
        acts in proptest::collection::vec((0_usize..3, 1_u64..2_000), 0..40)
    ) {
        let (estimated, mut entries) = (estimate(1_500), Vec::new());
        for (kind, cents) in acts {
            let (kind, cents) = (LedgerKind::ALL[kind], Cents::new(cents));
            if may_enter(&entries, (kind, cents), Some(&estimated), None).is_ok() {
                let (text, by_name) = ("x".to_owned(), "Mona".to_owned());
                entries.push(LedgerEntry { kind, cents, text, at: now(), by_name });
            }
            let of = |wanted| entries.iter().filter(|entry| entry.kind == wanted).map(|entry| entry.cents.get()).sum::<u64>();
            let (charged, settled) = (of(LedgerKind::Charge), of(LedgerKind::Payment) + of(LedgerKind::Waiver));
            prop_assert!(charged <= estimated.total.get() && settled <= charged);
            prop_assert_eq!(balance(&entries).get(), charged - settled);
        }
    }
}

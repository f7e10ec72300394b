//! The audit chain checked from its first entry to its last, in bounded memory.

use super::{CaseError, Desk};
use crate::domain::audit::{Fault, Head, Verifier};
use crate::store::audit;

/// Entries read at once.
const PAGE: i64 = 1_000;

/// Checks the whole chain, and that it holds a head that was kept elsewhere. The outer error is the store's; the inner
/// result names the first bad entry.
///
/// # Errors
/// What the store says.
pub fn verify(desk: &Desk, kept: Option<Head>) -> Result<Result<Head, Fault>, CaseError> {
    // The head is read first: entries that are written meanwhile are not yet its business.
    let stored = desk.read(audit::head)?;
    let mut verifier = Verifier::new(kept);
    let mut last = 0;
    loop {
        let page = desk.read(|conn| audit::after(conn, last, PAGE))?;
        for entry in page.iter().take_while(|entry| entry.number <= stored.number) {
            if let Err(fault) = verifier.take(entry) {
                return Ok(Err(fault));
            }
        }
        match page.last() {
            Some(entry) if entry.number < stored.number => last = entry.number,
            Some(_) | None => return Ok(verifier.finish(stored)),
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;

    use super::*;
    use crate::cases::testing::desks;

    #[test]
    fn tampering_with_the_file_is_named_at_its_entry() {
        for test in desks().into_iter().filter(|test| test.backend == "sqlite") {
            let desk = &test.desk;
            for number in 0..5 {
                test.person(&format!("Person {number}"), &[]);
            }
            let kept = verify(desk, None).unwrap().unwrap();
            assert_eq!(kept.number, 5);
            let run = |sql: &str| {
                desk.store.read(|conn| conn.batch_execute(sql).map_err(crate::store::StoreError::from)).unwrap();
            };
            run("DROP TRIGGER audit_is_append_only_update; DROP TRIGGER audit_is_append_only_delete");
            run("UPDATE audit SET name = 'nobody' WHERE number = 3");
            assert_eq!(verify(desk, None).unwrap(), Err(Fault::Changed(3)));
            run("UPDATE audit SET name = 'test' WHERE number = 3");
            assert!(verify(desk, Some(kept)).unwrap().is_ok(), "put back as it was");
            run("DELETE FROM audit WHERE number = 5");
            assert_eq!(verify(desk, None).unwrap(), Err(Fault::Truncated { expected: 5, last: 4 }));
            run("UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit WHERE number = 4)");
            assert!(verify(desk, None).unwrap().is_ok(), "a cut that also moved the head needs a kept head to be seen");
            assert_eq!(verify(desk, Some(kept)).unwrap(), Err(Fault::Truncated { expected: 5, last: 4 }));
            run("DELETE FROM audit WHERE number = 2");
            assert_eq!(verify(desk, None).unwrap(), Err(Fault::Gap { expected: 2, found: 3 }));
        }
    }
}

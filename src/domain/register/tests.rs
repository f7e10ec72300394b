//! What an outsider can work out from a published table, worked out: an independent attacker, not the rule read again.

use proptest::prelude::*;

use super::{Count, Counts, Table, median};

/// More than any count of these tests.
const LARGEST: i64 = 10_000;

/// The bounds that an outsider has for one number.
type Bounds = (i64, i64);

fn bounds(count: Count, least: i64) -> Bounds {
    count.shown().map_or((least, LARGEST), |count| (i64::try_from(count).unwrap(), i64::try_from(count).unwrap()))
}

/// Draws the conclusions of one sum: a whole and its parts.
fn conclude(whole: &mut Bounds, parts: &mut [Bounds]) {
    let (low, high) = parts.iter().fold((0, 0), |(low, high), part| (low + part.0, high + part.1));
    *whole = (whole.0.max(low), whole.1.min(high));
    for part in parts.iter_mut() {
        let (others_low, others_high) = (low - part.0, high - part.1);
        *part = (part.0.max(whole.0 - others_high), part.1.min(whole.1 - others_low));
    }
}

/// Everything that follows for each cell and each total. Each cell stands in one sum and each total in two, so that
/// drawing conclusions until nothing changes finds all there is. Who knows the rule knows that a hidden count is no zero.
fn attacked(table: &Table) -> (Vec<Vec<Bounds>>, Vec<Bounds>, Bounds) {
    let mut cells: Vec<Vec<Bounds>> =
        table.rows.iter().map(|row| row.counts.iter().map(|count| bounds(*count, 1)).collect()).collect();
    let mut totals: Vec<Bounds> = table.rows.iter().map(|row| bounds(row.total, 1)).collect();
    let mut all = bounds(table.total, 1);
    loop {
        let before = (cells.clone(), totals.clone(), all);
        for (total, cells) in totals.iter_mut().zip(&mut cells) {
            conclude(total, cells);
        }
        conclude(&mut all, &mut totals);
        if before == (cells.clone(), totals.clone(), all) {
            return (cells, totals, all);
        }
    }
}

fn counts(grid: &[Vec<u64>]) -> Counts {
    let mut counts = Counts::default();
    for (row, cells) in grid.iter().enumerate() {
        for (column, count) in cells.iter().enumerate() {
            counts.add(&format!("row {row}"), &format!("column {column}"), *count);
        }
    }
    counts
}

fn must_be_safe(grid: &[Vec<u64>], minimum: u64) -> Result<(), TestCaseError> {
    let table = counts(grid).published(&[], minimum);
    let (cells, totals, all) = attacked(&table);
    let least = i64::try_from(minimum).unwrap();
    let secret = |what: String, count: Count, (low, high): Bounds| {
        prop_assert!(count != Count::Hidden || low < high, "{what} is {low}: {table:?}");
        prop_assert!(count != Count::Hidden || high >= least, "{what} is at most {high}: {table:?}");
        Ok(())
    };
    for (at, row) in table.rows.iter().enumerate() {
        for (column, count) in row.counts.iter().enumerate() {
            let truth = grid[at][column];
            prop_assert!(truth == 0 || truth >= minimum || *count == Count::Hidden, "{truth} is shown");
            prop_assert!(count.shown().is_none_or(|shown| shown == truth), "what is shown is true");
            secret(format!("cell {at}.{column}"), *count, cells[at][column])?;
        }
        let truth: u64 = grid[at].iter().sum();
        prop_assert!(truth == 0 || truth >= minimum || row.total == Count::Hidden, "a total of {truth} is shown");
        secret(format!("total {at}"), row.total, totals[at])?;
    }
    secret("total of all".to_owned(), table.total, all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_total_ever_gives_a_hidden_count_away(
        grid in (1_usize..5).prop_flat_map(|columns| {
            let count = prop_oneof![3 => Just(0_u64), 5 => 1_u64..6, 2 => 5_u64..40];
            prop::collection::vec(prop::collection::vec(count, columns), 1..5)
        }),
        minimum in 2_u64..11,
    ) {
        must_be_safe(&grid, minimum)?;
    }
}

fn line(table: &Table, at: usize) -> String {
    let row = &table.rows[at];
    let all: Vec<_> = row.counts.iter().chain([&row.total]).map(words).collect();
    all.join(" ")
}

fn words(count: &Count) -> String {
    count.shown().map_or_else(|| "-".to_owned(), |count| count.to_string())
}

#[test]
fn a_small_count_takes_the_next_smallest_with_it_and_leaves_the_total() {
    let table = counts(&[vec![2, 40, 7, 0], vec![12, 0, 30, 9]]).published(&[], 5);
    assert_eq!(line(&table, 0), "- 40 - 0 49");
    assert_eq!(line(&table, 1), "12 0 30 9 51");
    assert_eq!(words(&table.total), "100");
    assert!(table.has_hidden());
}

#[test]
fn two_small_counts_that_their_sum_would_give_away_take_a_third_along() {
    // Of two hidden counts with the sum 3, one is 1 and the other 2.
    let table = counts(&[vec![1, 2, 8, 20]]).published(&[], 5);
    assert_eq!(line(&table, 0), "- - - 20 31");
}

#[test]
fn a_small_total_takes_another_rows_total_along_so_that_the_total_of_all_says_nothing() {
    let table = counts(&[vec![2, 0], vec![9, 20], vec![50, 60]]).published(&[], 5);
    assert_eq!(line(&table, 0), "- 0 -");
    assert_eq!(line(&table, 1), "- 20 -");
    assert_eq!(line(&table, 2), "50 60 110");
    assert_eq!(words(&table.total), "141");
}

#[test]
fn where_there_is_too_little_even_the_total_is_kept_back() {
    let table = counts(&[vec![2], vec![1]]).published(&[], 5);
    assert_eq!((line(&table, 0), words(&table.total)), ("- -".to_owned(), "-".to_owned()));
    let single = counts(&[vec![3, 0]]).published(&[], 5);
    assert_eq!((line(&single, 0), words(&single.total)), ("- 0 -".to_owned(), "-".to_owned()));
}

#[test]
fn large_counts_and_none_at_all_are_shown() {
    let table = counts(&[vec![5, 0], vec![10, 6]]).published(&["column 0", "column 1", "column 2"], 5);
    assert_eq!((line(&table, 0), line(&table, 1)), ("5 0 0 5".to_owned(), "10 6 0 16".to_owned()));
    assert!(!table.has_hidden());
    let empty = Counts::default().published(&["a"], 5);
    assert_eq!((empty.rows.len(), words(&empty.total)), (0, "0".to_owned()));
}

#[test]
fn a_median_needs_as_many_as_the_minimum() {
    assert_eq!(median(&mut [], 0), None);
    assert_eq!(median(&mut [3, 1, 2, 9], 5), None);
    assert_eq!(median(&mut [9, 1, 2, 3, 4], 5), Some(3));
    assert_eq!(median(&mut [1, 2, 3, 4, 5, 6], 5), Some(4), "3.5 is written as 4");
}

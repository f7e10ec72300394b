//! Words for what the domain keeps as codes: tiers, sensitivities, limits, how often data is renewed.

use crate::domain::catalogue::Sensitivity;
use crate::domain::limits::Limits;
use crate::domain::profile::{DefaultLimit, LimitWindow};
use crate::domain::tier::Tier;
use crate::portal::shared::{limit_line, limit_words};

/// A tier in a few words, with the tone of its tag.
pub(super) const fn tier_tag(tier: Option<Tier>) -> (&'static str, &'static str) {
    match tier {
        None => ("Not decided yet", "neutral"),
        Some(Tier::Open) => ("Open", "good"),
        Some(Tier::Registered) => ("Registered key", "info"),
        Some(Tier::Conditioned) => ("Decided by the department", "info"),
        Some(Tier::Restricted) => ("Restricted", "warn"),
        Some(Tier::Prohibited) => ("Not shared by law", "bad"),
    }
}

/// What a tier means for somebody who wants the data.
pub(super) const fn tier_about(tier: Option<Tier>) -> &'static str {
    match tier {
        None => {
            "The department has not decided yet how this dataset may be shared, so it cannot be applied for. Write to it \
             and say what you need."
        }
        Some(Tier::Open) => "Tier 0. Anybody may read it, without an account and without a key.",
        Some(Tier::Registered) => {
            "Tier 1. You need an account and a key. You accept the terms and have the key at once: nobody has to decide."
        }
        Some(Tier::Conditioned) => {
            "Tier 2. You apply and say what you will do with the data. The department decides and may set conditions."
        }
        Some(Tier::Restricted) => {
            "Tier 3. The data says something about people or protected places. You name everybody who will use it, and \
             two people of the city must agree."
        }
        Some(Tier::Prohibited) => {
            "Tier X. The law forbids sharing this data under an agreement. It stands here so that you know it exists."
        }
    }
}

/// A sensitivity that is worth saying; empty where there is nothing to say.
pub(super) const fn sensitivity_tag(sensitivity: Sensitivity) -> (&'static str, &'static str) {
    match sensitivity {
        Sensitivity::None => ("", "neutral"),
        Sensitivity::Indirect => ("When joined", "info"),
        Sensitivity::Sensitive => ("Sensitive", "warn"),
        Sensitivity::Prohibited => ("Never given out", "bad"),
    }
}

/// Limits in words: those of the dataset, else those of the place.
pub(super) fn limit_lines(own: &Limits, of_place: &[&DefaultLimit]) -> Vec<String> {
    if own.is_empty() {
        let line = |limit: &&DefaultLimit| {
            limit_line(u64::from(limit.requests), window_word(limit.window), limit.burst.map(u64::from))
        };
        return of_place.iter().map(line).collect();
    }
    limit_words(own)
}

const fn window_word(window: LimitWindow) -> &'static str {
    match window {
        LimitWindow::Second => "second",
        LimitWindow::Minute => "minute",
        LimitWindow::Hour => "hour",
        LimitWindow::Day => "day",
        LimitWindow::Month => "month",
    }
}

/// `R/PT5M` as `every 5 minutes`; a code that is none of the plain ones stays as it is.
pub(super) fn frequency(code: &str) -> String {
    if code == "irregular" {
        return "Now and then".to_owned();
    }
    if code == "R/PT1S" {
        return "All the time".to_owned();
    }
    plain_frequency(code).unwrap_or_else(|| code.to_owned())
}

fn plain_frequency(code: &str) -> Option<String> {
    let duration = code.strip_prefix("R/P")?;
    let (is_time, duration) = duration.strip_prefix('T').map_or((false, duration), |rest| (true, rest));
    let mut letters = duration.chars();
    let unit = match (letters.next_back()?, is_time) {
        ('Y', false) => "year",
        ('M', false) => "month",
        ('W', false) => "week",
        ('D', false) => "day",
        ('H', true) => "hour",
        ('M', true) => "minute",
        ('S', true) => "second",
        _ => return None,
    };
    let count: u32 = letters.as_str().parse().ok()?;
    Some(if count == 1 { format!("Every {unit}") } else { format!("Every {count} {unit}s") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_said_in_words_where_they_are_plain() {
        let rows = [
            ("R/P1D", "Every day"),
            ("R/PT5M", "Every 5 minutes"),
            ("R/P6M", "Every 6 months"),
            ("R/PT1S", "All the time"),
            ("irregular", "Now and then"),
            ("R/P0.5M", "R/P0.5M"),
            ("R/P1DT2H", "R/P1DT2H"),
        ];
        for (code, words) in rows {
            assert_eq!(frequency(code), words);
        }
    }

    #[test]
    fn limits_are_said_in_words() {
        let own = Limits::parse("60/minute burst 10, 1/hour, 5000/day").unwrap();
        let words = ["60 calls a minute, at most 10 at once", "1 call an hour", "5,000 calls a day"];
        assert_eq!(limit_lines(&own, &[]), words);
    }
}

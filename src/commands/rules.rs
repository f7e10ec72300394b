//! The rule book at the command line: what stands in it, and a rule tried over past usage. Changes nothing.

use accord::cases::rehearsal;
use accord::domain::misuse::{Rule, window_words};
use accord::domain::replay::Rehearsal;
use clap::Subcommand;

use super::progress::{Progress, count};
use super::{Done, Place, existing, print, said};

#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Lists the rules of the profile.
    List,
    /// Shows whom a rule would have caught over past usage, and what it would have cost them. Nobody is told.
    Replay {
        /// The rule's name.
        #[arg(long)]
        rule: String,
        /// How far back, in days, such as 14d; 15d at most.
        #[arg(long, default_value = "14d")]
        since: String,
        /// Another threshold than the rule's own.
        #[arg(long)]
        threshold: Option<u32>,
    },
}

pub(crate) fn rules(place: &Place, command: Rules) -> Done {
    let (base, desk) = existing(place)?;
    match command {
        Rules::List => {
            if desk.profile.rules.is_empty() {
                return print("the profile has no rules");
            }
            desk.profile.rules.iter().try_for_each(|rule| print(line(rule)))
        }
        Rules::Replay { rule, since, threshold } => {
            let known = desk
                .profile
                .rule(&rule)
                .ok_or_else(|| format!("there is no rule “{rule}”; `accord rules list` names those of the profile"))?;
            let tried = Rule { threshold: threshold.unwrap_or(known.threshold), ..known.clone() };
            let days = days(&since)?;
            let mut progress = Progress::new("Replaying");
            let told = |done, total| progress.at(count(done), count(total));
            let done = rehearsal::rehearse(&desk, &tried, days, told).map_err(said)?;
            drop(progress);
            report(&tried, days, &done, base.profile.zone)
        }
    }
}

fn days(since: &str) -> Result<i64, String> {
    let number = since.strip_suffix('d').and_then(|number| number.parse().ok());
    number.ok_or_else(|| format!("--since {since}: give days, such as 14d"))
}

fn line(rule: &Rule) -> String {
    format!(
        "{:<22} {:<4} {:<7} {:<8} {} {} within {}",
        rule.id.as_str(),
        rule.class.as_str(),
        rule.mode.as_str(),
        rule.first_step.as_str(),
        rule.threshold,
        rule.signal.unit(),
        window_words(rule.window_minutes),
    )
}

fn report(rule: &Rule, days: i64, done: &Rehearsal, zone: chrono_tz::Tz) -> Done {
    print(line(rule))?;
    if done.keys == 0 {
        return print(format!("no key was used in the last {days} days: there is nothing to replay the rule over"));
    }
    for caught in &done.caught {
        let at = caught.catch.at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z");
        let finding = &caught.catch.finding;
        print(format!(
            "{at}  {}  {}  {} (from {} on), {} calls, {} refused; {}; {} calls let through after",
            caught.agreement_number,
            caught.key_hint,
            finding.measured,
            finding.threshold,
            finding.calls,
            finding.refused,
            if caught.times == 1 { "once".to_owned() } else { format!("{} times", caught.times) },
            caught.calls_after,
        ))?;
    }
    let stopped = done.calls_stopped();
    let tenths = stopped.saturating_mul(1_000).checked_div(done.calls).unwrap_or(0);
    let what = if rule.is_of_agreement() { "agreements" } else { "keys" };
    print(format!(
        "caught: {} of {} {what}, {} of {} agreements. Had it stopped them: {stopped} of {} calls let through \
         ({}.{} %) would not have been.",
        done.caught.len(),
        if rule.is_of_agreement() { done.agreements } else { done.keys },
        done.agreements_caught(),
        done.agreements,
        done.calls,
        tenths / 10,
        tenths % 10,
    ))?;
    if done.cut > 0 {
        print(format!(
            "of {} keys more was counted than is read at once; their newest usage is missing here",
            done.cut
        ))?;
    }
    Ok(())
}

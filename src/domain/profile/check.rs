//! Whether a profile holds together. Must find every fault in one pass, so that an administrator mends it once.

use std::collections::BTreeSet;

use super::{LimitKind, LimitWindow, LocalText, Profile, ThrottleDefaults};
use crate::domain::text::{Invalid, Line};
use crate::domain::tier::Tier;

const KEY_PREFIX_MIN: usize = 2;
const TERM_MONTHS_MAX: u16 = 120;
const THROTTLE_DAYS_MAX: u16 = 366;

pub(super) fn inconsistencies(profile: &Profile) -> Vec<Invalid> {
    let mut found = Vec::new();
    names(profile, &mut found);
    uniqueness(profile, &mut found);
    texts(profile, &mut found);
    patterns(profile, &mut found);
    numbers(profile, &mut found);
    tiers(profile, &mut found);
    rules(profile, &mut found);
    throttle(profile, &mut found);
    super::ending::check(&profile.endings, &profile.register, &mut found);
    found
}

fn throttle(profile: &Profile, found: &mut Vec<Invalid>) {
    let ThrottleDefaults { percent, days, days_max } = profile.throttle;
    if !(1..=99).contains(&percent) {
        refuse(found, "throttle.percent", "A throttle leaves 1 to 99 percent; none at all is a suspension.");
    }
    if days == 0 || days > days_max || days_max > THROTTLE_DAYS_MAX {
        refuse(
            found,
            "throttle.days",
            "A throttle lasts at least a day, and at most days_max, which is a year at most.",
        );
    }
}

fn refuse(found: &mut Vec<Invalid>, field: impl Into<String>, message: impl Into<String>) {
    found.push(Invalid::new(field, "profile", message));
}

fn names(profile: &Profile, found: &mut Vec<Invalid>) {
    let prefix = profile.key_prefix.as_str();
    let is_plain = prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if prefix.len() < KEY_PREFIX_MIN || !is_plain || !prefix.starts_with(|c: char| c.is_ascii_lowercase()) {
        refuse(found, "key_prefix", "Use 2 to 8 small letters and digits, starting with a letter.");
    }
    if profile.currency.as_str().len() != 3 || !profile.currency.as_str().chars().all(|c| c.is_ascii_uppercase()) {
        refuse(found, "currency", "Use the three capital letters of ISO 4217, such as USD.");
    }
    if profile.languages.is_empty() {
        refuse(found, "languages", "Name at least one language.");
    }
    for file in profile.terms.iter().flat_map(|terms| &terms.files) {
        let is_plain = file.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if !is_plain
            || file.as_str().rsplit_once('.').map(|(_, end)| end) != Some("md")
            || file.as_str().starts_with('.')
        {
            refuse(found, "terms.files", format!("{file} is not a plain file name ending in .md."));
        }
    }
}

fn uniqueness(profile: &Profile, found: &mut Vec<Invalid>) {
    let lists: [(&str, Vec<&str>); 10] = [
        ("grounds", profile.grounds.iter().map(|ground| ground.code.as_str()).collect()),
        ("exemptions", profile.exemptions.iter().map(|exemption| exemption.code.as_str()).collect()),
        ("prohibitions", profile.prohibitions.iter().map(|rule| rule.code.as_str()).collect()),
        ("sensitivity", profile.sensitivity.iter().map(|rule| rule.code.as_str()).collect()),
        ("purposes", profile.purposes.iter().map(|purpose| purpose.id.as_str()).collect()),
        ("prohibited_uses", profile.prohibited_uses.iter().map(|used| used.id.as_str()).collect()),
        ("departments", profile.departments.iter().map(|department| department.slug.as_str()).collect()),
        ("declarations", profile.declarations.iter().map(|declaration| declaration.id.as_str()).collect()),
        ("rules", profile.rules.iter().map(|rule| rule.id.as_str()).collect()),
        ("terms", profile.terms.iter().map(|terms| terms.family.as_str()).collect()),
    ];
    for (list, names) in lists {
        if names.is_empty() && !["sensitivity", "prohibitions", "rules"].contains(&list) {
            refuse(found, list, "List at least one.");
        }
        let mut seen = BTreeSet::new();
        for name in names.into_iter().filter(|name| !seen.insert(*name)) {
            refuse(found, list, format!("{name} stands there twice."));
        }
    }
    for ground in &profile.grounds {
        let mut seen = BTreeSet::new();
        if !ground.must_cite.iter().all(|cite| seen.insert(cite.name.as_str())) {
            refuse(found, "grounds.must_cite", format!("{} asks for the same thing twice.", ground.code));
        }
    }
}

fn texts(profile: &Profile, found: &mut Vec<Invalid>) {
    let notices = &profile.notices;
    let mut texts: Vec<(&str, &LocalText)> = vec![
        ("notices.two_tracks", &notices.two_tracks),
        ("notices.clocks_run_together", &notices.clocks_run_together),
        ("notices.records_request", &notices.records_request),
        ("notices.public_record", &notices.public_record),
        ("notices.kept_on_record", &notices.kept_on_record),
        ("notices.electronic_consent", &notices.electronic_consent),
        ("appeals.clerk.text", &profile.appeals.clerk.text),
        ("appeals.state.text", &profile.appeals.state.text),
    ];
    for ground in &profile.grounds {
        texts.extend([("grounds.title", &ground.title), ("grounds.sentence", &ground.sentence)]);
        texts.push(("grounds.remedy", &ground.remedy));
        texts.extend(ground.must_cite.iter().map(|cite| ("grounds.must_cite", &cite.label)));
    }
    for exemption in &profile.exemptions {
        texts.extend([("exemptions.title", &exemption.title), ("exemptions.guidance", &exemption.guidance)]);
    }
    for rule in &profile.prohibitions {
        texts.extend([("prohibitions.title", &rule.title), ("prohibitions.sentence", &rule.sentence)]);
        texts.push(("prohibitions.still_public", &rule.still_public));
    }
    texts.extend(profile.sensitivity.iter().map(|rule| ("sensitivity.because", &rule.because)));
    for purpose in &profile.purposes {
        texts.extend([("purposes.title", &purpose.title), ("purposes.hint", &purpose.hint)]);
    }
    texts.extend(profile.prohibited_uses.iter().map(|used| ("prohibited_uses.text", &used.text)));
    texts.extend(profile.declarations.iter().map(|declaration| ("declarations.text", &declaration.text)));
    for (field, _) in texts.into_iter().filter(|(_, text)| !text.is_complete()) {
        refuse(found, field, "Write the text in each language it names.");
    }
}

fn patterns(profile: &Profile, found: &mut Vec<Invalid>) {
    let is_blank = |pattern: &String| !pattern.chars().any(char::is_alphanumeric);
    for rule in &profile.prohibitions {
        let lists = [&rule.words, &rule.fields, &rule.except_words, &rule.except_fields];
        if rule.words.is_empty() && rule.fields.is_empty() || lists.into_iter().flatten().any(is_blank) {
            refuse(found, "prohibitions", format!("{} needs words or fields, none of them blank.", rule.code));
        }
    }
    for rule in &profile.sensitivity {
        let lists = [&rule.words, &rule.fields, &rule.except];
        if rule.words.is_empty() && rule.fields.is_empty() || lists.into_iter().flatten().any(is_blank) {
            refuse(found, "sensitivity", format!("{} needs words or fields, none of them blank.", rule.code));
        }
        if rule.tier == Tier::Prohibited {
            refuse(
                found,
                "sensitivity",
                format!("{} cannot suggest tier X: write a prohibition with its statute.", rule.code),
            );
        }
    }
    if profile.reserved_names.iter().any(is_blank) {
        refuse(found, "reserved_names", "A reserved name needs letters.");
    }
}

fn numbers(profile: &Profile, found: &mut Vec<Invalid>) {
    let (agreement, clocks) = (&profile.agreement, &profile.clocks);
    if agreement.term_months == 0 || agreement.term_months > TERM_MONTHS_MAX {
        refuse(found, "agreement.term_months", format!("Use 1 to {TERM_MONTHS_MAX} months."));
    }
    if agreement.offer_lapses_days == 0 {
        refuse(found, "agreement.offer_lapses_days", "An offer needs at least one day.");
    }
    if !agreement.reminder_days.windows(2).all(|pair| pair.first() > pair.last())
        || agreement.reminder_days.contains(&0)
    {
        refuse(found, "agreement.reminder_days", "List the days from many to few, each once, none zero.");
    }
    let spans = [
        clocks.records_answer,
        clocks.records_answer_personnel,
        clocks.notice_answer,
        profile.records.reuse_answer,
        profile.appeals.clerk.within,
        profile.appeals.state.within,
    ];
    if spans.iter().any(|span| span.days == 0) {
        refuse(found, "clocks", "A legal clock has at least one day.");
    }
    for limit in &profile.limits {
        let is_calendar = matches!(limit.window, LimitWindow::Day | LimitWindow::Month);
        let fits = match limit.kind {
            LimitKind::Quota => is_calendar && limit.burst.is_none(),
            LimitKind::Rate => limit.window != LimitWindow::Month && limit.burst != Some(0),
        };
        if limit.requests == 0 || !fits {
            let message =
                format!("{}: a quota counts a day or a month, a rate less than a month; neither is zero.", limit.name);
            refuse(found, "limits", message);
        }
    }
}

fn tiers(profile: &Profile, found: &mut Vec<Invalid>) {
    if profile.default_tier == Tier::Prohibited {
        refuse(found, "default_tier", "Tier X needs a statute; it cannot be the default.");
    }
    for tier in [Tier::Registered, Tier::Conditioned, Tier::Restricted] {
        let serving = profile.terms.iter().filter(|terms| terms.tiers.contains(&tier)).count();
        if serving != 1 {
            refuse(found, "terms", format!("Tier {} must have one text of terms; it has {serving}.", tier.as_str()));
        }
    }
    if profile.terms.iter().any(|terms| terms.files.is_empty()) {
        refuse(found, "terms.files", "Name at least one file.");
    }
}

fn rules(profile: &Profile, found: &mut Vec<Invalid>) {
    let languages: Vec<_> = profile.languages.iter().map(Line::as_str).collect();
    for rule in &profile.rules {
        for problem in rule.problems(&languages) {
            refuse(found, "rules", format!("{}: {problem}.", rule.id));
        }
    }
}

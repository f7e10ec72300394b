//! Names of people and things: person names, slugs, and the test for names that imitate an office of the city.
//! Must never let a name carry markup or a link into a mail to somebody else.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Invalid, Line, is_hidden, text_type};

const PERSON_NAME_MAX: usize = 100;
const SLUG_MAX: usize = 63;

/// The name of a person as shown to others: one line, single spaces, at least one letter, no markup and no link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

text_type!(PersonName);

impl PersonName {
    /// Reads a name of at most 100 characters.
    ///
    /// # Errors
    /// As [`Line::parse`], or `not_a_name`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let line = Line::<PERSON_NAME_MAX>::parse(field, input)?;
        let name = line.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        if !name.chars().any(char::is_alphabetic) {
            return Err(Invalid::new(field, "not_a_name", "Write the name with letters."));
        }
        let forbidden = |c: char| "<>{}[]|\\/@;:=\"`$%^*_~#+&?!".contains(c);
        if let Some(bad) = name.chars().find(|&c| forbidden(c)) {
            return Err(Invalid::new(field, "not_a_name", format!("Remove the character {bad} from the name.")));
        }
        if name.to_lowercase().starts_with("www.") {
            return Err(Invalid::new(field, "not_a_name", "Write a name, not a web address."));
        }
        Ok(Self(name))
    }
}

/// A short name for addresses: 1 to 63 of `a-z`, `0-9` and single inner hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

text_type!(Slug);

impl Slug {
    /// Reads a slug; upper case is not lowered, so that two spellings never meet by surprise.
    ///
    /// # Errors
    /// `required`, `too_long` or `not_a_slug`, naming `field`.
    pub fn parse(field: &str, input: &str) -> Result<Self, Invalid> {
        let text = Line::<SLUG_MAX>::parse(field, input)?;
        let is_word =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !text.as_str().split('-').all(is_word) {
            let message =
                "Use small letters a to z, digits and single hyphens between them, such as parking-occupancy.";
            return Err(Invalid::new(field, "not_a_slug", message));
        }
        Ok(Self(text.into_string()))
    }

    /// The slug that suits a title: accents dropped, other characters to hyphens, cut at a word within 63
    /// characters. `None` where the title has no Latin letter or digit.
    #[must_use]
    pub fn from_title(title: &str) -> Option<Self> {
        let plain: String =
            title.nfkd().filter(|&c| !is_combining_mark(c) && c != '\'').collect::<String>().to_lowercase();
        let mut slug = String::new();
        for word in plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            if slug.is_empty() {
                slug = word.chars().take(SLUG_MAX).collect();
            } else if slug.len() + 1 + word.len() <= SLUG_MAX {
                slug.push('-');
                slug.push_str(word);
            } else {
                break;
            }
        }
        (!slug.is_empty()).then_some(Self(slug))
    }
}

/// Whether `name` is, or contains as words, one of the `reserved` names of the city, or looks like one.
///
/// Compared as skeletons: NFKC, lower case, without marks, punctuation and spaces, with the usual look-alikes
/// folded (Cyrillic and Greek letters, `0` for `o`, `1`, `l`, `i` and `|` as one).
#[must_use]
pub fn is_reserved_name(name: &str, reserved: &[String]) -> bool {
    let words = skeleton_words(name);
    reserved.iter().map(|entry| skeleton_words(entry).concat()).filter(|entry| !entry.is_empty()).any(|entry| {
        (0..words.len()).any(|start| {
            let mut run = String::new();
            words.iter().skip(start).any(|word| {
                run.push_str(word);
                run == entry
            })
        })
    })
}

fn skeleton_words(name: &str) -> Vec<String> {
    let visible = name.chars().filter(|&c| !is_hidden(c)).collect::<String>();
    let lowered = visible.nfkc().collect::<String>().to_lowercase();
    let folded: String = lowered.nfkd().filter(|&c| !is_combining_mark(c)).map(fold).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// One letter for all that look like it.
const fn fold(c: char) -> char {
    match c {
        'а' | 'α' | 'ɑ' | '@' => 'a',
        'в' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' | 'є' => 'e',
        'ɡ' => 'g',
        'н' | 'һ' => 'h',
        'і' | 'ї' | 'ι' | 'ı' | 'ӏ' | '1' | '|' | '!' | 'l' | 'i' => 'l',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'п' | 'ո' | 'η' => 'n',
        'о' | 'ο' | 'σ' | 'ө' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' | '$' | '5' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_are_kept_and_links_are_not() {
        for (input, kept) in [
            ("  Ada   Lovelace ", "Ada Lovelace"),
            ("Seán O'Brien-Núñez, Jr.", "Seán O'Brien-Núñez, Jr."),
            ("Nguyễn Văn A", "Nguyễn Văn A"),
            ("王小明", "王小明"),
        ] {
            assert_eq!(PersonName::parse("name", input).unwrap().as_str(), kept);
        }
        for bad in
            ["", "123", "<b>Ada</b>", "win at https://x.example", "=cmd", "Ada\u{202E}", "a@b.example", "www.x.example"]
        {
            assert!(PersonName::parse("name", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn slugs_are_plain_and_bounded() {
        for good in ["a", "parking-occupancy", "no2", &"x".repeat(63)] {
            assert_eq!(Slug::parse("slug", good).unwrap().as_str(), good);
        }
        for bad in ["", "A", "a--b", "-a", "a-", "a_b", "a/b", "a.b", "é", &"x".repeat(64)] {
            assert!(Slug::parse("slug", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_title_gives_a_slug_that_is_one() {
        for (title, slug) in [
            ("Parking Occupancy (live)", "parking-occupancy-live"),
            ("Café — Größe: Children's", "cafe-gro-e-childrens"),
            ("a".repeat(80).as_str(), &"a".repeat(63)),
        ] {
            let made = Slug::from_title(title).unwrap();
            assert_eq!(made.as_str(), slug);
            assert_eq!(Slug::parse("slug", made.as_str()), Ok(made));
        }
        assert_eq!(Slug::from_title("城市"), None);
    }

    #[test]
    fn imitations_of_a_city_office_are_seen() {
        let reserved = ["City IT", "Norwalk Police", "City Clerk"].map(String::from);
        for imitation in [
            "City IT",
            "city-it",
            "C I T Y  I.T.",
            "C\u{0456}ty \u{0406}T",
            "\u{0421}ity IT",
            "Ｃｉｔｙ ＩＴ",
            "C1ty lT",
            "Ci\u{200B}ty IT",
            "Cíty ÍT",
            "CityIT Helpdesk",
            "The City IT Department",
            "N\u{043e}rwalk P\u{03bf}lice Department",
        ] {
            assert!(is_reserved_name(imitation, &reserved), "{imitation}");
        }
        for honest in
            ["City Italian Restaurant", "Ada Lovelace", "Clerk, Ann", "Felicity Ito", "Norwalk Hospital", "城市"]
        {
            assert!(!is_reserved_name(honest, &reserved), "{honest}");
        }
        assert!(!is_reserved_name("anything", &[String::new(), "---".to_owned()]));
    }
}

//! Positions whose halves lie in two fields: which fields are halves, and which belong together.
//!
//! A half is a field called latitude, lat, longitude, lon, lng or long, alone or after a mark or in camel case:
//! `start_lat` and `start_lng`, `pickupLatitude` and `pickupLongitude`. Fields with the same front belong together.

/// Which half of a position a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Degrees north.
    Latitude,
    /// Degrees east.
    Longitude,
}

const WORDS: [(&str, Axis); 6] = [
    ("latitude", Axis::Latitude),
    ("longitude", Axis::Longitude),
    ("lat", Axis::Latitude),
    ("lon", Axis::Longitude),
    ("lng", Axis::Longitude),
    ("long", Axis::Longitude),
];

impl Axis {
    /// The half that a field of this name is, and what stands before the word in its name.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<(Self, &[u8])> {
        WORDS.iter().find_map(|(word, axis)| {
            let front = name.len().checked_sub(word.len())?;
            let (front, found) = name.split_at_checked(front)?;
            let stands_alone = match front.last() {
                None => true,
                Some(mark) if mark.is_ascii_alphanumeric() => {
                    mark.is_ascii_lowercase() && found.first().is_some_and(u8::is_ascii_uppercase)
                }
                Some(_) => true,
            };
            (stands_alone && found.eq_ignore_ascii_case(word.as_bytes())).then_some((*axis, front))
        })
    }
}

/// The names under which the other half of a position may lie, in the same spelling.
#[must_use]
pub fn partners(name: &str) -> Vec<String> {
    let Some((axis, front)) = Axis::of(name.as_bytes()) else { return Vec::new() };
    let Some((front, word)) = name.split_at_checked(front.len()) else { return Vec::new() };
    let is_long_form = word.len() > 4;
    let others: &[&str] = match (axis, is_long_form) {
        (Axis::Latitude, true) => &["longitude"],
        (Axis::Latitude, false) => &["lon", "lng", "long"],
        (Axis::Longitude, true) => &["latitude"],
        (Axis::Longitude, false) => &["lat"],
    };
    let spelt = |other: &str| {
        let mut letters = word.chars();
        match (letters.next(), letters.next()) {
            (Some(first), Some(second)) if first.is_uppercase() && second.is_uppercase() => other.to_uppercase(),
            (Some(first), _) if first.is_uppercase() => {
                let (initial, rest) = other.split_at(1);
                format!("{}{rest}", initial.to_uppercase())
            }
            _ => other.to_owned(),
        }
    };
    others.iter().map(|other| format!("{front}{}", spelt(other))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_known_by_their_names_and_find_each_other() {
        let cases = [
            ("lat", Some((Axis::Latitude, "")), vec!["lon", "lng", "long"]),
            ("longitude", Some((Axis::Longitude, "")), vec!["latitude"]),
            ("Latitude", Some((Axis::Latitude, "")), vec!["Longitude"]),
            ("LNG", Some((Axis::Longitude, "")), vec!["LAT"]),
            ("start_lat", Some((Axis::Latitude, "start_")), vec!["start_lon", "start_lng", "start_long"]),
            ("pickupLongitude", Some((Axis::Longitude, "pickup")), vec!["pickupLatitude"]),
            ("END LAT", Some((Axis::Latitude, "END ")), vec!["END LON", "END LNG", "END LONG"]),
            ("flat", None, vec![]),
            ("platitude", None, vec![]),
            ("belong", None, vec![]),
            ("x", None, vec![]),
            ("", None, vec![]),
        ];
        for (name, expected, others) in cases {
            let found = Axis::of(name.as_bytes());
            assert_eq!(found, expected.map(|(axis, front)| (axis, front.as_bytes())), "{name}");
            assert_eq!(partners(name), others, "{name}");
        }
    }
}

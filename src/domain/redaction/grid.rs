//! Coarse positions: the grid a position is moved to.
//!
//! The world is cut into rows of `grid_feet` from the south pole up, and each row into equal cells that are at least
//! `grid_feet` wide at the middle of the row, all around the globe without a seam. A position becomes the **centre of
//! its cell**, written with six decimals. The same cell gives the same text, whoever asks and however precise the
//! position was; snapping twice changes nothing. No position is moved by more than about 0.71 of the grid (half a
//! diagonal), nor can it be told where in the cell it was. The Earth is a ball of mean radius here (1 degree of latitude
//! is 364,813 feet): within half a percent of the truth, and the same everywhere.
//!
//! Height is left out: it would tell the place within the cell. Must never return a position it could not place.

use std::fmt::Write as _;

/// The finest grid, in feet.
pub const GRID_FEET_MIN: u32 = 100;
/// The coarsest grid, in feet: 100 miles.
pub const GRID_FEET_MAX: u32 = 528_000;
/// The grid unless a rule says otherwise: what the terms call the precise location of a person or vehicle.
pub const GRID_FEET_DEFAULT: u32 = 1_750;

/// Feet of one degree along a meridian of a ball with the Earth's mean radius, 6,371,008.8 m.
const FEET_PER_DEGREE: f64 = 6_371_008.8 / 0.3048 * std::f64::consts::PI / 180.0;
/// Bearings beyond a full turn are no longitudes.
const LONGITUDE_MAX: f64 = 360.0;

/// A grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    feet: f64,
}

/// The row of a grid that a latitude lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The latitude in its middle.
    middle: f64,
    /// How many cells go around the globe there.
    cells: f64,
}

impl Row {
    /// The latitude in the middle of the row.
    #[must_use]
    pub const fn latitude(&self) -> f64 {
        self.middle
    }

    /// The longitude in the middle of the cell; `None` for what is no longitude.
    #[must_use]
    pub fn longitude(&self, longitude: f64) -> Option<f64> {
        if !longitude.is_finite() || longitude.abs() > LONGITUDE_MAX {
            return None;
        }
        let from_west = (longitude + 180.0).rem_euclid(360.0);
        let width = 360.0 / self.cells;
        let cell = (from_west / width).floor().min(self.cells - 1.0);
        Some((cell + 0.5).mul_add(width, -180.0))
    }
}

impl Grid {
    /// A grid of so many feet; what lies outside the limits is brought inside.
    #[must_use]
    pub fn of_feet(feet: u32) -> Self {
        Self { feet: f64::from(feet.clamp(GRID_FEET_MIN, GRID_FEET_MAX)) }
    }

    /// The row of a latitude; `None` for what is no latitude.
    #[must_use]
    pub fn row(self, latitude: f64) -> Option<Row> {
        if !latitude.is_finite() || latitude.abs() > 90.0 {
            return None;
        }
        let height = self.feet / FEET_PER_DEGREE;
        let last = (180.0 / height).ceil() - 1.0;
        let row = ((latitude + 90.0) / height).floor().min(last);
        let middle = (row + 0.5).mul_add(height, -90.0).min(90.0);
        let around = 360.0 * FEET_PER_DEGREE * middle.to_radians().cos();
        Some(Row { middle, cells: (around / self.feet).floor().max(1.0) })
    }

    /// The centre of the cell of a position: latitude, longitude.
    #[must_use]
    pub fn centre(self, latitude: f64, longitude: f64) -> Option<(f64, f64)> {
        let row = self.row(latitude)?;
        Some((row.latitude(), row.longitude(longitude)?))
    }

    /// The centre of a pair as GeoJSON has it, longitude first. Feeds that publish latitude first are common; where only
    /// that order is possible it is kept, in the pair returned as well.
    #[must_use]
    pub fn centre_of_pair(self, first: f64, second: f64) -> Option<(f64, f64)> {
        if let Some((latitude, longitude)) = self.centre(second, first) {
            return Some((longitude, latitude));
        }
        self.centre(first, second)
    }
}

/// Degrees as they are written: six decimals at most, one at least.
#[must_use]
pub fn degrees(value: f64) -> String {
    let text = format!("{value:.6}");
    let short = text.trim_end_matches('0');
    let short = if short.ends_with('.') { text.get(..=short.len()).unwrap_or(&text) } else { short };
    if short == "-0.0" { "0.0".to_owned() } else { short.to_owned() }
}

/// Coarsens a position written as text, and keeps the way it is written: `41.1, -73.4` and `(41.1, -73.4)` with the
/// latitude first, and well-known text with the longitude first: `POINT (-73.4 41.1)`, `SRID=4326;LINESTRING (…)`.
/// Further numbers of a position, such as its height, are left out. `None` where the text is anything else.
#[must_use]
pub fn coarse_text(grid: Grid, text: &str) -> Option<String> {
    let text = text.trim();
    let (front, body) = well_known(text);
    let is_well_known = body.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if is_well_known {
        return coarse_well_known(grid, front, body);
    }
    if !front.is_empty() {
        return None;
    }
    let inside = body.strip_prefix('(').and_then(|body| body.strip_suffix(')'));
    let numbers = inside.unwrap_or(body);
    let mark = numbers.find([',', ';', ' '])?;
    let (latitude, rest) = numbers.split_at(mark);
    let numbers_from = rest.find(|letter: char| !matches!(letter, ',' | ';' | ' '))?;
    let (between, longitude) = rest.split_at(numbers_from);
    let is_one_mark = between.trim().chars().count() <= 1;
    let centre = grid.centre(number(latitude)?, number(longitude)?).filter(|_| is_one_mark)?;
    let written = format!("{}{between}{}", degrees(centre.0), degrees(centre.1));
    Some(if inside.is_some() { format!("({written})") } else { written })
}

/// Takes a reference system off the front of well-known text, where it is the one of degrees.
fn well_known(text: &str) -> (&str, &str) {
    let front = "SRID=4326;";
    match text.get(..front.len()) {
        Some(start) if start.eq_ignore_ascii_case(front) => text.split_at(front.len()),
        Some(_) | None => ("", text),
    }
}

fn coarse_well_known(grid: Grid, front: &str, body: &str) -> Option<String> {
    let open = body.find('(')?;
    let (name, mut rest) = body.split_at(open);
    let mut words = name.split_whitespace();
    let kind = words.next()?.to_ascii_uppercase();
    let kinds = ["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"];
    let is_flat = words.next().is_none_or(|word| matches!(word.to_ascii_uppercase().as_str(), "Z" | "M" | "ZM"));
    if !kinds.contains(&kind.as_str()) || !is_flat || words.next().is_some() {
        return None;
    }
    let mut out = format!("{front}{kind} ");
    while !rest.is_empty() {
        let end = rest.find(['(', ')', ',']).unwrap_or(rest.len());
        let (position, after) = rest.split_at(end);
        if !position.trim().is_empty() {
            let mut numbers = position.split_whitespace().map(number);
            let (first, second) = (numbers.next()??, numbers.next()??);
            if numbers.any(|number| number.is_none()) {
                return None;
            }
            let (longitude, latitude) = grid.centre_of_pair(first, second)?;
            let _infallible = write!(out, "{} {}", degrees(longitude), degrees(latitude));
        }
        let mut letters = after.chars();
        match letters.next() {
            Some(',') => out.push_str(", "),
            Some(mark) => out.push(mark),
            None => return None,
        }
        rest = letters.as_str();
    }
    Some(out)
}

/// A plain decimal number.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn feet_between(from: (f64, f64), to: (f64, f64)) -> f64 {
        let (from_latitude, to_latitude) = (from.0.to_radians(), to.0.to_radians());
        let turn = (to.1 - from.1).to_radians();
        let half = ((to_latitude - from_latitude) / 2.0).sin().powi(2)
            + from_latitude.cos() * to_latitude.cos() * (turn / 2.0).sin().powi(2);
        (2.0 * half.sqrt().min(1.0).asin()).to_degrees() * FEET_PER_DEGREE
    }

    #[test]
    fn the_distance_of_one_degree_is_the_balls() {
        assert!((FEET_PER_DEGREE - 364_813.0).abs() < 1.0, "{FEET_PER_DEGREE}");
        assert!((feet_between((0.0, 0.0), (1.0, 0.0)) - FEET_PER_DEGREE).abs() < 1.0);
    }

    #[test]
    fn a_position_of_norwalk_moves_to_the_centre_of_its_cell() {
        let grid = Grid::of_feet(GRID_FEET_DEFAULT);
        let (latitude, longitude) = grid.centre(41.117_744, -73.408_157).unwrap();
        assert_eq!((degrees(latitude).as_str(), degrees(longitude).as_str()), ("41.118111", "-73.411041"));
        // A door further is the same cell.
        assert_eq!(grid.centre(41.117_8, -73.408_2), Some((latitude, longitude)));
    }

    #[test]
    fn what_is_no_position_is_not_placed() {
        let grid = Grid::of_feet(1_750);
        for (latitude, longitude) in
            [(90.1, 0.0), (-91.0, 0.0), (f64::NAN, 0.0), (0.0, f64::INFINITY), (0.0, 360.5), (168.37, -56.64)]
        {
            assert_eq!(grid.centre(latitude, longitude), None, "{latitude} {longitude}");
        }
        for (latitude, longitude) in [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0), (0.0, 360.0)] {
            assert!(grid.centre(latitude, longitude).is_some(), "{latitude} {longitude}");
        }
        // Latitude first, where nothing else is possible.
        let (first, second) = grid.centre_of_pair(-56.640_450_5, 168.370_658).unwrap();
        assert!((first + 56.64).abs() < 0.01 && (second - 168.37).abs() < 0.01);
    }

    #[test]
    fn degrees_are_short_and_plain() {
        for (value, text) in
            [(41.0, "41.0"), (-73.5, "-73.5"), (0.123_456_78, "0.123457"), (-0.000_000_1, "0.0"), (100.0, "100.0")]
        {
            assert_eq!(degrees(value), text);
        }
    }

    #[test]
    fn positions_in_text_are_coarsened_as_they_are_written() {
        let grid = Grid::of_feet(1_750);
        let (latitude, longitude) = ("41.118111", "-73.411041");
        let cases = [
            ("41.117744,-73.408157", format!("{latitude},{longitude}")),
            (" 41.117744, -73.408157 ", format!("{latitude}, {longitude}")),
            ("(41.117744, -73.408157)", format!("({latitude}, {longitude})")),
            ("41.117744 -73.408157", format!("{latitude} {longitude}")),
            ("41.117744;-73.408157", format!("{latitude};{longitude}")),
            ("POINT (-73.408157 41.117744)", format!("POINT ({longitude} {latitude})")),
            ("point z(-73.408157 41.117744 12.5)", format!("POINT ({longitude} {latitude})")),
            ("SRID=4326;POINT(-73.408157 41.117744)", format!("SRID=4326;POINT ({longitude} {latitude})")),
            (
                "POLYGON ((-73.408157 41.117744,-73.4 41.2, -73.408157 41.117744))",
                format!("POLYGON (({longitude} {latitude}, -73.398151 41.19966, {longitude} {latitude}))"),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(coarse_text(grid, text), Some(expected), "{text}");
        }
        let others = [
            "",
            "somewhere",
            "41.1",
            "41.1,",
            "41.1,-73.4,5",
            "41.1,,-73.4",
            "POINT EMPTY",
            "POINT (x y)",
            "POINT (1)",
            "POINT (-73.4 41.1",
            "TRIANGLE (1 2)",
            "SRID=3857;POINT (1 2)",
            "99.0,200.0,x",
            "95.0,200.0",
            "nan,nan",
        ];
        for text in others {
            assert_eq!(coarse_text(grid, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_coarse_position_is_near_and_stays_where_it_is(
            latitude in -85.0_f64..85.0, longitude in -180.0_f64..180.0, feet in GRID_FEET_MIN..20_000,
        ) {
            let grid = Grid::of_feet(feet);
            let centre = grid.centre(latitude, longitude).unwrap();
            let moved = feet_between((latitude, longitude), centre);
            prop_assert!(moved <= 0.75 * f64::from(feet), "moved {moved} feet on a grid of {feet}");
            let written: (f64, f64) = (degrees(centre.0).parse().unwrap(), degrees(centre.1).parse().unwrap());
            let again = grid.centre(written.0, written.1).unwrap();
            prop_assert_eq!((degrees(again.0), degrees(again.1)), (degrees(centre.0), degrees(centre.1)));
        }

        #[test]
        fn cells_are_at_least_as_wide_as_the_grid(latitude in -89.0_f64..89.0, feet in GRID_FEET_MIN..GRID_FEET_MAX) {
            let grid = Grid::of_feet(feet);
            let row = grid.row(latitude).unwrap();
            let width = 360.0 / row.cells * FEET_PER_DEGREE * row.middle.to_radians().cos();
            prop_assert!(row.cells <= 1.0 || width >= f64::from(feet) * 0.999_999);
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
            prop_assert!(coarse_text(Grid::of_feet(1_750), &text).is_none_or(|coarse| coarse.contains('.')));
        }
    }
}

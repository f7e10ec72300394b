//! Places as a drawing: points on a graticule with a scale, made here, with nothing fetched from anywhere. Knows no
//! dataset. What is drawn is also said in words and stands in a table beside it.

use serde::Serialize;

use crate::domain::sample::{Extent, Place};

const WIDTH: f64 = 640.0;
const HEIGHT_MIN: f64 = 280.0;
const HEIGHT_MAX: f64 = 560.0;
/// Room around the drawing, for the degrees at its edge.
const EDGE: f64 = 34.0;
/// Height of a label.
const LABEL: f64 = 16.0;
/// Places that all lie at one spot are shown in a field of so many degrees.
const SPAN_MIN: f64 = 0.004;
/// Steps of the graticule, in degrees, with the decimals that name them.
const STEPS: [(f64, usize); 14] = [
    (0.001, 3),
    (0.002, 3),
    (0.005, 3),
    (0.01, 2),
    (0.02, 2),
    (0.05, 2),
    (0.1, 1),
    (0.2, 1),
    (0.5, 1),
    (1.0, 0),
    (2.0, 0),
    (5.0, 0),
    (10.0, 0),
    (30.0, 0),
];
/// Lines in one direction, at most.
const LINES_MAX: f64 = 5.0;
/// Lengths of the scale in feet; whole miles are said as miles.
const SCALES: [(f64, &str, bool); 15] = [
    (50.0, "50", false),
    (100.0, "100", false),
    (200.0, "200", false),
    (500.0, "500", false),
    (1_000.0, "1,000", false),
    (2_640.0, "0.5", true),
    (5_280.0, "1", true),
    (10_560.0, "2", true),
    (26_400.0, "5", true),
    (52_800.0, "10", true),
    (105_600.0, "20", true),
    (264_000.0, "50", true),
    (528_000.0, "100", true),
    (1_056_000.0, "200", true),
    (5_280_000.0, "1,000", true),
];
const FEET_A_MILE: f64 = 5_280.0;
/// Below this, distances are said in feet.
const FEET_SAID_MAX: f64 = 1_000.0;

/// What the part `map` draws.
#[derive(Debug, Serialize)]
pub(super) struct MapView {
    width: String,
    height: String,
    /// The frame of the field: x, y, width, height.
    frame: [String; 4],
    lines: Vec<Line>,
    /// The outline of the city as points of a polygon; empty where the profile gives none.
    outline: String,
    points: Vec<Point>,
    scale: Scale,
    count: usize,
    across: String,
    along: String,
    is_miles: bool,
    is_one_spot: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    x1: String,
    y1: String,
    x2: String,
    y2: String,
    text_x: String,
    text_y: String,
    is_meridian: bool,
    label: String,
}

#[derive(Debug, Serialize)]
struct Point {
    x: String,
    y: String,
    label: String,
    latitude: String,
    longitude: String,
}

/// The bar that says how long a distance is.
#[derive(Debug, Serialize)]
struct Scale {
    x1: String,
    x2: String,
    y: String,
    middle: String,
    number: &'static str,
    is_miles: bool,
}

/// How degrees become places on paper.
struct Paper {
    field: Extent,
    height: f64,
    per_degree: f64,
}

impl Paper {
    fn of(covered: &Extent) -> Self {
        let narrowing = covered.narrowing();
        let (middle_east, middle_north) = covered.middle();
        let wide = ((covered.east - covered.west) * 1.2).max(SPAN_MIN / narrowing);
        let high = ((covered.north - covered.south) * 1.2).max(SPAN_MIN);
        let room = WIDTH - 2.0 * EDGE;
        let height = (room * high / (wide * narrowing)).clamp(HEIGHT_MIN, HEIGHT_MAX);
        let per_degree = (room / (wide * narrowing)).min(height / high);
        let (half_wide, half_high) = (room / per_degree / narrowing / 2.0, height / per_degree / 2.0);
        let field = Extent {
            west: middle_east - half_wide,
            east: middle_east + half_wide,
            south: middle_north - half_high,
            north: middle_north + half_high,
        };
        Self { field, height, per_degree }
    }

    fn x(&self, east: f64) -> f64 {
        EDGE + (east - self.field.west) * self.field.narrowing() * self.per_degree
    }

    fn y(&self, north: f64) -> f64 {
        EDGE / 2.0 + (self.field.north - north) * self.per_degree
    }

    fn bottom(&self) -> f64 {
        EDGE / 2.0 + self.height
    }

    fn graticule(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (value, decimals) in steps(self.field.west, self.field.east) {
            let x = self.x(value);
            lines.push(Line {
                x1: on_paper(x),
                y1: on_paper(EDGE / 2.0),
                x2: on_paper(x),
                y2: on_paper(self.bottom()),
                text_x: on_paper(x),
                text_y: on_paper(self.bottom() + 14.0),
                is_meridian: true,
                label: format!("{:.decimals$}° {}", value.abs(), if value < 0.0 { "W" } else { "E" }),
            });
        }
        for (value, decimals) in steps(self.field.south, self.field.north) {
            let y = self.y(value);
            if y < EDGE / 2.0 + LABEL {
                // Its label would lie across the frame.
                continue;
            }
            lines.push(Line {
                x1: on_paper(EDGE),
                y1: on_paper(y),
                x2: on_paper(WIDTH - EDGE),
                y2: on_paper(y),
                text_x: on_paper(EDGE + 4.0),
                text_y: on_paper(y - 4.0),
                is_meridian: false,
                label: format!("{:.decimals$}° {}", value.abs(), if value < 0.0 { "S" } else { "N" }),
            });
        }
        lines
    }

    fn scale(&self) -> Scale {
        let a_foot = self.per_degree / Extent::feet_a_degree();
        let longest = (WIDTH - 2.0 * EDGE) * 0.3;
        let fits = SCALES.iter().rev().find(|(feet, ..)| feet * a_foot <= longest);
        let (feet, number, is_miles) = fits.copied().unwrap_or((50.0, "50", false));
        let (end, length) = (WIDTH - EDGE - 12.0, feet * a_foot);
        Scale {
            x1: on_paper(end - length),
            x2: on_paper(end),
            y: on_paper(self.bottom() - 14.0),
            middle: on_paper(end - length / 2.0),
            number,
            is_miles,
        }
    }
}

fn on_paper(value: f64) -> String {
    format!("{value:.1}")
}

/// The values of the graticule between two edges, with the decimals that name them.
fn steps(from: f64, to: f64) -> Vec<(f64, usize)> {
    let fits = STEPS.iter().find(|(step, _)| (to - from) / step <= LINES_MAX);
    let (step, decimals) = fits.copied().unwrap_or((30.0, 0));
    let mut value = (from / step).ceil() * step;
    let mut found = Vec::new();
    while value < to && found.len() < 16 {
        found.push((value, decimals));
        value += step;
    }
    found
}

/// The drawing of places; `None` where there is none. `outline` is the city's, as pairs of degrees east and north.
#[must_use]
pub(super) fn map(places: &[Place], outline: &[[f64; 2]]) -> Option<MapView> {
    let covered = Extent::of(places.iter().map(|place| (place.longitude, place.latitude)))?;
    let paper = Paper::of(&covered);
    let (across, along) = covered.feet();
    let is_miles = across.max(along) > FEET_SAID_MAX;
    let said = |feet: f64| if is_miles { format!("{:.1}", feet / FEET_A_MILE) } else { format!("{feet:.0}") };
    let point = |place: &Place| Point {
        x: on_paper(paper.x(place.longitude)),
        y: on_paper(paper.y(place.latitude)),
        label: place.label.clone(),
        latitude: format!("{:.5}", place.latitude),
        longitude: format!("{:.5}", place.longitude),
    };
    let corners: Vec<String> = outline
        .iter()
        .map(|[east, north]| format!("{},{}", on_paper(paper.x(*east)), on_paper(paper.y(*north))))
        .collect();
    Some(MapView {
        width: format!("{WIDTH:.0}"),
        height: format!("{:.0}", paper.height + EDGE * 1.1),
        frame: [EDGE, EDGE / 2.0, WIDTH - 2.0 * EDGE, paper.height].map(on_paper),
        lines: paper.graticule(),
        outline: corners.join(" "),
        points: places.iter().map(point).collect(),
        scale: paper.scale(),
        count: places.len(),
        across: said(across),
        along: said(along),
        is_miles,
        is_one_spot: across.max(along) < 10.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: f64, longitude: f64) -> Place {
        Place { latitude, longitude, label: "Pier".to_owned() }
    }

    #[test]
    fn every_point_lies_within_the_frame_and_north_is_up() {
        let places = [place(41.0851, -73.3926), place(41.1177, -73.4113), place(41.0968, -73.4206)];
        let view = map(&places, &[]).unwrap();
        let number = |text: &String| text.parse::<f64>().unwrap();
        let [x, y, width, height] = view.frame.each_ref().map(number);
        for point in &view.points {
            assert!((x..=x + width).contains(&number(&point.x)), "{point:?}");
            assert!((y..=y + height).contains(&number(&point.y)), "{point:?}");
        }
        assert!(number(&view.points[1].y) < number(&view.points[0].y), "north is up");
        assert!(number(&view.points[2].x) < number(&view.points[0].x), "west is left");
        assert!((2..=12).contains(&view.lines.len()), "{}", view.lines.len());
        assert_eq!((view.across.as_str(), view.along.as_str(), view.is_miles), ("1.5", "2.3", true));
    }

    #[test]
    fn one_place_one_street_and_the_whole_globe_can_be_drawn() {
        let one = map(&[place(41.1, -73.4)], &[]).unwrap();
        assert!(one.is_one_spot && !one.is_miles);
        let street = map(&[place(41.1, -73.4), place(41.1, -73.399)], &[]).unwrap();
        assert_eq!((street.is_miles, street.along.as_str()), (false, "0"));
        let globe = map(&[place(89.0, -179.0), place(-89.0, 179.0)], &[]).unwrap();
        assert!(globe.lines.len() < 30 && !globe.points.is_empty());
        assert!(map(&[], &[]).is_none());
    }
}

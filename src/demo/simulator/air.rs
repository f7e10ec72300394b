//! What is in the air: pollutants, sound, weather.

use serde_json::{Value, json};

use super::feed::{
    Bulk, CSV, Feed, GEOJSON, JSON, NGSI_LD, SITE, Site, WHEN, as_csv, as_geojson, as_json, as_ngsi_ld, indirect,
    plain, site, view,
};
use super::moment::{Moment, count, to_digits};
use crate::domain::tier::Tier;

/// Pollutants in the street air.
pub(super) const AIR_QUALITY: Feed = Feed {
    slug: "air-quality",
    title: "Air quality sensors",
    description: "Particles, nitrogen dioxide and ozone at seven low-cost stations, five-minute means, with the US air \
                  quality index of the worst of them. Indicative: not calibrated to regulatory monitors, and humidity \
                  above 90 percent raises the particle readings.",
    department: "health",
    tier: Tier::Open,
    keywords: &["air quality", "PM2.5", "ozone", "nitrogen dioxide", "AQI", "health", "NGSI-LD"],
    fields: &[
        SITE,
        WHEN,
        plain("pm25", "number", "Particles below 2.5 µm in µg/m³"),
        plain("pm10", "number", "Particles below 10 µm in µg/m³"),
        plain("no2", "number", "Nitrogen dioxide in parts per billion"),
        plain("o3", "number", "Ozone in parts per billion"),
        plain("airQualityIndex", "integer", "US AQI, from the particles"),
        plain("airQualityLevel", "string", "good, moderate or unhealthy"),
    ],
    sample_path: "/air-quality/latest",
    interval_seconds: 300,
    sites: &[
        site("aq-01", "East Avenue at I-95 Exit 16", -73.4041, 41.1082, 1.5),
        site("aq-02", "East Norwalk Station", -73.4046, 41.1042, 1.2),
        site("aq-03", "Calf Pasture Beach", -73.3929, 41.0859, 0.7),
        site("aq-04", "Naramake School, Rampart Road", -73.3999, 41.1193, 1.0),
        site("aq-05", "Marvin School, Calf Pasture Beach Road", -73.3989, 41.0942, 0.8),
        site("aq-06", "Veterans Memorial Park", -73.4107, 41.0980, 0.9),
        site("aq-07", "Westport Avenue at Strawberry Hill Avenue", -73.3945, 41.1223, 1.3),
    ],
    observe: observe_air,
    views: &[
        view("latest", NGSI_LD, |feed, now, _| Some(as_ngsi_ld(feed, now, "AirQualityObserved"))),
        view("latest.csv", CSV, as_csv),
    ],
    bulk: Bulk::Csv,
};

fn observe_air(now: Moment, site: &Site) -> Value {
    let region = 4.0 + 9.0 * now.wander("regional air", 1_900);
    let pm25 = region + site.size * (1.5 + 5.0 * now.bustle()) * (0.7 + 0.6 * now.wander(site.id, 37));
    let no2 = site.size * (4.0 + 19.0 * now.bustle()) * (0.8 + 0.4 * now.wander(site.name, 29));
    let o3 = 14.0 + 26.0 * now.sun().max(0.0) * (1.0 + 0.4 * now.warmth()) + 8.0 * now.wander("ozone", 700) - no2 * 0.2;
    // The two lowest segments of the EPA's particle scale of 2024; the simulated city never gets worse air.
    let index = if pm25 <= 9.0 { pm25 * 50.0 / 9.0 } else { 51.0 + (pm25 - 9.1) * 49.0 / 26.3 };
    let level = if index <= 50.0 {
        "good"
    } else if index <= 100.0 {
        "moderate"
    } else {
        "unhealthy"
    };
    json!({
        "pm25": to_digits(pm25, 1),
        "pm10": to_digits(pm25 * (1.5 + 0.3 * now.wander(site.name, 180)), 1),
        "no2": to_digits(no2, 1),
        "o3": to_digits(o3.max(1.0), 1),
        "airQualityIndex": count(index),
        "airQualityLevel": level,
    })
}

/// Sound levels in quiet and busy streets.
pub(super) const NOISE: Feed = Feed {
    slug: "noise-levels",
    title: "Noise level sensors",
    description: "Sound levels at eight microphones on poles, ten-second steps. Levels are computed on the device; no sound \
                  is recorded or sent. Some poles stand close to homes, so a fine time step can show when a household is \
                  up: fifteen-minute means are offered first.",
    department: "planning",
    tier: Tier::Conditioned,
    keywords: &["noise", "sound", "decibel", "acoustic", "quality of life"],
    fields: &[
        SITE,
        WHEN,
        indirect("laeq_db", "number", "Equivalent level over the step, dB(A); near homes it shows daily habits"),
        plain("la10_db", "number", "Level exceeded a tenth of the time, dB(A)"),
        plain("la90_db", "number", "Background: level exceeded nine tenths of the time, dB(A)"),
        indirect("lamax_db", "number", "Highest level in the step, dB(A)"),
    ],
    sample_path: "/noise-levels/latest",
    interval_seconds: 10,
    sites: &[
        site("nz-01", "East Avenue at I-95 Exit 16", -73.4040, 41.1084, 66.0),
        site("nz-02", "East Norwalk Station platform", -73.4047, 41.1040, 61.0),
        site("nz-03", "Osborne Avenue", -73.4012, 41.1066, 50.0),
        site("nz-04", "Ludlow Parkway", -73.4064, 41.0926, 44.0),
        site("nz-05", "Gregory Boulevard", -73.4016, 41.0962, 53.0),
        site("nz-06", "Calf Pasture Beach", -73.3931, 41.0861, 46.0),
        site("nz-07", "Strawberry Hill Avenue", -73.3956, 41.1101, 56.0),
        site("nz-08", "Washington Street", -73.4170, 41.0986, 60.0),
    ],
    observe: |now, site| {
        let level = site.size - 7.0 + 11.0 * now.bustle() + 4.0 * (now.wander(site.id, 2) - 0.5);
        let spread = 2.0 + 3.0 * now.wander(site.name, 5);
        json!({
            "laeq_db": to_digits(level, 1),
            "la10_db": to_digits(level + spread, 1),
            "la90_db": to_digits(level - 2.0 * spread, 1),
            "lamax_db": to_digits(level + spread + 14.0 * now.wander(site.name, 1), 1),
        })
    },
    views: &[view("latest", JSON, as_json), view("latest.csv", CSV, as_csv)],
    bulk: Bulk::Csv,
};

/// Weather at the shore and inland.
pub(super) const WEATHER: Feed = Feed {
    slug: "weather-stations",
    title: "Weather stations",
    description: "Temperature, humidity, wind, pressure and rain at five city stations, once a minute. Wind at the harbor \
                  masts is measured at ten meters, elsewhere at roof height.",
    department: "harbor",
    tier: Tier::Open,
    keywords: &["weather", "temperature", "wind", "rain", "pressure", "harbor"],
    fields: &[
        SITE,
        WHEN,
        plain("temperature_c", "number", "Air temperature in degrees Celsius"),
        plain("relative_humidity_percent", "integer", "Relative humidity"),
        plain("wind_speed_ms", "number", "Mean wind over ten minutes in m/s"),
        plain("wind_gust_ms", "number", "Strongest gust in ten minutes in m/s"),
        plain("wind_direction_deg", "integer", "Where the wind comes from, degrees from north"),
        plain("pressure_hpa", "number", "Pressure at sea level in hectopascal"),
        plain("rain_rate_mm_h", "number", "Rain in millimeters per hour"),
    ],
    sample_path: "/weather-stations/latest",
    interval_seconds: 60,
    sites: &[
        site("ws-01", "Calf Pasture Beach pier", -73.3926, 41.0851, 1.3),
        site("ws-02", "Veterans Memorial Park marina", -73.4118, 41.0985, 1.1),
        site("ws-03", "City Hall roof, East Avenue", -73.4073, 41.1152, 0.9),
        site("ws-04", "Public Works garage, South Smith Street", -73.4152, 41.1032, 0.8),
        site("ws-05", "Peck Ledge mast", -73.3704, 41.0776, 1.6),
    ],
    observe: observe_weather,
    views: &[
        view("latest", JSON, as_json),
        view("latest.geojson", GEOJSON, as_geojson),
        view("latest.csv", CSV, as_csv),
    ],
    bulk: Bulk::Csv,
};

/// One weather over all stations; `site.size` is how open to the wind a station stands.
fn observe_weather(now: Moment, site: &Site) -> Value {
    let temperature = 11.5 + 11.5 * now.warmth() + 4.0 * now.sun() + 7.0 * (now.wander("air mass", 2_900) - 0.5);
    let wet = now.wander("rain band", 420);
    let wind = site.size * (1.0 + 8.0 * now.wander("wind", 260)) * (0.85 + 0.3 * now.wander(site.id, 7));
    let rain = if wet > 0.78 { (wet - 0.78) * 40.0 * (0.6 + 0.8 * now.wander(site.id, 9)) } else { 0.0 };
    json!({
        "temperature_c": to_digits(temperature + 0.8 * (now.wander(site.id, 55) - 0.5), 1),
        "relative_humidity_percent": count((48.0 + 48.0 * wet - 8.0 * now.sun()).clamp(20.0, 100.0)),
        "wind_speed_ms": to_digits(wind, 1),
        "wind_gust_ms": to_digits(wind * (1.25 + 0.5 * now.wander(site.name, 4)), 1),
        "wind_direction_deg": count(359.0 * now.wander("wind direction", 1_100)),
        "pressure_hpa": to_digits(1_022.0 - 22.0 * wet + 8.0 * (now.wander("pressure", 2_000) - 0.5), 1),
        "rain_rate_mm_h": to_digits(rain, 1),
    })
}

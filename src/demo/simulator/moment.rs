//! A city in which every value is a function of a seed, a name and an instant, so that a test can ask for any moment
//! again. Never asks the time and never rolls a die.

use std::f64::consts::{PI, TAU};

use chrono::{Datelike, SecondsFormat, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;

use crate::domain::time::Instant;

/// The city's zone.
pub(super) const ZONE: Tz = chrono_tz::America::New_York;

/// Latitude of East Norwalk, degrees north.
const LATITUDE: f64 = 41.10;
/// Longitude of East Norwalk, degrees east.
const LONGITUDE: f64 = -73.40;

/// One instant of one simulated city.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    seed: u64,
    at: Instant,
}

impl Moment {
    pub(super) const fn new(seed: u64, at: Instant) -> Self {
        Self { seed, at }
    }

    pub(super) const fn at(self) -> Instant {
        self.at
    }

    /// The start of the running interval of `seconds`: sensors report on the beat, not continuously.
    pub(super) fn on_the_beat(self, seconds: u32) -> Self {
        let into = self.at.timestamp().rem_euclid(i64::from(seconds));
        let at = self.at - TimeDelta::seconds(into);
        Self { at: at.with_nanosecond(0).unwrap_or(at), ..self }
    }

    /// The same city `seconds` before.
    pub(super) fn earlier(self, seconds: i64) -> Self {
        Self { at: self.at - TimeDelta::seconds(seconds), ..self }
    }

    /// RFC 3339 in UTC, to the second.
    pub(super) fn stamp(self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// Hour of the city's day, 0.0 to 24.0.
    pub(super) fn city_hour(self) -> f64 {
        f64::from(self.at.with_timezone(&ZONE).num_seconds_from_midnight()) / 3_600.0
    }

    /// Saturday or Sunday in the city.
    pub(super) fn is_weekend(self) -> bool {
        matches!(self.at.with_timezone(&ZONE).weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// Days of the year that have passed.
    pub(super) fn day_of_year(self) -> u32 {
        self.at.with_timezone(&ZONE).ordinal0()
    }

    /// The season: -1.0 at the end of January, 1.0 at the end of July.
    pub(super) fn warmth(self) -> f64 {
        -(TAU * (f64::from(self.day_of_year()) - 25.0) / 365.25).cos()
    }

    /// Sine of the sun's elevation; below zero it is night.
    pub(super) fn sun(self) -> f64 {
        let solar_hour = f64::from(self.at.num_seconds_from_midnight()) / 3_600.0 + LONGITUDE / 15.0;
        let declination = 23.44_f64.to_radians() * (TAU * (f64::from(self.day_of_year()) - 80.0) / 365.25).sin();
        let latitude = LATITUDE.to_radians();
        let hour_angle = (solar_hour - 12.0) * PI / 12.0;
        latitude.sin() * declination.sin() + latitude.cos() * declination.cos() * hour_angle.cos()
    }

    /// How busy the streets are, 0.0 to about 1.0: two peaks on a working day, one broad hump at the weekend.
    pub(super) fn bustle(self) -> f64 {
        let hour = self.city_hour();
        let bump = |at: f64, width: f64| (-((hour - at) / width).powi(2)).exp();
        if self.is_weekend() {
            0.06 + 0.62 * bump(13.5, 4.0)
        } else {
            0.05 + 0.75 * bump(8.1, 1.4) + 0.4 * bump(12.8, 2.6) + 0.8 * bump(17.4, 1.8)
        }
    }

    /// A value in 0.0..1.0 that wanders smoothly under `name`: independent after `minutes`, nearly equal a second on.
    pub(super) fn wander(self, name: &str, minutes: u32) -> f64 {
        let period = i64::from(minutes.max(1)) * 60_000;
        let millis = self.at.timestamp_millis();
        let node = millis.div_euclid(period);
        let into =
            u32::try_from(millis.rem_euclid(period)).map_or(0.0, f64::from) / (f64::from(minutes.max(1)) * 60_000.0);
        let eased = into * into * (3.0 - 2.0 * into);
        let from = self.draw(name, node);
        from + (self.draw(name, node + 1) - from) * eased
    }

    /// A value in 0.0..1.0 that is fixed for `name` and `node` in this city.
    pub(super) fn draw(self, name: &str, node: i64) -> f64 {
        let bits = mix(fnv(name) ^ mix(self.seed ^ mix(node.cast_unsigned())));
        u32::try_from(bits >> 32).map_or(0.0, f64::from) / 4_294_967_296.0
    }

    /// A sine of `hours` period, -1.0 to 1.0, with a phase given as a part of the period.
    pub(super) fn cycle(self, hours: f64, phase: f64) -> f64 {
        /// 2000-01-01, near enough that seconds since fit 32 bits.
        const EPOCH: i64 = 946_684_800;
        let seconds = u32::try_from(self.at.timestamp() - EPOCH).map_or(0.0, f64::from);
        (TAU * (seconds / (hours * 3_600.0) + phase)).sin()
    }
}

/// FNV-1a of a name.
fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of `SplitMix64`: spreads neighbouring inputs over all bits.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A count: the nearest whole number, never below zero.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the standard library has no other way from f64"
)]
pub(super) fn count(value: f64) -> i64 {
    value.round().max(0.0) as i64
}

/// `value` to `digits` after the point.
pub(super) fn to_digits(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::new(7, text.parse().unwrap())
    }

    #[test]
    fn the_same_seed_and_instant_give_the_same_value_and_another_seed_another() {
        let noon = at("2026-11-23T17:00:00Z");
        assert_eq!(noon.wander("a", 30).to_bits(), noon.wander("a", 30).to_bits());
        assert_ne!(noon.wander("a", 30).to_bits(), Moment::new(8, noon.at()).wander("a", 30).to_bits());
        assert_ne!(noon.wander("a", 30).to_bits(), noon.wander("b", 30).to_bits());
    }

    #[test]
    fn wandering_is_smooth_within_a_second_and_stays_in_its_range() {
        for second in 0..7_200 {
            let now = at("2026-11-23T17:00:00Z").earlier(second);
            let value = now.wander("x", 30);
            assert!((0.0..1.0).contains(&value));
            assert!((value - now.earlier(1).wander("x", 30)).abs() < 0.01);
        }
    }

    #[test]
    fn the_sun_is_up_at_noon_and_down_at_midnight_and_higher_in_june() {
        assert!(at("2026-11-23T17:00:00Z").sun() > 0.3);
        assert!(at("2026-11-23T05:00:00Z").sun() < -0.5);
        assert!(at("2026-06-21T17:00:00Z").sun() > at("2026-11-23T17:00:00Z").sun());
    }

    #[test]
    fn a_working_day_has_its_peak_in_the_afternoon_and_its_quiet_at_night() {
        assert!(at("2026-11-23T22:30:00Z").bustle() > 0.75);
        assert!(at("2026-11-23T08:00:00Z").bustle() < 0.1);
        assert!(at("2026-11-21T13:00:00Z").bustle() < 0.2, "no commuters on a Saturday morning");
    }

    #[test]
    fn the_beat_is_the_start_of_the_interval() {
        assert_eq!(at("2026-11-23T17:04:59.500Z").on_the_beat(300).stamp(), "2026-11-23T17:00:00Z");
    }

    #[test]
    fn counts_are_whole_and_never_negative() {
        assert_eq!((count(-3.2), count(2.5), count(f64::NAN)), (0, 3, 0));
    }
}

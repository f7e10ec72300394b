//! Whether settings can be used: every number in its range, every text of its form, and what is weak. Changes nothing.

use std::ops::RangeInclusive;

use chrono::Duration;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{Settings, SettingsError};
use crate::domain::guessing::{Delays, DelaysError};
use crate::domain::token::{KEY_DAYS, TOKEN_SECONDS};

/// The most headers that may be allowed: the server library itself reads 96, so that our own answer comes first.
const HEADERS_MAX: u64 = 90;
/// The largest head that may be allowed, in KiB: the server library itself reads 128.
const HEADERS_KIB_MAX: u64 = 120;

fn wrong(place: &str, why: impl Into<String>) -> SettingsError {
    SettingsError::Value { place: place.to_owned(), why: why.into() }
}

/// A number as wide as any; one that does not fit is out of every range.
fn wide<N: TryInto<u64>>(number: N) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

fn wider(range: RangeInclusive<u32>) -> RangeInclusive<u64> {
    u64::from(*range.start())..=u64::from(*range.end())
}

impl Settings {
    pub(super) fn must_be_possible(&self) -> Result<(), SettingsError> {
        for (place, address) in
            [("portal.public_url", &self.portal.public_url), ("gate.public_url", &self.gate.public_url)]
        {
            if !address.is_empty() && !is_origin(address) {
                return Err(wrong(place, "give an http:// or https:// address without a path"));
            }
        }
        let ledger = self.limits.url.expose_secret();
        let is_one = |scheme| ledger.starts_with(scheme);
        if !(ledger.is_empty() || is_one("redis://") || is_one("rediss://")) {
            return Err(wrong("limits.url", "give a redis:// or rediss:// address, or nothing"));
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.limits.name.is_empty() || !self.limits.name.bytes().all(is_plain) {
            return Err(wrong("limits.name", "give letters, digits, - and _"));
        }
        if !self.log.otlp_url.is_empty() && !is_origin(&self.log.otlp_url) {
            return Err(wrong("log.otlp_url", "give an http:// or https:// address without a path, or nothing"));
        }
        for (place, number, range) in self.numbers() {
            if !range.contains(&number) {
                return Err(wrong(place, format!("give a number from {} to {}", range.start(), range.end())));
            }
        }
        if self.accounts.argon2_memory_kib < 8 * self.accounts.argon2_parallelism {
            return Err(wrong("accounts.argon2_memory_kib", "at least 8 KiB for each lane are needed"));
        }
        if self.gate.stale_seconds.saturating_mul(1000) <= self.gate.poll_ms {
            return Err(wrong("gate.stale_seconds", "must be longer than poll_ms"));
        }
        self.delays().map(drop).map_err(|error| wrong("accounts.login_waits", error.to_string()))
    }

    /// Every number with its range.
    pub(super) fn numbers(&self) -> Vec<(&'static str, u64, RangeInclusive<u64>)> {
        let (database, portal, gate) = (&self.database, &self.portal, &self.gate);
        let (accounts, limits, server) = (&self.accounts, &self.limits, &self.server);
        vec![
            ("database.connections", wide(database.connections), 1..=200),
            ("database.busy_seconds", database.busy_seconds, 1..=300),
            ("database.wait_seconds", database.wait_seconds, 1..=300),
            ("portal.form_kib", wide(portal.form_kib), 1..=16_384),
            ("portal.json_kib", wide(portal.json_kib), 1..=32_768),
            ("portal.upload_mib", wide(portal.upload_mib), 1..=32),
            ("portal.body_seconds", portal.body_seconds, 1..=3_600),
            ("portal.head_seconds", portal.head_seconds, 1..=300),
            ("portal.keep_alive_seconds", portal.keep_alive_seconds, 1..=3_600),
            ("feeds.check_minutes", wide(self.feeds.check_minutes), 0..=1_440),
            ("feeds.down_after", wide(self.feeds.down_after), 1..=100),
            ("feeds.keep_days", wide(self.feeds.keep_days), 7..=30),
            ("exports.keep_days", wide(self.exports.keep_days), 1..=90),
            ("gate.poll_ms", gate.poll_ms, 1..=60_000),
            ("gate.stale_seconds", gate.stale_seconds, 1..=3_600),
            ("gate.flush_ms", gate.flush_ms, 1..=60_000),
            ("gate.access_log_days", wide(gate.access_log_days), 1..=3_650),
            ("gate.head_seconds", gate.head_seconds, 1..=300),
            ("gate.keep_alive_seconds", gate.keep_alive_seconds, 1..=3_600),
            ("gate.body_kib", gate.body_kib, 1..=1_048_576),
            ("gate.body_seconds", gate.body_seconds, 1..=3_600),
            ("gate.upstream_wait_ms", wide(gate.upstream_wait_ms), 1..=60_000),
            ("gate.connect_seconds", gate.connect_seconds, 1..=120),
            ("gate.upstream_calls_max", wide(gate.upstream_calls_max), 1..=100_000),
            ("gate.answer_seconds", gate.answer_seconds, 1..=86_400),
            ("gate.token_seconds", wide(gate.token_seconds), wider(TOKEN_SECONDS)),
            ("gate.token_key_days", wide(gate.token_key_days), wider(KEY_DAYS)),
            ("limits.gates", limits.gates, 1..=1_000),
            ("limits.round_ms", limits.round_ms, 10..=1_000),
            ("log.otlp_percent", self.log.otlp_percent, 0..=100),
            ("accounts.session_hours", wide(accounts.session_hours), 1..=8_760),
            ("accounts.idle_minutes", wide(accounts.idle_minutes), 1..=525_600),
            ("accounts.argon2_memory_kib", wide(accounts.argon2_memory_kib), 8..=4_194_304),
            ("accounts.argon2_iterations", wide(accounts.argon2_iterations), 1..=100),
            ("accounts.argon2_parallelism", wide(accounts.argon2_parallelism), 1..=64),
            ("accounts.hashes_at_once", wide(accounts.hashes_at_once), 1..=256),
            ("accounts.login_failures_max", wide(accounts.login_failures_max), 5..=100),
            ("accounts.login_forget_hours", wide(accounts.login_forget_hours), 1..=168),
            ("server.drain_seconds", server.drain_seconds, 0..=600),
            ("server.workers", wide(server.workers), 0..=1_024),
            ("server.headers_max", wide(server.headers_max), 16..=HEADERS_MAX),
            ("server.headers_kib", wide(server.headers_kib), 2..=HEADERS_KIB_MAX),
        ]
    }

    /// How long who guesses passwords must wait.
    ///
    /// # Errors
    /// The first step that cannot be used.
    pub fn delays(&self) -> Result<Delays, DelaysError> {
        let accounts = &self.accounts;
        let forget_after = Duration::hours(accounts.login_forget_hours.clamp(1, 168));
        Delays::read(&accounts.login_waits, accounts.login_failures_max, forget_after)
    }

    /// Choices that work but are weak outside a trial, each with what to do.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.portal.public_url.is_empty() {
            found.push("portal.public_url is empty: links in mails will point to the listen address".to_owned());
        } else if !self.portal.public_url.starts_with("https://") {
            found.push("portal.public_url is not https: cookies and passwords travel in the clear".to_owned());
        }
        if self.accounts.argon2_memory_kib < 19_456 || self.accounts.argon2_iterations < 2 {
            found.push("accounts.argon2_*: cheaper than 19456 KiB and 2 passes; for tests only".to_owned());
        }
        if self.mail.smtp_url.expose_secret().is_empty() {
            found.push("mail.smtp_url is empty: mail is caught in the outbox and reaches nobody".to_owned());
        }
        let mail = self.mail.smtp_url.expose_secret();
        if mail.starts_with("smtp://") && !mail.contains("tls=required") && !is_on_loopback(mail) {
            found.push("mail.smtp_url asks for no TLS: mails and the password travel in the clear".to_owned());
        }
        if self.network.trusted_proxies.networks().iter().any(|network| network.prefix_len() == 0) {
            found.push("network.trusted_proxies names everybody: any client can claim any address".to_owned());
        }
        let loopback = [[127, 0, 0, 1].into(), std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)];
        if loopback.into_iter().any(|address| self.network.upstream_networks.contains(address)) {
            found.push(
                "network.upstream_networks opens loopback: a steward can reach services of this machine".to_owned(),
            );
        }
        let ledger = self.limits.url.expose_secret();
        if ledger.starts_with("redis://") && !is_on_loopback(ledger) {
            found.push("limits.url is not rediss://: counters and its password travel in the clear".to_owned());
        }
        if self.gate.listen == self.portal.listen && self.gate.listen.port() != 0 {
            found.push("gate.listen equals portal.listen: the gate needs an address of its own".to_owned());
        }
        found
    }
}

fn is_on_loopback(address: &str) -> bool {
    let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_origin(address: &str) -> bool {
    Url::parse(address)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none())
}

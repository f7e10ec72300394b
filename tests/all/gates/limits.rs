//! Limits that gates count together over a real ledger: in step, while it is away, and when it is back.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use accord::domain::id::{AccountId, AgreementId, DatasetId, KeyId};
use accord::domain::key::{Digest, KeyState, KeyText, Mode};
use accord::domain::limits::Limits;
use accord::domain::net::CidrList;
use accord::domain::scope::{Method, Operation};
use accord::domain::tier::Tier;
use accord::feed::limits::{LedgerSetup, LimitsFeed};
use accord::gate::check::{Ask, Credential, Target, check};
use accord::gate::clock::GateClock;
use accord::gate::grants::{
    AgreementGrant, DatasetGrant, GrantRules, Grants, KeyGrant, Publication, QuotaOwner, ScheduleGrant, UpstreamGrant,
};
use accord::gate::limiter::{Counted, Counting, standings};
use accord::gate::meter::{Meter, MeterBounds};
use accord::gate::token::TokenReader;
use accord::gate::verdict::Outcome;
use accord::gate::verify::{KillAnswer, KillSwitch};
use accord::gate::{GateOptions, GateShared};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::harness::begin;
use crate::harness::ledger::LedgerServer;

const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
/// Longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(30);

struct NoSwitch;

impl KillSwitch for NoSwitch {
    fn kill(&self, _digest: Digest) -> BoxFuture<'static, KillAnswer> {
        std::future::ready(KillAnswer::Unknown).boxed()
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn key_text(number: u8) -> String {
    KeyText::make("nwk", Mode::Live, &[number; 32]).reveal()
}

/// One dataset, one agreement under `plan`, two keys.
fn publication(plan: &str) -> Publication {
    let dataset = DatasetId::from_uuid(id(1));
    let agreement = AgreementId::from_uuid(id(2));
    let key = |number: u8| KeyGrant {
        id: KeyId::from_uuid(id(u128::from(number) + 10)),
        digest: Digest::of(&key_text(number)),
        agreement,
        state: KeyState::Active,
        scopes: vec!["parking:read".parse().unwrap()],
        limits: Limits::default(),
        networks: CidrList::default(),
        expires_at: None,
        holds: Vec::new(),
    };
    Publication {
        datasets: vec![DatasetGrant {
            id: dataset,
            slug: "parking".to_owned(),
            tier: Tier::Restricted,
            operations: Operation::usual(),
            upstream: Some(UpstreamGrant {
                base_url: "http://127.0.0.1:9".to_owned(),
                credential: None,
                timeout_ms: 100,
                body_max_bytes: 1,
                request_max_bytes: None,
                headers_max_bytes: None,
                keep_seconds: 0,
            }),
            allows_query_key: false,
            open_limits: Limits::default(),
            changes: Vec::new(),
        }],
        agreements: vec![AgreementGrant {
            id: agreement,
            number: "DSA-2026-0017".to_owned(),
            holder: AccountId::from_uuid(id(3)),
            is_live: true,
            ends_at: None,
            holds: Vec::new(),
            schedules: vec![ScheduleGrant {
                dataset,
                operations: vec!["read".to_owned()],
                limits: Limits::parse(plan).unwrap(),
                networks: CidrList::default(),
                hours: Vec::new(),
                ends_at: None,
                redactions: Vec::new(),
            }],
            previous: None,
        }],
        keys: vec![key(1), key(2)],
        ..Publication::default()
    }
}

struct Gate {
    shared: GateShared,
    feed: Arc<LimitsFeed>,
    key: u8,
}

impl Gate {
    fn new(plan: &str, url: &str, key: u8) -> Self {
        let rules = GrantRules { key_prefix: "nwk".to_owned(), stale_after: Duration::from_secs(3_600) };
        let shared = GateShared::new(
            GateOptions::default(),
            Grants::new(rules),
            Meter::new(MeterBounds::default()),
            GateClock::new(Arc::new(|| accord::clock::Clock::system().now())),
            Arc::new(NoSwitch),
        );
        shared.grants().publish(publication(plan));
        shared.grants().confirm_fresh(shared.clock().ticks());
        let setup = LedgerSetup {
            url: url.to_owned().into(),
            name: "test".to_owned(),
            gates: 2,
            pause: Duration::from_millis(50),
        };
        let feed = LimitsFeed::new(shared.clone(), setup, format!("gate-{key}")).unwrap();
        Self { shared, feed: Arc::new(feed), key }
    }

    fn call(&self) -> Outcome {
        let text = key_text(self.key);
        let ask = Ask {
            credential: Credential::Text(&text),
            method: Some(Method::Get),
            target: Target::Path { dataset: "parking", rest: "/latest" },
            client: CLIENT,
            can_redact: true,
            tokens: &TokenReader::new("https://gate.example"),
        };
        check(&ask, self.shared.grants(), &self.shared.now()).outcome()
    }

    fn passes(&self, tries: usize) -> usize {
        (0..tries).filter(|_| self.call() == Outcome::Ok).count()
    }

    /// Calls of the day that this gate knows of.
    fn used(&self) -> usize {
        let owner =
            QuotaOwner::Agreement { agreement: AgreementId::from_uuid(id(2)), dataset: DatasetId::from_uuid(id(1)) };
        let counted = Counted { shared: self.shared.grants().limits_of(owner), own: None, parts: 1 };
        usize::try_from(1_000_000 - standings(&counted, &self.shared.now())[0].remaining).unwrap()
    }

    fn counting(&self) -> Counting {
        self.shared.grants().joint().counting()
    }

    /// Rounds until this gate counts so.
    fn rounds_until(&self, wanted: impl Fn(Counting) -> bool) {
        let begun = begin();
        while !wanted(self.counting()) {
            assert!(begun.elapsed() < PATIENCE, "still {:?}", self.counting());
            self.feed.round();
            std::thread::yield_now();
        }
    }
}

const fn is_together(counting: Counting) -> bool {
    matches!(counting, Counting::Together { .. })
}

const fn is_apart(counting: Counting) -> bool {
    matches!(counting, Counting::Apart { .. })
}

#[test]
fn a_quota_and_a_rate_are_one_for_all_gates_and_a_new_ledger_learns_what_was_used() {
    let ledger = LedgerServer::start();
    let plan = "100/day, 600/minute burst 60";
    let (first, second) = (Gate::new(plan, &ledger.url(), 1), Gate::new(plan, &ledger.url(), 2));
    assert!(is_apart(first.counting()), "until the ledger was reached");
    for gate in [&first, &second, &first] {
        gate.feed.round();
    }
    assert_eq!(second.counting(), Counting::Together { gates: 2 });
    assert_eq!(first.passes(30), 30);
    first.feed.round();
    assert_eq!(second.passes(1), 1);
    second.feed.round();
    let passed = second.passes(60);
    assert!((29..=35).contains(&passed), "of one burst of 60, 31 were used: {passed}");

    second.feed.round();
    let port = ledger.port;
    drop(ledger);
    first.passes(1);
    first.rounds_until(is_apart);
    second.rounds_until(is_apart);
    assert_eq!(first.counting(), Counting::Apart { parts: 2 });
    let ledger = LedgerServer::start_at(port);
    first.rounds_until(is_together);
    second.rounds_until(is_together);
    // Everything that was used is known to the empty ledger again, and to a gate that starts now.
    second.passes(1);
    second.feed.round();
    let third = Gate::new("70/day", &ledger.url(), 1);
    third.feed.round();
    third.passes(1);
    third.feed.round();
    assert_eq!(third.call(), Outcome::Ok);
    third.feed.round();
    let left = 70 - 31 - passed;
    assert!(third.passes(70) <= left, "{left} were left");
}

#[actix_web::test]
async fn a_gate_hears_of_calls_it_never_saw() {
    let ledger = LedgerServer::start();
    let plan = "1000000/day";
    let (first, second) = (Gate::new(plan, &ledger.url(), 1), Gate::new(plan, &ledger.url(), 2));
    second.feed.round();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let hearing = tokio::spawn(Arc::clone(&second.feed).listen(async move { drop(stopped.await) }));
    let (begun, mut used) = (begin(), 0);
    // Who listens hears what is said from then on, so one goes on calling until the other knows.
    while second.used() == 0 {
        assert!(begun.elapsed() < PATIENCE, "{used} calls and it never heard of one");
        used += first.passes(1);
        first.feed.round();
        tokio::task::yield_now().await;
    }
    assert!(second.used() <= used, "{} of {used}", second.used());
    stop.send(()).unwrap();
    hearing.await.unwrap();
}

/// The figure that is promised: at a steady load of twice what is allowed, spread over two gates, no more than one per
/// cent above one gate's rate passes. What is ahead at the end, when a round is late on a busy machine, is paid back
/// afterwards; a tenth of a second of it is let pass here. With a clock of the test's own a property test holds it to less.
#[actix_web::test]
async fn two_gates_at_twice_the_rate_pass_one_rate() {
    let ledger = LedgerServer::start();
    let plan = "500/second burst 50";
    let gates = [Gate::new(plan, &ledger.url(), 1), Gate::new(plan, &ledger.url(), 2)];
    for gate in &gates {
        gate.feed.round();
    }
    let mut running = Vec::new();
    let mut stops = Vec::new();
    for gate in &gates {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (other_stop, other_stopped) = tokio::sync::oneshot::channel::<()>();
        running.push(tokio::spawn(Arc::clone(&gate.feed).run(async move { drop(stopped.await) })));
        running.push(tokio::spawn(Arc::clone(&gate.feed).listen(async move { drop(other_stopped.await) })));
        stops.extend([stop, other_stop]);
    }
    let (begun, mut offered, mut passed) = (begin(), 0_u64, 0_u64);
    let span = Duration::from_secs(6);
    while begun.elapsed() < span {
        let due = u64::try_from(begun.elapsed().as_micros()).unwrap() / 1_000;
        while offered < due {
            let gate = &gates[usize::try_from(offered % 2).unwrap()];
            passed += u64::from(gate.call() == Outcome::Ok);
            offered += 1;
        }
        tokio::task::yield_now().await;
    }
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap();
    for stop in stops {
        stop.send(()).unwrap();
    }
    for each in running {
        each.await.unwrap();
    }
    assert!(gates.iter().all(|gate| is_together(gate.counting())), "the ledger answered all the time");
    let allowed = 50 + micros * 500 / 1_000_000;
    println!("{passed} of {offered} calls passed; one gate would have let {allowed} through");
    assert!(passed * 100 <= (allowed + 50) * 101, "{passed} passed where {allowed} may");
    assert!(passed * 100 >= allowed * 90, "{passed} passed where {allowed} may");
}

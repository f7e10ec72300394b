//! How long something may take, counted in the worker's sweeps: waiting costs a place in a list instead of a timer.
//!
//! The sweep wakes whoever is overdue; whoever is woken asks [`Patience::is_over`]. Coarse on purpose: a wait ends at
//! most one sweep late.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use slab::Slab;

use super::watch::Watch;

/// Everybody of one worker who waits with a bound.
pub(in crate::gate) struct Waiting {
    watch: Rc<Watch>,
    places: RefCell<Slab<Place>>,
}

struct Place {
    until: u64,
    waker: Option<Waker>,
}

/// One bounded wait. Its place is given back when it is dropped.
pub(in crate::gate) struct Patience {
    waiting: Rc<Waiting>,
    number: usize,
    until: u64,
}

impl Waiting {
    pub(in crate::gate) fn new(watch: Rc<Watch>) -> Rc<Self> {
        Rc::new(Self { watch, places: RefCell::new(Slab::new()) })
    }

    /// A wait of so many sweeps from now.
    pub(in crate::gate) fn patience(self: &Rc<Self>, sweeps: u64) -> Patience {
        let until = self.watch.count().saturating_add(sweeps);
        let number = self.places.borrow_mut().insert(Place { until, waker: None });
        Patience { waiting: Rc::clone(self), number, until }
    }

    /// Wakes whoever is overdue; call it after the watch has swept.
    pub(in crate::gate) fn sweep(&self) {
        let now = self.watch.count();
        let mut places = self.places.borrow_mut();
        let overdue =
            places.iter_mut().filter(|(_, place)| place.until < now).filter_map(|(_, place)| place.waker.take());
        let overdue: Vec<Waker> = overdue.collect();
        drop(places);
        overdue.into_iter().for_each(Waker::wake);
    }
}

impl Patience {
    /// Starts the wait again, for so many sweeps from now.
    pub(in crate::gate) fn renew(&mut self, sweeps: u64) {
        self.until = self.waiting.watch.count().saturating_add(sweeps);
        if let Some(place) = self.waiting.places.borrow_mut().get_mut(self.number) {
            place.until = self.until;
        }
    }

    /// Whether the wait is over; else whoever polls is woken when it is.
    pub(in crate::gate) fn is_over(&self, context: &Context<'_>) -> bool {
        if self.waiting.watch.count() > self.until {
            return true;
        }
        if let Some(place) = self.waiting.places.borrow_mut().get_mut(self.number) {
            match &mut place.waker {
                Some(waker) => waker.clone_from(context.waker()),
                None => place.waker = Some(context.waker().clone()),
            }
        }
        false
    }

    /// What `future` gives, or nothing if it takes too long. It stays where it is, for moving it about costs.
    pub(in crate::gate) async fn bound<F: Future>(&self, mut future: Pin<&mut F>) -> Option<F::Output> {
        let poll = |context: &mut Context<'_>| {
            if let Poll::Ready(done) = future.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            if self.is_over(context) { Poll::Ready(None) } else { Poll::Pending }
        };
        poll_fn(poll).await
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.waiting.places.borrow_mut().try_remove(self.number);
    }
}

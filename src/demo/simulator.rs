//! A simulator of live city sensor feeds, used as upstreams by the demo and the tests.

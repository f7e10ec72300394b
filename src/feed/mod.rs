//! The corridor between store and gate: grants in, usage out.

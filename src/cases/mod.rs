//! One function per thing a person may do; each is one transaction: load, decide, save, record.

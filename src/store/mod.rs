//! Everything SQL; the only room that imports diesel.

//! JSON for the same cases the portal serves; never decides anything itself.

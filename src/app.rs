//! The composition root: the only file that sees every room.

//! The review desk from the browser: who sees what, what each act needs, and what is never lost or let through.

mod acts;
mod agreements;
mod decisions;
mod department;
mod pages;
mod tabs;
mod texts;
mod work;

//! Rebuilds the crate when an embedded file is added or removed.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}

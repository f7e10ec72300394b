//! Folders and ports for one test.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is removed when dropped.
#[derive(Debug)]
pub(crate) struct TempFolder(PathBuf);

impl TempFolder {
    /// A new, empty folder that no other test has.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("accord-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        // What an ended process of the same number left behind is not ours to keep.
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("an old test folder can be removed");
        }
        std::fs::create_dir_all(&path).expect("the folder for temporary files can be written");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The folder's path, for who removes it otherwise: a [`super::process::Guarded`]
    /// program's guard, after the program has ended.
    pub(crate) fn hand_over(mut self) -> PathBuf {
        std::mem::take(&mut self.0)
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        if self.0.as_os_str().is_empty() {
            return;
        }
        // A program may still be writing its last file: what stays is a few kilobytes in the temporary folder.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A port of 127.0.0.1 that was free a moment ago. For programs that cannot take port 0 themselves.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}

#[test]
fn temporary_folders_differ_and_go_away() {
    let (one, two) = (TempFolder::new(), TempFolder::new());
    assert_ne!(one.path(), two.path());
    std::fs::write(one.path().join("x"), "x").unwrap();
    let path = one.path().to_owned();
    drop(one);
    assert!(!path.exists() && two.path().exists());
}

#[test]
fn a_free_port_can_be_bound() {
    assert!(TcpListener::bind(("127.0.0.1", free_port())).is_ok());
}

//! Programs that end when the test process ends, even by `kill -9`.
//!
//! A shell stands between: it starts the program and reads its own standard input, a pipe whose other end only this
//! process holds. When the process ends, however it ends, the pipe closes, and the shell stops the program and removes
//! its folder. It has a process group of its own, so that Ctrl-C at the terminal does not take it before it has done so.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// `$1` is the signal, `$2` what it goes to (`one` process or its `group`), `$3` the folder to remove, the rest the
/// program. `setsid` gives the program a group of its own; its number is then that of the program. The shell lets go of both
/// streams, so that they close when the program ends. A program that does not stop within 30 seconds is killed.
const GUARD: &str = r#"
signal=$1; reach=$2; folder=$3; shift 3
setsid "$@" </dev/null & program=$!
exec >/dev/null 2>&1
cat
target=$program
if [ "$reach" = group ]; then target=-$program; fi
kill -s "$signal" -- "$target"
(sleep 30; kill -s KILL -- "-$program") & patience=$!
wait "$program"
kill "$patience"
[ -z "$folder" ] || rm -rf "$folder"
"#;

/// How long a program may take until it says it is ready.
const START: Duration = Duration::from_secs(60);

/// How a program is to be stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// This signal, to the program itself, which ends its children.
    Program(&'static str),
    /// This signal, to the program and all it started.
    Group(&'static str),
}

/// A running program that ends with this value or with the test process, whichever ends first. The program under test:
///
/// ```text
/// let line = |line: &str| serde_json::from_str::<Value>(line).ok();
/// let program = [env!("CARGO_BIN_EXE_accord"), "demo", "--json", "--data", "."];
/// let (accord, facts) = Guarded::start(&program, Stop::Program("TERM"), Some(&TempFolder::new().hand_over()), None, line)?;
/// ```
#[derive(Debug)]
pub(crate) struct Guarded {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Guarded {
    /// Starts `program` and waits until it prints a line, on either stream, that `ready` makes something of. `folder` is
    /// where it runs and keeps its temporary files, and is removed after it has ended. `account` (user and group number) is whom it runs as.
    ///
    /// # Errors
    /// What the program printed, where it ended or stayed silent instead.
    pub(crate) fn start<T>(
        program: &[&str],
        stop: Stop,
        folder: Option<&Path>,
        account: Option<(u32, u32)>,
        ready: impl Fn(&str) -> Option<T>,
    ) -> Result<(Self, T), String> {
        let (signal, reach) = match stop {
            Stop::Program(signal) => (signal, "one"),
            Stop::Group(signal) => (signal, "group"),
        };
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "guard", signal, reach]).arg(folder.unwrap_or_else(|| Path::new(""))).args(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        if let Some((user, group)) = account {
            command.uid(user).gid(group);
        }
        if let Some(folder) = folder {
            command.current_dir(folder).env("TMPDIR", folder);
        }
        let mut shell = command.spawn().map_err(|error| format!("sh cannot be started: {error}"))?;
        let pipe = shell.stdin.take();
        let (sender, lines) = mpsc::channel();
        relay(shell.stdout.take().expect("piped"), sender.clone());
        relay(shell.stderr.take().expect("piped"), sender);
        let guarded = Self { shell, pipe };
        let mut printed = String::new();
        // Ends by the program's ready line, by its end (both streams close) or by the time limit.
        loop {
            match lines.recv_timeout(START) {
                Ok(line) => match ready(&line) {
                    Some(value) => return Ok((guarded, value)),
                    None => printed.extend([line.as_str(), "\n"]),
                },
                Err(_) => return Err(format!("{} did not start; it printed:\n{printed}", program.join(" "))),
            }
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.pipe.take());
        drop(self.shell.wait());
    }
}

/// Reads a stream to its end, so that the program never blocks on it; lines go to `sender` while somebody listens.
fn relay(stream: impl Read + Send + 'static, sender: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            drop(sender.send(line));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::files::TempFolder;
    use super::*;

    #[test]
    fn a_program_and_its_children_end_and_its_folder_goes_when_the_guard_is_dropped() {
        let (outside, inside) = (TempFolder::new(), TempFolder::new().hand_over());
        // Both hold the pipe open: reading it ends when both have ended.
        let pipe = outside.path().join("pipe").display().to_string();
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let script = ["sh", "-c", "sleep 600 9>\"$0\" & echo ready; exec 9>\"$0\"; wait", &pipe];
        let ready = |line: &str| (line == "ready").then_some(());
        let (guarded, ()) = Guarded::start(&script, Stop::Group("KILL"), Some(&inside), None, ready).unwrap();
        let mut held = std::fs::File::open(&pipe).unwrap();
        drop(guarded);
        assert!(!inside.exists());
        assert_eq!(held.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_program_that_ends_at_once_is_an_error_with_what_it_printed() {
        let error = Guarded::start(&["sh", "-c", "echo oh no >&2"], Stop::Program("TERM"), None, None, |_| None::<()>);
        assert!(error.unwrap_err().contains("oh no"));
    }
}

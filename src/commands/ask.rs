//! Asking for a password: from a pipe without a word, at a terminal with a prompt and without showing what is typed.

use std::error::Error;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use secrecy::SecretString;
use zeroize::Zeroizing;

/// Reads one line as a password.
///
/// # Errors
/// When standard input cannot be read, or ends before a line.
pub(crate) fn password() -> Result<SecretString, Box<dyn Error>> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return line();
    }
    write!(std::io::stderr().lock(), "Password (several words in a row are easy to remember): ")?;
    std::io::stderr().flush()?;
    let is_hidden = echo("-echo");
    let typed = line();
    if is_hidden {
        echo("echo");
        writeln!(std::io::stderr().lock())?;
    }
    typed
}

fn line() -> Result<SecretString, Box<dyn Error>> {
    let mut line = Zeroizing::new(String::new());
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Err("no password was given on standard input".into());
    }
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Tells the terminal whether to show what is typed. A terminal that cannot be told shows it.
fn echo(how: &str) -> bool {
    let mut stty = Command::new("stty");
    stty.arg(how).stdin(Stdio::inherit()).stdout(Stdio::null()).stderr(Stdio::null());
    stty.status().is_ok_and(|status| status.success())
}

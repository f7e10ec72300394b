//! The load: so many connections, each sending one request after another.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::Outcome;

/// Connections at once.
pub(crate) const CONNECTIONS: usize = 64;

/// What is asked of whom.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    /// The process whose CPU time counts.
    pub(crate) process: u32,
    /// Requests, taken in turn.
    pub(crate) requests: Vec<Vec<u8>>,
    /// The status that every answer must have.
    pub(crate) status: &'static [u8],
}

/// Requests answered and seconds passed.
pub(crate) async fn load(target: &Target, time: Duration) -> Outcome<(f64, f64)> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    let start = Instant::now();
    let until = start + time;
    let callers = (0..CONNECTIONS).map(|caller| call(target, caller, until));
    let counts = join_all(callers).await.into_iter().collect::<Outcome<Vec<u32>>>()?;
    Ok((f64::from(counts.iter().sum::<u32>()), start.elapsed().as_secs_f64()))
}

/// Sends one request after another over one connection.
async fn call(target: &Target, caller: usize, until: Instant) -> Outcome<u32> {
    let mut stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    let mut count = 0;
    let each = target.requests.iter().cycle().skip(caller * target.requests.len() / CONNECTIONS);
    for request in each {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
        if Instant::now() >= until {
            break;
        }
        stream.write_all(request).await?;
        read_answer(&mut stream, &mut buffer, target.status).await?;
        count += 1;
    }
    Ok(count)
}

/// Reads one answer framed by its Content-Length.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, status: &[u8]) -> Outcome<()> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let (head, body) = buffer.split_at(end + 4);
        if head.get(9..12) != Some(status) {
            return Err(String::from_utf8_lossy(buffer).into_owned().into());
        }
        let name = b"\r\ncontent-length: ";
        let at = head.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name));
        let digits = at.and_then(|at| head.get(at + name.len()..)).unwrap_or_default();
        let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
        let length = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
        if body.len() >= length {
            return Ok(());
        }
    }
}

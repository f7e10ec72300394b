//! A feed of the city: answers every request alike and remembers what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(super) const BODY: &str = "{\"free\":7}";

pub(super) struct Feed {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Feed {
    /// It ends with the runtime of the test.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&noted)));
            }
        });
        Self { port, seen }
    }

    pub(super) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The last request, if there was one after the first `count`.
    pub(super) fn since(&self, count: usize) -> Option<String> {
        self.seen.lock().unwrap().get(count..).and_then(|seen| seen.last().cloned())
    }
}

async fn converse(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            seen.lock().unwrap().push(head.to_owned());
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len());
            // A proxy that hung up has its answer already.
            drop(stream.write_all(answer.as_bytes()).await);
            return;
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

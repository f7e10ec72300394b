//! The floor under the gateway door: a proxy made of the same hyper server and client, one thread and one runtime, that
//! passes every request on as it is. What the gate costs beyond it is its own doing.

use std::cell::RefCell;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;

/// As hyper wants errors.
type Passed<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Pool {
    upstream: SocketAddr,
    rested: RefCell<Vec<client::SendRequest<Incoming>>>,
}

/// An answer that gives its connection back.
struct Passing {
    body: Incoming,
    sender: Option<client::SendRequest<Incoming>>,
    pool: Rc<Pool>,
}

impl Body for Passing {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.pool.rested.borrow_mut().extend(self.sender.take());
    }
}

/// Serves for ever, having told its address.
pub(crate) async fn serve(listener: std::net::TcpListener, upstream: SocketAddr) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let pool = Rc::new(Pool { upstream, rested: RefCell::default() });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let pool = Rc::clone(&pool);
        spawn_local(async move {
            let service = service_fn(|request| pass(Rc::clone(&pool), request));
            let connection = server::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service);
            // The load hangs up when its time is over.
            connection.await.ok();
        });
    }
}

async fn pass(pool: Rc<Pool>, request: Request<Incoming>) -> Passed<Response<Passing>> {
    // The upstream hangs up on what rests between two rounds.
    let rested = pool.rested.borrow_mut().pop().filter(|sender| !sender.is_closed());
    let mut sender = match rested {
        Some(sender) => sender,
        None => connected(pool.upstream).await?,
    };
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    Ok(response.map(|body| Passing { body, sender: Some(sender), pool }))
}

async fn connected(upstream: SocketAddr) -> Passed<client::SendRequest<Incoming>> {
    let stream = TcpStream::connect(upstream).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = client::Builder::new().writev(false).handshake(TokioIo::new(stream)).await?;
    spawn_local(async move {
        connection.await.ok();
    });
    Ok(sender)
}

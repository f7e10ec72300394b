//! Mail servers of the test's own on free ports: TLS from the first byte, after STARTTLS, or none at all, with
//! certificates from authorities that are made for the test.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How long a mail may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who vouches for mail servers.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::<String>::new()).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate, as a settings file names it.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate for this name, good until the end of this year.
    pub(crate) fn vouches(&self, name: &str, last_year: i32) -> TlsAcceptor {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.0).unwrap();
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate.der().clone()], secret).unwrap()))
    }
}

/// When a server speaks TLS.
#[derive(Clone)]
pub(crate) enum Speaks {
    TlsAtOnce(TlsAcceptor),
    TlsWhenAsked(TlsAcceptor),
    NoTls,
}

/// What a server was told.
#[derive(Default)]
struct Heard {
    /// The commands that anybody on the way could read.
    in_the_clear: Mutex<Vec<String>>,
    /// Who signed in, under TLS.
    signed_in: AtomicUsize,
    /// Mails that are still to be put off.
    puts_off: AtomicUsize,
}

/// A running mail server; it ends with the test's runtime.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    heard: Arc<Heard>,
    mails: mpsc::UnboundedReceiver<String>,
}

impl MailServer {
    pub(crate) async fn start(speaks: Speaks) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, (taken, mails)) = (Arc::new(Heard::default()), mpsc::unbounded_channel());
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, speaks.clone(), Arc::clone(&kept), taken.clone()));
            }
        });
        Self { port, heard, mails }
    }

    /// Puts the next mails off until later, after it has read them.
    pub(crate) fn put_off(&self, count: usize) {
        self.heard.puts_off.store(count, Ordering::SeqCst);
    }

    /// The next mail that arrived, with its long lines joined again; those put off are mails too.
    pub(crate) async fn next(&mut self) -> String {
        let mail = tokio::time::timeout(PATIENCE, self.mails.recv()).await.expect("a mail arrives in time").unwrap();
        mail.replace("=\n", "").replace("\n ", " ").replace("=3D", "=")
    }

    pub(crate) fn has_mail(&mut self) -> bool {
        self.mails.try_recv().is_ok()
    }

    /// What could be read on the way.
    pub(crate) fn in_the_clear(&self) -> Vec<String> {
        self.heard.in_the_clear.lock().unwrap().clone()
    }

    /// How often somebody signed in under TLS.
    pub(crate) fn sign_ins(&self) -> usize {
        self.heard.signed_in.load(Ordering::SeqCst)
    }
}

async fn serve(stream: tokio::net::TcpStream, speaks: Speaks, heard: Arc<Heard>, taken: mpsc::UnboundedSender<String>) {
    match speaks {
        Speaks::TlsAtOnce(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, &heard, &taken, (true, true)).await;
            }
        }
        Speaks::TlsWhenAsked(acceptor) => {
            let Some(stream) = talk(stream, &heard, &taken, (false, true)).await else { return };
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(stream, &heard, &taken, (true, false)).await;
            }
        }
        Speaks::NoTls => {
            let asked = talk(stream, &heard, &taken, (false, false)).await;
            assert!(asked.is_none(), "nobody may ask for what is not offered");
        }
    }
}

/// One conversation; gives the stream back where TLS is to begin. A server that greets and is not safe offers STARTTLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    heard: &Heard,
    taken: &mpsc::UnboundedSender<String>,
    (is_safe, is_first): (bool, bool),
) -> Option<S> {
    let mut wire = BufReader::new(stream);
    let offer: &[u8] = match (is_safe, is_first) {
        (true, _) => b"250-test\r\n250 AUTH PLAIN\r\n",
        (false, true) => b"250-test\r\n250 STARTTLS\r\n",
        (false, false) => b"250-test\r\n250 AUTH PLAIN\r\n",
    };
    if is_first || !is_safe {
        wire.get_mut().write_all(b"220 test\r\n").await.ok()?;
    }
    let mut mail: Option<String> = None;
    loop {
        let mut line = String::new();
        if wire.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']);
        if let Some(text) = &mut mail {
            if line != "." {
                text.push_str(line);
                text.push('\n');
                continue;
            }
            let waits = heard.puts_off.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            // Whoever hears of the mail finds its answer settled.
            drop(taken.send(mail.take().unwrap()));
            let answer: &[u8] = if waits.is_ok() { b"451 come later\r\n" } else { b"250 taken\r\n" };
            wire.get_mut().write_all(answer).await.ok()?;
            continue;
        }
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        if !is_safe {
            heard.in_the_clear.lock().unwrap().push(verb.clone());
        }
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => offer,
            "AUTH" => {
                heard.signed_in.fetch_add(usize::from(is_safe), Ordering::SeqCst);
                b"235 welcome\r\n"
            }
            "STARTTLS" => b"220 go on\r\n",
            "DATA" => {
                mail = Some(String::new());
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 test\r\n",
        };
        wire.get_mut().write_all(answer).await.ok()?;
        if verb == "STARTTLS" {
            return Some(wire.into_inner());
        }
    }
}

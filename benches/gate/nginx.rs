//! nginx as a yardstick: it proxies to the same upstream without any check, and asks in front as `auth_request`.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::Outcome;

/// An nginx of one worker in a folder of its own; it ends when this is dropped.
pub(crate) struct Nginx {
    child: Child,
    folder: PathBuf,
    /// Proxies whatever it is asked.
    pub(crate) plain: SocketAddr,
    /// Asks a static 204 first.
    pub(crate) asking_static: SocketAddr,
    /// Asks the gate first.
    pub(crate) asking_gate: SocketAddr,
    /// Answers 204 itself.
    _allowing: SocketAddr,
}

impl Nginx {
    /// Starts one, or says that none is installed.
    pub(crate) fn start(cores: Option<&str>, upstream: SocketAddr, gate: SocketAddr) -> Outcome<Option<Self>> {
        let program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
        let Some(program) = program.into_iter().find(|path| fs::exists(path).unwrap_or(false)) else {
            return Ok(None);
        };
        let free = || TcpListener::bind("127.0.0.1:0")?.local_addr();
        let [plain, asking_static, asking_gate, allowing] = [free()?, free()?, free()?, free()?];
        let folder = std::env::temp_dir().join(format!("accord-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let path = folder.join("nginx.conf");
        fs::write(
            &path,
            configuration(&folder.display().to_string(), [plain, asking_static, asking_gate, allowing], upstream, gate),
        )?;
        let mut command = match cores {
            Some(cores) => {
                let mut command = Command::new("taskset");
                command.args(["-c", cores, program]);
                command
            }
            None => Command::new(program),
        };
        let child =
            command.arg("-c").arg(&path).arg("-p").arg(&folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        while std::net::TcpStream::connect(plain).is_err() {
            std::thread::yield_now();
        }
        Ok(Some(Self { child, folder, plain, asking_static, asking_gate, _allowing: allowing }))
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended by itself; its folder goes either way.
        self.child.kill().ok();
        self.child.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

fn configuration(folder: &str, listen: [SocketAddr; 4], upstream: SocketAddr, gate: SocketAddr) -> String {
    let [plain, asking_static, asking_gate, allowing] = listen;
    let proxy = "proxy_pass http://upstream; proxy_http_version 1.1; proxy_set_header Connection \"\";";
    let ask = "proxy_http_version 1.1; proxy_pass_request_body off; proxy_set_header Content-Length \"\"; \
               proxy_set_header Connection \"\";";
    let secret = super::servers::SERVICE_SECRET;
    format!(
        "daemon off; master_process off; worker_processes 1; error_log {folder}/error.log crit; pid {folder}/pid;\n\
         events {{ worker_connections 4096; }}\n\
         http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_temp_path {folder}/a;\n\
         proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n\
         upstream upstream {{ server {upstream}; keepalive 128; keepalive_requests 100000000; }}\n\
         upstream gate {{ server {gate}; keepalive 128; keepalive_requests 100000000; }}\n\
         upstream allowing {{ server {allowing}; keepalive 128; keepalive_requests 100000000; }}\n\
         server {{ listen {plain}; location / {{ {proxy} }} }}\n\
         server {{ listen {allowing}; location / {{ return 204; }} }}\n\
         server {{ listen {asking_static}; location / {{ auth_request /_ask; {proxy} }}\n\
         location = /_ask {{ internal; proxy_pass http://allowing; {ask} }} }}\n\
         server {{ listen {asking_gate}; location / {{ auth_request /_ask; {proxy} }}\n\
         location = /_ask {{ internal; proxy_pass http://gate/v1/forward-auth?proxy=nginx; {ask}\n\
         proxy_set_header X-Accord-Service {secret}; proxy_set_header X-Original-Method $request_method;\n\
         proxy_set_header X-Original-URI $request_uri; }} }} }}\n"
    )
}

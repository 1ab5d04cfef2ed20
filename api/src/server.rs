//! Connections: how long a head may take, how large it may be, and how the service leaves (spec 50 §13.3).

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::CONNECTION;
use warp::reply::Response;

use crate::error::Error;
use crate::head_limit::{HeadLimit, Turns};
use crate::resource::Request;

/// How long the head of a request may take from its first byte on.
const HEAD_LIMIT: Duration = Duration::from_secs(5);
/// The longest head, in bytes. Its first line is refused beyond 64 KB.
const LONGEST_HEAD: usize = 128 * 1024;
/// How long requests in flight may take after the service has closed its door.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// How long nobody is let in when there are no more files to be had.
const PAUSE: Duration = Duration::from_millis(200);

/// How the service leaves.
#[derive(Clone, Debug)]
pub(crate) struct Leaving {
    /// Whether it does.
    pub(crate) now: Arc<AtomicBool>,
    /// How long it goes on answering, so that a balancer sees it leave.
    pub(crate) notice: Duration,
}

/// Answers the listener's requests until `stop` ends, and during the notice; then lets those in flight finish.
pub(crate) async fn run(
    listener: TcpListener,
    routes: BoxedFilter<(Response,)>,
    leaving: Leaving,
    stop: impl Future<Output = ()>,
) {
    let connections = GracefulShutdown::new();
    let left = async {
        stop.await;
        log::info!("stopping");
        leaving.now.store(true, Ordering::Relaxed);
        sleep(leaving.notice).await;
    };
    tokio::select! {
        () = accept_all(&listener, &routes, &leaving, &connections) => {}
        () = left => {}
    }
    drop(listener);
    if timeout(DRAIN_LIMIT, connections.shutdown()).await.is_err() {
        log::warn!("requests were cut off after {} s", DRAIN_LIMIT.as_secs());
    }
}

async fn accept_all(
    listener: &TcpListener,
    routes: &BoxedFilter<(Response,)>,
    leaving: &Leaving,
    connections: &GracefulShutdown,
) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (routes, leaving) = (routes.clone(), leaving.clone());
                tokio::spawn(connection(stream, peer, routes, leaving, connections.watcher()));
            }
            Err(error) if is_of_the_caller(&error) => {}
            Err(error) => {
                log::error!("nobody can be let in: {error}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Whether a caller left before he was let in.
fn is_of_the_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers the requests of one connection.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: BoxedFilter<(Response,)>,
    leaving: Leaving,
    watcher: Watcher,
) {
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!("{peer}: {error}");
    }
    let turns = Turns::default();
    let stream = TokioIo::new(HeadLimit::new(stream, HEAD_LIMIT, turns.clone()));
    let routes = TowerToHyperService::new(warp::service(routes));
    let answer = service_fn(move |mut request: warp::http::Request<Incoming>| {
        let asked = Arc::new(Request::of(&request, peer));
        request.extensions_mut().insert(asked);
        let (turn, leaving) = (turns.begin(), leaving.now.clone());
        // `CONNECT host:port` names no path; the framework panics at the lack of one.
        let answer = request.uri().path_and_query().is_some().then(|| routes.call(request));
        async move {
            let mut response = match answer {
                Some(answer) => answer.await?,
                None => Error::NoSuchPath.response(false),
            };
            if leaving.load(Ordering::Relaxed) {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            drop(turn);
            Ok::<_, Infallible>(response)
        }
    });
    let served = http1::Builder::new().max_buf_size(LONGEST_HEAD).serve_connection(stream, answer);
    if let Err(error) = watcher.watch(served).await {
        log::debug!("{peer}: {error}");
    }
}

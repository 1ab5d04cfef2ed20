//! A handler of the framework and nothing else: the same bytes for each request, at the address that is given.
//! `make bench` holds the Data API against it.

use std::net::SocketAddr;

use warp::Filter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address: SocketAddr = std::env::args().nth(1).unwrap_or_default().parse()?;
    let bytes: usize = std::env::args().nth(2).unwrap_or_default().parse()?;
    let body: &'static str = String::leak("x".repeat(bytes));
    warp::serve(warp::any().map(move || body)).run(address).await;
    Ok(())
}

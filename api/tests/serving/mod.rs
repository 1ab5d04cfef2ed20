//! The service itself, in the test's own process.

use std::path::Path;

use api::config::Settings;
use api::service;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Serves with these settings, which stand in a folder as an operator's do; gives where.
pub async fn serve(folder: &Path, settings: &str) -> (String, JoinHandle<()>) {
    let file = folder.join("api.yml");
    std::fs::write(&file, settings).unwrap();
    let settings = Settings::read(&file).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        service::run(&settings, listener, std::future::pending()).await.unwrap();
    });
    (base, serving)
}

//! Three instances behind the balancer, by the very file that is shipped.

use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use testkit::Got;
use tokio::time::sleep;

use crate::running::{ENROLLMENT, Place, TOKEN, free_address, is_there};

const CALLERS: usize = 6;

struct Balancer(Child);

impl Balancer {
    fn start(listen: &str, instances: &[String; 3]) -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/haproxy.cfg");
        let path = format!("/usr/sbin:{}", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("haproxy");
        command.args(["-db", "-q", "-f", file]).env("PATH", path).env("LISTEN", listen);
        for (number, address) in instances.iter().enumerate() {
            command.env(format!("INSTANCE_{}", number + 1), address);
        }
        Self(command.spawn().unwrap())
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until it is over; gives what went wrong.
async fn caller(base: String, got: Arc<Got>) -> Vec<String> {
    let (client, mut wrong) = (reqwest::Client::new(), Vec::new());
    while !got.is_over() {
        match ask(&client, &base).await {
            Ok((200, body)) if body.contains(r#""date":"2014-01-01","count":3"#) => {}
            other => wrong.push(format!("{other:?}")),
        }
        got.answer();
        sleep(Duration::from_millis(1)).await;
    }
    wrong
}

async fn ask(client: &reqwest::Client, base: &str) -> reqwest::Result<(u16, String)> {
    let request = client.get(format!("{base}{ENROLLMENT}"));
    let answer = request.header("Authorization", format!("Token {TOKEN}")).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_when_instances_come_and_go() {
    if !is_there("haproxy", "instances behind a balancer") {
        return;
    }
    let place = Place::new("stop_notice: 2\n").await;
    let addresses: [String; 3] = std::array::from_fn(|_| free_address());
    let mut instances = addresses.clone().map(|address| place.start(&address));
    let listen = free_address();
    let _balancer = Balancer::start(&listen, &addresses);
    let (base, client) = (format!("http://{listen}"), reqwest::Client::new());
    while !ask(&client, &base).await.is_ok_and(|(status, _)| status == 200) {
        sleep(Duration::from_millis(50)).await;
    }

    let got = Arc::new(Got::default());
    let callers: Vec<_> =
        (0..CALLERS).map(|_| tokio::spawn(caller(base.clone(), Arc::clone(&got)))).collect();
    got.more(500).await;
    tokio::task::block_in_place(|| instances[0].stop());
    got.more(500).await;
    instances[1].kill();
    got.more(500).await;
    for number in 0..2 {
        instances[number] = place.start(&addresses[number]);
        got.more(500).await;
    }
    // The others have to do it now: both are known to be back.
    sleep(Duration::from_secs(2)).await;
    instances[2].kill();
    got.more(500).await;
    got.end();
    let mut wrong = Vec::new();
    for caller in callers {
        wrong.extend(caller.await.unwrap());
    }
    let asked = got.answers();
    println!("{asked} requests while instances came and went, {} lost", wrong.len());
    assert!(wrong.is_empty(), "{} of {asked}: {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let counts = client.get(format!("{base}/metrics")).send().await.unwrap();
    assert_eq!(counts.status().as_u16(), 404);
}

//! EMR as tests have it: moto, an account of its own for each, behind a server that gives other answers
//! where it is told so, and does what moto leaves out: a node takes the steps, and they end.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::node::Node;
use crate::wire::Request;

/// The header that tells moto whose clusters are meant.
const ACCOUNT: &str = "x-moto-account-id";
/// Stands for every cluster.
const ALL: &str = "*";
static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// A running server.
#[derive(Clone)]
pub struct Service {
    pub url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    moto: String,
    account: String,
    /// Answers in place of moto's: of which operation, how often, what.
    rules: Vec<(&'static str, usize, Answer)>,
    asked: Vec<(String, Value)>,
    /// How steps are.
    steps: BTreeMap<String, Value>,
    /// How clusters are that are not as moto has them.
    clusters: BTreeMap<String, Value>,
    node: Option<Node>,
}

/// What a rule answers.
#[derive(Clone)]
pub enum Answer {
    /// A refusal with this code.
    Refused(&'static str),
    /// Moto does as it is asked, and nobody hears of it.
    Unheard,
}

impl Service {
    pub fn start(moto: &str, node: Option<Node>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let number =
            std::process::id() % 1_000_000 * 1000 + ACCOUNTS.fetch_add(1, Ordering::Relaxed);
        let state = State {
            moto: moto.to_owned(),
            account: format!("{number:012}"),
            rules: Vec::new(),
            asked: Vec::new(),
            steps: BTreeMap::new(),
            clusters: BTreeMap::new(),
            node,
        };
        let service = Self { url, state: Arc::new(Mutex::new(state)) };
        let serving = service.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (service, stream) = (serving.clone(), stream.unwrap());
                std::thread::spawn(move || service.serve(stream));
            }
        });
        service
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Answers an operation so, the next times.
    pub fn answer(&self, operation: &'static str, times: usize, answer: Answer) {
        self.state().rules.push((operation, times, answer));
    }

    /// All answers are moto's again.
    pub fn behave(&self) {
        self.state().rules.clear();
    }

    /// From now on steps wait.
    pub fn without_node(&self) {
        self.state().node = None;
    }

    /// What was asked of an operation, in order.
    pub fn asked(&self, operation: &str) -> Vec<Value> {
        let asked = self.state().asked.clone();
        asked.into_iter().filter(|(name, _)| name == operation).map(|(_, body)| body).collect()
    }

    /// From now on a cluster is so.
    pub fn cluster_is(&self, id: &str, state: &str, code: &str, message: &str) {
        let status = json!({
            "State": state, "StateChangeReason": {"Code": code, "Message": message},
        });
        self.state().clusters.insert(id.to_owned(), status);
    }

    /// From now on every cluster is so.
    pub fn clusters_are(&self, state: &str, code: &str, message: &str) {
        self.cluster_is(ALL, state, code, message);
    }

    /// The ids of all steps.
    pub fn steps(&self) -> Vec<String> {
        self.state().steps.keys().cloned().collect()
    }

    /// From now on a step is so.
    pub fn step_is(&self, id: &str, state: &str) {
        self.state().steps.insert(id.to_owned(), json!({"State": state}));
    }

    /// Ids of clusters that have not ended, whoever made them.
    pub fn alive(&self) -> Vec<String> {
        let body = json!({"ClusterStates": ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]});
        let (_, answer) = self.of_moto("ListClusters", &body);
        let clusters = answer["Clusters"].as_array().cloned().unwrap_or_default();
        let ids = clusters.iter().map(|it| it["Id"].as_str().unwrap().to_owned());
        let over = |id: &String| {
            let state = self.state();
            let status = state
                .clusters
                .get(id)
                .or(state.clusters.get(ALL))
                .and_then(|status| status["State"].as_str());
            status.is_some_and(|state| state.starts_with("TERMINAT"))
        };
        ids.filter(|id| !over(id)).collect()
    }

    /// What moto says of anything.
    pub fn of_moto(&self, operation: &str, body: &Value) -> (u16, Value) {
        let moto = self.state().moto.clone();
        let account = self.state().account.clone();
        let mut stream = TcpStream::connect(moto.strip_prefix("http://").unwrap()).unwrap();
        let body = body.to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: elasticmapreduce.us-east-1.amazonaws.com\r\n\
             content-type: application/x-amz-json-1.1\r\nx-amz-target: ElasticMapReduce.{operation}\r\n\
             {ACCOUNT}: {account}\r\nauthorization: AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/elasticmapreduce/aws4_request, SignedHeaders=host, Signature=x\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn serve(&self, mut stream: TcpStream) {
        let request = Request::read(&stream);
        let target = request.headers.get("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body: Value = serde_json::from_str(&request.body).unwrap();
        self.state().asked.push((operation.clone(), body.clone()));
        let Some((status, answer)) = self.answered(&operation, &body) else { return };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n",
            answer.len()
        );
        // Who asked may have been killed meanwhile.
        let _ =
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes()));
    }

    fn rule(&self, operation: &str) -> Option<Answer> {
        let mut state = self.state();
        let is_it = |(name, times, _): &&mut (&str, usize, Answer)| {
            (*name == operation || *name == "*") && *times > 0
        };
        let rule = state.rules.iter_mut().find(is_it)?;
        rule.1 -= 1;
        Some(rule.2.clone())
    }

    fn answered(&self, operation: &str, body: &Value) -> Option<(u16, Value)> {
        match self.rule(operation) {
            Some(Answer::Refused(code)) => {
                return Some((400, json!({"__type": code, "message": format!("{code}, as told")})));
            }
            Some(Answer::Unheard) => {
                let (_, mut answer) = self.of_moto(operation, body);
                self.change(operation, body, &mut answer);
                return None;
            }
            None => {}
        }
        if operation == "CancelSteps" {
            return Some((200, self.cancel(body)));
        }
        let (status, mut answer) = self.of_moto(operation, body);
        self.change(operation, body, &mut answer);
        Some((status, answer))
    }

    /// What moto leaves as it was made.
    fn change(&self, operation: &str, body: &Value, answer: &mut Value) {
        match operation {
            "AddJobFlowSteps" => self.start_steps(body, answer),
            "DescribeStep" => self.told_step(&mut answer["Step"]),
            "ListSteps" => {
                answer["Steps"]
                    .as_array_mut()
                    .into_iter()
                    .flatten()
                    .for_each(|it| self.told_step(it));
            }
            "DescribeCluster" => {
                let id = answer["Cluster"]["Id"].as_str().unwrap_or_default();
                let state = self.state();
                if let Some(status) = state.clusters.get(id).or(state.clusters.get(ALL)) {
                    answer["Cluster"]["Status"] = status.clone();
                }
            }
            _ => {}
        }
    }

    fn told_step(&self, step: &mut Value) {
        let id = step["Id"].as_str().unwrap_or_default();
        if let Some(status) = self.state().steps.get(id) {
            step["Status"] = status.clone();
        }
    }

    fn cancel(&self, body: &Value) -> Value {
        let ids: Vec<_> = body["StepIds"].as_array().into_iter().flatten().collect();
        for id in &ids {
            self.step_is(id.as_str().unwrap(), "CANCELLED");
            if let Some(node) = &self.state().node {
                node.interrupt(id.as_str().unwrap());
            }
        }
        let told = ids.iter().map(|id| json!({"StepId": id, "Status": "SUBMITTED"}));
        json!({"CancelStepsInfoList": told.collect::<Vec<_>>()})
    }

    /// A node takes steps; without one they wait.
    fn start_steps(&self, body: &Value, answer: &Value) {
        let steps = body["Steps"].as_array().unwrap();
        for (step, id) in steps.iter().zip(answer["StepIds"].as_array().unwrap()) {
            let id = id.as_str().unwrap().to_owned();
            let Some(node) = self.state().node.clone() else {
                self.step_is(&id, "PENDING");
                continue;
            };
            self.step_is(&id, "RUNNING");
            let words = step["HadoopJarStep"]["Args"].as_array().unwrap();
            let words = words.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
            let service = self.clone();
            std::thread::spawn(move || {
                let state = if node.run(&id, words) { "COMPLETED" } else { "FAILED" };
                let mut steps = service.state();
                if steps.steps[&id]["State"] == "RUNNING" {
                    steps.steps.insert(id, json!({"State": state}));
                }
            });
        }
    }
}

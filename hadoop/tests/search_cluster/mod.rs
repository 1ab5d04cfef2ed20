//! A search cluster for tests: it keeps indexes, aliases and documents as OpenSearch and Elasticsearch do,
//! and misbehaves as it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::wire::Request;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// It is turned away, with a header.
    Status(u16, &'static str),
    /// Every other document is turned away with this status.
    Documents(u16),
    /// The connection ends before anything is done.
    Cut,
    /// All is done, but the connection ends in the middle of the answer.
    CutAnswer,
    /// Its index is removed before, by somebody else.
    Removed,
}

/// An index.
#[derive(Default)]
pub struct Index {
    /// As it was made.
    pub made: Value,
    pub documents: BTreeMap<String, Value>,
    pub aliases: BTreeSet<String>,
    visible: usize,
}

#[derive(Default)]
pub struct State {
    pub indexes: BTreeMap<String, Index>,
    pub asked: Vec<Request>,
    /// The `Authorization` without which nothing is answered.
    pub login: Option<String>,
    faults: Vec<(&'static str, usize, Fault)>,
}

pub struct SearchCluster {
    pub url: String,
    state: Arc<Mutex<State>>,
}

type Answer = (u16, Value);

impl SearchCluster {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream.unwrap(), &shared));
            }
        });
        Self { url, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next `times` requests `METHOD /path…` that hold this text go wrong.
    pub fn fault(&self, request: &'static str, times: usize, fault: Fault) {
        self.state().faults.push((request, times, fault));
    }

    /// The requests `METHOD /path…` that hold this text.
    pub fn asked(&self, request: &str) -> Vec<Request> {
        let asked = self.state().asked.clone();
        asked.into_iter().filter(|asked| asked.line().contains(request)).collect()
    }

    /// Makes an index by hand.
    pub fn put(&self, name: &str, aliases: &[&str]) {
        let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        let documents = [("old".to_owned(), json!({}))].into();
        let index = Index { aliases, documents, ..Index::default() };
        self.state().indexes.insert(name.to_owned(), index);
    }

    /// The names of all indexes, those with aliases as `name > alias`.
    pub fn names(&self) -> Vec<String> {
        let state = self.state();
        let name = |(name, index): (&String, &Index)| match index.aliases.first() {
            Some(alias) => format!("{name} > {alias}"),
            None => name.clone(),
        };
        state.indexes.iter().map(name).collect()
    }
}

fn serve(mut stream: &TcpStream, state: &Mutex<State>) {
    let request = Request::read(stream);
    let mut state = state.lock().unwrap();
    state.asked.push(request.clone());
    let fault = state.next_fault(&request);
    let (status, answer) = match fault {
        Some(Fault::Cut) => return,
        Some(Fault::Status(status, _)) => {
            (status, json!({"error": {"type": "busy_exception", "reason": "told to"}}))
        }
        _ => state.answer(&request, fault),
    };
    let header = if let Some(Fault::Status(_, header)) = fault { header } else { "x: y" };
    let body = answer.to_string();
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} x\r\nconnection: close\r\n{header}\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let whole =
        if let Some(Fault::CutAnswer) = fault { text.len() - length / 2 - 1 } else { text.len() };
    // Who asked may be gone.
    let _ = stream.write_all(&text.as_bytes()[..whole]);
}

/// The names of a query for documents of learners.
fn asked_for(body: &str) -> Vec<Value> {
    let body: Value = serde_json::from_str(body).unwrap();
    body["query"]["terms"]["username"].as_array().unwrap().clone()
}

fn is_of(document: &Value, names: &[Value]) -> bool {
    names.contains(&document["username"])
}

fn refused(status: u16, kind: &str, reason: &str) -> Answer {
    (status, json!({"error": {"type": kind, "reason": reason}, "status": status}))
}

impl State {
    fn next_fault(&mut self, request: &Request) -> Option<Fault> {
        let line = request.line();
        let due = |fault: &&mut (&str, usize, Fault)| fault.1 > 0 && line.contains(fault.0);
        let fault = self.faults.iter_mut().find(due)?;
        fault.1 -= 1;
        Some(fault.2)
    }

    fn answer(&mut self, request: &Request, fault: Option<Fault>) -> Answer {
        if self.login.as_ref().is_some_and(|login| login != request.authorization()) {
            return refused(401, "security_exception", "missing authentication credentials");
        }
        let (path, _) = request.path_and_query();
        let parts: Vec<_> = path.trim_matches('/').split('/').collect();
        if let Some(Fault::Removed) = fault {
            self.indexes.remove(parts[0]);
        }
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", [names, "_alias"]) => self.aliases_of(names),
            ("POST", ["_aliases"]) => self.turn(&request.body),
            ("POST", [index, "_bulk"]) => self.bulk(index, request, fault),
            ("POST", [name, "_refresh"]) => {
                let mut found = false;
                for index in self.behind(name) {
                    index.visible = index.documents.len();
                    found = true;
                }
                match found {
                    true => (200, json!({"_shards": {"failed": 0}})),
                    false => refused(404, "index_not_found_exception", "no such index"),
                }
            }
            ("GET", [index, "_count"]) => self.with(index, |index| json!({"count": index.visible})),
            ("POST", [name, "_count"]) => {
                let names = asked_for(&request.body);
                let found = self.behind(name).flat_map(|index| index.documents.values());
                let count = found.filter(|document| is_of(document, &names)).count();
                (200, json!({"count": count}))
            }
            ("POST", [name, "_delete_by_query"]) => {
                let names = asked_for(&request.body);
                let mut deleted = 0;
                for index in self.behind(name) {
                    let before = index.documents.len();
                    index.documents.retain(|_, document| !is_of(document, &names));
                    deleted += before - index.documents.len();
                }
                (200, json!({"deleted": deleted, "failures": []}))
            }
            ("POST", [_, "_forcemerge"]) => (200, json!({"_shards": {"failed": 0}})),
            ("PUT", [index, "_doc", id]) => {
                let document = serde_json::from_str(&request.body).unwrap();
                let index = self.indexes.entry((*index).to_owned()).or_default();
                index.documents.insert((*id).to_owned(), document);
                (201, json!({"result": "created"}))
            }
            ("PUT", [index]) => self.make(index, &request.body),
            ("DELETE", [index]) => match self.indexes.remove(*index) {
                Some(_) => (200, json!({"acknowledged": true})),
                None => refused(404, "index_not_found_exception", "no such index"),
            },
            _ => refused(405, "method_not_allowed", &request.line()),
        }
    }

    /// An index of this name, or those that an alias leads to.
    fn behind(&mut self, name: &str) -> impl Iterator<Item = &mut Index> {
        let name = name.to_owned();
        let meant = move |of: &str, index: &Index| of == name || index.aliases.contains(&name);
        self.indexes.iter_mut().filter(move |(of, index)| meant(of, index)).map(|(_, index)| index)
    }

    fn with(&mut self, index: &str, act: impl FnOnce(&mut Index) -> Value) -> Answer {
        match self.indexes.get_mut(index) {
            Some(index) => (200, act(index)),
            None => refused(404, "index_not_found_exception", "no such index"),
        }
    }

    fn aliases_of(&self, names: &str) -> Answer {
        let prefix = names.strip_suffix('*');
        let meant = |(name, index): &(&String, &Index)| match prefix {
            Some(prefix) => name.starts_with(prefix),
            None => *name == names || index.aliases.contains(names),
        };
        let shown = |(name, index): (&String, &Index)| {
            let aliases = index.aliases.iter().map(|alias| (alias.clone(), json!({})));
            (name.clone(), json!({"aliases": aliases.collect::<serde_json::Map<_, _>>()}))
        };
        let found: serde_json::Map<_, _> = self.indexes.iter().filter(meant).map(shown).collect();
        if found.is_empty() && prefix.is_none() {
            return refused(404, "index_not_found_exception", "no such index");
        }
        (200, found.into())
    }

    fn make(&mut self, index: &str, body: &str) -> Answer {
        if self.indexes.contains_key(index) {
            return refused(400, "resource_already_exists_exception", "index already exists");
        }
        let made = serde_json::from_str(body).unwrap();
        self.indexes.insert(index.to_owned(), Index { made, ..Index::default() });
        (200, json!({"acknowledged": true, "shards_acknowledged": true, "index": index}))
    }

    /// All actions or none.
    fn turn(&mut self, body: &str) -> Answer {
        let body: Value = serde_json::from_str(body).unwrap();
        let mut aliases: BTreeMap<String, BTreeSet<String>> = self
            .indexes
            .iter()
            .map(|(name, index)| (name.clone(), index.aliases.clone()))
            .collect();
        for action in body["actions"].as_array().unwrap() {
            let (kind, what) = action.as_object().unwrap().iter().next().unwrap();
            let alias = what["alias"].as_str().unwrap().to_owned();
            let Some(of_index) = aliases.get_mut(what["index"].as_str().unwrap()) else {
                return refused(404, "index_not_found_exception", "no such index");
            };
            match kind.as_str() {
                "add" => drop(of_index.insert(alias)),
                _ if !of_index.remove(&alias) => {
                    return refused(404, "aliases_not_found_exception", "aliases missing");
                }
                _ => {}
            }
        }
        for (name, aliases) in aliases {
            self.indexes.get_mut(&name).unwrap().aliases = aliases;
        }
        (200, json!({"acknowledged": true}))
    }

    /// An index that is not there is made, as by the real ones.
    fn bulk(&mut self, index: &str, request: &Request, fault: Option<Fault>) -> Answer {
        assert_eq!(request.headers["content-type"], "application/x-ndjson");
        assert!(request.body.ends_with('\n'));
        let index = self.indexes.entry(index.to_owned()).or_default();
        let lines: Vec<Value> =
            request.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut items = Vec::new();
        for (number, action) in lines.chunks(2).enumerate() {
            let id = action[0]["index"]["_id"].as_str().unwrap();
            let (status, error) = match fault {
                Some(Fault::Documents(status)) if number % 2 == 0 => (
                    status,
                    json!({"type": "rejected_execution_exception", "reason": "queue full"}),
                ),
                _ => index.take(id, &action[1]),
            };
            let mut outcome = json!({"status": status});
            if !error.is_null() {
                outcome["error"] = error;
            }
            items.push(json!({"index": outcome}));
        }
        (200, json!({"items": items}))
    }
}

impl Index {
    fn take(&mut self, id: &str, source: &Value) -> (u16, Value) {
        let fields = &self.made["mappings"]["properties"];
        for (name, value) in source.as_object().unwrap() {
            if fields[name]["type"] == "integer" && !value.is_i64() {
                let cause = json!({"type": "illegal_argument", "reason": "no number"});
                let reason = format!("failed to parse field [{name}]");
                let kind = "mapper_parsing_exception";
                return (400, json!({"type": kind, "reason": reason, "caused_by": cause}));
            }
        }
        let known = self.documents.insert(id.to_owned(), source.clone()).is_some();
        (if known { 200 } else { 201 }, Value::Null)
    }
}

//! Documents on their way into an index: in requests of bounded size, several at once, each tried again
//! for what a busy cluster turns away.

use super::IndexError;
use super::cluster::{Cluster, LINES};
use super::error::told;
use crate::config::IndexConfig;
use crate::http::Clock;
use crate::runner::in_parallel;
use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Statuses of documents that may be taken later.
const BUSY: &[u16] = &[429, 503];
/// How many reasons of a refusal are told.
const REASONS: usize = 3;

/// Sends all documents, and gives their number. What was sent is in the index, but not visible yet.
pub fn send(
    config: &IndexConfig,
    cluster: &Cluster,
    index: &str,
    documents: impl Iterator<Item = io::Result<Vec<u8>>> + Send,
    clock: &Clock,
) -> Result<u64, IndexError> {
    let source = Mutex::new(Source::new(documents, config));
    let source = || source.lock().unwrap_or_else(PoisonError::into_inner);
    let throttle = Duration::try_from_secs_f64(config.throttle).map_err(|_| {
        IndexError::Unusable(format!("index.throttle is {}, which is no time", config.throttle))
    })?;
    let task = || -> Result<(), IndexError> {
        let mut first = true;
        loop {
            let Some(batch) = source().batch()? else { return Ok(()) };
            if !std::mem::take(&mut first) {
                (clock.sleep)(throttle);
            }
            batch.deliver(cluster, index, clock)?;
        }
    };
    let tasks = config.indexing_tasks.max(1);
    in_parallel(tasks, vec![(); tasks], |()| task().inspect_err(|_| source().ended = true))?;
    Ok(source().number)
}

/// One line.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(rename = "_id", borrow)]
    id: Cow<'a, str>,
    #[serde(rename = "_source", borrow)]
    source: &'a RawValue,
}

/// Where batches come from.
struct Source<D> {
    documents: D,
    size: usize,
    bytes: usize,
    /// Documents that were read.
    number: u64,
    /// The one that had no room in the batch before.
    next: Option<Vec<u8>>,
    ended: bool,
}

impl<D: Iterator<Item = io::Result<Vec<u8>>>> Source<D> {
    fn new(documents: D, config: &IndexConfig) -> Self {
        let (size, bytes) = (config.batch_size.max(1), config.batch_bytes);
        Self { documents, size, bytes, number: 0, next: None, ended: false }
    }

    /// The next documents, as many as fit; none at the end, or when nobody wants more.
    fn batch(&mut self) -> Result<Option<Batch>, IndexError> {
        let mut batch = Batch::default();
        while !self.ended && batch.ends.len() < self.size {
            let Some(action) = self.action()? else { break };
            if !batch.body.is_empty() && batch.body.len() + action.len() > self.bytes {
                self.next = Some(action);
                break;
            }
            batch.push(&action);
        }
        Ok(Some(batch).filter(|batch| !batch.ends.is_empty()))
    }

    fn action(&mut self) -> Result<Option<Vec<u8>>, IndexError> {
        if let Some(action) = self.next.take() {
            return Ok(Some(action));
        }
        let Some(line) = self.documents.next() else { return Ok(None) };
        self.number += 1;
        let number = self.number;
        let line = line.map_err(|source| IndexError::Read { number, source })?;
        let wrong = |e: serde_json::Error| IndexError::Document { number, what: e.to_string() };
        let document: Document = serde_json::from_slice(&line).map_err(wrong)?;
        let id = serde_json::to_string(&document.id).map_err(wrong)?;
        let source = document.source.get();
        Ok(Some(format!("{{\"index\":{{\"_id\":{id}}}}}\n{source}\n").into_bytes()))
    }
}

/// Documents of one request, as its body, and where each ends in it.
#[derive(Default)]
struct Batch {
    body: Vec<u8>,
    ends: Vec<usize>,
}

/// What the cluster answers: one outcome a document, in the order of the request.
#[derive(Deserialize)]
struct Answer {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    status: u16,
    #[serde(default)]
    error: Value,
}

impl Batch {
    fn push(&mut self, action: &[u8]) {
        self.body.extend_from_slice(action);
        self.ends.push(self.body.len());
    }

    /// Sends the documents until all are taken. An id that is sent twice is one document, so nothing
    /// happens twice.
    fn deliver(mut self, cluster: &Cluster, index: &str, clock: &Clock) -> Result<(), IndexError> {
        let path = format!("{index}/_bulk?filter_path=items.*.status,items.*.error");
        let mut retries = cluster.retries();
        loop {
            let body = Bytes::from(std::mem::take(&mut self.body));
            let answer = cluster.send(Method::POST, &path, (LINES, body.clone()), &mut retries)?;
            let Some((left, reason)) = self.turned_away(index, &body, answer)? else {
                return Ok(());
            };
            self = left;
            log::warn!("{index} turned {} documents away: {reason}", self.ends.len());
            if !retries.again(clock, None) {
                let (count, tries) = (self.ends.len(), retries.tried());
                return Err(IndexError::Busy { index: index.to_owned(), count, tries, reason });
            }
        }
    }

    /// The documents that are to be sent again, and why; none when all were taken.
    fn turned_away(
        &self,
        index: &str,
        body: &[u8],
        answer: Answer,
    ) -> Result<Option<(Self, String)>, IndexError> {
        if answer.items.len() != self.ends.len() {
            let (found, sent) = (answer.items.len() as u64, self.ends.len() as u64);
            return Err(IndexError::Lost { index: index.to_owned(), sent, found });
        }
        let (mut left, mut busy) = (Self::default(), None);
        let (mut count, mut reasons) = (0, Vec::new());
        let mut begin = 0;
        for (item, end) in answer.items.iter().zip(&self.ends) {
            let outcome = &item.index;
            if BUSY.contains(&outcome.status) {
                left.push(&body[begin..*end]);
                busy.get_or_insert_with(|| told(&outcome.error));
            } else if !(200..300).contains(&outcome.status) {
                count += 1;
                let reason = format!("{} {}", outcome.status, told(&outcome.error));
                if reasons.len() < REASONS && !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            begin = *end;
        }
        if count > 0 {
            return Err(IndexError::Refused { index: index.to_owned(), count, reasons });
        }
        Ok(busy.map(|reason| (left, reason)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn batches(lines: &[String], size: usize, bytes: usize) -> Result<Vec<Batch>, IndexError> {
        let config = IndexConfig { batch_size: size, batch_bytes: bytes, ..IndexConfig::default() };
        let lines = lines.iter().map(|line| Ok(line.clone().into_bytes()));
        let mut source = Source::new(lines, &config);
        std::iter::from_fn(|| source.batch().transpose()).collect()
    }

    fn line(id: &str, length: usize) -> String {
        format!(r#"{{"_id":"{id}","_source":{{"name":"{}"}}}}"#, "x".repeat(length))
    }

    #[test]
    fn a_batch_is_full_by_documents_or_by_bytes_and_a_large_one_goes_alone() {
        let lines = [1, 1, 1, 1, 500, 1, 150, 1].map(|length| line("i", length));
        let found = batches(&lines, 3, 200).unwrap();
        assert_eq!(found.iter().map(|b| b.ends.len()).collect::<Vec<_>>(), [3, 1, 1, 1, 1, 1]);
        assert!(found.iter().filter(|b| b.ends.len() > 1).all(|b| b.body.len() <= 200));
        assert!(batches(&[], 3, 200).unwrap().is_empty());
    }

    #[test]
    fn a_document_is_an_action_and_its_source_as_it_is() {
        let line = r#"{"_id":"a\"\\u0041","_source":{"b" : 1.0}}"#.replace(r"\\u", r"\u");
        let found = batches(&[line], 9, 999).unwrap();
        let text = String::from_utf8(found[0].body.clone()).unwrap();
        assert_eq!(text, "{\"index\":{\"_id\":\"a\\\"A\"}}\n{\"b\" : 1.0}\n");
    }

    #[test]
    fn a_line_that_is_no_document_is_told_by_its_number() {
        for broken in ["", "{", "[]", r#"{"_id":1,"_source":{}}"#, r#"{"_id":"x"}"#] {
            let said =
                batches(&[line("i", 1), broken.to_owned()], 9, 999).err().unwrap().to_string();
            assert!(said.starts_with("line 2 is no document"), "{said}");
        }
    }
}

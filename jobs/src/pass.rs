//! A pass: several jobs over the same input at once (spec 00 §1, 01 §1 "Fusing").
//!
//! Every line between map and reduce begins with the name of its job, so that one sort serves all.
//! A scan is the pass of the fact jobs over the logs: each line is parsed once for all of them.
//! A reducer's lines are `job`, then the day where the job fills a table by days, then the row.

mod rejected;
mod source;

use crate::copy::CopyMapper;
use crate::event::{Event, LONGEST_LINE, Prefilter};
use crate::job::{Extract, Job, KeepAll, Step, WHOLE_LINE, Work};
use crate::params::{FILES, ParamError, Params};
use crate::retired::{self, Retired};
use crate::side_output::{FileReducer, Folder};
use crate::streaming::output::People;
use crate::streaming::shuffle::key_len;
use crate::streaming::{Error, Foldable, Mapper, Output, Partitioner, Reducer, Values};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

pub use rejected::REJECTED;
use rejected::RejectedFile;
pub(crate) use rejected::write_rejected;
pub use source::{FILES_FOLDER, STEP_FOLDER, Source};

/// Names the lines that tell which days a log file speaks of: `address, job, day`.
pub const SCANNED: &str = "_scanned";

/// Jobs that run together.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The jobs.
    pub jobs: Vec<&'static Job>,
    /// Which of their steps, from 0.
    pub step: usize,
    /// The run's parameters.
    pub params: Params,
}

impl Pass {
    /// How lines are dealt to reducers: by the job, and the fields that its step asks for.
    #[must_use]
    pub fn partitioner(&self) -> Partitioner {
        let fields = self.jobs.iter().map(|job| match job.partitioner(self.step) {
            Partitioner::Fields(fields) | Partitioner::Key(fields) => fields,
        });
        Partitioner::Fields(1 + fields.max().unwrap_or(1))
    }

    /// Whether a job of the pass ends with it.
    #[must_use]
    pub fn ends(&self, job: &Job) -> bool {
        job.steps() <= self.step + 1
    }

    /// Whether one reducer has to take all lines.
    #[must_use]
    pub fn is_of_one_reducer(&self) -> bool {
        self.partitioner() == Partitioner::Fields(1)
    }

    /// The parameters of its jobs that name files, with what they name; of a pass over logs, the list of
    /// learners who have left.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let used = |name: &&&str| self.jobs.iter().any(|job| job.params.contains(name));
        let of_jobs = FILES.iter().filter(used).copied();
        let list = self.reads_logs().then_some(retired::PARAM);
        of_jobs.chain(list).filter_map(|name| Some((name, self.params.get(name)?)))
    }

    /// Whether it reads logs, or facts of them that stand in the warehouse.
    #[must_use]
    pub fn reads_logs(&self) -> bool {
        self.is_scan() || self.is_copy()
    }

    /// Makes the mapper for the lines of one source.
    ///
    /// # Errors
    /// When a job's parameters are missing or unreadable.
    pub fn mapper(&self, source: &Source) -> Result<Box<dyn Mapper>, ParamError> {
        Ok(match source {
            Source::Logs(address) if self.is_copy() => {
                Box::new(CopyMapper::new(&self.jobs, &self.params, address)?)
            }
            Source::Logs(address) => Box::new(ScanMapper::new(&self.jobs, &self.params, address)?),
            Source::Table { table, partition } if self.is_scan() => {
                Box::new(FactsAgain::new(&self.jobs, &self.params, table, partition)?)
            }
            Source::Table { table, .. } => Box::new(self.fused_mapper(|job| {
                job.inputs.iter().any(|i| i.table.name == table).then_some(table.as_str())
            })?),
            Source::Step { job: name } => {
                Box::new(self.fused_mapper(|job| (job.name == name).then_some(job.name))?)
            }
        })
    }

    /// Makes the combiner, if a job of the pass has one; the other jobs' lines pass unchanged.
    ///
    /// # Errors
    /// When a job's parameters are missing or unreadable.
    pub fn combiner(&self) -> Result<Option<FusedReducer>, ParamError> {
        if !self.steps().any(|(_, step)| step.combiner.is_some()) {
            return Ok(None);
        }
        let parts = self.steps().map(|(job, step)| {
            let reducer = step.combiner.map(|make| make(&self.params)).transpose()?;
            Ok(Part { name: job.name, key: step.key, reducer })
        });
        Ok(Some(FusedReducer::new(parts.collect::<Result<_, ParamError>>()?)))
    }

    /// Makes the reducer.
    ///
    /// # Errors
    /// When a job's parameters are missing or unreadable.
    pub fn reducer(&self) -> Result<FusedReducer, ParamError> {
        let whole = |name| Part { name, key: WHOLE_LINE, reducer: Some(Box::new(Once)) };
        let mut parts = vec![whole(SCANNED), whole(REJECTED)];
        for job in &self.jobs {
            parts.push(match job.work {
                Work::Scan(scan) => Part {
                    name: job.name,
                    key: scan.key_columns.saturating_add(1),
                    reducer: Some((scan.merge)()),
                },
                Work::Copy(_) => {
                    Part { name: job.name, key: WHOLE_LINE, reducer: Some(Box::new(KeepAll)) }
                }
                Work::Steps(_) | Work::Make(_) | Work::Pull => continue,
            });
        }
        for (job, step) in self.steps() {
            let reducer = Some((step.reducer)(&self.params)?);
            parts.push(Part { name: job.name, key: step.key, reducer });
        }
        Ok(FusedReducer::new(parts))
    }

    /// Makes the reducer `number` of a pass that copies log lines: it writes their files below
    /// `folder/files/JOB/` and gives no lines.
    ///
    /// # Errors
    /// When a job's parameters are missing or unreadable.
    pub fn file_reducer(&self, folder: &Arc<Folder>, number: usize) -> Result<FusedReducer, Error> {
        let mut parts = vec![RejectedFile::part(folder, number)];
        for job in &self.jobs {
            let Work::Copy(copy) = job.work else { continue };
            let pack = (copy.pack)(&self.params)?;
            let reducer = FileReducer::new(Arc::clone(folder), job.name, pack);
            parts.push(Part { name: job.name, key: 1, reducer: Some(Box::new(reducer)) });
        }
        Ok(FusedReducer::new(parts))
    }

    /// Whether it copies log lines.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        self.jobs.iter().any(|job| matches!(job.work, Work::Copy(_)))
    }

    fn is_scan(&self) -> bool {
        self.jobs.iter().any(|job| matches!(job.work, Work::Scan(_)))
    }

    fn steps(&self) -> impl Iterator<Item = (&'static Job, &'static Step)> {
        self.jobs.iter().filter_map(|job| match job.work {
            Work::Steps(steps) => Some((*job, steps.get(self.step)?)),
            Work::Scan(_) | Work::Make(_) | Work::Copy(_) | Work::Pull => None,
        })
    }

    fn fused_mapper<'t>(
        &self,
        table_for: impl Fn(&'static Job) -> Option<&'t str>,
    ) -> Result<FusedMapper, ParamError> {
        let mut parts = Vec::new();
        for (job, step) in self.steps() {
            if let Some(table) = table_for(job) {
                parts.push((job.name, (step.mapper)(&self.params, table)?));
            }
        }
        Ok(FusedMapper { parts })
    }
}

struct FusedMapper {
    parts: Vec<(&'static str, Box<dyn Mapper>)>,
}

impl Mapper for FusedMapper {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        for (name, mapper) in &mut self.parts {
            out.set_tag(name);
            mapper.map(line, out)?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), Error> {
        for (name, mapper) in &mut self.parts {
            out.set_tag(name);
            mapper.finish(out)?;
        }
        Ok(())
    }
}

/// What the rows of a job's facts tell of learners; none where nobody has left, or they tell nothing.
fn people(job: &Job, extractor: &dyn Extract, retired: Option<&Rc<Retired>>) -> Option<People> {
    /// The job's name and the day stand before the columns.
    const BEFORE: usize = 2;
    let table = job.fills.first()?.table;
    let columns = retired::columns_of(table).into_iter();
    let fields: Rc<[_]> =
        columns.map(|(at, person)| (BEFORE + extractor.place_of(at), person)).collect();
    let is_listing = retired::LISTING.contains(&table.name);
    let people = People { retired: Rc::clone(retired?), fields, is_listing };
    (!people.fields.is_empty()).then_some(people)
}

/// Facts that stand in the warehouse already, so that late ones are merged with them.
struct FactsAgain {
    parts: Vec<(&'static str, Box<dyn Extract>, Option<People>)>,
    day: Vec<u8>,
}

impl FactsAgain {
    fn new(
        jobs: &[&'static Job],
        params: &Params,
        table: &str,
        day: &str,
    ) -> Result<Self, ParamError> {
        let (mut parts, retired) = (Vec::new(), Retired::of(params)?);
        for job in jobs {
            if let Work::Scan(scan) = job.work
                && job.fills.iter().any(|fill| fill.table.name == table)
            {
                let extractor = (scan.extract)(params)?;
                let people = people(job, extractor.as_ref(), retired.as_ref());
                parts.push((job.name, extractor, people));
            }
        }
        Ok(Self { parts, day: day.as_bytes().to_vec() })
    }
}

impl Mapper for FactsAgain {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        for (name, extractor, people) in &mut self.parts {
            out.set_tag(name);
            out.set_people(people.clone());
            extractor.again(&self.day, line, out)?;
        }
        Ok(())
    }
}

/// Parses each log line once, for all fact jobs.
struct ScanMapper {
    address: String,
    prefilter: Prefilter,
    parts: Vec<Facts>,
    days: Days,
}

/// One job's share of a scan.
struct Facts {
    job: &'static str,
    extractor: Box<dyn Extract>,
    foldable: Option<Foldable>,
    people: Option<People>,
    /// The days of which it wrote facts, and the last one, which mostly is that of the next event.
    days: BTreeSet<String>,
    day: String,
}

impl ScanMapper {
    fn new(jobs: &[&'static Job], params: &Params, address: &str) -> Result<Self, ParamError> {
        let (mut parts, mut needles) = (Vec::new(), Vec::new());
        let retired = Retired::of(params)?;
        for job in jobs {
            let Work::Scan(scan) = job.work else { continue };
            let extractor = (scan.extract)(params)?;
            parts.push(Facts {
                job: job.name,
                people: people(job, extractor.as_ref(), retired.as_ref()),
                extractor,
                foldable: scan.foldable(),
                days: BTreeSet::new(),
                day: String::new(),
            });
            needles.push(scan.needles);
        }
        Ok(Self {
            address: address.to_owned(),
            prefilter: Prefilter::for_any(&needles),
            parts,
            days: Days::new(params),
        })
    }

    fn extract(
        &mut self,
        event: &Event,
        day: &str,
        wants: impl Fn(&dyn Extract) -> bool,
        out: &mut Output,
    ) -> Result<(), Error> {
        let wanted = |facts: &&mut Facts| wants(facts.extractor.as_ref());
        self.parts.iter_mut().filter(wanted).try_for_each(|facts| facts.extract(event, day, out))
    }

    /// An event that most jobs have to discard may have a day for those that read its time strictly.
    fn extract_by_strict_time(&mut self, event: &Event, out: &mut Output) -> Result<(), Error> {
        let Some(time) = event.strict_time() else { return Ok(()) };
        let day = time.date().to_string();
        if !self.days.wanted(&day) {
            return Ok(());
        }
        self.extract(event, &day, |extractor| extractor.day_of_strict_time(), out)
    }
}

impl Facts {
    fn extract(&mut self, event: &Event, day: &str, out: &mut Output) -> Result<(), Error> {
        out.set_tag(self.job);
        out.set_foldable(self.foldable);
        out.set_people(self.people.clone());
        let before = out.written;
        self.extractor.extract(event, day, out)?;
        if out.written > before && self.day != day {
            day.clone_into(&mut self.day);
            self.days.insert(day.to_owned());
        }
        Ok(())
    }
}

impl Mapper for ScanMapper {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        let Some(event) = read_event(line, &self.prefilter, out) else { return Ok(()) };
        let day = match event.day() {
            Ok(day) => day,
            Err(reject) => {
                out.reject("Event", reject.counter());
                return self.extract_by_strict_time(&event, out);
            }
        };
        if self.days.wanted(day) { self.extract(&event, day, |_| true, out) } else { Ok(()) }
    }

    fn finish(&mut self, out: &mut Output) -> Result<(), Error> {
        for facts in &mut self.parts {
            out.set_tag(facts.job);
            out.set_foldable(facts.foldable);
            out.set_people(facts.people.clone());
            facts.extractor.finish(out)?;
        }
        out.set_tag(SCANNED);
        for facts in &self.parts {
            for day in &facts.days {
                out.row().text(&self.address).text(facts.job).text(day).end()?;
            }
        }
        write_rejected(&self.address, out)
    }
}

/// Reads a log line that may be of interest, and counts what becomes of it.
pub(crate) fn read_event<'l>(
    line: &'l [u8],
    prefilter: &Prefilter,
    out: &mut Output,
) -> Option<Event<'l>> {
    out.count("Event", "Lines", 1);
    if line.len() <= LONGEST_LINE && !prefilter.may_match(line) {
        out.count("Event", "Lines Of No Interest", 1);
        return None;
    }
    let event = Event::parse(line);
    event.inspect_err(|reject| out.reject("Event", reject.counter())).ok()
}

/// The days that a scan takes: all of them, a range (`scan_from`, `scan_until`), or those named
/// (`scan_days`, joined by commas: a rebuild).
enum Days {
    All,
    Range(String, String),
    Named(BTreeSet<String>),
}

impl Days {
    fn new(params: &Params) -> Self {
        match (params.get("scan_days"), params.get("scan_from"), params.get("scan_until")) {
            (Some(days), _, _) => Self::Named(days.split(',').map(str::to_owned).collect()),
            (None, Some(from), Some(until)) => Self::Range(from.to_owned(), until.to_owned()),
            _ => Self::All,
        }
    }

    fn wanted(&self, day: &str) -> bool {
        match self {
            Self::All => true,
            Self::Range(from, until) => from.as_str() <= day && day < until.as_str(),
            Self::Named(days) => days.contains(day),
        }
    }
}

struct Part {
    name: &'static str,
    /// Fields of the key, without the job's name.
    key: usize,
    /// None: lines pass unchanged.
    reducer: Option<Box<dyn Reducer>>,
}

/// The reducers of a pass as one: the job's name at the front of a key chooses.
pub struct FusedReducer {
    parts: Vec<Part>,
    keys: Keys,
}

/// Tells how many bytes of a line are its key, by the job at its front.
#[derive(Clone)]
pub struct Keys(Vec<(&'static str, usize)>);

impl Keys {
    /// Length of the key of a line, the job's name included.
    #[must_use]
    pub fn key_len(&self, line: &[u8]) -> usize {
        let name = &line[..key_len(line, 1)];
        let fields =
            self.0.iter().find(|(n, _)| n.as_bytes() == name).map_or(WHOLE_LINE, |(_, f)| *f);
        if fields == WHOLE_LINE { line.len() } else { key_len(line, fields + 1) }
    }
}

impl FusedReducer {
    fn new(parts: Vec<Part>) -> Self {
        let keys = Keys(parts.iter().map(|part| (part.name, part.key)).collect());
        Self { parts, keys }
    }

    /// How the lines of this reducer are grouped.
    #[must_use]
    pub fn keys(&self) -> Keys {
        self.keys.clone()
    }
}

impl Reducer for FusedReducer {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        let name = &key[..key_len(key, 1)];
        let part = self.parts.iter_mut().find(|part| part.name.as_bytes() == name);
        let Some(part) = part else {
            return Err(Error::contract(
                "a line between map and reduce",
                "no such job in this pass",
                key,
            ));
        };
        out.set_tag(part.name);
        let rest = key.get(name.len() + 1..).unwrap_or_default();
        match &mut part.reducer {
            Some(reducer) => reducer.reduce(rest, values, out),
            None => pass_on(rest, values, out),
        }
    }
}

fn pass_on(key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
    while let Some(value) = values.next()? {
        out.row().fields(key).fields(value).end()?;
    }
    Ok(())
}

/// Keeps one of equal lines.
struct Once;

impl Reducer for Once {
    fn reduce(&mut self, key: &[u8], _: &mut Values, out: &mut Output) -> Result<(), Error> {
        out.line(key)
    }
}

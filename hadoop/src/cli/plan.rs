//! `insights plan`: what a run would do, and why.

use super::{print, run};
use hadoop::error::Drive;
use hadoop::ledger::Ledger;
use hadoop::permission::permitted;
use hadoop::plan;
use hadoop::run::Request;
use hadoop::storage::Place;
use hadoop::{copies, scan, workflow};
use jobs::job::{Job, Work};
use jobs::params::Params;
use std::path::Path;

/// Prints each step with its state and the reason.
pub fn plan(file: Option<&Path>, args: &run::Args) -> Drive<()> {
    let (settings, request) = run::prepare(file, args)?;
    let wanted = plan::closure(&request.names)?;
    let wanted = permitted(&settings, &request, wanted)?;
    let ledger = Ledger::look(&Place::at(&settings.config.warehouse.url)?)?;
    let steps = &request.steps;
    plan::check(&request, &wanted, &ledger)?;
    let on = settings.scanned_jobs()?;
    let facts = steps.facts(&wanted, on.as_deref());
    let mut text: String =
        request.left_out.iter().map(|reason| format!("SKIPPED\t{reason}\n")).collect();
    let todo = match facts.is_empty() {
        true => {
            if !plan::facts(&wanted, on.as_deref()).is_empty() {
                text += &format!("SKIPPED\tscan\t{}\n", steps.reason());
            }
            scan::Todo::default()
        }
        false => {
            let Request { sources, params, force, .. } = &request;
            let todo = scan::compare(sources, params, &facts, &ledger, force)?;
            let word = if todo.is_nothing() { "COMPLETE" } else { "STALE" };
            text += &format!("{word}\tscan\t{}\n", todo.reason());
            todo
        }
    };
    let mut params = request.params.clone();
    plan::resolve_params(&mut params, &ledger, &wanted, request.now)?;
    copies::read_config(&mut params)?;
    let mut stale: Vec<&str> = if todo.is_nothing() { Vec::new() } else { names(&facts) };
    let needed = plan::needed(&request.names, &wanted, &params, &ledger, &request.force)?;
    for job in &needed {
        if matches!(job.work, Work::Scan(_)) {
            continue;
        }
        if !steps.takes(job) {
            text += &format!("SKIPPED\t{}\t{}\n", job.name, steps.reason());
            continue;
        }
        for (other, params) in plan::others(job, &params, &ledger, &needed)? {
            if !steps.takes(other) {
                continue;
            }
            let (word, reason) = planned(other, &stale, &params, &ledger, &request)?;
            if word != "COMPLETE" {
                stale.push(other.name);
            }
            text += &format!("{word}\t{} for {}\t{reason}\n", other.name, job.name);
        }
        let (word, reason) = planned(job, &stale, &params, &ledger, &request)?;
        if word != "COMPLETE" {
            stale.push(job.name);
        }
        text += &format!("{word}\t{}\t{reason}\n", job.name);
    }
    print(&text)
}

fn names(jobs: &[&'static Job]) -> Vec<&'static str> {
    jobs.iter().map(|job| job.name).collect()
}

/// A job is stale, too, when something that it reads will be made again.
fn planned(
    job: &Job,
    stale: &[&str],
    params: &Params,
    ledger: &Ledger,
    request: &Request,
) -> Drive<(&'static str, String)> {
    let reads = plan::reads(job, params, ledger, &request.sources)?;
    let state = plan::state(job, params, ledger, &request.force, &reads)?;
    let filling = job.inputs.iter().filter_map(|input| workflow::filling(input.table.name));
    let waits: Vec<_> = filling.map(|job| job.name).filter(|name| stale.contains(name)).collect();
    if state == plan::State::Complete && !waits.is_empty() {
        return Ok(("STALE", format!("{} will be made again", waits.join(", "))));
    }
    Ok(state.said())
}

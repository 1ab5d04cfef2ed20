//! What the program says of its jobs.

use jobs::job::{Job, Work};
use jobs::registry::JOBS;
use jobs::table::Table;
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Prints one line a job: name, kind, tables, internal or not, what it is for; TAB between.
pub fn list() -> anyhow::Result<()> {
    let mut text = String::new();
    for job in JOBS {
        let tables: Vec<_> = job.fills.iter().map(|fill| fill.table.name).collect();
        let internal = if job.internal { "internal" } else { "" };
        writeln!(
            text,
            "{}\t{}\t{}\t{internal}\t{}",
            job.name,
            job.kind(),
            tables.join(","),
            job.about
        )?;
    }
    Ok(io::stdout().write_all(text.as_bytes())?)
}

/// Prints all about a job, or only the Hive DDL of its tables.
pub fn describe(job: &Job, hive: bool) -> anyhow::Result<()> {
    let text = if hive {
        job.fills.iter().map(|fill| fill.table.hive_ddl()).collect()
    } else {
        described(job)?
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

fn described(job: &Job) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "{}: {}", job.name, job.about)?;
    writeln!(text, "kind: {}{}", job.kind(), if job.internal { ", internal" } else { "" })?;
    if matches!(job.work, Work::Scan(_) | Work::Copy(_)) {
        writeln!(text, "reads: tracking logs")?;
    }
    for input in job.inputs {
        let only = input.only_if.map(|switch| format!(", if {switch}")).unwrap_or_default();
        writeln!(text, "reads: {} ({}{only})", input.table.name, input.at.said())?;
    }
    for fill in job.fills {
        writeln!(
            text,
            "fills: {} ({} = {})",
            fill.table.name,
            fill.table.partition,
            fill.at.said()
        )?;
        columns(fill.table, &mut text)?;
    }
    for param in job.params {
        writeln!(text, "parameter: {param}")?;
    }
    streaming(job, &mut text)?;
    Ok(text)
}

fn columns(table: &Table, text: &mut String) -> anyhow::Result<()> {
    for column in table.columns {
        let required = if column.required { ", not null" } else { "" };
        writeln!(text, "  {}: {:?}{required}", column.name, column.kind)?;
    }
    Ok(())
}

/// How to run a job by hand with Hadoop Streaming alone.
fn streaming(job: &Job, text: &mut String) -> anyhow::Result<()> {
    let combines = |step: usize| match job.work {
        Work::Steps(steps) => steps.get(step).is_some_and(|s| s.combiner.is_some()),
        Work::Scan(_) | Work::Make(_) | Work::Copy(_) | Work::Pull => false,
    };
    for step in 0..job.steps() {
        let jobs::streaming::Partitioner::Fields(fields) = job.partitioner(step) else { continue };
        let number = step + 1;
        writeln!(text, "step {number} with Hadoop Streaming:")?;
        writeln!(
            text,
            "  -D stream.num.map.output.key.fields=100 -D stream.num.reduce.output.key.fields=1"
        )?;
        writeln!(text, "  -D mapreduce.partition.keypartitioner.options=-k1,{fields}")?;
        writeln!(text, "  -partitioner org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner")?;
        let side = |side: &str| format!("'jobs {side} {} --step {number}'", job.name);
        let combiner =
            if combines(step) { format!(" -combiner {}", side("combine")) } else { String::new() };
        writeln!(text, "  -mapper {}{combiner} -reducer {}", side("map"), side("reduce"))?;
    }
    Ok(())
}

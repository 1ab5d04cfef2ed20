//! Causes that the platform names, each by words that Hadoop's versions have for it.

/// A cause, by what is said of it.
pub struct Rule {
    /// Texts of which any is said.
    signs: &'static [&'static str],
    /// The cause, in a sentence.
    pub cause: &'static str,
    /// What to try.
    pub remedy: &'static str,
}

impl Rule {
    /// Whether a line speaks of it.
    #[must_use]
    pub fn fits(&self, line: &str) -> bool {
        self.signs.iter().any(|sign| line.contains(sign))
    }
}

/// The first cause that a text speaks of.
pub fn named(text: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.fits(text))
}

/// All causes, the more telling ones first.
pub const RULES: &[Rule] = &[
    Rule {
        signs: &[
            "beyond physical memory limits",
            "beyond the 'PHYSICAL' memory limit",
            "beyond virtual memory limits",
            "beyond the 'VIRTUAL' memory limit",
            "OutOfMemoryError",
            "Cannot allocate memory",
        ],
        cause: "a task was killed for its memory: its container may have no more",
        remedy: "give tasks more: -D mapreduce.map.memory.mb=2048 -D mapreduce.reduce.memory.mb=4096",
    },
    Rule {
        signs: &["taskTimedOut: true", "Timed out after", "failed to report status for"],
        cause: "a task was killed since it was silent for too long: it hangs, or its node does",
        remedy: "replay it; if it only is slow: -D mapreduce.task.timeout=MILLISECONDS",
    },
    Rule {
        signs: &["Too many counters", "LimitExceededException", "Too many counter groups"],
        cause: "the job has more counters than the cluster allows",
        remedy: "-D mapreduce.job.counters.max=500, if the cluster's own settings permit it",
    },
    Rule {
        signs: &[
            "Exec format error",
            "cannot execute binary file",
            "error=2, No such file or directory",
            "error=13, Permission denied",
            "bad interpreter",
            // What a shell makes of a program that the kernel refuses.
            "Syntax error",
            "subprocess failed with code 126",
            "subprocess failed with code 127",
        ],
        cause: "the nodes cannot start the program: its interpreter is missing, or it is for another platform",
        remedy: "build it for the nodes (make program) and name it with runners.hadoop.program",
    },
    Rule {
        signs: &[
            "No space left on device",
            "No space available in any of the local directories",
            "DSQuotaExceededException",
            "NSQuotaExceededException",
            "DiskSpace quota",
            "DiskErrorException",
            "local-dirs usable space is below",
            "local-dirs are bad",
            "could only be written to 0 of the",
        ],
        cause: "there is no room left: a disk is full, or a quota of HDFS is used up",
        remedy: "make room (hdfs dfs -count -q, df on the node), then run again: what is done is kept",
    },
    Rule {
        signs: &[
            // Our own words, those of the libraries that unpack for us, and those of Hadoop's own ones.
            "the file ends in the middle of its data",
            "its content is not that",
            "corrupt deflate stream",
            "bzip2: invalid data",
            "Restored data doesn't match checksum",
            "Data corruption detected",
            "Unexpected end of input stream",
            "Unexpected end of ZLIB input stream",
            "incorrect header check",
            "incorrect data check",
            "invalid stored block lengths",
            "invalid distance",
            "invalid block type",
            "unknown compression method",
            "bad block header",
            "ZipException",
            "not a gzip file",
            "gzip header CRC failure",
            "gzip stream CRC failure",
            "stored gzip size doesn't match",
            "gzip data not compressed with deflate",
            "unknown gzip format",
            "not BZip2 formatted",
            "Failed to read bzip2 stream",
            "IOException: crc error",
            "IOException: block overrun",
            "IOException: stream corrupted",
            "IOException: unexpected end of stream",
        ],
        cause: "a log file is torn, or is not packed as its name says",
        remedy: "replace it, or leave such files out: --bad-files skip names and counts them",
    },
    Rule {
        signs: &[
            "Input path does not exist",
            "FileNotFoundException",
            "File does not exist",
            "BlockMissingException",
            "Could not obtain block",
            "is not there any more",
        ],
        cause: "an input is not there, or went away while it was read",
        remedy: "look at what removes it (hadoop fs -ls), then run again: a new list of files is made",
    },
    Rule {
        signs: &[
            "to unknown queue",
            "is not a leaf queue",
            "Cannot accept submission",
            "cannot submit applications to queue",
            "does not have permission to submit",
            "Cannot submit application",
        ],
        cause: "the queue refuses the job",
        remedy: "name another with runners.hadoop.queue (mapred queue -list shows them)",
    },
    Rule {
        signs: &[
            "on a *lost* node",
            "Too Many fetch failures",
            "Too many fetch-failures",
            "AMNM_ Lost",
        ],
        cause: "a machine of the cluster was lost while tasks ran on it",
        remedy: "run again: what is done is kept",
    },
    Rule {
        signs: &["subprocess failed with code 137", "Exit code is 137"],
        cause: "a task was killed from outside: most often by the node's kernel, for its memory",
        remedy: "look at the node's kernel log, or give tasks more: -D mapreduce.map.memory.mb=2048",
    },
    Rule {
        signs: &["subprocess failed with code 143", "Exit code is 143", "preempted"],
        cause: "YARN ended a task: its queue was preempted, or its node was stopped",
        remedy: "run again: what is done is kept; a queue of its own keeps others from taking its place",
    },
    Rule {
        signs: &["subprocess failed with code 139", "subprocess failed with code 134", "SIGSEGV"],
        cause: "the program crashed on the node",
        remedy: "replay it; if that ends well, the node or the build for it is at fault (make program)",
    },
    Rule {
        signs: &["FileAlreadyExistsException", "already exists"],
        cause: "something stands where the job would write",
        remedy: "run again; what a killed run has left is removed then",
    },
    Rule {
        signs: &["AccessControlException", "Permission denied"],
        cause: "the user of the run may not read or write there",
        remedy: "give the user that right (hadoop fs -ls -d names the owner)",
    },
    Rule {
        signs: &["the credentials are refused", "ExpiredToken", "InvalidAccessKeyId"],
        cause: "AWS does not let in who asks, or not any more: the credentials are wrong or have expired",
        remedy: "renew them and run again: that ends what the run could not end, and what is done is kept",
    },
    Rule {
        signs: &["more than the budget of", "exceeds your EC2 quota", "LimitExceeded"],
        cause: "the budget, or a quota of the account, does not allow the cluster",
        remedy: "describe a smaller one, or raise the budget (--budget) or the quota",
    },
    Rule {
        signs: &["was not ready within"],
        cause: "the cluster was not ready in time: there may be too few instances of its types to be had",
        remedy: "describe fleets of several types with on_demand_fallback, or other subnets",
    },
    Rule {
        signs: &["has not the checksum"],
        cause: "the program on S3 is not the one that was put there",
        remedy: "remove it below the warehouse's _emr/programs, find out who changed it, and run again",
    },
    Rule {
        signs: &["INSTANCE_FAILURE", "reclaimed"],
        cause: "the cluster was lost: instances were taken away, or failed",
        remedy: "run again: what is done is kept; have the master and the core nodes on demand",
    },
    Rule {
        signs: &["BOOTSTRAP_FAILURE"],
        cause: "the cluster was lost: a node could not prepare itself",
        remedy: "read what its bootstrap actions said: log_uri/CLUSTER/node/INSTANCE/bootstrap-actions",
    },
    Rule {
        signs: &["TERMINATED_WITH_ERRORS", "TERMINATING", "is lost: TERMINATED"],
        cause: "the cluster was lost: it ended under the run",
        remedy: "see why (insights cluster show CLUSTER) and run again: what is done is kept",
    },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_hadoop_says_is_told_apart() {
        for (said, cause) in [
            (
                "Container [pid=3177,containerID=container_1700000000000_10001_01_000002] is running 8B beyond the 'PHYSICAL' memory limit. Current usage",
                "memory",
            ),
            ("AttemptID:attempt_1700000000000_10001_m_000000_0 Timed out after 600 secs", "silent"),
            (
                "org.apache.hadoop.mapreduce.counters.LimitExceededException: Too many counters: 121 max=120",
                "counters",
            ),
            ("Caused by: java.io.IOException: error=8, Exec format error", "platform"),
            ("java.io.IOException: error=2, No such file or directory", "interpreter"),
            ("java.io.FileNotFoundException: File does not exist: /logs/a.gz", "input"),
            (
                "org.apache.hadoop.hdfs.protocol.DSQuotaExceededException: The DiskSpace quota of /w",
                "room",
            ),
            (
                "Failed to submit application_1700000000000_10001 to YARN : Application submitted by user root to unknown queue: nope",
                "queue",
            ),
            ("java.io.IOException: No space left on device", "room"),
            (
                "org.apache.hadoop.util.DiskChecker$DiskErrorException: Could not find any valid local directory for output/spill0.out",
                "room",
            ),
            (
                "1/1 local-dirs usable space is below configured utilization percentage/no more usable space [ /data/nm-local : used space above threshold of 90.0% ]",
                "room",
            ),
            (
                "org.apache.hadoop.fs.FSError: java.io.IOException: No space available in any of the local directories.",
                "room",
            ),
            ("1/1 local-dirs are bad: /data/nm-local", "room"),
            ("File /w/part-00000 could only be written to 0 of the 1 minReplication nodes", "room"),
            ("java.io.EOFException: Unexpected end of input stream", "torn"),
            ("Error: java.io.IOException: not a gzip file", "torn"),
            ("Error: java.io.IOException: crc error", "torn"),
            ("a.gz: the file ends in the middle of its data (at byte 7 of the file)", "torn"),
            ("a.gz: cannot be read: corrupt deflate stream (at byte 7 of the file)", "torn"),
            ("a.bz2: cannot be read: bzip2: invalid data (at byte 7 of the file)", "torn"),
            (
                "a.zst: cannot be read: Restored data doesn't match checksum (at byte 7 of the file)",
                "torn",
            ),
            ("a.gz: its name ends in .gz, its content is not that (at byte 0 of the file)", "torn"),
            ("a.gz: cannot be opened: Permission denied (at byte 0 of the file)", "may not"),
            ("PipeMapRed.waitOutputThreads(): subprocess failed with code 137", "from outside"),
            ("PipeMapRed.waitOutputThreads(): subprocess failed with code 143", "preempted"),
            ("PipeMapRed.waitOutputThreads(): subprocess failed with code 139", "crashed"),
        ] {
            assert!(named(said).unwrap().cause.contains(cause), "{said}");
        }
        assert!(named("Error: java.lang.RuntimeException: PipeMapRed").is_none());
        assert!(named("a.gz: cannot be read: connection reset (at byte 7 of the file)").is_none());
    }
}

//! What is asked of EMR. The service turns requests away when there are many of them: looks are repeated
//! with growing pauses, and what makes something is repeated only when it surely made nothing.

use super::EmrError;
use super::error::told;
use crate::interrupt;
use crate::wait::block_on;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_emr::operation::run_job_flow::builders::RunJobFlowFluentBuilder;
use aws_sdk_emr::types::{
    Cluster, ClusterState, ClusterStateChangeReasonCode, Instance, InstanceFleet,
    InstanceFleetModifyConfig, InstanceGroup, InstanceGroupModifyConfig, Step,
    StepCancellationOption, StepConfig,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often a look is tried.
const ATTEMPTS: u32 = 8;
/// The pauses after requests that were turned away, the first and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);

/// States of clusters that cost money, or soon will.
pub const LIVE: [ClusterState; 4] = [
    ClusterState::Starting,
    ClusterState::Bootstrapping,
    ClusterState::Running,
    ClusterState::Waiting,
];

/// EMR, in one region.
#[derive(Clone)]
pub struct Client {
    emr: aws_sdk_emr::Client,
    region: String,
    poll: Duration,
}

/// How a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its instances are looked for, or prepare themselves.
    Starting,
    /// It takes steps.
    Ready,
    /// It ends, or has ended.
    Over,
}

/// What is known of a cluster.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: State,
    /// The same as EMR has it.
    pub said: String,
    /// Why it is so, if EMR says.
    pub reason: String,
    /// Whether somebody asked for its end.
    pub by_request: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// EMR's release.
    pub release: String,
    /// The folder of its logs.
    pub log_uri: Option<String>,
    /// The master's name.
    pub master: Option<String>,
    /// When it was asked for.
    pub created: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// Whether its instances are in fleets.
    pub fleets: bool,
}

/// A look that is repeated as long as it is only turned away for being one of many.
pub struct Look {
    poll: Duration,
}

impl Client {
    /// The service in a region; none = that of the environment.
    ///
    /// # Errors
    /// When the system lets no runtime start.
    pub fn new(region: Option<&str>, poll_seconds: f64) -> Result<Self, EmrError> {
        let poll = Duration::try_from_secs_f64(poll_seconds)
            .map_err(|e| EmrError::Setting(format!("runners.emr.poll_seconds: {e}")))?;
        // Repeating is done here: nobody else knows which requests make something.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENCE).build());
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        let config = wait(loader.load())?;
        let Some(region) = config.region().map(ToString::to_string) else {
            let what = "no region is known: name it by `region` in the cluster's description, or by AWS_REGION";
            return Err(EmrError::Setting(what.to_owned()));
        };
        Ok(Self { emr: aws_sdk_emr::Client::new(&config), region, poll })
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> String {
        self.region.clone()
    }

    /// A request for a new cluster, to be filled in.
    #[must_use]
    pub fn request(&self) -> RunJobFlowFluentBuilder {
        self.emr.run_job_flow()
    }

    /// Makes a cluster, once; gives its id. `find` looks whether a request that had no answer was obeyed.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn run(
        &self,
        request: &RunJobFlowFluentBuilder,
        find: impl Fn() -> Result<Option<String>, EmrError>,
    ) -> Result<String, EmrError> {
        made_once(find, || {
            let answer = wait(request.clone().send())?.map_err(|e| told("make a cluster", &e))?;
            answer.job_flow_id.ok_or_else(|| nothing("make a cluster"))
        })
    }

    /// What is known of a cluster.
    ///
    /// # Errors
    /// When it is not there, or EMR does not answer.
    pub fn cluster(&self, id: &str) -> Result<Known, EmrError> {
        let doing = || format!("look at cluster {id}");
        let answer = repeated(|| {
            let answer = wait(self.emr.describe_cluster().cluster_id(id).send())?;
            answer.map_err(|e| told(doing(), &e))
        })?;
        answer.cluster.map(Known::of).ok_or_else(|| nothing(&doing()))
    }

    /// Clusters in these states, or all that were made since a time, from every page.
    ///
    /// # Errors
    /// When EMR does not answer.
    pub fn clusters(
        &self,
        states: &[ClusterState],
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<(String, String)>, EmrError> {
        let since = since.map(|at| aws_sdk_emr::primitives::DateTime::from_secs(at.timestamp()));
        let pages = repeated(|| {
            let request = self.emr.list_clusters();
            let request = request.set_created_after(since);
            let request = request.set_cluster_states((!states.is_empty()).then(|| states.to_vec()));
            let all = wait(request.into_paginator().items().send().try_collect())?;
            all.map_err(|e| told("list clusters", &e))
        })?;
        let named = |it: aws_sdk_emr::types::ClusterSummary| Some((it.id?, it.name?));
        Ok(pages.into_iter().filter_map(named).collect())
    }

    /// Ends a cluster.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn terminate(&self, id: &str) -> Result<(), EmrError> {
        repeated(|| {
            let answer = wait(self.emr.terminate_job_flows().job_flow_ids(id).send())?;
            answer.map(|_| ()).map_err(|e| told(format!("end cluster {id}"), &e))
        })
    }

    /// Adds a step, once; gives its id. No other step of the cluster has its name.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn add_step(&self, cluster: &str, step: &StepConfig) -> Result<String, EmrError> {
        let doing = || format!("add a step to cluster {cluster}");
        let find = || {
            let steps = self.steps(cluster)?.into_iter();
            Ok(steps.filter(|it| it.name == step.name).find_map(|it| it.id))
        };
        made_once(find, || {
            let request = self.emr.add_job_flow_steps().job_flow_id(cluster).steps(step.clone());
            let answer = wait(request.send())?.map_err(|e| told(doing(), &e))?;
            let first = answer.step_ids.and_then(|ids| ids.into_iter().next());
            first.ok_or_else(|| nothing(&doing()))
        })
    }

    /// How a step is.
    ///
    /// # Errors
    /// When it is not there, or EMR does not answer.
    pub fn step(&self, cluster: &str, id: &str) -> Result<Step, EmrError> {
        let doing = || format!("look at step {id} of cluster {cluster}");
        let answer = repeated(|| {
            let request = self.emr.describe_step().cluster_id(cluster).step_id(id);
            wait(request.send())?.map_err(|e| told(doing(), &e))
        })?;
        answer.step.ok_or_else(|| nothing(&doing()))
    }

    /// A cluster's steps, the newest first.
    ///
    /// # Errors
    /// When EMR does not answer.
    pub fn steps(&self, cluster: &str) -> Result<Vec<aws_sdk_emr::types::StepSummary>, EmrError> {
        repeated(|| {
            let pages = self.emr.list_steps().cluster_id(cluster).into_paginator().items().send();
            wait(pages.try_collect())?.map_err(|e| told(format!("list the steps of {cluster}"), &e))
        })
    }

    /// Interrupts a step.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn cancel(&self, cluster: &str, step: &str) -> Result<(), EmrError> {
        repeated(|| {
            let request = self.emr.cancel_steps().cluster_id(cluster).step_ids(step);
            let option = StepCancellationOption::SendInterrupt;
            let answer = wait(request.step_cancellation_option(option).send())?;
            answer.map(|_| ()).map_err(|e| told(format!("cancel step {step}"), &e))
        })
    }

    /// A cluster's groups of instances.
    ///
    /// # Errors
    /// When EMR does not answer.
    pub fn groups(&self, cluster: &str) -> Result<Vec<InstanceGroup>, EmrError> {
        repeated(|| {
            let pages = self.emr.list_instance_groups().cluster_id(cluster).into_paginator();
            let all = wait(pages.items().send().try_collect())?;
            all.map_err(|e| told(format!("list the groups of {cluster}"), &e))
        })
    }

    /// A cluster's fleets.
    ///
    /// # Errors
    /// When EMR does not answer.
    pub fn fleets(&self, cluster: &str) -> Result<Vec<InstanceFleet>, EmrError> {
        repeated(|| {
            let pages = self.emr.list_instance_fleets().cluster_id(cluster).into_paginator();
            let all = wait(pages.items().send().try_collect())?;
            all.map_err(|e| told(format!("list the fleets of {cluster}"), &e))
        })
    }

    /// A cluster's instances, those that are gone with them.
    ///
    /// # Errors
    /// When EMR does not answer.
    pub fn instances(&self, cluster: &str) -> Result<Vec<Instance>, EmrError> {
        repeated(|| {
            let pages = self.emr.list_instances().cluster_id(cluster).into_paginator();
            let all = wait(pages.items().send().try_collect())?;
            all.map_err(|e| told(format!("list the instances of {cluster}"), &e))
        })
    }

    /// Gives a group another number of instances.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn resize_group(&self, cluster: &str, group: &str, count: i32) -> Result<(), EmrError> {
        let change = InstanceGroupModifyConfig::builder()
            .instance_group_id(group)
            .instance_count(count)
            .build();
        repeated(|| {
            let request = self.emr.modify_instance_groups().cluster_id(cluster);
            let answer = wait(request.instance_groups(change.clone()).send())?;
            answer.map(|_| ()).map_err(|e| told(format!("resize {group} of {cluster}"), &e))
        })
    }

    /// Gives a fleet another capacity on the market that it has most of.
    ///
    /// # Errors
    /// When EMR refuses.
    pub fn resize_fleet(
        &self,
        cluster: &str,
        fleet: &InstanceFleet,
        count: i32,
    ) -> Result<(), EmrError> {
        let id = fleet.id().unwrap_or_default();
        let on_demand = fleet.target_on_demand_capacity().unwrap_or_default();
        let spot = fleet.target_spot_capacity().unwrap_or_default();
        let change = InstanceFleetModifyConfig::builder().instance_fleet_id(id);
        let change = match spot > on_demand {
            true => change.target_spot_capacity(count - on_demand.min(count)),
            false => change.target_on_demand_capacity(count - spot.min(count)),
        };
        let change = change.build();
        repeated(|| {
            let request = self.emr.modify_instance_fleet().cluster_id(cluster);
            let answer = wait(request.instance_fleet(change.clone()).send())?;
            answer.map(|_| ()).map_err(|e| told(format!("resize {id} of {cluster}"), &e))
        })
    }

    /// Begins a row of looks.
    #[must_use]
    pub fn look(&self) -> Look {
        Look { poll: self.poll }
    }
}

impl Look {
    /// Waits until the next look; a signal ends that.
    ///
    /// # Errors
    /// When a signal came.
    pub fn pause(&self) -> Result<(), EmrError> {
        pause(self.poll)
    }
}

/// Waits; a signal ends that.
fn pause(time: Duration) -> Result<(), EmrError> {
    let began = Instant::now();
    while interrupt::signal().is_none() && began.elapsed() < time {
        std::thread::sleep(LOOK.min(time));
    }
    is_wanted()
}

/// Whether work is to go on.
///
/// # Errors
/// When a signal came, and was obeyed.
pub fn is_wanted() -> Result<(), EmrError> {
    interrupt::wait_until_obeyed();
    match interrupt::signal() {
        None => Ok(()),
        Some(_) => Err(EmrError::Stopped),
    }
}

/// Asks again, with growing pauses, as long as the service is busy or silent.
fn repeated<T>(mut ask: impl FnMut() -> Result<T, EmrError>) -> Result<T, EmrError> {
    let mut rest = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match ask() {
            Err(EmrError::Refused { doing, said, throttled, unsure }) if throttled || unsure => {
                log::info!("{doing}: {said}; asking again");
            }
            answer => return answer,
        }
        // Also while a signal is obeyed: what ends a cluster must get through.
        std::thread::sleep(rest);
        rest = (rest * 2).min(LONGEST_PAUSE);
    }
    ask()
}

/// As [`repeated`], for what must not be made twice: after a request without an answer it is looked for.
fn made_once<T>(
    find: impl Fn() -> Result<Option<T>, EmrError>,
    mut make: impl FnMut() -> Result<T, EmrError>,
) -> Result<T, EmrError> {
    let mut unsure_once = false;
    repeated(|| {
        if unsure_once && let Some(made) = find()? {
            return Ok(made);
        }
        let answer = make();
        unsure_once |= matches!(answer, Err(EmrError::Refused { unsure: true, .. }));
        answer
    })
}

fn wait<T>(answer: impl Future<Output = T>) -> Result<T, EmrError> {
    block_on(answer).map_err(|e| EmrError::Setting(format!("no runtime can be started: {e}")))
}

fn nothing(doing: &str) -> EmrError {
    let said = "the answer says nothing".to_owned();
    EmrError::Refused { doing: doing.to_owned(), said, throttled: false, unsure: true }
}

/// A time of the service.
#[must_use]
pub fn time(at: Option<&aws_sdk_emr::primitives::DateTime>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at?.secs(), at?.subsec_nanos())
}

impl Known {
    fn of(cluster: Cluster) -> Self {
        let status = cluster.status.as_ref();
        let state = status.and_then(|status| status.state.clone());
        let reason = status.and_then(|status| status.state_change_reason.as_ref());
        let timeline = status.and_then(|status| status.timeline.as_ref());
        let tags = cluster.tags.iter().flatten();
        let tags = tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone()?)));
        Self {
            state: match &state {
                Some(ClusterState::Starting | ClusterState::Bootstrapping) => State::Starting,
                Some(ClusterState::Running | ClusterState::Waiting) => State::Ready,
                _ => State::Over,
            },
            said: state.as_ref().map_or("UNKNOWN", ClusterState::as_str).to_owned(),
            reason: reason_of(reason.and_then(|r| r.code.as_ref()), reason),
            by_request: reason.and_then(|reason| reason.code.as_ref())
                == Some(&ClusterStateChangeReasonCode::UserRequest),
            tags: tags.collect(),
            created: time(timeline.and_then(|it| it.creation_date_time.as_ref())),
            ended: time(timeline.and_then(|it| it.end_date_time.as_ref())),
            fleets: cluster.instance_collection_type
                == Some(aws_sdk_emr::types::InstanceCollectionType::InstanceFleet),
            id: cluster.id.unwrap_or_default(),
            name: cluster.name.unwrap_or_default(),
            release: cluster.release_label.unwrap_or_default(),
            log_uri: cluster.log_uri.filter(|uri| !uri.is_empty()),
            master: cluster.master_public_dns_name.filter(|name| !name.is_empty()),
        }
    }
}

fn reason_of(
    code: Option<&ClusterStateChangeReasonCode>,
    reason: Option<&aws_sdk_emr::types::ClusterStateChangeReason>,
) -> String {
    let message = reason.and_then(|reason| reason.message.as_deref()).unwrap_or_default();
    match (code, message) {
        (Some(code), "") => code.as_str().to_owned(),
        (Some(code), message) => format!("{}: {message}", code.as_str()),
        (None, message) => message.to_owned(),
    }
}

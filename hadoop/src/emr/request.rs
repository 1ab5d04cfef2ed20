//! A description as EMR is asked for it.

use super::description::{Application, BootstrapAction, Configuration, Description, FirstStep};
use super::instances::{Fleet, Group, Market, Roles};
use crate::config::text_of;
use aws_sdk_emr::operation::run_job_flow::builders::RunJobFlowFluentBuilder;
use aws_sdk_emr::types::builders::JobFlowInstancesConfigBuilder;
use aws_sdk_emr::types::{self as emr, InstanceFleetType, InstanceRoleType, MarketType};

/// Runs a script of S3 as a step, in the region's own bucket.
const SCRIPT_RUNNER: &str = "elasticmapreduce/libs/script-runner/script-runner.jar";
/// Hadoop must be there; what else is asked for comes to it.
const HADOOP: &str = "Hadoop";
/// The tag that carries the cluster's name, as inventories look for it.
const NAME_TAG: &str = "Name";

/// What a request needs beside the description.
pub struct Fitting {
    /// Our own tags.
    pub tags: Vec<(&'static str, String)>,
    /// The bootstrap action that comes before those of the description.
    pub first: emr::BootstrapActionConfig,
    /// The region.
    pub region: String,
    /// Chooses one of several subnets.
    pub choice: usize,
}

/// Fills a request in.
pub fn fill(
    request: RunJobFlowFluentBuilder,
    description: &Description,
    fitting: Fitting,
) -> RunJobFlowFluentBuilder {
    let own = |(key, value): (&str, String)| tag(key, &value);
    let tags = description.tags.iter().map(|(key, value)| tag(key, value));
    let name = tag(NAME_TAG, &description.name);
    let name = (!description.tags.contains_key(NAME_TAG)).then_some(name);
    let tags = tags.chain(name).chain(fitting.tags.into_iter().map(own)).collect();
    let actions = description.bootstrap_actions.iter().map(|(name, it)| action(name, it));
    let actions = std::iter::once(fitting.first).chain(actions).collect();
    let steps = description.steps.iter().map(|step| first_step(step, &fitting.region)).collect();
    let idle = i64::from(description.max_idle_minutes) * 60;
    request
        .name(&description.name)
        .set_log_uri(description.log_uri.clone())
        .set_release_label(description.release_label.clone())
        .instances(instances(description, fitting.choice))
        .set_steps(Some(steps))
        .set_bootstrap_actions(Some(actions))
        .set_applications(Some(applications(&description.applications)))
        .set_configurations(Some(description.configurations.iter().map(configuration).collect()))
        .visible_to_all_users(true)
        .job_flow_role(&description.role)
        .service_role(&description.service_role)
        .set_tags(Some(tags))
        .set_ebs_root_volume_size(description.ebs_root_volume_size)
        .step_concurrency_level(description.concurrent_steps)
        .set_managed_scaling_policy(scaling(description))
        .auto_termination_policy(emr::AutoTerminationPolicy::builder().idle_timeout(idle).build())
}

fn tag(key: &str, value: &str) -> emr::Tag {
    emr::Tag::builder().key(key).value(value).build()
}

fn action(name: &str, action: &BootstrapAction) -> emr::BootstrapActionConfig {
    match action {
        BootstrapAction::Path(path) => script(name, path, Vec::new()),
        BootstrapAction::Script { path, args } => script(name, path, args.clone()),
    }
}

/// A script that each node runs at its start.
pub fn script(name: &str, path: &str, args: Vec<String>) -> emr::BootstrapActionConfig {
    let script = emr::ScriptBootstrapActionConfig::builder().path(path).set_args(Some(args));
    emr::BootstrapActionConfig::builder().name(name).script_bootstrap_action(script.build()).build()
}

fn first_step(step: &FirstStep, region: &str) -> emr::StepConfig {
    let runner = || format!("s3://{region}.{SCRIPT_RUNNER}");
    let pair =
        |(key, value): (&String, &String)| emr::KeyValue::builder().key(key).value(value).build();
    let jar = emr::HadoopJarStepConfig::builder()
        .jar(step.jar.clone().unwrap_or_else(runner))
        .set_main_class(step.main_class.clone())
        .set_args(Some(step.step_args.clone()))
        .set_properties(Some(step.properties.iter().map(pair).collect()));
    emr::StepConfig::builder()
        .name(&step.name)
        .action_on_failure(step.action_on_failure.as_str().into())
        .hadoop_jar_step(jar.build())
        .build()
}

fn applications(asked: &[Application]) -> Vec<emr::Application> {
    let one = |name: &str, args: &[String]| {
        let args = (!args.is_empty()).then(|| args.to_vec());
        emr::Application::builder().name(name).set_args(args).build()
    };
    let all = asked.iter().map(|it| one(&it.name, &it.args));
    match asked.iter().any(|it| it.name.eq_ignore_ascii_case(HADOOP)) {
        true => all.collect(),
        false => std::iter::once(one(HADOOP, &[])).chain(all).collect(),
    }
}

fn configuration(asked: &Configuration) -> emr::Configuration {
    let pairs = asked.properties.iter().map(|(key, value)| (key.clone(), text_of(value)));
    let inner = asked.configurations.iter().map(configuration).collect::<Vec<_>>();
    emr::Configuration::builder()
        .classification(&asked.classification)
        .set_properties(Some(pairs.collect()))
        .set_configurations((!inner.is_empty()).then_some(inner))
        .build()
}

fn scaling(description: &Description) -> Option<emr::ManagedScalingPolicy> {
    let bounds = description.scale?;
    let unit = match description.instance_fleets {
        Some(_) => emr::ComputeLimitsUnitType::InstanceFleetUnits,
        None => emr::ComputeLimitsUnitType::Instances,
    };
    let limits = emr::ComputeLimits::builder()
        .unit_type(unit)
        .minimum_capacity_units(bounds.min)
        .maximum_capacity_units(bounds.max);
    Some(emr::ManagedScalingPolicy::builder().compute_limits(limits.build()).build())
}

/// Kept alive when there are no steps, as the idle stop asks; never protected, so that guards can end it.
fn instances(description: &Description, choice: usize) -> emr::JobFlowInstancesConfig {
    let groups = |text: &[String]| (!text.is_empty()).then(|| text.to_vec());
    let config = emr::JobFlowInstancesConfig::builder()
        .keep_job_flow_alive_when_no_steps(true)
        .termination_protected(false)
        .set_ec2_key_name(description.keypair_name.clone())
        .set_emr_managed_master_security_group(
            description.emr_managed_master_security_group.clone(),
        )
        .set_emr_managed_slave_security_group(description.emr_managed_slave_security_group.clone())
        .set_service_access_security_group(description.service_access_security_group.clone())
        .set_additional_master_security_groups(groups(
            &description.additional_master_security_groups,
        ))
        .set_additional_slave_security_groups(groups(
            &description.additional_slave_security_groups,
        ));
    let config = placed(config, description, choice);
    let config = match &description.instance_groups {
        Some(groups) => config.set_instance_groups(Some(of_groups(groups))),
        None => config,
    };
    match &description.instance_fleets {
        Some(fleets) => config.set_instance_fleets(Some(of_fleets(fleets))),
        None => config,
    }
    .build()
}

/// EMR itself chooses among the subnets of fleets; for groups one is named.
fn placed(
    config: JobFlowInstancesConfigBuilder,
    description: &Description,
    choice: usize,
) -> JobFlowInstancesConfigBuilder {
    let subnets = description.vpc_subnet_id.all();
    if let Some(zone) = &description.availability_zone {
        return config.placement(emr::PlacementType::builder().availability_zone(zone).build());
    }
    match (subnets.len(), &description.instance_fleets) {
        (0, _) => config,
        (_, Some(_)) => config.set_ec2_subnet_ids(Some(subnets)),
        (count, None) => config.set_ec2_subnet_id(subnets.into_iter().nth(choice % count)),
    }
}

fn of_groups(groups: &Roles<Group>) -> Vec<emr::InstanceGroupConfig> {
    let group = |(role, group): (&str, &Group)| {
        let market = match group.market {
            Market::OnDemand => MarketType::OnDemand,
            Market::Spot => MarketType::Spot,
        };
        let bid = group.bidprice.as_ref().filter(|_| market == MarketType::Spot);
        emr::InstanceGroupConfig::builder()
            .name(role.to_ascii_lowercase())
            .market(market)
            .instance_role(InstanceRoleType::from(role))
            .set_bid_price(bid.map(ToString::to_string))
            .instance_type(&group.kind)
            .instance_count(group.num_instances)
            .set_ebs_configuration(volume(group.volume_size, &group.volume_type))
            .build()
    };
    let some = |(_, group): &(&str, &Group)| group.num_instances > 0;
    groups.iter().filter(some).map(group).collect()
}

fn volume(size: Option<i32>, kind: &str) -> Option<emr::EbsConfiguration> {
    let volume = emr::VolumeSpecification::builder().volume_type(kind).size_in_gb(size?).build();
    let device = emr::EbsBlockDeviceConfig::builder().volume_specification(volume);
    let device = device.volumes_per_instance(1).build();
    Some(emr::EbsConfiguration::builder().ebs_block_device_configs(device).build())
}

fn of_fleets(fleets: &Roles<Fleet>) -> Vec<emr::InstanceFleetConfig> {
    let some = |(_, fleet): &(&str, &Fleet)| fleet.units() > 0;
    let fleet = |(role, fleet): (&str, &Fleet)| {
        let (on_demand, spot) = match fleet.use_spot {
            true => (fleet.on_demand_capacity, fleet.spot_capacity),
            false => (fleet.units(), 0),
        };
        emr::InstanceFleetConfig::builder()
            .name(role.to_ascii_lowercase())
            .instance_fleet_type(InstanceFleetType::from(role))
            .target_on_demand_capacity(on_demand)
            .target_spot_capacity(spot)
            .set_instance_type_configs(Some(types_of(fleet, spot > 0)))
            .set_launch_specifications((spot > 0).then(|| on_spot(fleet)))
            .build()
    };
    fleets.iter().filter(some).map(fleet).collect()
}

fn types_of(fleet: &Fleet, on_spot: bool) -> Vec<emr::InstanceTypeConfig> {
    let types = fleet.instance_types.iter().map(|it| {
        let bid = on_spot.then(|| it.bid_price_pct.unwrap_or(fleet.bid_price_pct));
        emr::InstanceTypeConfig::builder()
            .instance_type(&it.kind)
            .weighted_capacity(it.weight)
            .set_bid_price_as_percentage_of_on_demand_price(bid)
            .set_ebs_configuration(volume(fleet.volume_size, &fleet.volume_type))
            .build()
    });
    types.collect()
}

/// What becomes of a fleet that the spot market does not fill in time.
fn on_spot(fleet: &Fleet) -> emr::InstanceFleetProvisioningSpecifications {
    let action = match fleet.on_demand_fallback {
        true => emr::SpotProvisioningTimeoutAction::SwitchToOnDemand,
        false => emr::SpotProvisioningTimeoutAction::TerminateCluster,
    };
    let spot = emr::SpotProvisioningSpecification::builder()
        .timeout_duration_minutes(fleet.bid_timeout_after)
        .timeout_action(action)
        .build();
    emr::InstanceFleetProvisioningSpecifications::builder().spot_specification(spot).build()
}

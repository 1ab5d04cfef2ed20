"""Creates and deletes template.yml in moto, and says what became of it: python stack.py template.yml

Ends with 1 where the stack is not whole, or leaves something that is not to be kept."""

import base64
import os
import re
import sys

# No real account is ever asked, and no other server of this machine.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(AWS_ACCESS_KEY_ID="tester", AWS_SECRET_ACCESS_KEY="never-shown", AWS_DEFAULT_REGION="us-east-1")

import boto3
from moto import mock_aws

# What moto 5.2 cannot make; the template is linted for these alone.
NOT_MADE = {"AWS::AutoScaling::ScalingPolicy", "AWS::S3::BucketPolicy", "AWS::SecretsManager::Secret"}
# What it does not understand, and what stands for it in the trial; each is once in the template.
NOT_UNDERSTOOD = {
    "DBParameterGroupName: !Ref DatabaseSettings": "DBParameterGroupName: default.mysql8.4",
    "!GetAtt ApiBalancer.CanonicalHostedZoneID": "Z35SXDOTRQ7X7K",
    # The trial is to be deleted.
    "DeletionProtection: true": "DeletionProtection: false",
}
KEPT = {"Warehouse", "Logs"}


def main(path):
    text = open(path).read()
    declared = dict(re.findall(r"^  (\w+):\n    Type: (AWS::[\w:]+)$", text.split("\nResources:\n")[1], re.M))
    for said, instead in NOT_UNDERSTOOD.items():
        assert text.count(said) == 1, said
        text = text.replace(said, instead)
    with mock_aws():
        create(text)
        made = {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in resources() if it["LogicalResourceId"]}
        missing = {name for name, kind in declared.items() if name not in made and kind not in NOT_MADE}
        assert not missing, f"not made: {missing}"
        look(made)
        delete(made)
    print(f"{len(made)} of {len(declared)} resources were created and deleted; moto makes no {', '.join(sorted(NOT_MADE))}")


def create(text):
    acm = boto3.client("acm")
    certificate = lambda name: acm.request_certificate(DomainName=name)["CertificateArn"]
    parameters = {
        "SiteName": "insights.example.org",
        "ApiName": "api.insights.example.org",
        "SiteCertificate": certificate("insights.example.org"),
        "ApiCertificate": certificate("api.insights.example.org"),
        "Artifacts": "artifacts",
        "TrackingLogs": "tracking-logs",
    }
    cloud = boto3.client("cloudformation")
    cloud.create_stack(
        StackName="insights",
        TemplateBody=text,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    state = cloud.describe_stacks(StackName="insights")["Stacks"][0]["StackStatus"]
    assert state == "CREATE_COMPLETE", state


def resources():
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName="insights")
    return [it for page in pages for it in page["StackResourceSummaries"]]


def look(made):
    """What came out of it, as AWS's own interfaces tell it."""
    database = boto3.client("rds").describe_db_instances(DBInstanceIdentifier=made["Database"])["DBInstances"][0]
    assert database["StorageEncrypted"] and database["MultiAZ"] and not database["PubliclyAccessible"], database
    ec2 = boto3.client("ec2")
    for group in ec2.describe_security_groups(GroupIds=[made[it] for it in made if it.endswith("Group") and made[it].startswith("sg-")])["SecurityGroups"]:
        for rule in group["IpPermissions"]:
            world = any(it["CidrIp"] == "0.0.0.0/0" for it in rule["IpRanges"])
            is_site = group["GroupId"] == made["SiteBalancerGroup"]
            assert not world or (is_site and rule["FromPort"] == rule["ToPort"] == 443), (group["Description"], rule)
    groups = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    private = {made["PrivateA"], made["PrivateB"]}
    assert len(groups) == 3 and all(set(it["VPCZoneIdentifier"].split(",")) == private for it in groups), groups
    for name in ("ApiTemplate", "SchedulerTemplate"):
        version = ec2.describe_launch_template_versions(LaunchTemplateId=made[name])["LaunchTemplateVersions"][0]
        script = base64.b64decode(version["LaunchTemplateData"]["UserData"]).decode()
        assert database["Endpoint"]["Address"] in script, script
    balancers = boto3.client("elbv2")
    for name in ("SiteListener", "ApiListener"):
        listener = balancers.describe_listeners(ListenerArns=[made[name]])["Listeners"][0]
        assert (listener["Protocol"], listener["Port"]) == ("HTTPS", 443), listener


def delete(made):
    ec2, cloud = boto3.client("ec2"), boto3.client("cloudformation")
    # Its stacks leave these behind, by which it refuses to delete the network then.
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["S3Endpoint"]])
    ec2.delete_nat_gateway(NatGatewayId=made["Nat"])
    for table in ("PublicRoutes", "PrivateRoutes"):
        for association in ec2.describe_route_tables(RouteTableIds=[made[table]])["RouteTables"][0]["Associations"]:
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        ec2.delete_route_table(RouteTableId=made[table])
    cloud.delete_stack(StackName="insights")
    stacks = [it["StackStatus"] for it in cloud.list_stacks()["StackSummaries"]]
    assert stacks == ["DELETE_COMPLETE"], stacks
    left = {it["Name"] for it in boto3.client("s3").list_buckets()["Buckets"]}
    assert left == {made[name] for name in KEPT}, f"buckets that are left: {left}"
    assert not boto3.client("rds").describe_db_instances()["DBInstances"]
    assert not [it for it in ec2.describe_vpcs()["Vpcs"] if not it["IsDefault"]]
    assert not [it for it in boto3.client("iam").list_roles()["Roles"] if it["RoleName"].startswith("insights-")]
    assert not boto3.client("elbv2").describe_load_balancers()["LoadBalancers"]


if __name__ == "__main__":
    main(sys.argv[1])

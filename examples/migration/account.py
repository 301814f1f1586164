"""Makes in AWS Batch what a team may have: two environments, two queues and three job definitions, by boto3."""

import os
import time

import boto3

batch = boto3.client("batch")
tags = {"team": "genomics", "managed-by": "terraform"}
# In the simulator every subnet and group exists; in another account name some of its own.
network = {
    "subnets": [os.environ.get("SUBNET", "subnet-11111111")],
    "securityGroupIds": [os.environ.get("SECURITY_GROUP", "sg-11111111")],
}
# Without one AWS Batch uses its service-linked role.
service_role = {"serviceRole": os.environ["SERVICE_ROLE"]} if "SERVICE_ROLE" in os.environ else {}


def settled(describe, key, name_key, names):
    """Waits until AWS shows all of them, VALID."""
    while True:
        valid = [one[name_key] for one in describe()[key] if one["status"] == "VALID"]
        if set(names) <= set(valid):
            return
        time.sleep(1)


batch.create_compute_environment(
    computeEnvironmentName="prod-spot",
    type="MANAGED",
    computeResources={
        "type": "SPOT",
        "allocationStrategy": "SPOT_PRICE_CAPACITY_OPTIMIZED",
        "minvCpus": 0,
        "maxvCpus": 256,
        "instanceTypes": ["m5", "c5"],
        "instanceRole": os.environ.get("INSTANCE_ROLE", "ecsInstanceRole"),
        **network,
    },
    tags=tags,
    **service_role,
)
batch.create_compute_environment(
    computeEnvironmentName="prod-fargate",
    type="MANAGED",
    computeResources={"type": "FARGATE", "maxvCpus": 64, **network},
    tags=tags,
    **service_role,
)
settled(batch.describe_compute_environments, "computeEnvironments", "computeEnvironmentName", ["prod-spot", "prod-fargate"])

for name, priority, environment in [("prod-nightly", 1, "prod-spot"), ("prod-interactive", 10, "prod-fargate")]:
    batch.create_job_queue(
        jobQueueName=name,
        priority=priority,
        state="ENABLED",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
        tags=tags,
    )
settled(batch.describe_job_queues, "jobQueues", "jobQueueName", ["prod-nightly", "prod-interactive"])

for name, memory in [("prod-align", "2048"), ("prod-align", "4096"), ("prod-call", "8192"), ("prod-report", "1024")]:
    batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={
            "image": "public.ecr.aws/docker/library/busybox:1.36",
            "command": ["echo", name],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": memory}],
            "environment": [{"name": "STAGE", "value": "production"}],
        },
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"onStatusReason": "Host EC2*", "action": "RETRY"}]},
        tags=tags,
    )
print("2 environments, 2 queues and 3 job definitions")

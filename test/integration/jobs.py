"""Submits, sees and ends jobs with boto3: what to do as JSON on standard input, what came of it on standard output."""

import json
import sys
import time

import boto3

given = json.load(sys.stdin)
settings = {
    "endpoint_url": given["url"],
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}
batch = boto3.client("batch", **settings)
logs = boto3.client("logs", **settings)


def described(job_id, *statuses):
    for _ in range(600):
        [job] = batch.describe_jobs(jobs=[job_id])["jobs"] or [None]
        if job is not None and job["status"] in statuses:
            return job
        time.sleep(0.05)
    raise TimeoutError(f"job {job_id} is not {statuses}")


def submit(name, **change):
    return batch.submit_job(jobName=name, jobQueue="q", jobDefinition="jd", **change)["jobId"]


hello = submit("hello", containerOverrides={"command": ["sh", "-c", "echo hello; echo world"]})
done = described(hello, "SUCCEEDED", "FAILED")
time.sleep(0.5)
at = {"logGroupName": "/aws/batch/job", "logStreamName": done["container"]["logStreamName"]}
first = logs.get_log_events(**at, startFromHead=True, limit=1)
second = logs.get_log_events(**at, startFromHead=True, nextToken=first["nextForwardToken"])
last = logs.get_log_events(**at, startFromHead=True, nextToken=second["nextForwardToken"])

array = submit("array", arrayProperties={"size": 3}, retryStrategy={"attempts": 2})
failed = described(array, "SUCCEEDED", "FAILED")
children = batch.list_jobs(arrayJobId=array, jobStatus="FAILED")["jobSummaryList"]

long = submit("long", containerOverrides={"command": ["sleep", "9999999"]})
described(long, "RUNNING")
batch.terminate_job(jobId=long, reason="enough")
ended = described(long, "FAILED")

try:
    logs.get_log_events(logGroupName="/aws/batch/job", logStreamName="none")
    missing = None
except logs.exceptions.ResourceNotFoundException as error:
    missing = error.response["Error"]["Message"]

json.dump(
    {
        "hello": [done["status"], done["container"]["exitCode"]],
        "pages": [[event["message"] for event in page["events"]] for page in (first, second, last)],
        "end": last["nextForwardToken"] == second["nextForwardToken"],
        "array": [failed["status"], failed["arrayProperties"]["statusSummary"]["FAILED"]],
        "children": [[child["arrayProperties"]["index"], child["container"]["exitCode"]] for child in children],
        "ended": [ended["statusReason"], ended["isTerminated"]],
        "missing": missing,
    },
    sys.stdout,
)

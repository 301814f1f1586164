"""Asks AWS Batch with boto3: calls as JSON on standard input, what came of them on standard output."""

import json
import re
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


session = boto3.Session()


def outcome(call):
    client = session.client(
        "batch",
        endpoint_url=call["url"],
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        # The simulator is to refuse what boto3 would not even send.
        config=Config(parameter_validation=False, retries={"max_attempts": 0}),
    )
    method = re.sub(r"(?<!^)([A-Z])", r"_\1", call["operation"]).lower()
    try:
        answer = getattr(client, method)(**call["input"])
        return {"answer": {key: value for key, value in answer.items() if key != "ResponseMetadata"}}
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        said = error.response["Error"]
        return {"error": {"name": said["Code"], "message": said["Message"], "status": status}}


json.dump([outcome(call) for call in json.load(sys.stdin)], sys.stdout)

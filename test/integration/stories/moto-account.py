"""Prepares what an environment needs in moto, and prints it as variables of examples/migration/account.py."""

import boto3

ec2 = boto3.client("ec2")
iam = boto3.client("iam")
subnet = ec2.describe_subnets()["Subnets"][0]
group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"][0]
profile = iam.create_instance_profile(InstanceProfileName="ecsInstanceRole")["InstanceProfile"]
iam.create_role(RoleName="ecsInstanceRole", AssumeRolePolicyDocument="{}")
iam.add_role_to_instance_profile(InstanceProfileName="ecsInstanceRole", RoleName="ecsInstanceRole")
role = iam.create_role(RoleName="batch-service", AssumeRolePolicyDocument="{}")["Role"]
variables = {
    "SUBNET": subnet["SubnetId"],
    "SECURITY_GROUP": group["GroupId"],
    "INSTANCE_ROLE": profile["Arn"],
    "SERVICE_ROLE": role["Arn"],
}
for name, value in variables.items():
    print(f"{name}={value}")

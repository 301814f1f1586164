"""Makes a network with boto3 as its own documentation shows it, or removes it: `make`, or `remove` with its ids."""

import json
import os
import sys

import boto3

ec2 = boto3.client("ec2", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1")
quick = {"Delay": 1, "MaxAttempts": 60}


def waited(waiter, **ids):
    ec2.get_waiter(waiter).wait(WaiterConfig=quick, **ids)


def make():
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    waited("vpc_available", VpcIds=[vpc])
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})

    def subnet(cidr):
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        waited("subnet_available", SubnetIds=[made])
        return made

    public, private = subnet("10.0.0.0/24"), subnet("10.0.1.0/24")
    ec2.modify_subnet_attribute(SubnetId=public, MapPublicIpOnLaunch={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    waited("nat_gateway_available", NatGatewayIds=[nat])

    def table(subnet_id, **target):
        made = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=made, DestinationCidrBlock="0.0.0.0/0", **target)
        return made, ec2.associate_route_table(RouteTableId=made, SubnetId=subnet_id)["AssociationId"]

    tables = [table(public, GatewayId=gateway), table(private, NatGatewayId=nat)]
    group = ec2.create_security_group(GroupName="batch", Description="batch", VpcId=vpc)["GroupId"]
    waited("security_group_exists", GroupIds=[group])
    ec2.create_tags(Resources=[vpc, public, private, group], Tags=[{"Key": "team", "Value": "data"}])
    return {
        "vpc": vpc,
        "public": public,
        "private": private,
        "gateway": gateway,
        "address": address,
        "nat": nat,
        "tables": tables,
        "group": group,
    }


def remove(made):
    ec2.delete_nat_gateway(NatGatewayId=made["nat"])
    waited("nat_gateway_deleted", NatGatewayIds=[made["nat"]])
    ec2.release_address(AllocationId=made["address"])
    for table, association in made["tables"]:
        ec2.disassociate_route_table(AssociationId=association)
        ec2.delete_route_table(RouteTableId=table)
    ec2.detach_internet_gateway(InternetGatewayId=made["gateway"], VpcId=made["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=made["gateway"])
    ec2.delete_security_group(GroupId=made["group"])
    for subnet in (made["public"], made["private"]):
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=made["vpc"])
    return {"vpcs": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]]}


json.dump(make() if sys.argv[1] == "make" else remove(json.load(sys.stdin)), sys.stdout)

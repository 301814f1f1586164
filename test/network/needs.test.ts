import { describe, expect, it } from "vitest";
import {
  endpointServiceOf,
  isInEcr,
  type JobNeeds,
  needsOf,
  registryOf,
  type Workload,
} from "../../src/network/needs.ts";

const region = "eu-west-1";
const image = `123456789012.dkr.ecr.${region}.amazonaws.com/app:1`;
const job: JobNeeds = { name: "team/job", images: [image], logDriver: "awslogs", secrets: [], publicIp: false };

function services(platform: Workload["platform"], ...jobs: readonly JobNeeds[]): readonly string[] {
  return needsOf({ region, platform, jobs }).map(({ service }) => service);
}

describe("what has to be reached", () => {
  it("instances join by three ECS endpoints, whatever the jobs", () => {
    expect(services("ecs")).toEqual(["ecs-agent", "ecs-telemetry", "ecs"]);
  });

  it("an image in ECR needs both ECR endpoints and S3, and its job the log", () => {
    expect(services("ecs", job).slice(3)).toEqual(["ecr.api", "ecr.dkr", "s3", "logs"]);
  });

  it("an image from elsewhere needs its registry, also when that is ECR of another region", () => {
    const elsewhere = ["busybox", "ghcr.io/a/b", image.replace(region, "us-east-1")];
    const needs = needsOf({ region, platform: "ecs", jobs: [{ ...job, images: elsewhere, logDriver: "json-file" }] });
    expect(needs.slice(3).map(({ host }) => host)).toEqual([
      "docker.io",
      "ghcr.io",
      "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    ]);
    expect(needs.at(-1)).toMatchObject({ service: "registry", neededBy: "jobs", because: "the image of team/job" });
  });

  it("secrets and parameters need their services", () => {
    const secrets = ["arn:aws:secretsmanager:eu-west-1:1:secret:a", "arn:aws:ssm:eu-west-1:1:parameter/b", "/plain"];
    expect(services("ecs", { ...job, secrets }).slice(-2)).toEqual(["secretsmanager", "ssm"]);
  });

  it("Fargate tasks register by themselves, and come from a public address where the job definition says so", () => {
    const jobs = [{ ...job, publicIp: true }, job];
    const needs = needsOf({ region, platform: "fargate", jobs });
    expect(needs.map(({ service, publicIp }) => `${service} ${publicIp}`)).toEqual([
      "ecr.api true",
      "ecr.dkr true",
      "s3 true",
      "logs true",
      "ecr.api false",
      "ecr.dkr false",
      "s3 false",
      "logs false",
    ]);
  });

  it("of Fargate tasks of which nothing is known an image in ECR and a log are expected", () => {
    expect(services("fargate")).toEqual(["ecr.api", "ecr.dkr", "s3", "logs"]);
  });

  it("EKS nodes need what a private cluster needs", () => {
    expect(services("eks")).toEqual(["ec2", "ecr.api", "ecr.dkr", "s3", "sts"]);
  });

  it.each([
    ["ecr.dkr", "cn.com.amazonaws.cn-north-1.ecr.dkr"],
    ["ec2", "cn.com.amazonaws.cn-north-1.ec2"],
    ["ecs", "com.amazonaws.cn-north-1.ecs"],
    ["logs", "com.amazonaws.cn-north-1.logs"],
    ["s3", "com.amazonaws.cn-north-1.s3"],
  ])("in China some services have names of their own: %s", (service, name) => {
    expect(endpointServiceOf(service, "cn-north-1")).toBe(name);
  });

  it("hosts follow the partition", () => {
    const [agent] = needsOf({ region: "cn-north-1", platform: "ecs", jobs: [] });
    expect(agent?.host).toBe("ecs-a.cn-north-1.amazonaws.com.cn");
  });

  it.each([
    ["ubuntu", "docker.io"],
    ["library/ubuntu:22.04", "docker.io"],
    ["public.ecr.aws/docker/library/busybox", "public.ecr.aws"],
    ["localhost:5000/x", "localhost:5000"],
    ["localhost/x", "localhost"],
  ])("%s comes from %s", (name, host) => {
    expect(registryOf(name)).toBe(host);
    expect(isInEcr(name, region)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import type { JobDefinition } from "../../../../src/api/v1alpha1/job-definition.ts";
import type { Queue } from "../../../../src/aws/batch.ts";
import { describedBy, jobsOf, likelyJobs, workloadOf } from "../../../../src/controllers/parts/network/described.ts";
import { ec2, environment, fargate, queue, withResources } from "../../kinds/compute-environment/given.ts";
import { objectsOf } from "../../region.ts";
import { definition } from "./given.ts";

describe("what is asked about", () => {
  it("a spec names what its instances refer to, with the templates of overrides, and no bundles", () => {
    const spec = withResources(ec2, {
      instanceTypes: ["optimal", "c7g"],
      ec2KeyPair: "ops",
      placementGroup: "mpi",
      ec2Configuration: [{ imageType: "ECS_AL2023", imageIdOverride: "ami-1" }],
      launchTemplate: {
        launchTemplateId: "lt-1",
        overrides: [{ launchTemplateName: "lt-gpu", version: "3", targetInstanceTypes: ["g5"] }],
      },
    });
    expect(describedBy(spec)).toEqual({
      platform: "ecs",
      instanceTypes: ["optimal", "c7g"],
      request: {
        subnetIds: ["subnet-1", "subnet-2"],
        securityGroupIds: ["sg-1"],
        instanceTypes: ["c7g"],
        launchTemplates: [
          { by: "id", reference: "lt-1", version: "$Default" },
          { by: "name", reference: "lt-gpu", version: "3" },
        ],
        instanceProfile: "ecsInstanceRole",
        imageIds: ["ami-1"],
        keyPairs: ["ops"],
        placementGroups: ["mpi"],
        endpointServices: [],
      },
    });
  });

  it("the platform follows the capacity", () => {
    const eksConfiguration = { eksClusterArn: "arn:aws:eks:eu-west-1:1:cluster/c", kubernetesNamespace: "batch" };
    expect(describedBy(fargate)?.platform).toBe("fargate");
    expect(describedBy({ ...ec2, eksConfiguration })?.platform).toBe("eks");
  });

  it("nothing where there is nothing to check", () => {
    expect(describedBy({ type: "UNMANAGED" })).toBeUndefined();
    expect(describedBy({ ...ec2, network: { preflight: "Skip" } })).toBeUndefined();
  });

  it("job definitions show their images, logs, secrets and addresses, and only those of the platform", () => {
    const secret = { name: "A", valueFrom: "arn:aws:ssm:eu-west-1:1:parameter/a" };
    const jobs = [
      definition("b", { type: "container", containerProperties: { image: "busybox", secrets: [secret] } }),
      definition("a", {
        type: "container",
        platformCapabilities: ["FARGATE"],
        ecsProperties: {
          taskProperties: [
            {
              containers: [{ image: "one", logConfiguration: { logDriver: "splunk" } }, { image: "two" }],
              networkConfiguration: { assignPublicIp: "ENABLED" },
            },
          ],
        },
      }),
      definition("c", {
        type: "multinode",
        nodeProperties: { nodeRangeProperties: [{ container: { image: "mpi" } }, { container: { image: "mpi" } }] },
      }),
      definition("d", { type: "container", eksProperties: { podProperties: { containers: [{ image: "pod" }] } } }),
    ];
    const eksConfiguration = { eksClusterArn: "arn:aws:eks:eu-west-1:1:cluster/c", kubernetesNamespace: "batch" };
    expect(workloadOf(ec2, "eu-west-1", jobs)).toEqual({
      region: "eu-west-1",
      platform: "ecs",
      jobs: [
        { name: "team/b", images: ["busybox"], logDriver: "awslogs", secrets: [secret.valueFrom], publicIp: false },
        { name: "team/c", images: ["mpi"], logDriver: "awslogs", secrets: [], publicIp: false },
      ],
    });
    expect(workloadOf(fargate, "eu-west-1", jobs).jobs).toEqual([
      { name: "team/a", images: ["one", "two"], logDriver: "awslogs", secrets: [], publicIp: true },
    ]);
    expect(workloadOf({ ...ec2, eksConfiguration }, "eu-west-1", jobs).jobs).toEqual([
      { name: "team/d", images: ["pod"], logDriver: undefined, secrets: [], publicIp: false },
    ]);
  });
});

describe("the jobs that are likely to run in an environment", () => {
  const body = { type: "container", containerProperties: { image: "busybox" } };
  const going = definition("going", body);
  const definitions = [
    definition("nearby", body),
    definition("abroad", { ...body, region: "us-east-1" }),
    definition("elsewhere", body, "other"),
    definition("nowhere", body, "third"),
    { ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
  ];
  const tagsOf = (namespace: string, name: string, cluster = "default") => ({
    "awsbatch.dev/cluster": cluster,
    "awsbatch.dev/cluster-uid": "cluster-1",
    "awsbatch.dev/namespace": namespace,
    "awsbatch.dev/name": name,
  });
  const serving = environment("team_ce-1", ec2, { tags: tagsOf("team", "ce") });
  const naming = (tags: Record<string, string>, computeEnvironment = "team_ce-1"): Queue => {
    return { ...queue("q", []).queue, tags, computeEnvironmentOrder: [{ order: 1, computeEnvironment }] };
  };
  const likely = (...queues: readonly Queue[]) =>
    likelyJobs(
      objectsOf(definitions),
      {
        computeEnvironments: new Map([[serving.computeEnvironmentName, serving]]),
        jobQueues: new Map(queues.map((one, index) => [String(index), one])),
      },
      { name: "default", uid: "cluster-1" },
    );
  const names = (jobs: readonly JobDefinition[]): readonly string[] => jobs.map(({ metadata }) => metadata.name);

  it("are those in its namespace, in its region", () => {
    expect(names(jobsOf(likely(), { namespace: "team", name: "ce" }, "eu-west-1"))).toEqual(["nearby"]);
    expect(names(jobsOf(likely(), { namespace: "team", name: "ce" }, "us-east-1"))).toEqual(["abroad"]);
  });

  it("and those next to a queue that names an environment of it in AWS, by name or ARN", () => {
    for (const name of ["team_ce-1", "arn:aws:batch:eu-west-1:123456789012:compute-environment/team_ce-1"]) {
      const jobs = likely(naming(tagsOf("other", "q"), name), naming(tagsOf("team", "q2"), name));
      expect(names(jobsOf(jobs, { namespace: "team", name: "ce" }, "eu-west-1"))).toEqual(["nearby", "elsewhere"]);
      expect(names(jobsOf(jobs, { namespace: "team", name: "other" }, "eu-west-1"))).toEqual(["nearby"]);
      expect(names(jobsOf(jobs, { namespace: "team" }, "eu-west-1"))).toEqual(["nearby"]);
    }
  });

  it("and none next to a queue of nobody, of another cluster, or of what is not there", () => {
    const jobs = likely(
      naming({}),
      naming(tagsOf("other", "q", "another")),
      naming(tagsOf("other", "q"), "team_ce-2"),
      { ...naming(tagsOf("other", "q")), computeEnvironmentOrder: undefined },
    );
    expect(names(jobsOf(jobs, { namespace: "team", name: "ce" }, "eu-west-1"))).toEqual(["nearby"]);
  });
});

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { refusal, type SeenRequest } from "../../kube/fake-api-server.ts";
import { emptyCluster, kubeconfigTo } from "../../operator/run/world.ts";
import {
  definition,
  environment,
  MemorySource,
  queue,
  quickstart,
  started,
  temporaryDirectory,
} from "../local/given.ts";
import {
  abroad,
  accountWith,
  type Files,
  home,
  planned,
  plannedFrom,
  withCredentials,
  write,
} from "./whole-command.ts";

withCredentials();

/** The same object, in the second region. */
const moved = (manifest: string): string =>
  manifest.replace(/name: (\w+)\}/, "name: $1-eu}").replace("spec:\n", `spec:\n  region: ${abroad}\n`);

const onEc2 = (instanceType: string, updatePolicy: string): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata: {name: large}
spec:
  type: MANAGED
  updatePolicy: ${updatePolicy}
  computeResources:
    type: EC2
    allocationStrategy: BEST_FIT_PROGRESSIVE
    minvCpus: 0
    maxvCpus: 64
    instanceTypes: [${instanceType}]
    subnets: [subnet-11111111]
    securityGroupIds: [sg-11111111]
    instanceRole: arn:aws:iam::123456789012:instance-profile/ecsInstanceRole
`;

const onSpotFleet = (name: string): string =>
  queue().replace("name: high", `name: ${name}`).replace("name: general", "name: large");

const onGeneralAbroad = moved(queue()).replace("{name: general}", "{name: general-eu}");

/** Submits jobs that never end to a queue, and lets them start. */
async function submit(aws: SimulatedAws, clock: VirtualClock, jobQueue: string, jobDefinition: string, count: number) {
  for (let at = 0; at < count; at++) {
    aws.outside.submitPlannedJob(
      { jobName: `job-${at}`, jobQueue, jobDefinition },
      { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
    );
  }
  await clock.advance(300_000);
}

describe("the command plan", () => {
  test("lists deletions in every region that the manifests name, with the jobs in their queues", async () => {
    const files = {
      ...quickstart,
      "environment-eu.yaml": moved(environment()),
      "queue-eu.yaml": onGeneralAbroad,
      "definition-eu.yaml": moved(definition()),
    };
    const account = await accountWith(files);
    await submit(account.fromAbroad, account.clock, "default_high-eu", "default_hello-eu", 2);
    const left = Object.entries(files).filter(([file]) => file !== "queue-eu.yaml" && file !== "definition.yaml");
    const { exitCode, text, json, markdown } = await planned(Object.fromEntries(left), "--cluster-name", "team");
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({
      headline: "2 deletions, 4 unchanged; no running job is ended",
      changes: true,
      disruption: true,
      clusterName: "team",
      account: "123456789012",
      warnings: ["local deletes what has no manifest only with --prune, and leaves it in AWS otherwise"],
    });
    expect(json.objects.filter(({ action }) => action === "delete")).toEqual([
      {
        object: "JobDefinition default/hello",
        symbol: "-",
        kind: "JobDefinition",
        namespace: "default",
        name: "hello",
        region: home,
        action: "delete",
        awsName: "default_hello:1",
        title: "default_hello:1 is deleted: its manifest is missing",
        fields: [],
        steps: [
          {
            kind: "write",
            number: 1,
            operation: "DeregisterJobDefinition",
            subject: "default_hello:1",
            reason: "Deregistering",
            why: "default_hello:1: the object is deleted",
            fields: [],
            hourly: { endpoints: 0, vcpus: 0 },
          },
        ],
        queues: [],
        jobs: { kind: "none" },
        notes: [],
      },
      expect.objectContaining({
        object: "JobQueue default/high-eu",
        region: abroad,
        queues: [{ name: "default_high-eu", jobs: 2 }],
        jobs: { kind: "waitedFor", why: expect.stringContaining("unfinished jobs end by themselves") },
      }),
    ]);
    expect(text).toContain(`
- JobQueue default/high-eu default_high-eu is deleted: its manifest is missing
    queues: default_high-eu (2 jobs now)
    jobs: unfinished jobs end by themselves before it is deleted (drain.policy Wait)
    2. UpdateJobQueue default_high-eu  (Disabling)
         state  "ENABLED" → "DISABLED"
     … default_high-eu waits for 2 jobs to end; no job is terminated (drain.policy: Wait). What follows is planned as if these jobs had ended
     … no job is left in default_high-eu; counting once more to be sure
    3. DeleteJobQueue default_high-eu  (Deleting)
`);
    expect(text).toContain("\n- JobDefinition default/hello default_hello:1 is deleted: its manifest is missing\n");
    expect(markdown).toMatch(
      /\| `-` \| JobQueue default\/high-eu \| default\\_high-eu is deleted: [^|]* \| queues: default\\_high-eu \(2 jobs now\)<br>jobs: /,
    );
    expect(markdown).toContain("\n4 unchanged.\n");
  });

  test.each([
    ["{ terminateJobsOnUpdate: true }", "running jobs are ended at once (updatePolicy.terminateJobsOnUpdate)"],
    ["{ jobExecutionTimeoutMinutes: 45 }", "jobs that run 45 minutes longer are ended (updatePolicy)"],
    ["{ terminateJobsOnUpdate: false }", "jobs that run 30 minutes longer are ended (updatePolicy)"],
  ])("says which queues and jobs an update in place by %s may end", async (updatePolicy, why) => {
    const files = {
      "environment.yaml": onEc2("c5.large", updatePolicy),
      "one.yaml": onSpotFleet("one"),
      "two.yaml": onSpotFleet("two"),
      "definition.yaml": definition().replace("platformCapabilities: [FARGATE]", "platformCapabilities: [EC2]"),
    };
    const account = await accountWith(files);
    await submit(account.atHome, account.clock, "default_one", "default_hello", 1);
    const changed = { ...files, "environment.yaml": onEc2("c5.xlarge", updatePolicy) };
    const { exitCode, text, json, markdown } = await planned(changed, "--cluster-name", "team");
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({
      headline: "1 update, 3 unchanged; RUNNING JOBS MAY BE ENDED by BatchComputeEnvironment large",
      disruption: true,
    });
    expect(json.objects.find(({ action }) => action !== "none")).toMatchObject({
      object: "BatchComputeEnvironment default/large",
      symbol: "~",
      action: "update",
      title: "is updated in place: AWS replaces its instances under running jobs",
      fields: [{ path: "spec.computeResources.instanceTypes", from: '["c5.large"]', to: '["c5.xlarge"]' }],
      queues: [
        { name: "default_one", jobs: 1 },
        { name: "default_two", jobs: 0 },
      ],
      jobs: { kind: "mayEnd", why },
    });
    expect(text).toContain(`\n    queues: default_one (1 job now), default_two (no jobs)\n    jobs: ${why}\n`);
    expect(markdown).toContain("queues: default\\_one (1 job now), default\\_two (no jobs)<br>**jobs:** ");
  });

  test("reports no change, and exits with 0, where both regions match the manifests", async () => {
    const files = { ...quickstart, "definition-eu.yaml": moved(definition()) };
    await accountWith(files);
    const { exitCode, text, json, markdown } = await planned(files, "--cluster-name", "team");
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ changes: false, disruption: false, headline: "4 unchanged; no running job is ended" });
    expect(text.split("\n")[0]).toBe("4 unchanged; no running job is ended");
    expect(markdown).toContain("Nothing would change.");
  });
});

describe("the command plan --kubeconfig", () => {
  test("asks the cluster of each manifest in the namespace where kubectl would put it", async () => {
    await accountWith({ "definition.yaml": definition() });
    const server = await emptyCluster();
    const group = "/apis/awsbatch.dev/v1alpha1/namespaces";
    const taken = ({ body }: SeenRequest) => ({
      json: { ...body, metadata: { ...body.metadata, uid: "u", resourceVersion: "1", generation: 1 } },
    });
    server.on(`PATCH ${group}/of-context/jobqueues/high`, taken);
    server.on(`PATCH ${group}/of-context/batchcomputeenvironments/general`, taken);
    server.on("GET /api/v1/namespaces/of-context", { json: { metadata: { uid: "uid-of-context" } } });
    server.on("GET /api/v1/namespaces/own", refusal(404, "NotFound", 'namespaces "own" not found'));
    server.on(`PATCH ${group}/own/jobdefinitions/hello`, refusal(404, "NotFound", 'namespaces "own" not found'));
    const kubeconfig = kubeconfigTo(server.url, "of-context");
    const own = definition().replace("name: hello", "name: hello, namespace: own");
    const { exitCode, json, markdown } = await planned(
      { ...quickstart, "definition.yaml": own },
      "--cluster-name",
      "team",
      "--kubeconfig",
      kubeconfig,
    );
    expect(exitCode).toBe(2);
    expect(json.objects.map(({ object, action }) => [action, object].join(" "))).toEqual([
      "create JobDefinition own/hello",
      "create BatchComputeEnvironment of-context/general",
      "create JobQueue of-context/high",
    ]);
    // What the other cluster of this name made is not this one's.
    const warning = 'cannot patch jobdefinitions.awsbatch.dev "own/hello": namespaces "own" not found';
    expect(json["warnings"]).toEqual([warning]);
    expect(markdown).toContain(`\nwarning: ${warning}\n`);
    const writes = server.requests.filter(({ method }) => method !== "GET");
    expect(writes.map(({ query: { dryRun } }) => dryRun)).toEqual(writes.map(() => "All"));
  });
});

describe("the command plan --simulate, after local --simulate", () => {
  const network = `vpcs: [{ id: vpc-1, cidr: 10.0.0.0/16 }]
subnets: [{ id: subnet-11111111, vpc: vpc-1, zone: us-east-1a, cidr: 10.0.0.0/24 }]
securityGroups: [{ id: sg-11111111, vpc: vpc-1 }]
`;
  interface Remembered {
    /** A description of it. */
    readonly account: string;
    readonly directory: string;
    readonly clock: VirtualClock;
  }

  const grouped = (securityGroup: string): string => `apiVersion: awsbatch.dev/v1alpha1
kind: BatchNetwork
metadata: {name: net}
spec:
  vpcId: vpc-1
  subnets: [subnet-11111111]
  securityGroup: ${securityGroup}
`;

  /** A directory, and next to it what a session of `local` left of these files. */
  async function remembered(
    files: Files,
    { account, directory = temporaryDirectory(), clock = new VirtualClock() }: Partial<Remembered> = {},
  ): Promise<string> {
    if (account !== undefined) writeFileSync(join(directory, "simulated-aws.conf"), account);
    const session = await started({
      directory,
      clock,
      source: new MemorySource(files),
      flags: { until: "ready", allowedRegions: [abroad] },
    });
    expect(await session.end()).toBe(0);
    mkdirSync(directory, { recursive: true });
    write(directory, files);
    return directory;
  }

  test("says which rules of a security group are added and which are revoked", async () => {
    const with22 = grouped("{ egress: [{ protocol: tcp, ports: '22', peer: 10.0.0.0/8 }] }");
    const with80 = grouped("{ egress: [{ protocol: tcp, ports: '80', peer: 10.0.0.0/8 }] }");
    const directory = await remembered({ ...quickstart, "network.yaml": with22 }, { account: network });
    write(directory, { "network.yaml": with80 });
    const { exitCode, text, json, markdown } = await plannedFrom(directory, "--simulate");
    const change =
      /\d\. AuthorizeSecurityGroupEgress sg-\w+ .*\n +rules +\["tcp 80 10\.0\.0\.0\/8"\]\n[^-]* RevokeSecurityGroupEgress sg-\w+ .*\n +rules +\["tcp 22 10\.0\.0\.0\/8"\]/;
    expect(exitCode).toBe(2);
    expect(json.objects.find(({ kind }) => kind === "BatchNetwork")).toMatchObject({ action: "update" });
    expect(text).toMatch(change);
    expect(markdown).toMatch(change);
  });

  test("lists deletions in a region that no manifest names any more, but the state does", async () => {
    const directory = await remembered({ ...quickstart, "definition-eu.yaml": moved(definition()) });
    rmSync(join(directory, "definition-eu.yaml"));
    const { exitCode, json } = await plannedFrom(directory, "--simulate");
    expect(exitCode).toBe(3);
    expect(json.objects.filter(({ action }) => action !== "none")).toMatchObject([
      { object: "JobDefinition default/hello-eu", region: abroad, action: "delete" },
    ]);
  });

  /** A directory whose last replacement soaks. */
  async function soaking() {
    const text = (resources: string): string =>
      environment(resources).replace(
        "{soakSeconds: 0}",
        "{soakSeconds: 600}\n  drain: {policy: Terminate, timeoutSeconds: 60}",
      );
    const clock = new VirtualClock();
    const directory = await remembered({ ...quickstart, "environment.yaml": text("FARGATE") }, { clock });
    await remembered({ ...quickstart, "environment.yaml": text("FARGATE_SPOT") }, { directory, clock });
    return { directory, text };
  }

  test("does not count a replacement that was begun before as this change's, and says that it goes on", async () => {
    const { directory } = await soaking();
    const { exitCode, json, text } = await plannedFrom(directory, "--simulate");
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      headline: "1 under way before, 2 unchanged; no running job is ended by this change",
      changes: false,
      disruption: false,
    });
    expect(json.objects.find(({ kind }) => kind === "BatchComputeEnvironment")).toMatchObject({
      action: "finish",
      symbol: ">",
      title: "finishes the replacement of default_general-xxxxxxxx by default_general-xxxxxxxx, which is under way",
      fields: [],
    });
    expect(text).toContain("DeleteComputeEnvironment default_general-");
  });

  test("counts another change as its own while a replacement that was begun before goes on", async () => {
    const { directory, text: environmentText } = await soaking();
    write(directory, { "environment.yaml": environmentText("FARGATE_SPOT").replace("maxvCpus: 16", "maxvCpus: 32") });
    const { exitCode, json } = await plannedFrom(directory, "--simulate");
    expect(exitCode).toBe(2);
    expect(json.objects.find(({ kind }) => kind === "BatchComputeEnvironment")).toMatchObject({
      action: "update",
      title: "is updated in place; default_general-xxxxxxxx is deleted",
    });
  });

  test("calls it a replacement, with the jobs that may end, where a begun one is taken back", async () => {
    const { directory, text: environmentText } = await soaking();
    write(directory, { "environment.yaml": environmentText("FARGATE") });
    const { exitCode, json, text } = await plannedFrom(directory, "--simulate");
    expect(exitCode).toBe(3);
    expect(json.headline).toMatch(/^1 replacement, .*; RUNNING JOBS MAY BE ENDED by BatchComputeEnvironment general$/);
    expect(json.objects.find(({ kind }) => kind === "BatchComputeEnvironment")).toMatchObject({
      action: "replace",
      title: "default_general-xxxxxxxx is replaced by default_general-xxxxxxxx",
    });
    expect(text).toContain("DeleteComputeEnvironment default_general-");
  });
});

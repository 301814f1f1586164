import { describe, expect, test } from "vitest";
import type { Environment } from "../../../src/aws/batch.ts";
import type { OperatorFlags } from "../../../src/operator/flags.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { AccountNetwork } from "../../../src/simulator/ec2-network.ts";
import { readState, stateFile } from "../../../src/tools/local/state.ts";
import { type Entry, headline, isDisruptive } from "../../../src/tools/plan/entry.ts";
import { planOf } from "../../../src/tools/plan.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { definition, environment, MemorySource, queue, quickstart, started } from "../local/given.ts";
import { ownedDefinition } from "./owned-definition.ts";

const clusterName = "team";

/** A simulated account in which the operator has made what the files say. */
async function accountWith(files: Readonly<Record<string, string>>, network?: AccountNetwork) {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  if (network !== undefined) cloud.world("us-east-1").outside.describeNetwork(network);
  const source = new MemorySource(files);
  const session = await started({ clock, cloud, source, flags: { simulate: false, clusterName, until: "ready" } });
  await session.end();
  await clock.advance(10_000);
  const aws = cloud.world("us-east-1");
  aws.knobs.latencyMs = 0;
  aws.knobs.stalenessMs = 0;
  return { clock, cloud, aws };
}

type Account = Awaited<ReturnType<typeof accountWith>>;

async function planned(
  { cloud, clock }: Pick<Account, "cloud" | "clock">,
  files: Readonly<Record<string, string>>,
  flags: OperatorFlags = {},
) {
  const { manifests, problems } = await new MemorySource(files).read();
  expect(problems).toEqual([]);
  const signal = new AbortController().signal;
  const plan = await planOf(manifests, {
    flags: { awsRequestsPerSecond: 1000, ...flags },
    cloud,
    clusterName,
    remembered: undefined,
    signal,
    clock,
  });
  const find = (kind: string, name: string): Entry => {
    const entry = plan.entries.find((one) => one.kind === kind && one.name === name);
    if (entry === undefined) throw new Error(`no entry for ${kind} ${name}`);
    return entry;
  };
  return {
    plan,
    environment: () => find("BatchComputeEnvironment", "general"),
    queue: () => find("JobQueue", "high"),
    definition: () => find("JobDefinition", "hello"),
  };
}

/** Operation and subject of each write, in order. */
function writesIn({ steps }: Entry): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === "write" ? [`${step.operation} ${step.subject}`.replace(/(?<=-)[0-9a-f]{8,}$/, "xxxxxxxx")] : [],
  );
}

function emptyAccount() {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  cloud.world("us-east-1").knobs.latencyMs = 0;
  return { clock, cloud };
}

describe("a plan", () => {
  test("against an empty account creates everything, also the queue whose environment is only planned", async () => {
    const { plan, queue: high } = await planned(emptyAccount(), quickstart);
    expect(plan.entries.map(({ action }) => action)).toEqual(["create", "create", "create"]);
    expect(high()).toMatchObject({ title: "is created as default_high", blocked: undefined });
  });

  test("of what is there already changes nothing", async () => {
    const { plan } = await planned(await accountWith(quickstart), quickstart);
    expect(plan.entries.map(({ action, blocked, notes }) => [action, blocked, notes])).toEqual([
      ["none", undefined, []],
      ["none", undefined, []],
      ["none", undefined, []],
    ]);
  });

  test("of an environment of somebody else that may be adopted says so, and creates none", async () => {
    const account = await accountWith(quickstart);
    const [there] = account.aws.truth.computeEnvironments();
    const { computeEnvironmentName: name = "", computeEnvironmentArn: arn = "", tags = {} } = there ?? {};
    await account.aws.outside.untagResource({ resourceArn: arn, tagKeys: Object.keys(tags) });
    const body = (quickstart["environment.yaml"] ?? "").replace(
      "spec:\n",
      `spec:\n  computeEnvironmentName: ${name}\n  adoptionPolicy: IfMatching\n`,
    );
    const { environment: general } = await planned(
      account,
      { "environment.yaml": body },
      { adoptableNames: [`*/${name}`] },
    );
    expect(general()).toMatchObject({
      action: "adopt",
      awsName: name,
      title: `adopts ${name}: these tags, nothing else`,
      blocked: undefined,
    });
    const refused = await planned(account, { "environment.yaml": body });
    expect(refused.environment().blocked).toMatch(/^NotAdoptable: /);
    expect(refused.environment().title).toBe("nothing is done");
  });

  test("resolves selectors, also for the queue, and says what they select", async () => {
    const account = emptyAccount();
    const { outside } = account.cloud.world("us-east-1");
    outside.describeNetwork({
      vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
      subnets: [{ id: "subnet-a", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24", tags: { team: "batch" } }],
      securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
    });
    const selecting = (tags: string) => ({
      "environment.yaml": (quickstart["environment.yaml"] ?? "")
        .replace(/subnets: .*/, "networkRef: {name: net}")
        .replace(/ +securityGroupIds: .*\n/, ""),
      "network.yaml": networkOf(`subnetSelector: ${tags}`, "securityGroup: {}"),
    });
    const found = await planned(account, { ...quickstart, ...selecting("{ tags: { team: batch } }") });
    expect(found.plan.entries.map(({ action, blocked }) => [action, blocked])).toEqual(
      ["create", "create", "create", "create"].map((action) => [action, undefined]),
    );
    expect(networkIn(found.plan.entries).notes).toContain("selected: vpc-1, team=batch: subnet-a");
    const empty = await planned(account, { ...quickstart, ...selecting("{ tags: { team: nobody } }") });
    expect(networkIn(empty.plan.entries).blocked).toMatch(/^NothingSelected: spec.subnetSelector /);
  });

  const networkOf = (...fields: readonly string[]): string => `apiVersion: awsbatch.dev/v1alpha1
kind: BatchNetwork
metadata: {name: net}
spec:
  vpcId: vpc-1
${fields.map((field) => `  ${field}\n`).join("")}`;
  const networkIn = (entries: readonly Entry[]): Entry => {
    const found = entries.find(({ kind }) => kind === "BatchNetwork");
    if (found === undefined) throw new Error("the plan has an entry for the network");
    return found;
  };
  const closedVpc = {
    vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
    securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
    subnets: [{ id: "subnet-a", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24" }],
  };

  test("lists the security group and the endpoints to create, and nothing once they exist", async () => {
    const account = emptyAccount();
    account.cloud.world("us-east-1").outside.describeNetwork(closedVpc);
    const body = (quickstart["environment.yaml"] ?? "").replace(/subnets: .*/, "subnets: [subnet-a]");
    const others = { ...quickstart, "environment.yaml": body };
    const files = {
      ...others,
      "network.yaml": networkOf("subnets: [subnet-a]", "securityGroup: {}", "vpcEndpoints: {services: [logs, sts]}"),
    };
    const { plan: first } = await planned(account, files);
    expect(networkIn(first.entries)).toMatchObject({
      action: "create",
      title: "gets in AWS what its spec asks for",
      blocked: undefined,
    });
    expect(writesIn(networkIn(first.entries))).toEqual([
      `CreateSecurityGroup aws-batch-operator/${clusterName}/default/net`,
      "AuthorizeSecurityGroupEgress sg-(known after apply)",
      "RevokeSecurityGroupEgress sg-(known after apply)",
      `CreateSecurityGroup aws-batch-operator/${clusterName}/default/net/endpoints`,
      "AuthorizeSecurityGroupIngress sg-(known after apply)",
      "CreateVpcEndpoint com.amazonaws.us-east-1.logs",
      "CreateVpcEndpoint com.amazonaws.us-east-1.sts",
    ]);
    const made = await accountWith(files, closedVpc);
    const { plan: same } = await planned(made, files);
    expect(same.entries.map(({ action, blocked, steps }) => [action, blocked, steps])).toEqual(
      ["none", "none", "none", "none"].map((action) => [action, undefined, []]),
    );
    const network = networkOf(
      "subnets: [subnet-a]",
      "securityGroup: {egress: [{ protocol: tcp, ports: '22', peer: 10.0.0.0/8 }]}",
      "vpcEndpoints: {services: [logs, sts]}",
    );
    const { plan: more } = await planned(made, { ...others, "network.yaml": network });
    expect(networkIn(more.entries)).toMatchObject({ action: "update" });
    expect(writesIn(networkIn(more.entries))).toEqual(["AuthorizeSecurityGroupEgress sg-xxxxxxxx"]);
  });

  test("says that nothing is created without a path, where the spec requires one", async () => {
    const account = emptyAccount();
    account.cloud.world("us-east-1").outside.describeNetwork({
      ...closedVpc,
      subnets: [{ id: "subnet-a", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24", freeAddresses: 0 }],
      securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
    });
    const body = (quickstart["environment.yaml"] ?? "")
      .replace(/subnets: .*/, "subnets: [subnet-a]")
      .replace("spec:\n", "spec:\n  network: { preflight: Enforce }\n");
    const { environment: general } = await planned(account, { ...quickstart, "environment.yaml": body });
    expect(general().blocked).toMatch(/^NetworkNotReady: nothing is created, .*subnet-a has no free address/);
  });

  test("of existing roles changes nothing, and says what differs in them", async () => {
    const withRole = (iam: string) => {
      const body = quickstart["definition.yaml"] ?? "";
      return { ...quickstart, "definition.yaml": body.replace("spec:\n", `spec:\n  iam: {jobRole: ${iam}}\n`) };
    };
    const { plan: first, definition: hello } = await planned(emptyAccount(), withRole("{}"));
    expect(first.entries.map(({ action }) => action)).toEqual(["create", "create", "create"]);
    expect(hello()).toMatchObject({ action: "create", blocked: undefined });
    const account = await accountWith(withRole("{}"));
    const { plan: same } = await planned(account, withRole("{}"));
    expect(same.entries.map(({ action, blocked, notes }) => [action, blocked, notes])).toEqual([
      ["none", undefined, []],
      ["none", undefined, []],
      ["none", undefined, []],
    ]);
    const { definition: tagged } = await planned(
      account,
      withRole("{policyArns: [arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly]}"),
    );
    expect(tagged()).toMatchObject({
      action: "update",
      title: "stays as it is; its roles change",
      fields: [{ path: "spec.iam.jobRole.policyArns" }],
    });
  });

  test("writes nothing", async () => {
    const account = await accountWith(quickstart);
    const before = account.aws.log.length;
    await planned(account, { "environment.yaml": environment("FARGATE_SPOT"), "queue.yaml": queue(1) });
    const operations = account.aws.log.slice(before).map(({ operation }) => operation);
    expect(operations.length).toBeGreaterThan(0);
    expect(operations.filter((operation) => !/^(Describe|List|Get)/.test(operation))).toEqual([]);
  });

  test("says what a replacement is for, and which queues and jobs it touches", async () => {
    const account = await accountWith(quickstart);
    account.aws.outside.submitPlannedJob(
      { jobName: "a", jobQueue: "default_high", jobDefinition: "default_hello" },
      { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
    );
    await account.clock.advance(120_000);
    const { environment: general, queue: high } = await planned(account, {
      ...quickstart,
      "environment.yaml": environment("FARGATE_SPOT"),
    });
    expect(general()).toMatchObject({
      action: "replace",
      fields: [{ path: "spec.computeResources.type", from: '"FARGATE"', to: '"FARGATE_SPOT"', kind: "replacement" }],
      queues: [{ name: "default_high", jobs: 1 }],
      jobs: { kind: "waitedFor" },
    });
    expect(high()).toMatchObject({ action: "update", steps: [{ operation: "UpdateJobQueue" }] });
  });

  test("warns of jobs that a replacement ends", async () => {
    const text = environment("FARGATE_SPOT").replace(
      "replacement:",
      "drain: {policy: Terminate, timeoutSeconds: 60}\n  replacement:",
    );
    const { environment: general } = await planned(await accountWith(quickstart), {
      ...quickstart,
      "environment.yaml": text,
    });
    expect(general().jobs).toEqual({
      kind: "mayEnd",
      why: expect.stringMatching(/have not ended 60 s after .* \(drain\.policy Terminate\)$/),
    });
  });

  test("distinguishes an update in place from a replacement", async () => {
    const text = environment().replace("maxvCpus: 16", "maxvCpus: 32");
    const { environment: general } = await planned(await accountWith(quickstart), {
      ...quickstart,
      "environment.yaml": text,
    });
    expect(general()).toMatchObject({
      action: "update",
      title: "is updated in place: capacity only",
      jobs: { kind: "none" },
    });
  });

  test("calls a replacement blocked that the policy forbids", async () => {
    const text = environment("FARGATE_SPOT").replace("soakSeconds: 0", "policy: Never");
    const { environment: general, queue: high } = await planned(await accountWith(quickstart), {
      ...quickstart,
      "environment.yaml": text,
    });
    expect(general().blocked).toMatch(/^ReplacementNeeded: spec\.computeResources\.type cannot be changed in AWS/);
    // Nothing is made that the queue could move to.
    expect(high().notes).toEqual([]);
  });

  test("names the fields of a new revision, without secrets", async () => {
    const account = await accountWith(quickstart);
    const { definition: hello } = await planned(account, {
      ...quickstart,
      "definition.yaml": definition("alpine:4", "other"),
    });
    expect(hello()).toMatchObject({
      action: "register",
      title: "is registered as default_hello, above default_hello:1",
    });
    expect(hello().fields.map(({ path, to }) => [path, to])).toEqual([
      ["spec.containerProperties.image", '"alpine:4"'],
      ["spec.containerProperties.environment[PASSWORD].value", undefined],
    ]);
  });

  test("registers a revision above one of somebody else's that may be taken over", async () => {
    const account = await accountWith(quickstart);
    const { tags: _theirs, ...theirs } = ownedDefinition("prod-other", { name: "other", uid: "u" });
    await account.aws.outside.registerJobDefinition(theirs);
    const text = definition()
      .replace("name: hello", "name: other")
      .replace("spec:\n", "spec:\n  jobDefinitionName: prod-other\n  adoptionPolicy: IfExists\n");
    const { plan } = await planned(
      account,
      { ...quickstart, "other.yaml": text },
      { adoptableNames: ["default/prod-*"] },
    );
    expect(plan.entries.find(({ name }) => name === "other")).toMatchObject({
      action: "register",
      title: "is registered as prod-other, above prod-other:1",
      blocked: undefined,
    });
  });

  test("deletes what is ours and has no manifest, and nothing else", async () => {
    const account = await accountWith(quickstart);
    await account.aws.outside.registerJobDefinition({
      jobDefinitionName: "somebody-elses",
      type: "container",
      containerProperties: {
        image: "x",
        resourceRequirements: [
          { type: "VCPU", value: "1" },
          { type: "MEMORY", value: "512" },
        ],
      },
    });
    const { plan } = await planned(account, { "environment.yaml": environment(), "queue.yaml": queue() });
    expect(plan.entries.filter(({ action }) => action === "delete").map(({ title }) => title)).toEqual([
      "default_hello:1 is deleted: its manifest is missing",
    ]);
  });

  const policy = (seconds: number, more = ""): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: SchedulingPolicy
metadata: {name: fair}
spec:
  fairsharePolicy: {shareDecaySeconds: ${seconds}}
${more}`;

  test("says what changes of a scheduling policy, and ends no job with it", async () => {
    const account = await accountWith({ "policy.yaml": policy(60) });
    const update = (await planned(account, { "policy.yaml": policy(90) })).plan.entries;
    expect(update).toMatchObject([{ action: "update", title: "is updated in place" }]);
    expect(writesIn(update[0] as Entry)).toEqual(["UpdateSchedulingPolicy default_fair"]);
    expect((await planned(account, {})).plan.entries).toMatchObject([
      { action: "delete", title: "default_fair is deleted: its manifest is missing", jobs: { kind: "none" } },
    ]);
  });

  test("says that AWS keeps what deletionPolicy Retain leaves, and deletes nothing", async () => {
    const { clock, cloud } = emptyAccount();
    const source = new MemorySource({ "policy.yaml": policy(60, "  deletionPolicy: Retain\n") });
    const session = await started({ clock, cloud, source, flags: { simulate: false, clusterName, until: "ready" } });
    await session.end();
    cloud.world("us-east-1").knobs.stalenessMs = 0;
    const remembered = readState(stateFile(session.directory, clusterName, false));
    const { signal } = new AbortController();
    const plan = await planOf([], { flags: {}, cloud, clusterName, remembered, signal, clock });
    expect(plan.entries).toMatchObject([
      {
        action: "forget",
        title: "is forgotten: AWS keeps default_fair without an owner (deletionPolicy: Retain)",
        jobs: { kind: "none" },
      },
    ]);
    expect(plan.entries.some(isDisruptive)).toBe(false);
  });

  test("says that AWS keeps what was never the object's own, and deletes nothing", async () => {
    const account = emptyAccount();
    const { tags: _theirs, ...theirs } = ownedDefinition("prod-other", { name: "other", uid: "u" });
    await account.cloud.world("us-east-1").outside.registerJobDefinition(theirs);
    const text = definition()
      .replace("name: hello", "name: other")
      .replace("spec:\n", "spec:\n  jobDefinitionName: prod-other\n  adoptionPolicy: IfMatching\n");
    const session = await started({
      ...account,
      source: new MemorySource({ "other.yaml": text }),
      flags: { simulate: false, clusterName, until: "ready" },
    });
    await session.end();
    const remembered = readState(stateFile(session.directory, clusterName, false));
    const { signal } = new AbortController();
    const plan = await planOf([], { flags: {}, ...account, clusterName, remembered, signal });
    expect(headline(plan)).toBe("1 forgotten; no running job is ended");
    expect(plan.entries).toMatchObject([
      { action: "forget", title: "is forgotten: AWS keeps prod-other:1, which is not its own", steps: [] },
    ]);
  });

  test("counts the jobs of a queue that would be deleted", async () => {
    const account = await accountWith(quickstart);
    account.aws.outside.submitPlannedJob(
      { jobName: "a", jobQueue: "default_high", jobDefinition: "default_hello" },
      { durationMs: Number.POSITIVE_INFINITY, exitCode: 0 },
    );
    await account.clock.advance(120_000);
    const { queue: high } = await planned(account, {
      "environment.yaml": environment(),
      "definition.yaml": definition(),
    });
    expect(high()).toMatchObject({ action: "delete", queues: [{ name: "default_high", jobs: 1 }] });
  });

  test("does not delete a second time what AWS is deleting", async () => {
    const account = await accountWith({ "environment.yaml": environment() });
    const [made] = account.aws.truth.computeEnvironments() as [Environment];
    const { computeEnvironmentName: computeEnvironment } = made;
    await account.aws.outside.updateComputeEnvironment({ computeEnvironment, state: "DISABLED" });
    await account.clock.advance(60_000);
    await account.aws.outside.deleteComputeEnvironment({ computeEnvironment });
    expect(account.aws.truth.computeEnvironments().map(({ status }) => status)).toEqual(["DELETING"]);
    const { plan } = await planned(account, {});
    expect(plan.entries).toEqual([]);
  });

  test("takes the cluster's UID that most of what is in AWS bears, and leaves the others' alone", async () => {
    const account = await accountWith(quickstart);
    await account.aws.outside.registerJobDefinition(
      ownedDefinition("of-another", { name: clusterName, uid: "another" }),
    );
    const { plan } = await planned(account, quickstart);
    expect(plan.entries.map(({ action, blocked }) => [action, blocked])).toEqual(
      ["none", "none", "none"].map((action) => [action, undefined]),
    );
  });

  test("leaves alone what another cluster name owns", async () => {
    const account = await accountWith(quickstart);
    const { manifests } = await new MemorySource({}).read();
    const signal = new AbortController().signal;
    const plan = await planOf(manifests, {
      ...account,
      flags: {},
      clusterName: "other",
      remembered: undefined,
      signal,
    });
    expect(plan.entries).toEqual([]);
  });

  test("of another cluster with objects of the same names creates its own", async () => {
    const account = await accountWith(quickstart);
    const { manifests } = await new MemorySource(quickstart).read();
    const { signal } = new AbortController();
    const flags = { namesWithCluster: true, awsRequestsPerSecond: 1000 };
    const plan = await planOf(manifests, { ...account, flags, clusterName: "other", remembered: undefined, signal });
    expect(
      plan.entries.map(({ action, title, queues }) => [action, title.replace(/-[0-9a-f]{8}$/, ""), queues]),
    ).toEqual([
      ["create", "is created as other_default_general", []],
      ["create", "is created as other_default_high", []],
      ["create", "is created as other_default_hello", []],
    ]);
  });

  test("says who is in the way", async () => {
    const account = await accountWith({ "environment.yaml": environment() });
    const [made] = account.aws.truth.computeEnvironments() as [Environment];
    await account.aws.outside.createJobQueue({
      jobQueueName: "default_high",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: made.computeEnvironmentName }],
    });
    const { queue: high } = await planned(account, quickstart);
    expect(high().blocked).toMatch(/^NotOwned: the operator did not create the existing queue default_high/);
  });

  test.each(["awsbatch.dev/paused", "awsbatch.dev/dry-run"])("holds back where %s says so", async (annotation) => {
    const text = queue(1).replace("{name: high}", `{name: high, annotations: {${annotation}: "true"}}`);
    const { queue: high } = await planned(await accountWith(quickstart), { ...quickstart, "queue.yaml": text });
    expect(high()).toMatchObject({ action: "update", blocked: `by the annotation ${annotation}` });
  });

  test("reads every region that a manifest names and the flags allow", async () => {
    const { clock, cloud } = emptyAccount();
    cloud.world("eu-west-1").knobs.latencyMs = 0;
    const text = definition().replace("type: container", "region: eu-west-1\n  type: container");
    const refused = await planned({ clock, cloud }, { "definition.yaml": text });
    expect(refused.definition().blocked).toMatch(/region eu-west-1 is not one of --allowed-regions \(us-east-1\)/);
    expect(cloud.world("eu-west-1").log).toEqual([]);
    const flags = { allowedRegions: ["eu-*"] };
    const { definition: hello } = await planned({ clock, cloud }, { "definition.yaml": text }, flags);
    expect(hello()).toMatchObject({ action: "create", region: "eu-west-1" });
    expect(cloud.world("eu-west-1").log.length).toBeGreaterThan(0);
  });
});

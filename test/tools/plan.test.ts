import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/aws/batch.ts";
import { environment, queue, quickstart } from "./local/given.ts";
import { accountWith, planned, withCredentials } from "./plan/whole-command.ts";

/** What people merge by. */

withCredentials();

interface ShownObject {
  readonly object: string;
  readonly action: string;
  readonly title: string;
  readonly blocked?: string;
  readonly notes: readonly string[];
  readonly steps: readonly {
    readonly kind: string;
    readonly number?: number;
    readonly operation?: string;
    readonly subject?: string;
    readonly fields?: readonly { readonly path: string; readonly from?: string; readonly to?: string }[];
  }[];
}

/** Without fields and hashes. */
function short(line: string): string {
  return line
    .split(" ")
    .slice(0, 2)
    .join(" ")
    .replace(/_[0-9a-f]{8}$/, "_xxxxxxxx");
}

/** All writes of a plan, in order: `1 CreateRole name field=from>to`. */
function writesIn(objects: readonly unknown[]): readonly string[] {
  return (objects as readonly ShownObject[])
    .flatMap(({ steps }) => steps.filter(({ kind }) => kind === "write"))
    .toSorted((left, right) => (left.number ?? 0) - (right.number ?? 0))
    .map(({ operation, subject, fields = [] }) =>
      [operation, subject, ...fields.map(({ path, from = "", to = "" }) => `${path}:${from}>${to}`)].join(" "),
    );
}

function objectIn(objects: readonly unknown[], text: string): ShownObject {
  const found = (objects as readonly ShownObject[]).find(({ object }) => object === text);
  if (found === undefined) throw new Error(`no ${text}`);
  return found;
}

/** An environment of somebody else, `prod-workers`, with these tags. */
async function foreignWorkers(tags: Readonly<Record<string, string>> = {}) {
  const account = await accountWith({
    "environment.yaml": environment().replace("spec:\n", "spec:\n  computeEnvironmentName: prod-workers\n"),
  });
  const [there] = account.atHome.truth.computeEnvironments() as [Environment];
  const { outside } = account.atHome;
  await outside.updateComputeEnvironment({ computeEnvironment: there.computeEnvironmentArn, state: "DISABLED" });
  await account.clock.advance(60_000);
  await outside.deleteComputeEnvironment({ computeEnvironment: there.computeEnvironmentArn });
  await outside.createComputeEnvironment({
    computeEnvironmentName: "prod-workers",
    type: "MANAGED",
    computeResources: {
      type: "FARGATE",
      maxvCpus: 16,
      subnets: ["subnet-11111111"],
      securityGroupIds: ["sg-11111111"],
    },
    tags,
  });
  await account.clock.advance(60_000);
  return account;
}

const workers = (more = ""): string =>
  environment()
    .replace("name: general", "name: workers")
    .replace("spec:\n", `spec:\n  computeEnvironmentName: prod-workers\n  adoptionPolicy: IfMatching\n${more}`);

const adoptable = ["--cluster-name", "team", "--adoptable-names", "default/prod-*"] as const;

describe("an adoption", () => {
  test("is reported as an adoption by tags and nothing else, never as a creation", async () => {
    await foreignWorkers({ cost: "7" });
    const files = { "environment.yaml": workers("  tags: {cost: '7'}\n") };
    const { exitCode, text, json, markdown } = await planned(files, ...adoptable);
    expect(exitCode).toBe(2);
    expect(json["headline"]).toBe("1 adoption; no running job is ended");
    expect(objectIn(json.objects, "BatchComputeEnvironment default/workers")).toMatchObject({
      action: "adopt",
      title: "adopts prod-workers: these tags, nothing else",
    });
    expect(writesIn(json.objects).map((line) => short(line))).toEqual([
      "TagResource prod-workers",
      "TagResource prod-workers",
    ]);
    expect(text).toContain('tags.awsbatch.dev/cluster      "team"');
    expect(text).not.toContain("CreateComputeEnvironment");
    expect(markdown).toContain("adopts prod-workers: these tags, nothing else");
  });

  test("that is blocked names the field, both values, and the flag that would fix it", async () => {
    await foreignWorkers({ cost: "7" });
    const files = { "environment.yaml": workers().replace("maxvCpus: 16", "maxvCpus: 32") };
    const { exitCode, json } = await planned(files, ...adoptable);
    expect(exitCode).toBe(4);
    const { blocked } = objectIn(json.objects, "BatchComputeEnvironment default/workers");
    expect(blocked).toContain("NotMatching: ");
    expect(blocked).toContain("spec.computeResources.maxvCpus (AWS: 16, spec: 32)");
    expect(blocked).toContain('spec.tags["cost"]');
    expect(blocked).toContain("adoptionPolicy: IfExists");
    expect(blocked).toContain("--ignore-tag-keys=cost");
    expect(writesIn(json.objects)).toEqual([]);
  });
});

describe("several changes at once", () => {
  test("of capacity, priority and tags are all there, in order", async () => {
    await accountWith(quickstart);
    const files = {
      ...quickstart,
      "environment.yaml": environment()
        .replace("maxvCpus: 16", "maxvCpus: 32")
        .replace("spec:\n", "spec:\n  tags: {a: b}\n"),
      "queue.yaml": queue(5).replace("spec:\n", "spec:\n  tags: {a: b}\n"),
    };
    const { exitCode, json } = await planned(files, "--cluster-name", "team");
    expect(exitCode).toBe(2);
    expect(writesIn([objectIn(json.objects, "BatchComputeEnvironment default/general")])).toEqual([
      "UpdateComputeEnvironment default_general-xxxxxxxx computeResources.maxvCpus:16>32",
      'TagResource default_general-xxxxxxxx tags.a:>"b"',
    ]);
    expect(writesIn([objectIn(json.objects, "JobQueue default/high")])).toEqual([
      "UpdateJobQueue default_high priority:10>5",
      'TagResource default_high tags.a:>"b"',
    ]);
  });
});

describe("a creation", () => {
  const classic = `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata: {name: classic}
spec:
  type: MANAGED
  iam: { serviceRole: {}, instanceRole: {} }
  computeResources:
    type: EC2
    allocationStrategy: BEST_FIT
    minvCpus: 0
    maxvCpus: 256
    instanceTypes: [c4.large]
    subnets: [subnet-11111111]
    securityGroupIds: [sg-11111111]
`;

  test("shows roles, policies and the profile first, then the environment with its fields, then the queue", async () => {
    await accountWith({});
    const files = {
      "environment.yaml": classic,
      "queue.yaml": queue().replace("name: general", "name: classic"),
    };
    const { exitCode, json, text } = await planned(files, "--cluster-name", "team");
    expect(exitCode).toBe(2);
    expect(writesIn(json.objects).map((line) => short(line))).toEqual([
      "CreateRole default_classic_service_xxxxxxxx",
      "AttachRolePolicy default_classic_service_xxxxxxxx",
      "CreateRole default_classic_instance_xxxxxxxx",
      "AttachRolePolicy default_classic_instance_xxxxxxxx",
      "CreateInstanceProfile default_classic_instance_xxxxxxxx",
      "AddRoleToInstanceProfile default_classic_instance_xxxxxxxx",
      "CreateComputeEnvironment default_classic-xxxxxxxx",
      "CreateJobQueue default_high",
    ]);
    expect(text).toMatch(/computeResources\.instanceTypes +\["c4\.large"\]/);
    expect(text).toMatch(/PolicyArn +"arn:aws:iam::aws:policy\/service-role\/AWSBatchServiceRole"/);
  });
});

describe("a replacement", () => {
  test("shows the successor, the switch of the queue, and the end of the old environment, with its waits", async () => {
    await accountWith(quickstart);
    const files = {
      ...quickstart,
      "environment.yaml": environment("FARGATE_SPOT").replace("maxvCpus: 16", "maxvCpus: 8"),
    };
    const { exitCode, json, text } = await planned(files, "--cluster-name", "team");
    expect(exitCode).toBe(3);
    const general = "default_general-xxxxxxxx";
    expect(writesIn(json.objects)).toEqual([
      `CreateComputeEnvironment ${general} computeResources.type:"FARGATE">"FARGATE_SPOT" computeResources.maxvCpus:16>8`,
      `UpdateJobQueue default_high computeEnvironmentOrder:["${general}"]>["${general}"]`,
      `TagResource ${general} tags.awsbatch.dev/serving-since:>(known after apply)`,
      `TagResource ${general} tags.awsbatch.dev/retired-at:>(known after apply)`,
      `UpdateComputeEnvironment ${general} state:"ENABLED">"DISABLED"`,
      `DeleteComputeEnvironment ${general}`,
    ]);
    expect(text).toMatch(/is being handed over to/);
    expect(text).toMatch(/… confirming that no queue references/);
  });
});

describe("a note", () => {
  const onEc2 = (resources: string): string => `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata: {name: general}
spec:
  type: MANAGED
  computeResources:
    type: EC2
    allocationStrategy: BEST_FIT_PROGRESSIVE
    maxvCpus: 256
    subnets: [subnet-11111111]
    securityGroupIds: [sg-11111111]
    instanceRole: ecsInstanceRole
    ${resources}
`;
  const noteIn = async (resources: string, network?: (account: Awaited<ReturnType<typeof accountWith>>) => void) => {
    const account = await accountWith({});
    network?.(account);
    const { json, text, markdown } = await planned({ "environment.yaml": onEc2(resources) }, "--cluster-name", "team");
    const { notes } = objectIn(json.objects, "BatchComputeEnvironment default/general");
    for (const note of notes) expect(text.replaceAll(/\s+/g, " ")).toContain(note.replaceAll(/\s+/g, " "));
    expect(markdown.split("<br>").length).toBeGreaterThanOrEqual(notes.length);
    return notes;
  };

  test("says of a network that no job starts there, with every way to fix it", async () => {
    const notes = await noteIn("instanceTypes: [c6i]", ({ atHome }) =>
      atHome.outside.describeNetwork({
        vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
        subnets: [{ id: "subnet-11111111", vpc: "vpc-1", zone: "us-east-1a", cidr: "10.0.0.0/24" }],
        securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
      }),
    );
    expect(notes[0]).toMatch(/^network: no job starts there: subnet-x+: .* no route .*\. Fix: .*; or /);
  });

  test("says which instance type no zone of the subnets offers", async () => {
    const notes = await noteIn("instanceTypes: [c6i, hpc6a]", ({ atHome }) =>
      atHome.outside.describeNetwork({
        vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16" }],
        subnets: [{ id: "subnet-11111111", vpc: "vpc-1", zone: "us-east-1c", cidr: "10.0.0.0/24" }],
        securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
      }),
    );
    const message = /^network: .*hpc6a: not offered in any zone of the subnets \(us-east-1c\)\. Fix: add types/;
    expect(notes).toContainEqual(expect.stringMatching(message));
  });

  test("says that AWS refuses its images of Amazon Linux 2, unless the image is one's own", async () => {
    const type = "instanceTypes: [c6i]\n    ec2Configuration:\n      - ";
    expect(await noteIn(`${type}imageType: ECS_AL2_NVIDIA`)).toEqual([
      expect.stringMatching(
        /^ECS_AL2_NVIDIA: since 2026-06-30 AWS refuses to create environments with its own images of Amazon Linux 2: use ECS_AL2023_NVIDIA, or/,
      ),
    ]);
    expect(await noteIn(`${type}{imageType: ECS_AL2, imageIdOverride: ami-11111111}`)).not.toContainEqual(
      expect.stringContaining("Amazon Linux 2"),
    );
  });
});

describe("the costs", () => {
  test("of endpoints and of vCPUs that are kept running are one line, in each form", async () => {
    const { atHome } = await accountWith({});
    atHome.outside.describeNetwork({
      vpcs: [{ id: "vpc-1", cidr: "10.0.0.0/16", dnsSupport: true, dnsHostnames: true }],
      subnets: ["a", "b"].map((zone, index) => {
        return { id: `subnet-${zone}`, vpc: "vpc-1", zone: `us-east-1${zone}`, cidr: `10.0.${index}.0/24` };
      }),
      securityGroups: [{ id: "sg-11111111", vpc: "vpc-1" }],
    });
    const files = {
      "environment.yaml": `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata: {name: general}
spec:
  type: MANAGED
  computeResources:
    type: EC2
    allocationStrategy: BEST_FIT_PROGRESSIVE
    instanceTypes: [c6i]
    minvCpus: 16
    maxvCpus: 256
    subnets: [subnet-a, subnet-b]
    securityGroupIds: [sg-11111111]
    instanceRole: ecsInstanceRole
---
apiVersion: awsbatch.dev/v1alpha1
kind: BatchNetwork
metadata: {name: net}
spec:
  vpcId: vpc-1
  subnets: [subnet-a, subnet-b]
  vpcEndpoints: {needs: [ecs, ecr, logs]}
`,
    };
    const { json, text, markdown } = await planned(files, "--cluster-name", "team");
    const interfaces = writesIn(json.objects).filter((line) => /^CreateVpcEndpoint .*"Interface"/.test(line)).length;
    const line = `cost per hour: +${2 * interfaces} hours of interface endpoints in us-east-1 (one for each endpoint and zone), USD +${(0.02 * interfaces).toFixed(2)} without traffic (0.01 each: AWS Price List, USE1-VpcEndpoint-Hours, 2026-08-20); +16 vCPU-hours by minvCpus`;
    expect(interfaces).toBeGreaterThan(0);
    expect(json["cost"]).toBe(line);
    expect(text).toContain(`\n${line}\n`);
    expect(markdown).toContain("cost per hour: +");
  });
});

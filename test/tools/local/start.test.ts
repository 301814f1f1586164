import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { batchCalls } from "../../../src/aws/batch-calls.ts";
import { eachCall } from "../../../src/aws/calls.ts";
import type { CloudWithLogs } from "../../../src/operator/cloud.ts";
import { sleep, VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { stateFile } from "../../../src/tools/local/state.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { KeptOutput } from "../streams.ts";
import {
  definition,
  environment,
  type Line,
  MemorySource,
  phaseOf,
  queue,
  quickstart,
  started,
  temporaryDirectory,
} from "./given.ts";

const never = new AbortController().signal;

function onAws() {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  return { clock, cloud };
}

/** The same AWS; `before` is awaited before a connection is opened, or a registration leaves. */
function waiting(cloud: CloudWithLogs, before: (what: "connect" | "registerJobDefinition") => unknown): CloudWithLogs {
  return {
    account: cloud.account,
    region: cloud.region,
    label: cloud.label,
    logs: (region) => cloud.logs(region),
    async connect(region, signal) {
      await before("connect");
      const connection = await cloud.connect(region, signal);
      return {
        ...connection,
        batch: eachCall(connection.batch, batchCalls, (name, _kind, call) => async (input, options) => {
          if (name === "registerJobDefinition") await before(name);
          return await call(input, options);
        }),
      };
    },
  };
}

describe("local --until", () => {
  test("ends with 0 when every object is ready at its generation", async () => {
    const session = await started({ flags: { until: "ready" } });
    expect(await session.end()).toBe(0);
    expect(new Set(session.ofType("awsWrite").map((line) => line["operation"]))).toEqual(
      new Set(["CreateComputeEnvironment", "CreateJobQueue", "RegisterJobDefinition"]),
    );
    expect(session.ofType("end")).toEqual([
      expect.objectContaining({
        outcome: "reached",
        summary: expect.stringMatching(/^All 3 objects are ready after .* and 3 writes to a simulated AWS\.$/),
      }),
    ]);
  });

  test("lets a namespace in by the labels of its manifest", async () => {
    const shared = environment().replace(
      "spec:",
      "spec:\n  allowedNamespaces: {from: Selector, selector: {matchLabels: {team: ops}}}",
    );
    const guest = queue()
      .replace("name: high", "name: high, namespace: guest")
      .replace("{name: general}", "{name: general, namespace: default}");
    const labelled = "apiVersion: v1\nkind: Namespace\nmetadata: {name: guest, labels: {team: ops}}\n";
    const files = { "environment.yaml": shared, "queue.yaml": guest };
    const without = await started({ source: new MemorySource(files), flags: { until: "ready" } });
    expect(await without.end()).toBe(1);
    const source = new MemorySource({ ...files, "namespace.yaml": labelled });
    expect(await (await started({ source, flags: { until: "ready" } })).end()).toBe(0);
  });

  test("ends with 1 when an object is stalled, and says which and why", async () => {
    const aws = onAws();
    aws.cloud.world("us-east-1").outside.removeFromEc2("subnet-11111111");
    const session = await started({ ...aws, flags: { until: "ready" } });
    expect(await session.end()).toBe(1);
    expect(session.ofType("end")[0]?.["summary"]).toMatch(
      /^Stalled: BatchComputeEnvironment\/general Invalid: AWS found default_general-\w+ INVALID/,
    );
  });

  test("ends with 3 when the time is over first", async () => {
    const session = await started({ flags: { until: "ready", timeout: 2000 } });
    expect(await session.end()).toBe(3);
    expect(session.ofType("end")[0]?.["summary"]).toMatch(/^The time is over: 2 of 3 objects not ready after 2\.0s/);
  });

  test("deletes everything with --delete, and ends with 0 when all is gone", async () => {
    const first = await started({ flags: { until: "ready" } });
    await first.end();
    const { source, directory, clock } = first;
    const second = await started({ source, directory, clock, flags: { delete: true } });
    expect(await second.end()).toBe(0);
    expect(second.ofType("status").filter((line) => line["phase"] === "gone")).toHaveLength(3);
    expect(second.ofType("end")[0]?.["summary"]).toMatch(/^All 3 objects are gone/);
  });

  test("has nothing to delete where nothing was made", async () => {
    const session = await started({ flags: { delete: true } });
    expect(await session.end()).toBe(0);
    expect(session.ofType("awsWrite")).toEqual([]);
  });

  test("ends with 0 when it is interrupted, and leaves AWS alone", async () => {
    const session = await started();
    await session.clock.advance(60_000);
    const writes = session.ofType("awsWrite").length;
    session.interrupt();
    expect(await session.end()).toBe(0);
    expect(session.ofType("awsWrite")).toHaveLength(writes);
    expect(session.ofType("end")[0]).toMatchObject({ outcome: "interrupted" });
  });
});

describe("a second start", () => {
  test("goes on where the first one ended, without a write", async () => {
    const first = await started({ flags: { until: "ready" } });
    await first.end();
    const { source, directory, clock } = first;
    const second = await started({ source, directory, clock, flags: { until: "ready" } });
    expect(await second.end()).toBe(0);
    expect(second.ofType("awsWrite")).toEqual([]);
  });

  test("goes on after a crash at any moment, and makes nothing twice", async () => {
    for (const crashAfterMs of [0, 50, 500, 2000, 4000, 9000]) {
      // From then on the first world is frozen: nothing of it is saved any more.
      const killed = await started({ clock: new VirtualClock() });
      await killed.clock.advance(crashAfterMs);
      const { source, directory, clock } = killed;
      const second = await started({
        source,
        directory,
        clock: new VirtualClock(clock.now()),
        flags: { until: "ready" },
      });
      expect(await second.end(), `after a crash at ${crashAfterMs} ms`).toBe(0);
      const names = second
        .ofType("aws")
        .filter((line) => line["kind"] === "computeEnvironment")
        .map((line) => line["name"]);
      expect(new Set(names).size).toBe(1);
    }
  });

  test("takes up a change that was made meanwhile", async () => {
    const first = await started({ flags: { until: "ready" } });
    await first.end();
    const { source, directory, clock } = first;
    source.write("queue.yaml", queue(5));
    const second = await started({ source, directory, clock, flags: { until: "ready" } });
    expect(await second.end()).toBe(0);
    expect(second.ofType("awsWrite").map((line) => [line["operation"], line["input"]])).toEqual([
      ["UpdateJobQueue", { jobQueue: "default_high", priority: 5 }],
    ]);
  });

  test.each([
    [false, []],
    [true, ["DeregisterJobDefinition"]],
  ])(
    "deletes, of a simulated AWS too, what lost its manifest meanwhile only with --prune: %s",
    async (prune, deletions) => {
      const first = await started({ flags: { until: "ready" } });
      await first.end();
      const { source, directory, clock } = first;
      source.write("definition.yaml", undefined);
      const second = await started({ source, directory, clock, flags: { until: "ready", prune } });
      expect(await second.end()).toBe(0);
      expect(second.ofType("awsWrite").map((line) => line["operation"])).toEqual(deletions);
    },
  );

  test("begins with an empty account with --fresh, whatever an earlier one left", async () => {
    const first = await started({ flags: { until: "ready" } });
    await first.end();
    const { source, directory, clock } = first;
    const file = stateFile(directory, "local", true);
    for (const left of [readFileSync(file, "utf8"), "not JSON"]) {
      writeFileSync(file, left);
      const second = await started({ source, directory, clock, flags: { until: "ready", fresh: true } });
      expect(await second.end()).toBe(0);
      expect(second.ofType("awsWrite")).toHaveLength(3);
      expect(second.ofType("notice")).toEqual([]);
    }
  });

  test("refuses a change of an immutable field before it does anything", async () => {
    const first = await started({ flags: { until: "ready" } });
    await first.end();
    const { source, directory, clock } = first;
    source.write("queue.yaml", queue().replace("priority:", "jobQueueName: other\n  priority:"));
    const second = await started({ source, directory, clock, flags: { until: "ready" } });
    expect(await second.end()).toBe(1);
    expect(second.ofType("awsWrite")).toEqual([]);
    expect(second.stderr.text).toMatch(/queue\.yaml:\d+:3: JobQueue default\/high: spec\S*: .*jobQueueName/);
  });
});

describe("a directory that changes", () => {
  test("is followed without a moment in which a queue has no usable environment", async () => {
    const session = await started();
    await session.clock.advance(60_000);
    session.source.write("environment.yaml", environment("FARGATE_SPOT"));
    await session.clock.advance(600_000);
    session.interrupt();
    await session.end();
    expect(starvedMoments(session.ofType("aws"))).toEqual([]);
    expect(session.ofType("aws").filter((line) => line["status"] === "DELETED")).toHaveLength(1);
    expect(phaseOf(session.lines(), "BatchComputeEnvironment", "general")).toBe("ready");
  });

  test("applies a change of the account described in the directory of the manifests, and takes nothing else for a change", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "simulated-aws.conf");
    const network = (zone: string): string => `vpcs: [{ id: vpc-1, cidr: 10.0.0.0/16 }]
subnets: [{ id: subnet-11111111, vpc: vpc-1, zone: ${zone}, cidr: 10.0.0.0/24, tags: { team: batch } }]
securityGroups: [{ id: sg-11111111, vpc: vpc-1 }]
`;
    writeFileSync(file, network("us-east-1a"));
    const selecting = `apiVersion: awsbatch.dev/v1alpha1
kind: BatchNetwork
metadata: {name: net}
spec: {vpcId: vpc-1, subnetSelector: {tags: {team: web}}}
`;
    const source = new MemorySource({ ...quickstart, "network.yaml": selecting });
    const session = await started({ directory, source });
    await session.clock.advance(60_000);
    expect(phaseOf(session.lines(), "BatchNetwork", "net")).toBe("stalled");
    expect(session.ofType("edit")).toEqual([]);
    writeFileSync(file, network("us-east-1a").replace("team: batch", "team: web"));
    await session.clock.advance(300_000);
    expect(phaseOf(session.lines(), "BatchNetwork", "net")).toBe("ready");
    expect(session.ofType("edit")).toHaveLength(1);
    session.interrupt();
    await session.end();
  });

  test("keeps the last good state when an edit is broken, and shows what is wrong", async () => {
    const session = await started();
    await session.clock.advance(60_000);
    const before = session.ofType("awsWrite").length;
    session.source.write("queue.yaml", queue().replace("priority", "prioriti"));
    session.source.write("definition.yaml", undefined);
    await session.clock.advance(60_000);
    expect(session.ofType("edit")).toEqual([
      expect.objectContaining({
        valid: false,
        problems: expect.arrayContaining([expect.objectContaining({ file: "queue.yaml", field: "spec.prioriti" })]),
      }),
    ]);
    expect(session.ofType("awsWrite")).toHaveLength(before);
    session.source.write("queue.yaml", queue(7));
    session.source.write("definition.yaml", definition());
    await session.clock.advance(60_000);
    expect(
      session
        .ofType("awsWrite")
        .slice(before)
        .map((line) => line["operation"]),
    ).toEqual(["UpdateJobQueue"]);
  });

  test("does not take a change of an immutable field", async () => {
    const session = await started();
    await session.clock.advance(60_000);
    session.source.write("queue.yaml", queue().replace("priority:", "jobQueueName: other\n  priority:"));
    await session.clock.advance(60_000);
    expect(session.ofType("edit")[0]).toMatchObject({ valid: false });
    expect(session.ofType("awsWrite")).toHaveLength(3);
  });

  test("means a deletion only after a manifest has been away for 5 seconds", async () => {
    const session = await started({ flags: { prune: true } });
    await session.clock.advance(60_000);
    session.source.write("definition.yaml", undefined);
    await session.clock.advance(4000);
    session.source.write("definition.yaml", definition());
    await session.clock.advance(60_000);
    expect(session.ofType("awsWrite")).toHaveLength(3);

    session.source.write("definition.yaml", undefined);
    await session.clock.advance(60_000);
    expect(session.ofType("awsWrite").at(-1)).toMatchObject({ operation: "DeregisterJobDefinition" });
    expect(phaseOf(session.lines(), "JobDefinition", "hello")).toBe("gone");
  });

  test("deletes nothing when it is empty", async () => {
    const session = await started();
    await session.clock.advance(60_000);
    for (const file of Object.keys(quickstart)) session.source.write(file, undefined);
    await session.clock.advance(60_000);
    expect(session.ofType("awsWrite")).toHaveLength(3);
    expect(session.ofType("notice").at(-1)?.["message"]).toMatch(/has no manifests any more: no object is deleted/);
  });

  test("makes an object again that comes back while it is being deleted", async () => {
    const session = await started({ flags: { prune: true } });
    await session.clock.advance(60_000);
    session.source.write("definition.yaml", undefined);
    await session.clock.advance(6000);
    session.source.write("definition.yaml", definition());
    await session.clock.advance(60_000);
    expect(
      session
        .ofType("awsWrite")
        .slice(3)
        .map((line) => line["operation"]),
    ).toEqual(["DeregisterJobDefinition", "RegisterJobDefinition"]);
    expect(phaseOf(session.lines(), "JobDefinition", "hello")).toBe("ready");
  });
});

describe("against AWS that is not simulated", () => {
  const clusterName = "team";

  test("keeps in AWS what lost its manifest, without --prune", async () => {
    const session = await started({ ...onAws(), flags: { simulate: false, clusterName } });
    await session.clock.advance(60_000);
    session.source.write("definition.yaml", undefined);
    await session.clock.advance(60_000);
    expect(session.ofType("awsWrite")).toHaveLength(3);
    expect(phaseOf(session.lines(), "JobDefinition", "hello")).toBe("removed");
  });

  test("deletes it with --prune", async () => {
    const session = await started({ ...onAws(), flags: { simulate: false, clusterName, prune: true } });
    await session.clock.advance(60_000);
    session.source.write("definition.yaml", undefined);
    await session.clock.advance(60_000);
    expect(session.ofType("awsWrite").at(-1)).toMatchObject({ operation: "DeregisterJobDefinition" });
  });

  test("deletes with --prune what a start made that crashed with its first write, when the manifest is gone", async () => {
    const aws = onAws();
    const source = new MemorySource({ "definition.yaml": definition() });
    const crashed = temporaryDirectory();
    const first = await started({
      ...aws,
      source,
      cloud: waiting(aws.cloud, (what) => {
        if (what !== "connect") cpSync(first.directory, crashed, { recursive: true });
      }),
      flags: { simulate: false, clusterName },
    });
    const { truth } = aws.cloud.world("us-east-1");
    await aws.clock.advanceUntil(() => truth.jobDefinitions().length > 0, 60_000, "the registration");
    // What it does from here on is not in the copy, so for whoever begins there it died with the request on its way.
    first.interrupt();
    await first.end();

    source.write("definition.yaml", undefined);
    source.write("queue.yaml", queue());
    source.write("environment.yaml", environment());
    const flags = { simulate: false, clusterName, prune: true, until: "ready" } as const;
    // AWS is so slow that nothing can be put on the object before it is deleted.
    const slow = waiting(aws.cloud, (what) => (what === "connect" ? sleep(aws.clock, 60_000, never) : undefined));
    const second = await started({ ...aws, cloud: slow, source, directory: crashed, flags });
    expect(await second.end()).toBe(0);
    expect(truth.jobDefinitions()).toEqual([expect.objectContaining({ status: "INACTIVE" })]);
  });

  test("does not wait for what was removed and is not pruned", async () => {
    const aws = onAws();
    const flags = { simulate: false, clusterName, until: "ready" } as const;
    const first = await started({ ...aws, flags });
    await first.end();
    const { source, directory } = first;
    source.write("definition.yaml", undefined);
    const second = await started({ ...aws, source, directory, flags });
    expect(await second.end()).toBe(0);
    expect(second.ofType("end")[0]?.["summary"]).toMatch(
      /All 2 objects are ready .* 1 object removed from the directory/,
    );

    const third = await started({ ...aws, source, directory, flags: { simulate: false, clusterName, delete: true } });
    expect(await third.end()).toBe(0);
    expect(aws.cloud.world("us-east-1").truth.jobDefinitions()).toEqual([
      expect.objectContaining({ status: "ACTIVE" }),
    ]);
  });

  test("deletes with --delete all that an earlier start made", async () => {
    const aws = onAws();
    const flags = { simulate: false, clusterName } as const;
    const session = await started({ ...aws, flags: { ...flags, until: "ready" } });
    await session.end();
    const { source, directory } = session;
    const last = await started({ ...aws, source, directory, flags: { ...flags, delete: true } });
    expect(await last.end()).toBe(0);
    const { truth } = aws.cloud.world("us-east-1");
    expect(truth.computeEnvironments().every(({ status }) => status === "DELETED")).toBe(true);
    expect(truth.jobQueues().every(({ status }) => status === "DELETED")).toBe(true);
  });
});

describe("a start just after another one, against an AWS that shows it late", () => {
  const clusterName = "laptop";
  const flags = { simulate: false, clusterName } as const;

  /** A session that ended as soon as AWS had a job definition; whoever lists afterwards does not see that yet. */
  async function justRegistered() {
    const aws = onAws();
    const { truth, faults } = aws.cloud.world("us-east-1");
    const source = new MemorySource({ "definition.yaml": definition() });
    const first = await started({ ...aws, source, flags });
    await aws.clock.advanceUntil(() => truth.jobDefinitions().length > 0, 60_000, "the registration");
    const registeredAt = aws.clock.monotonic();
    first.interrupt();
    await first.end();
    faults.add({
      on: ({ operation }) => operation === "DescribeJobDefinitions" && aws.clock.monotonic() < registeredAt + 4900,
      fault: { kind: "stale", staleMs: 5000 },
    });
    return { ...aws, source, directory: first.directory, truth };
  }

  test("registers nothing a second time", async () => {
    const { truth, ...world } = await justRegistered();
    const second = await started({ ...world, flags: { ...flags, until: "ready" } });
    expect(await second.end()).toBe(0);
    expect(second.ofType("awsWrite")).toEqual([]);
    expect(truth.jobDefinitions()).toHaveLength(1);
  });

  test("does not take for deleted what it does not see", async () => {
    const { truth, ...world } = await justRegistered();
    const second = await started({ ...world, flags: { ...flags, delete: true } });
    expect(await second.end()).toBe(0);
    expect(truth.jobDefinitions()).toEqual([expect.objectContaining({ status: "INACTIVE" })]);
  });
});

test("a first start against a simulated AWS does not wait until AWS would show what an earlier one wrote", async () => {
  const session = await started({ source: new MemorySource({ "definition.yaml": definition() }) });
  await session.clock.advance(4000);
  expect(session.ofType("awsWrite").map((line) => line["operation"])).toEqual(["RegisterJobDefinition"]);
});

test("a first start against AWS waits until AWS shows what somebody may have written a moment ago", async () => {
  const aws = onAws();
  const source = new MemorySource({ "definition.yaml": definition() });
  const session = await started({ ...aws, source, flags: { simulate: false, clusterName: "laptop" } });
  await aws.clock.advance(4000);
  expect(session.ofType("awsWrite")).toEqual([]);
  await aws.clock.advance(60_000);
  expect(session.ofType("awsWrite").map((line) => line["operation"])).toEqual(["RegisterJobDefinition"]);
});

test("marks what it makes by the cluster name that it shows", async () => {
  const session = await started({ source: new MemorySource({ "definition.yaml": definition() }) });
  await session.clock.advance(10_000);
  expect(session.ofType("awsWrite")[0]?.["input"]).toMatchObject({ tags: { "awsbatch.dev/cluster": "local" } });
});

describe("the output", () => {
  test("is one line per change without a terminal", async () => {
    const session = await started({ flags: { output: "table", until: "ready" } });
    await session.end();
    const lines = session.stdout.lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, "").replace(/-[0-9a-f]{8}/, ""));
    expect(lines[0]).toMatch(/ → simulated AWS, us-east-1, cluster name local$/);
    expect(lines).toContain("BatchComputeEnvironment/general Available: default_general is VALID");
    expect(lines).toContain("JobQueue/high Available: default_high is VALID and runs jobs on default_general");
    expect(lines.at(-3)).toMatch(/^All 3 objects are ready/);
    expect(lines.at(-1)).toBe(nextOf(session.directory));
    expect(session.stdout.text).not.toContain("\u001b");
  });

  test("hides the values of container environments", async () => {
    const source = new MemorySource({ "definition.yaml": definition("alpine:3", "hunter2") });
    const session = await started({ source, flags: { until: "ready" } });
    await session.end();
    expect(session.ofType("awsWrite")[0]?.["input"]).toMatchObject({
      containerProperties: { environment: [{ name: "PASSWORD", value: "[hidden]" }] },
    });
    expect(session.stdout.text).not.toContain("hunter2");
  });

  test("is a table that ends with a static one in a terminal", async () => {
    const stdout = new KeptOutput({ isTerminal: true, columns: 100 });
    const session = await started({ stdout, flags: { output: "table", until: "ready" } });
    await session.end();
    const last = stripVTControlCharacters(stdout.text.slice(stdout.text.lastIndexOf("KIND")));
    expect(last).toContain("Environment");
    expect(last.trimEnd().split("\n").at(-3)).toMatch(/^All 3 objects are ready/);
    expect(last.trimEnd().split("\n").at(-1)).toBe(nextOf(session.directory));
  });

  test("is lines in a terminal that cannot go back to a line", async () => {
    const stdout = new KeptOutput({ isTerminal: true });
    const session = await started({ stdout, flags: { output: "table", until: "ready" }, env: { TERM: "dumb" } });
    await session.end();
    expect(stdout.text).not.toContain("\u001b");
    expect(stdout.lines.length).toBeGreaterThan(5);
  });

  test("names the next command as the person has it", async () => {
    const env = { npm_lifecycle_event: "start" };
    const flags = { output: "table", until: "ready", speed: 10, clusterName: "mine", region: "eu-west-1" } as const;
    const session = await started({ flags, env });
    await session.end();
    const words = `-f ${session.directory} --cluster-name mine --region eu-west-1 --simulate --speed 10`;
    const command = `npm run --silent operator -- local ${words}`;
    expect(session.stdout.text).toContain(`Next: start it again, and change a manifest while it runs: ${command}\n`);
    expect(session.stdout.lines[0]).toMatch(
      /cluster name mine\. Its clock runs 10 times as fast, and times and ages are in its time$/,
    );
  });

  test.each(["table", "json"] as const)(
    "warns at the end where jobs cannot start although all is ready: %s",
    async (output) => {
      const directory = temporaryDirectory();
      const network = `vpcs: [{ id: vpc-1, cidr: 10.0.0.0/16 }]
subnets: [{ id: subnet-11111111, vpc: vpc-1, zone: us-east-1a, cidr: 10.0.0.0/24 }]
securityGroups: [{ id: sg-11111111, vpc: vpc-1 }]
`;
      writeFileSync(join(directory, "simulated-aws.conf"), network);
      const session = await started({ directory, flags: { output, until: "ready" } });
      expect(await session.end()).toBe(0);
      const warning = expect.stringMatching(
        /warning: jobs may not start: BatchComputeEnvironment\/general NetworkReady=False \w+: .*subnet-11111111/,
      );
      if (output === "table")
        expect(session.stdout.lines.slice(-2)).toEqual([warning, expect.stringContaining("Next: ")]);
      else expect(session.ofType("end")).toEqual([expect.objectContaining({ warnings: [warning] })]);
    },
  );
});

function nextOf(directory: string): string {
  return `Next: start it again, and change a manifest while it runs: aws-batch-operator local -f ${directory} --simulate`;
}

/** The times at which a queue that is ENABLED names no environment that is ENABLED and VALID. */
function starvedMoments(changes: readonly Line[]): string[] {
  const environments = new Map<unknown, Line>();
  const queues = new Map<unknown, Line>();
  const moments: string[] = [];
  for (const change of changes) {
    (change["kind"] === "jobQueue" ? queues : environments).set(change["name"], change);
    for (const one of queues.values()) {
      const usable = (one["order"] as string[]).some((name) => {
        const environment = environments.get(name);
        return environment?.["state"] === "ENABLED" && environment["status"] === "VALID";
      });
      if (one["state"] === "ENABLED" && !usable) moments.push(change.time);
    }
  }
  return moments;
}

test("keeps nothing in memory that a new directory would see", async () => {
  const first = await started({ flags: { until: "ready" } });
  await first.end();
  const second = await started({ directory: temporaryDirectory(), clock: first.clock, flags: { until: "ready" } });
  await second.end();
  expect(second.ofType("awsWrite")).toHaveLength(3);
});

describe("a state that cannot be written", () => {
  /** Nobody can write into a file as if it were a directory. */
  function breakState(directory: string): void {
    rmSync(join(directory, ".aws-batch-operator"), { recursive: true });
    writeFileSync(join(directory, ".aws-batch-operator"), "");
  }

  const message =
    /^\S+\.aws-batch-operator is a file where a directory should be: move it\. The operator stops, because it would forget what it does in AWS\. /;

  test("stops the operator of a real AWS before a write that needs it", async () => {
    const { clock, cloud } = onAws();
    const session = await started({ clock, cloud, flags: { simulate: false, clusterName: "team" } });
    breakState(session.directory);
    await expect(session.end()).rejects.toThrow(message);
    expect(cloud.world("us-east-1").log.filter(({ operation }) => /^(Create|Register)/.test(operation))).toEqual([]);
  });

  test("ends a simulation, whose account it has", async () => {
    const session = await started();
    breakState(session.directory);
    await expect(session.end()).rejects.toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../src/api/v1alpha1/compute-environment.ts";
import type { JobDefinition } from "../../../src/api/v1alpha1/job-definition.ts";
import type { Queue } from "../../../src/aws/batch.ts";
import { AwsError } from "../../../src/aws/errors.ts";
import { describedBy, jobsOf, likelyJobs, workloadOf } from "../../../src/controllers/network/described.ts";
import { type NetworkMemories, observeNetwork } from "../../../src/controllers/network/observe.ts";
import { networkStatus } from "../../../src/controllers/network/report.ts";
import type { NetworkSeen } from "../../../src/controllers/network/seen.ts";
import type { Ports } from "../../../src/controllers/ports.ts";
import type { NetworkFacts } from "../../../src/network/facts.ts";
import type { NetworkReading, NetworkRequest } from "../../../src/network/port.ts";
import type { Preflight } from "../../../src/network/preflight.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { misconfigurations } from "../../network/misconfigurations.ts";
import { type Case, check, publicNetwork } from "../../network/networks.ts";
import { fakeRegion, objectsOf } from "../region.ts";
import { chosen, ec2, environment, fargate, now, object, queue, seen, withResources } from "./given.ts";

const signal = new AbortController().signal;
const minute = 60_000;
const broken = misconfigurations[0]?.given ?? publicNetwork();
const enforced: BatchComputeEnvironmentSpec = { ...ec2, network: { preflight: "Enforce" } };

function definition(name: string, spec: object, namespace = "team"): JobDefinition {
  const metadata = { ...object().metadata, name, namespace };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "JobDefinition", metadata, spec } as JobDefinition;
}

function checked(given: Case): NetworkSeen {
  return { kind: "checked", preflight: check(given), checkInMs: minute };
}

/** An EC2 that answers with these facts after a while. */
function world(answer: () => NetworkFacts | Promise<NetworkFacts>, ...definitions: readonly JobDefinition[]) {
  const clock = new VirtualClock(now);
  const asked: { readonly request: NetworkRequest; readonly maxAgeMs: number }[] = [];
  const network = {
    writtenAt: undefined as number | undefined,
    of: async (request: NetworkRequest, { maxAgeMs }: NetworkReading) => {
      asked.push({ request, maxAgeMs });
      return answer();
    },
  };
  const wall = { skewMs: 0 };
  const ports = {
    clock: {
      now: () => clock.now() + wall.skewMs,
      monotonic: () => clock.monotonic(),
      boottime: () => clock.boottime(),
      schedule: (delayMs: number, task: () => void) => clock.schedule(delayMs, task),
    },
    objects: objectsOf(definitions),
    regions: { ec2: async () => ({ network }) },
    settings: {},
  } as unknown as Ports;
  const networks: NetworkMemories = new Map();
  const pass = (whole: BatchComputeEnvironment = whole1) =>
    observeNetwork(whole, fakeRegion(), ports, networks, signal);
  return { clock, wall, asked, pass, networks, network };
}

/** Its subnets are those of the networks that the preflight's own tests use. */
const whole1 = object(
  withResources(ec2, { subnets: ["subnet-a", "subnet-b"], instanceTypes: ["c7i"], instanceRole: "batch" }),
);

function state(given: NetworkSeen | undefined): Preflight["state"] | undefined {
  return given?.kind === "checked" ? given.preflight.state : undefined;
}

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
      { list: () => definitions },
      { region: "eu-west-1" },
      {
        environments: new Map([[serving.computeEnvironmentName, serving]]),
        queues: new Map(queues.map((one, index) => [String(index), one])),
      },
      { name: "default" },
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

describe("observing the network", () => {
  it("at rest it is asked once in three hours, and judged again every ten minutes", async () => {
    const { clock, asked, pass } = world(() => publicNetwork().facts);
    expect(state(await pass())).toBe("Reachable");
    for (let passed = 0; passed < 180; passed += 10) {
      expect(await pass()).toMatchObject({ checkInMs: 10 * minute });
      await clock.advance(10 * minute);
    }
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ maxAgeMs: 90 * minute, request: { subnetIds: ["subnet-a", "subnet-b"] } });
    await pass();
    expect(asked).toHaveLength(2);
  });

  it("what we write there ourselves is in effect after five minutes, and may change paths: it is read again", async () => {
    const { clock, asked, pass, network } = world(() => publicNetwork().facts);
    await pass();
    await clock.advance(minute);
    network.writtenAt = clock.monotonic();
    expect(await pass()).toMatchObject({ kind: "checked", checkInMs: 5 * minute });
    await clock.advance(5 * minute);
    await pass();
    await clock.advance(10 * minute);
    await pass();
    expect(asked).toHaveLength(2);
  });

  it("takes what has been read meanwhile also when the wall clock is put back", async () => {
    const { clock, wall, asked, pass } = world(() => new Promise<never>(() => {}));
    const first = pass();
    await clock.advance(2000);
    wall.skewMs = -minute;
    const second = pass();
    await clock.advance(0);
    await Promise.all([first, second]);
    expect(asked.map(({ maxAgeMs }) => maxAgeMs)).toEqual([90 * minute, 90 * minute + 2000]);
  });

  it("what is wrong is checked every minute, and after ten minutes every ten, until it is fixed", async () => {
    let facts = broken.facts;
    const { clock, asked, pass } = world(() => facts);
    for (let passed = 0; passed < 40; passed += 1) {
      await pass();
      await clock.advance(minute);
    }
    expect(asked.length).toBe(13);
    facts = publicNetwork().facts;
    await clock.advance(10 * minute);
    expect(state(await pass())).toBe("Reachable");
    expect(await pass()).toMatchObject({ checkInMs: 10 * minute });
  });

  it("a hundred that are wrong are read in turn, ten in any minute, and a person who asks waits for no turn", async () => {
    const { clock, asked, pass } = world(() => broken.facts);
    const one = (at: number, annotations: Record<string, string> = {}): BatchComputeEnvironment => {
      return { ...whole1, metadata: { ...whole1.metadata, uid: `uid-${at}`, annotations } };
    };
    const all = async () => {
      for (let at = 0; at < 100; at += 1) await pass(one(at));
    };
    await all();
    const perMinute: number[] = [];
    for (let passed = 0; passed < 31; passed += 1) {
      const before = asked.length;
      for (let at = 0; at < 20; at += 1) {
        await clock.advance(3000);
        await all();
      }
      perMinute.push(asked.length - before);
    }
    // The first turn comes when the first minute ends.
    expect(perMinute).toEqual([1, ...Array.from({ length: 30 }, () => 10)]);
    const { length: known } = asked;
    await pass(one(7, { "awsbatch.dev/reconcile-requested-at": "now" }));
    expect(asked).toHaveLength(known + 1);
  });

  it("a change of the spec and a person who asks for it are answered with something new", async () => {
    const { asked, pass } = world(() => publicNetwork().facts);
    await pass();
    const annotations = { "awsbatch.dev/reconcile-requested-at": "now" };
    await pass({ ...whole1, metadata: { ...whole1.metadata, annotations } });
    await pass({ ...whole1, spec: withResources(whole1.spec, { subnets: ["subnet-a"] }) });
    expect(asked.map(({ maxAgeMs }) => maxAgeMs)).toEqual([90 * minute, 3000, 3000]);
  });

  it("a slow EC2 keeps nobody waiting, and its answer is taken when it comes", async () => {
    let came = false;
    const { clock, asked, pass } = world(() => (came ? publicNetwork().facts : new Promise<never>(() => {})));
    const seen = async () => {
      const first = pass();
      await clock.advance(1);
      return first;
    };
    expect(await seen()).toEqual({ kind: "pending", checkInMs: 1000 });
    expect(networkStatus(object(), await seen())).toEqual({});
    await clock.advance(20_000);
    expect(await seen()).toEqual({ kind: "pending", checkInMs: 10_000 });
    came = true;
    expect(state(await pass())).toBe("Reachable");
    // However long it takes, an answer to this asking is good enough.
    expect(asked.at(-1)?.maxAgeMs).toBeGreaterThan(90 * minute + 20_000);
  });

  it("Enforce waits two seconds for the first answer, and no longer", async () => {
    const { clock, pass } = world(() => new Promise<never>(() => {}));
    const strict = { ...whole1, spec: { ...whole1.spec, network: enforced.network } };
    let first: NetworkSeen | undefined;
    void pass(strict).then((given) => {
      first = given;
    });
    await clock.advance(1999);
    expect(first).toBeUndefined();
    await clock.advance(1);
    expect(first).toEqual({ kind: "pending", checkInMs: 1000 });
  });

  it("known facts stay valid while newer ones are on their way", async () => {
    let slow = false;
    const { clock, pass } = world(() => (slow ? new Promise<never>(() => {}) : broken.facts));
    await pass();
    slow = true;
    await clock.advance(minute);
    const second = pass();
    await clock.advance(1);
    expect(await second).toMatchObject({ kind: "checked", checkInMs: 1000, preflight: { state: "Unreachable" } });
  });

  it("an EC2 that cannot be opened is reported, and anything else is an error", async () => {
    const refusal = new AwsError("denied", "GetCallerIdentity", "AccessDenied", "no");
    const denied = world(() => Promise.reject(refusal));
    expect(await denied.pass()).toMatchObject({ kind: "unread", checkInMs: minute });
    const odd = world(() => Promise.reject(new TypeError("odd")));
    await expect(odd.pass()).rejects.toThrow("odd");
  });

  it("definitions of the namespace and region count, those of others and those that go do not", async () => {
    const docker = { type: "container", containerProperties: { image: "busybox" } };
    const leaving = definition("gone", docker);
    const { pass } = world(
      () => broken.facts,
      definition("here", docker),
      definition("there", docker, "other"),
      definition("far", { ...docker, region: "us-east-1" }),
      { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
    );
    const found = await pass();
    const needs = found?.kind === "checked" ? found.preflight.findings.flatMap((one) => one.needs) : [];
    expect([...new Set(needs.map(({ because }) => because).filter((why) => why.includes("image")))]).toEqual([
      "the image of team/here",
    ]);
  });

  it("an object that goes, or is not checked, is forgotten", async () => {
    const { pass, networks } = world(() => publicNetwork().facts);
    await pass();
    expect(networks.size).toBe(1);
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    expect(await pass({ ...whole1, metadata: { ...whole1.metadata, deletionTimestamp } })).toBeUndefined();
    expect(networks.size).toBe(0);
  });
});

describe("what is reported of the network", () => {
  const valid = { environments: [environment("ce")], queues: [queue("q", ["ce"])] };

  it("a path everywhere is True and says so", () => {
    const { conditions, next } = chosen(object(), seen(ec2, { ...valid, network: checked(publicNetwork()) }));
    expect(conditions).toEqual([
      {
        type: "NetworkReady",
        status: "True",
        reason: "PathsFound",
        message: "every subnet has a path to what instances need",
      },
    ]);
    expect(next).toMatchObject({ checkInMs: minute });
  });

  it.each(misconfigurations.map((row) => [row.name, row] as const))("%s: cause, objects and fix", (_name, row) => {
    const network = checked(row.given);
    const { conditions, next } = chosen(object(), seen(ec2, { ...valid, network }));
    expect(conditions[0]).toMatchObject({ type: "NetworkReady", status: expect.stringMatching(/False|Unknown/) });
    expect(conditions[0]?.message.length).toBeGreaterThan(20);
    if (row.remedies.length > 0) expect(conditions[0]?.message).toContain("Fix: ");
    // A warning is all that it is.
    expect(next.kind).not.toBe("blocked");
    const shown = networkStatus(object(), network) as { network: { findings: { cause: string }[] } };
    expect(shown.network.findings.map(({ cause }) => cause)).toContain(row.cause);
  });

  it("Enforce makes nothing that could not work", () => {
    const { next } = chosen(object(enforced), seen(enforced, { network: checked(broken) }));
    expect(next).toMatchObject({ kind: "blocked", reason: "NetworkNotReady", checkInMs: minute });
    expect(next.message).toMatch(
      /^nothing is created, because spec.network.preflight is Enforce. subnet-a and subnet-b: /,
    );
  });

  it("Enforce waits for the facts before it makes anything", () => {
    const network = { kind: "pending", checkInMs: 5000 } as const;
    const { next } = chosen(object(enforced), seen(enforced, { network }));
    expect(next).toMatchObject({ kind: "wait", reason: "CheckingNetwork", checkInMs: 5000 });
    expect(chosen(object(), seen(ec2, { network })).next).toMatchObject({ kind: "act" });
  });

  it("Enforce says of what is there already that it cannot work", () => {
    const { next } = chosen(object(enforced), seen(enforced, { ...valid, network: checked(broken) }));
    expect(next).toMatchObject({ kind: "blocked", reason: "NetworkNotReady" });
    expect(next.message).toMatch(/^instances cannot join. /);
  });

  it("Enforce holds nothing back for what could not be read, or for single jobs", () => {
    const unread = { kind: "unread", message: "no", checkInMs: minute } as const;
    const dark = misconfigurations.find(({ cause }) => cause === "NotPermitted")?.given ?? broken;
    const jobsOnly = misconfigurations.find(({ name }) => name.startsWith("an image of Docker Hub"))?.given ?? broken;
    for (const network of [unread, checked(dark), checked(jobsOnly)]) {
      expect(chosen(object(enforced), seen(enforced, { network })).next.kind).toBe("act");
    }
  });

  it("an EC2 that cannot be opened is Unknown", () => {
    const network = { kind: "unread", message: "GetCallerIdentity: no", checkInMs: minute } as const;
    const { conditions } = chosen(object(), seen(ec2, { ...valid, network }));
    expect(conditions).toMatchObject([{ status: "Unknown", reason: "NotReadable" }]);
  });

  it("after a restart the last report stays until something newer is known", () => {
    const before = { type: "NetworkReady", status: "False", reason: "NoRoute", message: "subnet-a: no route" } as const;
    const condition = { ...before, lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
    const network = { state: "Unreachable" } as const;
    const restarted = { ...object(), status: { conditions: [condition], network } } as BatchComputeEnvironment;
    const pending = { kind: "pending", checkInMs: 5000 } as const;
    expect(chosen(restarted, seen(ec2, { ...valid, network: pending })).conditions).toEqual([before]);
    expect(networkStatus(restarted, pending)).toEqual({ network });
    expect(networkStatus(restarted, undefined)).toEqual({});
  });
});

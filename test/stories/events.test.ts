import { describe, expect, test } from "vitest";
import { healthChecks } from "../../src/operator/run/health.ts";
import { metricsOf } from "../../src/operator/run/metrics.ts";
import { serverFailure } from "../../src/simulator/faults.ts";
import { eventsQueueName as queueName, eventsQueueUrl as queueUrl } from "../listening.ts";
import { batchJob } from "../manifests.ts";
import type { World } from "../world.ts";
import { aHearingPlace, batchCallsFrom, eventsIn } from "./events.ts";
import { isIn, isTrue, jobs, long, statusOf } from "./jobs.ts";
import { expectSilence } from "./story.ts";

const fresh = { stalenessMs: 0 } as const;

/** Seconds from the end of each job in AWS until `done` holds. */
async function secondsAfterEnd(world: World, done: () => boolean): Promise<number> {
  let endedAt = Number.NaN;
  world.aws.onChange(({ kind, status }) => {
    if (kind === "job" && (status === "SUCCEEDED" || status === "FAILED")) endedAt = world.clock.now();
  });
  await world.until("it is done", done);
  return (world.clock.now() - endedAt) / 1000;
}

/** Until reads of jobs and resources have slowed down. */
async function trusting(world: World): Promise<void> {
  world.apply(batchJob("before"));
  await world.until("the first job is complete", isTrue(world, "before", "Complete"));
  await world.seconds(30);
  expect(eventsIn(world)).toMatchObject({ isLive: true, trusts: { jobs: true, resources: true } });
}

const environment = (world: World) => world.aws.truth.computeEnvironments().find(({ status }) => status === "VALID");

/** Somebody changes an environment in AWS by hand. */
async function scaleByHand(world: World): Promise<void> {
  const { computeEnvironmentName: name = "" } = environment(world) ?? {};
  await world.aws.outside.updateComputeEnvironment({ computeEnvironment: name, computeResources: { maxvCpus: 7 } });
}

const secondsUntil = async (world: World, done: () => boolean): Promise<number> => {
  const began = world.clock.now();
  await world.until("it is seen", done);
  return (world.clock.now() - began) / 1000;
};

const updates = (world: World): number =>
  world.aws.log.filter(({ operation, by }) => operation === "UpdateComputeEnvironment" && by === "operator").length;

const send = (world: World, event: object): Promise<unknown> =>
  world.aws.outside.sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event) });

const eventAbout = (detail: object, type = "Batch Job State Change") => ({
  account: "123456789012",
  region: "eu-west-1",
  source: "aws.batch",
  "detail-type": type,
  detail,
});

describe("while events arrive", () => {
  test("the end of a job is in its status within two seconds, by few calls", async () => {
    const world = await aHearingPlace({ knobs: fresh });
    await trusting(world);
    const calls = batchCallsFrom(world);
    world.apply(batchJob("job", long));
    expect(await secondsAfterEnd(world, isTrue(world, "job", "Complete"))).toBeLessThanOrEqual(2);
    expect(calls().filter((operation) => operation === "DescribeJobs").length).toBeLessThan(30);
  });

  test("an AWS that answers from before the event is asked again at once", async () => {
    const world = await aHearingPlace();
    await trusting(world);
    world.apply(batchJob("job", long));
    expect(await secondsAfterEnd(world, isTrue(world, "job", "Complete"))).toBeLessThanOrEqual(6);
  });

  test("what somebody changes by hand is seen within ten seconds of its event", async () => {
    const world = await aHearingPlace({ knobs: { ...fresh, callEventDelayMs: 0 } });
    await trusting(world);
    await world.seconds(90);
    const before = updates(world);
    await scaleByHand(world);
    const seen = (): boolean =>
      world.operator.observed().some(({ snapshot }) =>
        snapshot()
          .computeEnvironments.values()
          .some((one) => one.computeResources?.maxvCpus === 7),
      );
    expect(await secondsUntil(world, seen)).toBeLessThanOrEqual(10);
    await world.until("it is undone", () => updates(world) > before, 30);
  });

  test("AWS is read once in ten minutes at rest, and nothing is written", async () => {
    const world = await aHearingPlace();
    await trusting(world);
    await world.seconds(700);
    const calls = batchCallsFrom(world);
    await world.seconds(3600);
    const { DescribeComputeEnvironments = [], DescribeJobDefinitions = [] } = Object.groupBy(calls(), (one) => one);
    expect(DescribeComputeEnvironments.length).toBeLessThanOrEqual(6);
    expect(calls().length / 60).toBeLessThanOrEqual(1.5);
    expect(DescribeJobDefinitions.length).toBeLessThanOrEqual(12);
    await expectSilence(world);
  });

  test("what is known of AWS is as old as the last heartbeat, or as the last read once reads fail", async () => {
    const world = await aHearingPlace();
    await trusting(world);
    const metrics = metricsOf({ clock: world.clock, version: "1" });
    metrics.follow(world.operator);
    const age = async (): Promise<number> => {
      const { body = "" } = (await metrics.pages["/metrics"]?.()) ?? {};
      return Number(/^awsbatch_observer_age_seconds\{region="eu-west-1"\} (\S+)$/m.exec(body)?.[1]);
    };
    for (let minutes = 0; minutes < 30; minutes++) {
      await world.seconds(60);
      expect(await age()).toBeLessThan(150);
    }
    world.aws.faults.add({ on: "DescribeJobQueues", fault: serverFailure });
    await world.until("a read fails", () => world.operator.observed()[0]?.snapshot().failure !== undefined, 700);
    await world.seconds(60);
    expect(await age()).toBeGreaterThan(600);
  });

  test("a running job is read once in five minutes", async () => {
    const world = await aHearingPlace();
    await trusting(world);
    world.apply(batchJob("job", { containerOverrides: { command: ["sleep", "7200"] } }));
    await world.until("it runs", isIn(world, "job", "RUNNING"));
    await world.seconds(60);
    const calls = batchCallsFrom(world);
    await world.seconds(3600);
    expect(calls().filter((operation) => operation === "DescribeJobs").length).toBeLessThanOrEqual(12);
  });
});

describe("when heartbeats stay away", () => {
  const silenced = async (): Promise<World> => {
    const world = await aHearingPlace({ knobs: fresh });
    await trusting(world);
    world.aws.faults.add({
      on: "PutEvents",
      fault: { kind: "refuse", exception: "AccessDeniedException", message: "not authorized", httpStatusCode: 400 },
    });
    await world.seconds(160);
    return world;
  };

  test("AWS is read each minute again after the second missing one, and the log and readiness say so", async () => {
    const world = await silenced();
    expect(eventsIn(world)).toMatchObject({ isLive: false, trusts: { jobs: false, resources: false } });
    const calls = batchCallsFrom(world);
    await world.seconds(600);
    expect(calls().filter((operation) => operation === "DescribeComputeEnvironments").length).toBeGreaterThanOrEqual(9);
    const warnings = world.log.lines.filter(({ level }) => level === "warn").map(({ message }) => message);
    expect(warnings).toEqual(["heartbeats cannot be sent", "events do not arrive"]);
    const composed = { operator: world.operator, knowsAws: true, leads: true };
    const { ready } = healthChecks(composed, { hangingReflectors: () => [] });
    const check = ready.find(({ name }) => name === "events");
    expect([check?.problem(), check?.note?.()]).toEqual([undefined, expect.stringContaining("eu-west-1")]);
  });

  test("what moved meanwhile is read at once, and trust returns with the heartbeats", async () => {
    const world = await silenced();
    world.apply(batchJob("job", long));
    await world.until("it runs", isIn(world, "job", "RUNNING"));
    expect(await secondsAfterEnd(world, isTrue(world, "job", "Complete"))).toBeLessThanOrEqual(12);
    world.aws.faults.clear();
    await world.until("heartbeats come back", () => eventsIn(world).isLive, 120);
    expect(eventsIn(world).trusts).toEqual({ jobs: true, resources: true });
  });

  test.each<[string, (world: World) => void]>([
    ["the queue is deleted", ({ aws }) => aws.messages.remove(queueName)],
    ["all events are lost", ({ aws }) => (aws.knobs.eventLossShare = 1)],
  ])("so when %s", async (_what, breakIt) => {
    const world = await aHearingPlace({ knobs: fresh });
    await trusting(world);
    world.apply(batchJob("job", long));
    await world.until("it runs", isIn(world, "job", "RUNNING"));
    breakIt(world);
    await world.seconds(160);
    expect(eventsIn(world).isLive).toBe(false);
    expect(await secondsAfterEnd(world, isTrue(world, "job", "Complete"))).toBeLessThanOrEqual(12);
  });

  test("a queue that was purged brings the next heartbeat", async () => {
    const world = await aHearingPlace();
    world.aws.messages.purge(queueName);
    await world.seconds(70);
    expect(eventsIn(world).isLive).toBe(true);
  });
});

describe("what no event announces", () => {
  test("is found by a slow read, counted, and the kind of events is not trusted for ten minutes", async () => {
    const world = await aHearingPlace({ knobs: fresh });
    await trusting(world);
    world.apply(batchJob("job", long));
    await world.until("it runs", isIn(world, "job", "RUNNING"));
    const isOfJob = (body: string): boolean => body.includes("Batch Job State Change");
    const lost = losing(world, isOfJob);
    expect(await secondsAfterEnd(world, isTrue(world, "job", "Complete"))).toBeLessThanOrEqual(310);
    await world.seconds(180);
    lost();
    expect(eventsIn(world)).toMatchObject({
      isLive: true,
      trusts: { jobs: false, resources: true },
      missed: { jobs: 1 },
    });
    await world.seconds(600);
    world.apply(batchJob("next"));
    await world.until("it is complete", isTrue(world, "next", "Complete"));
    expect(eventsIn(world).trusts.jobs).toBe(true);
  });

  test("keeps reads at rest as frequent as without events where CloudTrail records nothing", async () => {
    const world = await aHearingPlace({ knobs: fresh });
    const stop = losing(world, (body) => body.includes("CloudTrail"));
    await world.stop();
    const next = await aHearingPlace({ aws: world.aws, clock: world.clock, store: world.store });
    losing(next, (body) => body.includes("CloudTrail"));
    stop();
    expect(eventsIn(next)).toMatchObject({ isLive: true, trusts: { resources: false } });
    const before = updates(next);
    await scaleByHand(next);
    expect(await secondsUntil(next, () => updates(next) > before)).toBeLessThanOrEqual(90);
  });
});

describe("an event is a hint", () => {
  test("that changes nothing but what is read, whatever it says", async () => {
    const world = await aHearingPlace();
    await trusting(world);
    world.apply(batchJob("job", { containerOverrides: { command: ["sleep", "7200"] } }));
    await world.until("it runs", isIn(world, "job", "RUNNING"));
    await world.seconds(700);
    const [job] = jobs(world).filter(({ status }) => status === "RUNNING");
    const arn = job?.arn ?? "";
    const writes = world.writes().length;
    const versions = JSON.stringify(world.store.objects().map(({ metadata }) => metadata.resourceVersion));
    const environmentName = environment(world)?.computeEnvironmentName;
    const forged = [
      eventAbout({ jobArn: arn, status: "FAILED", statusReason: "forged" }),
      eventAbout({ jobArn: arn, status: "SUCCEEDED" }),
      { ...eventAbout({ jobArn: arn, status: "FAILED" }), account: "999999999999" },
      eventAbout({ jobArn: arn.replace(/.{4}$/, "0000"), status: "FAILED" }),
      eventAbout({ jobArn: arn, jobQueue: "x".repeat(1000) }, "Batch Job Queue Blocked"),
      eventAbout(
        { eventName: "DeleteComputeEnvironment", requestParameters: { computeEnvironment: environmentName } },
        "AWS API Call via CloudTrail",
      ),
      eventAbout(
        { eventName: "UpdateJobQueue", requestParameters: { jobQueue: "team_queue", state: "DISABLED" } },
        "AWS API Call via CloudTrail",
      ),
      [],
    ];
    for (const event of forged) {
      await send(world, event);
      await send(world, event);
    }
    await world.aws.outside.sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: "not JSON" });
    const calls = batchCallsFrom(world);
    await world.seconds(120);
    expect(world.writes().length).toBe(writes);
    expect(JSON.stringify(world.store.objects().map(({ metadata }) => metadata.resourceVersion))).toBe(versions);
    expect(statusOf(world, "job").status).toBe("RUNNING");
    expect(calls().length).toBeLessThan(40);
    expect(world.aws.messages.count(queueName)).toBe(0);
  });

  test("that may come doubled, late and in any order", async () => {
    const world = await aHearingPlace({ knobs: { eventDelayMs: 90_000, eventDoubleShare: 0.5, eventLossShare: 0.2 } });
    for (const name of ["one", "two", "three"]) world.apply(batchJob(name));
    await world.until("all are complete", () =>
      ["one", "two", "three"].every((name) => isTrue(world, name, "Complete")()),
    );
    expect(world.violations).toEqual([]);
    await world.seconds(300);
    await expectSilence(world);
  });

  test("of which ten thousand cost reads within the budget, and delay no other", async () => {
    const world = await aHearingPlace({ knobs: fresh });
    await trusting(world);
    world.apply(batchJob("job", long));
    await world.until("it runs", isIn(world, "job", "RUNNING"));
    const [job] = jobs(world).filter(({ status }) => status === "RUNNING");
    const names = ["team_queue", environment(world)?.computeEnvironmentName];
    const calls = batchCallsFrom(world);
    const flood = async (): Promise<void> => {
      for (let index = 0; index < 10_000; index++) {
        const request = { computeEnvironment: names[1], jobQueue: names[0] };
        const name = index % 2 === 0 ? "UpdateComputeEnvironment" : "UpdateJobQueue";
        const about =
          index % 3 === 0
            ? eventAbout({ jobArn: job?.arn })
            : eventAbout({ eventName: name, requestParameters: request }, "AWS API Call via CloudTrail");
        await send(world, about);
        if (index % 100 === 99) await world.seconds(0.6);
      }
    };
    await flood();
    await world.seconds(5);
    expect(world.aws.messages.count(queueName)).toBe(0);
    expect(calls().length).toBeLessThan(300);
    expect(await secondsAfterEnd(world, isTrue(world, "job", "Complete"))).toBeLessThanOrEqual(4);
  });
});

/** Loses the events of which the body is so, from now on. @returns ends it */
function losing(world: World, isLost: (body: string) => boolean): () => void {
  const { messages } = world.aws;
  const whole = messages.send.bind(messages);
  messages.send = (input) => (isLost(input.MessageBody ?? "") ? {} : whole(input));
  return () => {
    messages.send = whole;
  };
}

import { BatchJobKind } from "../../../src/api/v1alpha1/kinds.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import type { Knobs } from "../../../src/simulator/knobs.ts";
import { createSimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import { eventOperations, eventsQueueName, eventsQueueUrl, listening } from "../../listening.ts";
import { batchJob, computeEnvironment, ec2, jobDefinition, jobQueue } from "../../manifests.ts";
import { createWorld, type World } from "../../world.ts";
import { Chance } from "../generate/chance.ts";

/**
 * Worlds in which the operator hears events by a queue that loses, doubles and delays them, breaks, and is written by others. What
 * is tried: no write follows from an event alone; the ends of jobs and changes by others are in time; with a path that is dead
 * nothing is seen later than without events.
 */

/** How events come in a world. */
interface Path {
  readonly knobs: Partial<Knobs>;
  /** Whether CloudTrail records calls. */
  readonly recordsCalls: boolean;
  /** Every event arrives, within a second. */
  readonly isSound: boolean;
}

/** Seconds after which something is known at the latest. */
interface Limits {
  readonly end: number;
  readonly drift: number;
}

/** As without events: resources each 66 s, jobs each 10 s, and what is read may be 5 s old. */
const unheard: Limits = { end: 25, drift: 90 };
/** By a slow read. */
const missed: Limits = { end: 330, drift: 690 };
const heard: Limits = { end: 10, drift: 20 };

/** Two heartbeats are missing by then, and what is due has been read. */
const deadAfterSeconds = 190;

const breaks = ["denyReceive", "denyHeartbeats", "removeQueue", "loseAll", "takeMessages"] as const;
type Break = (typeof breaks)[number];

/** @returns what did not hold */
export async function runEventsWorld(seed: number): Promise<readonly string[]> {
  const chance = new Chance(seed);
  const path = pathOf(chance);
  const { knobs } = path;
  const clock = new VirtualClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(seed), region: "eu-west-1", knobs: { ...knobs } });
  // The same identities in another region, whose events come by the same queue, and whose names are the same.
  const other = createSimulatedAws({ clock, random: seededRandom(seed + 1), region: "us-east-1", knobs: { ...knobs } });
  other.outside.forwardEvents(aws);
  const { send } = aws.messages;
  if (!path.recordsCalls)
    aws.messages.send = (input) => (isOfCall(input.MessageBody) ? {} : send.call(aws.messages, input));
  const world = await createWorld(await listening({ clock, aws, seed }));
  const run = new Run(world, path);
  try {
    world.apply(
      computeEnvironment("environment", ec2),
      jobQueue("queue", ["environment"]),
      jobDefinition("definition"),
    );
    await world.untilReady();
    await world.seconds(120);
    run.submit(20);
    await world.seconds(240);
    const steps = chance.whole(4, 7);
    for (let step = 0; step < steps; step++) {
      if (chance.is(0.4)) await run.broken(chance);
      else await run.busy(chance);
      if (chance.is(0.3)) run.purge();
      await other.outside.createSchedulingPolicy({ name: `other-${step}` });
    }
    await world.seconds(1500);
    await run.quiet(chance);
    run.ended();
  } catch (error) {
    run.violations.push(String(error).split("\n")[0] ?? "");
  } finally {
    await world.stop();
  }
  return [...run.violations, ...world.violations];
}

function pathOf(chance: Chance): Path {
  const isSound = chance.is(0.5);
  const lossy: Partial<Knobs> = {
    eventDelayMs: chance.of([1000, 90_000, 300_000]),
    eventLossShare: chance.of([0, 0.1, 0.5]),
    eventDoubleShare: chance.of([0, 0.5]),
    callEventDelayMs: chance.of([1000, 200_000]),
  };
  const knobs = isSound ? { eventDelayMs: 1000, callEventDelayMs: 1000 } : lossy;
  return { knobs, isSound, recordsCalls: chance.is(0.7) };
}

/** Of CloudTrail itself: forged ones have no source. */
function isOfCall(body = ""): boolean {
  return body.includes('"eventSource"');
}

class Run {
  readonly violations: string[] = [];
  readonly #world: World;
  readonly #path: Path;
  #jobs = 0;
  /** Monotonic seconds. */
  #brokenSince: number | undefined;
  #repairedAt = Number.NEGATIVE_INFINITY;
  /** Nothing of the path was ever broken. */
  #isWhole = true;
  #missed = 0;
  readonly #endedAt = new Map<string, number>();

  constructor(world: World, path: Path) {
    this.#world = world;
    this.#path = path;
    world.aws.onChange(({ kind, name, status }) => {
      if (kind === "job" && (status === "SUCCEEDED" || status === "FAILED")) this.#endedAt.set(name, this.#now());
    });
    this.#sample();
  }

  /** Whoever has missed something does not trust then. */
  #sample(): void {
    for (const { missed, trusts } of this.#world.operator.events() ?? []) {
      const count = missed.jobs + missed.resources;
      if (count > this.#missed && trusts.jobs && trusts.resources)
        this.violations.push("events were trusted after a miss");
      this.#missed = count;
    }
    this.#world.clock.schedule(30_000, () => this.#sample());
  }

  #now(): number {
    return this.#world.clock.monotonic() / 1000;
  }

  /** A job that runs so many seconds. */
  submit(seconds: number): string {
    const name = `job-${++this.#jobs}`;
    this.#world.apply(batchJob(name, { containerOverrides: { command: ["sleep", String(seconds)] } }));
    return name;
  }

  /** What people do, and what is known of it in time. */
  async busy(chance: Chance): Promise<void> {
    await this.#forge(chance);
    const name = this.submit(chance.of([10, 90, 400, 900]));
    await this.#world.seconds(chance.whole(1, 200));
    if (chance.is(0.5)) await this.#scaleByHand(chance.whole(2, 1000));
    await this.#forge(chance);
    await this.#knownInTime(name);
  }

  async #knownInTime(name: string): Promise<void> {
    const world = this.#world;
    const idOf = (): string => this.#statusOf(name).jobId ?? "";
    await world.until("the job has ended", () => this.#endedAt.has(idOf()), 3000);
    const endedAt = this.#endedAt.get(idOf()) ?? 0;
    const limit = this.#limits(endedAt).end;
    const left = Math.max(0, endedAt + limit - this.#now());
    await world.seconds(left);
    if (!/^(SUCCEEDED|FAILED)$/.test(this.#statusOf(name).status ?? ""))
      this.violations.push(`the end of ${name} was not in its status after ${limit} s`);
  }

  #statusOf(name: string): { readonly jobId?: string; readonly status?: string } {
    return this.#world.object<{ jobId?: string; status?: string }>(BatchJobKind.kind, name)?.status ?? {};
  }

  async #scaleByHand(maxvCpus: number): Promise<void> {
    const world = this.#world;
    // At rest reads are rarest.
    await world.seconds(700);
    const [environment] = world.aws.truth.computeEnvironments();
    const { computeEnvironmentName: computeEnvironment = "", computeResources: before } = environment ?? {};
    if (before?.maxvCpus === maxvCpus) return;
    await world.aws.outside.updateComputeEnvironment({ computeEnvironment, computeResources: { maxvCpus } });
    const limit = this.#limits(this.#now()).drift;
    const isUndone = (): boolean =>
      world.aws.truth.computeEnvironments()[0]?.computeResources?.maxvCpus === before?.maxvCpus;
    const began = this.#now();
    await world.until("the change by others is undone", isUndone, 1000);
    if (this.#now() - began > limit) this.violations.push(`a change by others was undone after more than ${limit} s`);
  }

  /** What holds for something that happens then. */
  #limits(at: number): Limits {
    const { isSound, recordsCalls } = this.#path;
    const isDead = this.#brokenSince !== undefined && at - this.#brokenSince > deadAfterSeconds;
    const isWhole = this.#brokenSince === undefined && at - this.#repairedAt > 900;
    const sure = isDead ? unheard : isSound && isWhole ? heard : missed;
    return { end: sure.end, drift: recordsCalls || isDead ? sure.drift : unheard.drift };
  }

  /** The path is broken while something happens, and long enough before for nobody to trust it. */
  async broken(chance: Chance): Promise<void> {
    const how: Break = chance.of(breaks);
    const world = this.#world;
    const { aws } = world;
    const lost = aws.knobs.eventLossShare;
    // It is read rarely by the time, and ends when nobody hears of it.
    const before = this.submit(500);
    await world.seconds(260);
    this.#isWhole = false;
    this.#brokenSince = this.#now();
    if (how === "denyReceive") aws.faults.add({ on: "ReceiveMessage", fault: accessDenied("ReceiveMessage") });
    if (how === "denyHeartbeats") aws.faults.add({ on: "PutEvents", fault: accessDenied("PutEvents") });
    if (how === "removeQueue") aws.messages.remove(eventsQueueName);
    if (how === "loseAll") aws.knobs.eventLossShare = 1;
    const { receive } = aws.messages;
    if (how === "takeMessages") {
      aws.messages.receive = (input) => {
        receive.call(aws.messages, input);
        return {};
      };
    }
    await world.seconds(deadAfterSeconds + 30);
    await this.#forge(chance);
    await world.seconds(5);
    if (world.operator.events()?.some(({ isLive }) => isLive)) this.violations.push(`the path was live after ${how}`);
    await this.#knownInTime(before);
    await this.busy(chance);
    aws.faults.clear();
    aws.messages.receive = receive;
    aws.knobs.eventLossShare = lost;
    await aws.outside.sqs.createQueue({ QueueName: eventsQueueName });
    this.#brokenSince = undefined;
    this.#repairedAt = this.#now();
    await world.seconds(600);
    const returns = lost === 0 && aws.knobs.eventDelayMs <= 1000;
    if (returns && !world.operator.events()?.some(({ isLive }) => isLive))
      this.violations.push(`the path was not live ten minutes after ${how} had ended`);
  }

  purge(): void {
    this.#isWhole = false;
    this.#world.aws.messages.purge(eventsQueueName);
  }

  async #send(event: object | string): Promise<void> {
    if (!this.#world.aws.messages.names.includes(eventsQueueName)) return;
    const MessageBody = typeof event === "string" ? event : JSON.stringify(event);
    await this.#world.aws.outside.sqs.sendMessage({ QueueUrl: eventsQueueUrl, MessageBody });
  }

  /** Messages in the form of AWS's own, about what is there and what is not. */
  async #forge(chance: Chance): Promise<void> {
    const { aws } = this.#world;
    const arns = aws.truth.jobs().map(({ arn }) => arn);
    const kept = aws.truth.computeEnvironments().map(({ computeEnvironmentName }) => computeEnvironmentName);
    for (let left = chance.whole(1, 60); left > 0; left--) {
      const at = {
        account: chance.of(["123456789012", "999999999999"]),
        region: chance.of(["eu-west-1", "us-east-1"]),
      };
      const isOfHere = at.account === "123456789012" && at.region === "eu-west-1";
      // Who forges events of resources that are kept, where CloudTrail records nothing, has changes seen later (the threat model).
      const names = isOfHere && !this.#path.recordsCalls ? ["team_none"] : [...kept, "team_none"];
      const event = {
        ...at,
        source: chance.of(["aws.batch", "awsbatch.dev"]),
        "detail-type": chance.of([
          "Batch Job State Change",
          "Batch Job Queue Blocked",
          "AWS API Call via CloudTrail",
          "Heartbeat of aws-batch-operator",
        ]),
        detail: {
          jobArn: arns.length === 0 ? "none" : chance.of(arns),
          status: chance.of(["FAILED", "SUCCEEDED", "RUNNING"]),
          jobQueue: "arn:aws:batch:eu-west-1:123456789012:job-queue/team_queue",
          eventName: chance.of(["DeleteComputeEnvironment", "UpdateComputeEnvironment", "DeregisterJobDefinition"]),
          requestParameters: { computeEnvironment: chance.of(names), jobDefinition: "team_none" },
          token: chance.of(["x-1", "y y"]),
        },
      };
      await this.#send(chance.is(0.9) ? event : JSON.stringify(event).slice(0, chance.whole(0, 300)));
    }
  }

  /** At rest: forged events lead to no write, and without any AWS is hardly read where they are trusted. */
  async quiet(chance: Chance): Promise<void> {
    const world = this.#world;
    const calls = (): number =>
      world.aws.log.filter(({ by, operation }) => by === "operator" && !eventOperations.includes(operation)).length;
    const before = calls();
    await world.seconds(3600);
    const { isSound, recordsCalls } = this.#path;
    const perMinute = (calls() - before) / 60;
    if (isSound && recordsCalls && perMinute > 2) this.violations.push(`${perMinute} calls a minute at rest`);
    const writes = world.writes().length;
    const versions = (): string =>
      world.store
        .objects()
        .map(({ metadata }) => metadata.resourceVersion)
        .join();
    const versionsBefore = versions();
    for (let round = 0; round < 5; round++) {
      await this.#forge(chance);
      await world.seconds(30);
    }
    await world.seconds(120);
    if (world.writes().length > writes) this.violations.push(`a forged event led to ${world.writes().at(-1)}`);
    if (versions() !== versionsBefore) this.violations.push("a forged event led to a write of an object");
  }

  ended(): void {
    const left = this.#world.aws.messages.count(eventsQueueName);
    const isWhole = this.#isWhole && this.#path.isSound && this.#path.recordsCalls;
    if (isWhole && this.#missed > 0) this.violations.push(`${this.#missed} changes were announced and count as missed`);
    if (left > 20) this.violations.push(`${left} messages are left in the queue`);
  }
}

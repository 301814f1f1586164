/**
 * A whole world on one virtual clock: the operator as it runs in production, a store that behaves like the API
 * server, and the simulated AWS. It keeps a transcript, and it watches that no write of the operator takes a
 * queue's last usable environment and that no job is killed.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { Condition, KubeObject } from "../src/api/object.ts";
import { kindOf, kinds } from "../src/api/v1alpha1/kinds.ts";
import { classify } from "../src/aws/errors.ts";
import type { PolicyScope } from "../src/aws/policy-statements.ts";
import type { Cluster } from "../src/controllers/ownership/ownership.ts";
import { type Manifest, MemoryStore } from "../src/kube/memory-store.ts";
import type { Cloud } from "../src/operator/cloud.ts";
import { type ComposedFlags, ComposedOperator, unobserved } from "../src/operator/compose.ts";
import type { Operator } from "../src/operator/operator.ts";
import { type RoomLimits, roomLimits } from "../src/runtime/cache-limits.ts";
import { VirtualClock } from "../src/runtime/clock.ts";
import { collectingLog, type Log } from "../src/runtime/log.ts";
import { seededRandom } from "../src/runtime/random.ts";
import type { RuntimeObserver } from "../src/runtime/runtime.ts";
import type { Store } from "../src/runtime/store.ts";
import type { Knobs } from "../src/simulator/knobs.ts";
import { createSimulatedAws, type SimulatedAws } from "../src/simulator/simulated-aws.ts";
import type { CallRecord } from "../src/simulator/wire.ts";
import type { Change } from "../src/simulator/world.ts";
import { serviceRoles } from "./manifests.ts";
import { policyFor, watchPolicy } from "./policy/requests.ts";
import { describeWrite, isWrite } from "./transcript.ts";
import { unknownReasons } from "./unknown-reasons.ts";

export interface WorldOptions {
  /** Permissions of the operator's IAM policy in addition to those from its flags. */
  readonly permissions?: Partial<PolicyScope>;
  readonly seed?: number;
  readonly cluster?: Cluster;
  /** Of its operator, as the command line gives them; a test of one of them parses a command line. */
  readonly flags?: ComposedFlags;
  readonly knobs?: Partial<Knobs>;
  /** An AWS and a clock that another world has used before. */
  readonly aws?: SimulatedAws;
  readonly clock?: VirtualClock;
  readonly store?: MemoryStore;
  readonly region?: string;
  /** Puts something between the operator and AWS. */
  readonly cloud?: (cloud: Cloud) => Cloud;
  /** Puts something between the operator and the Kubernetes API. */
  readonly kubernetes?: (store: Store) => Store;
  /** How much the caches of objects keep. */
  readonly roomLimits?: RoomLimits;
  /** Observes the runtime; metrics. */
  readonly observer?: RuntimeObserver;
}

export interface World {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly aws: SimulatedAws;
  /** The account in another region; made when it is first used. */
  awsIn(region: string): SimulatedAws;
  /** As another operator on the same AWS would. */
  openCloud(signal: AbortSignal): Promise<Cloud>;
  readonly operator: Operator;
  readonly log: ReturnType<typeof collectingLog>;
  /** What went against a promise. */
  readonly violations: readonly string[];
  /** Calls that the operator's own IAM policy, as it is generated, would deny. */
  readonly denials: readonly string[];
  apply(...manifests: readonly Manifest[]): void;
  annotate(kind: string, name: string, annotations: Readonly<Record<string, string>>): void;
  delete(kind: string, name: string): void;
  /** Adds a line to the transcript about an action by others than the operator. */
  note(who: string, what: string): void;
  object<Status = Record<string, unknown>>(kind: string, name: string): KubeObject<unknown, Status> | undefined;
  condition(kind: string, name: string, type: string): Condition | undefined;
  seconds(count: number): Promise<void>;
  until(what: string, done: () => boolean, limitSeconds?: number): Promise<void>;
  /** Until every object is Ready at its generation. */
  untilReady(limitSeconds?: number): Promise<void>;
  untilGone(limitSeconds?: number): Promise<void>;
  /** The successful writes of the operator since the world began. */
  writes(): readonly string[];
  transcript(): string;
  stop(): Promise<void>;
}

export const clusterOne: Cluster = { name: "default", uid: "cluster-1" };

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? new VirtualClock();
  const seed = options.seed ?? 1;
  const region = options.region ?? "eu-west-1";
  const aws =
    options.aws ?? createSimulatedAws({ clock, random: seededRandom(seed), region, knobs: options.knobs ?? {} });
  aws.outside.describeRoles(serviceRoles);
  let uids = 0;
  const store = options.store ?? new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: undefined });
  const log = collectingLog();
  const beganAt = clock.now();
  const { name: clusterName, uid: clusterUid, ...former } = options.cluster ?? clusterOne;
  const { takeOverUid: takeOverClusterUid, formerName: renameClusterFrom } = former;
  const flags: ComposedFlags = { clusterName, takeOverClusterUid, renameClusterFrom, ...options.flags };
  const regions = new Map([[region, aws]]);
  const awsIn = (name: string): SimulatedAws => {
    const known = regions.get(name);
    if (known !== undefined) return known;
    const { identities } = aws;
    const made = createSimulatedAws({ clock, random: seededRandom(seed + regions.size), region: name, identities });
    regions.set(name, made);
    return made;
  };
  const toAws = async (signal: AbortSignal): Promise<Cloud> => {
    const cloud = await openCloud(aws, region, awsIn, signal);
    return options.cloud?.(cloud) ?? cloud;
  };
  const composed = new ComposedOperator({
    flags,
    region,
    clusterUid,
    roomLimits: options.roomLimits ?? roomLimits,
    ports: {
      clock,
      // Chance of its own, so that a change of the operator does not deal AWS other cards.
      random: seededRandom(seed + 1_000_003),
      log: notingReasons(log),
      store: ({ watchNamespaces }) => {
        const watching = store.watching(watchNamespaces);
        return options.kubernetes?.(watching) ?? watching;
      },
      openCloud: toAws,
      election: undefined,
      awsIsNew: false,
      ...unobserved,
      observer: options.observer,
    },
  });
  const { operator } = composed;
  const controller = new AbortController();
  const lines: string[] = [];
  const violations: string[] = [];
  const denials: string[] = [];
  const note = (who: string, what: string): void => {
    lines.push(`${((clock.now() - beganAt) / 1000).toFixed(1).padStart(7)} s  ${who.padEnd(8)}  ${what}`);
  };

  const shown = new Map<string, string>();
  const watchStatuses = (): void => {
    for (const kind of kinds) {
      operator.runtime.cache(kind).onChange(({ after }) => {
        if (after === undefined) return;
        noteStatus(after);
        violations.push(...unknownReasons(after));
      });
    }
  };
  const noteStatus = (object: KubeObject): void => {
    const name = `${object.kind} ${object.metadata.name}`;
    const text = summary(object);
    if (text === "" || shown.get(name) === text) return;
    shown.set(name, text);
    note("status", `${name}: ${text}`);
  };
  const usableBefore = new Map<string, boolean>();
  const stopListening = aws.onChange((change) => {
    note("aws", describeChange(change));
    const by = aws.log.at(-1)?.by ?? "operator";
    watchQueues(aws, usableBefore, (queue) => {
      const line = `${queue} lost its last usable environment at ${((change.at - beganAt) / 1000).toFixed(1)} s (${change.name} ${change.state ?? ""} ${change.status})`;
      // AWS itself may find an environment INVALID; we may not disable, delete or detach the last one.
      const ours = change.kind === "jobQueue" || change.state === "DISABLED" || change.status === "DELETING";
      if (by === "operator" && ours) violations.push(line);
    });
    if (change.kind === "job" && change.status === "FAILED" && (change.statusReason ?? "").startsWith("Host EC2")) {
      violations.push(`job ${change.name} was killed`);
    }
  });
  const { settings } = operator.ports;
  const policy = policyFor(aws, operator.ports.cluster.name, {
    policyArns: settings.roles.allowedPolicyArns.map((arn) => arn.replace("arn:aws*:", "arn:aws:")),
    boundaryArns: settings.roles.permissionsBoundary === undefined ? [] : [settings.roles.permissionsBoundary],
    inlinePolicies: settings.roles.allowInlinePolicies,
    roleTagKeys: settings.roles.allowedRoleTagKeys,
    formerTagValue: renameClusterFrom,
    ...options.permissions,
  });
  const stopJudging = watchPolicy(
    aws,
    () => policy,
    (line) => denials.push(line),
  );
  const notedWrites = notesOfWrites(aws, beganAt);

  watchStatuses();
  const running = composed.run(controller.signal);
  // `stop` throws it.
  running.catch(() => undefined);
  const all = (): readonly KubeObject[] => kinds.flatMap((kind) => store.objects(kind));
  const world: World = {
    clock,
    store,
    aws,
    awsIn,
    openCloud: toAws,
    operator,
    log,
    violations,
    denials,
    apply(...manifests) {
      for (const manifest of manifests) {
        note("user", `applies ${manifest.kind} ${manifest.metadata.name}`);
        store.apply(manifest);
      }
    },
    annotate(kind, name, annotations) {
      const object = store.object(kindOf(kind), { namespace: "team", name });
      if (object === undefined) throw new Error(`no ${kind} ${name}`);
      note("user", `annotates ${kind} ${name} ${JSON.stringify(annotations)}`);
      const { apiVersion, metadata, spec } = object;
      store.apply({ apiVersion, kind, metadata: { name, namespace: metadata.namespace, annotations }, spec });
    },
    delete(kind, name) {
      note("user", `deletes ${kind} ${name}`);
      store.delete(kindOf(kind), { namespace: "team", name });
    },
    note,
    object: <Status>(kind: string, name: string) =>
      store.object(kindOf(kind), { namespace: "team", name }) as KubeObject<unknown, Status> | undefined,
    condition(kind, name, type) {
      const status = store.object(kindOf(kind), { namespace: "team", name })?.status as
        | { readonly conditions?: readonly Condition[] }
        | undefined;
      return status?.conditions?.find((condition) => condition.type === type);
    },
    seconds: (count) => clock.advance(count * 1000),
    async until(what, done, limitSeconds = 1800) {
      try {
        await clock.advanceUntil(done, limitSeconds * 1000, what);
      } catch (error) {
        throw new Error(`${String(error)}\n${world.transcript()}\n${JSON.stringify(log.lines.slice(-5))}`);
      }
    },
    untilReady: (limitSeconds) =>
      world.until("every object is Ready", () => all().length > 0 && all().every(isReady), limitSeconds),
    untilGone: (limitSeconds) => world.until("every object is gone", () => all().length === 0, limitSeconds),
    writes: () =>
      aws.log
        .filter((call) => call.by === "operator" && isWrite(call) && call.outcome.kind === "answered")
        .map(describeWrite),
    transcript() {
      const merged = [...lines.map((line) => line), ...notedWrites()];
      return `${merged
        .map((line, index) => ({ line, index, at: Number.parseFloat(line) }))
        .sort((left, right) => left.at - right.at || weight(left.line) - weight(right.line) || left.index - right.index)
        .map(({ line }) => line)
        .join("\n")}\n`;
    },
    async stop() {
      stopListening();
      stopJudging();
      controller.abort(new Error("the world ends"));
      await clock.advance(0);
      await running;
    },
  };
  return world;
}

async function openCloud(
  aws: SimulatedAws,
  region: string,
  awsIn: (region: string) => SimulatedAws,
  signal: AbortSignal,
): Promise<Cloud> {
  const identity = aws.sts.getCallerIdentity({ signal }).catch((error: unknown) => {
    throw classify(error, "sts:GetCallerIdentity");
  });
  const { Account: account = "" } = await identity;
  return {
    account,
    region,
    label: "simulated AWS",
    async connect(inRegion) {
      const { batch, iam, ec2, logs, events } = awsIn(inRegion);
      const others = { iam: async () => iam, ec2: async () => ec2, logs: async () => logs, events: async () => events };
      return { account, partition: "aws", batch, ...others, close: () => undefined };
    },
  };
}

/** Ready at its generation, as `kubectl wait` after an apply would want it. */
export function isReady(object: KubeObject): boolean {
  const status = object.status as
    | { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] }
    | undefined;
  const ready = status?.conditions?.find((condition) => condition.type === "Ready");
  return status?.observedGeneration === object.metadata.generation && ready?.status === "True";
}

/** What an object's conditions say without their words, which are tested where they are made. */
function summary(object: KubeObject): string {
  const status = object.status as { readonly conditions?: readonly Condition[] } | undefined;
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined) return "";
  // While it is True, its reason is that of Ready.
  const marks = conditions.filter(({ type }) => type === "Reconciling" || type === "Stalled").map(({ type }) => type);
  const others = conditions
    .filter(({ type }) => type !== "Ready" && !marks.includes(type))
    .map((condition) => `${condition.type}=${condition.status} ${condition.reason}`);
  return [[`Ready=${ready.status}`, ready.reason, ...marks].join(" "), ...others.toSorted()].join(" | ");
}

function describeChange(change: Change): string {
  const name = change.kind === "job" ? "a job" : change.name;
  const order = change.order?.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)).join(", ");
  return [name, change.state ?? "", change.status, order === undefined ? "" : `[${order}]`].filter(Boolean).join(" ");
}

/** The reason of the step that a call belongs to, as the operator logs it before each act. */
const reason = new AsyncLocalStorage<string>();

function notingReasons(log: Log): Log {
  return {
    ...log,
    info(message, fields) {
      if (message === "acts") reason.enterWith(String(fields?.["reason"]));
      log.info(message, fields);
    },
    with: (fields) => notingReasons(log.with(fields)),
  };
}

/** Notes the reason of each call as it begins. */
function reasonsOf({ log }: SimulatedAws): (call: CallRecord) => string | undefined {
  const reasons = new WeakMap<CallRecord, string>();
  const records = log as CallRecord[];
  const push = records.push.bind(records);
  records.push = (...begun) => {
    const now = reason.getStore();
    for (const call of begun) if (now !== undefined) reasons.set(call, now);
    return push(...begun);
  };
  return (call) => reasons.get(call);
}

function notesOfWrites(aws: SimulatedAws, beganAt: number): () => string[] {
  const from = aws.log.length;
  const reasonOf = reasonsOf(aws);
  return () =>
    aws.log
      .slice(from)
      .filter((call) => call.by === "operator" && isWrite(call))
      .map((call) => {
        const seconds = ((call.at - beganAt) / 1000).toFixed(1).padStart(7);
        return `${seconds} s  operator  ${describeWrite(call)} reason=${reasonOf(call) ?? "none"}`;
      });
}

/** Within one instant: what people do, what the operator calls, what AWS does, what is reported. */
function weight(line: string): number {
  return ["user", "operator", "aws", "status"].findIndex((who) => line.includes(` s  ${who}`));
}

function watchQueues(aws: SimulatedAws, before: Map<string, boolean>, lost: (queue: string) => void): void {
  const environments = new Map<string, { readonly state?: string | undefined; readonly status?: string | undefined }>([
    ...aws.truth.computeEnvironments().map((one) => [one.computeEnvironmentArn, one] as const),
    ...aws.truth.serviceEnvironments().map((one) => [one.serviceEnvironmentArn, one] as const),
  ]);
  for (const queue of aws.truth.jobQueues()) {
    if (queue.status === "DELETED" || queue.status === "DELETING") {
      before.delete(queue.jobQueueName);
      continue;
    }
    const named = [
      ...(queue.computeEnvironmentOrder ?? []).map(({ computeEnvironment = "" }) => computeEnvironment),
      ...(queue.serviceEnvironmentOrder ?? []).map(({ serviceEnvironment = "" }) => serviceEnvironment),
    ];
    const usable = named.some((arn) => {
      const environment = environments.get(arn);
      const status = environment?.status;
      return environment?.state === "ENABLED" && (status === "VALID" || status === "UPDATING");
    });
    if (before.get(queue.jobQueueName) === true && !usable) lost(queue.jobQueueName);
    before.set(queue.jobQueueName, usable);
  }
}

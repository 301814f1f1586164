import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import manifest from "../../../package.json" with { type: "json" };
import { leaseName } from "../../kube/access.ts";
import { type KubeStore, kubeStore } from "../../kube/client.ts";
import { kubeLeaseStore } from "../../kube/lease-store.ts";
import { StoreError } from "../../kube/store.ts";
import { createOperator, type Operator } from "../../operator.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { healthPages } from "../../runtime/health.ts";
import type { HttpServer } from "../../runtime/http-server.ts";
import { LeaderElector } from "../../runtime/leader.ts";
import { type Log, type ProcessLog, pinoLog } from "../../runtime/log.ts";
import type { Random } from "../../runtime/random.ts";
import { awsCloud, type Cloud } from "../cloud.ts";
import { CommandError, exitCodes, type Io } from "../io.ts";
import { type ApiServer, apiServer, orCannotStart, requireCluster } from "../kubernetes.ts";
import { defaultRequestsPerSecond, settingsFrom } from "../settings.ts";
import { requireRegion, whenAwsAnswers } from "./aws.ts";
import { healthChecks } from "./health.ts";
import { metricsOf, type OperatorMetrics } from "./metrics.ts";
import { annotationsFreshMs, labelsFreshMs, rememberedLabels } from "./namespace-labels.ts";
import type { RunFlags } from "./options.ts";
import { serveHealth, serveMetrics } from "./servers.ts";

const fieldManager = "aws-batch-operator";
const defaultLeaseNamespace = "aws-batch-system";

/** What a test brings of its own. */
export interface RunPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** AWS in this region. @throws AwsError */
  readonly open: (region: string, signal: AbortSignal) => Promise<Cloud>;
}

/** Runs the operator until it is interrupted or not the leader any more. Returns the exit code. */
export async function runOperator(flags: RunFlags, io: Io, given: Partial<RunPorts> = {}): Promise<number> {
  const clock = given.clock ?? systemClock();
  const random = given.random ?? Math.random;
  const open =
    given.open ?? ((region: string, signal: AbortSignal) => awsCloud(region, { flags, env: io.env, clock }, signal));
  const log = pinoLog({
    clock,
    level: flags.logLevel ?? "info",
    destination: { write: (line) => io.stderr.write(line) },
  });
  const deaf = io.onUserSignal(() => changeLevel(log, flags));
  const metrics = metricsOf({ clock, version: manifest.version });
  const onAnswer = (method: string, status: number | undefined) => metrics.runtime.request(method, status);
  const server = apiServer(flags.kubeconfig, io.env, { clock, onAnswer });
  try {
    return await new Run(flags, io, { clock, random, open }, log, server, metrics).toTheEnd();
  } catch (error) {
    if (!io.interrupted.aborted) throw error;
    log.info("interrupted before the start was complete");
    return exitCodes.done;
  } finally {
    deaf();
    await server.close();
  }
}

/** From the level that was asked for to debug and back. */
function changeLevel(log: ProcessLog, { logLevel = "info" }: RunFlags): void {
  log.level = log.level === "debug" ? (logLevel === "debug" ? "info" : logLevel) : "debug";
  log[log.level]("the log level changed", { logLevel: log.level });
}

/** One process, from its first request to its last. */
class Run {
  readonly #flags: RunFlags;
  readonly #io: Io;
  readonly #ports: RunPorts;
  readonly #log: Log;
  readonly #server: ApiServer;
  readonly #metrics: OperatorMetrics;
  readonly #identity = `${hostname()}_${randomUUID()}`;
  #cloud: Cloud | undefined;
  /** Monotonic ms since when this process is the writer. */
  #writerSince: number | undefined;

  constructor(flags: RunFlags, io: Io, ports: RunPorts, log: Log, server: ApiServer, metrics: OperatorMetrics) {
    this.#flags = flags;
    this.#io = io;
    this.#ports = ports;
    this.#log = log;
    this.#server = server;
    this.#metrics = metrics;
  }

  async toTheEnd(): Promise<number> {
    const { interrupted } = this.#io;
    const region = await requireRegion(this.#flags);
    const elector = this.#elector();
    const { operator, about } = await this.#operator(region, elector);
    const servers = await this.#serve(operator);
    const stop = new AbortController();
    const following = operator.follow(stop.signal);
    try {
      this.#log.info("starting", { ...about, addresses: servers.map(({ address }) => address) });
      this.#cloud = await whenAwsAnswers(
        (signal) => this.#ports.open(region, signal),
        { ...this.#ports, log: this.#log },
        interrupted,
      );
      this.#log.info("AWS knows us", { account: this.#cloud.account, aws: this.#cloud.label });
      const end = await this.#lead(operator, elector);
      this.#log.info("stopped", { end });
      return end === "stopped" ? exitCodes.done : exitCodes.failed;
    } finally {
      stop.abort(new Error("the process ends"));
      await following;
      await Promise.all(servers.map((server) => server.close()));
    }
  }

  get #leaseNamespace(): string {
    return this.#flags.leaseNamespace ?? this.#server.podNamespace ?? defaultLeaseNamespace;
  }

  /** Undefined: there is only one replica, and it leads. */
  #elector(): LeaderElector | undefined {
    if (!this.#flags.leaderElect) return undefined;
    const { clock, random } = this.#ports;
    const namespace = this.#leaseNamespace;
    return new LeaderElector({
      leases: kubeLeaseStore({ api: this.#server.api, namespace, name: leaseName, fieldManager }),
      identity: this.#identity,
      clock,
      random,
      log: this.#log,
      onLeading: (leading) => this.#metrics.runtime.leading(leaseName, leading),
    });
  }

  async #operator(region: string, elector: LeaderElector | undefined) {
    const metrics = this.#metrics;
    const { interrupted } = this.#io;
    const { clock, random } = this.#ports;
    const { api } = this.#server;
    const { watchNamespace: watchNamespaces, shardSelector, clusterName = "default", takeOverClusterUid } = this.#flags;
    const mayWrite = (): { readonly deadlineMs: number } => {
      if (elector === undefined) return { deadlineMs: Number.POSITIVE_INFINITY };
      const deadlineMs = elector.remainingMs();
      if (deadlineMs <= 0) throw new Error("this replica does not lead");
      return { deadlineMs };
    };
    const store = kubeStore({
      api,
      random,
      fieldManager,
      reporter: { controller: "awsbatch.dev/aws-batch-operator", instance: hostname() },
      mayWrite,
      watchNamespaces,
    });
    const leaseNamespace = elector === undefined ? undefined : this.#leaseNamespace;
    const { version: kubernetes, lacking } = await requireCluster(
      { api, watchNamespaces },
      leaseNamespace,
      interrupted,
    );
    for (const problem of lacking) this.#log.warn("permissions are missing in a watched namespace", { problem });
    if (leaseNamespace !== undefined && leaseNamespace !== this.#server.podNamespace) {
      await requireNamespace(store, leaseNamespace, interrupted);
    }
    const clusterUid = await orCannotStart(() => store.clusterUid(interrupted), interrupted);
    const operator = createOperator({
      store,
      clock,
      random,
      log: this.#log,
      cluster: { name: clusterName, uid: clusterUid, takeOverUid: takeOverClusterUid },
      settings: settingsFrom(this.#flags, region),
      connect: async (inRegion, signal) => {
        if (this.#cloud === undefined) throw new Error("AWS has not said yet who we are");
        return await this.#cloud.connect(inRegion, signal);
      },
      requestsPerSecond: this.#flags.awsRequestsPerSecond ?? defaultRequestsPerSecond,
      mayWrite,
      writerSinceMonotonicMs: () => this.#writerSince,
      reconciles: ({ metadata: { labels = {} } }) => shardSelector?.(labels) ?? true,
      // Nobody knows what is in a namespace that could not be read so far.
      watchesNamespace: (namespace) => operator.runtime.hasListed(namespace),
      namespaceLabels: rememberedLabels((name, signal) => store.namespaceLabels(name, signal), clock, labelsFreshMs),
      namespaceAnnotations: rememberedLabels(
        (name, signal) => store.namespaceAnnotations(name, signal),
        clock,
        annotationsFreshMs,
      ),
      onAwsCall: metrics.awsCall,
      onBudgetWait: metrics.budgetWait,
      observer: metrics.runtime,
    });
    metrics.follow(operator);
    const about = {
      version: manifest.version,
      node: process.version,
      server: api.server,
      kubernetes,
      clusterName,
      clusterUid,
      region,
      identity: this.#identity,
      ...(leaseNamespace === undefined ? {} : { leaseNamespace }),
    };
    return { operator, about };
  }

  async #serve(operator: Operator): Promise<readonly HttpServer[]> {
    const { healthAddress } = this.#flags;
    const checks = healthChecks(operator, this.#metrics.runtime, {
      knowsAws: () => this.#cloud !== undefined,
      leads: () => this.#writerSince !== undefined,
    });
    const health = await serveHealth(healthAddress, healthPages(checks));
    try {
      return [
        health,
        await serveMetrics(this.#flags, this.#metrics.pages, { clock: this.#ports.clock, log: this.#log }),
      ];
    } catch (error) {
      await health.close();
      throw error;
    }
  }

  async #lead(operator: Operator, elector: LeaderElector | undefined): Promise<"stopped" | "lost"> {
    const lead = async (signal: AbortSignal): Promise<void> => {
      this.#writerSince = this.#ports.clock.monotonic();
      // Also without an object AWS is read, so that readiness means something.
      await Promise.all([operator.lead(signal), operator.ports.regions.open(undefined, signal)]);
    };
    if (elector !== undefined) return await elector.run(this.#io.interrupted, lead);
    await lead(this.#io.interrupted);
    return "stopped";
  }
}

/** @throws CommandError when the Lease could not be made; who may not look goes on */
async function requireNamespace(store: KubeStore, name: string, signal: AbortSignal): Promise<void> {
  const read = store.namespaceLabels(name, signal).catch((error: unknown) => {
    if (error instanceof StoreError && error.reason === "Forbidden") return {};
    throw error;
  });
  const labels = await orCannotStart(() => read, signal);
  if (labels !== undefined) return;
  throw new CommandError(
    `there is no namespace ${name} for the Lease: \`kubectl create namespace ${name}\`, or give --lease-namespace`,
    { exitCode: exitCodes.cannotStart },
  );
}

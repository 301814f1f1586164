/**
 * The door of the process of `run`: starts what a cluster's operator has in addition to reconcilers: leader election, health,
 * metrics and servers, and ends it in order.
 */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import manifest from "../../../package.json" with { type: "json" };
import { leaseName } from "../../kube/access.ts";
import type { KubeApi } from "../../kube/api.ts";
import { kubeStore } from "../../kube/client.ts";
import { operatorNamespace } from "../../kube/installation.ts";
import { kubeLeaseStore } from "../../kube/lease-store.ts";
import { readClusterUid, readNamespace } from "../../kube/namespaces.ts";
import { roomLimits } from "../../runtime/cache-limits.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { healthPages } from "../../runtime/health.ts";
import type { HttpServer } from "../../runtime/http-server.ts";
import type { LeaderElectorOptions } from "../../runtime/leader.ts";
import { type Log, type ProcessLog, pinoLog } from "../../runtime/log.ts";
import type { Random } from "../../runtime/random.ts";
import { shell } from "../../runtime/shell.ts";
import { StoreError } from "../../runtime/store.ts";
import { requireRegion } from "../aws.ts";
import { awsCloud, type Cloud } from "../cloud.ts";
import { ComposedOperator, defaultClusterName } from "../compose.ts";
import { CommandError, exitCodes, type Io } from "../io.ts";
import { type ApiServer, apiServer, orCannotStart, requireCluster } from "../kubernetes.ts";
import { healthChecks } from "./health.ts";
import { metricsOf, type OperatorMetrics } from "./metrics.ts";
import type { RunFlags } from "./options.ts";
import { serveHealth, serveMetrics } from "./servers.ts";

const fieldManager = "aws-batch-operator";

/** Ports that tests replace. */
export interface RunPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** AWS in this region. @throws AwsError */
  readonly open: (region: string, signal: AbortSignal) => Promise<Cloud>;
}

/** Runs the operator until it is interrupted or loses leadership. Returns the exit code. */
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
    log.info("interrupted during startup", { error });
    return exitCodes.done;
  } finally {
    deaf();
    await server.close();
  }
}

/** Switches between the configured level and debug. */
function changeLevel(log: ProcessLog, { logLevel = "info" }: RunFlags): void {
  log.level = log.level === "debug" ? (logLevel === "debug" ? "info" : logLevel) : "debug";
  log[log.level]("changed the log level", { logLevel: log.level });
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

  constructor(flags: RunFlags, io: Io, ports: RunPorts, log: Log, server: ApiServer, metrics: OperatorMetrics) {
    this.#flags = flags;
    this.#io = io;
    this.#ports = ports;
    this.#log = log;
    this.#server = server;
    this.#metrics = metrics;
  }

  async toTheEnd(): Promise<number> {
    const region = await requireRegion(this.#flags);
    const { composed, about } = await this.#compose(region);
    const servers = await this.#serve(composed);
    try {
      this.#log.info("starting", { ...about, addresses: servers.map(({ address }) => address) });
      const end = await composed.run(this.#io.interrupted);
      this.#log.info("stopped", { end });
      return end === "stopped" ? exitCodes.done : exitCodes.failed;
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  }

  /** Undefined: a single replica needs no Lease. */
  get #leaseNamespace(): string | undefined {
    if (!this.#flags.leaderElect) return undefined;
    return this.#flags.leaseNamespace ?? this.#server.podNamespace ?? operatorNamespace;
  }

  get #election(): Pick<LeaderElectorOptions, "leases" | "identity" | "onLeading"> | undefined {
    const namespace = this.#leaseNamespace;
    if (namespace === undefined) return undefined;
    return {
      leases: kubeLeaseStore({ api: this.#server.api, namespace, name: leaseName, fieldManager }),
      identity: this.#identity,
      onLeading: (leading) => this.#metrics.runtime.leading(leaseName, leading),
    };
  }

  async #compose(region: string) {
    const metrics = this.#metrics;
    const { interrupted } = this.#io;
    const { clock, random, open } = this.#ports;
    const { api } = this.#server;
    const { watchNamespace: watchNamespaces, clusterName = defaultClusterName } = this.#flags;
    const leaseNamespace = this.#leaseNamespace;
    const { version: kubernetes, lacking } = await requireCluster(
      { api, watchNamespaces },
      leaseNamespace,
      interrupted,
    );
    for (const problem of lacking) this.#log.warn("permissions are missing in a watched namespace", { problem });
    if (leaseNamespace !== undefined && leaseNamespace !== this.#server.podNamespace) {
      await requireNamespace(api, leaseNamespace, interrupted);
    }
    const clusterUid = await orCannotStart(() => readClusterUid(api, interrupted), interrupted);
    const composed = new ComposedOperator({
      flags: this.#flags,
      region,
      clusterUid,
      roomLimits,
      ports: {
        clock,
        random,
        log: this.#log,
        store: (access) =>
          kubeStore({
            api,
            random,
            fieldManager,
            reporter: { controller: "awsbatch.dev/aws-batch-operator", instance: hostname() },
            ...access,
          }),
        election: this.#election,
        openCloud: (signal) => open(region, signal),
        awsIsNew: false,
        onAwsCall: metrics.awsCall,
        onBudgetWait: metrics.budgetWait,
        onEventMessage: metrics.eventMessage,
        observer: metrics.runtime,
      },
    });
    metrics.follow(composed.operator);
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
    return { composed, about };
  }

  async #serve(composed: ComposedOperator): Promise<readonly HttpServer[]> {
    const { healthAddress } = this.#flags;
    const health = await serveHealth(healthAddress, healthPages(healthChecks(composed, this.#metrics.runtime)));
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
}

/** @throws CommandError if the Lease could not be created; without the permission to check, it continues */
async function requireNamespace(api: KubeApi, name: string, signal: AbortSignal): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    try {
      return (await readNamespace(api, name, signal)) !== undefined;
    } catch (error) {
      if (error instanceof StoreError && error.reason === "Forbidden") return true;
      throw error;
    }
  };
  if (await orCannotStart(isThere, signal)) return;
  throw new CommandError(
    `namespace ${name} for the Lease does not exist: run \`${shell`kubectl create namespace ${name}`}\`, or set --lease-namespace`,
    { exitCode: exitCodes.cannotStart },
  );
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Child } from "../control-plane/child.ts";
import { freePorts } from "../control-plane/ports.ts";
import type { Check } from "../control-plane/wait.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
let started = 0;

export interface OperatorProcessOptions {
  readonly kubeconfig: string;
  /** Takes the log. */
  readonly directory: string;
  /** `AWS_ENDPOINT_URL`; undefined: no AWS at all, not even credentials. */
  readonly awsUrl: string | undefined;
  readonly namespaces?: readonly string[];
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What is run, e.g. the bundle. */
  readonly program?: string;
}

/** `aws-batch-operator run` as a process of its own. */
export class OperatorProcess {
  readonly child: Child;
  readonly healthUrl: string;
  readonly metricsUrl: string;

  private constructor(child: Child, ports: { readonly health: number; readonly metrics: number }) {
    this.child = child;
    this.healthUrl = `http://127.0.0.1:${ports.health}`;
    this.metricsUrl = `http://127.0.0.1:${ports.metrics}/metrics`;
  }

  static async start(options: OperatorProcessOptions): Promise<OperatorProcess> {
    const { kubeconfig, directory, awsUrl, namespaces = [], flags = [], environment = {}, program = main } = options;
    const [health = 0, metrics = 0] = await freePorts(2);
    const child = new Child({
      name: `operator-${++started}`,
      program: process.execPath,
      args: [
        program,
        "run",
        "--kubeconfig",
        kubeconfig,
        "--health-address",
        `127.0.0.1:${health}`,
        "--metrics-address",
        `127.0.0.1:${metrics}`,
        ...namespaces.flatMap((namespace) => ["--watch-namespace", namespace]),
        ...flags,
      ],
      logFile: join(directory, `operator-${process.pid}-${started}.log`),
      environment: { ...awsEnvironment(awsUrl), ...environment },
    });
    return new OperatorProcess(child, { health, metrics });
  }

  /** Caches synced, and AWS read by the one who leads. */
  async untilReady(): Promise<void> {
    await this.child.untilReady(async () => (await fetch(`${this.healthUrl}/readyz`)).ok);
  }

  /** All that it said so far. */
  async said(): Promise<string> {
    return await readFile(this.child.logFile, "utf8");
  }

  /** Whether it said this; else its last words. */
  async hasSaid(words: string): Promise<Check> {
    return (await this.said()).includes(words) || (await this.child.lastWords());
  }

  /** The lines of its log so far. */
  async log(): Promise<readonly LogLine[]> {
    const lines = (await this.said()).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** The value of one series; undefined: there is none. @param series with its labels, as Prometheus shows it */
  async metric(series: string): Promise<number | undefined> {
    const lines = (await (await fetch(this.metricsUrl)).text()).split("\n");
    const line = lines.find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** Resolves to how it ended, e.g. `ended with code 0`. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<string> {
    await this.child.stop(signal);
    return await this.child.ended;
  }
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Nothing of this machine's own AWS configuration; without a URL no AWS at all. */
export function awsEnvironment(url: string | undefined): Readonly<Record<string, string>> {
  const nothing = {
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    AWS_REGION: "us-east-1",
  };
  if (url === undefined) return nothing;
  return { ...nothing, AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
}

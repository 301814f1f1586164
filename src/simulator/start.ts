/**
 * The simulator for a program or a test: an account of AWS in this process, and the URL at which any AWS SDK finds it.
 * The entry of the npm package; nothing here has types of others.
 */

import { systemClock } from "../runtime/clock.ts";
import { seededRandom } from "../runtime/random.ts";
import { serveBatch } from "./http.ts";
import type { PlannedOutcome } from "./outcome.ts";
import { simulatedRegions } from "./regions.ts";

export type { AttemptCourse, PlannedOutcome } from "./outcome.ts";

export interface SimulatorOptions {
  /** To listen on; 0, the default: any free port. */
  readonly port?: number;
  /** To listen on (127.0.0.1). It accepts any credentials: whoever reaches it may use it. */
  readonly host?: string;
  /** Of time, relative to AWS (1). With 1000 a job of ten minutes takes 0.6 s. */
  readonly speed?: number;
  /** Of requests that are not signed (us-east-1). Every other region begins empty. */
  readonly region?: string;
  /** Of what is random: IDs, and how long AWS takes. Left out: another one each time. */
  readonly seed?: number;
}

export interface Simulator extends AsyncDisposable {
  /** e.g. `http://127.0.0.1:4577` */
  readonly url: string;
  /** 12 digits. */
  readonly account: string;
  /** What the AWS SDKs and the AWS CLI read: `AWS_ENDPOINT_URL`, the region, and credentials that it accepts. */
  readonly environment: Readonly<Record<string, string>>;
  /** How matching jobs go that are submitted from now on, of this region. Of several the last one counts. */
  planOutcome(outcome: PlannedOutcome): void;
  /** The container of a running job exits now. @throws Error for a job that is not running */
  exitJob(jobId: string, exitCode: number): void;
  /** EC2 takes the instance of a job away now. @throws Error for a job that has none */
  loseInstance(jobId: string): void;
  /** Each call so far, in order: AWS's name of the operation, and its request. */
  calls(): readonly { readonly operation: string; readonly request: unknown }[];
  stop(): Promise<void>;
}

/** @throws Error if it cannot listen there, or the region has no form of a region */
export async function startSimulator({
  port = 0,
  host = "127.0.0.1",
  speed = 1,
  region = "us-east-1",
  seed,
}: SimulatorOptions = {}): Promise<Simulator> {
  const random = seed === undefined ? Math.random : seededRandom(seed);
  const inRegion = simulatedRegions({ clock: systemClock(speed), random, region });
  const aws = inRegion(region);
  const served = await serveBatch(inRegion, { port, host });
  return {
    url: served.url,
    account: aws.account,
    environment: environmentFor(served.url, region),
    planOutcome: (outcome) => aws.outside.planJobs(outcome),
    exitJob: (jobId, exitCode) => aws.outside.exitJob(jobId, exitCode),
    loseInstance: (jobId) => aws.outside.loseInstance(jobId),
    calls: () => aws.log.map(({ operation, input }) => ({ operation, request: input })),
    stop: () => served.close(),
    [Symbol.asyncDispose]: () => served.close(),
  };
}

/** The environment variables with which any SDK, and the AWS CLI, use the simulator at a URL. */
export function environmentFor(url: string, region: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    // Version 1 of the AWS CLI, and boto3, read only this one.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
  };
}

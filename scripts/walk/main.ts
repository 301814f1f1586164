/**
 * `npm run walk`: how far one change of `instanceTypes` walks through `src` until its request leaves for AWS, and until its
 * status is written. One environment with one queue, without roles, selectors, endpoints or a group of its own.
 */

import { type Profiler, Session } from "node:inspector";
import { table } from "../../bench/table.ts";
import type { BatchComputeEnvironmentSpec } from "../../src/api/v1alpha1/batch-compute-environment.ts";
import { computeEnvironment, ec2, jobQueue } from "../../test/manifests.ts";
import { createWorld } from "../../test/world.ts";
import { type Walked, walkedIn } from "./walked.ts";

const source = new URL("../../src/", import.meta.url).href;
/** What plays AWS and the API server in this world does not count. */
const standIns: readonly RegExp[] = [/^simulator\//, /^kube\/memory-/];

/** Counts the calls of each function of the program from `begin` on. */
class Steps {
  readonly #session = new Session();

  begin(): void {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    this.#taken();
  }

  /** What was called since the last time. */
  walked(): Walked {
    return walkedIn(this.#taken().result, source, standIns);
  }

  end(): void {
    this.#session.disconnect();
  }

  /** V8 answers within the call, and sets its counts back. */
  #taken(): Profiler.TakePreciseCoverageReturnType {
    let taken: Profiler.TakePreciseCoverageReturnType = { result: [] };
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      taken = answer;
    });
    return taken;
  }
}

async function walk(spec: BatchComputeEnvironmentSpec): Promise<{ readonly request: Walked; readonly status: Walked }> {
  const world = await createWorld();
  world.apply(computeEnvironment("ce", spec), jobQueue("q", ["ce"]));
  await world.untilReady();
  await world.seconds(600);
  const steps = new Steps();
  let request: Walked | undefined;
  const stop = world.aws.onEffect(({ operation }, phase) => {
    const isIt = phase === "before" && /^(?:Create|Update)ComputeEnvironment$/.test(operation);
    if (isIt) request ??= steps.walked();
  });
  steps.begin();
  const { computeResources } = spec;
  world.apply(
    computeEnvironment("ce", {
      ...spec,
      computeResources: { ...computeResources, instanceTypes: ["m5.large"] } as never,
    }),
  );
  const written = (): boolean =>
    request !== undefined && world.condition("BatchComputeEnvironment", "ce", "Ready")?.status !== "True";
  await world.until("the status says what is being done", written);
  const after = steps.walked();
  steps.end();
  stop();
  await world.stop();
  if (request === undefined) throw new Error("no request has left for AWS");
  return { request, status: request.with(after) };
}

const inPlace = await walk({ ...ec2, updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 } });
const replacement = await walk(ec2);
const row = (what: string, { request, status }: Awaited<ReturnType<typeof walk>>): readonly string[] => [
  what,
  ...[request, status].flatMap(({ functions, files, calls }) => [functions.size, files.size, calls].map(String)),
];
table(
  "One changed instanceTypes: until the request leaves, and until the status is written",
  ["", "functions", "files", "calls", "functions", "files", "calls"],
  [row("in place", inPlace), row("replacement", replacement)],
);
const folders = Map.groupBy(inPlace.request.functions, (name) => folderOf(name));
table(
  "The functions of the change in place until its request leaves, by folder",
  ["folder", "functions"],
  [...folders]
    .map(([folder, names]) => [folder, String(names.length)])
    .toSorted(([, left], [, right]) => Number(right) - Number(left)),
);

/** The folder of a function, in the controllers that of a kind or a part. */
function folderOf(name: string): string {
  const [file = ""] = name.split(" ");
  return file.split("/").slice(0, -1).join("/") || "src";
}

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanupFinalizer } from "../../../src/api/v1alpha1/annotations.ts";
import { runCli } from "../../../src/program.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { readState, stateFile } from "../../../src/tools/local/state.ts";
import type { ReadManifests } from "../../../src/tools/manifests.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { type LocalRun, runLocal } from "../../examples/local-session.ts";
import { testIo } from "../streams.ts";
import { definition, environment, MemorySource, queue, quickstart, started, temporaryDirectory } from "./given.ts";

/** A directory with the quick start, in which `local --simulate --prune` has made everything. */
async function readySession() {
  const directory = join(temporaryDirectory(), "manifests");
  mkdirSync(directory);
  const write = (file: string, text: string): void => writeFileSync(join(directory, file), text);
  for (const [file, text] of Object.entries(quickstart)) write(file, text);
  const run = await runLocal(directory, new VirtualClock(), { prune: true });
  await run.until("all is ready", () => readyCount(run) === 3);
  return { directory, write, run, remove: (file: string) => rmSync(join(directory, file)) };
}

function readyCount({ lines }: LocalRun): number {
  const ready = lines.filter((line) => line.type === "status" && line.phase === "ready");
  return new Set(ready.map((line) => line.type === "status" && line.name)).size;
}

const writes = ({ lines }: LocalRun): readonly string[] =>
  lines.flatMap((line) => (line.type === "awsWrite" ? [line.operation] : [])).slice(3);

type Session = Awaited<ReturnType<typeof readySession>>;

const job = `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchJob
metadata:
  name: once
spec:
  jobQueueRef: {name: high}
  jobDefinitionRef: {name: hello}
  containerOverrides: {command: ["true"]}
  ttlSecondsAfterFinished: 0
`;

/** Each way in which a directory stops being whole, and how it is whole again. */
const breaks: readonly [string, (session: Session) => void, (session: Session) => void][] = [
  [
    "stops parsing",
    ({ write }) => write("queue.yaml", "spec: [unfinished"),
    ({ write }) => write("queue.yaml", queue()),
  ],
  ["breaks a rule", ({ write }) => write("queue.yaml", queue(-1)), ({ write }) => write("queue.yaml", queue())],
  [
    "lacks what a manifest refers to",
    ({ remove }) => remove("environment.yaml"),
    ({ write }) => write("environment.yaml", environment()),
  ],
  [
    "becomes empty",
    ({ remove }) => ["environment.yaml", "queue.yaml"].forEach(remove),
    ({ write }) => {
      write("environment.yaml", environment());
      write("queue.yaml", queue());
    },
  ],
  [
    "is renamed",
    ({ directory }) => renameSync(directory, `${directory}-away`),
    ({ directory }) => {
      rmSync(directory, { recursive: true, force: true });
      renameSync(`${directory}-away`, directory);
    },
  ],
  [
    "contains an account that cannot be read",
    ({ directory }) => mkdirSync(join(directory, "simulated-aws.conf")),
    ({ directory }) => rmSync(join(directory, "simulated-aws.conf"), { recursive: true }),
  ],
];

describe("a directory that, after a manifest vanished from it,", () => {
  test.each(breaks)(
    "%s deletes nothing, and the time starts again once it is complete",
    async (_how, breakIt, fixIt) => {
      const session = await readySession();
      const { run, remove } = session;
      remove("definition.yaml");
      await run.seconds(3);
      breakIt(session);
      await run.seconds(60);
      expect(writes(run)).toEqual([]);
      fixIt(session);
      await run.seconds(4);
      expect(writes(run)).toEqual([]);
      await run.seconds(10);
      expect(writes(run)).toEqual(["DeregisterJobDefinition"]);
      expect(await run.interrupt()).toBe(0);
    },
  );

  test.each(breaks)("%s and has the manifest again deletes nothing ever", async (_how, breakIt, fixIt) => {
    const session = await readySession();
    const { run, remove, write } = session;
    remove("definition.yaml");
    await run.seconds(3);
    breakIt(session);
    await run.seconds(60);
    fixIt(session);
    write("definition.yaml", definition());
    await run.seconds(60);
    expect(writes(run)).toEqual([]);
    expect(await run.interrupt()).toBe(0);
  });

  test("cannot be read is reported once, not at each read", async () => {
    const session = await readySession();
    mkdirSync(join(session.directory, "simulated-aws.conf"));
    await session.run.seconds(60);
    const reported = session.run.lines.filter(({ type }) => type === "notice" || type === "edit");
    expect(reported).toHaveLength(1);
    await session.run.interrupt();
  });
});

/** A directory of which one reading finds a file missing that is being replaced just then. */
class ReplacedWhileRead extends MemorySource {
  missing: string | undefined;

  override async read(): Promise<ReadManifests> {
    const { missing } = this;
    if (missing === undefined) return await super.read();
    this.missing = undefined;
    this.write(missing, undefined);
    const torn = await super.read();
    this.write(missing, definition());
    return torn;
  }
}

describe("the second time", () => {
  test("a second edit is taken as the first one was", async () => {
    const { run, write } = await readySession();
    write("queue.yaml", queue(5));
    await run.seconds(30);
    write("queue.yaml", queue(6));
    await run.seconds(30);
    const updates = run.lines.flatMap((line) => (line.type === "awsWrite" ? [line.input] : [])).slice(3);
    expect(updates.map(({ priority }) => priority)).toEqual([5, 6]);
    await run.interrupt();
  });

  test("a second vanishing has five seconds of its own", async () => {
    const { run, write, remove } = await readySession();
    remove("definition.yaml");
    await run.seconds(4);
    write("definition.yaml", definition());
    await run.seconds(4);
    remove("definition.yaml");
    await run.seconds(4);
    expect(writes(run)).toEqual([]);
    await run.seconds(10);
    expect(writes(run)).toEqual(["DeregisterJobDefinition"]);
    await run.interrupt();
  });

  test("a reading in which files were replaced does not count", async () => {
    const source = new ReplacedWhileRead(quickstart);
    const session = await started({ source });
    await session.clock.advance(60_000);
    source.missing = "definition.yaml";
    source.write("queue.yaml", queue(7));
    await session.clock.advance(60_000);
    expect(session.ofType("awsWrite").map((line) => line["operation"])).toEqual([
      "CreateComputeEnvironment",
      "RegisterJobDefinition",
      "CreateJobQueue",
      "UpdateJobQueue",
    ]);
    expect(session.ofType("edit")).toHaveLength(1);
    session.interrupt();
    await session.end();
  });

  test("a finished job that has a manifest stays, and runs once, whatever ttlSecondsAfterFinished says", async () => {
    const source = new MemorySource({ ...quickstart, "job.yaml": job });
    const session = await started({ source });
    await session.clock.advance(600_000);
    source.write("queue.yaml", queue(7));
    await session.clock.advance(60_000);
    const submitted = session.ofType("awsWrite").filter((line) => line["operation"] === "SubmitJob");
    expect(submitted).toHaveLength(1);
    session.interrupt();
    await session.end();
  });

  test("a second --delete finds nothing to do", async () => {
    const first = await started({ flags: { until: "ready" } });
    await first.end();
    const { source, directory, clock } = first;
    const again = { source, directory, clock, flags: { delete: true } };
    const deleting = await started(again);
    expect(await deleting.end()).toBe(0);
    expect(deleting.ofType("awsWrite").at(-1)).toMatchObject({ operation: "DeleteComputeEnvironment", outcome: "ok" });
    const second = await started(again);
    expect(await second.end()).toBe(0);
    expect(second.ofType("awsWrite")).toEqual([]);
  });

  test("a second process on the same directory is refused, and the first one's lock stays", async () => {
    const { directory, run } = await readySession();
    const lock = `${stateFile(directory, "local", true)}.lock`;
    // As another living process would have written it: this one's parent.
    const [, rest = ""] = readFileSync(`/proc/${process.ppid}/stat`, "utf8").split(") ");
    const text = `${process.ppid} ${rest.split(" ")[19]}`;
    writeFileSync(lock, text);
    const { io, stdout, stderr } = testIo();
    expect(await runCli(["local", "-f", directory, "--simulate"], io)).toBe(1);
    expect(stdout.text).toBe("");
    expect(stderr.text).toMatch(/^error: process \d+ already uses this directory: stop it first/);
    expect(readFileSync(lock, "utf8")).toBe(text);
    rmSync(lock);
    await run.interrupt();
  });
});

test("the finalizer of an object is on the disk before AWS has anything of it", async () => {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: "us-east-1" });
  const directory = temporaryDirectory();
  const file = stateFile(directory, "team", false);
  const saved: Record<string, unknown> = {};
  const finalizersOf = (kind: string): unknown => {
    const objects = existsSync(file) ? (readState(file)?.store.objects ?? []) : [];
    return objects.find(({ object }) => object.kind === kind)?.object.metadata.finalizers;
  };
  const kindOf: Readonly<Record<string, string>> = {
    CreateComputeEnvironment: "BatchComputeEnvironment",
    CreateJobQueue: "JobQueue",
    RegisterJobDefinition: "JobDefinition",
  };
  cloud.world("us-east-1").faults.add({
    on: ({ operation }) => {
      const kind = kindOf[operation];
      if (kind !== undefined) saved[operation] ??= finalizersOf(kind);
      return false;
    },
    fault: { kind: "stale", staleMs: 0 },
  });
  const session = await started({
    clock,
    cloud,
    directory,
    flags: { simulate: false, clusterName: "team", until: "ready" },
  });
  expect(await session.end()).toBe(0);
  expect(saved).toEqual(Object.fromEntries(Object.keys(kindOf).map((operation) => [operation, [cleanupFinalizer]])));
});

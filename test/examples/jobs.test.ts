import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { BatchJob } from "../../src/api/v1alpha1/batch-job.ts";
import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { recordedResult } from "../../src/controllers/kinds/batch-job/result.ts";
import type { World } from "../world.ts";
import { deleteAll, exampleNamed, exampleWorld, liveNames, manifestsOf, prepare } from "./examples.ts";

function jobsOf({ store }: World): readonly BatchJob[] {
  return store.objects(BatchJobKind) as readonly BatchJob[];
}

function jobNamed(world: World, name: string): BatchJob {
  const found = jobsOf(world).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no BatchJob ${name}`);
  return found;
}

/** The names in a row of the README's table, by the end that the row says. */
function endsInReadme(directory: string): { readonly complete: string; readonly failed: string } {
  const rows = readFileSync(`${directory}/README.md`, "utf8").split("\n");
  const filesThatEnd = (end: RegExp): string =>
    rows.flatMap((row) => (end.test(row) ? [/`(\w+)\.yaml`/.exec(row)?.[1] ?? row] : [])).join(" ");
  return { complete: filesThatEnd(/\| Complete +\|$/), failed: filesThatEnd(/\| \*\*Failed\*\* \|$/) };
}

it("jobs are Complete or Failed as the README says, each submitted once, and are deleted to nothing", async () => {
  const world = await exampleWorld();
  const example = exampleNamed("jobs");
  await prepare(world.aws, example);
  world.apply(...(await manifestsOf(example)));
  await world.until(
    "every job has a result",
    () => jobsOf(world).every((job) => recordedResult(job) !== undefined),
    900,
  );

  const ended = (kind: "complete" | "failed") =>
    jobsOf(world)
      .filter((job) => recordedResult(job)?.kind === kind)
      .map(({ metadata }) => metadata.name)
      .toSorted();
  expect(ended("complete")).toEqual(["array", "compare", "plain", "prepare", "train-a", "train-b"]);
  expect(ended("failed")).toEqual(["failing"]);
  expect(endsInReadme(example.directory)).toEqual({ complete: "plain array diamond", failed: "failing" });

  expect(jobNamed(world, "array").status?.array).toEqual({ size: 50, counts: [{ status: "SUCCEEDED", count: 50 }] });
  const failing = jobNamed(world, "failing");
  expect(failing.status?.attempts?.map(({ exitCode }) => exitCode)).toEqual([3, 3, 3]);
  expect(recordedResult(failing)).toMatchObject({
    reason: "JobFailed",
    message: expect.stringContaining("exit code 3"),
  });
  const stoppedAt = (name: string) => Date.parse(jobNamed(world, name).status?.stoppedAt ?? "");
  const startedAt = (name: string) => Date.parse(jobNamed(world, name).status?.startedAt ?? "");
  for (const middle of ["train-a", "train-b"]) {
    expect(startedAt(middle)).toBeGreaterThanOrEqual(stoppedAt("prepare"));
    expect(startedAt("compare")).toBeGreaterThanOrEqual(stoppedAt(middle));
  }
  expect(world.writes().filter((write) => write.includes("SubmitJob"))).toHaveLength(7);

  deleteAll(world);
  await world.untilGone(600);
  expect(liveNames(world.aws)).toEqual([]);
  expect([world.violations, world.denials]).toEqual([[], []]);
  expect(world.log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

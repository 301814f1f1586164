import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, vi } from "vitest";
import { runCli } from "../../../src/program.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { SimulatedCloud } from "../../../src/tools/simulated-cloud.ts";
import { MemorySource, started, temporaryDirectory } from "../local/given.ts";
import { testIo } from "../streams.ts";
import { serveRegions } from "./two-regions.ts";

/** The whole command `plan`, against an account behind HTTP. */

export const home = "us-east-1";
export const abroad = "eu-west-1";

export type Files = Readonly<Record<string, string>>;

/** Both regions of an account in which the operator has made what the files say. */
export async function accountWith(files: Files) {
  const clock = new VirtualClock();
  const cloud = new SimulatedCloud({ clock, random: seededRandom(1), region: home });
  const session = await started({
    clock,
    cloud,
    source: new MemorySource(files),
    flags: { simulate: false, clusterName: "team", until: "ready", allowedRegions: [abroad] },
  });
  expect(await session.end()).toBe(0);
  await clock.advance(10_000);
  const atHome = cloud.world(home);
  const fromAbroad = cloud.world(abroad);
  // From now on time does not advance.
  for (const { knobs } of [atHome, fromAbroad]) Object.assign(knobs, { latencyMs: 0, stalenessMs: 0 });
  vi.stubEnv("AWS_ENDPOINT_URL", await serveRegions({ [home]: atHome, [abroad]: fromAbroad }));
  return { atHome, fromAbroad, clock };
}

/** For every test of a file. */
export function withCredentials(): void {
  beforeEach(() => {
    vi.stubEnv("AWS_REGION", home);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "simulated");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "simulated");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  });
}

export function write(directory: string, files: Files): void {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
}

async function plan(directory: string, output: "text" | "json" | "markdown", ...flags: readonly string[]) {
  const { io, stdout, stderr } = testIo();
  const fixed = ["--aws-requests-per-second", "1000", "--allowed-regions", abroad];
  const args = ["plan", "-f", directory, "-o", output, ...fixed, ...flags];
  const exitCode = await runCli(args, io);
  expect(stderr.text).toBe("");
  return { exitCode, stdout: stdout.text.replaceAll(directory, "DIR").replaceAll(/-[0-9a-f]{8}\b/g, "-xxxxxxxx") };
}

export interface Shown {
  readonly exitCode: number;
  readonly text: string;
  readonly json: { readonly objects: readonly Readonly<Record<string, unknown>>[] } & Readonly<Record<string, unknown>>;
  readonly markdown: string;
}

/** The plan of a directory in each of its forms, which end alike. */
export async function planned(files: Files, ...flags: readonly string[]): Promise<Shown> {
  const directory = temporaryDirectory();
  write(directory, files);
  return await plannedFrom(directory, ...flags);
}

export async function plannedFrom(directory: string, ...flags: readonly string[]): Promise<Shown> {
  const text = await plan(directory, "text", ...flags);
  const json = await plan(directory, "json", ...flags);
  const markdown = await plan(directory, "markdown", ...flags);
  expect([json.exitCode, markdown.exitCode]).toEqual([text.exitCode, text.exitCode]);
  return { exitCode: text.exitCode, text: text.stdout, json: JSON.parse(json.stdout), markdown: markdown.stdout };
}

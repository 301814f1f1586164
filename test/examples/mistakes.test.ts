import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { ServedBatch } from "../../src/simulator/http.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { stateDirectory } from "../../src/tools/local/state.ts";
import type { Problem } from "../../src/tools/validation/problem.ts";
import { serveChecked } from "../simulator/checked-server.ts";
import { command, copyOf, edit, lineOf } from "./command.ts";
import { exampleNamed, examples } from "./examples.ts";
import { mistakes } from "./mistakes.ts";

it.each(examples)("$name is valid", async ({ name, directory }) => {
  const { exitCode, stdout } = await command(["validate", "-f", directory]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.at(-1)).toMatch(/^valid: \d+ objects? in \d files?$/);
  // For the one mistake that only AWS can detect there is a warning.
  const warned = name.endsWith("-impossible") ? [expect.stringContaining("(did you mean m6i.large?)")] : [];
  expect(lines.slice(0, -1)).toEqual(warned);
  expect(exitCode).toBe(0);
});

it("every example has a copy with a mistake", () => {
  expect([...new Set(mistakes.map(({ example }) => example))].sort()).toEqual(examples.map(({ name }) => name));
});

describe("a mistake is refused with its place", () => {
  let aws: SimulatedAws;
  let served: ServedBatch;

  beforeAll(async () => {
    aws = createSimulatedAws({ clock: new VirtualClock(), random: seededRandom(1) });
    served = await serveChecked(aws, { port: 0 });
    vi.stubEnv("AWS_ENDPOINT_URL", served.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await served.close();
  });

  it.each(mistakes)("$example: $what", async ({ example, file, from, to, at, field, says }) => {
    const directory = copyOf(exampleNamed(example));
    const path = join(directory, file);
    edit(path, from, to);
    const place = { file: path, line: lineOf(path, at), field };

    const validated = await command(["validate", "-f", directory, "-o", "json"]);
    expect(validated.exitCode).toBe(1);
    const { problems } = JSON.parse(validated.stdout) as { readonly problems: readonly Problem[] };
    const problem = problems.find((one) => one.field === field);
    expect(problem ?? problems).toMatchObject(place);
    expect([problem?.message, problem?.expected].join(" ")).toMatch(says);

    const inWords = await command(["validate", "-f", directory]);
    expect(inWords.stdout).toContain(`${place.file}:${place.line}:${problem?.column}: ${problem?.object}: ${field}: `);

    for (const cloud of [["--simulate"], ["--cluster-name", "mistakes", "--region", "us-east-1"]]) {
      const ran = await command(["local", "-f", directory, "--until", "ready", "-o", "json", ...cloud]);
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toContain(`${place.file}:${place.line}:${problem?.column}: `);
      expect(JSON.parse(ran.stdout)).toEqual({ type: "edit", valid: false, problems });
    }
    expect(existsSync(join(directory, stateDirectory))).toBe(false);
    expect(aws.log).toEqual([]);
  });

  it("classic-ec2: an image of Amazon Linux 2, which AWS refuses for what is new", async () => {
    const directory = copyOf(exampleNamed("classic-ec2"));
    const path = join(directory, "compute-environment.yaml");
    edit(path, "    minvCpus: 0\n", "    minvCpus: 0\n    ec2Configuration: [{imageType: ECS_AL2}]\n");
    const { exitCode, stdout } = await command(["validate", "-f", directory]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${path}:${lineOf(path, "ECS_AL2")}:`);
    expect(stdout).toContain("use ECS_AL2023, or an image of yours as imageIdOverride");
    expect(stdout).toContain("AWS changes the imageType of an existing environment in place where spec.updatePolicy");
  });
});

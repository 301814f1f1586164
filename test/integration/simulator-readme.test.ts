import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { motoPython } from "./control-plane/moto.ts";
import { runOrFail } from "./control-plane/run.ts";

/** The examples in the simulator's README, as a person copies them; the one in TypeScript is in `packaging/release-check`. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "bin/aws-batch-simulator.js");
let readme = "";
let python = "";

beforeAll(async () => {
  readme = await readFile(join(root, "src/simulator/README.md"), "utf8");
  python = await motoPython();
});

function example(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(readme) ?? [];
  if (text === undefined) throw new Error(`the README has no example in ${language}`);
  return text;
}

/** Commands by the name that a person types, in a directory for PATH. */
async function commands(scripts: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  const directory = await mkdtemp(join(tmpdir(), "commands-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(directory, name), `#!/bin/sh\nexec ${script} "$@"\n`);
    await chmod(join(directory, name), 0o755);
  }
  return { PATH: [directory, process.env["PATH"]].join(delimiter), NO_COLOR: "1" };
}

/** The program, as soon as it listens. @returns its URL */
async function started(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, "--port", "0", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("the simulator ended");
}

it("the commands of the AWS CLI submit a job", async () => {
  const url = await started("--speed", "1000");
  const environment = await commands({ aws: `'${python}' -m awscli` });
  const script = example("sh").replaceAll("http://127.0.0.1:4566", url);
  const said = await runOrFail("sh", ["-e", "-c", script], { environment });
  expect(said).toContain('"jobName": "first"');
});

it("the test in Python passes, and fails for a job that fails", async () => {
  const environment = await commands({ "aws-batch-simulator": `'${process.execPath}' '${program}'` });
  const script = example("python");
  await runOrFail(python, ["-W", "error", "-c", script], { environment });
  const failing = script.replace('["echo", "hello"]', '["false"]');
  expect(failing).not.toBe(script);
  await expect(runOrFail(python, ["-c", failing], { environment })).rejects.toThrow("FAILED, not SUCCEEDED");
});

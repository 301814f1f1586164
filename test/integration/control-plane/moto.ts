import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { python } from "../../../scripts/test/tools.ts";
import { cachePath, madeOnce, type Progress } from "./cache.ts";
import { Child } from "./child.ts";
import { printProgress } from "./parts.ts";
import { freePorts } from "./ports.ts";
import { runOrFail } from "./run.ts";

/** An AWS emulator that was not written here: IAM (with AWS's managed policies), EC2, STS, Batch. */
export interface Moto {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Forgets everything that was made in it. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const requirements = fileURLToPath(new URL("moto/requirements.txt", import.meta.url));

/** @throws Error that says what is missing when moto cannot be installed */
export async function startMoto(progress: Progress = printProgress): Promise<Moto> {
  const program = await motoPython(progress);
  const directory = await mkdtemp(join(tmpdir(), "aws-batch-operator-moto-"));
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = new Child({
    name: "moto_server",
    program,
    // The script that pip has made names the path at which it was made; a cache may be reached by another.
    args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    logFile: join(directory, "moto.log"),
    environment: { MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await child.untilReady(async () => (await fetch(`${url}/moto-api/data.json`)).ok);
  } catch (error) {
    await stop();
    throw error;
  }
  const reset = async (): Promise<void> => {
    const { ok, status } = await fetch(`${url}/moto-api/reset`, { method: "POST" });
    if (!ok) throw new Error(`moto's reset answered ${status}`);
  };
  return { url, reset, stop };
}

/** The Python of a virtual environment that has moto and boto3. Such an environment cannot be moved: it is made in place. */
export async function motoPython(progress: Progress = printProgress): Promise<string> {
  const pinned = await readFile(requirements);
  const directory = cachePath(`moto-${createHash("sha256").update(pinned).digest("hex").slice(0, 12)}`);
  await madeOnce(join(directory, "complete"), progress, async () => {
    const why = python.missing();
    if (why !== undefined) throw new Error(`moto needs Python 3.11 or later with venv: ${why}; ${python.install}`);
    progress("installing moto (an AWS emulator) from PyPI, about a minute the first time");
    await rm(directory, { recursive: true, force: true });
    await runOrFail("python3", ["-m", "venv", directory]);
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
    await runOrFail(join(directory, "bin/pip"), ["install", ...quiet, "--require-hashes", "-r", requirements]);
    await writeFile(join(directory, "complete"), "");
  });
  return join(directory, "bin/python3");
}

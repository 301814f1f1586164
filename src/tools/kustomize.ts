import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CommandError, type Environment } from "../operator/io.ts";
import { shell } from "../runtime/shell.ts";

/** A rendered kustomization may have several objects of the largest size. */
const outputBytesMax = 64 * 1024 * 1024;

/**
 * Renders a kustomization with the kubectl of the person: the version that applies it decides what it means.
 *
 * @returns YAML documents
 * @throws CommandError when there is no kubectl, or with kubectl's own words when it cannot render the directory
 */
export async function kustomized(directory: string, env: Environment, signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("kubectl", ["kustomize", directory], {
      env,
      signal,
      maxBuffer: outputBytesMax,
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code, stderr = "" } = error as Error & { readonly code?: unknown; readonly stderr?: string };
    const reason =
      code === "ENOENT"
        ? `there is no kubectl on the PATH. Install it, or give what kustomize renders: ${shell`kustomize build ${directory} | aws-batch-operator validate -f -`}`
        : `${shell`kubectl kustomize ${directory}`} failed: ${stderr.trim() || error.message}`;
    throw new CommandError(reason, { cause: error });
  }
}

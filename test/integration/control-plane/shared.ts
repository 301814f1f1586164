import { describe, inject, test } from "vitest";
import { Cluster, type ClusterAccess } from "./cluster.ts";

/** The tier's one control plane, or why there is none. */
export type SharedControlPlane =
  | { readonly kind: "running"; readonly access: ClusterAccess }
  | { readonly kind: "missing"; readonly reason: string };

declare module "vitest" {
  interface ProvidedContext {
    /** Set by test/integration/global-setup.ts. */
    readonly controlPlane: SharedControlPlane;
  }
}

/**
 * A suite against the tier's control plane: CRDs installed, controller manager running, shared by all test files, so
 * each uses namespaces of its own. Tests that stop or freeze servers start a control plane of their own inside of it.
 * Skipped with the reason in its name where the parts are missing; under CI the tier has failed before.
 */
export function describeOnCluster(name: string, suite: (cluster: Cluster) => void): void {
  const shared = inject("controlPlane");
  if (shared.kind === "running") {
    describe(name, () => suite(new Cluster(shared.access)));
    return;
  }
  describe.skip(name, () => {
    test(`has no control plane: ${shared.reason.split("\n")[0]}`, () => undefined);
  });
}

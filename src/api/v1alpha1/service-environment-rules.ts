import type { ValidationRule } from "../crd.ts";
import { immutable, immutableRegion } from "./common.ts";

/** Rules of a service environment: what AWS rejects, and immutable fields. */
export const serviceEnvironmentRules: readonly ValidationRule[] = [
  {
    rule: "self.capacityLimits.size() == 1 || self.capacityLimits.all(limit, limit.capacityUnit != 'NUM_INSTANCES')",
    message:
      "limits are either one number of all instances (NUM_INSTANCES) or up to five by instance type: keep one kind",
    fieldPath: ".capacityLimits",
  },
  immutableRegion,
  immutable("serviceEnvironmentName", "revert the change; for another name create a new object"),
];

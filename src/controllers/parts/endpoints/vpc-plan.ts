/** Plans what is written in a VPC for all objects that use its endpoints. Pure. */

import { nextWrites } from "./creating.ts";
import { lastWrites } from "./leaving.ts";
import { nothing, settling, type VpcPlan } from "./next.ts";
import type { VpcSeen } from "./seen.ts";

export function vpcPlan(vpc: VpcSeen): VpcPlan {
  switch (vpc.keeper?.part) {
    case "asks": {
      const plan = nextWrites(vpc);
      return plan.next !== undefined && vpc.justWritten ? { ...plan, next: settling(vpc, "CreatingEndpoints") } : plan;
    }
    case "leaves":
      return lastWrites(vpc, vpc.keeper);
    case "stays":
    case undefined:
      return nothing;
  }
}

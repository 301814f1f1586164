import { expect, test } from "vitest";
import type { JobDetail } from "../../../src/aws/batch.ts";
import { named } from "../../../src/tools/jobs/words.ts";

test.each<[Partial<JobDetail>, string | undefined, string]>([
  [{ jobName: "default_map_uid" }, "default/map", "default/map"],
  [{ jobName: "map" }, undefined, "map"],
  [{ jobName: "default_map_uid", arrayProperties: { index: 3 } }, "default/map", "default/map:3"],
  [{ jobName: "map", arrayProperties: { size: 5 } }, undefined, "map"],
  [{ jobName: "nodes", nodeDetails: { nodeIndex: 0 } }, undefined, "nodes#0"],
])("%j is called by the name of its object and its index in the whole", (job, name, called) => {
  expect(named(job as JobDetail, name).jobName).toBe(called);
});

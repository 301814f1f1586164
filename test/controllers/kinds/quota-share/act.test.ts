import { expect, it } from "vitest";
import { QuotaShareKind } from "../../../../src/api/v1alpha1/kinds.ts";
import type { Action } from "../../../../src/controllers/kinds/quota-share/delete.ts";
import { acts } from "../../../../src/controllers/kinds/quota-share.ts";
import { carryOut } from "../../../../src/controllers/kinds/resource/act.ts";
import { resourceEvents } from "../../../../src/controllers/kinds/resource/events.ts";
import { fakeRegion } from "../../region.ts";
import { arn, spec } from "./given.ts";

const name = "team_q/team_research";
const { preemptionConfiguration, resourceSharingConfiguration } = spec;
const created = { capacityLimits: [], preemptionConfiguration, resourceSharingConfiguration };

it.each<[Action, string, string]>([
  [
    { kind: "create", name, request: { quotaShareName: "team_research", jobQueue: "team_q", ...created } },
    `createQuotaShare ${name}`,
    `Created creating quota share ${name}`,
  ],
  [
    { kind: "update", name, request: { quotaShareArn: arn }, paths: ["spec.state"] },
    `updateQuotaShare ${name}`,
    `Updated updating ${name}: spec.state`,
  ],
  [
    { kind: "disable", name, request: { quotaShareArn: arn, state: "DISABLED" } },
    `updateQuotaShare ${name}`,
    `Disabled ${name} takes no new jobs`,
  ],
  [
    { kind: "tag", purpose: "adopt", name, arn, change: { set: { a: "1" }, remove: [] } },
    "changeTags team_research",
    `Adopted changed the tags of ${name}`,
  ],
  [{ kind: "delete", name, arn, jobIds: [] }, `deleteQuotaShare ${name}`, `Deleting deleting quota share ${name}`],
])("carries out %j", async (action, call, event) => {
  const region = fakeRegion();
  await carryOut(acts, action, region, new AbortController().signal);
  expect(region.calls).toEqual([call]);
  expect(resourceEvents(action, QuotaShareKind.noun).map(({ reason, note }) => `${reason} ${note}`)).toEqual([event]);
});

import { expect, it } from "vitest";
import { askedNames } from "../../../src/controllers/references/asked-names.ts";
import { object as queueObject } from "../kinds/job-queue/given.ts";
import { object as share } from "../kinds/quota-share/given.ts";
import { arn, object } from "../kinds/scheduling-policy/given.ts";
import { objectsOf } from "../region.ts";

it("asks AWS for the names that objects of the region have or reference", () => {
  const objects = objectsOf([
    object(),
    object({ name: "mine" }, { name: "b" }),
    object({ region: "us-east-1" }, { name: "far" }),
    queueObject({ schedulingPolicyArn: `${arn}er` }),
    // AWS may refuse the whole read in which one name is none.
    queueObject({ schedulingPolicyArn: `${arn} er` }),
    queueObject({ schedulingPolicyArn: `${arn}${"x".repeat(128)}` }),
    queueObject({ schedulingPolicyRef: { name: "fair" } }),
  ]);
  const names = askedNames("schedulingPolicies", "eu-west-1", objects);
  expect([...names.keys()]).toEqual(["team"]);
  expect([...(names.get("team") ?? [])].toSorted()).toEqual(["mine", "team_fair", "team_fairer"]);
});

it("asks for quota shares in the queues that are known", () => {
  const objects = objectsOf([share(), share({ jobQueueRef: { name: "none" } }, { name: "b" }), queueObject()]);
  const names = askedNames("quotaShares", "eu-west-1", objects);
  expect(names).toEqual(new Map([["team", new Set(["team_q/team_research"])]]));
});

it("asks for each name on behalf of every namespace that gives it", () => {
  const elsewhere = queueObject({ schedulingPolicyArn: arn });
  const objects = objectsOf([object(), { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: "other" } }]);
  const names = askedNames("schedulingPolicies", "eu-west-1", objects);
  expect(names).toEqual(new Map(["team", "other"].map((namespace) => [namespace, new Set(["team_fair"])])));
});

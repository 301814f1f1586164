import { describe, expect, test } from "vitest";
import { queueFindings } from "../../../src/tools/validation/quota-shares.ts";
import { awsNameFindings, byAwsIdentity, byName, type Named } from "../../../src/tools/validation/references.ts";
import { quotaShare, sharedQueue } from "../../manifests.ts";

const named = ({ kind, metadata, spec }: ReturnType<typeof quotaShare>): Named => ({
  kind,
  namespace: "team",
  name: metadata.name,
  spec,
});
const [policy, service, queue] = sharedQueue("train").map(named) as [Named, Named, Named];
const share = named(quotaShare("research", "train"));
const changed = (one: Named, change: object): Named => ({ ...one, spec: { ...(one.spec as object), ...change } });
const messages = (...others: readonly Named[]): readonly string[] =>
  queueFindings(share, byName([share, ...others])).map(({ message }) => message.split(", and AWS takes")[0] ?? "");

describe("the queue of a quota share", () => {
  test.each<[string, readonly Named[], readonly string[]]>([
    ["may have one", [policy, service, queue], []],
    ["is not judged where it is not among the manifests", [], []],
    ["is not judged without a spec", [{ ...queue, spec: undefined }], []],
    [
      "has to be of SageMaker",
      [policy, service, changed(queue, { jobQueueType: "ECS" })],
      ["JobQueue team/train is not of type SAGEMAKER_TRAINING"],
    ],
    [
      "needs a policy",
      [service, changed(queue, { schedulingPolicyRef: undefined })],
      ["JobQueue team/train has no scheduling policy"],
    ],
    [
      "may have a policy of AWS",
      [changed(queue, { schedulingPolicyRef: undefined, schedulingPolicyArn: "arn:p" })],
      [],
    ],
    [
      "needs a policy with shares",
      [changed(policy, { quotaSharePolicy: undefined }), service, queue],
      ["JobQueue team/train has the policy quotas, which has no quotaSharePolicy"],
    ],
    [
      "needs limits by instance type",
      [policy, changed(service, { capacityLimits: [{ capacityUnit: "NUM_INSTANCES", maxCapacity: 1 }] }), queue],
      ["JobQueue team/train has the service environment sm, which has a limit in NUM_INSTANCES"],
    ],
  ])("%s", (_name, others, expected) => {
    expect(messages(...others)).toEqual(expected);
  });

  test("is a matter of quota shares alone", () => {
    expect(queueFindings(queue, byName([queue]))).toEqual([]);
  });
});

test("quota shares of one name are different ones in different queues", () => {
  const same = { quotaShareName: "mine" };
  const [a, b, c] = [
    named(quotaShare("a", "train", same)),
    named(quotaShare("b", "train", same)),
    named(quotaShare("c", "other", same)),
  ];
  const all = [queue, { ...queue, name: "other" }, a, b, c];
  const found = (one: Named) => awsNameFindings(one, byName(all), byAwsIdentity(all)).map(({ message }) => message);
  expect([found(a), found(c)]).toEqual([
    ["QuotaShare team/b has the same name in AWS: give one of the two another quotaShareName"],
    [],
  ]);
  const lost = { ...a, spec: { ...(a.spec as object), jobQueueRef: { name: "none" } } };
  expect(awsNameFindings(lost, byName([lost]), byAwsIdentity([lost]))).toEqual([]);
});

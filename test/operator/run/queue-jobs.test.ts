import { expect, test } from "vitest";
import type { Operator } from "../../../src/operator/operator.ts";
import { waitingJobs } from "../../../src/operator/run/queue-jobs.ts";

const jobs = { runnable: { count: 3, more: false }, head: undefined };

/** An operator of the cluster "one" that has seen the jobs of this queue, and has an object of its name. */
function operatorWith(tags: Readonly<Record<string, string>>, name = "team_q"): Operator {
  const queue = { jobQueueName: name, tags };
  return {
    objects: { get: () => ({ metadata: { namespace: "team", name: "q" }, spec: {} }) },
    ports: { cluster: { name: "one", uid: "u" } },
    observed: () => [
      { snapshot: () => ({ jobQueues: new Map([[name, queue]]) }), jobsSeen: () => ({ kind: "read", jobs }) },
    ],
  } as unknown as Operator;
}

const ours = {
  "awsbatch.dev/cluster": "one",
  "awsbatch.dev/cluster-uid": "u",
  "awsbatch.dev/namespace": "team",
  "awsbatch.dev/name": "q",
  "awsbatch.dev/uid": "o",
};

test.each([
  ["is of its object", operatorWith(ours), [{ namespace: "team", name: "q", jobs }]],
  ["of another cluster is of none of ours", operatorWith({ ...ours, "awsbatch.dev/cluster": "two" }), []],
  ["that nobody owns is of none", operatorWith({}), []],
  ["of another name is not the object's", operatorWith(ours, "team_other"), []],
])("a queue with waiting jobs that %s", (_what, operator, expected) => {
  expect(waitingJobs(operator)).toEqual(expected);
});

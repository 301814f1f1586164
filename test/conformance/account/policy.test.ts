import { expect, onTestFinished, test } from "vitest";
import { type Permitted, type Policy, policyFor } from "../../../conformance/account/policy.ts";
import { cleanRun, conform } from "../../../conformance/run/conform.ts";
import { isAllowed, type Request } from "../../policy/evaluator.ts";
import { requestsOf } from "../../policy/requests.ts";
import { killedAfter, request, simulated } from "../simulated.ts";

const where = { account: "123456789012", region: "us-east-1", partition: "aws" };
const plain: Permitted = { network: false, instances: false };
const all: Permitted = { network: true, instances: true };

/** All that AWS asks of the caller's policy in a whole run, and in the removal of one that was killed. */
async function asked(permitted: Permitted): Promise<readonly Request[]> {
  const { aws, ports, ended } = await simulated();
  const requests = new Map<string, Request>();
  onTestFinished(
    aws.onEffect((call, phase) => {
      if (phase === "after") return;
      for (const one of requestsOf(aws, call, { ofMissing: {} }) ?? []) requests.set(JSON.stringify(one), one);
    }),
  );
  const { instances } = permitted;
  const network = permitted.network ? "own" : { subnet: "subnet-1" };
  await ended(conform(request({ instances, network }), ports));
  const killed = { ...ports, account: killedAfter(ports.account, 110) };
  await ended(conform(request({ id: "def456", only: "queue", network }), killed));
  await ended(cleanRun("def456", ports));
  return [...requests.values()];
}

function denied(by: Policy, requests: readonly Request[]): readonly string[] {
  return requests
    .filter((one) => !isAllowed(by, one))
    .map(({ action, resource, context }) => `${action} on ${resource} ${JSON.stringify(context)}`);
}

test.for([
  { run: "a run", permitted: plain },
  { run: "a run with a network of its own and an instance", permitted: all },
])("the printed policy allows each call of $run, and no part of it can be left out", async ({ permitted }) => {
  const requests = await asked(permitted);
  const policy = policyFor(where, permitted);
  expect(denied(policy, requests)).toEqual([]);

  const without = (change: (statement: Policy["Statement"][number]) => Policy["Statement"]): Policy => ({
    ...policy,
    Statement: policy.Statement.flatMap(change),
  });
  const parts = policy.Statement.flatMap(({ Sid, Action }) => Action.map((action) => ({ Sid, action })));
  const idle = parts.filter(({ Sid, action }) => {
    const less = without((one) =>
      one.Sid === Sid ? [{ ...one, Action: one.Action.filter((other) => other !== action) }] : [one],
    );
    return denied(less, requests).length === 0;
  });
  expect(idle).toEqual([]);
});

test("a managed policy of IAM has room for the printed policy", () => {
  // IAM does not count white space.
  expect(JSON.stringify(policyFor(where, all)).length).toBeLessThan(6144);
});

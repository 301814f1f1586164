import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import {
  isRolledOut,
  rolledOut,
  rolloutOf,
  rolloutTags,
  rolloutValue,
} from "../../../../src/controllers/kinds/compute-environment/rollout.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { chosen, ec2, environment, object, seen, withResources } from "./given.ts";

const updatePolicy = { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 };
const desired: BatchComputeEnvironmentSpec = { ...ec2, updatePolicy, rolloutToken: "v2" };
const noting = (value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { "awsbatch.dev/rollout-token": value };
const given = (value: string | undefined, change: Partial<Environment> = {}): Environment =>
  environment("old", ec2, { updatePolicy, ...change, tags: { ...noting(value), ...change.tags } });
const asked = (value: string | undefined, token: string): string => rolloutOf(token, given(value)).ask ?? "";

describe("what the tag of a rollout records", () => {
  it.each<[string, string | undefined, string | undefined]>([
    ["of none", undefined, undefined],
    ["of one that is done", "v1", "v1"],
    ["of the first one that is asked for", asked(undefined, "v2"), undefined],
    ["of one that is asked for after another one", asked("v1", "v2"), "v1"],
    ["of one that is asked for instead of another one", asked(asked("v1", "v2"), "v3"), "v1"],
  ])("%s", (_name, value, done) => {
    expect(rolledOut(noting(value)).token).toBe(done);
  });

  it("is what AWS takes as the value of a tag, however long the token before was", () => {
    const value = asked("x".repeat(256), "v2");
    expect(value).toMatch(/^x+@asked:[0-9a-f]{8}$/);
    expect(value).toHaveLength(256);
  });

  it.each([
    { token: undefined, templateVersion: "7" },
    { token: "v1", templateVersion: "7/12" },
    { token: "@v:1", templateVersion: "7" },
    { token: "v1", templateVersion: undefined },
    { token: undefined, templateVersion: undefined },
  ])("is read as it was written: %o", (rollout) => {
    expect(rolledOut(rolloutTags(rollout))).toEqual(rollout);
  });

  it("has room for the longest token next to a version, and knows it again", () => {
    const token = "x".repeat(256);
    const tags = rolloutTags({ token, templateVersion: "7" });
    expect(tags["awsbatch.dev/rollout-token"]).toMatch(/^template:7@x+:[0-9a-f]{8}$/);
    expect(isRolledOut(tags, token)).toBe(true);
    expect(isRolledOut(tags, `${token.slice(1)}y`)).toBe(false);
    const asks = rolloutOf(
      rolloutValue({ token: "v2", templateVersion: "8" }) ?? "",
      given(Object.values(tags)[0]),
    ).ask;
    expect(asks?.length).toBeLessThanOrEqual(256);
  });

  it("is written once for a token", () => {
    expect(rolloutOf("v2", given(asked("v1", "v2")))).toEqual({ token: "v2", ask: undefined });
    expect(rolloutOf("v3", given(asked("v1", "v2"))).ask).toMatch(/^v1@asked:/);
  });

  it("never asks again for a token that resembles a mark", () => {
    expect(isRolledOut(noting("v1@asked:00000000"), "v1@asked:00000000")).toBe(true);
  });
});

describe("a rollout in place", () => {
  const mark = asked("v1", "v2");
  const summary = (environments: readonly Environment[], change: Partial<Seen> = {}, spec = desired): string => {
    const { next } = chosen(object(spec), seen(spec, { environments, ...change }));
    if (next.kind !== "act") return `${next.kind} ${next.reason}`;
    const { action } = next;
    if (action.kind === "tag") {
      return `tag ${action.purpose} ${action.items.map(({ change: tags }) => tags.set["awsbatch.dev/rollout-token"]).join()}`;
    }
    return action.kind === "update" ? `update ${action.rollout?.ask ?? "as asked"}` : action.kind;
  };
  const known = (taken: boolean, token = "v2"): Partial<Seen> => ({ rollouts: new Map([["old", { token, taken }]]) });
  const updating = { status: "UPDATING" } as const;
  const settled = new Set(["old"]);

  it.each<[string, Environment, Partial<Seen>, string]>([
    ["is marked and asked for", given("v1"), {}, `update ${mark}`],
    ["is asked for under the mark that is there", given(mark), {}, "update as asked"],
    ["is asked for again that AWS has refused", given(mark), known(false), "update as asked"],
    ["is noted that AWS has taken", given(mark, updating), known(true), "tag rollout v2"],
    ["is noted that AWS has taken, also when it is over", given(mark), known(true), "tag rollout v2"],
    ["is noted again when somebody has removed the note", given(undefined), known(true), "tag rollout v2"],
    ["is noted that is under way for whoever was here before", given(mark, updating), { settled }, "tag rollout v2"],
    ["is not taken for under way by a read that may be old", given(mark, updating), {}, "wait Updating"],
    [
      "is not taken for under way when this process has not asked for it yet",
      given(mark, updating),
      { ...known(false), settled },
      "wait Updating",
    ],
    ["is not taken for under way for another update", given("v1", updating), { settled }, "wait Updating"],
    ["is asked for although another one is known", given("v1"), known(true, "v1"), `update ${mark}`],
    ["is at rest when it is done", given("v2"), known(true), "serves Available"],
  ])("%s", (_name, environmentSeen, change, expected) => {
    expect(summary([environmentSeen], change)).toBe(expected);
  });

  it("that may be under way is checked each second until AWS surely shows it", () => {
    const { next } = chosen(object(desired), seen(desired, { environments: [given(mark, updating)] }));
    expect(next).toEqual({ kind: "wait", reason: "Updating", message: "old is being updated", checkInMs: 1000 });
  });

  it("reports what it notes", () => {
    const around = seen(desired, { environments: [given(mark)], ...known(true) });
    expect(chosen(object(desired), around).next).toMatchObject({
      reason: "Updating",
      message: 'AWS gives old fresh instances, which is noted in its tags: "v2"',
      action: { items: [{ name: "old", arn: given(mark).computeEnvironmentArn, change: { remove: [] } }] },
    });
  });

  it("that is no longer desired leaves no mark, after everything else", () => {
    const before: BatchComputeEnvironmentSpec = { ...desired, rolloutToken: "v1" };
    expect(summary([given(mark)], {}, before)).toBe("tag userTags v1");
    expect(summary([given(mark)], {}, withResources(before, { maxvCpus: 9 }))).toBe("update as asked");
  });

  it("that is reported says for which token there are instances now", () => {
    const { change } = chosen(object(desired), seen(desired, { environments: [given(mark)] }));
    expect(change).toMatchObject({ changes: [{ path: "spec.rolloutToken", from: '"v1"', to: '"v2"' }] });
  });

  it("is none of a spec without a token", () => {
    const { rolloutToken: _token, ...without } = desired;
    expect(summary([given(mark, updating)], { settled }, without)).toBe("wait Updating");
    expect(summary([given(mark)], {}, without)).toBe("serves Available");
  });
});

import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { momentAfter, momentOf } from "../../../../src/controllers/kinds/compute-environment/timestamps.ts";
import { chosen, directives, ec2, environment, now, object, queue, seen } from "./given.ts";
import { fresh, id, iso, old, other } from "./replaced.ts";

describe("a moment that is noted", () => {
  it("is in whole seconds, and comes a second after all that it follows, whatever the clock says", () => {
    expect(momentAfter(now, [])).toBe(iso(0));
    expect(momentAfter(now, [momentOf(iso(5)), momentOf(undefined)])).toBe(iso(0));
    expect(momentAfter(now, [momentOf(iso(-111)), momentOf(iso(-90))])).toBe(iso(-112));
    expect(momentAfter(now, [momentOf(iso(0))])).toBe(iso(-1));
  });

  it("comes before all others when it is missing, or is not a date", () => {
    expect(momentOf(undefined)).toBe(Number.NEGATIVE_INFINITY);
    expect(momentOf("some day")).toBe(Number.NEGATIVE_INFINITY);
  });
});

/** A replica with a clock that is behind continues where another one has ended. */
describe("where the clock is behind what was noted", () => {
  /** What is planned, time after time, when AWS has each tag as it was asked for. */
  function reasons(spec: BatchComputeEnvironmentSpec, change: Partial<Seen>): readonly string[] {
    const summary: string[] = [];
    let { environments = [] } = change;
    for (;;) {
      const { next } = chosen(object(spec), seen(spec, { ...change, environments }));
      const { action } = next.kind === "act" ? next : { action: undefined };
      summary.push(action?.kind === "tag" ? `tag ${action.purpose}` : next.reason);
      if (action?.kind !== "tag" || summary.length === 9) return summary;
      const { items } = action;
      environments = environments.map((one) => {
        const tags = items.find(({ name }) => name === one.computeEnvironmentName)?.change.set;
        return { ...one, tags: { ...one.tags, ...tags } };
      });
    }
  }

  const noted = (tags: Readonly<Record<string, string>>): Partial<Environment> => ({ tags });
  const servingSince = (secondsAgo: number) => ({ "awsbatch.dev/serving-since": iso(secondsAgo) });
  const returnedAt = (secondsAgo: number) => ({ "awsbatch.dev/returned-at": `${iso(secondsAgo)}/${id}` });
  const queues = [queue("q1", ["new"])];

  it("the soak of one that serves again after a later one begins once", () => {
    const environments = [old(noted(servingSince(-111))), fresh(noted(servingSince(300)))];
    expect(reasons(other, { environments, queues })).toEqual(["tag serving", "Soaking"]);
  });

  it("the soak of one that serves again after queues had gone back from it begins once", () => {
    const approved = { directives: { ...directives, approved: `${id}/Repoint@${iso(-111)}` } };
    const environments = [old(), fresh(noted({ ...servingSince(300), ...returnedAt(-111) }))];
    expect(reasons(other, { environments, queues, ...approved })).toEqual(["tag serving", "Soaking"]);
  });

  it("queues go back once from one that AWS finds INVALID after it has served", () => {
    const invalid = { ...fresh(noted(servingSince(-111))), status: "INVALID" as const };
    const there = [queue("q1", ["old"])];
    expect(reasons(other, { environments: [old(), invalid], queues: there })).toEqual(["tag returned", "Invalid"]);
  });

  it("notes that are not dates are corrected once", () => {
    const garbage = { "awsbatch.dev/serving-since": "some day" };
    const environments = [old(noted(garbage)), fresh(noted({ ...garbage, ...returnedAt(300) }))];
    const approved = { directives: { ...directives, approved: `${id}/Repoint@${iso(300)}` } };
    expect(reasons(other, { environments, queues, ...approved })).toEqual(["tag serving", "Soaking"]);
  });

  it("an environment that is created is the newest all the same", () => {
    const environments = [environment("old", ec2, noted({ "awsbatch.dev/created-at": iso(-111) }))];
    expect(chosen(object(other), seen(other, { environments })).next).toMatchObject({
      action: { kind: "create", request: { tags: { "awsbatch.dev/created-at": iso(-112) } } },
    });
  });

  it("another attempt is the newest all the same", () => {
    const statusReason = "CLIENT_ERROR - Not authorized to perform sts:AssumeRole";
    const failed = environment(`team_ce-${id}`, other, {
      status: "INVALID",
      statusReason,
      ...noted({ "awsbatch.dev/created-at": iso(120) }),
    });
    const environments = [old(noted({ "awsbatch.dev/created-at": iso(-111) })), failed];
    expect(chosen(object(other), seen(other, { environments })).next).toMatchObject({
      action: { kind: "create", request: { tags: { "awsbatch.dev/created-at": iso(-112) } } },
    });
  });
});

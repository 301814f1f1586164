import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { networkInMs, networkStatus } from "../../../../src/controllers/parts/network/report.ts";
import type { NetworkSeen } from "../../../../src/controllers/parts/network/seen.ts";
import { misconfigurations } from "../../../network/misconfigurations.ts";
import { type Case, check, publicNetwork } from "../../../network/networks.ts";
import { chosen, ec2, environment, object, queue, seen } from "../../kinds/compute-environment/given.ts";
import { broken, enforced, minute } from "./given.ts";

function checked(given: Case): NetworkSeen {
  return { kind: "checked", preflight: check(given), checkInMs: minute };
}

describe("what is reported of the network", () => {
  const valid = { environments: [environment("ce")], queues: [queue("q", ["ce"])] };

  it("a path everywhere is True and says so", () => {
    const { conditions, next } = chosen(object(), seen(ec2, { ...valid, network: checked(publicNetwork()) }));
    expect(conditions).toEqual([
      {
        type: "NetworkReady",
        status: "True",
        reason: "PathsFound",
        message: "every subnet has a path to what instances need",
      },
    ]);
    expect(next).toMatchObject({ checkInMs: minute });
  });

  it.each(misconfigurations.map((row) => [row.name, row] as const))("%s: cause, objects and fix", (_name, row) => {
    const network = checked(row.given);
    const { conditions, next } = chosen(object(), seen(ec2, { ...valid, network }));
    expect(conditions[0]).toMatchObject({ type: "NetworkReady", status: expect.stringMatching(/False|Unknown/) });
    expect(conditions[0]?.message.length).toBeGreaterThan(20);
    if (row.remedies.length > 0) expect(conditions[0]?.message).toContain("Fix: ");
    // A warning is all that it is.
    expect(next.kind).not.toBe("blocked");
    const shown = networkStatus(object(), network) as { network: { findings: { cause: string }[] } };
    expect(shown.network.findings.map(({ cause }) => cause)).toContain(row.cause);
  });

  it.each<[string, NetworkSeen | undefined, number | undefined]>([
    ["whose facts are about to come", { kind: "pending", checkInMs: 1000 }, 1000],
    ["whose facts do not come", { kind: "pending", checkInMs: 10_000 }, undefined],
    ["that is checked", checked(publicNetwork()), undefined],
    ["that nobody checks", undefined, undefined],
  ])("a network %s is waited for accordingly", (_what, network, ms) => {
    expect(networkInMs(network)).toBe(ms);
  });

  it("Enforce makes nothing that could not work", () => {
    const { next } = chosen(object(enforced), seen(enforced, { network: checked(broken) }));
    expect(next).toMatchObject({ kind: "blocked", reason: "NetworkNotReady", checkInMs: minute });
    expect(next.message).toMatch(
      /^nothing is created, because spec.network.preflight is Enforce. subnet-a and subnet-b: /,
    );
  });

  it("Enforce waits for the facts before it makes anything", () => {
    const network = { kind: "pending", checkInMs: 5000 } as const;
    const { next } = chosen(object(enforced), seen(enforced, { network }));
    expect(next).toMatchObject({ kind: "wait", reason: "CheckingNetwork", checkInMs: 5000 });
    expect(chosen(object(), seen(ec2, { network })).next).toMatchObject({ kind: "act" });
  });

  it("Enforce says of what is there already that it cannot work", () => {
    const { next } = chosen(object(enforced), seen(enforced, { ...valid, network: checked(broken) }));
    expect(next).toMatchObject({ kind: "blocked", reason: "NetworkNotReady" });
    expect(next.message).toMatch(/^instances cannot join. /);
  });

  it("Enforce holds nothing back for what could not be read, or for single jobs", () => {
    const unread = { kind: "unread", message: "no", checkInMs: minute } as const;
    const dark = misconfigurations.find(({ cause }) => cause === "NotPermitted")?.given ?? broken;
    const jobsOnly = misconfigurations.find(({ name }) => name.startsWith("an image of Docker Hub"))?.given ?? broken;
    for (const network of [unread, checked(dark), checked(jobsOnly)]) {
      expect(chosen(object(enforced), seen(enforced, { network })).next.kind).toBe("act");
    }
  });

  it("an EC2 that cannot be opened is Unknown", () => {
    const network = { kind: "unread", message: "GetCallerIdentity: no", checkInMs: minute } as const;
    const { conditions } = chosen(object(), seen(ec2, { ...valid, network }));
    expect(conditions).toMatchObject([{ status: "Unknown", reason: "NotReadable" }]);
  });

  it("after a restart the last report stays until something newer is known", () => {
    const before = { type: "NetworkReady", status: "False", reason: "NoRoute", message: "subnet-a: no route" } as const;
    const condition = { ...before, lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
    const network = { state: "Unreachable" } as const;
    const restarted = { ...object(), status: { conditions: [condition], network } } as BatchComputeEnvironment;
    const pending = { kind: "pending", checkInMs: 5000 } as const;
    expect(chosen(restarted, seen(ec2, { ...valid, network: pending })).conditions).toEqual([before]);
    expect(networkStatus(restarted, pending)).toEqual({ network });
    expect(networkStatus(restarted, undefined)).toEqual({});
  });
});

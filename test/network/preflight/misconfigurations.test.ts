import { describe, expect, it } from "vitest";
import { objectsOf, type Remedy, sentenceOf } from "../../../src/network/remedies.ts";
import { apply } from "../apply.ts";
import { misconfigurations } from "../misconfigurations.ts";
import { type Case, check, endpointNetwork, ipv6Network, natNetwork, publicNetwork } from "../networks.ts";

/** Carries out a remedy of this kind wherever it is offered, until none is left; a few rounds are enough. */
function fixed(given: Case, kind: Remedy["kind"]): Case {
  let now = given;
  for (let round = 0; round < 8; round += 1) {
    const remedy = check(now)
      .findings.flatMap(({ remedies }) => remedies)
      .find((one) => one.kind === kind);
    if (remedy === undefined) return now;
    now = apply(now, remedy);
  }
  return now;
}

describe("networks in order", () => {
  it.each([
    ["public", publicNetwork],
    ["behind NAT", natNetwork],
    ["with endpoints", endpointNetwork],
    ["of IPv6 only", ipv6Network],
  ])("a network %s has no finding", (_name, make) => {
    expect(check(make()).findings).toEqual([]);
    expect(check(make()).state).toBe("Reachable");
  });
});

describe("networks out of order", () => {
  it.each(misconfigurations.map((row) => [row.name, row] as const))("%s", (_name, row) => {
    const result = check(row.given);
    const finding = result.findings.find(({ cause }) => cause === row.cause);
    expect(result.findings.map(({ cause }) => cause)).toContain(row.cause);
    const unknown = row.cause === "PartlyAllowed" || row.cause === "NotPermitted" || row.cause === "NotReadable";
    expect(result.state).toBe(unknown ? "Unknown" : "Unreachable");
    expect(finding?.message).toMatch(/^\S.*[^.]$/);
    const offered = finding?.remedies.map(({ kind }) => kind) ?? [];
    for (const kind of row.remedies) {
      expect(offered).toContain(kind);
      if (row.fix === undefined) expect(check(fixed(row.given, kind)).findings).toEqual([]);
    }
    if (row.fix !== undefined) expect(check(row.fix(row.given)).findings).toEqual([]);
  });

  it("no two rows are about the same mistake", () => {
    expect(new Set(misconfigurations.map(({ name }) => name)).size).toBe(misconfigurations.length);
    expect(misconfigurations.length).toBeGreaterThanOrEqual(40);
  });

  it("causes, messages and remedies read well", async () => {
    const reported = misconfigurations.map(({ name, given }) => {
      const findings = check(given).findings.map(({ cause, message, subnetIds, needs, remedies }) => {
        const about = [...subnetIds, ...needs.map(({ service }) => service)].join(" ");
        const lines = remedies.map((remedy) => `    - ${sentenceOf(remedy)} [${objectsOf(remedy).join(" ")}]`);
        return [`  ${cause}: ${message}. (${about})`, ...lines].join("\n");
      });
      return [name, ...findings].join("\n");
    });
    await expect(`${reported.join("\n\n")}\n`).toMatchFileSnapshot("../../golden/network/misconfigurations.txt");
  });
});

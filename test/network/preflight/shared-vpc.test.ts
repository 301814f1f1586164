import { describe, expect, it } from "vitest";
import { type Case, changed, check, ipv6Network, natNetwork, removed } from "../networks.ts";

const shared = (given: Case): Case =>
  changed(
    given,
    "vpcs",
    () => true,
    (vpc) => ({ ...vpc, shared: true }),
  );
const hidden = removed(natNetwork(), "natGateways", () => true);

describe("a VPC that another account shares", () => {
  it("does not show its NAT gateways, so where a route leads to one it is taken to work, and that is said", () => {
    expect(check(hidden).state).toBe("Unreachable");
    const { state, subnets } = check(shared(hidden));
    expect(state).toBe("Reachable");
    const assumed = subnets.flatMap(({ paths }) =>
      paths.flatMap(({ verdict }) => (verdict.kind === "reachable" ? verdict.assumed : [])),
    );
    expect([...new Set(assumed)]).toEqual(["nat-1, which another account does not show, leads to the internet"]);
  });

  it("is judged as any other where EC2 shows the gateway", () => {
    const broken = changed(
      natNetwork(),
      "natGateways",
      () => true,
      (nat) => ({ ...nat, state: "failed" }),
    );
    expect(check(shared(broken)).state).toBe("Unreachable");
  });

  it("does not show its egress-only internet gateways either", () => {
    const given = removed(ipv6Network(), "egressOnlyGateways", () => true);
    expect(check(given).state).toBe("Unreachable");
    expect(check(shared(given)).state).toBe("Reachable");
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { defaultAwsName } from "../../src/controllers/naming.ts";

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const subdomain = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?$/).filter((name) => !name.includes(".."));

it.each<[string, string, string, number | undefined, RegExp]>([
  ["joins namespace and name", "team", "ce", undefined, /^team_ce$/],
  ["is cut when it is too long", "team", "x".repeat(200), undefined, /^team_x{114}_[0-9a-f]{8}$/],
  ["is cut to what the caller has room for", "team", "x".repeat(200), 110, /^team_x{96}_[0-9a-f]{8}$/],
  ["has no dots", "team", "a.b", undefined, /^team_a-b_[0-9a-f]{8}$/],
  ["may be as long as AWS allows", "team", "x".repeat(123), undefined, /^team_x{123}$/],
])("the default name %s", (_name, namespace, name, limit, expected) => {
  expect(defaultAwsName(namespace, name, limit)).toMatch(expected);
});

it("is a name for AWS, and never that of another object", () => {
  fc.assert(
    fc.property(label, subdomain, label, subdomain, fc.constantFrom(110, 128), (ns1, name1, ns2, name2, limit) => {
      const [first, second] = [defaultAwsName(ns1, name1, limit), defaultAwsName(ns2, name2, limit)];
      expect(first).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
      expect(first.length).toBeLessThanOrEqual(limit);
      expect(first === second).toBe(ns1 === ns2 && name1 === name2);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AddressSet,
  addressesOf,
  covers,
  difference,
  intersection,
  isEmpty,
  publicIpv4,
  rangeOf,
  union,
} from "../../src/network/addresses.ts";

describe("sets of addresses", () => {
  it("an IPv4 CIDR has as many addresses as its prefix leaves free", () => {
    const range = rangeOf("10.1.2.3/24");
    expect(range && range.last - range.first).toBe(255n);
    expect(range?.prefixLength).toBe(24);
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0/8",
    "256.0.0.0/8",
    "1::2::3/64",
    "2600:1f00:/56",
    "fe80::g",
    "",
    "10.0.0.0/x",
    "010.0.0.0/8",
    "10.0.0.00/8",
  ])("%j is not a CIDR", (text) => {
    expect(rangeOf(text)).toBeUndefined();
    expect(addressesOf([text])).toEqual([]);
  });

  it.each([
    ["::", "0:0:0:0:0:0:0:0"],
    ["2600:1f00::/56", "2600:1f00:0:00ff::/56"],
    ["::1", "0:0:0:0:0:0:0:1"],
  ])("%s and %s are the same", (left, right) => {
    expect(rangeOf(left)).toEqual(rangeOf(right));
  });

  it("the last IPv6 address and the first IPv4 address are not neighbours", () => {
    const both = addressesOf(["::/0", "0.0.0.0/0"]);
    expect(both).toHaveLength(2);
    expect(covers(addressesOf(["::/0"]), addressesOf(["0.0.0.0/32"]))).toBe(false);
  });

  it("neighbours become one range, and what is between stays out", () => {
    expect(addressesOf(["10.0.1.0/24", "10.0.0.0/24"])).toEqual(addressesOf(["10.0.0.0/23"]));
    expect(union(addressesOf(["10.0.0.0/24"]), addressesOf(["10.0.2.0/24"]))).toHaveLength(2);
  });

  it("what is taken away and what is common make up the whole", () => {
    const [whole, part] = [addressesOf(["10.0.0.0/16"]), addressesOf(["10.0.5.0/24", "10.0.255.0/24", "11.0.0.0/8"])];
    const [rest, common] = [difference(whole, part), intersection(whole, part)];
    expect(isEmpty(intersection(rest, common))).toBe(true);
    expect(union(rest, common)).toEqual(whole);
    expect(covers(whole, common)).toBe(true);
    expect(covers(rest, whole)).toBe(false);
  });

  it("private ranges are not public", () => {
    for (const cidr of ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.169.254"]) {
      expect(intersection(publicIpv4, addressesOf([cidr]))).toEqual([]);
    }
    expect(covers(publicIpv4, addressesOf(["52.95.0.0/16", "172.32.0.0/16"]))).toBe(true);
  });

  it("what is common, what is taken away and what is joined are as one would count them", () => {
    const few = fc
      .uniqueArray(fc.bigInt({ min: 0n, max: 24n }), { maxLength: 14 })
      .map((some) => union(...some.map((one) => [{ first: one, last: one }])));
    const listed = (set: AddressSet): readonly bigint[] =>
      set.flatMap(({ first, last }) => Array.from({ length: Number(last - first) + 1 }, (_, at) => first + BigInt(at)));
    fc.assert(
      fc.property(few, few, (left, right) => {
        const [these, those] = [listed(left), listed(right)];
        expect(listed(intersection(left, right))).toEqual(these.filter((one) => those.includes(one)));
        expect(listed(difference(left, right))).toEqual(these.filter((one) => !those.includes(one)));
        expect(listed(union(left, right))).toEqual([...new Set([...these, ...those])].toSorted(byValue));
      }),
    );
  });
});

function byValue(left: bigint, right: bigint): number {
  return left < right ? -1 : 1;
}

import { describe, expect, it } from "vitest";
import { certainMemoryMib, knownInstanceTypes, smallestHolding } from "../../src/aws/instance-types.ts";

const sizes: readonly (readonly [string, number, number, number, string])[] = [
  ["m5.large", 2, 8, 0, "x86_64"],
  ["c5.9xlarge", 36, 72, 0, "x86_64"],
  ["c4.8xlarge", 36, 60, 0, "x86_64"],
  ["c4.large", 2, 3.75, 0, "x86_64"],
  ["r4.16xlarge", 64, 488, 0, "x86_64"],
  ["m6g.medium", 1, 4, 0, "arm64"],
  ["c7g.16xlarge", 64, 128, 0, "arm64"],
  ["m7i.metal-24xl", 96, 384, 0, "x86_64"],
  ["t3.micro", 2, 1, 0, "x86_64"],
  ["g4dn.xlarge", 4, 16, 1, "x86_64"],
  ["g5.48xlarge", 192, 768, 8, "x86_64"],
  ["p3.8xlarge", 32, 244, 4, "x86_64"],
  ["x1e.32xlarge", 128, 3904, 0, "x86_64"],
];

describe("the table of instance types", () => {
  it.each(sizes)("knows %s: %d vCPUs, %d GiB, %d GPUs, %s", (name, vcpus, gib, gpus, architecture) => {
    expect(knownInstanceTypes(name)).toEqual([{ name, vcpus, memoryMib: gib * 1024, gpus, architecture }]);
  });

  it("knows none by the name of a member of every object", () => {
    expect(Object.getOwnPropertyNames(Object.prototype).map(knownInstanceTypes)).toEqual(
      Object.getOwnPropertyNames(Object.prototype).map(() => undefined),
    );
  });

  it("knows the sizes of a family", () => {
    expect(
      knownInstanceTypes("t3")
        ?.map(({ name }) => name)
        .toSorted(),
    ).toEqual(
      ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"].map((size) => `t3.${size}`).toSorted(),
    );
  });

  it("knows AWS's bundles, each of one architecture", () => {
    expect(new Set(knownInstanceTypes("default_arm64")?.map(({ architecture }) => architecture))).toEqual(
      new Set(["arm64"]),
    );
    expect(new Set(knownInstanceTypes("optimal")?.map(({ architecture }) => architecture))).toEqual(
      new Set(["x86_64"]),
    );
  });

  it("says of what it does not know that it knows nothing", () => {
    expect(["zz9", "m5.17xlarge", "u-6tb1.metal"].map((entry) => knownInstanceTypes(entry))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("lists no type twice and none without memory", () => {
    const all = ["optimal", "default_arm64", "g5", "p2", "m8g", "c7a"].flatMap(
      (entry) => knownInstanceTypes(entry) ?? [],
    );
    expect(all.filter(({ memoryMib, vcpus }) => !(memoryMib > 0) || !(vcpus > 0))).toEqual([]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it("takes no memory for impossible that a machine really has: m4.large registers 7985 MiB", () => {
    const [type] = knownInstanceTypes("m4.large") ?? [];
    expect(type === undefined ? 0 : certainMemoryMib(type)).toBeGreaterThanOrEqual(7985);
    expect(type === undefined ? 0 : certainMemoryMib(type)).toBeLessThan(8192);
  });
});

describe("the type that is proposed", () => {
  it.each([
    ["few vCPUs", { vcpus: 2, memoryMib: 2048, gpus: 0, architecture: undefined }, "c6i.large"],
    ["much memory", { vcpus: 2, memoryMib: 14_000, gpus: 0, architecture: undefined }, "r6i.large"],
    [
      "as much memory as the machine has",
      { vcpus: 2, memoryMib: 16_384, gpus: 0, architecture: undefined },
      "r6i.xlarge",
    ],
    ["Arm", { vcpus: 8, memoryMib: 8192, gpus: 0, architecture: "arm64" as const }, "c7g.2xlarge"],
    ["GPUs", { vcpus: 4, memoryMib: 8192, gpus: 4, architecture: undefined }, "g5.12xlarge"],
    ["more than any has", { vcpus: 500, memoryMib: 1, gpus: 0, architecture: undefined }, undefined],
  ])("holds %s", (_what, needs, expected) => {
    expect(smallestHolding(needs)?.name).toBe(expected);
  });
});

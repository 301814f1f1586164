import { Option } from "commander";
import { describe, expect, test } from "vitest";
import { accountIds, clusterName, count, duration, listOf, port, positive, variableOf } from "../../src/cli/flags.ts";

describe("flags", () => {
  test.each([
    ["90", 90_000],
    ["8s", 8000],
    ["10m", 600_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
  ])("reads the duration %s", (text, expectedMs) => {
    expect(duration(text)).toBe(expectedMs);
  });

  test.each([
    [duration, "soon"],
    [duration, "0"],
    [duration, "-5"],
    [positive, "0"],
    [positive, "Infinity"],
    [positive, "fast"],
    [count, "1.5"],
    [count, "0"],
    [port, "70000"],
    [port, "-1"],
    [clusterName, "a/b"],
    [clusterName, ""],
  ])("%o refuses %j", (read, text) => {
    expect(() => read(text)).toThrow(/wanted/);
  });

  test("takes lists as repeated flags and with commas", () => {
    expect(listOf("a, b", listOf("c", undefined))).toEqual(["c", "a", "b"]);
  });

  test("refuses an account id that would silently match nothing", () => {
    expect(accountIds("123456789012", undefined)).toEqual(["123456789012"]);
    expect(() => accountIds("123456789012,12345", undefined)).toThrow('"12345" is no AWS account id');
  });

  test.each([
    ["--cluster-name <name>", "AWS_BATCH_OPERATOR_CLUSTER_NAME"],
    ["-f, --filename <dir>", "AWS_BATCH_OPERATOR_FILENAME"],
    ["--no-cluster", "AWS_BATCH_OPERATOR_CLUSTER"],
  ])("has a variable for %s", (flags, expected) => {
    expect(variableOf(new Option(flags))).toBe(expected);
  });
});

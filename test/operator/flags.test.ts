import { Option } from "commander";
import { describe, expect, test } from "vitest";
import {
  accountIds,
  arnGlobs,
  clusterName,
  count,
  duration,
  listOf,
  namespacedGlobs,
  operatorVariables,
  policyArn,
  port,
  positive,
  regionGlobs,
  regionName,
  variableOf,
} from "../../src/operator/flags.ts";

describe("flags", () => {
  test.each([
    [duration, "90", 90_000],
    [duration, "8s", 8000],
    [duration, "10m", 600_000],
    [duration, "1.5h", 5_400_000],
    [duration, "250ms", 250],
    [duration, "1ms", 1],
    [duration, "0.001", 1],
    [positive, "0.000001", 0.000_001],
    [positive, "1e9", 1e9],
    [count, "1", 1],
    [count, "999999", 999_999],
    [port, "0", 0],
    [port, "65535", 65_535],
    [clusterName, "a", "a"],
    [clusterName, "0.a_b-C", "0.a_b-C"],
    [clusterName, "a".repeat(100), "a".repeat(100)],
    [policyArn, "arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/A"],
    [policyArn, "arn:aws-us-gov:iam::123456789012:policy/a/b+c", "arn:aws-us-gov:iam::123456789012:policy/a/b+c"],
  ] as readonly [(text: string) => unknown, string, unknown][])("%o reads %j as %j", (read, text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    [duration, "soon"],
    [duration, ""],
    [duration, "0"],
    [duration, "0s"],
    [duration, "-5"],
    [duration, "5 s"],
    [duration, "5d"],
    [duration, ".5s"],
    [duration, "1e3"],
    [duration, "5s "],
    [duration, "1h30m"],
    [positive, ""],
    [positive, "0"],
    [positive, "-1"],
    [positive, "Infinity"],
    [positive, "NaN"],
    [positive, "fast"],
    [count, ""],
    [count, "1.5"],
    [count, "0"],
    [count, "-1"],
    [count, "1e2"],
    [count, "1000000"],
    [port, ""],
    [port, "65536"],
    [port, "-1"],
    [port, "80.5"],
    [port, "080000"],
    [clusterName, "a/b"],
    [clusterName, ""],
    [clusterName, "-a"],
    [clusterName, "a b"],
    [clusterName, "a".repeat(101)],
  ])("%o refuses %j", (read, text) => {
    expect(() => read(text)).toThrow(/Expected/);
  });

  test.each(["", "*", "arn:aws:iam::12345:policy/A", "arn:aws:iam::123456789012:role/A", "arn:aws:iam::aws:policy/"])(
    "takes %j for no ARN of a policy",
    (text) => {
      expect(() => policyArn(text)).toThrow(`"${text}" is not the ARN of a policy`);
    },
  );

  test("takes lists as repeated flags and with commas", () => {
    expect(listOf("a, b", listOf("c", undefined))).toEqual(["c", "a", "b"]);
    expect(listOf(" ,,", undefined)).toEqual([]);
  });

  test("takes globs of names with their namespace, and says how to write one without", () => {
    expect(namespacedGlobs("team/prod-*,*/shared", ["a/b"])).toEqual(["a/b", "team/prod-*", "*/shared"]);
    expect(() => namespacedGlobs("prod-*", undefined)).toThrow(
      '"prod-*" names no namespace: write NAMESPACE/prod-*, or */prod-* for all namespaces.',
    );
    for (const text of ["te*/prod", "Team/prod", "team/", "/prod", "a/b/c"]) {
      expect(() => namespacedGlobs(text, undefined)).toThrow(`"${text}" is not NAMESPACE/GLOB`);
    }
  });

  test("regions and ARNs are whole ones or globs: anything else would never match", () => {
    expect(regionName("eusc-de-east-1")).toBe("eusc-de-east-1");
    expect(() => regionName("europe")).toThrow('"europe" is not an AWS region, such as eu-west-1.');
    expect(() => regionName("eu-*")).toThrow();
    expect(regionGlobs("us-gov-west-1,eu-*,*", ["eu-west-1"])).toEqual(["eu-west-1", "us-gov-west-1", "eu-*", "*"]);
    expect(() => regionGlobs("eu-*,europe", undefined)).toThrow('"europe" is neither an AWS region');
    expect(arnGlobs("arn:aws:iam::1:role/a,*/b", undefined)).toEqual(["arn:aws:iam::1:role/a", "*/b"]);
    expect(() => arnGlobs("ReadOnlyAccess", undefined)).toThrow('"ReadOnlyAccess" is neither an ARN nor a glob');
  });

  test("refuses an account id that would silently match nothing", () => {
    expect(accountIds("123456789012", undefined)).toEqual(["123456789012"]);
    expect(accountIds("123456789012", ["210987654321"])).toEqual(["210987654321", "123456789012"]);
    expect(() => accountIds("1234567890123", undefined)).toThrow(
      '"1234567890123" is not an AWS account ID of 12 digits.',
    );
    expect(() => accountIds("123456789012,12345", undefined)).toThrow('"12345" is not an AWS account ID');
  });

  test.each([
    ["--cluster-name <name>", "AWS_BATCH_OPERATOR_CLUSTER_NAME"],
    ["-f, --filename <dir>", "AWS_BATCH_OPERATOR_FILENAME"],
    ["--no-cluster", "AWS_BATCH_OPERATOR_CLUSTER"],
  ])("has a variable for %s", (flags, expected) => {
    expect(variableOf(new Option(flags), operatorVariables)).toBe(expected);
  });
});

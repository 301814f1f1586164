import { describe, expect, test } from "vitest";
import { withoutSecrets } from "../../../src/tools/import/secrets.ts";

const withValue = (name: string, value: string) => ({
  containerProperties: { image: "i", environment: [{ name, value }] },
});

test.each<[string, string, boolean]>([
  ["DB_PASSWORD", "hunter22", true],
  ["SLACK_TOKEN", "abc", true],
  ["API_KEY", "abcdef", true],
  ["CLIENT_SECRET", "x", true],
  ["DATABASE_URL", "postgres://app:hunter22@db/app", true],
  ["ANY", "AKIAIOSFODNN7EXAMPLE", true],
  ["ANY", "-----BEGIN RSA PRIVATE KEY-----\nabc", true],
  ["ANY", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", true],
  ["DB_PASSWORD_FILE", "/run/secrets/db", false],
  ["DB_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db", false],
  ["USE_TOKEN", "true", false],
  ["MAX_TOKENS", "4096", false],
  ["TOKEN", "Ref::token", false],
  ["LOG_LEVEL", "debug", false],
  ["COMPASS", "north", false],
])("%s=%s is probably a secret: %s", (name, value, hidden) => {
  const { spec, secrets } = withoutSecrets(withValue(name, value), []);
  expect(spec).toEqual(withValue(name, hidden ? "TODO" : value));
  const path = ["spec", "containerProperties", "environment", 0, "value"];
  expect(secrets).toEqual(hidden ? [{ path, name }] : []);
});

describe("secrets", () => {
  test("are found in parameters, commands, options and pods, and nowhere else", () => {
    const spec = {
      parameters: { password: "hunter22", input: "s3://bucket" },
      containerProperties: {
        image: "registry/secret:1",
        command: ["login", "https://me:hunter22@host/"],
        jobRoleArn: "arn:aws:iam::123456789012:role/token",
        logConfiguration: { logDriver: "splunk", options: { "splunk-token": "abc-def" } },
        secrets: [{ name: "PASSWORD", valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/x" }],
      },
      eksProperties: { podProperties: { containers: [{ name: "password", env: [{ name: "PASSWORD", value: "x" }] }] } },
      tags: { token: "1234567890" },
    };
    const { spec: cleared, secrets } = withoutSecrets(spec, []);
    expect(secrets.map(({ path }) => path)).toEqual([
      ["spec", "parameters", "password"],
      ["spec", "containerProperties", "command", 1],
      ["spec", "containerProperties", "logConfiguration", "options", "splunk-token"],
      ["spec", "eksProperties", "podProperties", "containers", 0, "env", 0, "value"],
    ]);
    expect(JSON.stringify(cleared)).not.toMatch(/hunter22|abc-def/);
    expect(cleared["tags"]).toEqual(spec.tags);
  });
});

test("a value that a person has checked stays", () => {
  const spec = withValue("SECRET_SAUCE", "ketchup");
  expect(withoutSecrets(spec, ["SECRET_SAUCE"])).toEqual({ spec, secrets: [], checked: { values: 1, written: 1 } });
});

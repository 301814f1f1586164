import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { expect, it } from "vitest";
import { heartbeatType, messageIn } from "../../src/events/message.ts";

interface Pattern {
  readonly source: readonly string[];
  readonly "detail-type": readonly string[];
}

const page = readFileSync("docs/events.md", "utf8");
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? "";
const { Resources } = load(block("yaml")) as {
  readonly Resources: { readonly Rule: { readonly Properties: { readonly EventPattern: Pattern } } };
};
const pattern = Resources.Rule.Properties.EventPattern;

it("the rule of docs/events.md lets through what a message may be, and nothing else", () => {
  const known = pattern["detail-type"].map((type) => {
    const source = type === heartbeatType ? "awsbatch.dev" : "aws.batch";
    expect(pattern.source).toContain(source);
    const event = { account: "123456789012", region: "eu-west-1", source, "detail-type": type, detail: {} };
    const message = messageIn(JSON.stringify(event));
    return message.kind !== "ignored" || message.why === "malformed";
  });
  expect(known).toEqual([true, true, true, true]);
});

it("the three ways of docs/events.md make the same rule", () => {
  const [, ofCli = ""] = /--event-pattern '(.*)'/.exec(page) ?? [];
  expect(JSON.parse(ofCli)).toEqual(pattern);
  const texts = [...block("hcl").matchAll(/"((?:Batch|AWS API|Heartbeat) [^"]*|aws\.batch|awsbatch\.dev)"/g)];
  expect(texts.map(([, text]) => text)).toEqual([...pattern.source, ...pattern["detail-type"]]);
});

import { describe, expect, test } from "vitest";
import { terraformSource } from "../../../src/tools/import/source.ts";
import { hclText, isAddress } from "../../../src/tools/import/terraform-text.ts";
import { terraformState } from "./states.ts";

describe("the address of a resource", () => {
  test.each([
    "aws_batch_job_queue.main",
    "aws_batch_job_queue.main[0]",
    'aws_batch_job_queue.main["a b"]',
    'aws_batch_job_queue.main["it\'s"]',
    'aws_batch_job_queue.main["a\\"b"]',
    `aws_batch_job_queue.main["$\${x}"]`,
    'aws_batch_job_queue.main["$x %y"]',
    'module.a["é/ü"].module.b[3].aws_batch_job_queue.größe_1-x',
  ])("is %s", (address) => {
    expect(isAddress(address)).toBe(true);
  });

  test.each([
    "",
    "main",
    "aws_batch_job_queue.main\n}\nresource",
    "aws_batch_job_queue.main # x",
    "aws_batch_job_queue.main}",
    'aws_batch_job_queue.main["a',
    'aws_batch_job_queue.main["a"]["b"]',
    'aws_batch_job_queue.main["a\nb"]',
    'aws_batch_job_queue.main["a\\\nb"]',
    'aws_batch_job_queue.main["a\u0085b"]',
    `aws_batch_job_queue.main["\${file("/etc/passwd")}"]`,
    `aws_batch_job_queue.main["\${x}"]`,
    'aws_batch_job_queue.main["%{if x}"]',
    "aws_batch_job_queue.main[file(x)]",
    "data.aws_batch_job_queue.main; x",
    "-x.y",
  ])("is not %j", (text) => {
    expect(isAddress(text)).toBe(false);
    const state = terraformState(6).replaceAll(
      JSON.stringify("module.queues.aws_batch_job_queue.main"),
      JSON.stringify(text),
    );
    expect(() => terraformSource({ name: "f", text: state })).toThrow(
      `f has an address that Terraform does not write, ${JSON.stringify(text)}: run terraform show -json again`,
    );
  });
});

test("a text of HCL inserts nothing and ends nowhere", () => {
  expect(hclText(`a"b\\c\n\${file("x")} %{if} $\${y}`)).toBe(`"a\\"b\\\\c\\n$\${file(\\"x\\")} %%{if} $$\${y}"`);
});

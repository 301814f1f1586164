import { expect, test } from "vitest";
import { renamedTexts } from "../../../src/tools/import/document.ts";

const lowerCase = "Kubernetes allows only lower case letters, digits and -";

function renamed(awsName: string, why = lowerCase) {
  return { kind: "JobQueue", region: "us-east-1", awsName, name: awsName.toLowerCase(), why } as const;
}

test("few renamed objects are listed, of many some for each reason", () => {
  const many = Array.from({ length: 70 }, (_, index) => renamed(`Q${index}`));
  expect(renamedTexts({ renamed: many.slice(0, 10) })).toHaveLength(10);
  expect(renamedTexts({ renamed: many })).toEqual([
    `JobQueue Q0 in us-east-1 is q0: ${lowerCase}`,
    `JobQueue Q1 in us-east-1 is q1: ${lowerCase}`,
    `JobQueue Q2 in us-east-1 is q2: ${lowerCase}`,
    "and 67 more: -o json lists each",
  ]);
  const taken = "another JobQueue is called q";
  expect(renamedTexts({ renamed: [...many, renamed("Q", taken)] })).toEqual([
    `JobQueue Q0 in us-east-1 is q0: ${lowerCase}`,
    `JobQueue Q in us-east-1 is q: ${taken}`,
    "and 69 more: -o json lists each",
  ]);
});

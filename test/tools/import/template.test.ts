import { describe, expect, test } from "vitest";
import { jsonOrYaml, type Template, templateIn } from "../../../src/tools/import/template.ts";

const yaml = `
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Workers:
    Type: AWS::Batch::ComputeEnvironment
    DeletionPolicy: Retain
    Properties: {Type: MANAGED}
  Main:
    Type: AWS::Batch::JobQueue
    DependsOn: Bucket
    Properties:
      JobQueueName: !Sub "\${Prefix}-main"
      ComputeEnvironmentOrder: [{Order: 1, ComputeEnvironment: !Ref Workers}]
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: [Topic, Main]
  Submitter:
    Type: AWS::Lambda::Function
    Properties:
      A: !Join ["", [!GetAtt Main.JobQueueArn, !GetAtt [Workers, Arn]]]
      B: !Sub ["\${Main.JobQueueName} \${own} \${!text} \${ Crunch }", {own: !Ref Prefix}]
      C: !If [IsProd, !Transform {Name: Macro, Parameters: {Of: !Ref Queue}}, null]
Outputs:
  QueueArn: {Value: !Ref Main}
`;

function parts(template: Template | undefined) {
  return {
    resources: Object.fromEntries(
      [...(template?.resources ?? [])].map(([id, { type, properties, isRetained }]) => [
        id,
        [type, [...properties].join(" "), isRetained],
      ]),
    ),
    references: Object.fromEntries((template?.references ?? []).map(({ from, to }) => [from, [...to].toSorted()])),
  };
}

const inYaml = templateIn(jsonOrYaml(yaml));

test("a template says what its resources have of their own, and what refers to what", () => {
  expect(parts(inYaml)).toEqual({
    resources: {
      Workers: ["AWS::Batch::ComputeEnvironment", "Type", true],
      Main: ["AWS::Batch::JobQueue", "JobQueueName ComputeEnvironmentOrder", false],
      Bucket: ["AWS::S3::Bucket", "", false],
      Submitter: ["AWS::Lambda::Function", "A B C", false],
    },
    references: {
      Workers: [],
      Main: ["Bucket", "Prefix", "Workers"],
      Bucket: ["Main", "Topic"],
      Submitter: ["Crunch", "Main", "Prefix", "Queue", "Workers"],
      "Outputs.QueueArn": ["Main"],
    },
  });
});

const long = {
  Resources: { Main: { Type: "AWS::Batch::JobQueue", DeletionPolicy: "RetainExceptOnCreate", Properties: {} } },
  Outputs: { A: { Value: { "Fn::GetAtt": ["Main", "JobQueueArn"] } } },
};

describe("the same is read from", () => {
  test.each([
    ["JSON", JSON.stringify(long)],
    ["the answer of get-template to a template in JSON", JSON.stringify({ TemplateBody: long })],
    ["the answer of get-template to one in YAML", JSON.stringify({ TemplateBody: JSON.stringify(long) })],
  ])("%s", (_form, text) => {
    expect(parts(templateIn(jsonOrYaml(text)))).toEqual({
      resources: { Main: ["AWS::Batch::JobQueue", "", true] },
      references: { Main: [], "Outputs.A": ["Main"] },
    });
  });

  test("YAML in the answer of get-template", () => {
    expect(templateIn({ TemplateBody: yaml })).toEqual(inYaml);
  });
});

test.each([
  ["a list", "[]"],
  ["no YAML", "a: ["],
  ["nothing", ""],
  ["several documents", "Resources: {}\n---\nResources: {}\n"],
  ["aliases, which CloudFormation does not take", "Resources: {A: &a {Type: T}, B: *a}\n"],
  ["the answer of another command", '{"TemplateBody": 1}'],
  ["a map of other things", "Resources: 1\n"],
])("%s is not a template", (_what, text) => {
  expect(templateIn(jsonOrYaml(text))).toBeUndefined();
});

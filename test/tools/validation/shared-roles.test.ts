import { expect, it } from "vitest";
import { crds } from "../../../src/tools/manifests.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { validateManifests, wholeDirectory } from "../../../src/tools/validation/validate.ts";

const definition = (iam: string, namespace = "") => `apiVersion: awsbatch.dev/v1alpha1
kind: JobDefinition
metadata: {name: build${namespace}}
spec:
  type: container
  ${iam}
  containerProperties:
    image: public.ecr.aws/docker/library/alpine:3
    resourceRequirements: [{type: VCPU, value: "1"}, {type: MEMORY, value: "2048"}]
`;
const problemsOf = (text: string) =>
  validateManifests(documentsOf("build.yaml", text).documents, crds, wholeDirectory).problems.map(
    ({ message, write = [] }) => [message, ...write].join("\n"),
  );
/** What is printed between a line and the next one without indentation. */
const printed = (message: string, after: RegExp): string => {
  const [, block = ""] = new RegExp(`${after.source}:\n((?:  .*(?:\n|$))+)`).exec(message) ?? [];
  return block.replaceAll(/^ {2}/gm, "");
};

it("a shared name is refused with the BatchRole and the reference in its place, and these are valid", () => {
  const policies = "policyArns: [arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly]";
  const [message = "", ...others] = problemsOf(
    definition(`iam: {jobRole: {name: builders, ${policies}}}`, ", namespace: team"),
  );
  expect(others).toEqual([]);
  expect(
    message,
  ).toBe(`objects no longer share a role by a name: write the role as a BatchRole, and refer to it by jobRoleRef:
  apiVersion: awsbatch.dev/v1alpha1
  kind: BatchRole
  metadata:
    name: builders
    namespace: team
  spec:
    purpose: job
    policyArns:
      - arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly
and in place of iam.jobRole:
  spec:
    jobRoleRef:
      name: builders`);
  const role = printed(message, /jobRoleRef/);
  expect(problemsOf(`${role}---\n${definition("jobRoleRef: {name: builders}", ", namespace: team")}`)).toEqual([]);
});

it("a name that Kubernetes does not take needs its name in IAM, which a person has to write", () => {
  const [message = ""] = problemsOf(definition("iam: {jobRole: {name: Batch_Jobs}}"));
  const role = printed(message, /jobRoleRef/);
  expect(role).toMatch(/name: batch-jobs-[0-9a-f]{8}\n/);
  expect(message).toMatch(/jobRoleRef:\n\s+name: batch-jobs-[0-9a-f]{8}$/);
  expect(problemsOf(role)).toEqual([expect.stringContaining("the name in IAM, from .status.roles")]);
  expect(problemsOf(role.replace(/roleName: .*/, "roleName: team_Batch_Jobs_0a1b2c3d"))).toEqual([]);
});

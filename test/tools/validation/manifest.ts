import { crds } from "../../../src/api/v1alpha1/crds.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";
import { problemLines } from "../../../src/tools/validation/problem.ts";
import { validateManifests, wholeDirectory } from "../../../src/tools/validation/validate.ts";

/** All problems of a manifest's text, as a person sees them; the file is `m`. */
export function problemsOf(text: string, options = wholeDirectory): string[] {
  const { documents, problems } = documentsOf("m", text);
  return [...problems, ...validateManifests(documents, crds, options).problems].map((one) =>
    problemLines(one).join("\n"),
  );
}

export const environment = `
apiVersion: awsbatch.dev/v1alpha1
kind: BatchComputeEnvironment
metadata:
  name: fargate
spec:
  type: MANAGED
  computeResources:
    type: FARGATE
    maxvCpus: 16
    subnets: [subnet-0a1b2c3d]
    securityGroupIds: [sg-0a1b2c3d]
`;

export const queue = `
apiVersion: awsbatch.dev/v1alpha1
kind: JobQueue
metadata:
  name: nightly
spec:
  priority: 10
  computeEnvironmentOrder:
    - order: 1
      computeEnvironmentRef:
        name: fargate
`;

export const definition = `
apiVersion: awsbatch.dev/v1alpha1
kind: JobDefinition
metadata:
  name: hello
spec:
  type: container
  containerProperties:
    image: public.ecr.aws/docker/library/busybox:1.36
    resourceRequirements:
      - type: VCPU
        value: "1"
      - type: MEMORY
        value: "2048"
`;

/** Several documents in one text. */
export function together(...documents: readonly string[]): string {
  return documents.join("---");
}

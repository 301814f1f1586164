import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import type { Seen } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import {
  approvalFor,
  chosen,
  directives,
  ec2,
  environment,
  fargate,
  object,
  queue,
  seen,
  serviceLinkedRole,
  withResources,
} from "./given.ts";

type Spec = BatchComputeEnvironmentSpec;
type Images = NonNullable<NonNullable<Environment["computeResources"]>["ec2Configuration"]>;

const next = (spec: Spec, change: Partial<Seen> = {}) => chosen(object(spec), seen(spec, change)).next;
const withImages = (spec: Spec, ec2Configuration: Images): Environment => {
  const { computeResources, ...rest } = environment("old", spec);
  return { ...rest, computeResources: { ...computeResources, ec2Configuration } } as Environment;
};
const al2 = [{ imageType: "ECS_AL2" }];
const other = withResources(ec2, { instanceTypes: ["m5.large"] });

describe("a new environment with AWS's own image of Amazon Linux 2", () => {
  const keeps = withResources(other, { ec2Configuration: al2 });
  const old = withImages(ec2, al2);

  it("is refused before anything is created, with the way that is left", () => {
    const { kind, reason, message } = next(keeps, { environments: [old], queues: [queue("q", ["old"])] }) as never;
    expect([kind, reason]).toEqual(["blocked", "ImageTypeEnded"]);
    expect(message).toMatch(/^spec\.computeResources\.instanceTypes requires a new environment, and AWS creates none/);
    expect(message).toContain("Set imageType: ECS_AL2023 in spec.computeResources.ec2Configuration");
    expect(message).toContain("AWS changes imageType in place where spec.updatePolicy is set");
  });

  it("is not even asked for as the first one, nor as the next attempt", () => {
    expect(next(keeps)).toMatchObject({ kind: "blocked", reason: "ImageTypeEnded" });
    const reason =
      "CLIENT_ERROR - User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ecs:CreateCluster";
    const first = seen(keeps).freeName.name;
    const failed = {
      ...withImages(keeps, al2),
      computeEnvironmentName: first,
      status: "INVALID",
      statusReason: reason,
      serviceRole: serviceLinkedRole,
    } as const;
    const late = { madeBefore: new Set([first]), environments: [failed] };
    expect(next(keeps, late)).toMatchObject({ kind: "blocked", reason: "ImageTypeEnded" });
  });

  it.each<[string, Spec]>([
    [
      "an image of one's own for the type",
      withResources(keeps, { ec2Configuration: [{ ...al2[0], imageIdOverride: "ami-11111111" } as never] }),
    ],
    ["an image of one's own for all", withResources(keeps, { imageId: "ami-11111111" })],
    [
      "a launch template, which may name an image",
      withResources(keeps, { launchTemplate: { launchTemplateName: "lt" } }),
    ],
    ["Amazon Linux 2023", withResources(keeps, { ec2Configuration: [{ imageType: "ECS_AL2023" }] })],
  ])("is created with %s", (_what, spec) => {
    expect(next(spec, { environments: [old] })).toMatchObject({ kind: "act", action: { kind: "create" } });
  });

  it("is not needed where AWS changes the image in place", () => {
    const spec = withResources({ ...ec2, updatePolicy: {} }, { ec2Configuration: [{ imageType: "ECS_AL2023" }] });
    expect(next(spec, { environments: [old] })).toMatchObject({ kind: "act", action: { kind: "update" } });
  });
});

describe("Amazon Linux 2 that AWS chose, and the spec does not", () => {
  const old = withImages(ec2, [{ imageType: "ECS_AL2_NVIDIA" }]);
  const { planId } = seen(other);

  it("keeps a new environment waiting for approval, once for what is replaced", () => {
    const waits = next(other, { environments: [old] });
    expect(waits).toMatchObject({ kind: "wait", reason: "AwaitingApproval" });
    expect(waits.message).toContain("Amazon Linux 2023 there, and with Amazon Linux 2 (ECS_AL2_NVIDIA) today");
    const approved = { ...directives, approved: approvalFor(planId, "Create", old) };
    expect(next(other, { environments: [old], directives: approved })).toMatchObject({
      kind: "act",
      action: { kind: "create" },
    });
  });

  it.each<[string, Spec, Images]>([
    ["the spec says which image", withResources(other, { ec2Configuration: [{ imageType: "ECS_AL2023" }] }), al2],
    ["the image is one's own", withResources(other, { imageId: "ami-11111111" }), al2],
    ["AWS chose Amazon Linux 2023", other, [{ imageType: "ECS_AL2023" }]],
    ["tasks need no image", fargate, al2],
  ])("does not matter where %s", (_what, spec, images) => {
    expect(next(spec, { environments: [withImages(ec2, images)] })).toMatchObject({ action: { kind: "create" } });
  });
});

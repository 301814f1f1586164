import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import {
  type Context,
  type Input,
  iamArn,
  linkedRole,
  passRole,
  requestTags,
  resourceTags,
  tagsIn,
  text,
} from "./arns.ts";
import type { Request } from "./evaluator.ts";

/** @returns undefined when the call is about something that is not there */
export function iamRequests(aws: SimulatedAws, operation: string, input: Input): readonly Request[] | undefined {
  const on = (action: string, resource: string, context: Context = {}): Request => {
    return { action: `iam:${action}`, resource, context };
  };
  const tags = tagsIn(input["Tags"]);
  const given = requestTags(tags);
  const boundary = input["PermissionsBoundary"];
  const bounded: Context = boundary === undefined ? {} : { "iam:PermissionsBoundary": text(boundary) };
  const [roleName, profileName] = [text(input["RoleName"]), text(input["InstanceProfileName"])];
  const role = aws.truth.roles().find(({ name }) => name === roleName);
  const profile = aws.truth.instanceProfiles().find(({ name }) => name === profileName);
  const created = (arn: string, tagging: string, context: Context): readonly Request[] => [
    on(operation, arn, context),
    ...(Object.keys(tags).length === 0 ? [] : [on(tagging, arn, given)]),
  ];

  switch (operation) {
    case "CreateServiceLinkedRole":
      return [linkedRole(aws, text(input["AWSServiceName"]), "AWSServiceRoleForBatch")];
    case "CreateRole":
      return created(iamArn(aws, `role${text(input["Path"] ?? "/")}${roleName}`), "TagRole", { ...given, ...bounded });
    case "CreateInstanceProfile":
      return created(
        iamArn(aws, `instance-profile${text(input["Path"] ?? "/")}${profileName}`),
        "TagInstanceProfile",
        given,
      );
    case "GetRole":
      return [on(operation, role?.arn ?? iamArn(aws, `role/${roleName}`))];
    case "GetInstanceProfile":
      return [on(operation, profile?.arn ?? iamArn(aws, `instance-profile/${profileName}`))];
    default:
      break;
  }
  if (operation.endsWith("InstanceProfile")) {
    if (profile === undefined) return undefined;
    const request = on(operation, profile.arn, { ...resourceTags(profile.tags), ...given });
    return operation === "AddRoleToInstanceProfile"
      ? [request, passRole(aws, role?.arn ?? roleName, "ec2.amazonaws.com")]
      : [request];
  }
  if (role === undefined) return undefined;
  const policy = input["PolicyArn"];
  return [
    on(operation, role.arn, {
      ...resourceTags(role.tags),
      ...given,
      ...(role.boundary === undefined ? {} : { "iam:PermissionsBoundary": role.boundary }),
      ...bounded,
      ...(policy === undefined ? {} : { "iam:PolicyARN": text(policy) }),
    }),
  ];
}

import type { OracleFactory, Watched } from "../oracle.ts";
import { isOperatorWrite, lastPart, liveEnvironments } from "./reading.ts";

const removals: ReadonlySet<string> = new Set(["DeleteRole", "DeleteInstanceProfile", "RemoveRoleFromInstanceProfile"]);

/**
 * Promise 5: a role or profile outlives what uses it. When the operator deletes a role or an instance profile, takes
 * or takes a role out of its profile, no environment that is there, also one in DELETING, and no ACTIVE revision names it.
 */
export const rolesLast: OracleFactory = (watched) => ({
  name: "5 a role outlives what uses it",
  onEffect(call, phase) {
    if (phase === "after" || !isOperatorWrite(call) || !removals.has(call.operation)) return undefined;
    const { RoleName: role, InstanceProfileName: profile } = call.input as {
      readonly RoleName?: string;
      readonly InstanceProfileName?: string;
    };
    const name = profile ?? role ?? "";
    const [user] = usersOf(watched, profile === undefined ? "role" : "instance-profile", name);
    return user === undefined ? undefined : `${call.operation} ${name}, which ${user} uses`;
  },
});

function usersOf(watched: Watched, kind: "role" | "instance-profile", name: string): readonly string[] {
  const isIt = (reference: string | undefined): boolean =>
    reference !== undefined &&
    lastPart(reference) === name &&
    (!reference.includes(":") || reference.includes(`:${kind}/`));
  const environments = liveEnvironments(watched).filter(({ serviceRole, computeResources }) =>
    kind === "role"
      ? isIt(serviceRole) || isIt(computeResources?.spotIamFleetRole)
      : isIt(computeResources?.instanceRole),
  );
  const revisions = watched.aws.truth
    .jobDefinitions()
    .filter(
      ({ status, containerProperties: body }) =>
        status === "ACTIVE" && kind === "role" && (isIt(body?.jobRoleArn) || isIt(body?.executionRoleArn)),
    );
  return [
    ...environments.map(({ computeEnvironmentName, status }) => `${computeEnvironmentName} (${status})`),
    ...revisions.map(({ jobDefinitionName, revision }) => `${jobDefinitionName}:${revision}`),
  ];
}

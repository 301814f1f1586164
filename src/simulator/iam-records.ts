import type { InstanceProfile, Role } from "@aws-sdk/client-iam";
import { type Tags, tagList } from "./iam-rules.ts";

/** A role in the simulator: plain JSON. Documents are stored as given. */
export interface StoredRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  /** Wall time (ms). */
  readonly createdAt: number;
  readonly description?: string | undefined;
  readonly trust: string;
  /** ARNs of managed policies, in the order of their attachment. */
  readonly attached: readonly string[];
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, string>>;
  readonly boundary?: string | undefined;
  readonly tags: Tags;
}

export interface StoredProfile {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  /** Wall time (ms). */
  readonly createdAt: number;
  readonly role?: string | undefined;
  readonly tags: Tags;
}

/** As the lists show it. Documents are URL-encoded on the wire. */
export function listedRole(role: StoredRole): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(role.trust),
    MaxSessionDuration: 3600,
    ...(role.description === undefined ? {} : { Description: role.description }),
  };
}

/** As GetRole shows it: lists omit tags and boundary. */
export function describedRole(role: StoredRole): Role {
  return {
    ...listedRole(role),
    ...(role.boundary === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: "PermissionsBoundaryPolicy",
            PermissionsBoundaryArn: role.boundary,
          },
        }),
    ...(Object.keys(role.tags).length === 0 ? {} : { Tags: tagList(role.tags) }),
  };
}

export function listedProfile(profile: StoredProfile, role: StoredRole | undefined): InstanceProfile {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: role === undefined ? [] : [listedRole(role)],
  };
}

export function describedProfile(profile: StoredProfile, role: StoredRole | undefined): InstanceProfile {
  const listed = listedProfile(profile, role);
  return Object.keys(profile.tags).length === 0 ? listed : { ...listed, Tags: tagList(profile.tags) };
}

/** RFC 3986: `encodeURIComponent` leaves some characters that AWS encodes. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

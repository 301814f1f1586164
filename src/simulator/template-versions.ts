/** What somebody does to the versions of a launch template in EC2. */

import type { Ec2State, StoredTemplate } from "./ec2-state.ts";

/**
 * Adds a version like the one before.
 * @returns its number
 */
export function addTemplateVersion(state: Ec2State, id: string): number {
  const { template, versions } = storedAt(state, id);
  const number = (template.LatestVersionNumber ?? 0) + 1;
  const version = { ...versions.at(-1), VersionNumber: number, DefaultVersion: false };
  const changed = { ...template, LatestVersionNumber: number };
  state.templates.put(id, { template: changed, versions: [...versions, version] });
  return number;
}

export function setDefaultTemplateVersion(state: Ec2State, id: string, number: number): void {
  const { template, versions } = storedAt(state, id);
  state.templates.put(id, {
    template: { ...template, DefaultVersionNumber: number },
    versions: versions.map((version) => ({ ...version, DefaultVersion: version.VersionNumber === number })),
  });
}

function storedAt(state: Ec2State, id: string): StoredTemplate {
  const stored = state.templates.get(id);
  if (stored === undefined) throw new Error(`there is no launch template ${id}`);
  return stored;
}

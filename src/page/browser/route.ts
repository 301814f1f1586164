/** The view and the open object, as the address after `#` has them. Pure. */

export const views = ["map", "replacements", "network", "jobs"] as const;
export type View = (typeof views)[number];

export interface Route {
  readonly view: View;
  /** ID of the open object. */
  readonly open: string | undefined;
}

/** Any text: what is not a route is the map. */
export function routeOf(hash: string): Route {
  const [, view = "", ...rest] = hash.split("/");
  return { view: views.find((one) => one === view) ?? "map", open: rest.length === 3 ? decoded(rest) : undefined };
}

function decoded(parts: readonly string[]): string | undefined {
  try {
    return parts.map(decodeURIComponent).join("/");
  } catch (error) {
    // A person can write anything there.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export function hashOf({ view, open }: Route): string {
  return open === undefined ? `#/${view}` : `#/${view}/${open.split("/").map(encodeURIComponent).join("/")}`;
}

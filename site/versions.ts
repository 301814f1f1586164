/** A version of the documentation. */
export interface Version {
  /** As the menu has it: `next`, or a release such as `0.1.0`. */
  readonly name: string;
  /** Of the release; undefined: what is checked out. */
  readonly tag: string | undefined;
  /** Of its pages below the site's, without `/`; empty: they are the site's first ones. */
  readonly path: string;
}

const next: Version = { name: "next", tag: undefined, path: "" };

/**
 * What is checked out, then of each minor version its newest release, the newest first. Pure.
 * @param tags of the repository; only `vMAJOR.MINOR.PATCH` is a release
 */
export function versionsOf(tags: readonly string[]): readonly Version[] {
  const releases = tags
    .map((tag) => /^v(\d+)\.(\d+)\.(\d+)$/.exec(tag)?.slice(1).map(Number))
    .filter((numbers) => numbers !== undefined)
    .toSorted(([a = 0, b = 0, c = 0], [x = 0, y = 0, z = 0]) => x - a || y - b || z - c);
  const newest = Map.groupBy(releases, ([major, minor]) => `${major}.${minor}`);
  const names = [...newest.values()].map(([first = []]) => first.join("."));
  return [next, ...names.map((name): Version => ({ name, tag: `v${name}`, path: `v${name}` }))];
}

/** An entry of the site's menu. */
export interface MenuItem {
  readonly text: string;
  readonly link: string;
  /** Another version is another site: the browser loads it whole. */
  readonly target: "_self";
}

/**
 * The menu of versions on the pages of one of them. VitePress puts the version's own base before each link, so that others
 * are one folder up. Pure.
 */
export function versionMenu(versions: readonly Version[], shown: Version): MenuItem[] {
  const up = shown.path === "" ? "" : "/..";
  return versions.map(({ name, path }) => ({
    text: name,
    link: path === "" ? `${up}/` : `${up}/${path}/`,
    target: "_self",
  }));
}

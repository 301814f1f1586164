/** Which jobs depend on each other in a circle: found once for each change of the graph, and kept. Pure but for its own state. */

/** Of a job that depends on itself through others. */
export interface Circle {
  /** A shortest way from the job along what it depends on; back to itself, unless that is longer than `shownAtMost`. */
  readonly names: readonly string[];
  /** How many jobs depend on each other, this one among them. */
  readonly size: number;
}

/** The names of a longer circle say nothing to a person, and a condition has no room for thousands. */
const shownAtMost = 20;

/** Dependencies that are followed to find the names of a circle; a job is on one whether these are found or not. */
const followedForNames = 200;

interface Node {
  readonly name: string;
  readonly needs: readonly string[];
  component: Component | undefined;
  /** What was answered last. */
  answered: Circle | undefined;
}

/** Jobs of which each depends on each other one. */
interface Component {
  readonly nodes: readonly Node[];
  /** One of them is gone. */
  isBroken: boolean;
}

/** A node that a search has come to (R. Tarjan, "Depth-first search and linear graph algorithms", 1972). */
interface Visit {
  readonly node: Node;
  readonly index: number;
  /** The lowest index of a node of the same component that is known to be reached from here. */
  low: number;
  /** How many of its needs were followed. */
  followed: number;
  /** Its component is known. */
  isClosed: boolean;
}

/** A search that may be continued later. It keeps its own stacks: a chain of any length is followed. */
interface Search {
  readonly roots: Node[];
  readonly visits: Map<Node, Visit>;
  /** From a root to where the search is. */
  readonly path: Visit[];
  /** Visited nodes whose component is not known yet. */
  readonly open: Visit[];
}

/**
 * The circles of a graph that changes.
 *
 * Expected flow: `set` and `delete` take in changes, each in O(own edges). `search` goes on from where a change can have made or
 * broken a circle, for as many steps as it is given. `circleOf` answers from what was found.
 *
 * Guarantees: what `circleOf` returns is a circle now: one that a change has broken is forgotten at once. A new circle is returned as soon
 * as `search` has got to it, whatever changed meanwhile elsewhere. A node can only close a circle when something needs it and it needs something,
 * so an acyclic graph that grows from either end costs no search.
 *
 * Why a result holds although the graph changes during a search: the edges that were followed are a graph of their own, and Tarjan's
 * algorithm finds its components. If none of the nodes of a component is gone by then, none of its edges is.
 */
export class Circles {
  readonly #nodes = new Map<string, Node>();
  /** How many nodes need the one of this name, whether it is there or not. */
  readonly #needed = new Map<string, number>();
  #roots = new Set<Node>();
  #search: Search | undefined;

  /** Nodes of the graph. */
  get size(): number {
    return this.#nodes.size;
  }

  /** Whether nothing is left to search. */
  get isSettled(): boolean {
    return this.#search === undefined && this.#roots.size === 0;
  }

  /** A node with the names of those that it needs, which may not be there. */
  set(name: string, needs: readonly string[]): void {
    const before = this.#nodes.get(name);
    if (before !== undefined && sameNames(before.needs, needs)) return;
    this.delete(name);
    const node: Node = { name, needs, component: undefined, answered: undefined };
    this.#nodes.set(name, node);
    for (const need of needs) this.#needed.set(need, (this.#needed.get(need) ?? 0) + 1);
    if (this.#needed.has(name) && needs.some((need) => this.#nodes.has(need))) this.#roots.add(node);
  }

  /** It is gone. */
  delete(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#nodes.delete(name);
    this.#roots.delete(node);
    for (const need of node.needs) {
      const others = (this.#needed.get(need) ?? 0) - 1;
      if (others > 0) this.#needed.set(need, others);
      else this.#needed.delete(need);
    }
    if (node.component !== undefined) this.#break(node.component);
  }

  /** The circle that a node is on, as far as it was found. */
  circleOf(name: string): Circle | undefined {
    const node = this.#nodes.get(name);
    const component = node?.component;
    if (node === undefined) return undefined;
    if (component === undefined || component.isBroken) node.answered = undefined;
    else if (!this.#isSo(node.answered))
      node.answered = { names: this.#wayOf(node, component), size: component.nodes.length };
    return node.answered;
  }

  /**
   * Goes on with the search.
   *
   * @param most steps: dependencies followed and nodes visited. The nodes of a circle that is found are counted, and exceed it
   * @returns what it took, and the nodes of which what `circleOf` has last said of them is not so any more
   */
  search(most: number): { readonly steps: number; readonly changed: readonly string[] } {
    const changed: string[] = [];
    let steps = 0;
    while (steps < most && !this.isSettled) {
      this.#search ??= this.#begin();
      steps += this.#step(this.#search, changed);
    }
    return { steps, changed };
  }

  #begin(): Search {
    const roots = [...this.#roots];
    this.#roots = new Set();
    return { roots, visits: new Map(), path: [], open: [] };
  }

  /** @returns the number of steps */
  #step(search: Search, changed: string[]): number {
    const visit = search.path.at(-1);
    if (visit === undefined) {
      const root = search.roots.pop();
      if (root === undefined) this.#search = undefined;
      else if (this.#isThere(root) && !search.visits.has(root)) enter(search, root);
      return 1;
    }
    const need = visit.node.needs[visit.followed];
    if (need === undefined) return this.#leave(search, visit, changed);
    visit.followed++;
    const next = this.#nodes.get(need);
    if (next === undefined) return 1;
    const other = search.visits.get(next);
    if (other === undefined) enter(search, next);
    else if (!other.isClosed) visit.low = Math.min(visit.low, other.index);
    return 1;
  }

  /** All of its needs were followed. */
  #leave({ path, open }: Search, visit: Visit, changed: string[]): number {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) parent.low = Math.min(parent.low, visit.low);
    if (visit.low !== visit.index) return 1;
    const closed = open.splice(open.lastIndexOf(visit));
    for (const one of closed) one.isClosed = true;
    this.#found(
      closed.map(({ node }) => node),
      changed,
    );
    return closed.length;
  }

  #found(nodes: readonly Node[], changed: string[]): void {
    const [first] = nodes;
    const before = first?.component;
    // Its nodes still depend on each other, and no other one has come.
    if (before?.isBroken === false && before.nodes.length === nodes.length) return;
    const isCircle = nodes.length > 1 || first?.needs.includes(first.name) === true;
    const component: Component | undefined = isCircle ? { nodes, isBroken: false } : undefined;
    for (const node of nodes) {
      node.component = component;
      const isCurrent = component === undefined ? node.answered === undefined : this.#isSo(node.answered);
      if (!isCurrent && this.#isThere(node)) changed.push(node.name);
    }
    if (component !== undefined && !nodes.every((node) => this.#isThere(node))) this.#break(component);
  }

  /** What is left of it may be circles still. */
  #break(component: Component): void {
    if (component.isBroken) return;
    component.isBroken = true;
    for (const node of component.nodes) if (this.#isThere(node)) this.#roots.add(node);
  }

  /** Whether the jobs that were named are there still: how many others are on the circle may have changed. */
  #isSo(answer: Circle | undefined): boolean {
    return answer?.names.every((name) => this.#nodes.has(name)) === true;
  }

  #isThere(node: Node): boolean {
    return this.#nodes.get(node.name) === node;
  }

  /** A shortest circle, or the beginning of a way that leads into one. */
  #wayOf(node: Node, component: Component): readonly string[] {
    const within = (name: string): Node | undefined => {
      const found = this.#nodes.get(name);
      return found?.component === component ? found : undefined;
    };
    const from = new Map<Node, Node>();
    const back = (last: Node): string[] => {
      const names = [node.name];
      for (let one: Node | undefined = last; one !== node && one !== undefined; one = from.get(one))
        names.push(one.name);
      return [...names, node.name].toReversed();
    };
    let followed = 0;
    const queue = [node];
    for (const one of queue) {
      for (const name of one.needs) {
        if (++followed > followedForNames) return this.#beginning(node, within);
        if (name === node.name) return short(back(one)) ?? this.#beginning(node, within);
        const next = within(name);
        if (next === undefined || from.has(next)) continue;
        from.set(next, one);
        queue.push(next);
      }
    }
    throw new Error(`job ${node.name} of a circle does not lead back to itself`);
  }

  #beginning(node: Node, within: (name: string) => Node | undefined): readonly string[] {
    const names = [node.name];
    for (let one: Node | undefined = node; one !== undefined && names.length < 5; ) {
      one = one.needs.map(within).find((next) => next !== undefined);
      if (one !== undefined) names.push(one.name);
    }
    return names;
  }
}

function short(names: readonly string[]): readonly string[] | undefined {
  return names.length <= shownAtMost + 1 ? names : undefined;
}

function enter({ visits, path, open }: Search, node: Node): void {
  const index = visits.size;
  const visit: Visit = { node, index, low: index, followed: 0, isClosed: false };
  visits.set(node, visit);
  path.push(visit);
  open.push(visit);
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

/** The names of a circle in a sentence, e.g. `a, b, a`, or its beginning and how many jobs it has. */
export function circleText({ names, size }: Circle): string {
  const text = names.join(", ");
  return names.length > 1 && names[0] === names.at(-1) ? text : `${text} and on through ${size} jobs`;
}

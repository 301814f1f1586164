import { canonicalJson } from "../fields/fingerprint.ts";
import type { FieldChange } from "./agenda.ts";
import type { Choice } from "./choose.ts";

/** A field that differs from the spec and has not been seen as the spec says since. */
interface Open {
  /** The action that was sent for it last, as text; undefined: none. */
  readonly sent: string | undefined;
  /** Why that action was sent, which is also why the object waits while AWS carries it out. */
  readonly reason: string;
  /** While AWS carries that out the field is as the spec says: perhaps only because it was sent. */
  readonly shown: boolean;
}

/**
 * Which fields AWS has had as the spec of the present generation says. One that it has had and has otherwise now was
 * changed outside of Kubernetes, whether or not the object came to rest in between: a rival may be faster than that.
 */
export class FieldHistory {
  #generation: number | undefined;
  readonly #open = new Map<string, Open>();
  readonly #had = new Set<string>();
  /** The object was at rest, so AWS had all of them. */
  #hadAll = false;

  /** Takes in what a pass found, before anything is sent. */
  observed({ next, change }: Choice<unknown>, generation: number): void {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#forget();
      this.#open.clear();
    }
    const differing = pathsOf(change.changes);
    for (const [path, open] of this.#open) {
      if (differing.includes(path)) continue;
      if (next.kind === "wait" && next.reason === open.reason && open.sent !== undefined) {
        this.#open.set(path, { ...open, shown: true });
        continue;
      }
      this.#open.delete(path);
      this.#had.add(path);
    }
    for (const path of differing) {
      if (!this.#has(path) && !this.#open.has(path))
        this.#open.set(path, { sent: undefined, reason: "", shown: false });
    }
    if (next.kind === "serves") this.#hadAll = true;
  }

  /**
   * Of these, what somebody has changed since AWS had it as the spec says; and what was written before and is different, by
   * a rival faster than any pass, or because AWS does not apply it.
   */
  undone(choice: Choice<unknown>, changes: readonly FieldChange[], action: unknown): Undone {
    const sent = canonicalJson(action);
    // A step of a replacement does not correct a field, except the one that begins it.
    if (choice.change.action === "Replace" && !this.#hadAll) return { changed: [], repeated: [] };
    const written = writtenBy(action, changes);
    return {
      changed: written.filter(({ path }) => !this.#open.has(path) && this.#has(path)),
      repeated: written.filter(({ path }) => {
        const open = this.#open.get(path);
        return open !== undefined && (open.shown || open.sent === sent);
      }),
    };
  }

  /** Notes that an action was carried out. */
  sent({ change, next: { reason } }: Choice<unknown>, action: unknown): void {
    for (const { path } of writtenBy(action, change.changes)) {
      this.#open.set(path, { sent: canonicalJson(action), reason, shown: false });
    }
    // A new resource has not matched the spec yet.
    if (change.action === "Replace" || change.action === "Create") this.#forget();
  }

  #has(path: string): boolean {
    return this.#hadAll || this.#had.has(path);
  }

  #forget(): void {
    this.#had.clear();
    this.#hadAll = false;
  }
}

export interface Undone {
  readonly changed: readonly FieldChange[];
  readonly repeated: readonly FieldChange[];
}

/** The fields that an action writes, where it lists them; otherwise it may be all. */
function writtenBy(action: unknown, changes: readonly FieldChange[]): readonly FieldChange[] {
  const { paths } = (action ?? {}) as { readonly paths?: readonly string[] };
  return paths === undefined ? changes : changes.filter(({ path }) => paths.includes(path));
}

function pathsOf(changes: readonly FieldChange[]): readonly string[] {
  return changes.map(({ path }) => path);
}

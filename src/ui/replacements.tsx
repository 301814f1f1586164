import type { Item, Snapshot } from "../cli/ui/model.ts";
import { hashOf } from "./route.ts";
import { StateSign } from "./signs.tsx";
import { ReplacementNow } from "./timeline.tsx";

/** Environments that are created or replaced at the moment; those at rest lead to their past. */
export function Replacements({ snapshot: { items } }: { readonly snapshot: Snapshot }) {
  const environments = Object.values(items)
    .filter(({ kind }) => kind === "BatchComputeEnvironment")
    .toSorted((left, right) => urgency(left) - urgency(right) || (left.id < right.id ? -1 : 1));
  const now = environments.filter(({ replacement }) => replacement !== undefined);
  const rest = environments.filter(({ replacement }) => replacement === undefined);
  return (
    <>
      <h2>Replacements</h2>
      {now.length > 0 ? null : <p class="notice">No environment is created or replaced at the moment.</p>}
      {now.map((item) => (
        <section key={item.id} class="panelBox" data-id={item.id}>
          <h3>
            <EnvironmentLink item={item} />
          </h3>
          {item.replacement === undefined ? null : <ReplacementNow replacement={item.replacement} />}
        </section>
      ))}
      {rest.length === 0 ? null : (
        <section>
          <h3>Past replacements</h3>
          <p class="hint">Open an environment for what its events say. Kubernetes keeps events for an hour.</p>
          <ul class="definitions">
            {rest.map((item) => (
              <li key={item.id} class={`chip ${item.state}`} data-id={item.id}>
                <EnvironmentLink item={item} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What waits for a person first. */
function urgency({ replacement, state }: Item): number {
  if (replacement?.approval !== undefined) return 0;
  return state === "Failed" ? 1 : 2;
}

function EnvironmentLink({ item }: { readonly item: Item }) {
  return (
    <a href={hashOf({ view: "replacements", open: item.id })}>
      <StateSign state={item.state} />
      <span class="name">
        {item.namespace}/{item.name}
      </span>
    </a>
  );
}

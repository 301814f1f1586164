import type { About, Item, PastList, Snapshot } from "../server/model.ts";
import { useAnswer } from "./ask.ts";
import { urgency } from "./filter.ts";
import { hashOf } from "./route.ts";
import { StateSign } from "./signs.tsx";
import { fromEvents, PastReplacementBox, ReplacementNow } from "./timeline.tsx";

interface ReplacementsProps {
  readonly about: About;
  readonly snapshot: Snapshot;
}

/** Environments that are replaced at the moment, and what events report of earlier replacements. */
export function Replacements({ about, snapshot: { items } }: ReplacementsProps) {
  const now = replacedIn(items).toSorted(
    (left, right) => urgency(left) - urgency(right) || (left.id < right.id ? -1 : 1),
  );
  return (
    <>
      <h2>Replacements</h2>
      {now.length > 0 ? null : <p class="notice">No environment is replaced at the moment.</p>}
      {now.map((item) => (
        <section key={item.id} class="panelBox" data-id={item.id}>
          <h3>
            <EnvironmentLink item={item} />
          </h3>
          {item.replacement === undefined ? null : <ReplacementNow replacement={item.replacement} />}
        </section>
      ))}
      <Past
        about={about}
        items={items}
        version={now.map(({ id, replacement }) => `${id} ${replacement?.summary}`).join()}
      />
    </>
  );
}

/** The environments that are replaced at the moment: a first creation replaces nothing. */
export function replacedIn(items: Snapshot["items"]): readonly Item[] {
  return Object.values(items).filter(({ replacement }) => replacement?.isFirst === false);
}

interface PastProps {
  readonly about: About;
  readonly items: Snapshot["items"];
  /** Changes when a replacement begins or ends. */
  readonly version: string;
}

function Past({ about, items, version }: PastProps) {
  const { answer } = useAnswer<PastList>("past", version);
  return (
    <section aria-label="Past replacements" aria-busy={answer === undefined}>
      <h2 class="past">Past replacements</h2>
      <p class="hint">{fromEvents(about)}</p>
      {answer === undefined ? <p role="status">Reading events …</p> : null}
      {answer !== undefined && "problem" in answer ? <p class="notice problem">{answer.problem}</p> : null}
      {answer !== undefined && "data" in answer ? <PastBoxes items={items} list={answer.data} /> : null}
    </section>
  );
}

function PastBoxes({ items, list }: { readonly items: Snapshot["items"]; readonly list: PastList }) {
  const { replacements, more } = list;
  if (replacements.length === 0) return <p class="notice">No event reports one.</p>;
  return (
    <>
      {replacements.map((past) => {
        const item = items[past.of];
        return (
          <section key={`${past.of} ${past.summary} ${past.steps[0]?.at}`} class="panelBox" data-id={past.of}>
            <h3>
              {item === undefined ? (
                `${past.of.split("/").slice(1).join("/")} (deleted)`
              ) : (
                <EnvironmentLink item={item} />
              )}
            </h3>
            <PastReplacementBox past={past} />
          </section>
        );
      })}
      {more === 0 ? null : <p class="hint">And {more} older: open an environment for what its events say.</p>}
    </>
  );
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

import { useState } from "preact/hooks";
import type { Item } from "../cli/ui/model.ts";
import { everything, isShown } from "./filter.ts";
import { hashOf, type View } from "./route.ts";
import { StateSign } from "./signs.tsx";

interface SubjectsProps {
  readonly view: View;
  readonly items: readonly Item[];
  /** ID of the chosen object. */
  readonly open: string | undefined;
  /** These come first. */
  readonly isUrgent: (item: Item) => boolean;
  /** e.g. `a queue`. */
  readonly noun: string;
}

const mostSubjects = 30;

/** The objects that a view is about, to choose one. */
export function Subjects({ view, items, open, isUrgent, noun }: SubjectsProps) {
  const [text, setText] = useState("");
  const found = items
    .filter((item) => isShown(item, { ...everything, text }))
    .toSorted((left, right) => Number(isUrgent(right)) - Number(isUrgent(left)) || (left.id < right.id ? -1 : 1));
  const shown = found.slice(0, mostSubjects);
  return (
    <section class="subjects" aria-label={`Choose ${noun}`}>
      {items.length <= 8 ? null : (
        <label>
          <span class="hidden">Search</span>
          <input
            type="search"
            value={text}
            placeholder="Search"
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
      )}
      {items.length === 0 ? <p class="notice">There is no object yet.</p> : null}
      <ul class="definitions">
        {shown.map((item) => (
          <li key={item.id} class={`chip ${item.state}${item.id === open ? " open" : ""}`}>
            <a href={hashOf({ view, open: item.id })} aria-current={item.id === open ? "true" : undefined}>
              <StateSign state={isUrgent(item) && item.state === "Current" ? "Failed" : item.state} />
              <span class="name" title={`${item.namespace}/${item.name}`}>
                {item.namespace}/{item.name}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {found.length > shown.length ? (
        <p class="hint">And {found.length - shown.length} more: search for them.</p>
      ) : null}
    </section>
  );
}

import { useState } from "preact/hooks";
import type { Item } from "../server/model.ts";
import { everything, isShown, urgency } from "./filter.ts";
import { hashOf, type View } from "./route.ts";
import { StateSign } from "./signs.tsx";

interface SubjectsProps {
  readonly view: View;
  readonly items: readonly Item[];
  /** ID of the object that the address names. */
  readonly open: string | undefined;
  /** The object that is shown. */
  readonly shown: Item | undefined;
  /** These come first. */
  readonly isUrgent: (item: Item) => boolean;
  /** e.g. `a queue`. */
  readonly noun: string;
}

const mostSubjects = 30;

/**
 * The object that a view shows: the one that a person opened, else the one that has to be checked first.
 * @returns undefined: the opened one does not exist, or there is none
 */
export function subjectOf({ items, open, isUrgent }: Pick<SubjectsProps, "items" | "open" | "isUrgent">) {
  return open === undefined ? inOrder(items, isUrgent)[0] : items.find(({ id }) => id === open);
}

function inOrder(items: readonly Item[], isUrgent: (item: Item) => boolean): readonly Item[] {
  return items.toSorted(
    (left, right) =>
      Number(isUrgent(right)) - Number(isUrgent(left)) ||
      urgency(left) - urgency(right) ||
      (left.id < right.id ? -1 : 1),
  );
}

/** The objects that a view is about, to choose one. */
export function Subjects({ view, items, open, shown: chosen, isUrgent, noun }: SubjectsProps) {
  const [text, setText] = useState("");
  const found = inOrder(items, isUrgent).filter((item) => isShown(item, { ...everything, text }));
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
      {open === undefined || chosen !== undefined ? null : (
        <p class="notice problem">There is no {open.split("/").slice(1).join("/")}: choose another one.</p>
      )}
      <ul class="definitions">
        {shown.map((item) => (
          <li key={item.id} class={`chip ${item.state}${item.id === chosen?.id ? " open" : ""}`}>
            <a href={hashOf({ view, open: item.id })} aria-current={item.id === chosen?.id ? "true" : undefined}>
              <StateSign state={item.state} />
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

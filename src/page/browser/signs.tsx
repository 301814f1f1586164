import type { State, StepState } from "../server/model.ts";
import { stateWords } from "./state-words.ts";

/** Signs differ in shape and colour, and each has a word next to it or for a screen reader. */

const shapes: Readonly<Record<State, { readonly outline: string; readonly inner: string }>> = {
  // A disc with a check mark.
  Current: { outline: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z", inner: "M4.7 8.3l2.3 2.3 4.3-4.9" },
  // A hexagon with a clock's hands.
  InProgress: { outline: "M8 .8l6.2 3.6v7.2L8 15.2l-6.2-3.6V4.4Z", inner: "M8 4.6V8.2l2.6 1.7" },
  // A diamond with a cross.
  Failed: { outline: "M8 .5L15.5 8 8 15.5.5 8Z", inner: "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" },
  // An octagon with the two bars of a pause.
  AwaitingApproval: {
    outline: "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z",
    inner: "M6.1 5.2v5.6M9.9 5.2v5.6",
  },
  // A triangle with an exclamation mark.
  CannotRunJobs: { outline: "M8 1L15.5 14.5H.5Z", inner: "M8 5.8v4M8 12v.3" },
  // A square with a question mark.
  Unknown: {
    outline: "M2.5 1.5h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1Z",
    inner: "M6 6.2c0-2.6 4-2.6 4 0 0 1.6-2 1.6-2 3.2M8 11.6v.3",
  },
  // A triangle that points down, with a bar.
  Terminating: { outline: "M1 2.5h14L8 15Z", inner: "M5.6 6.5h4.8" },
};

/** @param withWord whether the word is visible */
export function StateSign({ state, withWord = false }: { readonly state: State; readonly withWord?: boolean }) {
  const { outline, inner } = shapes[state];
  return (
    <span class={`sign ${state}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path class="outline" d={outline} />
        <path class="inner" d={inner} />
      </svg>
      <span class={withWord ? "word" : "hidden"}>{stateWords[state]}</span>
    </span>
  );
}

export const stepWords: Readonly<Record<StepState, string>> = {
  done: "done",
  current: "in progress",
  held: "waits for approval",
  failed: "failed",
  open: "not begun",
};

const stepShapes: Readonly<Record<StepState, string>> = {
  done: "M4.7 8.3l2.3 2.3 4.3-4.9",
  current: "M8 4.6V8.2l2.6 1.7",
  held: "M6 5v6M10 5v6",
  failed: "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  open: "",
};

export function StepSign({ state }: { readonly state: StepState }) {
  return (
    <svg class="stepSign" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <circle class="outline" cx="8" cy="8" r="7" />
      <path class="inner" d={stepShapes[state]} />
    </svg>
  );
}

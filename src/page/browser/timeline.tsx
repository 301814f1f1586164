import { useState } from "preact/hooks";
import type { About, Approval, PastReplacement, Replacement, Step } from "../server/model.ts";
import { showsDate, tookText } from "./moments.ts";
import { StepSign, stepWords } from "./signs.tsx";
import { Moment } from "./time.tsx";

export function Timeline({ steps, label }: { readonly steps: readonly Step[]; readonly label: string }) {
  return (
    <ol class="timeline" aria-label={label}>
      {steps.map(({ title, state, at, text }, index) => (
        <li
          key={`${index} ${title}`}
          class={state}
          aria-current={state === "done" || state === "open" ? undefined : "step"}
        >
          <StepSign state={state} />
          <span class="title">{title}</span>
          <span class={state === "done" || state === "open" ? "hidden" : "stepState"}>{stepWords[state]}</span>
          {at === undefined ? null : (
            <span class="at">
              {state === "done" || state === "failed" ? null : "since "}
              <Moment at={at} isShort={!showsDate(steps, index)} />
              <Took text={tookText(steps, index)} />
            </span>
          )}
          {text === undefined ? null : <p>{text}</p>}
        </li>
      ))}
    </ol>
  );
}

function Took({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <span>, after {text}</span>;
}

export function ReplacementNow({ replacement }: { readonly replacement: Replacement }) {
  const { summary, steps, approval } = replacement;
  return (
    <div class="replacement">
      <p class="summary">{summary}</p>
      <Timeline steps={steps} label={`Steps: ${summary}`} />
      {approval === undefined ? null : <ApprovalBox approval={approval} />}
    </div>
  );
}

/** Where past replacements are from. */
export function fromEvents({ hasKubectl }: Pick<About, "hasKubectl">): string {
  return hasKubectl ? "From events, which Kubernetes keeps for an hour." : "From the events since this command began.";
}

export function PastReplacementBox({ past: { summary, steps } }: { readonly past: PastReplacement }) {
  return (
    <div class="replacement">
      <p class="summary">{summary}</p>
      <Timeline steps={steps} label={`Steps: ${summary}`} />
    </div>
  );
}

function ApprovalBox({ approval: { what, text, isCommand } }: { readonly approval: Approval }) {
  const [copied, setCopied] = useState("");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied("Copied"),
      () => setCopied("The browser does not allow it: select the text and copy it"),
    );
  };
  return (
    <div class="approval">
      <p>
        A person has to approve {what}. {isCommand ? "Run:" : "Add this annotation to the manifest:"}
      </p>
      <pre>{text}</pre>
      <button type="button" onClick={copy}>
        {isCommand ? "Copy the command" : "Copy the annotation"}
      </button>
      <span role="status">{copied}</span>
    </div>
  );
}

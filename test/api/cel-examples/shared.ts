import type { Row } from "./example.ts";

/** Of every target of references from other namespaces. */
export const sharingRows: readonly Row[] = [
  [
    "Selector requires labels: add selector.matchLabels",
    { allowedNamespaces: { from: "Selector", selector: { matchLabels: { team: "a" } } } },
    { allowedNamespaces: { from: "Selector" } },
  ],
  [
    "the key of a label has at most 317 characters: shorten it",
    { allowedNamespaces: { from: "Selector", selector: { matchLabels: { ["k".repeat(317)]: "a" } } } },
    { allowedNamespaces: { from: "Selector", selector: { matchLabels: { ["k".repeat(318)]: "a" } } } },
  ],
  [
    "selector requires from: Selector: set it, or remove selector",
    { allowedNamespaces: { from: "All" } },
    { allowedNamespaces: { from: "All", selector: { matchLabels: { team: "a" } } } },
  ],
];

/** Of what is drained before it is deleted. */
export const drainRows: readonly Row[] = [
  [
    "Terminate requires a timeout: add timeoutSeconds",
    { drain: { policy: "Terminate", timeoutSeconds: 0 } },
    { drain: { policy: "Terminate" } },
  ],
  [
    "Wait never terminates a job: remove timeoutSeconds, or use policy Terminate",
    { drain: {} },
    { drain: { timeoutSeconds: 600 } },
  ],
];

/** Of the tags of every kind. */
export const tagRows: readonly Row[] = [
  [
    "a tag key has 1 to 128 characters: shorten it",
    { tags: { ["k".repeat(128)]: "" } },
    { tags: { ["k".repeat(129)]: "" } },
  ],
  [
    "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    { tags: { team: "a" } },
    { tags: { "AWS:team": "a" } },
  ],
];

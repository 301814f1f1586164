import type { ValidationRule } from "../crd.ts";
import { dnsLabel, dnsSubdomain } from "./names.ts";
import { object, oneOf, text, textMap } from "./schema.ts";

/** Schemas of references from one object to another, and of what their target allows. */

/**
 * A reference to an object.
 *
 * @param user who refers, e.g. `the queue`
 */
export function reference(description: string, user: string) {
  return object(description, {
    name: text("Name of the object.", 253, dnsSubdomain),
    namespace: text(
      `Namespace of the object; its allowedNamespaces must allow ${user}'s namespace. Default: ${user}'s namespace.`,
      63,
      dnsLabel,
    ).optional(),
  });
}

const allowedNamespacesRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.from) || self.from != 'Selector' || has(self.selector)",
    message: "Selector requires labels: add selector.matchLabels",
    reason: "FieldValueRequired",
    fieldPath: ".selector",
  },
  {
    rule: "(has(self.from) && self.from == 'Selector') || !has(self.selector)",
    message: "selector requires from: Selector: set it, or remove selector",
    reason: "FieldValueForbidden",
    fieldPath: ".selector",
  },
];

/** The field of a target: which namespaces may refer to it. */
export function allowedNamespaces(description: string) {
  return object(
    description,
    {
      from: oneOf("Same (default), All, or Selector.", ["Same", "All", "Selector"]).optional(),
      selector: object("Namespaces by label; only with Selector.", {
        matchLabels: textMap("Labels of the namespace.", 16, 63, [
          {
            rule: "self.all(key, size(key) <= 317)",
            message: "the key of a label has at most 317 characters: shorten it",
          },
        ]),
      }).optional(),
    },
    ...allowedNamespacesRules,
  );
}

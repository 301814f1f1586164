/**
 * Rules of oxlint for texts that a shell, GitHub or a pipeline reads. What is inserted into them comes from names, tags and messages of
 * others, so one function each makes it safe: `shell`, `markdown`, `workflowCommand`.
 */

interface Node {
  readonly type: string;
  readonly parent?: Node;
}

interface Template extends Node {
  readonly quasis: readonly { readonly value: { readonly raw: string } }[];
  readonly expressions: readonly Node[];
}

interface Tagged extends Node {
  readonly tag: Node & { readonly name?: string };
  readonly quasi: Node;
}

interface Sum extends Node {
  readonly operator: string;
  readonly left: Node & { readonly value?: unknown };
  readonly right: Node;
}

interface Context {
  report(found: { readonly node: Node; readonly message: string }): void;
}

/** The beginnings of commands that messages have. */
const program =
  /\b(?:kubectl|helm|terraform|kustomize|npm run|aws [a-z0-9-]+ [a-z-]+|aws-batch-operator (?:run|local|ui|validate|plan|import|submit|jobs|logs|cancel|diagnose|release|iam-policy|simulator))\b[^.;,()`"<>]*$/;
/** A flag that wants a value. */
const flag = /(?:^|[\s(])--?[a-z][a-z-]*(?:=|\s+)'?$/i;

/** Whether what follows a text is a part of a command to copy. */
export function isInCommand(before: string): boolean {
  return flag.test(before) || program.test(before);
}

/** Whether a text is Markdown and nothing else: a cell, a heading, a quotation, something bold, or an element of HTML. */
export function isMarkdown(text: string): boolean {
  return /^(?:\| |#{2,} |> )|\*\*|<\/?(?:br|details|summary|code|img)\b/.test(text);
}

/** Whether a text begins a command of a CI system. */
export function isWorkflowCommand(text: string): boolean {
  return /^::[a-z-]+(?: |::|$)|##(?:vso|teamcity)?\[/.test(text);
}

function tagOf({ parent }: Node): string | undefined {
  return parent?.type === "TaggedTemplateExpression" ? (parent as Tagged).tag.name : undefined;
}

function isTagged(node: Node, name: string): boolean {
  return node.type === "TaggedTemplateExpression" && (node as Tagged).tag.name === name;
}

const quoteInShell = {
  create: (context: Context) => ({
    TemplateLiteral(node: Template) {
      if (tagOf(node) === "shell") return;
      let before = "";
      for (const [index, expression] of node.expressions.entries()) {
        before += node.quasis[index]?.value.raw ?? "";
        if (isInCommand(before) && !isTagged(expression, "shell")) {
          context.report({
            node: expression,
            message: "A value in a command to copy: use shell`...` (runtime/shell.ts).",
          });
        }
        // What another tag has made is not a part of this command.
        before += isTagged(expression, "shell") ? "." : "x";
      }
    },
    BinaryExpression({ operator, left, right }: Sum) {
      if (operator !== "+" || typeof left.value !== "string" || !isInCommand(left.value)) return;
      context.report({ node: right, message: "A value in a command to copy: use shell`...` (runtime/shell.ts)." });
    },
  }),
};

const escapeInMarkdown = {
  create: (context: Context) => ({
    TemplateLiteral(node: Template) {
      if (tagOf(node) === "markdown" || node.expressions.length === 0) return;
      if (!isMarkdown(node.quasis.map(({ value }) => value.raw).join("x"))) return;
      context.report({ node, message: "A value in Markdown: use markdown`...` (tools/markdown.ts)." });
    },
  }),
};

const sayWorkflowCommands = {
  create: (context: Context) => ({
    TemplateLiteral(node: Template) {
      if (!isWorkflowCommand(node.quasis[0]?.value.raw ?? "")) return;
      context.report({ node, message: "A command of a pipeline: use workflowCommand (tools/workflow-commands.ts)." });
    },
    Literal(node: Node & { readonly value?: unknown }) {
      if (typeof node.value !== "string" || !isWorkflowCommand(node.value)) return;
      context.report({ node, message: "A command of a pipeline: use workflowCommand (tools/workflow-commands.ts)." });
    },
  }),
};

export default {
  meta: { name: "text-of-others" },
  rules: {
    "quote-in-shell": quoteInShell,
    "escape-in-markdown": escapeInMarkdown,
    "say-workflow-commands": sayWorkflowCommands,
  },
};

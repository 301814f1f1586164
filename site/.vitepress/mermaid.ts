import { renderMermaidSVG } from "beautiful-mermaid";
import { inPage, titleOf, withoutTitle } from "../diagram.ts";

/** The colours of the page, light or dark. */
const colours = {
  bg: "var(--vp-c-bg)",
  fg: "var(--vp-c-text-1)",
  muted: "var(--vp-c-text-2)",
  line: "var(--vp-c-text-3)",
  accent: "var(--vp-c-brand-1)",
  surface: "var(--vp-c-bg-soft)",
  border: "var(--vp-c-divider)",
};

/** A diagram in the language of Mermaid as SVG, drawn when the site is built. @throws Error if it has no title */
export function diagram(text: string, id: string): string {
  const svg = renderMermaidSVG(withoutTitle(text), { ...colours, transparent: true, padding: 8, layerSpacing: 28 });
  return inPage(svg, { id, title: titleOf(text) });
}

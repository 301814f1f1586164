/** What Mermaid calls `accTitle`: for who does not see the diagram. */
const accTitle = /^\s*accTitle: (.+)$/m;

/** @throws Error if the diagram has no title */
export function titleOf(text: string): string {
  const title = accTitle.exec(text)?.[1];
  if (title === undefined) throw new Error(`a diagram needs a line accTitle: TEXT\n${text}`);
  return title;
}

/** The diagram without its title. */
export function withoutTitle(text: string): string {
  return text.replace(accTitle, "");
}

/**
 * The SVG of a diagram as a part of a page: its rules hold for itself alone, its IDs are its own, and it loads nothing. Pure.
 *
 * @param svg as `beautiful-mermaid` draws it: `<style>` has a rule for `svg` with its colours, and one for each class
 * @param id of the diagram on its page
 * @param title for who does not see it
 */
export function inPage(svg: string, { id, title }: { readonly id: string; readonly title: string }): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(svg)?.[1] ?? "";
  const colours = /svg \{([\s\S]*?)\}/.exec(style)?.[1] ?? "";
  const declarations = colours
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const drawn = svg
    .replace(/<style>[\s\S]*?<\/style>\s*/, "")
    .replace(
      /^<svg ([^>]*)style="/,
      `<svg role="img" aria-label="${attribute(title)}" font-family="inherit" $1style="${declarations}`,
    )
    .replaceAll(/ id="/g, ` id="${id}-`)
    .replaceAll("url(#", `url(#${id}-`);
  return `<figure class="diagram" tabindex="0" v-pre>${drawn.trim()}</figure>\n`;
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

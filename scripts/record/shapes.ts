/** What the drawings of README share. */

export type Scheme = "light" | "dark";

export type Palette = Readonly<
  Record<"back" | "surface" | "line" | "text" | "muted" | "good" | "busy" | "old" | "mark", string>
>;

export const palettes: Readonly<Record<Scheme, Palette>> = {
  light: {
    back: "#ffffff",
    surface: "#f5f6f8",
    line: "#c9d0d8",
    text: "#1b1f24",
    muted: "#545d68",
    good: "#1a7437",
    busy: "#0a58ca",
    old: "#6a3bc0",
    mark: "#fff3c4",
  },
  dark: {
    back: "#0e1216",
    surface: "#1e242b",
    line: "#3d4752",
    text: "#e8ecf0",
    muted: "#a3adb8",
    good: "#4fc06b",
    busy: "#6cb0ff",
    old: "#c4a1ff",
    mark: "#4a3d10",
  },
};

/** Rules for text: `m` is code, `b` bold, `q` quiet. */
export function fonts({ text, muted }: Palette): string {
  return `text{font:14px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:${text}}.m{font:13px ui-monospace,"DejaVu Sans Mono",monospace}.b{font-weight:600}.q{fill:${muted}}`;
}

export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  stroke: string,
  strokeWidth = 1,
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="${strokeWidth}"/>`;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

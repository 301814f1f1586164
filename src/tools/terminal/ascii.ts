import type { Output } from "../../operator/io.ts";

const replacements: Readonly<Record<string, string>> = {
  "…": "~",
  "→": ">",
  "×": "x",
  "·": "-",
  "└": "`",
  "±": "%",
};

/** For a terminal whose locale has no UTF-8: one character for one, so that columns stay as they are. */
export function asciiOutput(output: Output): Output {
  return {
    isTerminal: output.isTerminal,
    size: () => output.size(),
    onResize: (listener) => output.onResize(listener),
    write: (text) => output.write(text.replace(/[…→×·└±]/g, (sign) => replacements[sign] ?? sign)),
  };
}

import { describe, expect, test } from "vitest";
import { Screen } from "../../../src/tools/terminal/screen.ts";
import { KeptOutput } from "../streams.ts";
import { shownBy } from "./emulator.ts";

describe("a screen", () => {
  test("repaints in place, also when the frame becomes shorter", () => {
    const output = new KeptOutput({ isTerminal: true, columns: 20 });
    const screen = new Screen(output);
    screen.paint(["first", "second", "third"]);
    screen.paint(["first", "changed"]);
    expect(shownBy(output.text)).toEqual(["first", "changed"]);
  });

  test("prints above the frame what is to stay", () => {
    const output = new KeptOutput({ isTerminal: true });
    const screen = new Screen(output);
    screen.paint(["frame"]);
    screen.above("a line of the log");
    screen.paint(["frame 2"]);
    expect(shownBy(output.text)).toEqual(["a line of the log", "frame 2"]);
  });

  test("writes nothing for a frame that is shown already", () => {
    const output = new KeptOutput({ isTerminal: true });
    const screen = new Screen(output);
    screen.paint(["frame"]);
    const before = output.text;
    screen.paint(["frame"]);
    expect(output.text).toBe(before);
  });

  test("writes each frame at once, within a synchronised update", () => {
    const output = new KeptOutput({ isTerminal: true });
    const writes: string[] = [];
    output.write = (text) => void writes.push(text);
    new Screen(output).paint(["a", "b"]);
    expect(writes).toHaveLength(1);
    expect(writes[0]?.startsWith("\u001b[?2026h")).toBe(true);
    expect(writes[0]?.endsWith("\u001b[?2026l")).toBe(true);
  });

  test("leaves nothing of the frame before in a window of another size, and keeps what is above", () => {
    const output = new KeptOutput({ isTerminal: true, columns: 30, rows: 5 });
    const screen = new Screen(output);
    screen.above("a heading\nfolded by the narrow window");
    screen.paint(["x".repeat(28), "y"]);
    output.columns = 14;
    screen.resized(["x".repeat(14), "y"]);
    // Two of its lines, and the frame: the heading has no room left.
    expect(shownBy(output.text)).toEqual(["folded by the narrow window", "x".repeat(14), "y"]);
    output.columns = 30;
    screen.resized(["x".repeat(28), "y"]);
    expect(shownBy(output.text)).toEqual(["a heading", "folded by the narrow window", "x".repeat(28), "y"]);
    screen.paint(["z"]);
    expect(shownBy(output.text)).toEqual(["a heading", "folded by the narrow window", "z"]);
  });

  test("goes back over the lines that a narrower window has folded", () => {
    const output = new KeptOutput({ isTerminal: true, columns: 20 });
    const screen = new Screen(output);
    screen.paint(["x".repeat(18), "y"]);
    output.columns = 10;
    output.text = "";
    screen.paint(["z"]);
    expect(output.text).toContain("\u001b[3A");
  });

  test("leaves out what does not fit, so that nothing scrolls away and stays", () => {
    const output = new KeptOutput({ isTerminal: true, columns: 5, rows: 4 });
    const screen = new Screen(output);
    screen.paint(["top", "1234567", "b", "c"]);
    expect(shownBy(output.text)).toEqual(["12345", "b", "c"]);
  });

  test("keeps the colours of a line that it cuts", () => {
    const output = new KeptOutput({ isTerminal: true, columns: 3 });
    new Screen(output).paint(["\u001b[31mab\u001b[39mcd\u001b[2mef\u001b[22m"]);
    expect(output.text).toContain("\u001b[31mab\u001b[39mc\u001b[2m\u001b[22m\u001b[K");
  });

  test("leaves nothing of the frame and gives the cursor back", () => {
    const output = new KeptOutput({ isTerminal: true });
    const screen = new Screen(output);
    screen.paint(["frame"]);
    screen.close();
    expect(shownBy(output.text)).toEqual([]);
    expect(output.text.endsWith("\u001b[?25h")).toBe(true);
  });
});

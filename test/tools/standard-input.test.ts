import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { CommandError } from "../../src/operator/io.ts";
import { wholeInput } from "../../src/tools/standard-input.ts";

it("is read whole, with letters that two chunks share", async () => {
  const text = Buffer.from("kind: Ä");
  expect(await wholeInput(Readable.from([text.subarray(0, 7), text.subarray(7)]))).toBe("kind: Ä");
  expect(await wholeInput(Readable.from([]))).toBe("");
});

it("is given up after 64 MiB, when it does not end", async () => {
  let given = 0;
  const endless = async function* (): AsyncGenerator<Buffer> {
    for (;;) {
      given++;
      yield Buffer.alloc(1024 * 1024);
    }
  };
  await expect(wholeInput(endless())).rejects.toThrow(
    new CommandError("standard input has more than 64 MiB: give fewer manifests at a time"),
  );
  expect(given).toBe(65);
});

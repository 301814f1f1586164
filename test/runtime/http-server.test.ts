import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { servePages, textPage } from "../../src/runtime/http-server.ts";

async function served() {
  let asked = 0;
  const server = await servePages(
    { host: "127.0.0.1", port: 0 },
    { "/page": () => textPage(200, `page ${++asked}\n`) },
  );
  onTestFinished(() => server.close());
  const connected = async (): Promise<Socket> => {
    const socket = connect(server.address.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    // The server resets a connection that it does not take, or on which more was sent than it reads.
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  return { connected, asked: () => asked };
}

const request = "GET /page HTTP/1.1\r\nHost: test\r\n\r\n";

async function textUntilClosed(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (data) => {
    text += data.toString();
  });
  await new Promise((resolve) => void socket.once("close", resolve));
  return text;
}

test("a connection gets at most 16 answers, however many requests are sent on it", async () => {
  const { connected, asked } = await served();
  const socket = await connected();
  socket.pause();
  socket.write(request.repeat(1800));
  const text = textUntilClosed(socket);
  socket.resume();
  await text;
  expect(asked()).toBe(16);
});

test("the sixteenth answer asks the client to open another connection", async () => {
  const { connected } = await served();
  const socket = await connected();
  const text = textUntilClosed(socket);
  socket.write(request.repeat(16));
  const answers = (await text).split("HTTP/1.1 200 OK").slice(1);
  expect(answers).toHaveLength(16);
  expect(answers.map((answer) => /^Connection: close/m.test(answer)).indexOf(true)).toBe(15);
});

test("at most 64 connections are open, and one is answered again as soon as another has ended", async () => {
  const { connected } = await served();
  const held = await Promise.all(Array.from({ length: 64 }, connected));
  const refused = await connected();
  refused.write(request);
  expect(await textUntilClosed(refused)).toBe("");
  const [first] = held;
  first?.destroy();
  const answered = async (): Promise<string> => {
    const socket = await connected();
    const text = textUntilClosed(socket);
    socket.write(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    return (await text) || (await answered());
  };
  expect(await answered()).toContain("200 OK");
});

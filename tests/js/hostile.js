/** Whoever answers in the place of our server: a network's sign-in page, a proxy, a broken line. And the server itself, over real HTTP. */

import { createServer } from "node:http";

import { Door } from "./support.js";

const OURS = "<!doctype html><html lang=\"zh-Hant\" data-build=\"b1\"><title>迎門 Threshold</title><main><h1>迎門</h1></main></html>";
const JSON_TYPE = { "Content-Type": "application/json" };
export const LOGIN = "/login";

/** Ends whatever was begun, as a line that breaks does. */
const cut = (response) => response.destroy();
const given = (status, type, body, headers = {}) => (response) => response.writeHead(status, { "Content-Type": type, ...headers }).end(body);
const html = (status, body = "<!doctype html><title>Wi-Fi</title>Please sign in", headers) => given(status, "text/html; charset=utf-8", body, headers);
const json = (status, body, headers) => given(status, "application/json", JSON.stringify(body), headers);

/**
 * By name: what is done with the response in place of the server's own `answer` (text) and its `headers`. `endless`: it never comes to an
 * end by itself. `isRight`: the bytes are the very ones.
 */
export const HOSTILE = {
  "a sign-in page with 200": { answer: html(200) },
  "200 and {}": { answer: json(200, {}) },
  "our own title in HTML": { answer: html(200, OURS) },
  "302 to a login": { answer: (response) => response.writeHead(302, { Location: LOGIN }).end() },
  "511": { answer: html(511) },
  "gzip that is none": { answer: given(200, "application/json", Buffer.from("no gzip at all"), { "Content-Encoding": "gzip" }) },
  "an answer cut in the middle": {
    answer: (response, answer, headers) => {
      response.writeHead(200, { ...headers, "Content-Length": Buffer.byteLength(answer) });
      response.write(answer.slice(0, answer.length >> 1), () => cut(response));
    },
  },
  "an answer cut in the middle of which nobody said how long it is": {
    answer: (response, answer, headers) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { ...headers, Connection: "close" });
      response.write(answer.slice(0, answer.length >> 1), () => response.socket?.end());
    },
  },
  "a script": { answer: given(200, "text/javascript", "location.href = 'https://wifi.example/';") },
  "the right answer as a script": { isRight: true, answer: (response, answer, headers) => given(200, "text/javascript", answer, { ...headers, "Content-Type": "text/javascript" })(response) },
  "401 of a proxy": { answer: html(401), pauses: true },
  "401 of ours": { answer: json(401, { reason: "unknown" }), pauses: true },
  "403": { answer: json(403, { reason: "cross-site" }) },
  "409": { answer: html(409) },
  "413": { answer: html(413) },
  "429 with Retry-After": { answer: json(429, { reason: "busy" }, { "Retry-After": "7" }), waits: 7_000 },
  "500": { answer: html(500) },
  "503": { answer: html(503) },
  "503 with Retry-After": { answer: json(503, { reason: "busy" }, { "Retry-After": "2" }), waits: 2_000 },
  "no answer at all": { answer: cut },
  "an answer that never begins": { answer: () => {}, endless: true },
  "an answer that never goes on": {
    answer: (response) => response.writeHead(200, { "Content-Type": "application/json" }).write("{"), endless: true,
  },
  "an answer that never ends": {
    answer: (response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const drip = setInterval(() => response.write(" "), 2);
      response.on("close", () => clearInterval(drip));
    },
    endless: true,
  },
  "a flood": {
    answer: (response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const more = () => { while (!response.destroyed && response.write(" ".repeat(65_536))); };
      response.on("drain", more);
      more();
    },
    endless: true,
  },
};

/** The sync door on a port of its own. `hostile`: what answers instead; `reaches`: whether the server gets the request all the same. */
export class Line {
  hostile = undefined;
  reaches = true;
  asked = 0;

  static async open(now) {
    const line = new Line();
    line.door = new Door(now);
    line.server = createServer((request, response) => void line.#answer(request, response));
    await new Promise((resolve) => { line.server.listen(0, "127.0.0.1", resolve); });
    line.url = `http://127.0.0.1:${line.server.address().port}`;
    line.send = (path, init) => fetch(line.url + path, init);
    return line;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(resolve); });
  }

  async #answer(request, response) {
    this.asked += 1;
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.url === LOGIN) return html(200)(response);
    const asked = JSON.parse(Buffer.concat(parts).toString());
    const answer = this.reaches || !this.hostile ? JSON.stringify(this.door.answer(asked)) : "{\"protocol\":1,\"nonce\":";
    if (this.hostile) return this.hostile(response, answer, JSON_TYPE);
    return response.writeHead(200, JSON_TYPE).end(answer);
  }
}

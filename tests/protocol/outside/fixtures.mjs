// The fixtures of docs/protocol/ that a client needs, run by the client from outside: digests, times, answers.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { conclude, sha256 } from "./client.mjs";
import { judge } from "./model.mjs";

const fixture = (name) =>
  JSON.parse(readFileSync(new URL(`../../../docs/protocol/${name}.json`, import.meta.url), "utf8"));
const failures = [];
let count = 0;

function expect(name, got, wanted) {
  count += 1;
  if (!isDeepStrictEqual(got, wanted)) failures.push({ name, got, wanted });
}

for (const { text, sha256: wanted } of fixture("digests").cases) expect(text, sha256(text), wanted);

for (const { name, entries, enrolled_at, expect: wanted } of fixture("time").cases) {
  expect(
    name,
    judge(entries, enrolled_at).map(({ captured: _captured, ...rest }) => rest),
    wanted,
  );
}

const { cases, exchange } = fixture("outcomes");
for (const { name, sent, http, expect: wanted } of cases) {
  const verdict = conclude(exchange.request.nonce, sent, http);
  expect(name, Object.fromEntries(Object.keys(wanted).map((key) => [key, verdict[key]])), wanted);
}

process.stdout.write(`${JSON.stringify({ count, failures })}\n`);

/** Section 4 of docs/protocol.md a second time, to check the fixtures: only the server judges in earnest. */

const SLACK = 120_000;
const BACK = 48 * 3_600_000;

export function judge(enrolled_at, entries) {
  let previous;
  let good_at = -Infinity;
  return entries.map((entry) => {
    const wrong = isWrong(entry, previous);
    const floor = Math.max(good_at, entry.beacon_at ?? -Infinity, enrolled_at);
    if (entry.offset !== null) previous = entry;
    if (wrong) return { effective_at: Math.min(entry.received_at, floor), flags: ["time_wrong"] };
    good_at = Math.max(entry.happened_at, good_at);
    if (entry.when === undefined) return { effective_at: good_at, flags: [] };
    if (entry.when > entry.happened_at || entry.when < entry.happened_at - BACK) return { refused: { when: "when" } };
    return { effective_at: entry.when, flags: ["back_dated"] };
  });
}

function isWrong({ happened_at, offset, beacon_at, received_at }, previous) {
  if (offset === null) return true;
  if (beacon_at !== null && happened_at < beacon_at - SLACK) return true;
  if (happened_at > received_at + SLACK) return true;
  if (!previous) return false;
  return happened_at - offset < previous.happened_at - previous.offset || Math.abs(offset - previous.offset) > SLACK;
}

// Read texts, a JSON string a line, as Slack would, and name every node in them that is more than words.
// What stands alone for a format (*bold*, :emoji:) does not count: messages are sent with mrkdwn off.
const { createReadStream } = require("node:fs");
const { createInterface } = require("node:readline");
const { default: parse, NodeType } = require("slack-message-parser");

const LIVE = new Set([NodeType.ChannelLink, NodeType.UserLink, NodeType.URL, NodeType.Command]);

function* live(node) {
  if (LIVE.has(node.type)) yield node;
  for (const part of [...(node.children ?? []), ...(node.label ?? [])]) yield* live(part);
}

async function main(path) {
  let texts = 0;
  let found = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    texts += 1;
    for (const node of live(parse(JSON.parse(line)))) {
      found += 1;
      if (found <= 10) console.error(`${NodeType[node.type]}: ${node.source}`);
    }
  }
  console.log(`${texts} texts read, ${found} live nodes`);
  process.exit(found === 0 && texts > 0 ? 0 : 1);
}

main(process.argv[2]);

// Node-RED runs a flow, and what its exec and function nodes send is told.
//
//     node callers_node_red.js FOLDER FLOW '[["NODE", PAYLOAD], ...]'
//
// For callers.py; FOLDER has node_modules. Each step is a message into an exec node. Prints, as JSON,
// for each step what was sent until a moment after the program's end: {"NODE OUTPUT": payload}.
"use strict";

const { createRequire } = require("module");
const [folder, flow, steps] = process.argv.slice(2);
const installed = createRequire(folder + "/");
const helper = installed("node-red-node-test-helper");
const nodes = ["function/90-exec", "function/10-function", "common/20-inject", "common/21-debug"];
const MOMENT_MS = 300;

function observed(flow) {
  const seen = [];
  for (const node of flow.filter((node) => ["exec", "function"].includes(node.type))) {
    node.wires.forEach((wires, output) => {
      const id = node.id + " " + (output + 1);
      wires.push(id);
      seen.push({ id, z: node.z, type: "helper", wires: [] });
    });
  }
  return flow.concat(seen);
}

async function play(flow) {
  const seen = flow.filter((node) => node.type === "helper").map((node) => node.id);
  const told = [];
  let sent, ended;
  for (const id of seen) {
    helper.getNode(id).on("input", (message) => {
      sent[id] = message.payload;
      if (id.endsWith(" 3")) setTimeout(ended, MOMENT_MS);
    });
  }
  for (const [id, payload] of JSON.parse(steps)) {
    sent = {};
    await new Promise((resolve) => { ended = resolve; helper.getNode(id).receive({ payload }); });
    told.push(sent);
  }
  console.log(JSON.stringify(told));
}

helper.init(installed.resolve("node-red"));
const all = observed(JSON.parse(flow));
helper.load(nodes.map((name) => installed("@node-red/nodes/core/" + name)), all, () => {
  play(all).then(() => helper.unload()).then(() => process.exit(0));
});

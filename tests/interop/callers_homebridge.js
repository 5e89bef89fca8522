// The plugin homebridge-cmdswitch2 with Homebridge's API and accessories, but without its network
// part: a switch is read and set by what HAP, HomeKit's protocol, calls.
//
//     node callers_homebridge.js FOLDER '[[SWITCH, ["get", true, false]], ...]'
//
// For callers.py; FOLDER has node_modules. Prints, as JSON, for each step what came back, or "error",
// and the milliseconds it took.
"use strict";

const { createRequire } = require("module");
const [folder, cases] = process.argv.slice(2);
const installed = createRequire(folder + "/");
const { HomebridgeAPI } = installed("homebridge/lib/api.js");

async function run([switch_, steps]) {
  const api = new HomebridgeAPI();
  let Platform;
  api.registerPlatform = (...words) => { Platform = words.find((word) => typeof word === "function"); };
  installed("homebridge-cmdswitch2")(api);
  const platform = new Platform(() => {}, { switches: [switch_] }, api);
  api.emit("didFinishLaunching");
  const { Service, Characteristic } = api.hap;
  const on = platform.accessories[switch_.name].getService(Service.Switch)
    .getCharacteristic(Characteristic.On);
  const told = [];
  for (const step of steps) {
    const start = Date.now();
    const act = step === "get" ? on.handleGetRequest() : on.handleSetRequest(step);
    const found = await act.then((value) => (step === "get" ? value : "done"), () => "error");
    told.push([found, Date.now() - start]);
  }
  return told;
}

Promise.all(JSON.parse(cases).map(run)).then((told) => {
  console.log(JSON.stringify(told));
  process.exit(0);
});

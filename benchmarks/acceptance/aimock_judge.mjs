// aimock with a scripted judge: node aimock_judge.mjs FOLDER PORT MARKER
//
// aimock brings the server, the protocols, the chaos and the journal; this file brings only what the "model" says.
// The model asked for decides how well it behaves: "shaped" obeys a JSON schema or a forced tool, "tool" only a forced
// tool, "plain" neither. "canned" has one answer for all cases, so that it can not know the echo code. "limited",
// "dropped", "lost" and "malformed" are "shaped" under one kind of aimock's chaos, which strikes questions about cases only.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, port, marker] = process.argv.slice(2);
const entry = join(folder, "node_modules", "@copilotkit", "aimock", "dist", "index.js");
const CANNED = '{"quotes": [], "reason": "Fine.", "label": "complies", "nonce": "0"}';
const { LLMock } = await import(pathToFileURL(entry));

function textOf(request) {
  const part = (content) => (typeof content === "string" ? content : content.map((each) => each.text ?? "").join("\n"));
  return request.messages.map((message) => part(message.content ?? "")).join("\n");
}

function schemaOf(request) {
  const format = request.response_format;
  return format?.json_schema?.schema ?? format?.schema;
}

function instanceOf(schema, text) {
  const found = text.includes(marker);
  const known = {
    nonce: /^Echo code: (\S+)/m.exec(text)?.[1],
    label: found ? "violates" : "complies",
    reason: found ? "The marker is there." : "The marker is not there.",
    quotes: found ? [marker] : [],
  };
  const value = (key) => known[key] ?? schema.properties[key].enum?.[0] ?? null;
  return Object.fromEntries(Object.keys(schema.properties).map((key) => [key, value(key)]));
}

function answer(request) {
  const text = textOf(request);
  const tool = request.tools?.[0]?.function;
  if (request.model === "canned" && text.includes("Question")) return { content: CANNED };
  if (!["tool", "plain"].includes(request.model) && schemaOf(request)) return { content: JSON.stringify(instanceOf(schemaOf(request), text)) };
  if (request.model !== "plain" && tool) {
    return { toolCalls: [{ name: tool.name, arguments: JSON.stringify(instanceOf(tool.parameters, text)) }] };
  }
  const line = /^VERDICT (\S+) ANSWER$/m.exec(text);
  return { content: line ? `I looked for the marker.\nVERDICT ${line[1]} ${text.includes(marker) ? "violates" : "complies"}` : "ready" };
}

const mock = new LLMock({ port: Number(port), host: "127.0.0.1", logLevel: "silent", journalMaxEntries: 0 });
const chaos = {
  limited: { rateLimitRate: 0.5 },
  dropped: { dropRate: 0.4 },
  lost: { disconnectRate: 0.4 },
  malformed: { malformedRate: 1 },
};
for (const [model, rates] of Object.entries(chaos)) {
  mock.on({ model, userMessage: "Question" }, answer, { chaos: rates });
}
mock.on({}, answer);
await mock.start();

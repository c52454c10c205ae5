import base from "./vitest.config.ts";

// Takes pictures of every state, for people to look at: `npm run screens`.
export default { ...base, test: { ...base.test, include: ["test/screens.ts"] } };

// What shows figures and cues: a module of its own, which travels to a page once, and only if
// something is presented there.

export { Presenter } from "./present/presenter.ts";

import { mount } from "svelte";
import { Steadfast } from "./app/steadfast.svelte";
import { trustOwnScripts } from "./app/trusted-types";
import App from "./ui/App.svelte";
import StartFailed from "./ui/StartFailed.svelte";
import "./ui/tokens.css";
import "./ui/base.css";

trustOwnScripts(document.baseURI);
const target = document.getElementById("app")!;

try {
  mount(App, { target, props: { app: await Steadfast.open() } });
} catch (error) {
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  mount(StartFailed, { target, props: { message } });
}

import { mount } from "svelte";
import { startFailure } from "./app/damaged-storage";
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
  mount(StartFailed, { target, props: { failure: startFailure(error, localStorage) } });
}

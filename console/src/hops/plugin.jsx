// The Hops panel as GraphiQL takes it.
import { HopsIcon } from "./HopsIcon.jsx";
import { HopsPanel } from "./HopsPanel.jsx";
import "./hops.css";
import "./waterfall.css";

export const HOPS_PLUGIN = { title: "Hops", icon: HopsIcon, content: HopsPanel };

// Finish the compiled style: drop what no page uses, and let a host set the colours.
// Usage: node finish.mjs compiled.css > intake.css. Fails when the result is not fit to ship.
import { readFileSync } from "node:fs";
import postcss from "postcss";

const BANNER =
  "/*! Made by scripts/build_css.sh from scripts/css and nhsuk-frontend 10.6.1 (MIT); " +
  "see THIRD_PARTY_NOTICES. */\n";

// The kit mixes colours when it compiles, so ours go in as values that nothing else has.
const COLOURS = {
  "#0b5d62": "var(--intake-brand,#0b5d62)",
  "#0b5d63": "var(--intake-link,var(--intake-brand,#0b5d62))",
  "#094a4e": "var(--intake-brand-dark,#094a4e)",
  "#062f31": "var(--intake-brand-darker,#062f31)",
  "#c9dbdc": "var(--intake-brand-light,#c9dbdc)",
  "#dae7e7": "var(--intake-brand-pale,#dae7e7)",
  "#1f5c8a": "var(--intake-brand,#0b5d62)", // the kit's blue: a selected option
  "#0a6e3e": "var(--intake-button,#0a6e3d)",
  "#085832": "var(--intake-button-dark,#085832)",
  "#05371f": "var(--intake-button-darker,#05371f)",
};

const UNUSED = [
  /--(reverse|small|large|login|brand|secondary-solid|icon|xxl)\b(?!-)/,
  /nhsuk-frontend-supported/, // set by a script, and the pages have none
  /\[type=search\]|nhsuk-icon--|nhsuk-input-wrapper \.nhsuk-button/,
  /nhsuk-expander|nhsuk-hero|nhsuk-section-break|nhsuk-image/,
  /nhsuk-card--(care|clickable|feature|primary|secondary|top-task)|nhsuk-card-group/,
  /nhsuk-card__(img|link|actions?)|nhsuk-card .nhsuk-image|nhsuk-warning-callout/,
  /nhsuk-(error-summary|panel|notification-banner)__title/,
  /-ms-|nhsuk-link-image/,
];

const FAULTS = [/http/i, /url\(/i, /frutiger/i, /#005eb8/i, /#003087/i, /@charset/i, /@import/i];

function isUnused(selector) {
  return UNUSED.some((pattern) => pattern.test(selector));
}

function prune(root) {
  root.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !isUnused(selector));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  root.walkAtRules("media", (rule) => {
    if (/screen\\0|-ms-high-contrast:\s*none/.test(rule.params)) rule.remove();
    else rule.params = rule.params.replace(/,\s*\(-ms-high-contrast:\s*active\)/, "");
  });
  root.walkDecls(/^-ms-/, (declaration) => declaration.remove());
  for (let empty = true; empty; ) {
    empty = false;
    root.walk((node) => {
      if (node.nodes?.length === 0) {
        node.remove();
        empty = true;
      }
    });
  }
}

function colour(css) {
  return Object.entries(COLOURS).reduce((text, [value, variable]) => {
    if (!text.includes(value)) throw new Error(`the colour ${value} is nowhere in the style`);
    return text.replaceAll(value, () => variable.replaceAll("#", "\0"));
  }, css).replaceAll("\0", "#");
}

const root = postcss.parse(readFileSync(process.argv[2], "utf8"));
root.walkComments((comment) => comment.remove());
prune(root);
const css = BANNER + colour(root.toString().trim()) + "\n";
for (const fault of FAULTS) {
  if (fault.test(css)) throw new Error(`the style must not hold ${fault}`);
}
process.stdout.write(css);

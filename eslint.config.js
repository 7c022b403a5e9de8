// Undefined names are found by tsc, and looks are nobody's business here: only what is likely to be a mistake.
export default [
  {
    files: ["webapp/static/js/**/*.js", "tests/js/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "curly": ["error", "multi-line"],
      "eqeqeq": "error",
      "no-console": "error",
      "no-constant-condition": ["error", { checkLoops: false }],
      "no-dupe-keys": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-promise-executor-return": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text goes in by textContent." },
        { property: "outerHTML", message: "Text goes in by textContent." },
        { property: "insertAdjacentHTML", message: "Text goes in by textContent." },
        { object: "document", property: "write", message: "Text goes in by textContent." },
      ],
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-unreachable": "error",
      "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_" }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["webapp/static/js/outbox/**/*.js"],
    rules: {
      "no-restricted-globals": ["error", { name: "document", message: "The outbox runs in workers and in node too." }],
    },
  },
];

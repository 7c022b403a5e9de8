"""What is sent to a tablet is what was written, without what only people read, and each entry point in one piece."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from webapp.base.assets import STATIC
from webapp.base.lean import SENT, joined, lean, tight
from webapp.base.renamed import renamed

SCRIPTS = STATIC / "js"


@pytest.fixture
def node():
    found = os.environ.get("TEST_NODE") or shutil.which("node")
    if not found:
        pytest.skip("needs Node: `make test` finds or installs it")
    return found


@pytest.fixture
def modules(tmp_path):
    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)
        return tmp_path / "main.js"

    return write


def test_comments_and_indentation_stay_here():
    assert lean("/** Says\n * what. */\nif (a) {\n  // why\n  b(/** @type {B} */ (c)); // d\n}\n") == "if (a) {\nb( (c)); // d\n}\n"


def test_an_address_in_a_text_is_no_comment():
    assert lean('const a = "http://b"; \n') == 'const a = "http://b";\n'


@pytest.mark.parametrize("path", sorted(SCRIPTS.rglob("*.js")), ids=lambda path: path.name)
def test_no_text_goes_over_several_lines(path):
    assert not [line for line in lean(path.read_text()).splitlines() if line.count("`") % 2]


def test_modules_run_once_each_after_what_they_need_and_keep_their_names_to_themselves(node, modules, tmp_path):
    entry = modules(
        main='import "./said.js";\nimport { two } from "./two.js";\nimport {\n  one as first,\n  Many,\n} from "./one.js";\n'
        "const own = 3;\nconsole.log(first, two(), own, new Many().length);\nexport const done = true;\n",
        one='console.log("one");\nconst own = 1;\nexport const one = own;\nexport class Many { length = own; }\n',
        two='import { one } from "./one.js";\nconst own = 2;\n'
        "export async function later() {}\nexport function two() { return one + own - 1; }\n",
        said='console.log("said");\n',
    )
    sent = tmp_path / "sent.mjs"
    sent.write_text(joined(entry))
    command = f"const {{ done }} = await import({str(sent)!r}); console.log(done)"
    told = subprocess.run([node, "--input-type=module", "-e", command], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["said", "one", "1", "2", "3", "1", "true"]


@pytest.mark.parametrize(
    "text",
    [
        "export { a };\n",
        "export default 1;\n",
        "export let a = 1;\n",
        'import a from "./one.js";\n',
        'const a = await import("./one.js");\n',
    ],
)
def test_what_is_not_understood_is_not_sent(modules, text):
    with pytest.raises(ValueError, match="not understood"):
        joined(modules(main=text, one="export const a = 1;\n"))


def test_modules_that_import_each_other_are_not_sent(modules):
    with pytest.raises(ValueError, match="import each other"):
        joined(modules(main='import "./one.js";\n', one='import "./two.js";\n', two='import "./one.js";\n'))


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_can_be_read_by_an_engine(node, tmp_path, name):
    copy = tmp_path / "sent.mjs"
    copy.write_text(joined(STATIC / name))
    assert subprocess.run([node, "--check", copy], check=False).returncode == 0


TREES = """
const { parse } = require(process.argv[1] + "/acorn");
const { analyze } = require(process.argv[1] + "/eslint-scope");
const { readFileSync } = require("node:fs");
const { dirname, resolve } = require("node:path");
const many = { ecmaVersion: 2022, sourceType: "module" };

const read = (path, modules) => {
  if (modules.has(path)) return;
  const script = parse(readFileSync(path, "utf8"), { ...many, ranges: true });
  const others = script.body.filter((each) => each.type === "ImportDeclaration");
  for (const each of others) read(resolve(dirname(path), each.source.value), modules);
  modules.set(path, { script, scopes: analyze(script, many).scopes });
};

// what each identifier refers to; what is imported is what the other module has of that name
const meanings = (modules) => {
  const meant = new Map();
  const top = (path) => modules.get(path).scopes.find((scope) => scope.type === "module");
  for (const [path, { scopes }] of modules) for (const scope of scopes) for (const variable of scope.variables) {
    const [{ type, node, parent } = {}] = variable.defs;
    const other = type === "ImportBinding" && top(resolve(dirname(path), parent.source.value)).set.get(node.imported.name);
    for (const each of [...variable.identifiers, ...variable.references.map(({ identifier }) => identifier)]) {
      if (variable.identifiers.length) meant.set(each, other || variable);
    }
  }
  return meant;
};

const tree = (path) => {
  const modules = new Map();
  read(path, modules);
  const meant = meanings(modules);
  const numbers = new Map();
  const numbered = (thing) => numbers.get(thing) ?? (numbers.set(thing, numbers.size), numbers.get(thing));
  const plain = (node, own) => {
    if (typeof node === "bigint" || node instanceof RegExp) return String(node);
    if (Array.isArray(node)) return node.map((each) => plain(each, own));
    if (node === null || typeof node !== "object") return node;
    if (node.type === "Identifier") return meant.has(node) ? { meant: numbered(meant.get(node)) } : { name: node.name };
    if (node.type === "PrivateIdentifier") return { own: own.get(node.name) ?? (own.set(node.name, own.size), own.get(node.name)) };
    const inside = node.type === "ClassBody" ? new Map() : own;
    const kept = Object.entries(node).filter(([key]) => !["start", "end", "range", "raw", "shorthand"].includes(key));
    return Object.fromEntries(kept.map(([key, each]) => [key, plain(each, inside)]));
  };
  return JSON.stringify([...modules].flatMap(([name, { script }]) => script.body.flatMap((each) => {
    if (each.type === "ImportDeclaration") return [];
    if (each.type !== "ExportNamedDeclaration") return [plain(each)];
    const { id, declarations } = each.declaration;
    return [name === path && { exported: (id ?? declarations[0].id).name }, plain(each.declaration)].filter(Boolean);
  })));
};
console.log(tree(process.argv[2]) === tree(process.argv[3]));
"""


@pytest.fixture
def is_same(node, tmp_path):
    """Whether two scripts, with all they import, are one tree in which each name refers to the same, whatever it is called."""
    modules = os.environ.get("TEST_NODE_MODULES") or str(STATIC.parents[1] / "node_modules")
    if not (Path(modules) / "acorn").exists():
        pytest.skip("needs javascript tools: acorn is not installed")

    def compare(one: str | Path, other: str | Path) -> bool:
        paths = [tmp_path / "one.mjs", tmp_path / "other.mjs"]
        for place, script in enumerate((one, other)):
            if isinstance(script, Path):
                paths[place] = script
            else:
                paths[place].write_text(script)
        return subprocess.check_output([node, "-e", TREES, modules, *paths], text=True).strip() == "true"

    return compare


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_means_what_was_written(is_same, name):
    written, sent = STATIC / name, joined(STATIC / name)
    assert is_same(written, sent)
    assert not is_same(written, sent.replace("===", "!==", 1) + "0")


def test_a_name_stays_what_it_was_where_modules_stand_together(is_same, modules):
    entry = modules(
        main='import { sum as later, one } from "./one.js";\nimport "./two.js";\nconst own = { one, later };\n'
        "function f(sum) { const one = sum.one; return { one, sum: later }; }\nexport const start = () => f(own);\n",
        one="const own = 1;\nexport const one = own;\nexport function sum(own) { return own + one; }\n",
        two="class A { #one = 1; two() { return this.#one; } }\n"
        "class B { #two = 2; #one = 1; two() { return this.#two - this.#one; } }\n"
        "addEventListener('a', () => new A(new B()));\n",
    )
    sent = joined(entry)
    assert is_same(entry, sent)
    assert "export const start=" in sent
    assert not is_same(entry, sent.replace("export const start", "export const stop"))
    assert not is_same(entry, sent.replace("this.#t-this.#e", "this.#e-this.#t"))


@pytest.mark.parametrize(
    "text",
    [
        "a = b / c / d; // it's\n",
        "a = \"x, y\"; b = '{ z }'; c = `p ${q , r} : s`;\n",
        'a = b.replace(/[/, ] : \'/g, ""); c = d ? /x = y/ : e;\n',
        "class A { #one = 1; two() { return `${this.#one} #one`; } #three({ a, b }) { return a - -b + +a; } }\n",
        "const f = async (a) => { for (const [b, c] of a) await b ?? c; };\n",
        "const f = (a) => { return (b) => [a + 1, -b, a - -b, a + +b,]; };\nconst g = { ...f, a: 1, };\n",
        "const a = 65_536 - b_1_2 -c[1_0] / d;\n",
    ],
)
def test_texts_patterns_and_signs_stay_what_they_were(is_same, text):
    assert is_same(text, tight(text))


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("function f(first, { second, third: other }) { return first + second + other.second; }", "f(e, { second: t, third: a })"),
        ("const f = (first, ...more) => more.map((each) => first[each]);", "(e, ...t) => t.map((a) => e[a])"),
        ("function f() { const value = 1; { let value = 2; value += 1; } return { value, value: `${value}` }; }", "`${e}`"),
        ("class A { async keep({ when, ...draft }, also = {}) { for (const draft of also) return { draft, when }; } }", "draft: e"),
        (
            "class A { name = 1; get value() { return this.name; } set(value) { const name = value; return name ?? event; } }",
            "set(e)",
        ),
        (
            "function f(given) { try { given(); } catch (error) { return (error, class B { error() { return given; } }); } }",
            "catch (t)",
        ),
        ("const { value } = g; function f(value) { return value; }\nfunction h(name) { return value + name; }", "f(value)"),
        ("function f(a, bb) { const cc = (bb ? a : cc1); return [{ a }, { bb: a }, cc]; }", "? a :"),
        ("class A { #one = 1; #two(given) { return given.#one + (#one in given) + this.#two(`${this.#one} #one`); } }", "#t(e)"),
        ("async function* f(items) { for await (const { item = items } of items) yield* item; }", "f(e)"),
    ],
)
def test_a_name_that_is_made_shorter_refers_to_what_it_did(is_same, text, sent):
    assert is_same(text, renamed(text))
    assert sent in renamed(text)


def test_another_meaning_is_another_tree(is_same):
    assert not is_same("function f(a, b) { return a - b; }", "function f(b, a) { return a - b; }")
    assert not is_same("function f(a) { return name; }", "function f(name) { return name; }")


def test_every_element_is_sent():
    sent = joined(STATIC / "js/main.js")
    for path in (SCRIPTS / "elements").glob("*.js"):
        assert path.stem == "fresh-main" or f'define("{path.stem}"' in sent

"""docs/permissions.md: who may do what, by what least proof, at which doors. `python -m tests.guard.page` writes it."""

from pathlib import Path

from tests.conftest import import_all_models
from webapp.operations import registry
from webapp.operations.roles import ALL_ROLES

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"
HEAD = """# Who may do what

Made from the operations themselves (`python3 dev.py words`); tests/guard shows each line at each door.

At the page door whoever has none of the roles is refused. At the sync door a tablet's fact is kept whoever recorded it, and
flagged where he had no role or too weak a proof; a *decision* is refused there too. Nobody reaches another project: its pages
are 404, its ids are refused.

*Partly*: the document decides it (webapp/content/owners.py). Marketing writes scripts and greetings, the desk writes checklists and
conduct cards, the administrator either; what is approved is taken out of use only by whoever may approve.

"""


def text() -> str:
    """The page as the code has it now."""
    import_all_models()
    roles = sorted(ALL_ROLES)
    lines = ["| operation | what | least proof | doors | " + " | ".join(role.replace("_", " ") for role in roles) + " |"]
    lines.append("|" + "---|" * (4 + len(roles)))
    for each in registry.every():
        if each.name.startswith("notebook."):
            continue
        doors = "page, sync" if each.offline else "page"
        marks = " | ".join(("partly" if each.among else "yes") if role in each.roles else "–" for role in roles)
        title = f"{each.title} (decision)" if each.decision else each.title
        lines.append(f"| `{each.name}` | {title} | {each.proof} | {doors} | {marks} |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text())

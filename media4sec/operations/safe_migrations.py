"""What a migration may do while the release before is still at work: add, widen, and take away only what nobody uses.

Two marks on a migration say otherwise, each with a reason: ``fits``, where the release before can work with it all the
same, and ``offline``, where it needs a portal that is stopped, and no limits of time.
"""

from collections.abc import Iterator
from hashlib import sha256
from inspect import getsourcefile
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import models
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader

# Those of the newest release with the digests of their files, as sha256sum writes them.
RELEASED = Path(__file__).with_name("released_migrations.txt")
RENAMED = "is called otherwise then, and the release before asks for the old name."
FITTING = (
    ops.CreateModel,
    ops.AddIndex,
    ops.RemoveIndex,
    ops.RemoveConstraint,
    ops.AlterModelOptions,
    ops.AlterModelManagers,
    ops.RunPython,
    ops.RunSQL,
)


def ours() -> dict[tuple[str, str], Path]:
    """All migrations of the portal's own apps, and their files."""
    here = Path(settings.BASE_DIR)
    own = {app.label for app in apps.get_app_configs() if _is_within(Path(app.path), here)}
    loader = MigrationLoader(None)
    return {
        key: Path(getsourcefile(type(loader.disk_migrations[key])))
        for key in sorted(loader.disk_migrations)
        if key[0] in own
    }


def _is_within(path, here):
    return path.is_relative_to(here) and path.relative_to(here).parts[0] not in (".venv", "tests")


def as_released() -> str:
    """The lines of ``RELEASED`` as they would be, were this a release."""
    lines = [f"{_digest(path)}  {path.relative_to(settings.BASE_DIR).as_posix()}" for path in ours().values()]
    return "\n".join(sorted(lines, key=lambda line: line.split()[1])) + "\n"


def released() -> dict[str, str]:
    """``{file: digest}``"""
    lines = (line.split(maxsplit=1) for line in RELEASED.read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines}


def migration_faults() -> Iterator[str]:
    """What is wrong with migrations: released ones that were edited, new ones that are no neighbours of a release."""
    known, found = released(), ours()
    for name, digest in known.items():
        path = Path(settings.BASE_DIR) / name
        if not path.exists():
            yield f"{name} was released, and is gone."
        elif _digest(path) != digest:
            yield f"{name} was released, and is not edited any more: write another one."
    loader = MigrationLoader(None)
    for key, path in found.items():
        if path.relative_to(settings.BASE_DIR).as_posix() not in known:
            migration = loader.disk_migrations[key]
            before = loader.project_state([node.key for node in loader.graph.node_map[key].parents])
            yield from (f"{migration}: {text}" for text in unfit_steps(migration, before))


def _digest(path):
    return sha256(path.read_bytes()).hexdigest()


def unfit_steps(migration: Any, state: Any) -> Iterator[str]:
    """What of one migration does not go, or not back; ``state`` is that before it."""
    state = state.clone()
    is_marked = bool(getattr(migration, "fits", "") or getattr(migration, "offline", ""))
    made = set()
    for operation in migration.operations:
        if not operation.reversible:
            yield f"{operation.describe()}: cannot be taken back."
        if not is_marked:
            yield from (
                f"{operation.describe()}: {text}"
                for text in _unfit(operation, migration.app_label, state, made)
            )
        if isinstance(operation, ops.CreateModel):
            made.add(operation.name_lower)
        operation.state_forwards(migration.app_label, state)
    is_alone = all(isinstance(operation, NotInTransactionMixin) for operation in migration.operations)
    if not migration.atomic and not is_alone and not is_marked:
        yield "atomic = False: killed in the middle, it leaves half of what it does."


def _unfit(operation, app, state, made):
    """Why the release before could not work beside an operation."""
    if isinstance(operation, ops.SeparateDatabaseAndState):
        for one in operation.database_operations:
            yield from _unfit(one, app, state, made)
        return
    if getattr(operation, "model_name_lower", "") in made or isinstance(operation, FITTING):
        return
    if isinstance(operation, ops.AddField):
        if not (operation.field.null or operation.field.many_to_many or _has_default(operation.field)):
            yield "rows of the release before have no value for it: null=True or db_default."
    elif isinstance(operation, ops.AlterField):
        before = state.models[app, operation.model_name_lower].fields[operation.name]
        yield from _narrower(before, operation.field)
    elif isinstance(operation, (ops.RemoveField, ops.DeleteModel)):
        yield "the release before may still use it: take it out of the code first, and mark why it fits."
    elif isinstance(operation, (ops.RenameField, ops.RenameModel, ops.AlterModelTable)):
        yield RENAMED
    else:
        yield "nobody can tell whether the release before obeys it: mark why it fits."


def _has_default(field):
    return field.db_default is not models.NOT_PROVIDED


def _narrower(before, after):
    """What of a column becomes stricter, or another thing."""
    if before.get_internal_type() != after.get_internal_type():
        yield "it becomes another type."
    if before.null and not after.null:
        yield "the release before may leave it empty."
    if after.max_length and (not before.max_length or after.max_length < before.max_length):
        yield "what the release before writes may be too long."
    if after.unique and not before.unique:
        yield "the release before may write it twice."
    if before.db_column != after.db_column:
        yield RENAMED

"""Which migrations are gone back and forth on a filled database, by tests and by drills."""

# Fields of documents whose columns or tables the way back drops: what they said is gone then.
DROPS_CONTENT = {
    "records.0070_files": {"files"},
    "catalogue.0006_intrusive_functions": {"is_intrusive"},
    "roadmap.0003_updates": {"updates"},
    "ethics.0005_issues_in_notes": {"bears_on"},
}


def latest():
    """The newest migration of each of our apps, and the one before it."""
    # Drills name migrations without Django.
    from django.db.migrations.loader import MigrationLoader

    from media4sec.operations.safe_migrations import ours

    loader = MigrationLoader(None)
    return {
        f"{app}.{name}": ((app, name), before_it(loader, app, name))
        for app, name in loader.graph.leaf_nodes()
        if (app, name) in ours()
    }


def before_it(loader, app, name):
    within = [key for key in loader.graph.node_map[app, name].parents if key[0] == app]
    return max(within)[1] if within else "zero"

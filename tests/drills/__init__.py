"""Things are broken on purpose, and what that costs is measured beside its limit: ``python -m tests.drills``.

A drill is a function with its gate, in any module of this package; ``frame.py`` finds, runs and reports them. It says
how much of something bad it saw, such as seconds, lost requests or times slower. It gets a place (``places.py``): real
databases and servers on this machine, which it may break.
"""

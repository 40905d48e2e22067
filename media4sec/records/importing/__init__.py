"""Files that editors import in the browser: read, made documents, compared with what is there, written at once.

``reading`` makes rows of a file, ``cells_of`` values of their cells and back, ``planning`` finds out what each row
would do (``matching``: which record it means, ``drafting``: what that becomes), ``writing`` does it, ``reports`` keeps
what was found out until somebody applies it.
"""

"""The project's own files."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_OURS = {".git", ".venv", "var", "screenshots"}


def project_files() -> list[Path]:
    """Every file of the project, whether git knows it already or not."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
        command += ["--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    else:
        parts = {path: path.relative_to(ROOT).parts for path in ROOT.rglob("*")}
        found = [
            path for path in parts if parts[path][0] not in NOT_OURS and "__pycache__" not in parts[path]
        ]
    return sorted(path for path in found if path.is_file())


def file_names() -> list[str]:
    """Their names, as git writes them."""
    return [path.relative_to(ROOT).as_posix() for path in project_files()]
